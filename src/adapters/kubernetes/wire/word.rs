//! Words and lists that repeat from object to object, kept once per thread.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::domain::labels::{Label, Labels};
use crate::domain::pod::Container;
use crate::domain::shelf::Shelf;

/// More different words than any cluster's namespaces, nodes, label keys and phases.
const MOST_WORDS: usize = 8192;
/// The pods of a workload share their lists; those of Jobs share them with few.
const MOST_LISTS: usize = 2048;

thread_local! {
    static WORDS: RefCell<Shelf<str>> = RefCell::new(Shelf::of(MOST_WORDS));
    static LABELS: RefCell<Shelf<[Label]>> = RefCell::new(Shelf::of(MOST_LISTS));
    static CONTAINERS: RefCell<Shelf<[Container]>> = RefCell::new(Shelf::of(MOST_LISTS));
}

/// A word that is shared with all others that read the same on this thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word(pub Arc<str>);

impl Word {
    /// `None` where it says nothing.
    pub(super) fn filled(self) -> Option<Arc<str>> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

impl Default for Word {
    fn default() -> Self {
        Self(shared(""))
    }
}

/// The one copy of `text`.
pub(in crate::adapters::kubernetes) fn shared(text: &str) -> Arc<str> {
    WORDS.with_borrow_mut(|words| words.share(text))
}

/// The one copy of these labels.
pub(super) fn shared_labels(labels: Vec<Label>) -> Labels {
    LABELS.with_borrow_mut(|lists| lists.share(labels))
}

/// The one copy of what a workload's pods consist of.
pub(super) fn shared_containers(containers: Vec<Container>) -> Arc<[Container]> {
    CONTAINERS.with_borrow_mut(|lists| lists.share(containers))
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WordVisitor)
    }
}

struct WordVisitor;

impl Visitor<'_> for WordVisitor {
    type Value = Word;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Word, E> {
        Ok(Word(shared(text)))
    }
}
