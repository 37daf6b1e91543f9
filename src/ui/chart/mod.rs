//! Charts in cells: a pure function of what is to be drawn and of the room there is.
//!
//! Invariant: series are told apart by their sign, dashes and fill, whatever the colours.

mod areas;
mod axes;
mod dots;
mod legend;
mod look;
pub mod multiples;
pub mod spark;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::plot::scale::Scale;
use crate::domain::plot::{Form, Plot};
use crate::domain::text::shown;
use crate::ui::paint::{fit, width};
use crate::ui::theme::{Role, Theme};

use axes::Frame;
use dots::Dots;

/// Below this there is a sentence in place of a chart.
const LEAST: (u16, u16) = (28, 6);
/// What the line of a threshold is made of.
const LIMIT: &str = "╌";

/// A chart, and how it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Chart<'p> {
    pub plot: &'p Plot,
    /// The instant whose values are read off.
    pub cursor: Option<Timestamp>,
    /// Whether a line above tells what is what; where several charts share one, it is not repeated.
    pub has_legend: bool,
    /// At least so many cells are left to the labels of values: charts below each other keep their
    /// dates below each other.
    pub margin: u16,
}

impl Chart<'_> {
    /// Draws into all of `area`.
    ///
    /// ```text
    ///  ━ prod 412.0 GiB  ╍ dev 12.0 GiB               <- what is what, and its newest value
    ///  400 GiB ┤         ⣀⡠⠤⠒⠊⠉ ╎ ⢀⣀
    ///          │⠤⠤⠔⠒⠊⠉⠁         ╎⠉⠁                    <- a gap stays one
    ///  200 GiB ┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╎╌╌╌╌╌╌ limit          <- a threshold
    ///          │                ╎                      <- the cursor
    ///    0 GiB ┼──────┬─────────┴──┬──────
    ///               Nov 09      Nov 16                 <- dates that never touch
    /// ```
    pub fn draw(&self, buffer: &mut Buffer, area: Rect, theme: &Theme) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let is_drawn = area.width >= LEAST.0 && area.height >= LEAST.1 && !self.plot.is_empty();
        let Some(scale) = self.scale(area).filter(|_| is_drawn) else {
            legend::sentence(buffer, area, self, theme);
            return;
        };
        let mut area = area;
        if self.has_legend {
            let line = Rect { height: 1, ..area };
            legend::draw(buffer, line, self, theme);
            area.y += 1;
            area.height -= 1;
        }
        let frame = Frame::of(area, &scale, self.margin);
        frame.draw(buffer, self, &scale, theme);
        self.thresholds(buffer, &frame, &scale, theme);
        match self.plot.form {
            Form::Lines => self.lines(buffer, &frame, &scale, theme),
            Form::Stacked => areas::draw(buffer, frame.inside, (self.plot, &scale), theme),
        }
        self.names(buffer, &frame, &scale, theme);
        if let Some(at) = self.cursor() {
            frame.cursor(buffer, self.plot.window, at, theme);
        }
    }

    /// As many ticks as can be read.
    fn scale(&self, area: Rect) -> Option<Scale> {
        let rows = area.height.saturating_sub(2 + u16::from(self.has_legend));
        self.plot.scale(usize::from(rows / 3 + 2).min(9))
    }

    /// How wide its labels are in an area.
    pub fn labels(&self, area: Rect) -> u16 {
        self.scale(area).map_or(0, |scale| axes::labels(&scale))
    }

    /// The cursor, where it is within what is shown.
    fn cursor(&self) -> Option<Timestamp> {
        self.cursor.filter(|at| self.plot.window.contains(*at))
    }

    fn lines(&self, buffer: &mut Buffer, frame: &Frame, scale: &Scale, theme: &Theme) {
        let mut dots = Dots::new(frame.inside.width, frame.inside.height);
        // The first is the one that counts most: it is drawn last.
        for (at, layer) in self.plot.layers.iter().enumerate().rev() {
            let series = layer.series.within(self.plot.window);
            for run in series.runs() {
                let places = run
                    .iter()
                    .map(|point| (self.plot.window.share(point.at), scale.share(point.value)));
                dots.run(at, places);
            }
        }
        dots.draw(buffer, frame.inside, theme);
    }

    /// Lines that should not be passed.
    fn thresholds(&self, buffer: &mut Buffer, frame: &Frame, scale: &Scale, theme: &Theme) {
        let inside = frame.inside;
        for threshold in &self.plot.thresholds {
            let y = frame.row(scale.share(threshold.value));
            for x in inside.left()..inside.right() {
                if let Some(cell) = buffer.cell_mut((x, y)) {
                    cell.set_symbol(LIMIT).set_style(theme.role(Role::Warning));
                }
            }
        }
    }

    /// What they are called, at their right ends; at the left where the newest values are there, or another
    /// name.
    fn names(&self, buffer: &mut Buffer, frame: &Frame, scale: &Scale, theme: &Theme) {
        let inside = frame.inside;
        for threshold in &self.plot.thresholds {
            let y = frame.row(scale.share(threshold.value));
            let text = format!(" {} ", shown(&threshold.label));
            let text = fit(&text, inside.width / 2);
            let right = inside.right().saturating_sub(width(&text));
            let is_free = |x: &u16| {
                let cells = *x..x.saturating_add(width(&text));
                cells.into_iter().all(|x| {
                    buffer.cell((x, y)).is_some_and(|cell| [" ", LIMIT].contains(&cell.symbol()))
                })
            };
            let x = [right, inside.left()].into_iter().find(is_free).unwrap_or(right);
            buffer.set_string(x, y, text, theme.role(Role::Warning));
        }
    }
}
