//! The one-line prompt: the palette, a table's filter, a text's search.

use tui_input::{Input, InputRequest};

/// A prompt at the foot of the screen.
#[derive(Debug, Clone)]
pub struct Prompt {
    pub kind: PromptKind,
    pub input: Input,
    /// Which of the earlier ones is shown, counted back from the newest.
    recalled: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PromptKind {
    /// `:`
    Palette,
    /// `/` in a table: filters while it is typed.
    Filter,
    /// `/` in a text: searches and hides nothing.
    Search,
    /// `&` in a log: hides what does not match.
    Lines,
    /// `/` in the help.
    HelpSearch,
    /// `/` in a table of the Drill tab.
    DrillFilter,
    /// `/` in the Metrics tab.
    MetricsFilter,
    /// `i`: a note about a drill.
    Note,
}

impl PromptKind {
    /// What stands before the text.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Palette => ":",
            Self::Filter
            | Self::Search
            | Self::HelpSearch
            | Self::DrillFilter
            | Self::MetricsFilter => "/",
            Self::Note => "note: ",
            Self::Lines => "&",
        }
    }
}

impl Prompt {
    pub fn new(kind: PromptKind, text: &str) -> Self {
        Self { kind, input: Input::new(text.to_owned()), recalled: None }
    }

    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Edits; returns whether the text has changed.
    pub fn edit(&mut self, request: InputRequest) -> bool {
        self.input.handle(request).is_some_and(|change| change.value)
    }

    /// Removes what stands before the cursor, as readline does.
    pub fn delete_to_start(&mut self) {
        let rest: String = self.text().chars().skip(self.input.cursor()).collect();
        self.input = Input::new(rest).with_cursor(0);
    }

    pub fn insert(&mut self, text: &str) {
        for character in text.chars().filter(|character| !character.is_control()) {
            self.input.handle(InputRequest::InsertChar(character));
        }
    }

    pub fn set(&mut self, text: &str) {
        self.input = Input::new(text.to_owned());
    }

    /// The text before the last one, out of `earlier`, whose newest is the last.
    pub fn recall_earlier(&mut self, earlier: &[String]) {
        let next = self.recalled.map_or(0, |at| at + 1);
        if let Some(text) = earlier.iter().rev().nth(next) {
            self.set(text);
            self.recalled = Some(next);
        }
    }

    pub fn recall_later(&mut self, earlier: &[String]) {
        let next = self.recalled.and_then(|at| at.checked_sub(1));
        let text = next.and_then(|at| earlier.iter().rev().nth(at));
        self.set(text.map_or("", String::as_str));
        self.recalled = next;
    }
}
