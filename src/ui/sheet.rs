//! Lines one below the other, in the width and the height there are; and bars.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::domain::text::shown;
use crate::ui::paint::fit;
use crate::ui::theme::{Role, Theme};

/// A piece of a line: what it says, and what it is.
pub(in crate::ui) type Part = (String, Role);

pub(in crate::ui) struct Sheet<'t> {
    theme: &'t Theme,
    width: u16,
    lines: Vec<Line<'static>>,
}

impl<'t> Sheet<'t> {
    pub(in crate::ui) const fn new(theme: &'t Theme, width: u16) -> Self {
        Self { theme, width, lines: Vec::new() }
    }

    pub(in crate::ui) fn height(&self) -> u16 {
        u16::try_from(self.lines.len()).unwrap_or(u16::MAX)
    }

    pub(in crate::ui) const fn width(&self) -> u16 {
        self.width
    }

    pub(in crate::ui) fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    /// One line; what does not fit is cut with a sign. Its texts may come from outside.
    pub(in crate::ui) fn line(&mut self, parts: impl IntoIterator<Item = Part>) {
        let mut left = self.width;
        let mut spans = Vec::new();
        for (text, role) in parts {
            if left == 0 {
                break;
            }
            let text = fit(&shown(&text), left).into_owned();
            left -= u16::try_from(text.width()).unwrap_or(0).min(left);
            spans.push(Span::styled(text, self.theme.role(role)));
        }
        self.lines.push(Line::from(spans));
    }

    /// A heading, and what is said behind it.
    pub(in crate::ui) fn heading(&mut self, title: &str, facts: &str) {
        let parts = [(format!(" {title}  "), Role::Header), (facts.to_owned(), Role::Muted)];
        self.line(parts);
    }

    /// A sentence on as many lines as it takes, at most `most`, `indent` cells in.
    pub(in crate::ui) fn sentence(&mut self, indent: u16, text: &str, (role, most): (Role, usize)) {
        self.beside((" ".repeat(usize::from(indent)), role), text, (role, most));
    }

    /// A sentence beside a heading of its own, on as many lines as it takes, at most `most`.
    pub(in crate::ui) fn beside(
        &mut self,
        (heading, of_heading): Part,
        text: &str,
        (role, most): (Role, usize),
    ) {
        let indent = heading.width();
        let room = usize::from(self.width).saturating_sub(indent + 1).max(8);
        let lines = wrap(&shown(text), room);
        let is_cut = lines.len() > most;
        for (at, line) in lines.iter().take(most).enumerate() {
            let more = if is_cut && at + 1 == most { "…" } else { "" };
            let heading = if at == 0 { heading.clone() } else { " ".repeat(indent) };
            self.line([(heading, of_heading), (format!("{line}{more}"), role)]);
        }
    }

    /// The lines of another sheet below its own.
    pub(super) fn append(&mut self, below: Self) {
        self.lines.extend(below.lines);
    }

    /// Draws what fits.
    pub(in crate::ui) fn draw(self, frame: &mut Frame<'_>, area: Rect) {
        for (line, y) in self.lines.into_iter().zip(area.y..area.bottom()) {
            frame.render_widget(line, Rect { y, height: 1, ..area });
        }
    }
}

/// A text in lines of at most `room` cells, broken between words.
pub(in crate::ui) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(last) = lines.last_mut() else { break };
        let needs = word.width() + usize::from(!last.is_empty());
        if !last.is_empty() && last.width() + needs > room {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

/// A bar of eighths: as full as `share`, which is 0 to 1.
pub(in crate::ui) fn bar(share: f64, cells: usize) -> (String, String) {
    const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is 0 to 1")]
    let eighths = (share.clamp(0.0, 1.0) * cells as f64 * 8.0).round() as usize;
    let mut full = "█".repeat(eighths / 8);
    if let Some(part) = (eighths % 8).checked_sub(1).and_then(|at| EIGHTHS.get(at)) {
        full.push(*part);
    }
    let rest = "·".repeat(cells.saturating_sub(full.chars().count()));
    (full, rest)
}

/// `text` at the right end of `cells`.
pub(in crate::ui) fn right(text: &str, cells: usize) -> String {
    format!("{}{text}", " ".repeat(cells.saturating_sub(text.width())))
}

/// `text` at the left end of `cells`, cut with a sign where it is longer.
pub(in crate::ui) fn left(text: &str, cells: usize) -> String {
    let text = fit(text, u16::try_from(cells).unwrap_or(u16::MAX));
    format!("{text}{}", " ".repeat(cells.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_it_is_wide_however_full() {
        for (share, full) in
            [(0.0, ""), (0.5, "█████"), (0.51, "█████▏"), (1.0, "██████████"), (7.0, "██████████")]
        {
            let (done, rest) = bar(share, 10);
            assert_eq!(done, full);
            assert_eq!(done.chars().count() + rest.chars().count(), 10);
        }
    }

    #[test]
    fn a_sentence_is_broken_between_words() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
    }
}
