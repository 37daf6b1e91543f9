//! Ages as `kubectl` writes them, every unit cut off, never rounded up.
//! The rules: <https://github.com/kubernetes/apimachinery/blob/master/pkg/util/duration/duration.go>.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// Where an age begins to be told more coarsely, and in what steps it changes below that.
const STEPS: [(i64, i64); 4] =
    [(10 * MINUTE, 1), (8 * HOUR, MINUTE), (8 * DAY, HOUR), (8 * YEAR, DAY)];

/// How long ago something was: `119s`, `2m5s`, `3h`, `7d23h`, `2y`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HumanAge(pub SignedDuration);

impl fmt::Display for HumanAge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0.as_secs() {
            ..-1 => "<invalid>".to_owned(),
            -1 => "0s".to_owned(),
            seconds @ 0..120 => format!("{seconds}s"),
            seconds @ 120..600 => pair(seconds, (MINUTE, "m"), (1, "s")),
            seconds @ 600..10_800 => format!("{}m", seconds / MINUTE),
            seconds @ 10_800..28_800 => pair(seconds, (HOUR, "h"), (MINUTE, "m")),
            seconds @ 28_800..172_800 => format!("{}h", seconds / HOUR),
            seconds @ 172_800..691_200 => pair(seconds, (DAY, "d"), (HOUR, "h")),
            seconds @ 691_200..63_072_000 => format!("{}d", seconds / DAY),
            seconds @ 63_072_000..252_288_000 => pair(seconds, (YEAR, "y"), (DAY, "d")),
            seconds => format!("{}y", seconds / YEAR),
        };
        formatter.pad(&text)
    }
}

/// Two units, the smaller only where it is not zero.
fn pair(seconds: i64, (large, name): (i64, &str), (small, small_name): (i64, &str)) -> String {
    match seconds % large / small {
        0 => format!("{}{name}", seconds / large),
        rest => format!("{}{name}{rest}{small_name}", seconds / large),
    }
}

/// The age at `now` of what began at `since`.
pub fn age(since: Timestamp, now: Timestamp) -> String {
    HumanAge(now.duration_since(since)).to_string()
}

/// The same for what may have no date: `<unknown>`.
pub fn age_or_unknown(since: Option<Timestamp>, now: Timestamp) -> String {
    since.map_or_else(|| "<unknown>".to_owned(), |since| age(since, now))
}

/// How long from `now` until [`age`] reads differently; never zero.
pub fn next_change(since: Timestamp, now: Timestamp) -> Duration {
    let elapsed = now.duration_since(since);
    let seconds = elapsed.as_secs();
    let wait = if seconds < -1 {
        // From the first moment that is less than two seconds ahead.
        SignedDuration::new(-2, 0).saturating_sub(elapsed) + SignedDuration::from_nanos(1)
    } else {
        let seconds = seconds.max(0);
        let step = STEPS.iter().find(|(end, _)| seconds < *end).map_or(YEAR, |(_, step)| *step);
        let next = (seconds / step + 1).saturating_mul(step);
        SignedDuration::from_secs(next).saturating_sub(elapsed)
    };
    wait.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ages_read_as_kubectl_writes_them() {
        for (seconds, text) in [
            (-2, "<invalid>"),
            (-1, "0s"),
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (599, "9m59s"),
            (600, "10m"),
            (10_799, "179m"),
            (10_800, "3h"),
            (28_799, "7h59m"),
            (28_800, "8h"),
            (172_799, "47h"),
            (172_800, "2d"),
            (691_199, "7d23h"),
            (691_200, "8d"),
            (63_071_999, "729d"),
            (63_072_000, "2y"),
            (63_158_400, "2y1d"),
            (252_287_999, "7y364d"),
            (252_288_000, "8y"),
        ] {
            assert_eq!(HumanAge(SignedDuration::from_secs(seconds)).to_string(), text);
        }
    }

    #[test]
    fn a_stamp_ahead_of_the_clock_is_cut_towards_zero() {
        assert_eq!(HumanAge(SignedDuration::from_millis(-1_999)).to_string(), "0s");
        assert_eq!(HumanAge(SignedDuration::from_millis(1_999)).to_string(), "1s");
        assert_eq!(age_or_unknown(None, Timestamp::UNIX_EPOCH), "<unknown>");
    }

    proptest! {
        #[test]
        fn an_age_reads_the_same_until_its_next_change_and_differently_then(
            elapsed in prop_oneof![
                -10_000_i64..100_000_000,
                0_i64..400_000_000_000,
            ],
        ) {
            let since = Timestamp::from_second(1_000_000_000).unwrap();
            let now = since + SignedDuration::from_millis(elapsed);
            let change = now + SignedDuration::try_from(next_change(since, now)).unwrap();
            prop_assert_eq!(age(since, now), age(since, change - SignedDuration::from_nanos(1)));
            prop_assert_ne!(age(since, now), age(since, change));
        }
    }
}
