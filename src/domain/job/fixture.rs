//! Jobs and `CronJobs` to begin a test with.

use jiff::Timestamp;

use crate::domain::job::{CronJob, Job};
use crate::domain::pod::Uid;

pub(in crate::domain) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A Job that runs, begun at 11:59.
pub(in crate::domain) fn job(name: &str) -> Job {
    Job {
        uid: Uid(name.into()),
        namespace: "default".into(),
        name: name.into(),
        owner: None,
        created: Some(at("2026-11-21T11:59:00Z")),
        deleting: None,
        completions: Some(1),
        parallelism: Some(1),
        is_suspended: false,
        active: 1,
        succeeded: 0,
        failed: 0,
        started: Some(at("2026-11-21T11:59:00Z")),
        completed: None,
        conditions: Vec::new(),
        images: Vec::new(),
    }
}

/// A `CronJob` of every night at three, which ran last night.
pub(in crate::domain) fn cronjob(name: &str) -> CronJob {
    CronJob {
        uid: Uid(name.into()),
        namespace: "default".into(),
        name: name.into(),
        created: Some(at("2026-01-01T00:00:00Z")),
        schedule: "0 3 * * *".into(),
        time_zone: Some("UTC".into()),
        is_suspended: false,
        active: 0,
        last_schedule: Some(at("2026-11-21T03:00:00Z")),
        last_success: Some(at("2026-11-21T03:10:00Z")),
        images: Vec::new(),
        release: None,
    }
}
