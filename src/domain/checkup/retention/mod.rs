//! The retention as written against what the storage does.

use jiff::{SignedDuration, Timestamp};

use crate::domain::backup::Backup;
use crate::domain::bucket::{Facts, LifecycleRule, Sample};
use crate::domain::checkup::evidence::Evidence;
use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::{Finding, Weight};
use crate::domain::environment::{BackupSet, Keep, SetKind};
use crate::domain::known::Known;
use crate::domain::slot::catalogue::Catalogue;
use crate::domain::units::plural;

/// Expiry rounds up to the next midnight, and runs when there is time.
const SLACK: i64 = 2;

pub(super) fn finding(
    set: &BackupSet,
    catalogue: &Catalogue,
    evidence: &Evidence,
    now: Timestamp,
) -> Option<Finding> {
    if set.kind == SetKind::Sync {
        return None;
    }
    match set.keep? {
        Keep::Days(days) => by_days(i64::from(days), catalogue, &evidence.facts, now),
        Keep::Count(count) => by_count(set, u64::from(count), catalogue, evidence, now),
    }
}

fn days_old(at: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(at).as_hours() / 24
}

fn by_days(days: i64, catalogue: &Catalogue, facts: &Facts, now: Timestamp) -> Option<Finding> {
    let oldest = catalogue.oldest.as_ref();
    let overdue = oldest
        .map(|backup| (backup, days_old(backup.began.at, now)))
        .filter(|(_, old)| *old > days + SLACK);
    let why = untouched(facts);
    if let Some((backup, old)) = overdue {
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let reason = format!("{days} d are written, and {} is {old} d old{why}", backup.name());
        let object = Some(backup.key.0.clone());
        let finding = Finding::new(Rule::Retention, Weight::Warning, reason);
        return Some(Finding { object, ..advised(finding, facts) });
    }
    if let Some(finding) = other_date(days, facts) {
        return Some(finding);
    }
    let why = why?;
    let rules = facts.lifecycle.told()?;
    let removes = rules.iter().any(|rule| rule.is_enabled && rule.expires_days.is_some());
    // Without any rule a script may do it: nothing is wrong until something is too old.
    let weight = if removes { Weight::Warning } else { Weight::Note };
    let reason = format!("{days} d are written, and nothing will remove the backups: {why}");
    Some(advised(Finding::new(Rule::Retention, weight, reason), facts))
}

fn advised(finding: Finding, facts: &Facts) -> Finding {
    let asks_for_tags = facts
        .lifecycle
        .told()
        .is_some_and(|rules| rules.iter().any(|rule| rule.is_enabled && !rule.tags.is_empty()));
    if asks_for_tags && untouched(facts).is_some() {
        return finding.advise(
            "let the script tag the very key that it uploads to, or let the rule go by prefix",
        );
    }
    finding
}

/// Why neither the newest nor the oldest object will ever expire; `None` where one will, or where
/// that is not known.
fn untouched(facts: &Facts) -> Option<String> {
    let newest = facts.newest.told()?;
    let oldest = facts.oldest.told().unwrap_or(newest);
    if newest.expires.is_some() || oldest.expires.is_some() {
        return None;
    }
    // Not every storage tells of each object when it goes; what is too old shows whether it does.
    if facts.promised().is_some() {
        return None;
    }
    match &facts.lifecycle {
        Known::Told(rules) => Some(missed(rules, newest)),
        Known::NotOffered => None,
        Known::Denied { action } => {
            Some(format!("no expiry is set for it (the rules cannot be seen without {action})"))
        }
        Known::Failed(_) | Known::Unasked => Some("no expiry is set for it".to_owned()),
    }
}

fn missed(rules: &[LifecycleRule], sample: &Sample) -> String {
    let expiring: Vec<_> = rules.iter().filter(|rule| rule.expires_days.is_some()).collect();
    if expiring.is_empty() {
        return "the bucket has no rule that removes objects".to_owned();
    }
    let why: Vec<_> = expiring.iter().filter_map(|rule| rule.misses(sample)).collect();
    if why.is_empty() { "no expiry is set for it".to_owned() } else { why.join("; ") }
}

/// An expiry that is set, for another day than is written.
fn other_date(days: i64, facts: &Facts) -> Option<Finding> {
    let sample = facts.newest.told()?;
    let day = SignedDuration::from_hours(24);
    let (after, name) = match (&sample.expires, facts.promised()) {
        (Some(expiry), _) => (expiry.at.duration_since(sample.last_modified), &expiry.rule),
        (None, Some((rule, days))) => (day * i32::try_from(days).ok()?, &rule.name),
        (None, None) => return None,
    };
    let (least, most) = (day * i32::try_from(days).ok()?, day * i32::try_from(days + SLACK).ok()?);
    if (least - day..=most).contains(&after) {
        return None;
    }
    let after = after.as_hours() / 24;
    let rule = if after < days { Rule::Pruned } else { Rule::Retention };
    let reason =
        format!("{days} d are written, and the rule `{name}` removes backups after {after} d");
    Some(Finding::new(rule, Weight::Warning, reason))
}

fn by_count(
    set: &BackupSet,
    count: u64,
    catalogue: &Catalogue,
    evidence: &Evidence,
    now: Timestamp,
) -> Option<Finding> {
    // What people make by hand they also remove by hand: `count` is the least.
    if set.kind == SetKind::Manual {
        return None;
    }
    let timetable = catalogue.timetable();
    let window = timetable.beats().first().map(|beat| beat.at);
    let oldest = catalogue.oldest.as_ref();
    let is_beyond = |backup: &&Backup| {
        window.is_some_and(|window| backup.began.at < window) || catalogue.named > count + 1
    };
    if let Some(backup) = oldest.filter(is_beyond) {
        let old = days_old(backup.began.at, now);
        let reason = format!(
            "{count} are written, and there are {} or more, the oldest, {}, {old} d old",
            catalogue.named,
            backup.name()
        );
        return Some(Finding::new(Rule::Retention, Weight::Warning, reason));
    }
    let whole = i32::try_from(count).ok()?.checked_add(1)?;
    let first = evidence.before.as_ref()?.first?;
    let is_grown = now.duration_since(first) > timetable.interval.checked_mul(whole)?;
    (is_grown && catalogue.named + 1 < count).then(|| {
        let there = plural(catalogue.named, "backup");
        let reason = format!("{count} are written, and there are no more than {there}");
        Finding::new(Rule::Pruned, Weight::Warning, reason)
    })
}

#[cfg(test)]
mod tests;
