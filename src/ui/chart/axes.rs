//! The axes of a chart: values on the left, dates below, the cursor across.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::plot::scale::Scale;
use crate::domain::plot::time::{column, ticks};
use crate::domain::plot::{Form, Plot};
use crate::domain::series::{Series, Window};
use crate::ui::paint::{fit, width};
use crate::ui::theme::{Role, Theme};

use super::Chart;

/// Where the parts of a chart are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Between the axes.
    pub(super) inside: Rect,
    /// The column of the axis of values.
    axis: u16,
    left: u16,
}

impl Frame {
    pub(super) fn of(area: Rect, scale: &Scale, margin: u16) -> Self {
        // A label that is too long takes no room from what is drawn.
        let labels = labels(scale).max(margin).min(area.width / 3) + 1;
        let inside = Rect {
            x: area.x + labels + 1,
            y: area.y,
            width: area.width.saturating_sub(labels + 1),
            height: area.height.saturating_sub(2),
        };
        Self { inside, axis: area.x + labels, left: area.x }
    }

    /// The row of a value that is so far up.
    pub(super) fn row(&self, share: f64) -> u16 {
        let rows = f64::from(self.inside.height);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let up = (share * rows).round().clamp(0.0, rows) as u16;
        self.inside.bottom() - up
    }

    pub(super) fn draw(
        &self,
        buffer: &mut Buffer,
        chart: &Chart<'_>,
        scale: &Scale,
        theme: &Theme,
    ) {
        let (border, text) = (theme.role(Role::Border), theme.role(Role::Muted));
        let foot = self.inside.bottom();
        for y in self.inside.top()..foot {
            buffer.set_string(self.axis, y, "│", border);
        }
        for tick in &scale.ticks {
            let y = self.row(scale.share(tick.value));
            let room = usize::from(self.axis - self.left).saturating_sub(1);
            let label = fit(&tick.label, self.axis - self.left - 1);
            buffer.set_string(self.left, y, format!("{label:>room$}"), text);
            buffer.set_string(self.axis, y, "┤", border);
        }
        // An axis that does not begin at zero has a break at its foot.
        let corner = if scale.starts_at_zero() { "┼" } else { "≈" };
        buffer.set_string(self.axis, foot, corner, border);
        self.dates(buffer, chart, theme);
    }

    fn dates(&self, buffer: &mut Buffer, chart: &Chart<'_>, theme: &Theme) {
        let plot = chart.plot;
        let foot = self.inside.bottom();
        for (x, is_gap) in (self.inside.left()..).zip(gaps(plot, self.inside.width)) {
            buffer.set_string(x, foot, if is_gap { " " } else { "─" }, theme.role(Role::Border));
        }
        let cursor = chart.cursor().and_then(|at| self.cursor_label(plot.window, at));
        for tick in ticks(plot.window, self.inside.width) {
            buffer.set_string(self.inside.x + tick.column, foot, "┬", theme.role(Role::Border));
            let x = self.inside.x + tick.start;
            let end = x + width(&tick.label);
            // A date that the cursor's would touch gives way.
            let is_free = |(from, label): &(u16, String)| end < *from || x > from + width(label);
            if cursor.as_ref().is_none_or(is_free) {
                buffer.set_string(x, foot + 1, tick.label, theme.role(Role::Muted));
            }
        }
        if let Some((x, label)) = cursor {
            buffer.set_string(x, foot + 1, label, theme.role(Role::Selection));
        }
    }

    /// The date of the cursor, and where it begins.
    fn cursor_label(&self, window: Window, at: Timestamp) -> Option<(u16, String)> {
        let x = self.inside.x + column(window, at, self.inside.width);
        let label = format!(" {} ", date(at, window));
        let latest = self.inside.right().checked_sub(width(&label))?;
        Some((x.saturating_sub(width(&label) / 2).min(latest).max(self.left), label))
    }

    /// A line across at an instant.
    pub(super) fn cursor(&self, buffer: &mut Buffer, window: Window, at: Timestamp, theme: &Theme) {
        let x = self.inside.x + column(window, at, self.inside.width);
        for y in self.inside.top()..self.inside.bottom() {
            let Some(cell) = buffer.cell_mut((x, y)) else { continue };
            // Lines and names stay what they are; areas have no ink to show.
            let is_ink = |it: char| it.is_alphanumeric() || ('\u{2801}'..='\u{28ff}').contains(&it);
            match cell.symbol().chars().next() {
                None | Some(' ' | '╌') => {
                    cell.set_symbol("│").set_style(theme.role(Role::Accent))
                }
                Some(it) if is_ink(it) => cell.set_style(theme.role(Role::Selection)),
                Some(_) => cell.set_symbol("│").set_style(theme.role(Role::Selection)),
            };
        }
        buffer.set_string(x, self.inside.bottom(), "┴", theme.role(Role::Accent));
    }
}

/// How wide the labels of values are.
pub(super) fn labels(scale: &Scale) -> u16 {
    scale.ticks.iter().map(|tick| width(&tick.label)).max().unwrap_or(0)
}

/// A date as exactly as a window of this length needs it.
pub(super) fn date(at: Timestamp, window: Window) -> String {
    const TWO_DAYS: u64 = 2 * 86_400;
    let at = at.to_zoned(TimeZone::UTC);
    let is_midnight = at.hour() == 0 && at.minute() == 0;
    let format = match window.length().as_secs() {
        ..TWO_DAYS if !is_midnight => "%b %d %H:%M",
        _ => "%Y-%m-%d",
    };
    at.strftime(format).to_string()
}

/// Of each column whether nothing was measured there, although something was before and behind.
fn gaps(plot: &Plot, columns: u16) -> Vec<bool> {
    let mut known = vec![false; usize::from(columns)];
    let lines = plot.layers.iter().map(|layer| &layer.series);
    let shown: Vec<&Series> = match plot.form {
        Form::Lines => lines.collect(),
        Form::Stacked => vec![&plot.total],
    };
    for series in shown {
        let columns = series.columns(plot.window, columns);
        for (known, column) in known.iter_mut().zip(columns) {
            *known |= column.is_some();
        }
    }
    let first = known.iter().position(|it| *it).unwrap_or(known.len());
    let last = known.iter().rposition(|it| *it).unwrap_or(0);
    (0..known.len())
        .map(|at| at > first && at < last && !known.get(at).copied().unwrap_or(false))
        .collect()
}
