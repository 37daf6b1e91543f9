//! Reading a text of many lines: where one is in it, what is searched, what is hidden. Logs and other
//! texts are read the same way.
//!
//! Invariant: the place is a line and a character of it, never a row of the screen, so that neither
//! new lines nor another width of the screen move what is read.

use std::borrow::Cow;
use std::collections::BTreeSet;

pub mod act;
mod find;
mod layout;
pub mod pattern;
#[cfg(test)]
mod tests;
pub mod wrap;

use layout::Position;
use pattern::Hits;

/// Lines with numbers that stay theirs while others come and go.
pub trait Lines {
    fn first(&self) -> u64;

    /// One past the last.
    fn end(&self) -> u64;

    /// What is shown and searched: safe, without escape sequences. Empty for a line that is gone.
    fn plain(&self, line: u64) -> Cow<'_, str>;

    /// Whether no filter hides it: what tells of the text itself.
    fn stands_out(&self, line: u64) -> bool;

    /// How far in the rows after a line's first begin, where it is wrapped.
    fn hang(&self, _line: u64) -> usize {
        0
    }
}

/// The size of the area that the text has, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub columns: usize,
    pub rows: usize,
}

impl Page {
    /// The same without the cells that stand before each line.
    #[must_use]
    pub const fn without(self, gutter: usize) -> Self {
        let columns = self.columns.saturating_sub(gutter);
        Self { columns: if columns == 0 { 1 } else { columns }, rows: self.rows }
    }
}

/// One row of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// So many lines before `before` are hidden by the filter.
    Hidden { before: u64, count: u64 },
    /// The bytes `start..end` of a line, so far in; `start` is zero on its first row.
    Text { line: u64, start: usize, end: usize, indent: usize },
}

impl Row {
    /// The line, or the one before which lines are hidden.
    pub const fn line(&self) -> u64 {
        match *self {
            Self::Hidden { before: line, .. } | Self::Text { line, .. } => line,
        }
    }
}

/// Where one is in a text.
#[derive(Debug, Default)]
pub struct Pager {
    /// The first row; `None` while the end is followed.
    top: Option<Position>,
    /// How many columns are off the screen on the left, where lines are not wrapped.
    left: usize,
    wraps: bool,
    search: Option<Hits>,
    filter: Option<Hits>,
    /// The line that a jump has reached last.
    pointed: Option<u64>,
    marks: BTreeSet<u64>,
}

impl Pager {
    /// Begins at the first line and stays there.
    pub fn at_top() -> Self {
        Self { top: Some(Position::default()), ..Self::default() }
    }

    /// Wraps lines from the start.
    pub(super) const fn wrap(&mut self) {
        self.wraps = true;
    }

    /// Whether the end is on the screen, whatever comes.
    pub const fn is_at_end(&self) -> bool {
        self.top.is_none()
    }

    pub const fn is_wrapped(&self) -> bool {
        self.wraps
    }

    /// How many columns are off the screen on the left.
    pub const fn left(&self) -> usize {
        if self.wraps { 0 } else { self.left }
    }

    pub fn is_marked(&self, line: u64) -> bool {
        self.marks.contains(&line)
    }

    /// The line that a jump has reached last: a match, a mark, an error.
    pub const fn pointed(&self) -> Option<u64> {
        self.pointed
    }

    /// What is searched for, to show where it matches.
    pub fn searched(&self) -> Option<&pattern::Pattern> {
        self.search.as_ref().map(|search| &search.pattern)
    }

    /// What lines have to match.
    pub fn filtered(&self) -> Option<&pattern::Pattern> {
        self.filter.as_ref().map(|filter| &filter.pattern)
    }

    /// The place among the matches that are not hidden, and how many there are: `3/17`.
    pub fn search_place<L: Lines>(&self, lines: &L) -> Option<(usize, usize)> {
        let search = self.search.as_ref()?;
        let shown = || search.lines().filter(|line| self.is_shown(lines, *line));
        let place =
            self.pointed.map_or(0, |current| shown().filter(|line| *line <= current).count());
        Some((place, shown().count()))
    }

    /// Searches a line that has come.
    pub fn learn<L: Lines>(&mut self, lines: &L, line: u64) {
        if self.search.is_none() && self.filter.is_none() {
            return;
        }
        let text = lines.plain(line);
        if let Some(search) = &mut self.search {
            search.test(line, &text);
        }
        if let Some(filter) = &mut self.filter {
            filter.test(line, &text);
        }
    }

    /// Lines before this one are gone.
    pub fn forget(&mut self, first: u64) {
        if let Some(search) = &mut self.search {
            search.forget(first);
        }
        if let Some(filter) = &mut self.filter {
            filter.forget(first);
        }
        self.pointed = self.pointed.filter(|line| *line >= first);
        if self.marks.first().is_some_and(|line| *line < first) {
            self.marks = self.marks.split_off(&first);
        }
    }

    /// Other lines have been put among these: each is where `new` says.
    pub(super) fn renumber<L: Lines>(&mut self, lines: &L, new: impl Fn(u64) -> u64) {
        if let Some(top) = &mut self.top {
            top.line = new(top.line);
        }
        self.pointed = self.pointed.map(&new);
        self.marks = self.marks.iter().copied().map(&new).collect();
        self.read_again(lines);
        self.forget(lines.first());
    }

    /// All lines are gone, and others will come: what is searched stays.
    pub(super) fn start_again(&mut self, at_top: bool) {
        self.forget(u64::MAX);
        self.top = at_top.then(Position::default);
    }
}
