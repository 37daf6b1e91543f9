//! The result of a drill: the side-by-side table, sorted and filtered, and where one is in it.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::drill::past::Past;
use crate::drill::record::{Cleanup, Record};
use crate::drill::table::Row;

#[derive(Debug)]
pub struct Shown {
    pub record: Arc<Record>,
    pub cleanup: Option<Cleanup>,
    /// What was written about it afterwards.
    pub notes: Vec<(String, String)>,
    /// Whether it is the drill of this session, whose sandbox may still be there.
    pub is_live: bool,
    rows: Vec<Row>,
    /// Which rows are shown, in their order.
    order: Vec<usize>,
    at: usize,
    pub sort: Sorting,
    pub filter: String,
}

/// What the table is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sorting {
    pub column: ResultColumn,
    /// The other way than the column has by itself.
    pub is_turned: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ResultColumn {
    /// As the configuration has it: named ones first.
    #[default]
    Given,
    Name,
    Dumped,
    Restored,
    Before,
    Now,
    /// The worst first.
    Verdict,
}

impl ResultColumn {
    pub const ALL: [Self; 7] = [
        Self::Given,
        Self::Name,
        Self::Dumped,
        Self::Restored,
        Self::Before,
        Self::Now,
        Self::Verdict,
    ];

    /// What is said of it in the title.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Given => "as configured",
            Self::Name => "name",
            Self::Dumped => "in dump",
            Self::Restored => "restored",
            Self::Before => "≤ T0",
            Self::Now => "now",
            Self::Verdict => "verdict",
        }
    }
}

impl Shown {
    pub fn of(record: Arc<Record>, cleanup: Option<Cleanup>, is_live: bool) -> Self {
        let rows = record.rows();
        let order = (0..rows.len()).collect();
        let (notes, sort, filter) = (Vec::new(), Sorting::default(), String::new());
        let mut shown = Self { record, cleanup, notes, is_live, rows, order, at: 0, sort, filter };
        shown.at = shown.worst();
        shown
    }

    /// A drill of before; `None` of a row of the spreadsheet.
    pub fn of_past(past: &Past) -> Option<Self> {
        let record = Arc::clone(past.record()?);
        let shown = Self::of(record, past.cleanup.clone(), false);
        Some(Self { notes: past.notes.clone(), ..shown })
    }

    /// The row that one wants to read first.
    fn worst(&self) -> usize {
        let severe = self.order.iter().enumerate().filter_map(|(at, row)| {
            let severity = self.rows.get(*row)?.severity?;
            (severity >= crate::domain::verdict::Severity::Warn).then_some((severity, at))
        });
        severe.rev().max_by_key(|(severity, _)| *severity).map_or(0, |(_, at)| at)
    }

    /// The rows that are shown, in their order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.order.iter().filter_map(|at| self.rows.get(*at))
    }

    pub const fn total(&self) -> usize {
        self.rows.len()
    }

    pub const fn at(&self) -> usize {
        self.at
    }

    pub fn selected(&self) -> Option<&Row> {
        self.rows().nth(self.at)
    }

    pub fn move_by(&mut self, by: isize) {
        self.select(self.at.saturating_add_signed(by));
    }

    pub fn select(&mut self, at: usize) {
        self.at = at.min(self.order.len().saturating_sub(1));
    }

    pub fn filter_by(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.arrange();
    }

    /// Sorts by a column; by the same one again, the other way.
    pub fn sort_by(&mut self, column: ResultColumn) {
        let is_turned = self.sort.column == column && !self.sort.is_turned;
        self.sort = Sorting { column, is_turned };
        self.arrange();
    }

    pub fn turn(&mut self) {
        self.sort.is_turned = !self.sort.is_turned;
        self.arrange();
    }

    /// Sorts by the column beside.
    pub fn shift_sort(&mut self, by: isize) {
        let all = ResultColumn::ALL;
        let at = all.iter().position(|column| *column == self.sort.column).unwrap_or(0);
        if let Some(column) = all.get(at.saturating_add_signed(by)) {
            self.sort = Sorting { column: *column, is_turned: false };
            self.arrange();
        }
    }

    fn arrange(&mut self) {
        let kept = self.selected().map(|row| row.namespace.clone());
        let wanted = self.filter.to_lowercase();
        let fits = |row: &Row| {
            let texts = [row.namespace.to_string(), row.word().to_owned(), row.why.clone()];
            texts.iter().any(|text| text.to_lowercase().contains(&wanted))
        };
        let rows = &self.rows;
        let mut order: Vec<(usize, &Row)> =
            rows.iter().enumerate().filter(|(_, row)| fits(row)).collect();
        let Sorting { column, is_turned } = self.sort;
        order.sort_by(|(_, one), (_, other)| compare(column, one, other));
        if is_turned {
            order.reverse();
        }
        let at = order.iter().position(|(_, row)| Some(&row.namespace) == kept.as_ref());
        self.order = order.into_iter().map(|(at, _)| at).collect();
        self.select(at.unwrap_or(0));
    }
}

/// Numbers and severities the largest first, names as in a dictionary.
fn compare(column: ResultColumn, one: &Row, other: &Row) -> Ordering {
    match column {
        ResultColumn::Given => Ordering::Equal,
        ResultColumn::Name => one.namespace.cmp(&other.namespace),
        ResultColumn::Dumped => other.dumped.cmp(&one.dumped),
        ResultColumn::Restored => other.restored.cmp(&one.restored),
        ResultColumn::Before => other.source_before.cmp(&one.source_before),
        ResultColumn::Now => other.source_now.cmp(&one.source_now),
        ResultColumn::Verdict => other.severity.cmp(&one.severity),
    }
}
