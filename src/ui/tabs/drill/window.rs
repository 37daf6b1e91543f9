//! Which rows of a table are on the screen, and the sign for those that are not.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::ui::sheet::Part;
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

/// The rows around the cursor that have room. Where not all have, the last line is for the sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    first: usize,
    shown: usize,
    /// How many are behind the last one.
    below: usize,
    cursor: usize,
}

impl Window {
    pub(super) fn of(rows: usize, cursor: usize, lines: u16) -> Self {
        let lines = usize::from(lines);
        // In a single line a row says more than the sign would.
        let room = if rows > lines { lines.saturating_sub(1).max(1) } else { lines };
        let first = (cursor + 1).saturating_sub(room);
        let shown = rows.saturating_sub(first).min(room);
        Self { first, shown, below: rows.saturating_sub(first + shown), cursor }
    }

    /// The rows that are shown, each with its place among all.
    pub(super) fn of_rows<'r, T>(&self, rows: &'r [T]) -> impl Iterator<Item = (usize, &'r T)> {
        rows.iter().enumerate().skip(self.first).take(self.shown)
    }

    /// `… 3 above, 12 below`.
    pub(super) fn sign(&self) -> Option<Part> {
        let text = match (self.first, self.below) {
            (0, 0) => return None,
            (0, below) => format!("  … {below} more below"),
            (above, 0) => format!("  … {above} more above"),
            (above, below) => format!("  … {above} above, {below} below"),
        };
        Some((text, Role::Muted))
    }

    /// Marks the row under the cursor, and says where rows can be clicked.
    pub(super) fn mark(
        &self,
        frame: &mut Frame<'_>,
        body: Rect,
        theme: &Theme,
        viewports: &mut Viewports,
    ) {
        let lines = |count: usize| u16::try_from(count).unwrap_or(u16::MAX).min(body.height);
        viewports.rows(Rect { height: lines(self.shown), ..body }, self.first);
        let line = lines(self.cursor.saturating_sub(self.first));
        if usize::from(line) < self.shown && line < body.height {
            let area = Rect { y: body.y + line, height: 1, ..body };
            frame.buffer_mut().set_style(area, theme.role(Role::Selection));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: usize, cursor: usize, lines: u16, shown: &str, sign: &str) {
        let all: Vec<usize> = (0..rows).collect();
        let window = Window::of(rows, cursor, lines);
        let found: Vec<String> = window.of_rows(&all).map(|(at, _)| at.to_string()).collect();
        let told = window.sign().map(|(text, _)| text).unwrap_or_default();
        assert_eq!((found.join(" ").as_str(), told.trim()), (shown, sign), "{window:?}");
        assert!(found.len() + usize::from(!sign.is_empty()) <= usize::from(lines).max(2));
    }

    #[test]
    fn the_cursor_is_seen_and_what_has_no_room_has_a_sign() {
        check(3, 0, 3, "0 1 2", "");
        check(9, 0, 4, "0 1 2", "… 6 more below");
        check(9, 2, 4, "0 1 2", "… 6 more below");
        check(9, 3, 4, "1 2 3", "… 1 above, 5 below");
        check(9, 8, 4, "6 7 8", "… 6 more above");
        check(9, 4, 1, "4", "… 4 above, 4 below");
        check(0, 0, 5, "", "");
    }
}
