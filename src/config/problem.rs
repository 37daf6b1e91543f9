//! What is wrong with a configuration file, and how it is shown: the line, a caret below, a hint.
//! Invariant: a line is shown only after what may be a secret in it has become stars.

use std::fmt::{self, Write as _};
use std::ops::Range;

use unicode_width::UnicodeWidthStr as _;

use crate::config::mask::masked;
use crate::domain::text::shown as safe;

/// Everything that is wrong with one file, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// Where the text came from: a path.
    origin: String,
    list: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `None` when the file as a whole is the problem.
    pub place: Option<Place>,
    pub message: String,
    pub hint: Option<String>,
}

/// Where in the file, with the line itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Both count from 1.
    pub line: usize,
    pub column: usize,
    /// The line, without secrets and control characters.
    text: String,
    /// Blank cells before the carets, and carets, in cells of the terminal.
    indent: usize,
    carets: usize,
}

/// A problem while the file is being read: a range of bytes rather than a place.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// Whether problems are shown with the terminal's colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    Off,
    On,
}

impl Problems {
    /// Of the whole file: it could not be read.
    pub(super) fn of_file(origin: &str, message: String, hint: Option<String>) -> Self {
        let problem = Problem { place: None, message, hint };
        Self { origin: origin.to_owned(), list: vec![problem] }
    }

    /// Looks up the places of `findings` in `text`; bytes in `hidden` are shown as stars.
    pub(super) fn locate(
        origin: &str,
        text: &str,
        mut findings: Vec<Finding>,
        hidden: &[Range<usize>],
    ) -> Self {
        findings.sort_by(|one, other| {
            (one.span.start, &one.message).cmp(&(other.span.start, &other.message))
        });
        let shown = masked(text, hidden);
        let list = findings
            .into_iter()
            .map(|finding| Problem {
                place: Some(Place::of(&finding.span, text, &shown)),
                message: finding.message,
                hint: finding.hint,
            })
            .collect();
        Self { origin: origin.to_owned(), list }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }

    /// The text for the terminal, one paragraph per problem.
    pub fn render(&self, colours: Colours) -> String {
        let paint = |code: &'static str| if colours == Colours::On { code } else { "" };
        let (red, blue, bold, plain) =
            (paint("\x1b[1;31m"), paint("\x1b[1;34m"), paint("\x1b[1m"), paint("\x1b[0m"));
        let gutter = self.list.iter().filter_map(|problem| problem.place.as_ref());
        let gutter = gutter.map(|place| place.line.to_string().len()).max().unwrap_or(1);
        let origin = safe(&self.origin);
        let mut text = String::new();
        for problem in &self.list {
            let mut line = |arguments: fmt::Arguments<'_>| {
                // Writing to a string cannot fail.
                writeln!(text, "{arguments}").ok();
            };
            let message = safe(&problem.message);
            line(format_args!("{red}error{plain}{bold}: {message}{plain}"));
            match &problem.place {
                None => line(format_args!("{:gutter$}{blue}-->{plain} {origin}", "")),
                Some(place) => {
                    let Place { line: number, column, text, indent, carets } = place;
                    line(format_args!("{:gutter$}{blue}-->{plain} {origin}:{number}:{column}", ""));
                    line(format_args!("{blue}{:gutter$} |{plain}", ""));
                    line(format_args!("{blue}{number:>gutter$} |{plain} {text}"));
                    let (blank, carets) = (" ".repeat(*indent), "^".repeat(*carets));
                    line(format_args!("{blue}{:gutter$} |{plain} {blank}{red}{carets}{plain}", ""));
                }
            }
            if let Some(hint) = problem.hint.as_deref().map(safe) {
                line(format_args!("{:gutter$} {blue}={plain} {bold}help{plain}: {hint}", ""));
            }
            line(format_args!(""));
        }
        let count = self.list.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        // Writing to a string cannot fail.
        writeln!(text, "{count} {noun} in {origin}").ok();
        text
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.render(Colours::Off).trim_end())
    }
}

impl std::error::Error for Problems {}

impl Place {
    /// `shown` is `text` with stars, byte for byte as long.
    fn of(span: &Range<usize>, text: &str, shown: &str) -> Self {
        let start = text.floor_char_boundary(span.start);
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = text.get(start..).unwrap_or_default();
        let line_end = rest.find('\n').map_or(text.len(), |newline| start + newline);
        let end = text.floor_char_boundary(span.end).clamp(start, line_end);
        let visible = |range: Range<usize>| -> String {
            let part = shown.get(range).unwrap_or_default().trim_end_matches('\r');
            safe(part).into_owned()
        };
        Self {
            line: before.matches('\n').count() + 1,
            column: text.get(line_start..start).unwrap_or_default().chars().count() + 1,
            text: visible(line_start..line_end).trim_end().to_owned(),
            indent: visible(line_start..start).width(),
            carets: visible(start..end).width().max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, span: Range<usize>) -> Problems {
        let finding = Finding { span, message: "wrong".to_owned(), hint: None };
        Problems::locate("file", text, vec![finding], &[])
    }

    #[test]
    fn the_carets_stand_below_what_is_wrong() {
        let text = "a = 1\nname = 3 # so\n";
        assert_eq!(
            at(text, 13..14).to_string(),
            "error: wrong\n --> file:2:8\n  |\n2 | name = 3 # so\n  |        ^\n\n1 problem in file"
        );
    }

    #[test]
    fn wide_letters_tabs_and_ends_of_file_keep_the_carets_in_place() {
        let wide = "\u{5bff} = 3";
        let place = at(wide, 6..7).list[0].place.clone().unwrap();
        assert_eq!((place.column, place.indent, place.carets), (5, 5, 1));
        let tab = at("\ta = 3\r\n", 5..6).list[0].place.clone().unwrap();
        assert_eq!((tab.column, tab.indent, tab.text.as_str()), (6, 5, " a = 3"));
        let end = at("a =", 3..3).list[0].place.clone().unwrap();
        assert_eq!((end.line, end.column, end.carets), (1, 4, 1));
        let beyond = at("", 7..9).list[0].place.clone().unwrap();
        assert_eq!((beyond.line, beyond.column), (1, 1));
    }

    #[test]
    fn a_range_over_several_lines_is_marked_on_its_first() {
        let place = at("a = [\n1,\n2]\n", 4..11).list[0].place.clone().unwrap();
        assert_eq!((place.text.as_str(), place.carets), ("a = [", 1));
    }

    #[test]
    fn what_turns_a_line_round_is_not_printed() {
        let shown = at("a = \"x\u{202e}y\u{1b}[31m\" # \u{200b}", 0..1).to_string();
        assert!(shown.contains("1 | a = \"x\u{fffd}y\u{fffd}[31m\" # \u{fffd}"), "{shown}");
    }

    #[test]
    fn colours_are_added_only_when_asked_for() {
        assert!(!at("a = 1", 0..1).render(Colours::Off).contains('\x1b'));
        assert!(at("a = 1", 0..1).render(Colours::On).contains("\x1b[1;31merror"));
    }

    #[test]
    fn problems_come_in_the_order_of_their_places() {
        let finding = |start, message: &str| Finding {
            span: start..start + 1,
            message: message.to_owned(),
            hint: None,
        };
        let findings = vec![finding(6, "c"), finding(0, "b"), finding(0, "a")];
        let problems = Problems::locate("file", "a = 1\nb = 2", findings, &[]);
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, ["a", "b", "c"]);
    }
}
