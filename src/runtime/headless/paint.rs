//! Text on a terminal that is not taken over: colour where it is wanted, widths that add up.

use std::env;
use std::io::{self, IsTerminal as _, Write};

use crossterm::style::{Attribute, Color, Stylize as _};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::domain::text::shown;
use crate::domain::verdict::{Severity, Verdict};

/// Where headless output goes, and what it may use there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    pub colour: bool,
    /// Lines may be painted again in place.
    pub live: bool,
    pub width: usize,
}

/// What a piece of text means; the paper decides how that looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Strong,
    Quiet,
    Good,
    Bad,
    Odd,
    Busy,
}

impl Paper {
    /// Standard output as it is, without colour where the user wants none.
    pub fn of_stdout(wants_colours: bool) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let is_dumb = env::var("TERM").is_ok_and(|term| term == "dumb");
        let columns = crossterm::terminal::size().map_or(100, |(columns, _)| usize::from(columns));
        Self {
            colour: is_terminal && !is_dumb && wants_colours,
            live: is_terminal && !is_dumb,
            width: if is_terminal { columns.max(40) } else { 160 },
        }
    }

    /// `text`, made harmless, in its tone.
    pub fn ink(&self, tone: Tone, text: &str) -> String {
        let text = shown(text);
        if !self.colour {
            return text.into_owned();
        }
        let styled = text.as_ref().stylize();
        match tone {
            Tone::Plain => return text.into_owned(),
            Tone::Strong => styled.attribute(Attribute::Bold),
            Tone::Quiet => styled.attribute(Attribute::Dim),
            Tone::Good => styled.with(Color::Green),
            Tone::Bad => styled.with(Color::Red).attribute(Attribute::Bold),
            Tone::Odd => styled.with(Color::Yellow),
            Tone::Busy => styled.with(Color::Cyan),
        }
        .to_string()
    }
}

impl From<Verdict> for Tone {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Good,
            Verdict::Warn | Verdict::CouldNotVerify => Self::Odd,
            Verdict::Fail => Self::Bad,
        }
    }
}

impl From<Severity> for Tone {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self::Quiet,
            Severity::Warn | Severity::CouldNotVerify => Self::Odd,
            Severity::Fail => Self::Bad,
        }
    }
}

/// `text` cut to `width` columns, with an ellipsis where something is missing.
pub fn fitted(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let mut cut = String::new();
    for character in text.chars() {
        let columns = character.width().unwrap_or(0);
        if columns > left {
            break;
        }
        left -= columns;
        cut.push(character);
    }
    if width > 0 {
        cut.push('…');
    }
    cut
}

/// `text` in lines of at most `width` columns, broken at spaces.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.width() + 1 + word.width() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// `text` followed by spaces up to `width` columns.
pub fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// `text` after spaces up to `width` columns.
pub fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}

/// A line on standard output. A reader that went away (`| head`) is no failure of ours.
pub fn say(line: &str) {
    writeln!(io::stdout().lock(), "{line}").ok();
}

/// A line on standard error.
pub fn complain(line: &str) {
    writeln!(io::stderr().lock(), "{line}").ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_columns_not_by_characters() {
        assert_eq!(fitted("collection", 10), "collection");
        assert_eq!(fitted("collections", 10), "collectio…");
        assert_eq!(fitted("日本語日本語", 7), "日本語…");
    }

    #[test]
    fn long_text_is_wrapped_at_spaces() {
        assert_eq!(wrapped("a bb ccc dddd", 6), ["a bb", "ccc", "dddd"]);
    }

    #[test]
    fn without_colour_nothing_but_text_is_printed() {
        let paper = Paper { colour: false, live: false, width: 80 };
        assert_eq!(paper.ink(Tone::Bad, "no\u{1b}[2J"), "no\u{fffd}[2J");
    }
}
