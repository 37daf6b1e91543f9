//! A text to read: lines, and what stands out in them. Invariant: its text is safe to show.

use crate::domain::text::shown;

/// Why a stretch of text stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emphasis {
    Heading,
    Key,
    Faint,
    Good,
    Warning,
    Bad,
}

/// A stretch that stands out; byte positions in [`Line::text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    pub emphasis: Emphasis,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    pub spans: Vec<Span>,
    /// Where its value begins, below which the rest of it goes on.
    pub value: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    pub lines: Vec<Line>,
}

/// How wide keys are, so that values stand below each other.
const KEY: usize = 16;

impl Line {
    /// Appends text from wherever.
    #[must_use]
    pub fn plain(mut self, text: &str) -> Self {
        self.text.push_str(&shown(text));
        self
    }

    #[must_use]
    pub fn with(mut self, emphasis: Emphasis, text: &str) -> Self {
        let start = self.text.len();
        self.text.push_str(&shown(text));
        if self.text.len() > start {
            self.spans.push(Span { start, end: self.text.len(), emphasis });
        }
        self
    }
}

impl Line {
    /// What comes next is the value that all before it leads to.
    #[must_use]
    pub fn value(mut self) -> Self {
        self.value = self.text.chars().count();
        self
    }

    /// How far in the rest of it goes on, where it is wrapped: below its value, or its first word.
    pub fn hang(&self) -> usize {
        let spaces = self.text.bytes().take_while(|byte| *byte == b' ').count();
        self.value.max(spaces)
    }
}

impl Document {
    pub fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// A section begins, after an empty line where it is not the first.
    pub fn section(&mut self, title: &str) {
        if !self.lines.is_empty() {
            self.push(Line::default());
        }
        self.push(Line::default().with(Emphasis::Heading, title));
    }

    /// `key    value`, below a section.
    pub fn field(&mut self, key: &str, value: &str) {
        self.field_in((2, 0), key, None, value);
    }

    /// Fields whose keys are not ours: the longest decides where the values stand.
    pub fn fields(&mut self, fields: &[(&str, Option<Emphasis>, String)]) {
        let widths = fields.iter().map(|(key, ..)| key.chars().count() + 1);
        let widest = widths.max().unwrap_or_default();
        for (key, emphasis, value) in fields {
            self.field_in((2, widest), key, *emphasis, value);
        }
    }

    /// The same, deeper.
    pub fn detail(&mut self, key: &str, value: &str) {
        self.field_in((4, 0), key, None, value);
    }

    pub fn judged(&mut self, key: &str, emphasis: Option<Emphasis>, value: &str) {
        self.field_in((2, 0), key, emphasis, value);
    }

    pub fn judged_detail(&mut self, key: &str, emphasis: Option<Emphasis>, value: &str) {
        self.field_in((4, 0), key, emphasis, value);
    }

    fn field_in(
        &mut self,
        (indent, least): (usize, usize),
        key: &str,
        emphasis: Option<Emphasis>,
        value: &str,
    ) {
        let width = (KEY + 2).saturating_sub(indent).max(key.chars().count() + 1).max(least);
        let blank = |columns| Line::default().plain(&" ".repeat(columns));
        let line = blank(indent).with(Emphasis::Key, key);
        let line = line.plain(&" ".repeat(width.saturating_sub(key.chars().count()))).value();
        // What is written on several lines stays on several, below each other.
        let mut parts = value.lines();
        let first = parts.next().unwrap_or_default();
        let add = |line: Line, text: &str| match emphasis {
            Some(emphasis) => line.with(emphasis, text),
            None => line.plain(text),
        };
        self.push(add(line, first));
        for part in parts {
            self.push(add(blank(indent + width), part));
        }
    }

    /// The whole text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            text.push_str(line.text.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_below_each_other_and_long_keys_push_them_aside() {
        let mut document = Document::default();
        document.section("Status");
        document.field("node", "a");
        document.detail("image", "b\nc");
        document.field("a-very-long-key-indeed", "d");
        document.section("Next");
        assert_eq!(
            document.text(),
            "Status\n  node            a\n    image         b\n                  c\n  a-very-long-key-indeed d\n\nNext\n"
        );
    }

    #[test]
    fn fields_of_foreign_keys_stand_below_each_other_however_long_the_keys_are() {
        let mut document = Document::default();
        let fields = [("Ready", "True"), ("PodReadyToStartContainers", "False\nsays who")];
        document.fields(&fields.map(|(key, value)| (key, None, value.to_owned())));
        let (first, second) = (" ".repeat(21), " ".repeat(28));
        assert_eq!(
            document.text(),
            format!("  Ready{first}True\n  PodReadyToStartContainers False\n{second}says who\n")
        );
    }

    #[test]
    fn text_from_outside_is_neutralised() {
        let line = Line::default().with(Emphasis::Bad, "a\u{1b}[2J").plain("\u{7}");
        assert_eq!(line.text, "a\u{fffd}[2J\u{fffd}");
        assert_eq!(line.spans, [Span { start: 0, end: 7, emphasis: Emphasis::Bad }]);
    }
}
