//! What one field of a table says, and in which tone; how it looks is the screen's business.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::domain::age::age;
use crate::domain::pod::printed::NONE;
use crate::domain::severity::Severity;
use crate::domain::text::shown;

/// What a text means to the reader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    #[default]
    Plain,
    Muted,
    Accent,
    Done,
    Fine,
    Busy,
    Warning,
    Critical,
    Stale,
    Production,
}

impl From<Severity> for Tone {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Done => Self::Done,
            Severity::Fine => Self::Fine,
            Severity::Busy => Self::Busy,
            Severity::Warning => Self::Warning,
            Severity::Critical => Self::Critical,
        }
    }
}

/// One field of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Safe to show.
    pub text: Cow<'a, str>,
    pub tone: Tone,
    /// The instant whose age is part of the text, which therefore reads differently later.
    pub since: Option<Timestamp>,
}

impl<'a> Cell<'a> {
    /// A text from outside.
    pub fn text(text: &'a str) -> Self {
        Self { text: shown(text), tone: Tone::Plain, since: None }
    }

    /// A text as kubectl prints it; what it prints where there is none is no matter.
    pub fn printed(text: &'a str) -> Self {
        let tone = if text == NONE { Tone::Muted } else { Tone::Plain };
        Self::text(text).tone(tone)
    }

    /// A text that is missing reads as kubectl has it.
    pub fn optional(text: Option<&'a str>) -> Self {
        Self::printed(text.unwrap_or(NONE))
    }

    /// How long ago something was; `-` where it never was.
    pub fn age(since: Option<Timestamp>, now: Timestamp) -> Self {
        match since {
            Some(since) => {
                Self { text: age(since, now).into(), tone: Tone::Plain, since: Some(since) }
            }
            None => Self::from("-").tone(Tone::Muted),
        }
    }

    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    #[must_use]
    pub fn since(mut self, since: Option<Timestamp>) -> Self {
        self.since = since;
        self
    }
}

/// A text that was put together, maybe of parts from outside.
impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        let text = match shown(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(safe) => safe,
        };
        Self { text: text.into(), tone: Tone::Plain, since: None }
    }
}

impl From<&'static str> for Cell<'_> {
    fn from(text: &'static str) -> Self {
        Self { text: text.into(), tone: Tone::Plain, since: None }
    }
}
