//! The clock of whoever answers: the `Date` of the newest answer.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// When the other side last answered, by its own clock. Clones hear of the same answers.
#[derive(Debug, Clone, Default)]
pub(in crate::adapters) struct TheirClock(Arc<Mutex<Option<Timestamp>>>);

impl TheirClock {
    /// Takes the `Date` of an answer; one that cannot be read tells nothing.
    pub(in crate::adapters) fn hear(&self, date: &str) {
        if let Ok(date) = rfc2822::parse(date) {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(date.timestamp());
        }
    }

    /// `None`: no answer told the time.
    pub(in crate::adapters) fn read(&self) -> Option<Timestamp> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_answer_that_told_the_time_counts() {
        let clock = TheirClock::default();
        assert_eq!(clock.read(), None);
        clock.clone().hear("Fri, 20 Nov 2026 09:30:00 GMT");
        clock.hear("yesterday");
        assert_eq!(clock.read(), Some("2026-11-20T09:30:00Z".parse().unwrap()));
    }
}
