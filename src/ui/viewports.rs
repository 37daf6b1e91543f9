//! What drawing remembers between frames: scroll offsets, widths, where things were drawn, and when
//! what was drawn will read differently.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::layout::{Position, Rect};

use crate::app::action::Action;
use crate::app::columns::Column;
use crate::domain::age::next_change;

/// Written by drawing, read by the loop.
#[derive(Debug, Default)]
pub struct Viewports {
    /// The first row that is shown.
    pub offset: usize,
    /// The widths of the columns of the table that was drawn last: they only grow while it is shown.
    pub widths: HashMap<Column, u16>,
    /// Which table these are of, and how many lists had been answered when they were begun: what stood
    /// there before the others came is no measure.
    pub table: String,
    pub answers: usize,
    /// By what its rows were filtered then. While a filter is typed, nothing shrinks.
    pub filter: String,
    /// What a click on a part of the screen means; the last one that fits counts.
    clicks: Vec<(Rect, Action)>,
    /// Where rows were drawn, and which one was the first.
    rows: Option<(Rect, usize)>,
    /// In how long the first of the ages that were drawn reads differently.
    changes: Option<Duration>,
    /// The first line of the help that was drawn.
    help: Option<u16>,
}

impl Viewports {
    /// Forgets where things were drawn.
    pub(super) fn begin(&mut self) {
        self.clicks.clear();
        self.rows = None;
        self.changes = None;
        self.help = None;
    }

    /// The help was drawn from this line on.
    pub(super) fn help(&mut self, first: u16) {
        self.help = Some(first);
    }

    /// From which line on the help was drawn, where it was.
    pub const fn help_first(&self) -> Option<u16> {
        self.help
    }

    /// Something is drawn over everything: what is below cannot be clicked.
    pub(super) fn cover(&mut self) {
        self.clicks.clear();
        self.rows = None;
    }

    /// An age of `since` was drawn.
    pub(super) fn aged(&mut self, since: Timestamp, now: Timestamp) {
        let next = next_change(since, now);
        self.changes = Some(self.changes.map_or(next, |known| known.min(next)));
    }

    pub(super) fn click(&mut self, area: Rect, action: Action) {
        self.clicks.push((area, action));
    }

    pub(super) fn rows(&mut self, area: Rect, first: usize) {
        self.rows = Some((area, first));
    }

    /// What a click means.
    pub fn action_at(&self, column: u16, row: u16) -> Option<Action> {
        let position = Position { x: column, y: row };
        if let Some((area, first)) = self.rows
            && area.contains(position)
        {
            return Some(Action::SelectRow(first + usize::from(row - area.y)));
        }
        let clicks = self.clicks.iter().rev();
        clicks.clone().find(|(area, _)| area.contains(position)).map(|(_, action)| *action)
    }

    /// In how long what was drawn reads differently; `None`: never.
    pub const fn changes(&self) -> Option<Duration> {
        self.changes
    }
}
