//! Alarms of CloudWatch: what is in alarm, since when, and whether our buckets are meant.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::metrics::BucketId;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    pub name: String,
    pub state: AlarmState,
    /// When it came into this state; `None` where that was not told.
    pub since: Option<Timestamp>,
    /// CloudWatch's own words.
    pub reason: String,
    /// What it watches: `AWS/S3 BucketSizeBytes BucketName=backups`, or the rule of a composite one.
    pub about: String,
    /// The buckets of the configuration that it is about.
    pub touches: Vec<BucketId>,
}

/// Ordered from what hurts to what is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmState {
    Alarm,
    InsufficientData,
    /// A word that is not known here.
    Unknown,
    Ok,
}

impl AlarmState {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Alarm => "ALARM",
            Self::InsufficientData => "insufficient data",
            Self::Unknown => "unknown",
            Self::Ok => "ok",
        }
    }
}

impl fmt::Display for AlarmState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// Ours first, then by state, then by name.
pub fn sort(alarms: &mut [Alarm]) {
    alarms.sort_by(|one, other| {
        let key = |alarm: &Alarm| (alarm.touches.is_empty(), alarm.state);
        key(one).cmp(&key(other)).then_with(|| one.name.cmp(&other.name))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::environment::StorageName;

    #[test]
    fn alarms_about_our_buckets_come_first_and_then_the_worst() {
        let ours = BucketId { storage: StorageName("aws".to_owned()), name: "b".to_owned() };
        let alarm = |name: &str, state, touches: &[BucketId]| Alarm {
            name: name.to_owned(),
            state,
            since: None,
            reason: String::new(),
            about: String::new(),
            touches: touches.to_vec(),
        };
        let mut alarms = [
            alarm("a", AlarmState::Ok, &[]),
            alarm("b", AlarmState::Alarm, &[]),
            alarm("d", AlarmState::Ok, std::slice::from_ref(&ours)),
            alarm("c", AlarmState::Ok, &[]),
            alarm("e", AlarmState::Alarm, &[ours]),
        ];
        sort(&mut alarms);
        assert_eq!(alarms.map(|alarm| alarm.name).join(""), "edbac");
    }
}
