//! When the documents of a collection are born, changed and deleted.
//! Invariant: every question is answered by arithmetic, without a look at other documents.

use crate::demo::population::mix::{Numbers, mix};

pub(super) const DAY: u64 = 86_400;
/// Of each so many documents one is deleted later, the one with this number.
const DELETED_OF: u64 = 997;
const DELETED: u64 = 13;
/// How long a document lives that is deleted.
const LIFE: u64 = 20 * DAY;
/// Of each so many documents one is changed later, the one with this number.
const CHANGED_OF: u64 = 7;
const CHANGED: u64 = 3;

/// A steady stream of births: document `n` is born in the `n`th interval after the origin, at a
/// moment that its number chooses. All times are unix seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Growth {
    /// What tells this stream's moments from another's.
    pub(super) key: u64,
    pub(super) origin: u64,
    /// Seconds; 0 for a collection that stays empty.
    pub(super) interval: u64,
}

impl Growth {
    /// The second in which document `number` is born.
    pub(super) fn birth(&self, number: u64) -> u64 {
        let within = mix(self.key ^ number).checked_rem(self.interval).unwrap_or(0);
        self.origin + number * self.interval + within
    }

    /// The second in which document `number` is changed for the last time, if it ever is.
    pub(super) fn change(&self, number: u64) -> Option<u64> {
        let mut numbers = Numbers::of(self.key ^ number);
        (number % CHANGED_OF == CHANGED)
            .then(|| self.birth(number) + 3600 + numbers.below(60 * DAY))
    }

    /// How many documents were born before `at`.
    pub(super) fn born(&self, at: u64) -> u64 {
        let Some(whole) = at.saturating_sub(self.origin).checked_div(self.interval) else {
            return 0;
        };
        whole + u64::from(self.birth(whole) < at)
    }

    /// How many documents exist at `at`.
    pub(super) fn alive(&self, at: u64) -> u64 {
        self.born(at) - self.deleted(at)
    }

    /// The number of the document that is `position`th among those that exist at `at`.
    pub(super) fn number(&self, position: u64, at: u64) -> u64 {
        // As many stay between one deleted document and the next.
        let between = DELETED_OF - 1;
        let skipped = (position + (between - DELETED)) / between;
        position + skipped.min(self.deleted(at))
    }

    fn deleted(&self, at: u64) -> u64 {
        (self.born(at.saturating_sub(LIFE)) + (DELETED_OF - 1 - DELETED)) / DELETED_OF
    }

    /// Whether document `number` exists at `at`: the definition that the sums above follow.
    #[cfg(test)]
    pub(super) fn exists(&self, number: u64, at: u64) -> bool {
        let birth = self.birth(number);
        birth < at && !(number % DELETED_OF == DELETED && birth + LIFE < at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_agree_with_a_look_at_every_document() {
        for key in 0..20 {
            let growth = Growth { key: mix(key), origin: 1_000 * DAY, interval: 1_700 + key * 977 };
            for hours in [0, 1, 2, 30, 24 * 19, 24 * 21, 24 * 50, 24 * 133] {
                let at = growth.origin + hours * 3600 + key;
                let numbers: Vec<u64> =
                    (0..8_000).filter(|number| growth.exists(*number, at)).collect();
                assert_eq!(growth.alive(at), numbers.len() as u64, "key {key}, {hours} h");
                for (position, number) in numbers.iter().enumerate() {
                    assert_eq!(growth.number(position as u64, at), *number, "key {key}");
                }
            }
        }
    }

    #[test]
    fn births_come_in_order_and_changes_after_births() {
        let growth = Growth { key: 7, origin: 5 * DAY, interval: 40 };
        for number in 0..2_000 {
            assert!(growth.birth(number) < growth.birth(number + 1));
            assert!(growth.change(number).is_none_or(|at| at > growth.birth(number)));
        }
    }

    #[test]
    fn an_empty_collection_stays_empty() {
        let growth = Growth { key: 7, origin: 0, interval: 0 };
        assert_eq!(growth.alive(u64::MAX / 2), 0);
    }
}
