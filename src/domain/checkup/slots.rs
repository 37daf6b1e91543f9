//! Findings about single slots: bad states, and where object and Job tell different stories.

use jiff::{SignedDuration, Timestamp};

use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::{Finding, Weight};
use crate::domain::environment::{BackupSet, SetKind};
use crate::domain::slot::judge::{Slots, local};
use crate::domain::slot::run::{JobRun, Outcome};
use crate::domain::slot::size::SizeFault;
use crate::domain::slot::{Slot, State};
use crate::domain::units::Span;

/// A bad run is news for so long; then it is remembered.
const NEWS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Where a day is all that is kept, a bad hour counts as now for so long.
const FREQUENT_NEWS: SignedDuration = SignedDuration::from_hours(6);

pub(super) fn findings(set: &BackupSet, slots: &Slots, now: Timestamp) -> Vec<Finding> {
    let newest = slots.newest_due().map(|slot| slot.at);
    let mut findings = Vec::new();
    for slot in &slots.slots {
        let scale = Scale { set, is_newest: newest == Some(slot.at), slots, now };
        findings.extend(of_slot(slot, &scale));
    }
    findings
}

struct Scale<'a> {
    set: &'a BackupSet,
    is_newest: bool,
    slots: &'a Slots,
    now: Timestamp,
}

impl Scale<'_> {
    /// What a bad run weighs: the newest counts now, one of this week should be looked at.
    fn weight(&self, slot: &Slot) -> Weight {
        let old = self.now.duration_since(slot.at);
        let is_now = self.is_newest || self.slots.is_frequent() && old <= FREQUENT_NEWS;
        match () {
            // A reminder for people, nobody is woken up.
            () if self.set.kind == SetKind::Manual && is_now => Weight::Warning,
            () if slot.state == State::Late && !self.is_very_late(slot) => Weight::Warning,
            () if is_now => Weight::Critical,
            () => self.aged(slot),
        }
    }

    fn aged(&self, slot: &Slot) -> Weight {
        let old = self.now.duration_since(slot.at);
        if old <= NEWS { Weight::Warning } else { Weight::Note }
    }

    /// Late by the grace once more.
    fn is_very_late(&self, slot: &Slot) -> bool {
        self.now.duration_since(slot.due) >= self.slots.grace
    }

    fn local(&self, at: Timestamp) -> String {
        local(at, &self.set.time_zone)
    }
}

fn of_slot(slot: &Slot, scale: &Scale<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let object = slot.backup.as_ref().map(|backup| backup.key.0.clone());
    let mut add = |rule, weight, reason: String, quoted: &[String]| {
        let finding = Finding::new(rule, weight, reason);
        let (slot, object, quoted) = (Some(slot.at), object.clone(), quoted.to_vec());
        findings.push(Finding { slot, object, quoted, ..finding });
    };
    let at = scale.local(slot.at);
    let said = |job: &JobRun| job.last_words.clone();
    // Suspended runs are told once, of the CronJob.
    if slot.state.is_bad() && slot.state != State::Suspended {
        let weight = scale.weight(slot);
        let quoted = slot.job.as_ref().filter(|_| slot.backup.is_none()).map(said);
        let reason = format!("the backup of {at} {}: {}", slot.state.phrase(), slot.detail);
        add(Rule::Slot(slot.state), weight, reason, &quoted.unwrap_or_default());
    }
    let is_missing = matches!(slot.state, State::Missed | State::Late);
    if let Some(job) =
        slot.job.as_ref().filter(|job| is_missing && job.outcome == Outcome::Succeeded)
    {
        let name = &job.name;
        let refuted = match &slot.verification {
            Some(run) if run.outcome == Outcome::Failed => {
                format!("; {} refused it too", run.name)
            }
            _ => String::new(),
        };
        let reason = format!("the Job {name} of {at} succeeded, and made no object{refuted}");
        add(Rule::GreenJob, scale.weight(slot), reason, &[]);
    }
    let Some(backup) = &slot.backup else { return findings };
    if let Some(job) = slot.job.as_ref().filter(|job| job.outcome == Outcome::Failed) {
        let reason = format!("the object of {at} is there, although its Job {} failed", job.name);
        add(Rule::RedJob, scale.aged(slot), reason, &job.last_words);
    }
    if let Some(run) = slot.verification.as_ref().filter(|run| run.outcome == Outcome::Failed) {
        let weight = if scale.is_newest { Weight::Critical } else { scale.aged(slot) };
        let reason = format!("the verification {} of the backup of {at} failed", run.name);
        add(Rule::Verification, weight, reason, &run.last_words);
    }
    if slot.state != State::Ok {
        return findings;
    }
    if let Some(SizeFault::Unusual { median, ratio }) =
        scale.slots.sizes.judge(backup.began.at, backup.size)
    {
        let reason = format!(
            "the backup of {at} holds {}, {:.0} % of what its neighbours do ({median}, median)",
            backup.size,
            ratio * 100.0
        );
        add(Rule::Size, scale.aged(slot), reason, &[]);
    }
    let took = backup.last_modified.duration_since(backup.began.at);
    let is_copied = slot.detail.starts_with("stored again");
    if is_copied {
        add(Rule::Copied, Weight::Note, format!("the backup of {at} was {}", slot.detail), &[]);
    } else if let Some(usual) = scale.slots.durations.unusual(took) {
        let (took, usual) = (Span(took.unsigned_abs()), Span(usual));
        let reason = format!("the backup of {at} took {took}, usually it takes {usual}");
        add(Rule::Duration, scale.aged(slot), reason, &[]);
    }
    findings
}
