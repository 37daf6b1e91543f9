//! Every rule on its broken twin, and silent on the healthy one.

use proptest::prelude::*;

use super::*;
use crate::domain::job::fixture::{at, cronjob, job};
use crate::domain::pod::ConditionStatus;
use crate::domain::pod::fixture::{condition, now};

fn check(job: &Job, severity: Severity, rule: Rule, reason: &str) {
    let found = diagnose_job(job, now());
    assert_eq!((found.severity, found.rule, &*found.reason), (severity, rule, reason));
}

fn check_cron(cronjob: &CronJob, when: &str, severity: Severity, rule: Rule, reason: &str) {
    let found = diagnose_cronjob(cronjob, at(when));
    let expected = (severity, rule, reason);
    assert_eq!((found.severity, found.rule, &*found.reason), expected, "at {when}");
}

fn saying(kind: &str, seconds: i64) -> Job {
    let mut condition = condition(kind, ConditionStatus::True, seconds);
    condition.reason = Some("BackoffLimitExceeded".into());
    Job { conditions: vec![condition], ..job("backup") }
}

#[test]
fn a_job_that_runs_ends_or_waits_is_no_finding() {
    check(&job("backup"), Severity::Busy, Rule::JobRunning, "1 active");
    check(&saying("Complete", 60), Severity::Done, Rule::Finished, "");
    check(&saying("Suspended", 60), Severity::Done, Rule::Suspended, "suspended");
    let deleting = Job { deleting: Some(now()), ..job("backup") };
    check(&deleting, Severity::Busy, Rule::Terminating, "terminating");
    let fresh = Job { active: 0, ..job("backup") };
    check(&fresh, Severity::Busy, Rule::JobIdle, "no pod of it runs");
}

#[test]
fn a_job_that_fails_is_a_finding() {
    let reason = "failed: BackoffLimitExceeded";
    check(&saying("Failed", 60), Severity::Critical, Rule::JobFailed, reason);
    check(&saying("Failed", 86_400), Severity::Warning, Rule::JobFailed, reason);
    let reason = "about to fail: BackoffLimitExceeded";
    check(&saying("FailureTarget", 60), Severity::Critical, Rule::JobFailing, reason);
    let retrying = Job { failed: 2, ..job("backup") };
    let reason = "2 pods failed, it tries again";
    check(&retrying, Severity::Warning, Rule::JobRetrying, reason);
    let idle =
        Job { active: 0, started: None, created: Some(at("2026-11-21T11:00:00Z")), ..job("b") };
    check(&idle, Severity::Critical, Rule::JobIdle, "no pod of it runs");
}

#[test]
fn a_cronjob_that_ran_is_fine_until_an_hour_after_its_next_run_was_due() {
    let nightly = cronjob("backup");
    check_cron(&nightly, "2026-11-21T12:00:00Z", Severity::Fine, Rule::Healthy, "");
    check_cron(&nightly, "2026-11-22T03:59:59Z", Severity::Fine, Rule::Healthy, "");
    let reason = "missed its run, 2026-11-22 03:00 (UTC)";
    check_cron(&nightly, "2026-11-22T04:00:00Z", Severity::Warning, Rule::MissedRun, reason);
    let reason = "missed 2 runs, the last, 2026-11-23 03:00 (UTC)";
    check_cron(&nightly, "2026-11-23T05:00:00Z", Severity::Critical, Rule::MissedRun, reason);
    let running = CronJob { active: 1, ..nightly.clone() };
    let reason = "still running past its next run of 2026-11-22 03:00 (UTC)";
    check_cron(&running, "2026-11-22T05:00:00Z", Severity::Warning, Rule::StillRunning, reason);
    let suspended = CronJob { is_suspended: true, ..nightly };
    let reason = "suspended: no run is due";
    check_cron(&suspended, "2026-11-23T05:00:00Z", Severity::Busy, Rule::Suspended, reason);
}

#[test]
fn a_new_cronjob_has_missed_nothing_from_before_its_time() {
    let new = CronJob {
        created: Some(at("2026-11-21T09:00:00Z")),
        last_schedule: None,
        last_success: None,
        ..cronjob("backup")
    };
    check_cron(&new, "2026-11-21T12:00:00Z", Severity::Fine, Rule::Healthy, "");
    let reason = "missed its run, 2026-11-22 03:00 (UTC)";
    check_cron(&new, "2026-11-22T04:00:00Z", Severity::Warning, Rule::MissedRun, reason);
}

#[test]
fn without_a_zone_utc_is_assumed_unless_the_last_run_belies_it() {
    let assumed = CronJob { time_zone: None, ..cronjob("backup") };
    let reason = "missed its run, 2026-11-22 03:00 (UTC assumed)";
    check_cron(&assumed, "2026-11-22T04:00:00Z", Severity::Warning, Rule::MissedRun, reason);
    let elsewhere = CronJob {
        last_schedule: Some(at("2026-11-20T19:00:00Z")),
        last_success: Some(at("2026-11-20T19:10:00Z")),
        ..assumed
    };
    check_cron(&elsewhere, "2026-11-21T12:00:00Z", Severity::Fine, Rule::Healthy, "");
    let reason = "missed its run, 2026-11-21 03:00 (UTC assumed)";
    check_cron(&elsewhere, "2026-11-22T04:00:00Z", Severity::Warning, Rule::MissedRun, reason);
}

#[test]
fn a_run_without_success_is_a_finding_once_it_has_ended() {
    let failed = CronJob { last_success: Some(at("2026-11-20T03:10:00Z")), ..cronjob("backup") };
    let reason = "its last run did not succeed";
    check_cron(&failed, "2026-11-21T12:00:00Z", Severity::Warning, Rule::LastRunFailed, reason);
    check_cron(&failed, "2026-11-21T03:01:00Z", Severity::Fine, Rule::Healthy, "");
    let running = CronJob { active: 1, ..failed.clone() };
    check_cron(&running, "2026-11-21T03:30:00Z", Severity::Fine, Rule::Healthy, "");
    let never = CronJob { last_success: None, ..failed };
    let reason = "no run has succeeded yet";
    check_cron(&never, "2026-11-21T12:00:00Z", Severity::Warning, Rule::LastRunFailed, reason);
}

#[test]
fn a_schedule_that_cannot_be_read_is_told() {
    let odd = CronJob { schedule: "at \u{1b}noon".into(), ..cronjob("backup") };
    let reason = "the schedule `at \u{fffd}noon` cannot be read";
    check_cron(&odd, "2026-11-21T12:00:00Z", Severity::Warning, Rule::ScheduleUnreadable, reason);
    let zone = CronJob { time_zone: Some("Mars/Olympus".into()), ..cronjob("backup") };
    let reason = "the time zone `Mars/Olympus` is not known here";
    check_cron(&zone, "2026-11-21T12:00:00Z", Severity::Warning, Rule::ScheduleUnreadable, reason);
}

#[test]
fn a_schedule_that_no_date_fits_is_told() {
    let never = CronJob { schedule: "0 0 31 2 *".into(), ..cronjob("backup") };
    let reason = "no date fits its schedule";
    check_cron(&never, "2026-11-21T12:00:00Z", Severity::Warning, Rule::NeverRuns, reason);
}

proptest! {
    #[test]
    fn a_judgement_of_a_schedule_holds_until_it_is_to_be_made_anew(
        seconds in 0_i64..1_000_000, share in 0.0..1.0_f64, which in 0_usize..4,
    ) {
        let schedule = ["0 3 * * *", "*/5 * * * *", "@every 7m", "15 2 1 * 0-3"][which];
        let cronjob = CronJob { schedule: schedule.into(), ..cronjob("backup") };
        let now = at("2026-11-21T03:00:00Z") + SignedDuration::from_secs(seconds);
        let before = diagnose_cronjob(&cronjob, now);
        let end = before.recheck.unwrap();
        prop_assert!(end > now);
        let later = now + SignedDuration::from_secs_f64(end.duration_since(now).as_secs_f64() * share);
        let after = diagnose_cronjob(&cronjob, later);
        prop_assert_eq!((before.severity, before.reason), (after.severity, after.reason));
    }
}
