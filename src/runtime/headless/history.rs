//! `lifeboat history`: the records of past drills, one of them, or rows for a spreadsheet.

use std::path::Path;

use jiff::tz::TimeZone;

use crate::cli::{HistoryArguments, HistoryCommand, HistoryFormat};
use crate::domain::text::shown;
use crate::domain::units::{Span, plural};
use crate::drill::plan::DrillId;
use crate::drill::record::Record;
use crate::drill::report::{CSV_HEADER, csv_cell, csv_row, markdown};
use crate::journal::{Entry, ImportProblem, Reading, Source};
use crate::runtime::exit::Exit;

use super::paint::{Tone, fitted, padded, right, say};
use super::side_by_side::result;
use super::{Session, is_called};

pub fn history(session: &Session, arguments: &HistoryArguments) -> Exit {
    if let Some(HistoryCommand::Import { from }) = &arguments.command {
        return import(session, from);
    }
    let reading = match session.read_journal() {
        Ok(reading) => reading,
        Err(exit) => return exit,
    };
    let format = arguments.format(session.json);
    match &arguments.id {
        Some(id) => match find(&reading, id) {
            Ok(entry) => show(session, entry, format),
            Err(text) => session.usage(&text),
        },
        None => list(session, &reading, arguments.environment.as_deref(), format),
    }
}

fn import(session: &Session, from: &Path) -> Exit {
    match session.journal().import(from) {
        Ok(outcome) => {
            let known = match outcome.known {
                0 => String::new(),
                known => format!(", {} here already", plural(known, "record")),
            };
            say(&format!("{} imported{known}", plural(outcome.added, "record")));
            Exit::Well
        }
        Err(problem) => {
            session.error(&problem.to_string().replace('\n', " "));
            match problem {
                ImportProblem::Io { .. } | ImportProblem::Journal(_) => Exit::Unverified,
                ImportProblem::Rows { .. } => Exit::Usage,
            }
        }
    }
}

/// The entry that `id` means.
fn find<'a>(reading: &'a Reading, id: &str) -> Result<&'a Entry, String> {
    let wanted = id.to_uppercase();
    let fits = |entry: &&Entry| is_called(&entry.id.to_string(), &wanted);
    let found: Vec<_> = reading.entries.iter().filter(fits).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(format!("no record is called `{id}`; `lifeboat history` lists them")),
        several => {
            let ids: Vec<_> = several.iter().map(|entry| entry.id.to_string()).collect();
            Err(format!("several records fit `{id}`: {}", ids.join(", ")))
        }
    }
}

fn show(session: &Session, entry: &Entry, format: HistoryFormat) -> Exit {
    let cleanup = entry.cleanup.as_ref();
    match (&entry.source, format) {
        (Source::Drilled(record), HistoryFormat::Markdown) => {
            for line in markdown(record, cleanup).trim_end().lines() {
                say(&shown(line));
            }
        }
        (_, HistoryFormat::Csv) => {
            say(CSV_HEADER);
            say(&shown(&row(entry)));
        }
        (Source::Drilled(record), HistoryFormat::Json) => {
            let all = serde_json::json!({
                "record": record,
                "cleanup": cleanup,
                "notes": entry.notes,
                "reports": entry.reports,
            });
            say(&all.to_string());
        }
        (Source::Drilled(record), HistoryFormat::Terminal) => {
            let title =
                format!("Restore drill {} of {}/{}", record.id, record.environment, record.set);
            say(&session.paper.ink(Tone::Strong, &title));
            let when = record.started.strftime("%Y-%m-%d %H:%M UTC");
            say(&session.paper.ink(Tone::Quiet, &format!("{when} by {}", record.actor)));
            for line in result(record, cleanup, session.paper) {
                say(&line);
            }
            for note in &entry.notes {
                say(&format!(" note by {}: {}", shown(&note.actor), shown(&note.text)));
            }
        }
        (Source::Imported(imported), HistoryFormat::Json) => {
            say(&serde_json::json!({"imported": imported}).to_string());
        }
        (Source::Imported(imported), HistoryFormat::Markdown | HistoryFormat::Terminal) => {
            say(&format!(
                "{} {}: {} ({}); imported, {}",
                imported.at.to_zoned(TimeZone::UTC).date(),
                shown(&imported.environment.0),
                shown(&imported.backup),
                shown(&imported.result),
                shown(&imported.note)
            ));
        }
    }
    Exit::Well
}

/// Newest first.
fn list(
    session: &Session,
    reading: &Reading,
    environment: Option<&str>,
    format: HistoryFormat,
) -> Exit {
    let entries: Vec<_> = reading
        .entries
        .iter()
        .rev()
        .filter(|entry| environment.is_none_or(|name| entry.environment().0 == name))
        .collect();
    match format {
        HistoryFormat::Csv => {
            say(CSV_HEADER);
            for entry in &entries {
                say(&shown(&row(entry)));
            }
        }
        HistoryFormat::Json => {
            for entry in &entries {
                show(session, entry, HistoryFormat::Json);
            }
        }
        HistoryFormat::Terminal | HistoryFormat::Markdown => table(session, &entries),
    }
    Exit::Well
}

/// ```text
///  id      date        environment  backup                   depth    verdict           RTO
///  4k2m9x  2026-11-03  prod         2026-11-03T00_00.tar.gz  compare  PASS            6m41s
/// ```
fn table(session: &Session, entries: &[&Entry]) {
    let paper = session.paper;
    if entries.is_empty() {
        say("no drill yet; begin with `lifeboat drill`");
        return;
    }
    let wide = paper.width.saturating_sub(7 + 11 + 13 + 9 + 17 + 8 + 3).clamp(16, 40);
    let heading = format!(
        " {}  {}  {}  {}  {}  {}  {}",
        padded("id", 6),
        padded("date", 10),
        padded("environment", 11),
        padded("backup", wide),
        padded("depth", 7),
        padded("verdict", 16),
        right("RTO", 6)
    );
    say(&paper.ink(Tone::Strong, &heading));
    for entry in entries {
        let date = entry.date().to_zoned(TimeZone::UTC).date().to_string();
        let environment = padded(&fitted(&shown(&entry.environment().0), 11), 11);
        let id = DrillId(entry.id).short();
        let (backup, depth, verdict, tone, rto) = match &entry.source {
            Source::Drilled(record) => drilled(record),
            Source::Imported(imported) => (
                imported.backup.clone(),
                String::new(),
                imported.result.clone(),
                Tone::Quiet,
                String::new(),
            ),
        };
        let left = entry.cleanup.as_ref().is_some_and(|cleanup| cleanup.failure.is_some());
        let left = if left { "  clean-up failed" } else { "" };
        let line = format!(
            " {}  {date}  {environment}  {}  {}  {}  {}{}",
            padded(&id, 6),
            padded(&fitted(&shown(&backup), wide), wide),
            padded(&depth, 7),
            paper.ink(tone, &padded(&fitted(&shown(&verdict), 16), 16)),
            right(&rto, 6),
            paper.ink(Tone::Bad, left)
        );
        say(line.trim_end());
    }
}

fn drilled(record: &Record) -> (String, String, String, Tone, String) {
    let rto = record.rto_s.and_then(|seconds| std::time::Duration::try_from_secs_f64(seconds).ok());
    let (verdict, tone) = if record.cancelled {
        ("cancelled".to_owned(), Tone::Quiet)
    } else {
        (record.verdict.to_string(), Tone::from(record.verdict))
    };
    let rto = rto.map(|rto| Span(rto).to_string()).unwrap_or_default();
    (record.object.name().to_owned(), record.depth.to_string(), verdict, tone, rto)
}

fn row(entry: &Entry) -> String {
    match &entry.source {
        Source::Drilled(record) => csv_row(record),
        Source::Imported(imported) => [
            imported.at.to_zoned(TimeZone::UTC).date().to_string(),
            imported.environment.to_string(),
            imported.backup.clone(),
            imported.result.clone(),
            imported.note.clone(),
        ]
        .map(|cell| csv_cell(&cell))
        .join(","),
    }
}
