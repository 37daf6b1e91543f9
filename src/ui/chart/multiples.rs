//! Several small charts beside and below each other, all of the same window.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::plot::Plot;
use crate::domain::text::shown;
use crate::ui::paint::fit;
use crate::ui::theme::{Role, Theme};

use super::Chart;

/// What one of them needs, its title included.
const LEAST: (u16, u16) = (34, 9);
/// Between two of them.
const GAP: u16 = 2;

/// Draws as many as have room, the first ones first; says how many have not.
pub fn draw(
    buffer: &mut Buffer,
    area: Rect,
    (plots, cursor): (&[Plot], Option<Timestamp>),
    theme: &Theme,
) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let grid = Grid::of(area, plots.len());
    for (at, plot) in plots.iter().enumerate() {
        let Some(cell) = grid.cell(at) else { break };
        let title = format!(" {}", shown(&plot.title));
        buffer.set_string(cell.x, cell.y, fit(&title, cell.width), theme.role(Role::Header));
        let body = Rect { y: cell.y + 1, height: cell.height.saturating_sub(1), ..cell };
        Chart { plot, cursor, has_legend: true, margin: 0 }.draw(buffer, body, theme);
    }
    let left = plots.len().saturating_sub(grid.count());
    if left > 0 {
        let text = match left {
            1 => " 1 more has no room here: `↓` leads on to it".to_owned(),
            left => format!(" {left} more have no room here: `↓` leads on to them"),
        };
        let y = area.bottom().saturating_sub(1);
        buffer.set_string(area.x, y, fit(&text, area.width), theme.role(Role::Muted));
    }
}

/// For how many of so many there is room.
pub fn room(area: Rect, wanted: usize) -> usize {
    if area.is_empty() { 0 } else { Grid::of(area, wanted).count() }
}

/// Where small charts stand.
#[derive(Debug, Clone, Copy)]
struct Grid {
    area: Rect,
    columns: u16,
    rows: u16,
}

impl Grid {
    /// As few columns as needed, so that each chart is wide; on a wide screen no wider than is read with
    /// ease.
    fn of(area: Rect, wanted: usize) -> Self {
        const EASY: u16 = 90;
        let wanted = u16::try_from(wanted).unwrap_or(u16::MAX).max(1);
        let most_rows = (area.height / LEAST.1).max(1);
        let most_columns = ((area.width + GAP) / (LEAST.0 + GAP)).max(1);
        let columns = wanted.div_ceil(most_rows).max(wanted.min(area.width / EASY));
        let columns = columns.clamp(1, most_columns);
        let rows = wanted.div_ceil(columns).min(most_rows);
        let is_cut = columns * rows < wanted;
        // What has no room is told on the last line.
        let height = area.height - u16::from(is_cut && area.height > LEAST.1);
        Self { area: Rect { height, ..area }, columns, rows }
    }

    fn count(&self) -> usize {
        usize::from(self.columns) * usize::from(self.rows)
    }

    fn cell(&self, at: usize) -> Option<Rect> {
        let at = u16::try_from(at).ok()?;
        let (column, row) = (at % self.columns, at / self.columns);
        if row >= self.rows {
            return None;
        }
        let wide = (self.area.width + GAP) / self.columns;
        let high = self.area.height / self.rows;
        Some(Rect {
            x: self.area.x + column * wide,
            y: self.area.y + row * high,
            width: wide.saturating_sub(GAP).min(self.area.width),
            height: high,
        })
    }
}
