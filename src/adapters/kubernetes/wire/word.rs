//! Words that repeat from object to object, kept once per thread.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// More different words than any cluster's namespaces, nodes, label keys and phases.
const MOST_WORDS: usize = 8192;

thread_local! {
    static WORDS: RefCell<HashSet<Arc<str>>> = RefCell::default();
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

/// The one copy of `text`. When the store is full it begins anew: words in use live on.
pub(super) fn shared(text: &str) -> Arc<str> {
    WORDS.with_borrow_mut(|words| {
        if let Some(word) = words.get(text) {
            return Arc::clone(word);
        }
        if words.len() >= MOST_WORDS {
            words.clear();
        }
        let word: Arc<str> = Arc::from(text);
        words.insert(Arc::clone(&word));
        word
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_words_are_one_word() {
        assert!(Arc::ptr_eq(&shared("kube-system"), &shared("kube-system")));
    }

    #[test]
    fn the_store_is_bounded_and_words_in_use_stay_what_they_are() {
        let kept = shared("kept");
        for number in 0..2 * MOST_WORDS {
            shared(&number.to_string());
        }
        assert!(WORDS.with_borrow(HashSet::len) <= MOST_WORDS);
        assert_eq!(&*kept, "kept");
    }
}
