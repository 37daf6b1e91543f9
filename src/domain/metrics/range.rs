//! How far back figures are shown.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::series::Window;

const DAY: Duration = Duration::from_hours(24);

/// So far back, and so far apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Range {
    TwoWeeks,
    NinetyDays,
    /// As long as CloudWatch keeps anything.
    FifteenMonths,
}

impl Range {
    pub const ALL: [Self; 3] = [Self::TwoWeeks, Self::NinetyDays, Self::FifteenMonths];

    pub const fn days(self) -> u16 {
        match self {
            Self::TwoWeeks => 14,
            Self::NinetyDays => 90,
            // Some days more than are kept would be refused.
            Self::FifteenMonths => 455,
        }
    }

    pub fn length(self) -> Duration {
        DAY * u32::from(self.days())
    }

    /// How far apart the points of a panel are: some hundreds of them, and no finer than is kept.
    pub fn step(self) -> Duration {
        match self {
            Self::TwoWeeks => Duration::from_hours(1),
            Self::NinetyDays => Duration::from_hours(6),
            Self::FifteenMonths => DAY,
        }
    }

    pub const fn words(self) -> &'static str {
        match self {
            Self::TwoWeeks => "two weeks",
            Self::NinetyDays => "90 days",
            Self::FifteenMonths => "15 months",
        }
    }

    /// The shortest that reaches so far back.
    pub fn reaching(length: Duration) -> Self {
        Self::ALL.into_iter().find(|range| range.length() >= length).unwrap_or(Self::FifteenMonths)
    }
}

/// The last `length`, from the midnight (UTC) on that is in it: buckets are measured at midnights,
/// and a window that began later in the day would miss the first one.
pub fn days_before(now: Timestamp, length: Duration) -> Window {
    let Window { from, to } = Window::before(now, length);
    let day = from.to_zoned(TimeZone::UTC).start_of_day();
    Window { from: day.map_or(from, |day| day.timestamp()), to }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_range_that_reaches_far_enough_is_taken() {
        for (days, expected) in [
            (1, Range::TwoWeeks),
            (14, Range::TwoWeeks),
            (15, Range::NinetyDays),
            (91, Range::FifteenMonths),
            (9_000, Range::FifteenMonths),
        ] {
            assert_eq!(Range::reaching(DAY * days), expected, "{days} days");
        }
    }

    #[test]
    fn a_window_begins_with_the_midnight_of_its_first_day() {
        let now: Timestamp = "2026-11-20T09:30:00Z".parse().unwrap();
        let window = days_before(now, DAY * 14);
        assert_eq!((window.from, window.to), ("2026-11-06T00:00:00Z".parse().unwrap(), now));
    }

    #[test]
    fn no_range_has_more_points_than_one_call_gives() {
        for range in Range::ALL {
            let points = range.length().as_secs() / range.step().as_secs();
            assert!((300..=500).contains(&points) || range == Range::NinetyDays, "{points}");
        }
    }
}
