//! Searching, which hides nothing, and filtering, which says what it hides.

use crate::app::pager::layout::{Place, Position};
use crate::app::pager::pattern::{Hits, Pattern};
use crate::app::pager::wrap::column;
use crate::app::pager::{Lines, Page, Pager, Row};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Down,
    Up,
}

fn hits_of<L: Lines>(pattern: Pattern, lines: &L) -> Hits {
    let mut hits = Hits::new(pattern);
    for line in lines.first()..lines.end() {
        hits.test(line, &lines.plain(line));
    }
    hits
}

impl Pager {
    /// Searches for what was typed and goes to the nearest match; nothing typed ends the search. The
    /// answer says why that could not be done.
    pub(super) fn search<L: Lines>(
        &mut self,
        lines: &L,
        typed: &str,
        page: Page,
    ) -> Option<String> {
        if typed.is_empty() {
            self.search = None;
            return None;
        }
        let pattern = match Pattern::search(typed) {
            Ok(pattern) => pattern,
            Err(why) => return Some(why),
        };
        let follows = self.is_at_end();
        self.search = Some(hits_of(pattern, lines));
        self.pointed = None;
        // Who reads the end looks for what was there last.
        self.step(lines, page, if follows { Direction::Up } else { Direction::Down })
    }

    /// Goes to another match, round the ends.
    pub(super) fn step<L: Lines>(
        &mut self,
        lines: &L,
        page: Page,
        direction: Direction,
    ) -> Option<String> {
        let search = self.search.as_ref()?;
        let shown = || search.lines().filter(|line| self.is_shown(lines, *line));
        let (next, around) = match (self.pointed_on(lines, page), direction) {
            (Some(current), Direction::Down) => {
                (shown().find(|line| *line > current), shown().next())
            }
            (Some(current), Direction::Up) => {
                (shown().rev().find(|line| *line < current), shown().next_back())
            }
            (None, Direction::Down) => {
                let top = self.top_of(lines, page).line;
                (shown().find(|line| *line >= top), shown().next())
            }
            (None, Direction::Up) => {
                let below = self.rows(lines, page).last().map_or(0, Row::line);
                (shown().rev().find(|line| *line <= below), shown().next_back())
            }
        };
        let Some(target) = next.or(around) else {
            let hidden = search.lines().next().is_some();
            let but = if hidden { " in the lines that the filter shows" } else { "" };
            return Some(format!("`{}` is not found{but}", search.pattern.typed));
        };
        let pattern = search.pattern.clone();
        self.reveal(lines, target, pattern.find(&lines.plain(target)), page);
        self.pointed = Some(target);
        let end = if direction == Direction::Down { "from the first" } else { "from the last" };
        next.is_none().then(|| format!("no further match; on {end}"))
    }

    /// Hides the lines that do not match; nothing typed shows all again.
    pub(super) fn filter<L: Lines>(&mut self, lines: &L, typed: &str) -> Option<String> {
        if typed.is_empty() {
            self.filter = None;
            return None;
        }
        match Pattern::filter(typed) {
            Ok(pattern) => self.filter = Some(hits_of(pattern, lines)),
            Err(why) => return Some(why),
        }
        None
    }

    /// Searches all lines again: they may read differently.
    pub(in crate::app) fn read_again<L: Lines>(&mut self, lines: &L) {
        for hits in [&mut self.search, &mut self.filter].into_iter().flatten() {
            *hits = hits_of(hits.pattern.clone(), lines);
        }
    }

    /// Puts a line on the screen, and the characters `found` of it; what is there already does not move.
    pub(super) fn reveal<L: Lines>(
        &mut self,
        lines: &L,
        line: u64,
        found: Option<(usize, usize)>,
        page: Page,
    ) {
        let (start, end) = found.unwrap_or((0, 0));
        let top = self.top_of(lines, page);
        let is_there = |row: &Row| {
            matches!(*row, Row::Text { line: shown, start: first, end: last, .. }
                if shown == line && first <= start && (start < last || first == last))
        };
        self.top = if self.rows_from(lines, top, page.rows, page).iter().any(is_there) {
            Some(top)
        } else {
            let at = Position { line, place: Place::Byte(start) };
            Some(self.back(lines, at, page.rows / 3, page))
        };
        let text = lines.plain(line);
        let (from, to) = (column(&text, start), column(&text, end));
        if from < self.left || to > self.left + page.columns {
            self.left = if to <= page.columns { 0 } else { from.saturating_sub(page.columns / 3) };
        }
    }
}
