//! A series in one row of cells.

use crate::domain::series::{Series, Window};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// A column in which nothing was measured.
const GAP: char = '·';

/// The series as so many bars, from its least to its most; what hardly moves stays level.
pub fn sparkline(series: &Series, window: Window, cells: u16) -> String {
    /// Of the most: what varies less than this does not fill the height.
    const LEVEL: f64 = 0.1;
    let shown = series.within(window);
    let Some((least, most)) = shown.extent() else {
        return GAP.to_string().repeat(usize::from(cells));
    };
    let range = (most - least).max(most.abs() * LEVEL);
    let top = (BARS.len() - 1) as f64;
    let bar = |value: f64| {
        let share = if range > 0.0 { (value - least) / range } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 7")]
        let at = (share * top).round().clamp(0.0, top) as usize;
        BARS.get(at).copied().unwrap_or(GAP)
    };
    let columns = series.columns(window, cells).into_iter();
    columns.map(|column| column.map_or(GAP, |column| bar(column.last))).collect()
}
