//! Taking over another journal folder, or the spreadsheet of before.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ulid::Ulid;

use crate::domain::environment::EnvironmentName;
use crate::domain::failure::Failure;
use crate::drill::report::CSV_HEADER;

use super::{ImportOutcome, Journal, Line, Source, read};

/// A row of the spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub at: Timestamp,
    pub environment: EnvironmentName,
    /// The object's name, as somebody wrote it down.
    pub backup: String,
    pub result: String,
    pub note: String,
}

impl Imported {
    /// Whether the row says that the backup passed or failed a test, rather than that nobody knows
    /// or that it was only read: `intact` is a scan's word.
    pub fn came_to_a_verdict(&self) -> bool {
        let result = self.result.to_lowercase();
        let is_no_test = ["not verif", "cancel", "intact"].iter().any(|word| result.contains(word));
        !result.is_empty() && !is_no_test
    }

    /// The drills that the note names: a row that was exported names its own.
    fn drills(&self) -> impl Iterator<Item = Ulid> {
        let words = self.note.split(|c: char| !c.is_ascii_alphanumeric());
        words.filter_map(|word| Ulid::from_string(word).ok())
    }

    /// The same row always gets the same id, so that importing twice adds nothing.
    pub fn id(&self) -> Ulid {
        let mut hash = Sha256::new();
        for part in [&self.environment.0, &self.backup, &self.result, &self.note] {
            hash.update(part);
            hash.update([0]);
        }
        let random = hash.finalize().first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes));
        let milliseconds = u64::try_from(self.at.as_millisecond()).unwrap_or(0);
        Ulid::from_parts(milliseconds, random)
    }
}

/// Why nothing was imported: all problems of the file at once.
#[derive(Debug, thiserror::Error)]
pub enum ImportProblem {
    #[error("reading {path} failed: {source}")]
    Io { path: String, source: std::io::Error },
    #[error(transparent)]
    Journal(#[from] Failure),
    #[error("{path} was not imported, nothing of it:\n{}", .problems.join("\n"))]
    Rows { path: String, problems: Vec<String> },
}

pub(super) fn import(journal: &Journal, from: &Path) -> Result<ImportOutcome, ImportProblem> {
    let io = |source| ImportProblem::Io { path: from.display().to_string(), source };
    let existing = journal.read()?;
    let is_known = |id: Ulid| existing.entries.iter().any(|entry| entry.id == id);
    let mut outcome = ImportOutcome::default();
    let mut add = |id: Ulid, lines: &[Line]| -> Result<(), ImportProblem> {
        if is_known(id) {
            outcome.known += 1;
            return Ok(());
        }
        for line in lines {
            journal.append(id, line)?;
        }
        outcome.added += 1;
        Ok(())
    };
    if from.is_dir() {
        let reading = read::folder(from).map_err(io)?;
        if !reading.problems.is_empty() {
            let problems = reading.problems.iter();
            let problems =
                problems.map(|problem| format!("  {}: {}", problem.file.display(), problem.what));
            return Err(rows(from, problems.collect()));
        }
        for entry in reading.entries {
            let mut lines = vec![match entry.source {
                Source::Drilled(record) => Line::Result(record),
                Source::Imported(row) => Line::Imported(row),
            }];
            lines.extend(entry.cleanup.map(Line::Cleanup));
            lines.extend(entry.notes.into_iter().map(Line::Note));
            lines.extend(entry.reports.into_iter().map(Line::Report));
            add(entry.id, &lines)?;
        }
    } else {
        let text = fs::read_to_string(from).map_err(io)?;
        for row in parse_csv(&text).map_err(|problems| rows(from, problems))? {
            // A drill that is here already came back through a spreadsheet.
            let id = row.drills().find(|id| is_known(*id)).unwrap_or_else(|| row.id());
            add(id, &[Line::Imported(row)])?;
        }
    }
    Ok(outcome)
}

fn rows(from: &Path, problems: Vec<String>) -> ImportProblem {
    ImportProblem::Rows { path: from.display().to_string(), problems }
}

/// Reads a spreadsheet's CSV (RFC 4180) under [`CSV_HEADER`]; all problems at once, with lines.
pub fn parse_csv(text: &str) -> Result<Vec<Imported>, Vec<String>> {
    let mut records = cells(text.trim_start_matches('\u{feff}'))?.into_iter();
    match records.next() {
        Some((_, header)) if header.join(",") == CSV_HEADER => {}
        _ => return Err(vec![format!("  line 1: the header must be `{CSV_HEADER}`")]),
    }
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for (line, cells) in records {
        match <[String; 5]>::try_from(cells) {
            Ok([date, environment, backup, result, note]) => match instant(&date) {
                Some(at) => {
                    let environment = EnvironmentName(environment);
                    rows.push(Imported { at, environment, backup, result, note });
                }
                None => {
                    problems.push(format!("  line {line}: `{date}` is not a date like 2026-11-20"));
                }
            },
            Err(cells) => problems.push(format!("  line {line}: {} cells, not 5", cells.len())),
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

fn instant(text: &str) -> Option<Timestamp> {
    let civil = text.parse::<DateTime>().ok();
    let civil = civil.or_else(|| Some(text.parse::<Date>().ok()?.at(0, 0, 0, 0)))?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// The cells of each record with the line it begins on; blank lines are left out.
fn cells(text: &str) -> Result<Vec<(usize, Vec<String>)>, Vec<String>> {
    let mut records = Vec::new();
    let (mut line, mut begun) = (1, 1);
    let (mut record, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell).trim().to_owned()),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                line += 1;
                finish(&mut records, begun, &mut record, &mut cell);
                begun = line;
            }
            other => {
                line += usize::from(other == '\n');
                cell.push(other);
            }
        }
    }
    if quoted {
        return Err(vec![format!("  line {begun}: a quotation mark is never closed")]);
    }
    finish(&mut records, begun, &mut record, &mut cell);
    Ok(records)
}

fn finish(
    records: &mut Vec<(usize, Vec<String>)>,
    line: usize,
    record: &mut Vec<String>,
    cell: &mut String,
) {
    record.push(std::mem::take(cell).trim().to_owned());
    let record = std::mem::take(record);
    if record.iter().any(|cell| !cell.is_empty()) {
        records.push((line, record));
    }
}
