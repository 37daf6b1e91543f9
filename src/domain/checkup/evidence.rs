//! What is known of a set before anything is judged.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::bucket::Facts;
use crate::domain::checkup::clocks::ClockReading;
use crate::domain::checkup::drills::Refusal;
use crate::domain::checkup::trend::Point;
use crate::domain::failure::Failure;
use crate::domain::known::Known;
use crate::domain::slot::catalogue::Catalogue;
use crate::domain::slot::judge::Scan;
use crate::domain::slot::run::Runs;
use crate::domain::units::ByteSize;

/// Everything that was asked about one set.
#[derive(Debug, Clone)]
pub struct Evidence {
    pub listing: Result<Catalogue, Failure>,
    pub facts: Facts,
    /// The `CronJob` that makes the backups, and the one that looks at them.
    pub runs: Known<Runs>,
    pub verification: Known<Runs>,
    pub scans: Vec<Scan>,
    pub refusals: Vec<Refusal>,
    pub proven: Option<Timestamp>,
    pub trend: Vec<Point>,
    /// What earlier checks have seen.
    pub before: Option<Observed>,
    /// What the clocks of the storage and of the cluster read.
    pub clocks: Vec<ClockReading>,
}

impl Evidence {
    /// Nothing is known beyond a listing.
    pub const fn of(listing: Result<Catalogue, Failure>) -> Self {
        Self {
            listing,
            facts: Facts::UNASKED,
            runs: Known::Unasked,
            verification: Known::Unasked,
            scans: Vec::new(),
            refusals: Vec::new(),
            proven: None,
            trend: Vec::new(),
            before: None,
            clocks: Vec::new(),
        }
    }
}

/// What is remembered of a set from one check to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// When the oldest backup began that was ever seen.
    #[serde(default)]
    pub first: Option<Timestamp>,
    /// The last look of each day.
    #[serde(default)]
    pub days: BTreeMap<Date, Volume>,
}

/// How much there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    pub objects: u64,
    pub bytes: ByteSize,
}

impl Observed {
    /// The same with what a look of today has found.
    #[must_use]
    pub fn with(&self, catalogue: &Catalogue, today: Date) -> Self {
        /// Fifteen months.
        const DAYS: usize = 460;
        let oldest = catalogue.oldest.as_ref().map(|backup| backup.began.at);
        let first = match (self.first, oldest) {
            (Some(first), Some(oldest)) => Some(first.min(oldest)),
            (first, oldest) => first.or(oldest),
        };
        let mut days = self.days.clone();
        days.insert(today, Volume { objects: catalogue.objects, bytes: catalogue.bytes });
        while days.len() > DAYS {
            days.pop_first();
        }
        Self { first, days }
    }

    /// What there was on the last day before `today`.
    pub fn before(&self, today: Date) -> Option<(Date, Volume)> {
        self.days.range(..today).next_back().map(|(day, volume)| (*day, *volume))
    }
}
