//! Lines of braille dots: two by four in each cell.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::theme::Theme;

use super::look::look;

/// The bit of each dot of a cell, by row and column.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// A field of dots, and whose they are.
#[derive(Debug)]
pub(super) struct Dots {
    columns: u16,
    rows: u16,
    cells: Vec<Option<(u8, usize)>>,
}

impl Dots {
    pub(super) fn new(columns: u16, rows: u16) -> Self {
        let cells = vec![None; usize::from(columns) * usize::from(rows)];
        Self { columns, rows, cells }
    }

    /// A line through places, each 0 to 1 to the right and upwards, without a gap.
    pub(super) fn run(&mut self, owner: usize, places: impl IntoIterator<Item = (f64, f64)>) {
        let mut dash = Dash { pattern: look(owner).dash, at: 0 };
        let mut from = None;
        let mut is_alone = true;
        for (right, up) in places {
            let place = (self.across(right), self.down(up));
            match from.replace(place) {
                None => self.dot(owner, place),
                Some(from) => {
                    self.line(owner, (from, place), &mut dash);
                    is_alone = false;
                }
            }
        }
        // One dot alone is easily overlooked.
        if let (true, Some((x, y))) = (is_alone, from) {
            for place in [(x + 1, y), (x, y + 1), (x + 1, y + 1)] {
                self.dot(owner, place);
            }
        }
    }

    fn across(&self, share: f64) -> i32 {
        dot(share, u32::from(self.columns) * 2)
    }

    fn down(&self, share: f64) -> i32 {
        dot(1.0 - share, u32::from(self.rows) * 4)
    }

    /// Bresenham's line, with its dashes.
    fn line(&mut self, owner: usize, (from, to): ((i32, i32), (i32, i32)), dash: &mut Dash) {
        let (mut x, mut y) = from;
        let (wide, high) = ((to.0 - x).abs(), -(to.1 - y).abs());
        let (right, down) = ((to.0 - x).signum(), (to.1 - y).signum());
        let mut error = wide + high;
        while (x, y) != to {
            let twice = 2 * error;
            if twice >= high {
                error += high;
                x += right;
            }
            if twice <= wide {
                error += wide;
                y += down;
            }
            if dash.is_drawn() {
                self.dot(owner, (x, y));
            }
        }
    }

    fn dot(&mut self, owner: usize, (x, y): (i32, i32)) {
        let (Ok(x), Ok(y)) = (u16::try_from(x), u16::try_from(y)) else { return };
        if x / 2 >= self.columns || y / 4 >= self.rows {
            return;
        }
        let bit = BITS.get(usize::from(y % 4)).and_then(|row| row.get(usize::from(x % 2)));
        let place = usize::from(y / 4) * usize::from(self.columns) + usize::from(x / 2);
        if let (Some(bit), Some(cell)) = (bit, self.cells.get_mut(place)) {
            let known = cell.map_or(0, |(mask, _)| mask);
            *cell = Some((known | bit, owner));
        }
    }

    /// Puts the dots over what is there.
    pub(super) fn draw(&self, buffer: &mut Buffer, area: Rect, theme: &Theme) {
        for (place, cell) in self.cells.iter().enumerate() {
            let Some((mask, owner)) = cell else { continue };
            let columns = usize::from(self.columns);
            let (x, y) = (place % columns, place / columns);
            let (Ok(x), Ok(y)) = (u16::try_from(x), u16::try_from(y)) else { continue };
            if let Some(cell) = buffer.cell_mut((area.x + x, area.y + y)) {
                let braille = char::from_u32(0x2800 + u32::from(*mask)).unwrap_or(' ');
                cell.set_char(braille).set_style(theme.role(look(*owner).role));
            }
        }
    }
}

/// Where in its dashes a line is.
struct Dash {
    pattern: (u32, u32),
    at: u32,
}

impl Dash {
    fn is_drawn(&mut self) -> bool {
        let (drawn, left_out) = self.pattern;
        let place = self.at % (drawn + left_out).max(1);
        self.at += 1;
        place < drawn
    }
}

/// The dot at a share of so many.
fn dot(share: f64, count: u32) -> i32 {
    let last = f64::from(count.saturating_sub(1));
    // What is beyond an edge stays beyond it, by one: it is cut, not drawn on the edge.
    #[expect(clippy::cast_possible_truncation, reason = "it is clamped to the count")]
    let dot = (share * last).round().clamp(-1.0, last + 1.0) as i32;
    dot
}
