//! Jobs and `CronJobs`.

use jiff::Timestamp;
use serde::Deserialize;

use crate::adapters::kubernetes::wire::lenient::{length, lenient_time, or_default};
use crate::adapters::kubernetes::wire::{
    Metadata, Template, Wire, WireCondition, conditions, filled,
};
use crate::domain::job::{CronJob, Job};

/// A Job of `batch/v1`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireJob {
    #[serde(deserialize_with = "or_default")]
    pub metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    spec: JobSpec,
    #[serde(deserialize_with = "or_default")]
    status: JobStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JobSpec {
    completions: Option<i32>,
    parallelism: Option<i32>,
    #[serde(deserialize_with = "or_default")]
    suspend: bool,
    #[serde(deserialize_with = "or_default")]
    template: Template,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct JobStatus {
    #[serde(deserialize_with = "or_default")]
    active: i32,
    #[serde(deserialize_with = "or_default")]
    succeeded: i32,
    #[serde(deserialize_with = "or_default")]
    failed: i32,
    #[serde(deserialize_with = "lenient_time")]
    start_time: Option<Timestamp>,
    #[serde(deserialize_with = "lenient_time")]
    completion_time: Option<Timestamp>,
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<WireCondition>,
}

impl From<WireJob> for Job {
    fn from(wire: WireJob) -> Self {
        let WireJob { mut metadata, spec, status } = wire;
        Self {
            uid: metadata.uid(),
            name: metadata.name(),
            owner: metadata.owner(),
            namespace: metadata.namespace.0,
            created: metadata.creation_timestamp,
            deleting: metadata.deletion_timestamp,
            completions: spec.completions,
            parallelism: spec.parallelism,
            is_suspended: spec.suspend,
            active: status.active,
            succeeded: status.succeeded,
            failed: status.failed,
            started: status.start_time,
            completed: status.completion_time,
            conditions: conditions(status.conditions),
            images: spec.template.images(),
        }
    }
}

impl Wire for WireJob {
    type Row = Job;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn into_row(self) -> Job {
        self.into()
    }
}

/// A `CronJob` of `batch/v1`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireCronJob {
    #[serde(deserialize_with = "or_default")]
    pub metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    spec: CronJobSpec,
    #[serde(deserialize_with = "or_default")]
    status: CronJobStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct CronJobSpec {
    #[serde(deserialize_with = "or_default")]
    schedule: Box<str>,
    time_zone: Option<Box<str>>,
    #[serde(deserialize_with = "or_default")]
    suspend: bool,
    #[serde(deserialize_with = "or_default")]
    job_template: JobTemplate,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JobTemplate {
    #[serde(deserialize_with = "or_default")]
    spec: JobSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct CronJobStatus {
    #[serde(deserialize_with = "length")]
    active: usize,
    #[serde(deserialize_with = "lenient_time")]
    last_schedule_time: Option<Timestamp>,
    #[serde(deserialize_with = "lenient_time")]
    last_successful_time: Option<Timestamp>,
}

impl From<WireCronJob> for CronJob {
    fn from(wire: WireCronJob) -> Self {
        let WireCronJob { mut metadata, spec, status } = wire;
        Self {
            uid: metadata.uid(),
            name: metadata.name(),
            release: metadata.release(),
            namespace: metadata.namespace.0,
            created: metadata.creation_timestamp,
            schedule: spec.schedule,
            time_zone: filled(spec.time_zone),
            is_suspended: spec.suspend,
            active: status.active,
            last_schedule: status.last_schedule_time,
            last_success: status.last_successful_time,
            images: spec.job_template.spec.template.images(),
        }
    }
}

impl Wire for WireCronJob {
    type Row = CronJob;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn into_row(self) -> CronJob {
        self.into()
    }
}
