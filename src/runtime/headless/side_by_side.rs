//! The result of a drill on a terminal: the side-by-side table, findings, verdict, loss preview.

use std::time::Duration;

use unicode_width::UnicodeWidthStr as _;

use crate::domain::settings::Depth;
use crate::domain::text::shown;
use crate::domain::units::{Count, Span};
use crate::domain::verdict::{Judgement, Severity};
use crate::drill::recipe::mongodb;
use crate::drill::record::{Cleanup, Record};
use crate::drill::report::{line, not_run, source_heading};
use crate::drill::table::Row;

use super::paint::{Paper, Tone, fitted, padded, right, wrapped};

/// Everything that a reader wants to see of `record`, as lines.
pub fn result(record: &Record, cleanup: Option<&Cleanup>, paper: Paper) -> Vec<String> {
    let mut lines = Vec::new();
    let rows = record.rows();
    if !rows.is_empty() {
        lines.push(String::new());
        lines.extend(table(record, &rows, paper));
    }
    lines.extend(findings(record, paper));
    lines.push(String::new());
    lines.extend(conclusion(record, paper));
    lines.extend(cleanup.and_then(|cleanup| clean_up(cleanup, paper)));
    lines
}

/// ```text
///                                             production
///  collection         in dump  restored    ≤ T0      now  verdict  why
///  admin.biomaterial   41 203    41 203  41 190   42 011  PASS     13 deleted since, 821 new
/// ```
pub fn table(record: &Record, rows: &[Row], paper: Paper) -> Vec<String> {
    let columns = Columns::of(record, rows, paper.width);
    let mut lines = columns.header(record, paper);
    for row in rows {
        lines.extend(columns.row(row, paper));
    }
    lines
}

struct Columns {
    name: usize,
    restored: bool,
    source: bool,
    /// Room for the reason; 0 where it goes on lines of its own.
    why: usize,
    width: usize,
}

const NUMBER: usize = 9;
const VERDICT: usize = 7;

impl Columns {
    fn of(record: &Record, rows: &[Row], width: usize) -> Self {
        let widest = rows.iter().map(|row| shown(&row.namespace.to_string()).width()).max();
        let (restored, source) = (record.restored.is_some(), record.source.is_some());
        let numbers = 1 + usize::from(restored) + 2 * usize::from(source);
        let fixed = 1 + numbers * (NUMBER + 1) + 2 + VERDICT + 2;
        let name = widest.unwrap_or(0).clamp(10, width.saturating_sub(fixed + 12).max(16));
        let why = width.saturating_sub(fixed + name);
        Self { name, restored, source, why: if why < 12 { 0 } else { why }, width }
    }

    fn header(&self, record: &Record, paper: Paper) -> Vec<String> {
        let mut lines = Vec::new();
        if self.source {
            let before = 1 + self.name + (NUMBER + 1) * (1 + usize::from(self.restored));
            let heading = source_heading(record);
            let heading = right(&heading, (2 * (NUMBER + 1)).max(heading.width()));
            lines.push(paper.ink(Tone::Strong, &format!("{}{heading}", " ".repeat(before))));
        }
        let mut line = format!(" {}", padded("collection", self.name));
        let mut headings = vec!["in dump"];
        headings.extend(self.restored.then_some("restored"));
        headings.extend(self.source.then_some(["≤ T0", "now"]).into_iter().flatten());
        for heading in headings {
            line.push(' ');
            line.push_str(&right(heading, NUMBER));
        }
        line.push_str("  ");
        line.push_str(&padded("verdict", VERDICT));
        if self.why > 0 {
            line.push_str("  why");
        }
        lines.push(paper.ink(Tone::Strong, line.trim_end()));
        lines
    }

    fn row(&self, row: &Row, paper: Paper) -> Vec<String> {
        let mut text = format!(
            " {}",
            padded(&fitted(&shown(&row.namespace.to_string()), self.name), self.name)
        );
        let mut numbers = vec![row.dumped];
        numbers.extend(self.restored.then_some(row.restored));
        numbers.extend(
            self.source.then_some([row.source_before, row.source_now]).into_iter().flatten(),
        );
        for number in numbers {
            let cell = number.map_or("-".to_owned(), |number| Count(number).to_string());
            text.push(' ');
            text.push_str(&right(&cell, NUMBER));
        }
        let tone = match row.severity {
            Some(severity) => Tone::from(severity),
            None if row.word() == "PASS" => Tone::Good,
            None => Tone::Quiet,
        };
        let verdict = paper.ink(tone, &padded(row.word(), VERDICT));
        let why = shown(&row.why);
        let matters = row.severity >= Some(Severity::Warn);
        if self.why > 0 && (why.width() <= self.why || !matters) {
            let why = paper.ink(Tone::Plain, &fitted(&why, self.why));
            return vec![format!("{text}  {verdict}  {why}").trim_end().to_owned()];
        }
        // A reason that matters is never cut.
        let mut lines = vec![format!("{text}  {verdict}").trim_end().to_owned()];
        if matters {
            let reason = wrapped(&why, self.width.saturating_sub(6));
            lines.extend(reason.iter().map(|line| format!("     {}", paper.ink(tone, line))));
        }
        lines
    }
}

/// Findings about the whole backup, and rules that were not run.
fn findings(record: &Record, paper: Paper) -> Vec<String> {
    let mut lines = Vec::new();
    let general = record.judgements.iter().flat_map(Judgement::findings);
    for finding in general.filter(|finding| finding.namespace.is_none()) {
        let tone = Tone::from(finding.severity);
        for text in wrapped(&shown(&line(finding)), paper.width.saturating_sub(2)) {
            lines.push(format!(" {}", paper.ink(tone, &text)));
        }
    }
    for (rule, why) in not_run(record) {
        let text = fitted(&format!("not run {rule}: {why}"), paper.width.saturating_sub(2));
        lines.push(format!(" {}", paper.ink(Tone::Quiet, &text)));
    }
    if !lines.is_empty() {
        lines.insert(0, String::new());
    }
    lines
}

fn conclusion(record: &Record, paper: Paper) -> Vec<String> {
    let verdict = paper.ink(record.verdict.into(), record.verdict.word());
    let sentence = paper.ink(Tone::Strong, &record.sentence());
    let mut lines =
        vec![format!(" {verdict}  {} is {sentence}", paper.ink(Tone::Plain, record.object.name()))];
    if record.cancelled {
        lines = vec![format!(" {verdict}  {sentence}")];
    }
    let mut facts = Vec::new();
    if let Some(report) = &record.restored_with {
        facts.push(format!("restored with {}", report.tool));
    }
    if let Some(seconds) = record.rto_s.filter(|_| record.depth > Depth::Quick) {
        facts.push(format!("RTO {}", Span(Duration::from_secs_f64(seconds))));
    }
    if let Some(census) = &record.census {
        facts.push(format!("{} documents, {} raw", Count(census.documents()), census.bytes()));
    }
    if !facts.is_empty() {
        lines.push(format!(" {}", paper.ink(Tone::Quiet, &facts.join(" · "))));
    }
    if let Some(failed) = &record.failed {
        for text in wrapped(
            &shown(&format!("{}: {}", failed.step, failed.failure)),
            paper.width.saturating_sub(2),
        ) {
            lines.push(format!(" {}", paper.ink(Tone::Odd, &text)));
        }
    }
    for note in &record.notes {
        for text in wrapped(&shown(note), paper.width.saturating_sub(2)) {
            lines.push(format!(" {}", paper.ink(Tone::Quiet, &text)));
        }
    }
    if let Some(loss) = &record.loss {
        lines.push(String::new());
        for text in wrapped(&loss.sentence(), paper.width.saturating_sub(2)) {
            lines.push(format!(" {}", paper.ink(Tone::Plain, &text)));
        }
        let root = record.census.as_ref().map_or("", |census| census.root.as_str());
        // Never cut nor wrapped: it is there to be copied.
        let command = mongodb::command_to_copy(&record.object.url(), root);
        lines.push(format!("   {}", paper.ink(Tone::Quiet, &command)));
    }
    lines
}

fn clean_up(cleanup: &Cleanup, paper: Paper) -> Option<String> {
    let failure = cleanup.failure.as_ref()?;
    let text = format!("clean-up FAILED: {failure}; `lifeboat sweep` tries again");
    Some(format!("\n {}", paper.ink(Tone::Bad, &text)))
}
