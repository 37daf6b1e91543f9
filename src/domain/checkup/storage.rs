//! Findings about the storage: what cannot be read, what is left over, what somebody deleted.

use jiff::{SignedDuration, Timestamp};

use crate::domain::bucket::Facts;
use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::{Finding, Weight};
use crate::domain::environment::{BackupSet, Keep, SetKind};
use crate::domain::known::Known;
use crate::domain::slot::catalogue::Catalogue;
use crate::domain::slot::judge::{Slots, local};
use crate::domain::units::plural;

/// An upload of today may still go on.
const UNDER_WAY: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn findings(
    set: &BackupSet,
    catalogue: &Catalogue,
    facts: &Facts,
    slots: &Slots,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(unreadable(catalogue, facts));
    findings.extend(uploads(set, facts, now));
    findings.extend(deleted(set, facts, slots, now));
    findings
}

fn unreadable(catalogue: &Catalogue, facts: &Facts) -> Option<Finding> {
    let newest = catalogue.newest.as_ref()?;
    let object = Some(newest.key.0.clone());
    let name = newest.name();
    let archive = facts.newest.told().and_then(|sample| sample.archive.as_deref());
    let finding = match &facts.readable {
        Known::Denied { action } => {
            let reason = format!("the newest backup, {name}, cannot be read: access denied");
            let finding = Finding::new(Rule::Unreadable, Weight::Critical, reason);
            finding.advise(format!("the credentials need {action}"))
        }
        Known::Failed(failure) if newest.is_archived() || archive.is_some() => {
            let class = archive.or(newest.storage_class.as_deref()).unwrap_or("an archive");
            let reason = format!("the newest backup, {name}, lies in {class} and must be thawed");
            let finding = Finding::new(Rule::Unreadable, Weight::Warning, reason);
            finding.advise(failure.advice.clone().unwrap_or_default())
        }
        Known::Failed(failure) => {
            let reason = format!("the newest backup, {name}, cannot be read: {}", failure.what);
            let finding = Finding::new(Rule::Unreadable, Weight::Critical, reason);
            match &failure.advice {
                Some(advice) => finding.advise(advice.clone()),
                None => finding,
            }
        }
        Known::Told(()) | Known::NotOffered | Known::Unasked => return None,
    };
    Some(Finding { object, ..finding })
}

fn uploads(set: &BackupSet, facts: &Facts, now: Timestamp) -> Option<Finding> {
    let uploads = facts.uploads.told()?;
    let left: Vec<_> =
        uploads.iter().filter(|upload| now.duration_since(upload.begun) > UNDER_WAY).collect();
    let oldest = left.first()?;
    let count = match left.len() {
        1 => "an upload".to_owned(),
        many => plural(many as u64, "upload"),
    };
    let reason = format!(
        "{count} that nobody completed: {}, begun {}",
        oldest.key,
        local(oldest.begun, &set.time_zone)
    );
    let aborts = facts.lifecycle.told().is_some_and(|rules| {
        rules.iter().any(|rule| rule.is_enabled && rule.aborts_days.is_some())
    });
    let finding = Finding::new(Rule::Upload, Weight::Note, reason);
    let object = Some(oldest.key.0.clone());
    let finding = Finding { object, ..finding };
    Some(if aborts { finding.advise("a rule of the bucket will remove it") } else { finding })
}

/// Backups that somebody deleted although they were to be kept.
fn deleted(set: &BackupSet, facts: &Facts, slots: &Slots, now: Timestamp) -> Option<Finding> {
    if set.kind == SetKind::Sync {
        return None;
    }
    let kept_since = match set.keep? {
        Keep::Days(days) => {
            now.checked_sub(SignedDuration::from_hours(24 * (i64::from(days) - 1).max(0))).ok()?
        }
        // The oldest that is to be kept.
        Keep::Count(count) => {
            let place = slots.slots.len().checked_sub(count as usize)?;
            slots.slots.get(place)?.at
        }
    };
    let untimely: Vec<_> = facts
        .deleted
        .told()?
        .iter()
        .filter(|deleted| deleted.began.is_some_and(|began| began >= kept_since))
        .collect();
    let newest = untimely.iter().max_by_key(|deleted| deleted.at)?;
    let reason = format!(
        "{} deleted that were to be kept, such as {} on {}",
        plural(untimely.len() as u64, "backup"),
        newest.key,
        local(newest.at, &set.time_zone)
    );
    let object = Some(newest.key.0.clone());
    Some(Finding { object, ..Finding::new(Rule::Deleted, Weight::Warning, reason) })
}
