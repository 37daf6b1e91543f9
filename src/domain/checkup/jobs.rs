//! Findings about the `CronJob` of a set, and what the cluster tells of it in columns.

use jiff::Timestamp;

use crate::domain::bucket::Column;
use crate::domain::checkup::evidence::Evidence;
use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::{Finding, Weight};
use crate::domain::environment::{BackupSet, ObjectName};
use crate::domain::job::CronJob;
use crate::domain::job::reschedule::preview;
use crate::domain::job::schedule::inferred_zone;
use crate::domain::known::Known;
use crate::domain::slot::judge::{Slots, local};
use crate::domain::slot::run::Runs;

/// When the set expects its next run, as seen now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    pub(super) next: Timestamp,
    pub(super) now: Timestamp,
}

pub(super) fn findings(
    set: &BackupSet,
    evidence: &Evidence,
    slots: &Slots,
    expected: Option<Expected>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    match &evidence.runs {
        Known::Told(runs) => {
            findings.extend(suspended(set, &runs.cronjob));
            findings.extend(schedule(set, &runs.cronjob, slots, expected));
        }
        Known::Failed(failure) if failure.kind == crate::domain::failure::FailureKind::Missing => {
            let finding = Finding::new(Rule::CronJob, Weight::Critical, failure.what.clone());
            findings.push(finding.advise(
                "write the set's `cronjob` as it is called, or install it: nothing makes backups",
            ));
        }
        Known::Failed(_) | Known::Denied { .. } | Known::NotOffered | Known::Unasked => {}
    }
    if let Known::Told(runs) = &evidence.verification
        && runs.cronjob.is_suspended
    {
        let reason = format!("the verification {} is suspended", runs.cronjob.name);
        findings.push(Finding::new(Rule::Suspended, Weight::Warning, reason));
    }
    findings
}

fn suspended(set: &BackupSet, cronjob: &CronJob) -> Option<Finding> {
    let CronJob { namespace, name, .. } = cronjob;
    cronjob.is_suspended.then(|| {
        let last = cronjob.last_schedule.map_or_else(
            || "it never ran".to_owned(),
            |last| format!("its last run was {}", local(last, &set.time_zone)),
        );
        let reason = format!("the CronJob {namespace}/{name} is suspended; {last}");
        Finding::new(Rule::Suspended, Weight::Critical, reason).advise(format!(
            "`kubectl -n {namespace} patch cronjob {name} -p '{{\"spec\":{{\"suspend\":false}}}}'` \
             resumes it"
        ))
    })
}

/// Whether the `CronJob` runs when the set expects it: its last run did, and its next one will.
fn schedule(
    set: &BackupSet,
    cronjob: &CronJob,
    slots: &Slots,
    expected: Option<Expected>,
) -> Option<Finding> {
    let written = set.schedule.as_deref()?;
    let is_same = written.split_whitespace().eq(cronjob.schedule.split_whitespace())
        && cronjob.time_zone.as_deref() == set.time_zone.iana_name();
    if is_same {
        return None;
    }
    let (word, at) = stray(cronjob, slots)
        .map(|last| ("last", last))
        .or_else(|| Some(("next", astray(cronjob, expected?)?)))?;
    let at = local(at, &set.time_zone);
    let zone = zone_text(cronjob);
    let reason = format!(
        "the CronJob {} runs by `{}` ({zone}), {word} on {at}, where the set expects `{written}` ({})",
        cronjob.name,
        cronjob.schedule,
        set.time_zone.iana_name().unwrap_or("UTC")
    );
    Some(Finding::new(Rule::Schedule, Weight::Warning, reason))
}

/// The last run, where the set did not expect it.
fn stray(cronjob: &CronJob, slots: &Slots) -> Option<Timestamp> {
    let last = cronjob.last_schedule?;
    let oldest = slots.slots.first()?.at;
    let is_expected = slots.slots.iter().any(|slot| slot.at == last);
    (!is_expected && last >= oldest).then_some(last)
}

/// The next run, where the set does not expect it: who moves a schedule is told at once, not the night
/// after. Nothing is said where the zone is only assumed.
fn astray(cronjob: &CronJob, expected: Expected) -> Option<Timestamp> {
    let is_told = match &cronjob.time_zone {
        Some(_) => true,
        // Another zone may be nothing but a schedule that was moved since the last run.
        None => inferred_zone(cronjob).is_some_and(|zone| zone == "UTC"),
    };
    if cronjob.is_suspended || !is_told {
        return None;
    }
    let next = *preview(cronjob, &cronjob.schedule, expected.now).ok()?.runs.first()?;
    (next != expected.next).then_some(next)
}

fn zone_text(cronjob: &CronJob) -> String {
    match (&cronjob.time_zone, inferred_zone(cronjob)) {
        (Some(zone), _) => zone.to_string(),
        (None, Some(zone)) if zone == "UTC" => format!("inferred {zone}"),
        (None, Some(zone)) => format!("{zone}, if it last ran by this schedule"),
        (None, None) => "zone unknown".to_owned(),
    }
}

/// The cluster's side of the set in columns.
pub(super) fn columns(set: &BackupSet, evidence: &Evidence) -> Vec<Column> {
    let of = |name, known: &Known<Runs>, object: Option<&ObjectName>| {
        object.map(|_| match known {
            Known::Told(runs) => Column { name, text: text(set, runs), is_grey: false },
            Known::NotOffered | Known::Denied { .. } | Known::Failed(_) | Known::Unasked => {
                Column { name, text: known.why_not().unwrap_or_default(), is_grey: true }
            }
        })
    };
    let backup = of("cronjob", &evidence.runs, set.cronjob.as_ref());
    let verification = of("verification", &evidence.verification, set.verification.as_ref());
    backup.into_iter().chain(verification).collect()
}

/// `0 0 * * * (inferred UTC), last run 2026-11-20 00:00, last success 2026-11-20 00:05`.
fn text(set: &BackupSet, Runs { cronjob, jobs }: &Runs) -> String {
    let when = |at: Option<Timestamp>| {
        at.map_or_else(|| "never".to_owned(), |at| local(at, &set.time_zone))
    };
    let suspended = if cronjob.is_suspended { "SUSPENDED, " } else { "" };
    format!(
        "{suspended}{} ({}), last run {}, last success {}, {} kept",
        cronjob.schedule,
        zone_text(cronjob),
        when(cronjob.last_schedule),
        when(cronjob.last_success),
        crate::domain::units::plural(jobs.len() as u64, "job"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::fixture::cronjob;
    use crate::domain::slot::fixture::{at, set};

    /// What is said of a `CronJob` that never ran, beside a set that expects midnight, UTC.
    fn said(change: impl Fn(CronJob) -> CronJob) -> Option<String> {
        let cronjob = change(CronJob { last_schedule: None, ..cronjob("backup") });
        let expected =
            Expected { next: at("2026-11-21T00:00:00Z"), now: at("2026-11-20T09:30:00Z") };
        let finding = schedule(&set(), &cronjob, &Slots::default(), Some(expected));
        finding.map(|finding| finding.reason)
    }

    #[test]
    fn a_schedule_that_was_moved_is_told_before_its_first_run() {
        let moved = said(|it| it).unwrap();
        assert!(moved.contains("by `0 3 * * *` (UTC), next on 2026-11-21 03:00"), "{moved}");
        assert_eq!(said(|it| CronJob { schedule: "0 0 * * *".into(), ..it }), None);
        assert_eq!(said(|it| CronJob { is_suspended: true, ..it }), None, "it will not run");
        assert_eq!(said(|it| CronJob { time_zone: None, ..it }), None, "nobody knows its zone");
    }

    #[test]
    fn a_zone_that_a_moved_schedule_suggests_is_told_with_its_condition() {
        let last_schedule = Some(at("2026-11-20T00:00:00Z"));
        let of = |schedule: &str| {
            let schedule = schedule.into();
            zone_text(&CronJob { schedule, last_schedule, time_zone: None, ..cronjob("backup") })
        };
        assert_eq!(of("0 0 * * *"), "inferred UTC");
        assert_eq!(of("0 3 * * *"), "UTC+3:00, if it last ran by this schedule");
    }
}
