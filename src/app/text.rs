//! A text to read: a description, YAML, an explanation.

use std::borrow::Cow;

use crate::app::pager::act::{Outcome, ReadAction};
use crate::app::pager::{Lines, Page, Pager, Row};
use crate::domain::document::{Document, Line};

/// A text to be opened.
#[derive(Debug)]
pub struct Text {
    pub title: String,
    /// What a file of it is called.
    pub file: String,
    pub document: Document,
    /// Whether its sentences are to be read whole.
    pub is_wrapped: bool,
}

impl Text {
    pub fn into_view(self) -> TextView {
        let view = TextView::new(self.title, self.file, self.document);
        if self.is_wrapped { view.wrapped() } else { view }
    }
}

/// The state of one text.
#[derive(Debug)]
pub struct TextView {
    pub title: String,
    /// What a file of it is called.
    file: String,
    document: Document,
    pager: Pager,
}

impl Lines for Document {
    fn first(&self) -> u64 {
        0
    }

    fn end(&self) -> u64 {
        self.lines.len() as u64
    }

    fn plain(&self, line: u64) -> Cow<'_, str> {
        at(self, line).map_or(Cow::Borrowed(""), |line| Cow::Borrowed(&line.text))
    }

    fn stands_out(&self, _: u64) -> bool {
        false
    }
}

fn at(document: &Document, line: u64) -> Option<&Line> {
    usize::try_from(line).ok().and_then(|line| document.lines.get(line))
}

impl TextView {
    pub fn new(title: String, file: String, document: Document) -> Self {
        Self { title, file, document, pager: Pager::at_top() }
    }

    /// Long lines go on in the next row from the start: sentences are to be read whole.
    #[must_use]
    pub fn wrapped(mut self) -> Self {
        self.pager.wrap();
        self
    }

    /// The same text, as it reads now: ages grow, and objects change. One stays where one is.
    pub fn replace(&mut self, document: Document) {
        self.document = document;
        self.pager.read_again(&self.document);
    }

    pub const fn pager(&self) -> &Pager {
        &self.pager
    }

    pub const fn document(&self) -> &Document {
        &self.document
    }

    pub fn line(&self, line: u64) -> Option<&Line> {
        at(&self.document, line)
    }

    pub fn search_place(&self) -> Option<(usize, usize)> {
        self.pager.search_place(&self.document)
    }

    /// What fills a page of this size.
    pub fn rows(&self, page: Page) -> Vec<Row> {
        self.pager.rows(&self.document, page.without(SIGN))
    }

    /// Acts; `page` is the size of the area in which the text was drawn last.
    pub fn act(&mut self, action: &ReadAction, page: Page) -> Outcome {
        let page = page.without(SIGN);
        let line =
            |line| self.line(line).map_or_else(String::new, |line| line.text.trim_end().to_owned());
        if *action == ReadAction::Save {
            let text = self.pager.export(&self.document, &line);
            return Outcome::Save { name: self.file.clone(), text };
        }
        if *action == ReadAction::Copy {
            return self.pager.copy(&self.document, page, &line);
        }
        self.pager.act(&self.document, action, page)
    }
}

/// How many cells stand before each line: for marks and for the line that was jumped to.
pub const SIGN: usize = 2;
