//! A text on the screen: a description, YAML, an explanation.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::pager::{Pager, Row};
use crate::app::pods::layer::Loaded;
use crate::app::text::{SIGN, TextView};
use crate::domain::document::{Emphasis, Line};
use crate::domain::text::shown;
use crate::domain::units::Count;
use crate::ui::paint;
use crate::ui::reading::{self, Drawn, Stretch};
use crate::ui::sheet::wrap;
use crate::ui::theme::{Role, Theme};

/// Draws a text and where one is in it, or why there is none.
///
/// ```text
///  line 12 of 240 · /image 1/3
///   Containers
/// ▌›  api
///       image         registry/api:1.2
/// ```
pub fn draw(frame: &mut Frame<'_>, area: Rect, text: &Loaded, theme: &Theme) {
    match text {
        Loaded::Waiting => paint::line(frame, area, " loading …", theme.role(Role::Muted)),
        Loaded::Failed(failure) => {
            let room = usize::from(area.width.saturating_sub(2));
            let mut line = Rect { height: 1, ..area };
            let mut tell = |text: &str, role: Role| {
                for part in
                    wrap(&shown(text), room).iter().take(usize::from(area.bottom() - line.y))
                {
                    paint::line(frame, line, &format!(" {part}"), theme.role(role));
                    line.y += 1;
                }
            };
            tell(&failure.what, Role::Critical);
            tell(failure.advice.as_deref().unwrap_or_default(), Role::Text);
        }
        Loaded::Text(view) => draw_text(frame, area, view, theme),
    }
}

/// Draws a text and where one is in it.
pub(super) fn draw_view(frame: &mut Frame<'_>, area: Rect, view: &TextView, theme: &Theme) {
    draw_text(frame, area, view, theme);
}

fn draw_text(frame: &mut Frame<'_>, area: Rect, view: &TextView, theme: &Theme) {
    let (bar, body) = reading::split(area);
    let pager = view.pager();
    let rows = view.rows(reading::page(area));
    let all = view.document().lines.len() as u64;
    let first = rows.first().map_or(0, |row| row.line() + 1).min(all);
    let mut parts = vec![(format!("line {} of {}", Count(first), Count(all)), Role::Muted)];
    parts.extend(reading::parts_of(pager, view.search_place()));
    if pager.is_wrapped() {
        parts.push(("wrapped".to_owned(), Role::Muted));
    }
    reading::bar(frame, bar, &parts, theme);
    let buffer = frame.buffer_mut();
    for (row, y) in rows.iter().zip(body.y..body.bottom()) {
        draw_row(buffer, Rect { y, height: 1, ..body }, *row, view, theme);
    }
}

fn draw_row(buffer: &mut Buffer, area: Rect, row: Row, view: &TextView, theme: &Theme) {
    let pager = view.pager();
    let at = Position { x: area.x, y: area.y };
    let number = match row {
        Row::Hidden { count, .. } => return reading::hidden(buffer, at, area.width, count, theme),
        Row::Text { line, .. } => line,
    };
    let Some(line) = view.line(number) else { return };
    reading::signs(buffer, at, pager, row, theme);
    let mut stretches = stretches_of(line, theme);
    stretches.extend(reading::matches(pager, number, &line.text, theme));
    let style = theme.role(Role::Text);
    let drawn = Drawn { text: &line.text, row, style, left: pager.left(), stretches };
    let sign = u16::try_from(SIGN).unwrap_or(0).min(area.width);
    let text = Rect { x: area.x + sign, width: area.width - sign, ..area };
    reading::row(buffer, text, &drawn, pager, theme);
}

/// A line that is nowhere scrolled; its end is cut with a sign.
pub(super) fn draw_whole(buffer: &mut Buffer, area: Rect, line: &Line, theme: &Theme) {
    let row = Row::Text { line: 0, start: 0, end: line.text.len(), indent: 0 };
    let stretches = stretches_of(line, theme);
    let style = theme.role(Role::Text);
    let drawn = Drawn { text: &line.text, row, style, left: 0, stretches };
    reading::row(buffer, area, &drawn, &Pager::at_top(), theme);
}

fn stretches_of(line: &Line, theme: &Theme) -> Vec<Stretch> {
    let style = |emphasis| {
        theme.role(match emphasis {
            Emphasis::Heading => Role::Title,
            Emphasis::Key => Role::Accent,
            Emphasis::Faint => Role::Muted,
            Emphasis::Good => Role::Fine,
            Emphasis::Warning => Role::Warning,
            Emphasis::Bad => Role::Critical,
        })
    };
    let spans = line.spans.iter();
    spans.map(|span| Stretch { range: span.start..span.end, style: style(span.emphasis) }).collect()
}
