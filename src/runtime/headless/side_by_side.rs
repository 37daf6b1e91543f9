//! The result of a drill on a terminal: the side-by-side table, findings, verdict, loss preview.

use std::time::Duration;

use unicode_width::UnicodeWidthStr as _;

use crate::domain::settings::Depth;
use crate::domain::text::shown;
use crate::domain::units::{Count, Span};
use crate::domain::verdict::{Judgement, Severity};
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
///  collection in admin  in dump  restored    ≤ T0     now  verdict  why
///  biomaterial           41 203    41 203  41 190  42 011  PASS     13 deleted since, 821 new
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
    /// One width for each column of numbers.
    numbers: Vec<usize>,
    restored: bool,
    source: bool,
    /// The database that all collections are in, which is then said once.
    database: Option<String>,
    verdict: usize,
    /// Room for the reason; 0 where it goes on lines of its own.
    why: usize,
    width: usize,
}

/// Lines of the sandbox's log that are shown where it failed; the record has more.
const LOG_LINES: usize = 20;
/// A reason in less room than this says nothing.
const LEAST_WHY: usize = 12;

impl Columns {
    fn of(record: &Record, rows: &[Row], width: usize) -> Self {
        let mut columns = Self {
            name: 0,
            numbers: Vec::new(),
            restored: record.restored.is_some(),
            source: record.source.is_some(),
            database: common_database(rows),
            verdict: rows.iter().map(|row| row.word().width()).fold("verdict".len(), usize::max),
            why: 0,
            width,
        };
        columns.numbers = columns.headings().iter().map(|heading| heading.width()).collect();
        for row in rows {
            let cells = columns.cells(row);
            for (width, cell) in columns.numbers.iter_mut().zip(cells) {
                *width = (*width).max(cell.width());
            }
        }
        let numbers: usize = columns.numbers.iter().map(|number| number + 2).sum();
        let fixed = 1 + numbers + 2 + columns.verdict + 2;
        let widest = rows.iter().map(|row| columns.label(row).width()).max().unwrap_or(0);
        let room = width.saturating_sub(fixed + LEAST_WHY).max(16);
        columns.name = widest.max(columns.heading().width()).min(room);
        columns.why = width.saturating_sub(fixed + columns.name);
        if columns.why < LEAST_WHY {
            columns.why = 0;
        }
        columns
    }

    fn headings(&self) -> Vec<&'static str> {
        let mut headings = vec!["in dump"];
        headings.extend(self.restored.then_some("restored"));
        headings.extend(self.source.then_some(["≤ T0", "now"]).into_iter().flatten());
        headings
    }

    fn cells(&self, row: &Row) -> Vec<String> {
        let mut numbers = vec![row.dumped];
        numbers.extend(self.restored.then_some(row.restored));
        numbers.extend(
            self.source.then_some([row.source_before, row.source_now]).into_iter().flatten(),
        );
        let cell =
            |number: Option<u64>| number.map_or("-".to_owned(), |number| Count(number).to_string());
        numbers.into_iter().map(cell).collect()
    }

    fn heading(&self) -> String {
        match &self.database {
            Some(database) => format!("collection in {}", shown(database)),
            None => "collection".to_owned(),
        }
    }

    fn label(&self, row: &Row) -> String {
        let whole = row.namespace.to_string();
        let label = if self.database.is_some() { &row.namespace.collection } else { &whole };
        shown(label).into_owned()
    }

    fn header(&self, record: &Record, paper: Paper) -> Vec<String> {
        let mut lines = Vec::new();
        if self.source {
            let mut widths = self.numbers.iter().rev().map(|number| number + 2);
            let over: usize = widths.by_ref().take(2).sum();
            let indent = 1 + self.name + widths.sum::<usize>();
            let heading = right(&source_heading(record), over);
            lines.push(paper.ink(Tone::Strong, &format!("{}{heading}", " ".repeat(indent))));
        }
        let mut line = format!(" {}", padded(&self.heading(), self.name));
        for (heading, width) in self.headings().into_iter().zip(&self.numbers) {
            line.push_str("  ");
            line.push_str(&right(heading, *width));
        }
        line.push_str("  ");
        line.push_str(&padded("verdict", self.verdict));
        if self.why > 0 {
            line.push_str("  why");
        }
        lines.push(paper.ink(Tone::Strong, line.trim_end()));
        lines
    }

    fn row(&self, row: &Row, paper: Paper) -> Vec<String> {
        let mut text = format!(" {}", padded(&fitted(&self.label(row), self.name), self.name));
        for (cell, width) in self.cells(row).iter().zip(&self.numbers) {
            text.push_str("  ");
            text.push_str(&right(cell, *width));
        }
        let tone = match row.severity {
            Some(severity) => Tone::from(severity),
            None if row.word() == "PASS" => Tone::Good,
            None => Tone::Quiet,
        };
        let verdict = paper.ink(tone, &padded(row.word(), self.verdict));
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

/// The database of all rows, where it is one.
fn common_database(rows: &[Row]) -> Option<String> {
    let first = &rows.first()?.namespace.database;
    rows.iter().all(|row| row.namespace.database == *first).then(|| first.clone())
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
    for (rules, why) in not_run(&record.judgements) {
        let text = format!("not run {rules}: {why}");
        for text in wrapped(&shown(&text), paper.width.saturating_sub(2)) {
            lines.push(format!(" {}", paper.ink(Tone::Quiet, &text)));
        }
    }
    if !lines.is_empty() {
        lines.insert(0, String::new());
    }
    lines
}

fn conclusion(record: &Record, paper: Paper) -> Vec<String> {
    let verdict = paper.ink(record.verdict.into(), record.verdict.word());
    let sentence = paper.ink(Tone::Strong, &record.sentence());
    let name = paper.ink(Tone::Plain, record.object.name());
    let mut lines = vec![format!(" {verdict}  {name} {sentence}")];
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
    let surplus = record.sandbox_log.len().saturating_sub(LOG_LINES);
    for said in record.sandbox_log.iter().skip(surplus) {
        let said = fitted(&shown(said), paper.width.saturating_sub(4));
        lines.push(format!("   {}", paper.ink(Tone::Quiet, &said)));
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
        // Never cut nor wrapped: it is there to be copied.
        let command = record.command_to_copy();
        lines.push(format!("   {}", paper.ink(Tone::Quiet, &command)));
    }
    lines
}

fn clean_up(cleanup: &Cleanup, paper: Paper) -> Option<String> {
    let failure = cleanup.failure.as_ref()?;
    let text = format!("clean-up FAILED: {failure}; `lifeboat sweep` tries again");
    Some(format!("\n {}", paper.ink(Tone::Bad, &text)))
}
