//! The state of one table: cursor, marks, sort, filter, columns. The cursor is a key, so it stays on
//! its row whatever is sorted, filtered or told; the rows are made anew only when something changed.

use std::collections::HashSet;

use crate::app::columns::Column;
use crate::app::filter::Filtering;
use crate::app::rows::{Context, Row, RowKey, Sought};
use crate::domain::severity::Severity;

/// What a table is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sort {
    pub column: Column,
    pub descending: bool,
}

impl Sort {
    pub const fn by(column: Column) -> Self {
        Self { column, descending: column.starts_descending() }
    }
}

/// One table.
#[derive(Debug, Clone)]
pub struct Table {
    pub sort: Sort,
    pub filtering: Filtering,
    pub wide: bool,
    pub faults_only: bool,
    /// How many columns are scrolled out on the left.
    pub scrolled: u16,
    pub marks: HashSet<RowKey>,
    cursor: Option<RowKey>,
    /// Where the cursor was when its row was last there.
    at: usize,
    /// Those that pass the filter, in their order.
    rows: Vec<Row>,
    /// All that the view has.
    all: Vec<Row>,
    /// They are in their order, too.
    is_sorted: bool,
}

impl Table {
    pub fn sorted_by(column: Column) -> Self {
        Self {
            sort: Sort::by(column),
            filtering: Filtering::default(),
            wide: false,
            faults_only: false,
            scrolled: 0,
            marks: HashSet::new(),
            cursor: None,
            at: 0,
            rows: Vec::new(),
            all: Vec::new(),
            is_sorted: false,
        }
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// How many rows there are without the filter.
    pub const fn total(&self) -> usize {
        self.all.len()
    }

    /// The field of the filter of which no row says anything.
    pub fn unanswered(&self, context: Context<'_>) -> Option<&str> {
        self.filtering.unanswered(&self.all.iter().map(move |row| Sought { row, context }))
    }

    /// The place of the cursor; 0 in an empty table.
    pub const fn at(&self) -> usize {
        self.at
    }

    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.at)
    }

    /// The rows that an action is about: the marked ones, else the one under the cursor.
    pub fn chosen(&self) -> Vec<&Row> {
        if self.marks.is_empty() {
            return self.selected().into_iter().collect();
        }
        self.rows.iter().filter(|row| self.marks.contains(&row.key())).collect()
    }

    /// Takes all rows of the view, keeps those that pass, in their order.
    pub fn fill(&mut self, rows: Vec<Row>, context: &Context<'_>) {
        self.all = rows;
        self.is_sorted = false;
        if self.is_filtered() {
            // Few of them pass, as a rule.
            self.sift(context);
        } else {
            self.refilter(context);
        }
    }

    /// Keeps those of the rows that pass now.
    pub fn refilter(&mut self, context: &Context<'_>) {
        if !self.is_sorted {
            sort(&mut self.all, self.sort, context);
            self.is_sorted = true;
        }
        self.sift(context);
    }

    fn sift(&mut self, context: &Context<'_>) {
        let passes = |row: &&Row| {
            (!self.faults_only || row.severity() >= Severity::Warning)
                && self.filtering.keeps(&Sought { row, context: *context })
        };
        self.rows = self.all.iter().filter(passes).cloned().collect();
        if !self.is_sorted {
            sort(&mut self.rows, self.sort, context);
        }
        self.find_cursor();
        if !self.marks.is_empty() {
            let there: HashSet<RowKey> = self.rows.iter().map(Row::key).collect();
            self.marks.retain(|key| there.contains(key));
        }
    }

    fn find_cursor(&mut self) {
        let found = self.cursor.as_ref().and_then(|key| {
            // It seldom moves: look where it was first.
            let stays = self.rows.get(self.at).is_some_and(|row| row.key() == *key);
            if stays { Some(self.at) } else { self.rows.iter().position(|row| row.key() == *key) }
        });
        match found {
            Some(at) => self.at = at,
            None => self.select(self.at),
        }
    }

    /// Puts the cursor on the row at `at`, or the nearest there is.
    pub fn select(&mut self, at: usize) {
        self.at = at.min(self.rows.len().saturating_sub(1));
        // On the first row it stays on top: nobody has chosen that row.
        self.cursor = if self.at == 0 { None } else { self.rows.get(self.at).map(Row::key) };
    }

    pub fn move_by(&mut self, rows: isize) {
        self.select(self.at.saturating_add_signed(rows));
    }

    pub fn toggle_mark(&mut self) {
        let Some(key) = self.selected().map(Row::key) else { return };
        if !self.marks.remove(&key) {
            self.marks.insert(key);
        }
        self.move_by(1);
    }

    /// Marks all rows from the nearest mark above to the cursor.
    pub fn mark_range(&mut self) {
        let keys: Vec<RowKey> = self.rows.iter().take(self.at + 1).map(Row::key).collect();
        let from = keys.iter().rposition(|key| self.marks.contains(key)).unwrap_or(self.at);
        self.marks.extend(keys.into_iter().skip(from));
    }

    /// Sorts by a column; again, the other way.
    pub fn sort_by(&mut self, column: Column) {
        if self.sort.column == column {
            self.sort.descending = !self.sort.descending;
        } else {
            self.sort = Sort::by(column);
        }
    }

    pub fn filter_by(&mut self, text: &str) {
        self.filtering = Filtering::of(text);
    }

    pub fn is_filtered(&self) -> bool {
        !self.filtering.is_empty() || self.faults_only
    }
}

/// By a column, and what is equal there by rank.
fn sort(rows: &mut [Row], sort: Sort, context: &Context<'_>) {
    // They come nearly in this order, and a stable sort leaves them in it: names are compared seldom.
    rows.sort_by(Row::rank);
    rows.sort_by(|a, b| {
        let by = a.compare(b, sort.column, context);
        if sort.descending { by.reverse() } else { by }
    });
}
