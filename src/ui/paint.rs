//! Texts in cells: cut with a sign, never silently.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// How many cells a text takes.
pub(super) fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// The text in at most `cells`, its end cut off with an ellipsis where it is longer.
pub(super) fn fit(text: &str, cells: u16) -> Cow<'_, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let mut cut = String::new();
    let mut left = usize::from(cells.saturating_sub(1));
    for character in text.chars() {
        let wide = character.width().unwrap_or(0);
        if wide > left {
            break;
        }
        left -= wide;
        cut.push(character);
    }
    if cells > 0 {
        cut.push('…');
    }
    Cow::Owned(cut)
}

/// A name in at most `cells`: its middle is cut, since names differ at both ends.
pub(super) fn fit_name(text: &str, cells: u16) -> Cow<'_, str> {
    const TAIL: usize = 6;
    if width(text) <= cells || cells < 16 {
        return fit(text, cells);
    }
    let tail: String = {
        let mut last: Vec<char> = text.chars().rev().take(TAIL).collect();
        last.reverse();
        last.into_iter().collect()
    };
    let head = fit(text, cells - width(&tail));
    Cow::Owned(format!("{head}{tail}"))
}

/// A reason and since when, in at most `cells`: the reason is cut first.
pub(super) fn fit_dated(text: &str, cells: u16) -> Cow<'_, str> {
    /// Less than this tells nothing.
    const REASON: u16 = 16;
    let parts = text.rsplit_once(" · ").filter(|_| width(text) > cells);
    let room = |since: &str| cells.saturating_sub(width(since) + 3);
    match parts.filter(|(_, since)| room(since) >= REASON) {
        Some((reason, since)) => Cow::Owned(format!("{} · {since}", fit(reason, room(since)))),
        None => fit(text, cells),
    }
}

/// One line in one style, cut to its area.
pub(super) fn line(frame: &mut Frame<'_>, area: Rect, text: &str, style: Style) {
    spans(frame, area, [Span::styled(fit(text, area.width), style)]);
}

/// Spans on one line.
pub(super) fn spans<'a>(
    frame: &mut Frame<'_>,
    area: Rect,
    spans: impl IntoIterator<Item = Span<'a>>,
) {
    if area.height > 0 {
        frame.render_widget(Line::from_iter(spans), Rect { height: 1, ..area });
    }
}

/// A box in the middle of `area`, as large as asked for where there is room.
pub(super) fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_has_a_sign() {
        assert_eq!(fit("abcdef", 6), "abcdef");
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("日本語", 4), "日…");
        assert_eq!(fit("abc", 0), "");
        assert_eq!(
            fit_dated("unschedulable: 0/6 nodes · 12m", 30),
            "unschedulable: 0/6 nodes · 12m"
        );
        assert_eq!(fit_dated("unschedulable: 0/6 nodes · 12m", 24), "unschedulable: 0/… · 12m");
        assert_eq!(fit_dated("unschedulable: 0/6 nodes · 12m", 18), "unschedulable: 0/…");
        assert_eq!(fit_name("ingest-state-tracking-7c9f8d-x2x4z", 20), "ingest-state-…-x2x4z");
    }
}
