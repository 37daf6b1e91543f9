//! How far back figures are shown.

use std::time::Duration;

use serde::{Deserialize, Serialize};

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
    fn no_range_has_more_points_than_one_call_gives() {
        for range in Range::ALL {
            let points = range.length().as_secs() / range.step().as_secs();
            assert!((300..=500).contains(&points) || range == Range::NinetyDays, "{points}");
        }
    }
}
