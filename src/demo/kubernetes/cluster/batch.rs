//! Jobs and `CronJob`s: what fires, runs and is done.

use std::str::FromStr as _;
use std::sync::Arc;

use croner::Cron;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::demo::kubernetes::blueprint::nights::Fate;
use crate::demo::kubernetes::cluster::events::Saying;
use crate::demo::kubernetes::cluster::{Cluster, Due};
use crate::demo::kubernetes::object::{
    CronJob, Finished, Job, JobCounts, Key, Kind, Object, Owner, Row,
};
use crate::demo::kubernetes::plan::Template;

impl Cluster {
    /// A job that begins now, with its pod.
    pub(super) fn create_job(
        &mut self,
        key: &Key,
        template: &Arc<Template>,
        owner: Option<Arc<Owner>>,
    ) -> Arc<Row> {
        let meta = self.meta(key.clone(), Arc::clone(&template.labels), owner);
        let job = Job {
            template: Arc::clone(template),
            started: self.now,
            finished: None,
            counts: JobCounts::default(),
        };
        let row = self.put(meta, Object::Job(job));
        self.reconcile_job(key);
        row
    }

    pub(super) fn reconcile_job(&mut self, key: &Key) {
        let Some(row) = self.store.get(Kind::Job, key).cloned() else { return };
        let Object::Job(job) = &row.object else { return };
        if job.finished.is_some() {
            return;
        }
        let mut pods = self.owned(Kind::Pod, &row);
        if pods.is_empty() {
            let name = format!("{}-{}", key.name, self.suffix());
            let made = self.create_pod(&job.template, &row.owner(), &name, None);
            self.tell_of_birth(&row, &made, "job-controller");
            pods.push(made);
        }
        let in_phase = |phase: &str| {
            let pods = pods.iter().filter_map(|row| row.as_pod());
            u32::try_from(pods.filter(|pod| pod.step().phase == phase).count()).unwrap_or(0)
        };
        let (succeeded, failed) = (in_phase("Succeeded"), in_phase("Failed"));
        let active = u32::try_from(pods.len()).unwrap_or(0).saturating_sub(succeeded + failed);
        let mut job = job.clone();
        let counts = JobCounts { active, succeeded, failed };
        if counts == job.counts {
            return;
        }
        job.counts = counts;
        if succeeded + failed > 0 {
            job.finished = Some(Finished { at: self.now, well: succeeded > 0 });
        }
        let finished = job.finished;
        let row = self.put(row.meta.clone(), Object::Job(job));
        if let Some(finished) = finished {
            let saying = if finished.well {
                Saying::by("job-controller", "Completed", "Job completed".to_owned())
            } else {
                let message = "Job has reached the specified backoff limit".to_owned();
                Saying::by("job-controller", "BackoffLimitExceeded", message).warning()
            };
            self.tell(&row, saying);
            self.is_done(&row, finished);
        }
    }

    /// The `CronJob` of a job learns of its end, and old jobs are removed.
    fn is_done(&mut self, job: &Row, finished: Finished) {
        let Some(owner) = job.meta.owner.clone() else { return };
        let key = Key { namespace: job.meta.key.namespace.clone(), name: owner.name.clone() };
        let Some(mut row) = self.same(Kind::CronJob, &key, owner.uid) else { return };
        let Object::CronJob(cronjob) = &mut row.object else { return };
        cronjob.active.retain(|it| it.uid != job.meta.uid);
        if finished.well {
            cronjob.last_success = Some(finished.at);
        }
        let keep = cronjob.keep;
        let row = self.store.put(row);
        let status = if finished.well { "Complete" } else { "Failed" };
        let message = format!("Saw completed job: {}, condition: {status}", job.meta.key.name);
        self.tell(&row, Saying::by("cronjob-controller", "SawCompletedJob", message));
        for (well, keep) in [(true, keep.0), (false, keep.1)] {
            let mut jobs = self.owned(Kind::Job, &row);
            jobs.retain(|row| match &row.object {
                Object::Job(job) => job.finished.is_some_and(|finished| finished.well == well),
                _ => false,
            });
            jobs.sort_by_key(|row| row.meta.created);
            for job in jobs.iter().take(jobs.len().saturating_sub(keep)) {
                self.remove_job(job);
            }
        }
    }

    /// Removes a job and what is left of it.
    pub(super) fn remove_job(&mut self, row: &Row) {
        self.store.remove(Kind::Job, &row.meta.key);
        for pod in self.owned(Kind::Pod, row) {
            self.begin_deletion(&pod, 30);
        }
    }

    /// A `CronJob`'s time has come.
    pub(super) fn fire(&mut self, key: &Key, generation: u32) {
        let Some(row) = self.store.get(Kind::CronJob, key).cloned() else { return };
        let Object::CronJob(cronjob) = &row.object else { return };
        if row.meta.generation != generation || cronjob.is_suspended {
            return;
        }
        self.expect_firing(&row);
        if !cronjob.active.is_empty() {
            let message = "Not starting job because prior execution is running and concurrency \
                 policy is Forbid";
            self.tell(
                &row,
                Saying::by("cronjob-controller", "JobAlreadyActive", message.to_owned()),
            );
            return;
        }
        let name = format!("{}-{}", key.name, self.now.as_second() / 60);
        let template = self.fate(&row, cronjob).template(&cronjob.template);
        let job_key = Key::new(&key.namespace, &name);
        let job = self.create_job(&job_key, &template, Some(row.owner()));
        let mut row = (*row).clone();
        if let Object::CronJob(cronjob) = &mut row.object {
            cronjob.last_schedule = Some(self.now);
            cronjob.active.push(job.owner());
        }
        let row = self.store.put(row);
        let message = format!("Created job {name}");
        self.tell(&row, Saying::by("cronjob-controller", "SuccessfulCreate", message));
    }

    /// What becomes of a run that begins now.
    fn fate(&self, row: &Row, cronjob: &CronJob) -> Fate {
        let days = self.midnight.duration_since(self.now).as_hours() / 24;
        self.nights.fate(&row.meta.key.name, u16::try_from(days).unwrap_or(0), &cronjob.template)
    }

    /// Finds out when a `CronJob` fires next.
    pub(super) fn expect_firing(&mut self, row: &Row) {
        let Object::CronJob(cronjob) = &row.object else { return };
        if cronjob.is_suspended {
            return;
        }
        if let Some(at) = next(&cronjob.schedule, cronjob.time_zone.as_deref(), self.now) {
            let (cronjob, generation) = (row.meta.key.clone(), row.meta.generation);
            self.schedule(at, Due::Fire { cronjob, generation });
        }
    }
}

/// When a schedule fires next; `None` where it is none, or never does.
pub(in crate::demo::kubernetes) fn next(
    schedule: &str,
    zone: Option<&str>,
    after: Timestamp,
) -> Option<Timestamp> {
    let cron = Cron::from_str(schedule).ok()?;
    let zone = zone.map_or(Some(TimeZone::UTC), |zone| TimeZone::get(zone).ok())?;
    let next = cron.find_next_occurrence(&after.to_zoned(zone), false).ok()?;
    Some(next.timestamp())
}
