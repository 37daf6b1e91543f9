//! The rules of a checkup: their names, what each holds, and what to do about it.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::domain::slot::State;

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A slot is in a bad state.
    Slot(State),
    NoData,
    /// A Job succeeded and made nothing.
    GreenJob,
    /// A Job failed although an object is there.
    RedJob,
    Verification,
    Suspended,
    CronJob,
    Schedule,
    Size,
    Duration,
    Copied,
    Names,
    Clock,
    /// This machine's clock is not that of others.
    Skew,
    Minimum,
    Retention,
    Pruned,
    Unreadable,
    Upload,
    Deleted,
    Shrunk,
    Trend,
    /// A drill has refused a backup that is still there.
    Drill,
}

impl Rule {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Slot(state) => state.word(),
            Self::NoData => "no-data",
            Self::GreenJob => "green-job",
            Self::RedJob => "red-job",
            Self::Verification => "verification",
            Self::Suspended => "suspended",
            Self::CronJob => "cronjob",
            Self::Schedule => "schedule",
            Self::Size => "size",
            Self::Duration => "duration",
            Self::Copied => "copied",
            Self::Names => "names",
            Self::Clock => "clock",
            Self::Skew => "skew",
            Self::Minimum => "minimum",
            Self::Retention => "retention",
            Self::Pruned => "pruned",
            Self::Unreadable => "unreadable",
            Self::Upload => "upload",
            Self::Deleted => "deleted",
            Self::Shrunk => "shrunk",
            Self::Trend => "trend",
            Self::Drill => "drill",
        }
    }

    /// What the rule holds, as a sentence for somebody new.
    pub const fn holds(self) -> &'static str {
        match self {
            Self::Slot(State::Late) => {
                "a backup must be there when its time, its usual duration and a grace have passed"
            }
            Self::Slot(State::Missed) => {
                "each expected run leaves an object before the next begins"
            }
            Self::Slot(State::FailedJob) => "a run whose Job failed and left nothing has no backup",
            Self::Slot(State::Zero) => "a backup of less than a KiB is a backup of nothing",
            Self::Slot(State::TooSmall) => {
                "a backup holds at least half of what its neighbours do (median of 28)"
            }
            Self::Slot(State::Partial) => "a dump that is cut cannot be restored whole",
            Self::Slot(State::Duplicate) => {
                "two dumps never have the same bytes: the same tag and size is the same backup again"
            }
            Self::Slot(_) => "each expected run leaves one good backup",
            Self::NoData => "what cannot be listed is not known, and never passes for empty",
            Self::GreenJob => "a Job that succeeds is no backup: only an object is",
            Self::RedJob => "an object whose Job failed may be cut",
            Self::Verification => "what the team's own verification refuses is not trusted",
            Self::Suspended => "nothing is made while the CronJob is suspended",
            Self::CronJob => "the CronJob that makes the backups runs when it should",
            Self::Schedule => "the CronJob's schedule is the one that is written for the set",
            Self::Size => {
                "a size differs from the median of 28 neighbours by no more than these vary, and \
                 always by 22 %"
            }
            Self::Duration => "a backup takes no more than twice the median duration",
            Self::Copied => "an object is stored when its dump ends, and not again",
            Self::Names => "names tell when a backup began",
            Self::Clock => "nothing is from the future, and nothing ends before it begins",
            Self::Skew => {
                "this machine's clock is that of the storage and of the cluster: ages are counted by it"
            }
            Self::Minimum => "a set with too few good copies is in danger",
            Self::Retention => {
                "what is written about the retention is what the storage does: no object is older \
                 than the days written and two more (expiry runs after midnight), or one more than \
                 the count"
            }
            Self::Pruned => "nothing is removed before its time",
            Self::Unreadable => "a backup that cannot be read cannot be restored",
            Self::Upload => "an upload that nobody completed is billed and appears in no listing",
            Self::Deleted => "a delete marker before its time was somebody's doing",
            Self::Shrunk => {
                "a synchronised copy loses no more than 1 % in a day: a deletion is copied too"
            }
            Self::Trend => "documents of a collection become fewer only by a clean-up",
            Self::Drill => "the last drill of a backup that is still there has not failed",
        }
    }

    pub(super) const fn advice(self) -> &'static str {
        match self {
            Self::Slot(State::Late) => "look at its Job and its pod; it may still come",
            Self::Slot(State::Missed | State::FailedJob) => {
                "that run cannot be made up for; find out why, and make a backup now if it is the \
                 newest"
            }
            Self::Slot(State::Zero | State::TooSmall) => {
                "do not rely on it: `lifeboat scan` says what is in it"
            }
            Self::Slot(State::Partial) => "do not rely on it; a drill of its neighbours tells more",
            Self::Slot(State::Duplicate) => {
                "that run's own data is not there: look for an upload of a file left from before"
            }
            Self::Slot(_) => "look at the CronJob and the bucket",
            Self::NoData => "check the storage's settings; the other sets are not affected",
            Self::GreenJob => {
                "let its script stop at the first error (`set -e`), so that a failed dump or upload \
                 fails the Job"
            }
            Self::RedJob => "scan it before you rely on it",
            Self::Verification => "read the verification's log, and drill that backup",
            Self::Suspended => "resume it once the reason is gone: `kubectl patch cronjob`",
            Self::CronJob => "look at it with `kubectl describe cronjob`",
            Self::Schedule => {
                "write the true schedule and zone for the set, or reschedule the CronJob"
            }
            Self::Size => "compare a drill of it with the source: something was added or left out",
            Self::Duration => "look at the load of the source and the network at that time",
            Self::Copied => "its time tells nothing any more; its name still does",
            Self::Names => "write `name_format` as these names are",
            Self::Clock => {
                "check `time_zone` of the set, and the clocks of this machine and the job"
            }
            Self::Skew => {
                "set this machine's clock (`timedatectl set-ntp true`), or tell who keeps theirs"
            }
            Self::Minimum => "make a backup now, and find out why there are so few",
            Self::Retention => "correct the rule or the script that removes backups",
            Self::Pruned => "look at what removes backups",
            Self::Unreadable => "ask for the permission, or thaw it",
            Self::Upload => {
                "abort it, and let a lifecycle rule do so (AbortIncompleteMultipartUpload)"
            }
            Self::Deleted => "the version behind the marker can be had back: remove the marker",
            Self::Shrunk => {
                "stop the synchronisation before it removes more; look for what was lost"
            }
            Self::Trend => "drill the newest backup against its source",
            Self::Drill => {
                "do not restore from it; `lifeboat history` has the record, and a drill of its \
                 neighbours says whether they are better"
            }
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.id())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}
