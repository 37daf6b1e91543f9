//! What a cluster tells of the jobs that make a set's backups, and of those that look at them.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::domain::job::{CronJob, Job};

/// One run of a `CronJob`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobRun {
    pub name: String,
    /// When it was due, by its name; else when it was made.
    pub at: Timestamp,
    pub outcome: Outcome,
    pub ended: Option<Timestamp>,
    /// What its pod said last; empty where nobody asked, or nothing is left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub last_words: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Running,
    Succeeded,
    Failed,
}

/// A `CronJob` and the jobs of it that are still kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Runs {
    pub cronjob: CronJob,
    pub jobs: Vec<JobRun>,
}

impl Runs {
    /// The jobs that `cronjob` owns, oldest first.
    pub fn of<'a>(cronjob: CronJob, jobs: impl IntoIterator<Item = &'a Job>) -> Self {
        let mut runs: Vec<_> = jobs
            .into_iter()
            .filter(|job| {
                job.namespace == cronjob.namespace
                    && job.owner.as_ref().is_some_and(|owner| {
                        &*owner.kind == "CronJob" && *owner.name == *cronjob.name
                    })
            })
            .filter_map(run)
            .collect();
        runs.sort_by_key(|run| run.at);
        Self { cronjob, jobs: runs }
    }

    /// The newest run due from `since` on and before `until`.
    pub fn between(&self, since: Timestamp, until: Timestamp) -> Option<&JobRun> {
        /// Controllers and clocks are early by so much.
        const EARLY: SignedDuration = SignedDuration::from_mins(2);
        let since = since.checked_sub(EARLY).unwrap_or(since);
        let until = until.checked_sub(EARLY).unwrap_or(until);
        self.jobs.iter().rev().find(|run| (since..until).contains(&run.at))
    }
}

fn run(job: &Job) -> Option<JobRun> {
    let outcome = if job.is("Complete") {
        Outcome::Succeeded
    } else if job.is("Failed") {
        Outcome::Failed
    } else {
        Outcome::Running
    };
    let failed = job.condition("Failed").and_then(|condition| condition.since);
    Some(JobRun {
        name: job.name.to_string(),
        at: due_by_name(&job.name).or(job.created).or(job.started)?,
        outcome,
        ended: job.completed.or(failed),
        last_words: Vec::new(),
    })
}

/// The controller puts the minute that a job was due behind its name: `backup-29384640`.
fn due_by_name(name: &str) -> Option<Timestamp> {
    let (_, minutes) = name.rsplit_once('-')?;
    let minutes: i64 = (minutes.len() == 8).then(|| minutes.parse().ok()).flatten()?;
    Timestamp::from_second(minutes.checked_mul(60)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::fixture::job;
    use crate::domain::slot::fixture::at;

    #[test]
    fn a_job_tells_by_its_name_when_it_was_due() {
        let due = |name: &str| run(&job(name)).unwrap().at;
        assert_eq!(due("backup-29383200"), at("2025-11-13T00:00:00Z"));
        assert_eq!(due("backup-by-hand"), at("2026-11-21T11:59:00Z"));
        assert_eq!(due("backup-2026"), at("2026-11-21T11:59:00Z"));
    }
}
