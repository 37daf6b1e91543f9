//! Rows of the screen out of lines: what a filter leaves, wrapped, from a place on.

use crate::app::pager::wrap::wrap;
use crate::app::pager::{Lines, Page, Pager, Row};

/// A row, whatever the width of the screen: a line, and a character of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) line: u64,
    pub(super) place: Place,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// What is said of hidden lines, before the line itself.
    #[default]
    Before,
    Byte(usize),
}

impl Row {
    pub(super) const fn position(&self) -> Position {
        match *self {
            Self::Hidden { before, .. } => Position { line: before, place: Place::Before },
            Self::Text { line, start, .. } => Position { line, place: Place::Byte(start) },
        }
    }
}

impl Pager {
    /// What fills the page.
    pub fn rows<L: Lines>(&self, lines: &L, page: Page) -> Vec<Row> {
        let top = self.top_of(lines, page);
        self.rows_from(lines, top, page.rows, page)
    }

    /// The rows that begin at a position, at most `count`.
    pub(super) fn rows_from<L: Lines>(
        &self,
        lines: &L,
        from: Position,
        count: usize,
        page: Page,
    ) -> Vec<Row> {
        let mut rows = Vec::with_capacity(count);
        let mut line = from.line;
        let block = self.block(lines, line, page);
        rows.extend(block.iter().skip(index_of(&block, from)));
        while rows.len() < count && line < lines.end() {
            line = self.shown_from(lines, line + 1).unwrap_or(lines.end());
            rows.extend(self.block(lines, line, page));
        }
        rows.truncate(count);
        rows
    }

    /// The first row of the page.
    pub(super) fn top_of<L: Lines>(&self, lines: &L, page: Page) -> Position {
        let last = self.last_top(lines, page);
        let Some(top) = self.top else { return last };
        let is_there = top.line >= lines.first() && top.line < lines.end();
        if is_there && self.is_shown(lines, top.line) {
            return top.min(last);
        }
        let next = self.shown_from(lines, top.line.max(lines.first()));
        next.map_or(last, |line| Position { line, place: Place::Before }.min(last))
    }

    /// The first row of the last full page.
    fn last_top<L: Lines>(&self, lines: &L, page: Page) -> Position {
        let end = Position { line: lines.end(), place: Place::Before };
        let after = self.block(lines, lines.end(), page).len();
        self.back(lines, end, page.rows.saturating_sub(after), page)
    }

    /// So many rows further up, or the first.
    pub(super) fn back<L: Lines>(
        &self,
        lines: &L,
        from: Position,
        count: usize,
        page: Page,
    ) -> Position {
        let mut line = from.line;
        let mut block = self.block(lines, line, page);
        let mut at = index_of(&block, from);
        let mut left = count;
        loop {
            if let Some(row) = at.checked_sub(left).and_then(|at| block.get(at)) {
                return row.position();
            }
            // The end has no rows where nothing is hidden there.
            if left == 0 {
                return Position { line, place: Place::Before };
            }
            left -= at;
            let Some(before) = self.shown_before(lines, line) else {
                return block
                    .first()
                    .map_or(Position { line, place: Place::Before }, Row::position);
            };
            line = before;
            block = self.block(lines, line, page);
            at = block.len();
        }
    }

    /// A line's rows, after what is said of lines that are hidden before it. The end has a block too.
    fn block<L: Lines>(&self, lines: &L, line: u64, page: Page) -> Vec<Row> {
        let mut rows = Vec::with_capacity(1);
        let shown = self.shown_before(lines, line).map_or(lines.first(), |shown| shown + 1);
        if line > shown {
            rows.push(Row::Hidden { before: line, count: line - shown });
        }
        if line < lines.first() || line >= lines.end() {
            return rows;
        }
        let text = lines.plain(line);
        if !self.wraps {
            rows.push(Row::Text { line, start: 0, end: text.len(), indent: 0 });
            return rows;
        }
        // More than half of the screen is kept for what is said.
        let hang = lines.hang(line).min(page.columns / 2);
        let starts = wrap(&text, page.columns, hang);
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        rows.extend(starts.iter().zip(ends).map(|(start, end)| Row::Text {
            line,
            start: *start,
            end,
            indent: if *start == 0 { 0 } else { hang },
        }));
        rows
    }

    pub(super) fn is_shown<L: Lines>(&self, lines: &L, line: u64) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.is_near(line) || lines.stands_out(line))
    }

    pub(super) fn shown_from<L: Lines>(&self, lines: &L, line: u64) -> Option<u64> {
        (line.max(lines.first())..lines.end()).find(|line| self.is_shown(lines, *line))
    }

    pub(super) fn shown_before<L: Lines>(&self, lines: &L, line: u64) -> Option<u64> {
        let end = line.min(lines.end());
        (lines.first()..end).rev().find(|line| self.is_shown(lines, *line))
    }
}

/// The row of a block that shows a position: the last that does not begin after it.
fn index_of(block: &[Row], position: Position) -> usize {
    block.partition_point(|row| row.position() <= position).saturating_sub(1)
}
