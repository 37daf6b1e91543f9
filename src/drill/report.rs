//! A record as text for others: Markdown for the ticket, a row for the spreadsheet.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use crate::domain::census::Namespace;
use crate::domain::settings::Depth;
use crate::domain::units::{Count, Span};
use crate::domain::verdict::{Finding, Judgement, Outcome, Verdict};

use super::plan::Selection;
use super::record::{Cleanup, Record};

/// The header of the spreadsheet, and of what `history import` reads.
pub const CSV_HEADER: &str = "date,environment,backup,result,note";

/// The report that goes into a ticket.
pub fn markdown(record: &Record, cleanup: Option<&Cleanup>) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    write_markdown(&mut text, record, cleanup).ok();
    text
}

fn write_markdown(
    text: &mut String,
    record: &Record,
    cleanup: Option<&Cleanup>,
) -> std::fmt::Result {
    let object = &record.object;
    writeln!(text, "# Restore drill {}: {}\n", record.id.short(), record.verdict)?;
    writeln!(
        text,
        "**{}**: {} {}\n",
        escape(&record.environment.to_string()),
        escape(object.name()),
        escape(&record.sentence())
    )?;
    let mut fact = |name: &str, value: String| writeln!(text, "- {name}: {value}");
    fact("object", format!("{}, {}", code(&object.url()), object.size))?;
    fact("dump began (T0)", format!("{:.0}", object.began.at))?;
    fact("drilled", format!("{:.0} by {}", record.started, escape(&record.actor)))?;
    fact("depth", record.depth.to_string())?;
    fact("picked", picked(&record.selection))?;
    if let Some(version) = &record.server_version {
        fact("server version", format!("{} (from {})", escape(&version.value), version.from))?;
    }
    if let Some(engine) = &record.container_engine {
        fact("sandbox", {
            let engine_is = escape(&format!("{} {}", engine.engine, engine.version));
            format!("{} on {engine_is}", code(&engine.image))
        })?;
    }
    if let Some(report) = &record.restored_with {
        fact("restored with", report.tool.to_string())?;
    }
    if let Some(seconds) = record.rto_s {
        fact(
            "time to restore (RTO)",
            Span(std::time::Duration::from_secs_f64(seconds)).to_string(),
        )?;
    }
    if let Some(failed) = &record.failed {
        fact(
            "could not be done",
            format!("{}: {}", failed.step, escape(&failed.failure.to_string())),
        )?;
    }
    write_table(text, record)?;
    write_findings(text, record)?;
    if let Some(loss) = &record.loss {
        writeln!(text, "## If it had to be restored now\n\n{}\n", loss.sentence())?;
        writeln!(text, "```sh\n{}\n```\n", record.command_to_copy())?;
    }
    match cleanup {
        Some(Cleanup { failure: None, removed, .. }) => {
            writeln!(text, "Clean-up: complete, {} removed.", removed.len())
        }
        Some(Cleanup { failure: Some(failure), .. }) => {
            writeln!(text, "Clean-up FAILED: {}.", escape(&failure.to_string()))
        }
        // The restored copy is still kept, or the process was killed.
        None => writeln!(text, "Clean-up: none recorded when this was written."),
    }
}

fn write_table(text: &mut String, record: &Record) -> std::fmt::Result {
    let rows = record.rows();
    if rows.is_empty() {
        return writeln!(text);
    }
    let source = escape(&source_heading(record));
    writeln!(
        text,
        "\n| collection | in dump | restored | {source} ≤ T0 | {source} now | verdict | why |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|---|---|")?;
    for row in &rows {
        let cell =
            |count: Option<u64>| count.map_or("-".to_owned(), |count| Count(count).to_string());
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            escape(&row.namespace.to_string()),
            cell(row.dumped),
            cell(row.restored),
            cell(row.source_before),
            cell(row.source_now),
            row.word(),
            escape(&row.why)
        )?;
    }
    writeln!(text)
}

fn write_findings(text: &mut String, record: &Record) -> std::fmt::Result {
    let general: Vec<_> = record
        .judgements
        .iter()
        .flat_map(Judgement::findings)
        .filter(|finding| finding.namespace.is_none())
        .collect();
    if !general.is_empty() {
        writeln!(text, "## Findings\n")?;
        for finding in general {
            writeln!(text, "- {}", escape(&line(finding)))?;
        }
        writeln!(text)?;
    }
    let not_run = not_run(&record.judgements);
    if !not_run.is_empty() {
        writeln!(text, "## Not run\n")?;
        for (rule, why) in not_run {
            writeln!(text, "- {rule}: {}", escape(why))?;
        }
        writeln!(text)?;
    }
    Ok(())
}

/// `FAIL A1: the archive is cut`.
pub fn line(finding: &Finding) -> String {
    let word = finding.severity.word();
    let about = |name: &Namespace| format!("{name}: ");
    let place = finding.namespace.as_ref().map(about).unwrap_or_default();
    format!("{word} {}: {place}{}", finding.rule, finding.reason)
}

/// Rules of the asked depth that were not run, those with one reason together: `A5, A6`.
pub fn not_run(judgements: &[Judgement]) -> Vec<(String, &str)> {
    let mut reasons: Vec<(String, &str)> = Vec::new();
    for judged in judgements {
        let Outcome::NotRun { why } = &judged.outcome else { continue };
        match reasons.iter_mut().find(|(_, reason)| reason == why) {
            Some((rules, _)) => {
                rules.push_str(", ");
                rules.push_str(judged.rule.id());
            }
            None => reasons.push((judged.rule.id().to_owned(), why)),
        }
    }
    reasons
}

/// The heading of the source's columns: *production* only where the environment is production.
pub fn source_heading(record: &Record) -> String {
    if record.production { "production".to_owned() } else { record.environment.to_string() }
}

/// How the object came to be drilled, in words.
pub fn picked(selection: &Selection) -> String {
    match selection {
        Selection::Random(pick) => format!(
            "at random from {} (1 in {:.0}; stratum {}; seed {}; pool {})",
            crate::domain::units::plural(pick.pool_size, "backup"),
            1.0 / pick.chance,
            pick.stratum,
            pick.seed,
            pick.pool_sha256.get(..12).unwrap_or(&pick.pool_sha256)
        ),
        Selection::Latest => "the newest".to_owned(),
        Selection::Named => "by name".to_owned(),
    }
}

/// What the spreadsheet calls the result. A scan is no test, and a cancelled drill has no verdict:
/// whoever reads the row back must not take them for one.
fn result(record: &Record) -> String {
    match (record.cancelled, record.depth, record.verdict) {
        (true, ..) => "cancelled".to_owned(),
        (false, Depth::Quick, Verdict::Pass | Verdict::Warn) => Depth::Quick.praise().to_owned(),
        (false, Depth::Quick, Verdict::Fail) => format!("not {}", Depth::Quick.praise()),
        (false, _, verdict) => verdict.to_string(),
    }
}

/// One row for the spreadsheet, under [`CSV_HEADER`].
pub fn csv_row(record: &Record) -> String {
    let date = record.started.to_zoned(TimeZone::UTC).date().to_string();
    let mut note = format!("{} {}", record.depth, record.id);
    if let Some(seconds) = record.rto_s.filter(|_| record.depth > Depth::Quick) {
        let rto = Span(std::time::Duration::from_secs_f64(seconds));
        note = format!("{note}, restored in {rto}");
    }
    [date, record.environment.to_string(), record.object.name().to_owned(), result(record), note]
        .map(|cell| csv_cell(&cell))
        .join(",")
}

/// A cell as RFC 4180 wants it. A leading `=`, `+`, `-` or `@` would be a formula in a spreadsheet.
pub fn csv_cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

/// Markdown's own signs in text from outside: it can neither break a table nor bring links, pictures
/// or HTML into a ticket. An underscore inside a word, as names have it, means nothing there.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '\\' | '|' | '`' | '*' | '[' | ']' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Text from outside between backticks, which nothing inside can end.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'").replace(['\n', '\r'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_never_a_formula() {
        assert_eq!(csv_cell("plain"), "plain");
        assert_eq!(csv_cell("a,b \"c\""), "\"a,b \"\"c\"\"\"");
        assert_eq!(csv_cell("=1+1"), "'=1+1");
    }

    #[test]
    fn text_from_outside_cannot_break_the_table() {
        assert_eq!(escape("a|b\nc"), "a\\|b c");
        assert_eq!(escape("![x](http://y) <img> `z` *"), "!\\[x\\](http://y) &lt;img> \\`z\\` \\*");
        assert_eq!(escape("admin.bundle_manifest"), "admin.bundle_manifest");
        assert_eq!(code("a`b\nc"), "`a'b c`");
    }
}
