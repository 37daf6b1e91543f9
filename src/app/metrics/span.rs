//! Which stretch of time is looked at, and the instant whose values are read off.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::metrics::range::Range;
use crate::domain::series::Window;

pub(super) const DAY: Duration = Duration::from_hours(24);
/// Nothing shorter is shown.
const SHORTEST: Duration = Duration::from_hours(48);

/// The stretch, and the cursor in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub range: Range,
    /// A part of the range, where somebody looks closer.
    zoomed: Option<Window>,
    pub cursor: Option<Timestamp>,
}

impl Default for Span {
    fn default() -> Self {
        Self { range: Range::TwoWeeks, zoomed: None, cursor: None }
    }
}

impl Span {
    pub fn window(&self, now: Timestamp) -> Window {
        self.zoomed.unwrap_or_else(|| Window::before(now, self.range.length()))
    }

    pub const fn is_zoomed(&self) -> bool {
        self.zoomed.is_some()
    }

    /// Another range, all of it; a cursor that is not in it goes.
    pub(super) fn choose(&mut self, range: Range, now: Timestamp) {
        (self.range, self.zoomed) = (range, None);
        let window = self.window(now);
        self.cursor = self.cursor.filter(|at| window.contains(*at));
    }

    /// Half of the window, around the cursor; says whether there was more to see.
    pub(super) fn zoom_in(&mut self, now: Timestamp) -> bool {
        let window = self.window(now);
        let length = (window.length() / 2).max(SHORTEST);
        let is_closer = length < window.length();
        if is_closer {
            let centre = self.cursor.unwrap_or(window.to);
            self.zoomed = Some(around(centre, length, Window::before(now, self.range.length())));
        }
        is_closer
    }

    /// Twice the window, at most the range; says whether there was more to see.
    pub(super) fn zoom_out(&mut self, now: Timestamp) -> bool {
        let Some(window) = self.zoomed else { return false };
        let length = window.length() * 2;
        let whole = Window::before(now, self.range.length());
        let centre = middle(window);
        let is_whole = length >= whole.length();
        self.zoomed = (!is_whole).then(|| around(centre, length, whole));
        true
    }

    pub(super) fn zoom_away(&mut self) {
        self.zoomed = None;
    }

    /// Moves the cursor by so many steps; from nowhere it comes to the newest point. The window
    /// follows it, within the range.
    pub(super) fn step(&mut self, by: i32, step: Duration, (newest, now): (Timestamp, Timestamp)) {
        let whole = Window::before(now, self.range.length());
        let step = SignedDuration::try_from(step).unwrap_or(SignedDuration::ZERO);
        let next = match self.cursor {
            None => newest,
            Some(at) => at.saturating_add(step * by).unwrap_or(at),
        };
        let next = next.clamp(whole.from, newest.max(whole.from));
        self.cursor = Some(next);
        if let Some(window) = self.zoomed.filter(|window| !window.contains(next)) {
            self.zoomed = Some(around(next, window.length(), whole));
        }
    }
}

fn middle(window: Window) -> Timestamp {
    window.from.saturating_add(window.length() / 2).unwrap_or(window.to)
}

/// A window of this length around an instant, pushed into another.
fn around(centre: Timestamp, length: Duration, whole: Window) -> Window {
    let to = centre.saturating_add(length / 2).unwrap_or(whole.to).min(whole.to);
    let earliest = whole.from.saturating_add(length).unwrap_or(whole.to);
    Window::before(to.max(earliest), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn zooming_in_and_out_comes_back_to_the_whole_range() {
        let now = at("2026-11-20T09:30:00Z");
        let mut span = Span { range: Range::NinetyDays, ..Span::default() };
        let whole = span.window(now);
        span.cursor = Some(at("2026-10-01T00:00:00Z"));
        let mut lengths = vec![whole.length()];
        while span.zoom_in(now) {
            let window = span.window(now);
            assert!(window.contains(span.cursor.unwrap()));
            assert!(whole.from <= window.from && window.to <= whole.to);
            lengths.push(window.length());
        }
        assert!(lengths.is_sorted_by(|one, two| one > two) && lengths.len() == 7);
        assert_eq!(lengths.last(), Some(&SHORTEST));
        while span.zoom_out(now) {}
        assert_eq!((span.window(now), span.is_zoomed()), (whole, false));
    }

    #[test]
    fn the_window_follows_the_cursor_and_neither_leaves_the_range() {
        let now = at("2026-11-20T09:30:00Z");
        let newest = at("2026-11-18T00:00:00Z");
        let mut span = Span { range: Range::NinetyDays, ..Span::default() };
        let whole = span.window(now);
        span.step(-1, DAY, (newest, now));
        assert_eq!(span.cursor, Some(newest), "it begins at the newest point");
        span.zoom_in(now);
        for _ in 0..200 {
            span.step(-1, DAY, (newest, now));
            assert!(span.window(now).contains(span.cursor.unwrap()));
            assert!(whole.from <= span.window(now).from);
        }
        assert_eq!(span.cursor, Some(whole.from));
        for _ in 0..200 {
            span.step(1, DAY, (newest, now));
        }
        assert_eq!(span.cursor, Some(newest));
    }

    #[test]
    fn a_cursor_that_another_range_does_not_reach_goes() {
        let now = at("2026-11-20T09:30:00Z");
        let mut span = Span { range: Range::NinetyDays, ..Span::default() };
        span.cursor = Some(at("2026-10-01T00:00:00Z"));
        span.choose(Range::TwoWeeks, now);
        assert_eq!(span.cursor, None);
    }
}
