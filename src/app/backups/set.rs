//! One backup set as the tab knows it: what is written of it, and what was seen last.

use jiff::Timestamp;

use crate::app::drill::effect::SetRef;
use crate::domain::backup::Backup;
use crate::domain::checkup::{Checkup, Finding, Word};
use crate::domain::environment::{BackupSet, Keep, SetKind};
use crate::domain::failure::Failure;
use crate::domain::settings::Access;
use crate::domain::slot::Slot;
use crate::domain::units::plural;

use super::message::Look;

#[derive(Debug)]
pub struct Watched {
    pub set: BackupSet,
    /// How a command line reaches its objects.
    pub access: Access,
    /// The last look that saw something. It stays when a later one fails.
    pub seen: Option<Sighting>,
    /// Why the newest look saw nothing.
    pub failure: Option<Failure>,
    pub is_loading: bool,
}

/// What a look saw, and when.
#[derive(Debug)]
pub struct Sighting {
    pub checkup: Checkup,
    pub at: Timestamp,
    /// The cluster's side is still to come.
    pub is_partial: bool,
}

impl Watched {
    pub const fn new(set: BackupSet, access: Access) -> Self {
        Self { set, access, seen: None, failure: None, is_loading: false }
    }

    pub fn id(&self) -> SetRef {
        SetRef { environment: self.set.environment.clone(), name: self.set.name.clone() }
    }

    pub fn is(&self, id: &SetRef) -> bool {
        self.set.environment == id.environment && self.set.name == id.name
    }

    /// Takes what a look has found. What was seen before outlives a look that failed.
    pub fn take(&mut self, look: Look, now: Timestamp) {
        self.is_loading &= look.is_partial;
        self.failure.clone_from(&look.checkup.failure);
        if look.checkup.failure.is_none() || self.seen.is_none() {
            let Look { checkup, is_partial } = look;
            self.seen = Some(Sighting { checkup, at: now, is_partial });
        }
    }

    pub fn checkup(&self) -> Option<&Checkup> {
        self.seen.as_ref().map(|seen| &seen.checkup)
    }

    /// The checkup, where it saw the objects.
    pub fn known(&self) -> Option<&Checkup> {
        self.checkup().filter(|checkup| checkup.failure.is_none())
    }

    /// The answer about it now: what cannot be seen any more is not well because it was.
    pub fn word(&self) -> Option<Word> {
        match &self.failure {
            Some(_) => Some(Word::CouldNotSee),
            None => self.checkup().map(|checkup| checkup.word),
        }
    }

    pub fn slots(&self) -> &[Slot] {
        self.checkup().map(|checkup| checkup.slots.as_slice()).unwrap_or_default()
    }

    /// When the newest backup began; of a set without dates, when something was stored last.
    pub fn newest(&self) -> Option<Timestamp> {
        let newest = self.known()?.newest.as_ref()?;
        Some(match self.set.kind {
            SetKind::Sync => newest.last_modified,
            SetKind::Scheduled | SetKind::Manual => newest.began.at,
        })
    }

    /// When the newest backup began that was proven to restore.
    pub fn proven(&self) -> Option<Timestamp> {
        self.checkup()?.proven
    }

    /// What is worst about it.
    pub fn worst(&self) -> Option<&Finding> {
        self.checkup()?.findings.first()
    }

    /// The slot that an object belongs to.
    pub fn slot_of(&self, backup: &Backup) -> Option<&Slot> {
        let holds = |slot: &&Slot| slot.backup.as_ref().is_some_and(|it| it.key == backup.key);
        self.slots().iter().rev().find(holds)
    }

    /// When something about it is expected to change, after `since`: a run begins, or is overdue.
    pub fn next_event(&self, since: Timestamp) -> Option<Timestamp> {
        let checkup = self.known()?;
        let due = checkup.slots.iter().rev().take(2).map(|slot| slot.due);
        due.chain(checkup.next).filter(|at| *at > since).min()
    }

    /// How it is made, as written: `0 0 * * * UTC`, `Fri 12:00..Sun 18:00 Europe/London`.
    pub fn rhythm(&self) -> String {
        let zone = self.set.time_zone.iana_name().unwrap_or("UTC");
        let window = self.set.watch.window.map(|window| window.to_string());
        match (self.set.kind, window, &self.set.schedule) {
            (SetKind::Manual, Some(window), _) => format!("by hand, {window} {zone}"),
            (SetKind::Manual, None, _) => "by hand".to_owned(),
            (SetKind::Sync, _, Some(schedule)) => format!("synchronised, {schedule} {zone}"),
            (SetKind::Sync, _, None) => "synchronised".to_owned(),
            (SetKind::Scheduled, _, Some(schedule)) => format!("{schedule} {zone}"),
            (SetKind::Scheduled, _, None) => "no schedule written".to_owned(),
        }
    }

    /// How long backups are kept, as written.
    pub fn retention(&self) -> String {
        match self.set.keep {
            None if self.set.kind == SetKind::Sync => "only the latest is kept".to_owned(),
            None => "nothing is written".to_owned(),
            Some(Keep::Days(days)) => format!("{} written", plural(u64::from(days), "day")),
            Some(Keep::Count(count)) => format!("the newest {count} written"),
        }
    }

    /// `91 objects, 1.2 GiB`: what lies in its window.
    pub fn total(&self) -> String {
        let known = self.known();
        known.map_or_else(
            || "not known".to_owned(),
            |checkup| format!("{}, {}", plural(checkup.objects, "object"), checkup.bytes),
        )
    }

    /// `s3://bucket/prefix`.
    pub fn place(&self) -> String {
        format!("s3://{}/{}", self.set.bucket, self.set.prefix)
    }
}
