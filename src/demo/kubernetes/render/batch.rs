//! Jobs and `CronJob`s as JSON.

use serde_json::{Value, json};

use crate::demo::kubernetes::object::{CronJob, Job, Row, stamp, uid_text};
use crate::demo::kubernetes::plan::Template;
use crate::demo::kubernetes::render::spec::template_spec;
use crate::demo::kubernetes::render::{condition, map, reference};

pub(super) fn job(row: &Row, job: &Job) -> Value {
    let uid = uid_text(row.meta.uid);
    let labels = json!({
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": &*row.meta.key.name,
        "controller-uid": uid,
        "job-name": &*row.meta.key.name,
    });
    let mut template_labels = map(&job.template.labels);
    if let (Some(fields), Value::Object(own)) = (template_labels.as_object_mut(), labels) {
        fields.extend(own);
    }
    let mut spec = job_spec(&job.template);
    if let Some(fields) = spec.as_object_mut() {
        fields.insert(
            "selector".to_owned(),
            json!({"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}),
        );
        fields.insert("completionMode".to_owned(), "NonIndexed".into());
        fields.insert("podReplacementPolicy".to_owned(), "TerminatingOrFailed".into());
        fields.insert("suspend".to_owned(), false.into());
    }
    if let Some(template) = spec.pointer_mut("/template/metadata/labels") {
        *template = template_labels;
    }
    let mut status = json!({
        "startTime": stamp(job.started),
        "ready": job.counts.active,
        "terminating": 0,
        "uncountedTerminatedPods": {},
    });
    let Some(fields) = status.as_object_mut() else { return status };
    for (name, count) in [
        ("active", job.counts.active),
        ("succeeded", job.counts.succeeded),
        ("failed", job.counts.failed),
    ] {
        if count > 0 {
            fields.insert(name.to_owned(), count.into());
        }
    }
    if let Some(finished) = job.finished {
        let reached = ("CompletionsReached", "Reached expected number of succeeded pods");
        let gave_up = ("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        let (kinds, why) = if finished.well {
            fields.insert("completionTime".to_owned(), stamp(finished.at).into());
            (["SuccessCriteriaMet", "Complete"], reached)
        } else {
            (["FailureTarget", "Failed"], gave_up)
        };
        let conditions = kinds.map(|kind| {
            let mut value = condition(kind, true, finished.at, Some(why));
            if let Some(fields) = value.as_object_mut() {
                fields.insert("lastProbeTime".to_owned(), stamp(finished.at).into());
            }
            value
        });
        fields.insert("conditions".to_owned(), json!(conditions));
    }
    json!({"spec": spec, "status": status})
}

fn job_spec(template: &Template) -> Value {
    json!({
        "parallelism": 1,
        "completions": 1,
        "backoffLimit": 0,
        "template": {
            "metadata": {"labels": map(&template.labels)},
            "spec": template_spec(&template.plan),
        },
    })
}

pub(super) fn cronjob(_row: &Row, cronjob: &CronJob) -> Value {
    let mut value = json!({
        "spec": {
            "schedule": &*cronjob.schedule,
            "concurrencyPolicy": "Forbid",
            "suspend": cronjob.is_suspended,
            "jobTemplate": {
                "metadata": {"labels": map(&cronjob.template.labels)},
                "spec": job_spec(&cronjob.template),
            },
            "successfulJobsHistoryLimit": cronjob.keep.0,
            "failedJobsHistoryLimit": cronjob.keep.1,
        },
        "status": {},
    });
    let active: Vec<_> = cronjob
        .active
        .iter()
        .map(|job| {
            let mut reference = reference(job);
            if let Some(fields) = reference.as_object_mut() {
                fields.remove("controller");
                fields.remove("blockOwnerDeletion");
                fields.insert("namespace".to_owned(), "default".into());
            }
            reference
        })
        .collect();
    if let (Some(zone), Some(spec)) =
        (&cronjob.time_zone, value.get_mut("spec").and_then(Value::as_object_mut))
    {
        spec.insert("timeZone".to_owned(), (**zone).into());
    }
    if let Some(status) = value.get_mut("status").and_then(Value::as_object_mut) {
        if !active.is_empty() {
            status.insert("active".to_owned(), active.into());
        }
        for (name, at) in [
            ("lastScheduleTime", cronjob.last_schedule),
            ("lastSuccessfulTime", cronjob.last_success),
        ] {
            if let Some(at) = at {
                status.insert(name.to_owned(), stamp(at).into());
            }
        }
    }
    value
}
