//! Jobs and `CronJobs`, as rows.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::pod::{Condition, Owner, Uid};

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
}

use crate::domain::pod::diagnosis::Diagnosis;
pub fn diagnose_job(_: &Job, _: Timestamp) -> Diagnosis {
    Diagnosis {
        severity: crate::domain::severity::Severity::Fine,
        reason: "".into(),
        since: None,
        recheck: None,
    }
}
pub fn diagnose_cronjob(_: &CronJob, _: Timestamp) -> Diagnosis {
    Diagnosis {
        severity: crate::domain::severity::Severity::Fine,
        reason: "".into(),
        since: None,
        recheck: None,
    }
}
pub fn next_run(_: &CronJob, _: Timestamp) -> Option<Timestamp> {
    None
}
impl Job {
    pub fn status(&self) -> &'static str {
        "Running"
    }
    pub fn completions_text(&self) -> String {
        String::new()
    }
    pub fn duration_text(&self, _: Timestamp) -> String {
        String::new()
    }
}
