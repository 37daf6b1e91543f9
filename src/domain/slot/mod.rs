//! Slots: one for each expected run of a backup set, with exactly one state each.

pub mod catalogue;
#[cfg(test)]
pub(crate) mod fixture;
pub mod judge;
pub mod run;
pub mod size;
pub mod timetable;
pub mod window;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::backup::Backup;
use crate::domain::slot::run::JobRun;

/// What became of one expected run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Not due yet.
    Expected,
    /// Its job runs, and it is not due yet.
    Running,
    Ok,
    /// Due, and nothing is there yet.
    Late,
    /// The next one has begun, and nothing is there.
    Missed,
    /// Nothing is there, and its job failed.
    FailedJob,
    /// Less than a KiB.
    Zero,
    /// Less than half of what its neighbours hold.
    TooSmall,
    /// A scan or a drill found it cut.
    Partial,
    /// The bytes of an earlier backup.
    Duplicate,
    /// Older than the retention, and gone as written.
    Expired,
    /// Its `CronJob` is suspended.
    Suspended,
    /// The clocks were put forward over it.
    SkippedDst,
    /// The listing failed: nothing is known.
    NoData,
}

impl State {
    pub const ALL: [Self; 14] = [
        Self::Expected,
        Self::Running,
        Self::Ok,
        Self::Late,
        Self::Missed,
        Self::FailedJob,
        Self::Zero,
        Self::TooSmall,
        Self::Partial,
        Self::Duplicate,
        Self::Expired,
        Self::Suspended,
        Self::SkippedDst,
        Self::NoData,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Running => "running",
            Self::Ok => "ok",
            Self::Late => "late",
            Self::Missed => "missed",
            Self::FailedJob => "failed-job",
            Self::Zero => "zero",
            Self::TooSmall => "too-small",
            Self::Partial => "partial",
            Self::Duplicate => "duplicate",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
            Self::SkippedDst => "skipped-DST",
            Self::NoData => "no-data",
        }
    }

    /// What is said of a backup in this state: `the backup of 2026-11-15 00:00 …`.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Expected => "is not due yet",
            Self::Running => "is being made",
            Self::Ok => "is there",
            Self::Late => "is late",
            Self::Missed => "was never made",
            Self::FailedJob => "could not be made",
            Self::Zero => "is empty",
            Self::TooSmall => "is too small",
            Self::Partial => "is not whole",
            Self::Duplicate => "is an earlier one once more",
            Self::Expired => "has expired",
            Self::Suspended => "is not made",
            Self::SkippedDst => "was skipped",
            Self::NoData => "is not known",
        }
    }

    /// Whether something went wrong with it.
    pub const fn is_bad(self) -> bool {
        match self {
            Self::Late
            | Self::Missed
            | Self::FailedJob
            | Self::Zero
            | Self::TooSmall
            | Self::Partial
            | Self::Duplicate
            | Self::Suspended
            | Self::NoData => true,
            Self::Expected | Self::Running | Self::Ok | Self::Expired | Self::SkippedDst => false,
        }
    }

    /// Whether there should be an object and is none: a log may say why.
    pub const fn is_absent(self) -> bool {
        matches!(self, Self::Late | Self::Missed | Self::FailedJob)
    }

    /// Whether it is the state of a run that was due.
    pub const fn is_due(self) -> bool {
        !matches!(self, Self::Expected | Self::Running | Self::SkippedDst)
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// One expected run, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    pub at: Timestamp,
    /// By when its backup must be there.
    pub due: Timestamp,
    pub state: State,
    /// Why, where the state alone does not say it all. Not made safe to show.
    pub detail: String,
    /// The backup that counts: the later one, where there are several.
    pub backup: Option<Backup>,
    /// How many more there are.
    pub others: u32,
    /// What the cluster says of it.
    pub job: Option<JobRun>,
    pub verification: Option<JobRun>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_records() {
        for state in State::ALL {
            let written = serde_json::to_value(state).unwrap();
            assert_eq!(written, state.word().to_lowercase(), "{state}");
        }
    }
}
