//! Findings about the `CronJob` of a set, and what the cluster tells of it in columns.

use crate::domain::bucket::Column;
use crate::domain::checkup::evidence::Evidence;
use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::{Finding, Weight};
use crate::domain::environment::{BackupSet, ObjectName};
use crate::domain::job::CronJob;
use crate::domain::job::schedule::inferred_zone;
use crate::domain::known::Known;
use crate::domain::slot::judge::{Slots, local};
use crate::domain::slot::run::Runs;

pub(super) fn findings(set: &BackupSet, evidence: &Evidence, slots: &Slots) -> Vec<Finding> {
    let mut findings = Vec::new();
    match &evidence.runs {
        Known::Told(runs) => {
            findings.extend(suspended(set, &runs.cronjob));
            findings.extend(schedule(set, &runs.cronjob, slots));
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

/// Whether the `CronJob`'s last run is one that the set expects.
fn schedule(set: &BackupSet, cronjob: &CronJob, slots: &Slots) -> Option<Finding> {
    let last = cronjob.last_schedule?;
    let written = set.schedule.as_deref()?;
    let is_same = |text: &str| {
        text.split_whitespace().eq(cronjob.schedule.split_whitespace())
            && cronjob.time_zone.as_deref() == set.time_zone.iana_name()
    };
    let oldest = slots.slots.first()?.at;
    let is_expected = slots.slots.iter().any(|slot| slot.at == last);
    if is_same(written) || is_expected || last < oldest {
        return None;
    }
    let ran = local(last, &set.time_zone);
    let zone = zone_text(cronjob);
    let reason = format!(
        "the CronJob {} runs by `{}` ({zone}), last on {ran}, where the set expects `{written}` ({})",
        cronjob.name,
        cronjob.schedule,
        set.time_zone.iana_name().unwrap_or("UTC")
    );
    Some(Finding::new(Rule::Schedule, Weight::Warning, reason))
}

fn zone_text(cronjob: &CronJob) -> String {
    match (&cronjob.time_zone, inferred_zone(cronjob)) {
        (Some(zone), _) => zone.to_string(),
        (None, Some(zone)) => format!("inferred {zone}"),
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
    let when = |at: Option<jiff::Timestamp>| {
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
