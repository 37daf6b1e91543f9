//! How long is waited between attempts: not at all the first time, then longer and longer, and never
//! all at the same moment.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(super) struct Pace {
    attempts: u32,
}

impl Pace {
    /// The pause before the next attempt.
    pub(super) fn next(&mut self) -> Duration {
        let attempts = self.attempts;
        self.attempts = attempts.saturating_add(1);
        let Some(doublings) = attempts.checked_sub(1) else { return Duration::ZERO };
        let full = FIRST.saturating_mul(1 << doublings.min(10)).min(LONGEST);
        full.mul_f64(0.75 + share() / 4.0)
    }

    /// Something went well for long enough.
    pub(super) fn reset(&mut self) {
        self.attempts = 0;
    }
}

/// Somewhere between nothing and one, by the seed of a new hasher.
fn share() -> f64 {
    let [byte, ..] = RandomState::new().hash_one(()).to_le_bytes();
    f64::from(byte) / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_begin_anew() {
        let mut pace = Pace::default();
        assert_eq!(pace.next(), Duration::ZERO);
        let mut longest = Duration::ZERO;
        for expected in [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000] {
            let expected = Duration::from_millis(expected);
            let pause = pace.next();
            assert!(pause <= expected && pause >= expected.mul_f64(0.74), "{pause:?}");
            longest = longest.max(pause);
        }
        assert!(longest > Duration::from_secs(20));
        pace.reset();
        assert_eq!(pace.next(), Duration::ZERO);
    }
}
