//! Stacked areas: eighths of a cell where there are colours, patterns where there are none.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::plot::Plot;
use crate::domain::plot::scale::Scale;
use crate::domain::series::Column;
use crate::ui::theme::{ColourDepth, Theme};

use super::look::look;

const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

pub(super) fn draw(buffer: &mut Buffer, area: Rect, (plot, scale): (&Plot, &Scale), theme: &Theme) {
    let layers: Vec<Vec<Option<Column>>> =
        plot.layers.iter().map(|layer| layer.series.columns(plot.window, area.width)).collect();
    let known = plot.total.columns(plot.window, area.width);
    for at in (0..area.width).filter(|at| known.get(usize::from(*at)).is_some_and(Option::is_some))
    {
        let values = layers.iter().map(|columns| {
            columns.get(usize::from(at)).copied().flatten().map(|column| column.last)
        });
        let tops = tops(values, scale, area.height);
        for row in 0..area.height {
            let (x, y) = (area.x + at, area.bottom() - 1 - row);
            if let Some(fill) = fill(&tops, u32::from(row) * 8, theme.depth)
                && let Some(cell) = buffer.cell_mut((x, y))
            {
                let mut style = theme.role(look(fill.lower).role);
                if let Some(ground) = fill.upper.and_then(|it| theme.role(look(it).role).fg) {
                    style = style.bg(ground);
                }
                cell.set_symbol(fill.symbol).set_style(style);
            }
        }
    }
}

/// How high each layer reaches, in eighths of a cell from the foot; those below it included.
fn tops(values: impl Iterator<Item = Option<f64>>, scale: &Scale, rows: u16) -> Vec<u32> {
    let whole = f64::from(rows) * 8.0;
    let mut sum = 0.0;
    let tops = values.map(|value| {
        sum += value.unwrap_or(0.0);
        let eighths = (scale.share(sum) * whole).round().clamp(0.0, whole);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let eighths = eighths as u32;
        eighths
    });
    tops.collect()
}

/// What a cell shows.
struct Fill {
    symbol: &'static str,
    lower: usize,
    /// What fills the rest of the cell.
    upper: Option<usize>,
}

/// What is between `foot` and eight eighths above; `None` where nothing is.
fn fill(tops: &[u32], foot: u32, depth: ColourDepth) -> Option<Fill> {
    let head = foot + 8;
    let mut below = 0;
    let mut parts: Vec<(usize, u32)> = Vec::new();
    for (layer, top) in tops.iter().enumerate() {
        let inside = (*top).min(head).saturating_sub(below.max(foot));
        if inside > 0 {
            parts.push((layer, inside));
        }
        below = below.max(*top);
    }
    let (&(lowest, eighths), rest) = parts.split_first()?;
    let sum: u32 = parts.iter().map(|(_, eighths)| eighths).sum();
    let &(largest, _) = parts.iter().max_by_key(|(_, eighths)| *eighths)?;
    let of = |symbol, lower| Some(Fill { symbol, lower, upper: None });
    match (depth, sum) {
        // The edge of a solid area is told to the eighth, that of a pattern to the half.
        (ColourDepth::None, ..8) if largest == 0 => of(eighth(sum), largest),
        (ColourDepth::None, ..4) => None,
        (ColourDepth::None, _) => of(look(largest).fill, largest),
        // The edge of the stack.
        (_, ..8) => of(eighth(sum), largest),
        // A cell has two colours: the lowest layer's, and that of what takes most of the rest.
        (_, _) => {
            let upper = rest.iter().max_by_key(|(_, eighths)| *eighths).map(|(layer, _)| *layer);
            Some(Fill { symbol: eighth(eighths), lower: lowest, upper })
        }
    }
}

fn eighth(count: u32) -> &'static str {
    usize::try_from(count).ok().and_then(|count| EIGHTHS.get(count)).copied().unwrap_or("█")
}
