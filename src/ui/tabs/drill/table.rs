//! The columns of the side-by-side table, in the width there is.

use unicode_width::UnicodeWidthStr as _;

use crate::domain::units::Count;
use crate::domain::verdict::Severity;
use crate::drill::record::Record;
use crate::drill::report::source_heading;
use crate::drill::table::Row;
use crate::ui::theme::Role;

use crate::ui::sheet::{Part, left, right};

const GAP: usize = 2;
/// A reason in less room than this says nothing.
const LEAST_WHY: usize = 14;

pub(super) struct Columns {
    name: usize,
    /// Heading and width of each column of numbers.
    numbers: Vec<(&'static str, usize)>,
    has_restored: bool,
    has_source: bool,
    verdict: usize,
    /// Room for the reason; 0 where there is none.
    pub(super) why: usize,
    /// The database that all collections are in, which is then said once.
    database: Option<String>,
}

impl Columns {
    pub(super) fn of(record: &Record, rows: &[&Row], width: u16) -> Self {
        let (has_restored, has_source) = (record.restored.is_some(), record.source.is_some());
        let mut columns = Self {
            name: 0,
            numbers: Vec::new(),
            has_restored,
            has_source,
            verdict: rows.iter().map(|row| row.word().width()).fold(7, usize::max),
            why: 0,
            database: common_database(rows),
        };
        let mut headings = vec!["in dump"];
        headings.extend(has_restored.then_some("restored"));
        headings.extend(has_source.then_some(["≤ T0", "now"]).into_iter().flatten());
        columns.numbers = headings
            .into_iter()
            .enumerate()
            .map(|(at, heading)| {
                let cells = rows.iter().filter_map(|row| columns.cells(row).into_iter().nth(at));
                (heading, cells.map(|cell| cell.width()).fold(heading.width(), usize::max))
            })
            .collect();
        let numbers: usize = columns.numbers.iter().map(|(_, width)| width + GAP).sum();
        let fixed = 2 + numbers + GAP + columns.verdict;
        let widest = rows.iter().map(|row| columns.label(row).width()).max().unwrap_or(0);
        let widest = widest.max(columns.heading().width());
        let room = usize::from(width).saturating_sub(fixed).max(12);
        columns.name = widest.min(room);
        columns.why = room.saturating_sub(columns.name + GAP);
        if columns.why < LEAST_WHY {
            columns.why = 0;
        }
        columns
    }

    fn heading(&self) -> String {
        match &self.database {
            Some(database) => format!("collection in {database}"),
            None => "collection".to_owned(),
        }
    }

    fn label(&self, row: &Row) -> String {
        match self.database {
            Some(_) => row.namespace.collection.clone(),
            None => row.namespace.to_string(),
        }
    }

    fn cells(&self, row: &Row) -> Vec<String> {
        let mut numbers = vec![row.dumped];
        numbers.extend(self.has_restored.then_some(row.restored));
        numbers.extend(
            self.has_source.then_some([row.source_before, row.source_now]).into_iter().flatten(),
        );
        let cell =
            |number: Option<u64>| number.map_or("-".to_owned(), |number| Count(number).to_string());
        numbers.into_iter().map(cell).collect()
    }

    /// The name of the source, over its two columns.
    pub(super) fn over(&self, record: &Record) -> Option<Vec<Part>> {
        if !self.has_source {
            return None;
        }
        let own: usize = self.numbers.iter().rev().take(2).map(|(_, width)| width + GAP).sum();
        let before: usize = self.numbers.iter().rev().skip(2).map(|(_, width)| width + GAP).sum();
        let role = if record.production { Role::Production } else { Role::Header };
        Some(vec![
            (" ".repeat(2 + self.name + before), Role::Muted),
            (right(&source_heading(record), own), role),
        ])
    }

    pub(super) fn header(&self) -> Vec<Part> {
        let mut text = format!("  {}", left(&self.heading(), self.name));
        for (heading, width) in &self.numbers {
            text.push_str(&" ".repeat(GAP));
            text.push_str(&right(heading, *width));
        }
        text.push_str(&" ".repeat(GAP));
        text.push_str(&left("verdict", self.verdict));
        if self.why > 0 {
            text.push_str("  why");
        }
        vec![(text, Role::Header)]
    }

    pub(super) fn row(&self, row: &Row, is_selected: bool) -> Vec<Part> {
        let sign = if is_selected { "▌ " } else { "  " };
        let label = left(&self.label(row), self.name);
        let mut parts = vec![(sign.to_owned(), Role::Accent), (label, Role::Text)];
        for (cell, (_, width)) in self.cells(row).iter().zip(&self.numbers) {
            let role = if cell == "-" { Role::Muted } else { Role::Text };
            parts.push((format!("  {}", right(cell, *width)), role));
        }
        parts.push((format!("  {}", left(row.word(), self.verdict)), role_of(row)));
        if self.why > 0 {
            let matters = row.severity >= Some(Severity::Warn);
            let role = if matters { role_of(row) } else { Role::Muted };
            parts.push((format!("  {}", left(&row.why, self.why)), role));
        }
        parts
    }
}

pub(super) fn role_of(row: &Row) -> Role {
    match row.severity {
        Some(Severity::Fail) => Role::Critical,
        Some(Severity::Warn | Severity::CouldNotVerify) => Role::Warning,
        None if row.word() == "PASS" => Role::Fine,
        Some(Severity::Info) | None => Role::Muted,
    }
}

/// The database of all rows, where it is one.
fn common_database(rows: &[&Row]) -> Option<String> {
    let first = &rows.first()?.namespace.database;
    rows.iter().all(|row| row.namespace.database == *first).then(|| first.clone())
}
