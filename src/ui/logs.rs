//! A log on the screen.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::app::logs::{Flow, Gutter, LogView, Shown, time_of_line, window};
use crate::app::pager::Row;
use crate::domain::describe::event_lines;
use crate::domain::document::{Emphasis, Line};
use crate::domain::units::{Count, plural};
use crate::ui::paint::width;
use crate::ui::reading::{self, Drawn, Stretch};
use crate::ui::sgr::style_of;
use crate::ui::text;
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

/// What tells sources apart, beside their names.
const SOURCES: [Role; 5] = [Role::Accent, Role::Fine, Role::Header, Role::Busy, Role::Warning];

/// Draws a log and how it is read.
///
/// ```text
///  ● following · /timeout 3/17 · &error ±2 · last 1000 lines · 1 204 lines
/// ▌›08-24 11:56:03.123 api   GET /health 200          <- mark, place, time, source, the line
///                      proxy …
/// ⋯ 12 lines hidden
/// ── lines are missing here: the reader was too slow ──
/// ```
pub fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    (view, now): (&LogView, Timestamp),
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let (bar, body) = reading::split(area);
    reading::bar(frame, bar, &parts(view), theme);
    let rows = view.rows(reading::page(area));
    let buffer = frame.buffer_mut();
    let mut y = body.y;
    for row in &rows {
        if y < body.bottom() {
            draw_row(buffer, Rect { y, height: 1, ..body }, *row, view, theme);
        }
        y = y.saturating_add(1);
    }
    if view.is_empty() {
        let below = Rect { y, height: body.bottom().saturating_sub(y), ..body };
        without_lines(buffer, below, (view, now), theme, viewports);
    }
}

fn parts(view: &LogView) -> Vec<(String, Role)> {
    let pager = view.pager();
    let mut parts = vec![match view.flow() {
        Flow::Loading => ("◌ loading".to_owned(), Role::Muted),
        Flow::Waiting(why) => (format!("◌ no log yet: {why}"), Role::Warning),
        Flow::Failing(why) => (format!("◐ tried again: {why}"), Role::Warning),
        Flow::Following => ("● following".to_owned(), Role::Fine),
        Flow::Paused(0) => ("‖ paused".to_owned(), Role::Warning),
        Flow::Paused(unseen) => (format!("‖ paused, {} new ↓", Count(unseen)), Role::Warning),
        Flow::Ended => ("■ ended".to_owned(), Role::Muted),
        Flow::BrokenOff => ("✗ broken off".to_owned(), Role::Warning),
    }];
    if view.is_loading_older() {
        parts.push(("◌ loading older lines".to_owned(), Role::Busy));
    }
    parts.extend(reading::parts_of(pager, view.search_place()));
    if view.request().previous {
        parts.push(("before the last restart".to_owned(), Role::Warning));
    }
    parts.push((window(view.request().start), Role::Muted));
    let sources = view.request().sources.len();
    if sources > 1 {
        parts.push((format!("{sources} containers"), Role::Muted));
    }
    if pager.is_wrapped() {
        parts.push(("wrapped".to_owned(), Role::Muted));
    }
    if view.has_times() {
        parts.push(("times in UTC".to_owned(), Role::Muted));
    }
    if !matches!(view.flow(), Flow::Loading | Flow::Waiting(_)) {
        parts.push((plural(view.count() as u64, "line"), Role::Muted));
    }
    parts
}

fn draw_row(buffer: &mut Buffer, area: Rect, row: Row, view: &LogView, theme: &Theme) {
    let pager = view.pager();
    let at = Position { x: area.x, y: area.y };
    let (line, is_first) = match row {
        Row::Hidden { count, .. } => return reading::hidden(buffer, at, area.width, count, theme),
        Row::Text { line, start, .. } => (line, start == 0),
    };
    reading::signs(buffer, at, pager, row, theme);
    let gutter = u16::try_from(view.gutter()).unwrap_or(u16::MAX).min(area.width);
    let text = Rect { x: area.x + gutter, width: area.width - gutter, ..area };
    let (line_text, role, left, mut stretches) = match view.line(line) {
        Shown::Line { gutter, styled } => {
            if is_first {
                draw_gutter(buffer, area, gutter, view, theme);
            }
            let runs = styled.runs.iter().map(|run| Stretch {
                range: run.start..run.end,
                style: style_of(&run.style, theme.depth),
            });
            let runs = runs.collect();
            (styled.text, Role::Text, pager.left(), runs)
        }
        Shown::Remark { text, is_bad: true } => (text, Role::Warning, 0, Vec::new()),
        Shown::Remark { text, is_bad: false } => (text, Role::Muted, 0, Vec::new()),
    };
    stretches.extend(reading::matches(pager, line, &line_text, theme));
    let drawn = Drawn { text: &line_text, row, style: theme.role(role), left, stretches };
    reading::row(buffer, text, &drawn, pager, theme);
}

/// The time and the source, after the two cells for signs.
fn draw_gutter(buffer: &mut Buffer, area: Rect, gutter: Gutter<'_>, view: &LogView, theme: &Theme) {
    const SIGNS: u16 = 2;
    const TIME: u16 = 19;
    let mut x = area.x.saturating_add(SIGNS);
    let mut put = |x: u16, text: &str, style: Style| {
        let left = usize::from(area.right().saturating_sub(x));
        buffer.set_stringn(x, area.y, text, left, style);
    };
    if let Some(at) = gutter.at {
        put(x, &time_of_line(at), theme.role(Role::Muted));
    }
    if view.has_times() {
        x = x.saturating_add(TIME);
    }
    if let Some((source, label)) = gutter.source {
        let role = SOURCES.get(usize::from(source) % SOURCES.len()).copied();
        put(x, label, theme.role(role.unwrap_or(Role::Accent)));
    }
}

/// Where there is no line: what the pod's events tell instead.
fn without_lines(
    buffer: &mut Buffer,
    area: Rect,
    (view, now): (&LogView, Timestamp),
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let mut lines = match view.flow() {
        Flow::Ended => vec![Line::default().plain("  the log is empty")],
        Flow::Loading => vec![Line::default().plain("  loading …")],
        // What there is to say stands above.
        Flow::BrokenOff
        | Flow::Waiting(_)
        | Flow::Failing(_)
        | Flow::Following
        | Flow::Paused(_) => Vec::new(),
    };
    if !view.events.is_empty() {
        lines.push(Line::default());
        lines.push(Line::default().with(Emphasis::Heading, "  Events of the pod"));
        lines.extend(event_lines(&view.events, now));
        for event in &view.events {
            if let Some(seen) = event.last.or(event.first) {
                viewports.aged(seen, now);
            }
        }
    }
    let room = usize::from(area.height);
    let cut = lines.len() > room;
    let shown = if cut { room.saturating_sub(1) } else { lines.len() };
    for (line, y) in lines.iter().zip(area.y..).take(shown) {
        text::draw_whole(buffer, Rect { y, height: 1, ..area }, line, theme);
    }
    if cut && room > 0 {
        let more = format!("  … {} more", lines.len() - shown);
        let y = area.bottom().saturating_sub(1);
        buffer.set_stringn(area.x, y, &more, width(&more).into(), theme.role(Role::Muted));
    }
}
