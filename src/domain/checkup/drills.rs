//! Findings about backups that a drill has refused and that are still there to be restored from.

use jiff::Timestamp;

use crate::domain::backup::BackupKey;
use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::{Finding, Weight};
use crate::domain::environment::BackupSet;
use crate::domain::slot::State;
use crate::domain::slot::judge::{Slots, local};

/// That the last drill of an object has failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub key: BackupKey,
    pub etag: String,
    /// When it was drilled.
    pub at: Timestamp,
    /// The first of the reasons, as a sentence.
    pub reason: String,
    /// Whether no backup of the set was drilled later.
    pub is_newest: bool,
}

/// A set of which the last drill failed has no backup that anybody could vouch for; one that failed before
/// is to be looked at.
pub(super) fn findings(set: &BackupSet, refusals: &[Refusal], slots: &Slots) -> Vec<Finding> {
    let mut findings = Vec::new();
    for slot in &slots.slots {
        let Some(backup) = &slot.backup else { continue };
        // A dump that is cut is told as such.
        let is_told = slot.state == State::Partial;
        let is_it = |it: &&Refusal| it.key == backup.key && it.etag == backup.etag;
        let Some(refusal) = refusals.iter().find(is_it).filter(|_| !is_told) else { continue };
        let weight = if refusal.is_newest { Weight::Critical } else { Weight::Warning };
        let (name, when) = (backup.name(), local(refusal.at, &set.time_zone));
        let reason = format!("the drill of `{name}` on {when} failed: {}", refusal.reason);
        findings.push(Finding {
            slot: Some(slot.at),
            object: Some(backup.key.0.clone()),
            ..Finding::new(Rule::Drill, weight, reason)
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::domain::slot::Slot;
    use crate::domain::slot::fixture::{at, backup, set};

    const NIGHT: &str = "2026-11-19T00:00:00Z";

    fn slots(state: State) -> Slots {
        let slot = Slot {
            at: at(NIGHT),
            due: at(NIGHT) + SignedDuration::from_hours(1),
            state,
            detail: String::new(),
            backup: Some(backup(at(NIGHT), 5000)),
            others: 0,
            job: None,
            verification: None,
        };
        Slots { slots: vec![slot], ..Slots::default() }
    }

    fn refusal(is_newest: bool) -> Refusal {
        let backup = backup(at(NIGHT), 5000);
        Refusal {
            key: backup.key,
            etag: backup.etag,
            at: at("2026-11-20T09:00:00Z"),
            reason: "B0 FAIL: it is another database's dump".to_owned(),
            is_newest,
        }
    }

    #[test]
    fn a_backup_that_a_drill_refused_is_named_with_the_reason() {
        let findings = findings(&set(), &[refusal(true)], &slots(State::Ok));
        let [finding] = &findings[..] else { panic!("{findings:?}") };
        assert_eq!((finding.rule, finding.weight), (Rule::Drill, Weight::Critical));
        assert_eq!(finding.slot, Some(at(NIGHT)));
        assert_eq!(
            finding.reason,
            "the drill of `2026-11-19T00_00.gz` on 2026-11-20 09:00 failed: B0 FAIL: it is another \
             database's dump"
        );
    }

    #[test]
    fn a_later_drill_of_another_backup_makes_it_less_urgent() {
        let findings = findings(&set(), &[refusal(false)], &slots(State::Ok));
        assert_eq!(findings[0].weight, Weight::Warning);
    }

    #[test]
    fn what_was_written_anew_since_what_is_gone_and_what_is_told_as_cut_is_left_out() {
        let anew = Refusal { etag: "another".to_owned(), ..refusal(true) };
        let found = |refusal, slots: Slots| findings(&set(), &[refusal], &slots).len();
        assert_eq!(found(anew, slots(State::Ok)), 0);
        assert_eq!(found(refusal(true), Slots::default()), 0);
        assert_eq!(found(refusal(true), slots(State::Partial)), 0);
    }
}
