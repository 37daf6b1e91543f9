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

    /// The answer has come, and is of `at`.
    pub fn finish(&mut self, result: Result<T, Failure>, at: Timestamp) {
        match result {
            Ok(value) => {
                self.value = Some((value, at));
                self.phase = Phase::Idle;
            }
            Err(failure) => self.phase = Phase::Failed(failure),
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
    use super::*;
    use crate::domain::failure::FailureKind;

    #[test]
    fn the_last_good_value_stays_with_its_age_whatever_follows() {
        let at: Timestamp = "2026-11-20T09:30:00Z".parse().unwrap();
        let mut fetched = Fetched::default();
        assert!(fetched.value().is_none() && !fetched.is_loading());
        fetched.begin();
        fetched.finish(Ok(7), at);
        fetched.begin();
        assert!(fetched.is_loading());
        fetched.finish(Err(Failure::new(FailureKind::TimedOut, "it timed out")), Timestamp::MAX);
        assert_eq!((fetched.value(), fetched.at()), (Some(&7), Some(at)));
        assert_eq!(fetched.failure().unwrap().what, "it timed out");
        fetched.begin();
        fetched.give_up();
        assert!(!fetched.is_loading() && fetched.failure().is_none());
    }
}
