//! Something that is asked of the outside: the last good value, and where the newest request stands.

use jiff::Timestamp;

use crate::domain::failure::Failure;

/// Where a request stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Phase {
    #[default]
    Idle,
    Loading,
    Failed(Failure),
}

/// What comes of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer<T> {
    /// What an earlier request found. It is past its time, and serves until the newest one is answered.
    Before {
        value: T,
        at: Timestamp,
    },
    /// The answer, of when it was found: what is kept and young is one.
    Newest {
        value: T,
        at: Timestamp,
    },
    Failed(Failure),
}

/// A value with its age; it stays while a newer one is asked for, and when that fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched<T> {
    value: Option<(T, Timestamp)>,
    phase: Phase,
}

impl<T> Default for Fetched<T> {
    fn default() -> Self {
        Self { value: None, phase: Phase::Idle }
    }
}

impl<T> Fetched<T> {
    /// It has been asked for.
    pub fn begin(&mut self) {
        self.phase = Phase::Loading;
    }

    /// Something has come of the request.
    pub fn hear(&mut self, answer: Answer<T>) {
        match answer {
            // What is known may be younger than what is kept.
            Answer::Before { value, at } => {
                if self.at().is_none_or(|known| known < at) {
                    self.value = Some((value, at));
                }
            }
            Answer::Newest { value, at } => {
                self.value = Some((value, at));
                self.phase = Phase::Idle;
            }
            Answer::Failed(failure) => self.phase = Phase::Failed(failure),
        }
    }

    /// Nobody answers any more.
    pub fn give_up(&mut self) {
        if self.is_loading() {
            self.phase = Phase::Idle;
        }
    }

    pub const fn value(&self) -> Option<&T> {
        match &self.value {
            Some((value, _)) => Some(value),
            None => None,
        }
    }

    /// Of when the value is.
    pub fn at(&self) -> Option<Timestamp> {
        self.value.as_ref().map(|(_, at)| *at)
    }

    pub const fn is_loading(&self) -> bool {
        matches!(self.phase, Phase::Loading)
    }

    /// Why the newest request came to nothing.
    pub const fn failure(&self) -> Option<&Failure> {
        match &self.phase {
            Phase::Failed(failure) => Some(failure),
            Phase::Idle | Phase::Loading => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::domain::failure::FailureKind;

    fn at() -> Timestamp {
        "2026-11-20T09:30:00Z".parse().unwrap()
    }

    #[test]
    fn the_last_good_value_stays_with_its_age_whatever_follows() {
        let at = at();
        let mut fetched = Fetched::default();
        assert!(fetched.value().is_none() && !fetched.is_loading());
        fetched.begin();
        fetched.hear(Answer::Newest { value: 7, at });
        fetched.begin();
        assert!(fetched.is_loading());
        fetched.hear(Answer::Failed(Failure::new(FailureKind::TimedOut, "it timed out")));
        assert_eq!((fetched.value(), fetched.at()), (Some(&7), Some(at)));
        assert_eq!(fetched.failure().unwrap().what, "it timed out");
        fetched.begin();
        fetched.give_up();
        assert!(!fetched.is_loading() && fetched.failure().is_none());
    }

    #[test]
    fn what_is_known_from_before_serves_while_the_newest_request_runs() {
        let (at, earlier) = (at(), at() - SignedDuration::from_hours(9));
        let mut fetched = Fetched::default();
        fetched.begin();
        fetched.hear(Answer::Before { value: 7, at: earlier });
        assert_eq!((fetched.value(), fetched.at()), (Some(&7), Some(earlier)));
        assert!(fetched.is_loading(), "nobody has answered yet");
        fetched.hear(Answer::Newest { value: 8, at });
        fetched.begin();
        fetched.hear(Answer::Before { value: 7, at: earlier });
        assert_eq!(fetched.value(), Some(&8), "nothing younger is lost to it");
    }
}
