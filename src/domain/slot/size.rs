//! What is unusual about a size or a duration: robust rules once there is a history, floors before.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::median::median;
use crate::domain::units::ByteSize;

/// Anything smaller is no backup of anything.
const LEAST: ByteSize = ByteSize(1024);
/// So many neighbours are compared with.
const NEIGHBOURS: usize = 28;
/// With so few, only floors count.
const FEW: usize = 5;
/// About a quarter more, or a fifth less.
const TOLERANCE: f64 = 0.22;
/// What makes the median deviation comparable with a standard one, three and a half times.
const SPREAD: f64 = 3.5 * 1.4826;
/// A dump that takes seconds may well take twice as many.
const NOTICEABLE: SignedDuration = SignedDuration::from_mins(5);

/// What is wrong with a size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SizeFault {
    Zero,
    /// Less than half of the median.
    TooSmall {
        median: ByteSize,
    },
    /// Beyond what its neighbours vary by.
    Unusual {
        median: ByteSize,
        ratio: f64,
    },
}

/// The sizes of a set's good backups, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Sizes {
    sizes: Vec<(Timestamp, ByteSize)>,
}

impl Sizes {
    pub fn of(sizes: impl IntoIterator<Item = (Timestamp, ByteSize)>) -> Self {
        let mut sizes: Vec<_> = sizes.into_iter().filter(|(_, size)| is_something(*size)).collect();
        sizes.sort_unstable();
        Self { sizes }
    }

    /// Judges the backup that began at `at`: against those before it, and where these are few, those
    /// behind it too.
    pub fn judge(&self, at: Timestamp, size: ByteSize) -> Option<SizeFault> {
        if !is_something(size) {
            return Some(SizeFault::Zero);
        }
        let place = self.sizes.partition_point(|(began, _)| *began < at);
        let behind = self.sizes.iter().skip(place).filter(|(began, _)| *began != at);
        let before = self.sizes.iter().take(place).rev();
        let known = place.min(NEIGHBOURS);
        let missing = if known > FEW { 0 } else { NEIGHBOURS - known };
        let logarithms: Vec<f64> = before
            .take(NEIGHBOURS)
            .chain(behind.take(missing))
            .map(|(_, size)| (size.bytes() as f64).ln())
            .collect();
        if logarithms.len() <= FEW {
            return None;
        }
        let middle = median(logarithms.clone())?;
        let off = (size.bytes() as f64).ln() - middle;
        let ratio = off.exp();
        let median_size = nearest(middle.exp());
        if ratio < 0.5 {
            return Some(SizeFault::TooSmall { median: median_size });
        }
        let deviation = median(logarithms.iter().map(|it| (it - middle).abs()).collect())?;
        (off.abs() > TOLERANCE.max(SPREAD * deviation))
            .then_some(SizeFault::Unusual { median: median_size, ratio })
    }
}

pub fn is_something(size: ByteSize) -> bool {
    size >= LEAST
}

/// How long a set's dumps take, from their beginning to their upload.
#[derive(Debug, Clone, Default)]
pub struct Durations {
    /// Oldest first.
    seconds: Vec<i64>,
}

impl Durations {
    /// Of the newest backups, oldest first.
    pub fn of(durations: impl IntoIterator<Item = SignedDuration>) -> Self {
        Self { seconds: durations.into_iter().map(|it| it.as_secs()).collect() }
    }

    /// What all but the slowest of the last fourteen took, ten minutes at least.
    pub fn allowance(&self) -> SignedDuration {
        const LAST: usize = 14;
        const LEAST: i64 = 600;
        let mut last: Vec<_> = self.seconds.iter().rev().take(LAST).copied().collect();
        last.sort_unstable();
        // The nearest rank of 95 %.
        let rank = (last.len() * 95).div_ceil(100).saturating_sub(1);
        SignedDuration::from_secs(last.get(rank).copied().unwrap_or(0).max(LEAST))
    }

    /// The median, where `duration` is more than twice that, and noticeably so.
    pub fn unusual(&self, duration: SignedDuration) -> Option<Duration> {
        if self.seconds.len() <= FEW {
            return None;
        }
        let middle = median(self.seconds.iter().map(|it| *it as f64).collect())?;
        let usual = SignedDuration::try_from_secs_f64(middle).ok()?;
        let is_unusual = duration > usual * 2 && duration - usual > NOTICEABLE;
        is_unusual.then(|| usual.unsigned_abs())
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a median of sizes is a size"
)]
fn nearest(bytes: f64) -> ByteSize {
    ByteSize(bytes.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::slot::fixture::at;

    fn day(number: i64) -> Timestamp {
        at("2026-09-01T00:00:00Z") + SignedDuration::from_hours(24 * number)
    }

    fn sizes(of: impl Fn(i64) -> u64, count: i64) -> Sizes {
        Sizes::of((0..count).map(|number| (day(number), ByteSize(of(number)))))
    }

    #[test]
    fn growth_is_usual_and_a_half_is_not() {
        let growing = sizes(|number| 1_000_000 + number.unsigned_abs() * 20_000, 60);
        for number in 0..60_i64 {
            let size = ByteSize(1_000_000 + number.unsigned_abs() * 20_000);
            assert_eq!(growing.judge(day(number), size), None, "{number}");
        }
        let half = growing.judge(day(60), ByteSize(900_000));
        assert!(matches!(half, Some(SizeFault::TooSmall { .. })), "{half:?}");
        let large = growing.judge(day(60), ByteSize(4_000_000));
        assert!(matches!(large, Some(SizeFault::Unusual { .. })), "{large:?}");
    }

    #[test]
    fn what_varies_may_vary() {
        let wild = sizes(|number| if number % 2 == 0 { 1_000_000 } else { 1_600_000 }, 40);
        assert_eq!(wild.judge(day(40), ByteSize(1_900_000)), None);
        let steady = sizes(|_| 1_000_000, 40);
        assert!(steady.judge(day(40), ByteSize(1_300_000)).is_some());
        assert_eq!(steady.judge(day(40), ByteSize(1_200_000)), None);
    }

    #[test]
    fn a_short_history_knows_floors_only() {
        let short = sizes(|_| 1_000_000, 5);
        assert_eq!(short.judge(day(5), ByteSize(2000)), None);
        assert_eq!(short.judge(day(5), ByteSize(1023)), Some(SizeFault::Zero));
        // One that went wrong long ago is judged by those behind it.
        let long = sizes(|_| 1_000_000, 40);
        assert!(matches!(long.judge(day(0), ByteSize(2000)), Some(SizeFault::TooSmall { .. })));
    }

    #[test]
    fn durations_leave_room_and_show_what_took_twice_as_long() {
        let minutes = SignedDuration::from_mins;
        let none = Durations::default();
        assert_eq!((none.allowance(), none.unusual(minutes(600))), (minutes(10), None));
        let usual = Durations::of((0..20).map(|number| minutes(20 + number % 3)));
        assert_eq!(usual.allowance(), minutes(22));
        assert_eq!(usual.unusual(minutes(42)), None);
        assert_eq!(usual.unusual(minutes(43)), Some(Duration::from_mins(21)));
        let quick = Durations::of((0..20).map(|_| SignedDuration::from_secs(20)));
        assert_eq!(quick.unusual(SignedDuration::from_secs(90)), None);
    }
}
