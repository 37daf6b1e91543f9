//! What is wrong with a Job, and with a `CronJob`.

use jiff::{SignedDuration, Timestamp};

use crate::domain::diagnosis::{
    Diagnosis, Rule, STARTING, Signs, Step, because, minutes, short, with_cause,
};
use crate::domain::job::schedule::{Missed, missed, next_run};
use crate::domain::job::{CronJob, Job};
use crate::domain::severity::Severity;

/// A failure of today hurts; an older one is history that nobody has cleaned up.
const FAILED: &[Step] = &[
    (SignedDuration::ZERO, Some(Severity::Critical)),
    (SignedDuration::from_hours(24), Some(Severity::Warning)),
];

/// A controller notes a success some moments after the run.
const UNSUCCESSFUL: &[Step] =
    &[(SignedDuration::ZERO, None), (minutes(2), Some(Severity::Warning))];

/// The judgement of `job`.
pub fn diagnose_job(job: &Job, now: Timestamp) -> Diagnosis {
    let mut signs = Signs::new(now);
    if job.is("Complete") {
        signs.add(Rule::Finished.since(job.completed), Severity::Done, String::new);
    } else if let Some(failed) = job.condition("Failed") {
        signs.climb(Rule::JobFailed.since(failed.since.or(job.created)), FAILED, |_| {
            let why = because(failed.reason.as_deref(), failed.message.as_deref());
            with_cause("failed", &why)
        });
    } else if job.deleting.is_some() {
        let sign = Rule::Terminating.since(job.deleting);
        signs.add(sign, Severity::Busy, || "terminating".to_owned());
    } else if job.is_suspended || job.is("Suspended") {
        let since = job.condition("Suspended").and_then(|condition| condition.since);
        signs.add(Rule::Suspended.since(since), Severity::Done, || "suspended".to_owned());
    } else {
        running(job, &mut signs);
    }
    signs.finish()
}

fn running(job: &Job, signs: &mut Signs) {
    let since = job.started.or(job.created);
    if let Some(target) = job.condition("FailureTarget") {
        signs.add(Rule::JobFailing.since(target.since), Severity::Critical, || {
            let why = because(target.reason.as_deref(), target.message.as_deref());
            with_cause("about to fail", &why)
        });
    }
    if job.failed > 0 && !job.is("SuccessCriteriaMet") {
        signs.add(Rule::JobRetrying.since(since), Severity::Warning, || {
            let noun = if job.failed == 1 { "pod" } else { "pods" };
            format!("{} {noun} failed, it tries again", job.failed)
        });
    }
    if job.active > 0 || job.succeeded > 0 {
        let sign = Rule::JobRunning.since(since);
        signs.add(sign, Severity::Busy, || format!("{} active", job.active));
    } else {
        signs.climb(Rule::JobIdle.since(since), STARTING, |_| "no pod of it runs".to_owned());
    }
}

/// The judgement of `cronjob`.
pub fn diagnose_cronjob(cronjob: &CronJob, now: Timestamp) -> Diagnosis {
    let mut signs = Signs::new(now);
    if cronjob.is_suspended {
        // Nothing tells when it was.
        let sign = Rule::Suspended.since(None);
        signs.add(sign, Severity::Busy, || "suspended: no run is due".to_owned());
        return signs.finish();
    }
    match missed(cronjob, now) {
        Ok((missed, recheck)) => {
            signs.recheck(recheck);
            if let Some(missed) = missed {
                miss(cronjob, &missed, &mut signs);
            }
            if next_run(cronjob, now) == Ok(None) {
                let sign = Rule::NeverRuns.since(None);
                signs.add(sign, Severity::Warning, || "no date fits its schedule".to_owned());
            }
        }
        Err(problem) => {
            let sign = Rule::ScheduleUnreadable.since(None);
            signs.add(sign, Severity::Warning, || short(&problem.to_string()));
        }
    }
    let has_succeeded = cronjob.last_success >= cronjob.last_schedule;
    if cronjob.active == 0 && cronjob.last_schedule.is_some() && !has_succeeded {
        signs.climb(Rule::LastRunFailed.since(cronjob.last_schedule), UNSUCCESSFUL, |_| {
            let has_ever = cronjob.last_success.is_some();
            if has_ever { "its last run did not succeed" } else { "no run has succeeded yet" }
                .to_owned()
        });
    }
    signs.finish()
}

fn miss(cronjob: &CronJob, missed: &Missed, signs: &mut Signs) {
    let zone = cronjob.zone_text();
    if cronjob.active > 0 {
        signs.add(Rule::StillRunning.since(cronjob.last_schedule), Severity::Warning, || {
            format!("still running past its next run of {} ({zone})", missed.local_text())
        });
        return;
    }
    // One may be lost to a controller that was away; more are a habit.
    let severity = if missed.count > 1 { Severity::Critical } else { Severity::Warning };
    signs.add(Rule::MissedRun.since(Some(missed.last)), severity, || {
        format!("missed {}, {} ({zone})", missed.count_text(), missed.local_text())
    });
}

#[cfg(test)]
mod tests;
