//! What logs and texts have in common on the screen: a bar that says how they are read, and rows in
//! which stretches stand out.

use std::ops::Range;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use crate::app::pager::act::hidden_lines;
use crate::app::pager::wrap::window;
use crate::app::pager::{Page, Pager, Row};
use crate::domain::units::Count;
use crate::ui::paint::{fit, spans, width};
use crate::ui::theme::{Role, Theme};

/// The bar takes the first row, the text the others.
pub(super) fn split(area: Rect) -> (Rect, Rect) {
    let bar = Rect { height: area.height.min(1), ..area };
    let body = Rect { y: area.y + bar.height, height: area.height - bar.height, ..area };
    (bar, body)
}

/// How much of a text fits an area, without the bar.
pub fn page(area: Rect) -> Page {
    let (_, body) = split(area);
    Page { columns: usize::from(body.width), rows: usize::from(body.height) }
}

/// Parts of the bar, the most important first; what has no room is cut with a sign.
pub(super) fn bar(frame: &mut Frame<'_>, area: Rect, parts: &[(String, Role)], theme: &Theme) {
    let mut drawn = Vec::new();
    let mut left = area.width;
    for (at, (text, role)) in parts.iter().enumerate() {
        let between = if at == 0 { " " } else { " · " };
        let Some(rest) = left.checked_sub(width(between)).filter(|rest| *rest > 0) else { break };
        drawn.push(Span::styled(between, theme.role(Role::Muted)));
        let text = fit(text, rest).into_owned();
        left = rest - width(&text);
        drawn.push(Span::styled(text, theme.role(*role)));
    }
    spans(frame, area, drawn);
}

/// What is searched and hidden, and where on the line one is.
pub(super) fn parts_of(pager: &Pager, place: Option<(usize, usize)>) -> Vec<(String, Role)> {
    let mut parts = Vec::new();
    if let (Some(pattern), Some((at, all))) = (pager.searched(), place) {
        let at = if at == 0 { "–".to_owned() } else { Count(at as u64).to_string() };
        let role = if all == 0 { Role::Warning } else { Role::Accent };
        parts.push((format!("/{} {at}/{}", pattern.typed, Count(all as u64)), role));
    }
    if let Some(pattern) = pager.filtered() {
        let around =
            if pattern.around == 0 { String::new() } else { format!(" ±{}", pattern.around) };
        parts.push((format!("&{}{around}", pattern.typed), Role::Warning));
    }
    if pager.left() > 0 {
        parts.push((format!("from column {}", pager.left() + 1), Role::Accent));
    }
    parts
}

/// A part of a line that stands out; bytes of its text.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    pub(super) range: Range<usize>,
    pub(super) style: Style,
}

/// A text that is drawn: what of it, and how.
pub(super) struct Drawn<'a> {
    pub(super) text: &'a str,
    pub(super) row: Row,
    pub(super) style: Style,
    /// How many of its columns are off the screen on the left; what is said of the log never moves.
    pub(super) left: usize,
    /// Later ones lie over earlier ones.
    pub(super) stretches: Vec<Stretch>,
}

/// Where matches of the search are in a line; those of the line that was jumped to look different.
pub(super) fn matches(pager: &Pager, line: u64, text: &str, theme: &Theme) -> Vec<Stretch> {
    let mut style = theme.role(Role::SearchMatch);
    if pager.pointed() == Some(line) {
        style = style.add_modifier(Modifier::REVERSED);
    }
    let Some(pattern) = pager.searched() else { return Vec::new() };
    pattern.places(text).map(|(start, end)| Stretch { range: start..end, style }).collect()
}

/// The two cells before each line: a mark, and where one has jumped to.
pub(super) fn signs(buffer: &mut Buffer, at: Position, pager: &Pager, row: Row, theme: &Theme) {
    let Row::Text { line, start: 0, .. } = row else { return };
    if pager.is_marked(line) {
        buffer.set_stringn(at.x, at.y, "▌", 1, theme.role(Role::Marked));
    }
    if pager.pointed() == Some(line) {
        buffer.set_stringn(at.x + 1, at.y, "›", 1, theme.role(Role::Accent));
    }
}

/// What stands where lines are hidden.
pub(super) fn hidden(buffer: &mut Buffer, at: Position, columns: u16, count: u64, theme: &Theme) {
    buffer.set_stringn(at.x, at.y, hidden_lines(count), columns.into(), theme.role(Role::Muted));
}

/// One row of a line, from its left edge on; what goes on beyond an edge has a sign there.
pub(super) fn row(
    buffer: &mut Buffer,
    area: Rect,
    drawn: &Drawn<'_>,
    pager: &Pager,
    theme: &Theme,
) {
    let Row::Text { start, end, indent, .. } = drawn.row else { return };
    let columns = usize::from(area.width);
    let (range, padding, continues) = if pager.is_wrapped() {
        (start..end, indent, false)
    } else {
        let window = window(drawn.text, drawn.left, columns);
        (window.start..window.end, window.padding, window.continues)
    };
    let mut cuts = vec![range.start, range.end];
    let inside =
        |stretch: &&Stretch| stretch.range.start < range.end && stretch.range.end > range.start;
    for stretch in drawn.stretches.iter().filter(inside) {
        cuts.extend([stretch.range.start.max(range.start), stretch.range.end.min(range.end)]);
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut x = area.x + u16::try_from(padding).unwrap_or(0).min(area.width);
    for (from, to) in cuts.iter().zip(cuts.iter().skip(1)) {
        let covers = |stretch: &&Stretch| stretch.range.start <= *from && stretch.range.end >= *to;
        let style = drawn
            .stretches
            .iter()
            .filter(covers)
            .fold(drawn.style, |style, stretch| style.patch(stretch.style));
        let text = drawn.text.get(*from..*to).unwrap_or_default();
        let left = area.right().saturating_sub(x);
        (x, _) = buffer.set_stringn(x, area.y, text, left.into(), style);
    }
    let sign = theme.role(Role::Muted);
    if continues {
        let x = area.right().saturating_sub(1);
        buffer.set_stringn(x, area.y, "›", 1, sign);
    }
    if drawn.left > 0 && !drawn.text.is_empty() {
        buffer.set_stringn(area.x, area.y, "‹", 1, sign);
    }
}
