//! Synchronised sets: nothing changes in them when nothing has changed, so that freshness comes from
//! the job or a marker, and a loss shows beside the day before.

use jiff::Timestamp;

use crate::domain::checkup::evidence::Evidence;
use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::{Finding, Weight};
use crate::domain::environment::{BackupSet, SetKind};
use crate::domain::slot::catalogue::Catalogue;
use crate::domain::slot::judge::{Sight, Slots, judge, local};
use crate::domain::slot::run::Outcome;
use crate::domain::slot::{Slot, State};
use crate::domain::units::{Count, plural};

/// A deletion of this share is copied like any change, in hundredths.
const LOSS: u64 = 1;

/// One slot for each run since the last synchronisation, and those whose jobs are still known.
pub(super) fn slots(sight: Sight<'_>) -> Slots {
    let judged = judge(sight);
    let last = last(sight);
    let mut slots = Vec::new();
    for slot in judged.slots {
        let is_last = |at: Timestamp| at >= slot.at;
        let succeeded = slot.job.as_ref().is_some_and(|job| job.outcome == Outcome::Succeeded);
        let until = sight.catalogue.timetable().beats();
        let until = until.iter().find(|beat| beat.at == slot.at).map_or(slot.at, |it| it.until);
        if succeeded || last.is_some_and(|last| is_last(last) && last < until) {
            let detail = evidence(sight, &slot, until);
            slots.push(Slot { state: State::Ok, detail, backup: None, ..slot });
        } else if last.is_some_and(|last| last < slot.at) || slot.job.is_some() {
            slots.push(Slot { backup: None, ..absent(slot, sight.now, until) });
        }
    }
    Slots { slots, by_upload: false, ..judged }
}

/// What tells that this run has synchronised.
fn evidence(sight: Sight<'_>, slot: &Slot, until: Timestamp) -> String {
    let marker = sight.catalogue.marker.as_ref();
    let own = marker.filter(|it| it.last_modified >= slot.at && it.last_modified < until);
    match (own, &slot.job) {
        (Some(marker), _) => {
            let written = local(marker.last_modified, &sight.set.time_zone);
            format!("its marker `{}` was written at {written}", marker.name())
        }
        (None, Some(job)) => format!("its Job {} succeeded", job.name),
        (None, None) => "its CronJob succeeded".to_owned(),
    }
}

/// A slot as if no object were there: in a synchronised set none of them belongs to a run.
fn absent(slot: Slot, now: Timestamp, until: Timestamp) -> Slot {
    let failed = slot.job.as_ref().filter(|job| job.outcome == Outcome::Failed);
    let (state, detail) = match failed {
        Some(job) => (State::FailedJob, format!("its Job {} failed", job.name)),
        None if now < slot.due => (State::Expected, String::new()),
        None if now < until => (State::Late, "nothing tells of a synchronisation yet".to_owned()),
        None => (State::Missed, "nothing tells of a synchronisation".to_owned()),
    };
    Slot { state, detail, ..slot }
}

/// When it was last synchronised, as far as a marker or a job tells.
fn last(sight: Sight<'_>) -> Option<Timestamp> {
    let marker = sight.catalogue.marker.as_ref().map(|backup| backup.last_modified);
    marker.max(sight.runs.and_then(|runs| runs.cronjob.last_success))
}

pub(super) fn findings(
    set: &BackupSet,
    catalogue: &Catalogue,
    evidence: &Evidence,
    now: Timestamp,
) -> Vec<Finding> {
    if set.kind != SetKind::Sync {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let is_told = catalogue.marker.is_some() || evidence.runs.told().is_some();
    if !is_told {
        let reason = match &set.watch.marker {
            Some(marker) => format!("its marker `{marker}` is not there"),
            None => "nothing tells when it was last synchronised".to_owned(),
        };
        let weight = if set.watch.marker.is_some() { Weight::Critical } else { Weight::Warning };
        let finding = Finding::new(Rule::NoData, weight, reason);
        findings.push(finding.advise(
            "let the job write an object last and name it as `marker`, or name its `cronjob`",
        ));
    }
    findings.extend(shrunk(set, catalogue, evidence, now));
    findings
}

fn shrunk(
    set: &BackupSet,
    catalogue: &Catalogue,
    evidence: &Evidence,
    now: Timestamp,
) -> Option<Finding> {
    let today = now.to_zoned(set.time_zone.clone()).date();
    let (day, before) = evidence.before.as_ref()?.before(today)?;
    let fell = |now: u64, before: u64| {
        before.saturating_sub(now).saturating_mul(100) > before.saturating_mul(LOSS)
    };
    let lost = before.objects.saturating_sub(catalogue.objects);
    if !fell(catalogue.objects, before.objects)
        && !fell(catalogue.bytes.bytes(), before.bytes.bytes())
    {
        return None;
    }
    let reason = format!(
        "{} fewer than on {day}: {} ({}), then {} ({})",
        plural(lost, "object"),
        Count(catalogue.objects),
        catalogue.bytes,
        Count(before.objects),
        before.bytes
    );
    let versions = evidence.facts.versioning.told();
    let finding = Finding::new(Rule::Shrunk, Weight::Critical, reason);
    Some(if versions == Some(&crate::domain::bucket::Versioning::Enabled) {
        finding.advise(format!(
            "the bucket keeps versions: what was deleted since {} can be had back",
            local(now, &set.time_zone)
        ))
    } else {
        finding
    })
}
