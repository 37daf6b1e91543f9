//! How often a pod has changed between ready and not ready, as far as somebody looked. The API tells only
//! the last change; the others are known to whoever was watching.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::domain::pod::{Condition, ConditionStatus, Pod};

/// Changes that are remembered, and for how long they count.
const MOST: usize = 32;
const WINDOW: SignedDuration = SignedDuration::from_hours(1);
/// So many changes within the window are flapping. A restart alone makes two.
const MANY: usize = 4;

/// What was seen of one pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// Since when somebody looks.
    pub since: Timestamp,
    changes: VecDeque<Timestamp>,
}

impl Readiness {
    pub const fn looking_since(since: Timestamp) -> Self {
        Self { since, changes: VecDeque::new() }
    }

    /// Notes what has happened between two states of the pod, the newer of which came at `now`.
    pub fn see(&mut self, before: &Pod, after: &Pod, now: Timestamp) {
        for at in changes(before, after, now) {
            if self.changes.len() == MOST {
                self.changes.pop_front();
            }
            self.changes.push_back(at);
        }
    }

    /// Whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes within the last hour, where they are many.
    pub(in crate::domain) fn flapping(&self, now: Timestamp) -> Option<Flapping> {
        let from = now.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN);
        let mut recent = self.changes.iter().copied().filter(|at| *at > from);
        let first = recent.next()?;
        let count = recent.count() + 1;
        // With one change less it may be over.
        let leaving = self.changes.iter().rev().nth(MANY - 1)?;
        let until = leaving.saturating_add(WINDOW).ok();
        let looked = (self.since > from).then_some(self.since);
        (count >= MANY).then_some(Flapping { count, first, looked, until })
    }
}

/// Many changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) struct Flapping {
    pub(in crate::domain) count: usize,
    pub(in crate::domain) first: Timestamp,
    /// Since when somebody looks, where that is less than the hour.
    pub(in crate::domain) looked: Option<Timestamp>,
    pub(in crate::domain) until: Option<Timestamp>,
}

/// When readiness has changed between two states: a date that moves while the status stays is that of a
/// second change, of which the first was not seen.
fn changes(before: &Pod, after: &Pod, now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let is_ready = |it: Option<&Condition>| it.is_some_and(|it| it.status == ConditionStatus::True);
    let (old, new) = (before.condition("Ready"), after.condition("Ready"));
    let (since, until) = (old.and_then(|it| it.since), new.and_then(|it| it.since));
    let count = match (old, new) {
        // It is only starting.
        (None, _) | (_, None) => 0,
        _ if is_ready(old) != is_ready(new) => 1,
        _ if since != until => 2,
        _ => 0,
    };
    std::iter::repeat_n(until.unwrap_or(now), count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pod::fixture::pod;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn ready(status: ConditionStatus, minute: i64) -> Pod {
        let condition = Condition {
            kind: "Ready".into(),
            status,
            reason: None,
            message: None,
            since: Some(at(minute)),
        };
        Pod { conditions: vec![condition], ..pod("api") }
    }

    #[test]
    fn four_changes_within_an_hour_are_flapping_and_an_hour_later_they_are_not() {
        let mut seen = Readiness::looking_since(at(0));
        let states = [
            ready(ConditionStatus::True, 0),
            ready(ConditionStatus::False, 10),
            ready(ConditionStatus::True, 11),
            ready(ConditionStatus::False, 20),
            ready(ConditionStatus::True, 22),
        ];
        for (before, after) in states.iter().zip(states.iter().skip(1)) {
            assert_eq!(seen.flapping(at(22)), None);
            seen.see(before, after, at(22));
        }
        let flapping = seen.flapping(at(22)).unwrap();
        assert_eq!((flapping.count, flapping.first), (4, at(10)));
        assert_eq!((flapping.looked, flapping.until), (Some(at(0)), Some(at(70))));
        assert_eq!(seen.flapping(at(65)).unwrap().looked, None, "an hour has been looked at");
        assert_eq!(seen.flapping(at(70)), None);
    }

    #[test]
    fn a_change_that_was_missed_between_two_looks_counts_and_a_start_does_not() {
        let mut seen = Readiness::looking_since(at(0));
        let (early, late) = (ready(ConditionStatus::True, 1), ready(ConditionStatus::True, 9));
        seen.see(&early, &late, at(10));
        seen.see(&late, &late, at(10));
        assert_eq!(seen.changes, [at(9), at(9)]);
        seen.see(&Pod { conditions: Vec::new(), ..pod("api") }, &late, at(10));
        assert_eq!(seen.changes.len(), 2);
    }
}
