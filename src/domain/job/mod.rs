//! Jobs and `CronJobs`, as rows; their columns exactly as `kubectl get` prints them.

pub mod diagnosis;
pub mod expression;
#[cfg(test)]
pub(in crate::domain) mod fixture;
pub mod reschedule;
pub mod schedule;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::age::age;
use crate::domain::pod::printed::NONE;
use crate::domain::pod::{Condition, ConditionStatus, Owner, Uid};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub uid: Uid,
    pub namespace: Arc<str>,
    pub name: Box<str>,
    pub owner: Option<Owner>,
    pub created: Option<Timestamp>,
    pub deleting: Option<Timestamp>,
    pub completions: Option<i32>,
    pub parallelism: Option<i32>,
    pub is_suspended: bool,
    pub active: i32,
    pub succeeded: i32,
    pub failed: i32,
    pub started: Option<Timestamp>,
    pub completed: Option<Timestamp>,
    pub conditions: Vec<Condition>,
    pub images: Vec<Box<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CronJob {
    pub uid: Uid,
    pub namespace: Arc<str>,
    pub name: Box<str>,
    pub created: Option<Timestamp>,
    pub schedule: Box<str>,
    /// `None`: the zone of the cluster's controller, which the API does not tell.
    pub time_zone: Option<Box<str>>,
    pub is_suspended: bool,
    /// How many of its jobs run now.
    pub active: usize,
    pub last_schedule: Option<Timestamp>,
    pub last_success: Option<Timestamp>,
    pub images: Vec<Box<str>>,
    /// Who writes it anew at each deploy, where somebody does.
    #[serde(default)]
    pub release: Option<Release>,
}

/// A release of Helm: what is changed by hand is undone by its next deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// `None` where only a label says that Helm manages it.
    pub name: Option<Box<str>>,
    /// `ingestbackup-0.3.0`.
    pub chart: Option<Box<str>>,
}

impl Job {
    /// Whether a condition of this type holds.
    pub fn is(&self, kind: &str) -> bool {
        self.condition(kind).is_some()
    }

    /// The condition of this type that holds.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        let mut conditions = self.conditions.iter();
        conditions
            .find(|condition| &*condition.kind == kind && condition.status == ConditionStatus::True)
    }

    /// STATUS.
    pub fn status_text(&self) -> &'static str {
        if self.is("Complete") {
            "Complete"
        } else if self.is("Failed") {
            "Failed"
        } else if self.deleting.is_some() {
            "Terminating"
        } else if self.is("Suspended") {
            "Suspended"
        } else if self.is("FailureTarget") {
            "FailureTarget"
        } else if self.is("SuccessCriteriaMet") {
            "SuccessCriteriaMet"
        } else {
            "Running"
        }
    }

    /// COMPLETIONS: `1/3`, `1/1 of 4`.
    pub fn completions_text(&self) -> String {
        match (self.completions, self.parallelism) {
            (Some(completions), _) => format!("{}/{completions}", self.succeeded),
            (None, Some(parallelism)) if parallelism > 1 => {
                format!("{}/1 of {parallelism}", self.succeeded)
            }
            (None, _) => format!("{}/1", self.succeeded),
        }
    }

    /// DURATION: empty before it has started. That of a failed Job goes on, as in `kubectl`.
    pub fn duration_text(&self, now: Timestamp) -> String {
        self.started.map(|started| age(started, self.completed.unwrap_or(now))).unwrap_or_default()
    }
}

impl CronJob {
    /// TIMEZONE.
    pub fn time_zone_text(&self) -> &str {
        self.time_zone.as_deref().unwrap_or(NONE)
    }

    /// SUSPEND.
    pub const fn suspend_text(&self) -> &'static str {
        if self.is_suspended { "True" } else { "False" }
    }

    /// LAST SCHEDULE.
    pub fn last_schedule_text(&self, now: Timestamp) -> String {
        self.last_schedule.map_or_else(|| NONE.to_owned(), |last| age(last, now))
    }
}
