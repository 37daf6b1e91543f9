//! What is what: names, signs and values; and the sentence in place of a chart that has no room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::plot::{Form, Plot};
use crate::domain::series::Point;
use crate::domain::text::shown;
use crate::ui::paint::{fit, width};
use crate::ui::theme::{ColourDepth, Role, Theme};

use super::Chart;
use super::axes::date;
use super::look::look;

/// The names with their signs, and the values at the cursor; without one the newest of the window.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, chart: &Chart<'_>, theme: &Theme) {
    let plot = chart.plot;
    let mut left = area.width;
    let mut spans: Vec<Span<'_>> = Vec::new();
    let mut push = |text: String, role: Role| {
        let text = fit(&text, left).into_owned();
        left -= width(&text);
        spans.push(Span::styled(text, theme.role(role)));
        left > 0
    };
    let cursor = chart.cursor();
    if let Some(at) = cursor {
        push(format!(" {} ", date(at, plot.window)), Role::Selection);
    }
    if plot.form == Form::Stacked && plot.layers.len() > 1 {
        push(" all ".to_owned(), Role::Muted);
        let total = plot.read(&plot.total, cursor);
        push(format!("{} ", value(plot, total, "not measured")), Role::Title);
    }
    let names = plot.layers.len();
    // Where the sum is not known its parts are not told one by one.
    let is_known = cursor
        .is_none_or(|at| plot.form == Form::Lines || names == 1 || plot.total.near(at).is_some());
    for (at, layer) in plot.layers.iter().enumerate() {
        let look = look(at);
        let sign = match plot.form {
            Form::Lines => look.sign,
            Form::Stacked if theme.depth == ColourDepth::None => look.fill,
            Form::Stacked => "█",
        };
        let is_only = names == 1;
        push(format!(" {sign} "), look.role);
        push(format!("{} ", shown(&layer.label)), if is_only { Role::Text } else { Role::Muted });
        let read = plot.reading(layer, cursor);
        // Where the sum is known, what has no part in it is not there.
        let is_part = plot.form == Form::Stacked && names > 1;
        let otherwise = if is_part { "none" } else { "not measured" };
        let value = if is_known { value(plot, read, otherwise) } else { String::new() };
        if !push(format!("{value} "), Role::Text) {
            break;
        }
    }
    buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
}

/// A value, or what is said in its place.
fn value(plot: &Plot, read: Option<Point>, otherwise: &str) -> String {
    read.map_or_else(|| otherwise.to_owned(), |point| plot.unit.show(point.value))
}

/// What there is to say where no chart has room, or nothing was measured.
pub(super) fn sentence(buffer: &mut Buffer, area: Rect, chart: &Chart<'_>, theme: &Theme) {
    let plot = chart.plot;
    let mut lines: Vec<(String, Role)> = Vec::new();
    if plot.is_empty() {
        let [from, to] = [plot.window.from, plot.window.to].map(|at| date(at, plot.window));
        lines.push((format!("nothing was measured from {from} to {to}"), Role::Muted));
    } else {
        for (at, layer) in plot.layers.iter().enumerate() {
            let value = plot.reading(layer, None).map_or_else(
                || "not measured".to_owned(),
                |it| format!("{} on {}", plot.unit.show(it.value), date(it.at, plot.window)),
            );
            lines.push((format!("{}: {value}", shown(&layer.label)), look(at).role));
        }
        if usize::from(area.height) > lines.len() {
            lines.push(("too little room for a chart".to_owned(), Role::Muted));
        }
    }
    let surplus = lines.len().saturating_sub(usize::from(area.height));
    if let (true, Some(last)) = (surplus > 0, lines.get(usize::from(area.height) - 1)) {
        let more = format!("{} … and {surplus} more", last.0);
        lines.truncate(usize::from(area.height) - 1);
        lines.push((more, Role::Muted));
    }
    for ((text, role), y) in lines.iter().zip(area.top()..area.bottom()) {
        let text = fit(text, area.width.saturating_sub(1));
        buffer.set_string(area.x + 1, y, text, theme.role(*role));
    }
}
