//! Colours that programs print into their logs (SGR): kept. Every other escape sequence vanishes
//! whole, and one that is broken is neutralised at its first character, so that nothing after it is
//! hidden. Invariant: what comes out holds no control and no reordering character.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar as _;

use crate::domain::ansi::sequence::{Sequence, read};
use crate::domain::ansi::sgr::apply;
use crate::domain::text::is_harmless;

mod sequence;

mod sgr;

/// A colour as a program asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnsiColour {
    /// Of the palette of 256, whose first sixteen are the terminal's own.
    Indexed(u8),
    Rgb(u8, u8, u8),
}

/// How a stretch of text was asked to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, as the terminal has them")]
pub struct Sgr {
    pub foreground: Option<AnsiColour>,
    pub background: Option<AnsiColour>,
    pub is_bold: bool,
    pub is_dim: bool,
    pub is_italic: bool,
    pub is_underlined: bool,
    pub is_reversed: bool,
    pub is_crossed_out: bool,
}

/// A stretch of text that does not look plain; byte positions in [`Styled::text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub start: usize,
    pub end: usize,
    pub style: Sgr,
}

/// A line that is safe to show, and how it looks. Runs are in order and do not overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Styled {
    pub text: String,
    pub runs: Vec<Run>,
}

/// How far apart tab stops are.
const TAB: usize = 8;

/// Reads one line. Tabs become spaces up to the next stop.
pub fn parse(line: &str) -> Styled {
    let mut styled = Styled::default();
    let mut style = Sgr::default();
    let mut start = 0;
    let mut column = 0;
    let mut rest = line.trim_end_matches(['\r', '\n']);
    while let Some(character) = rest.chars().next() {
        // Most of a line is printable ASCII: taken at once.
        let simple = rest.bytes().take_while(|byte| (b' '..=b'~').contains(byte)).count();
        if let Some((text, after)) = rest.split_at_checked(simple).filter(|_| simple > 0) {
            styled.text.push_str(text);
            column += simple;
            rest = after;
            continue;
        }
        if let Some((sequence, length)) = read(rest) {
            rest = rest.get(length..).unwrap_or_default();
            if let Sequence::Style(parameters) = sequence {
                let before = style;
                apply(&mut style, parameters);
                if before != style {
                    styled.close(start, before);
                    start = styled.text.len();
                }
            }
            continue;
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        match character {
            '\t' => {
                let spaces = TAB - column % TAB;
                styled.text.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            '\n' | '\r' => {
                styled.text.push(' ');
                column += 1;
            }
            other => {
                let safe = if is_harmless(other) { other } else { char::REPLACEMENT_CHARACTER };
                styled.text.push(safe);
                column += safe.width().unwrap_or(0);
            }
        }
    }
    styled.close(start, style);
    styled
}

/// The same text as [`parse`] makes, borrowed where nothing has to change.
pub fn plain(line: &str) -> Cow<'_, str> {
    let line = line.trim_end_matches(['\r', '\n']);
    let is_plain = if line.is_ascii() {
        line.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    } else {
        line.chars().all(is_harmless)
    };
    if is_plain { Cow::Borrowed(line) } else { Cow::Owned(parse(line).text) }
}

impl Styled {
    /// Ends the run that began at `start`.
    fn close(&mut self, start: usize, style: Sgr) {
        if style != Sgr::default() && start < self.text.len() {
            self.runs.push(Run { start, end: self.text.len(), style });
        }
    }
}

#[cfg(test)]
mod tests;
