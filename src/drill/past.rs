//! Earlier drills as the journal tells of them: what was tested when, how deep, what is due next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ulid::Ulid;

use crate::domain::backup::{Backup, BackupKey};
use crate::domain::environment::{EnvironmentName, SetName};
use crate::domain::median::median;
use crate::domain::settings::Depth;
use crate::domain::slot::{Slot, State};
use crate::domain::verdict::Verdict;

use super::event::Step;
use super::progress::StageStatus;
use super::record::{Cleanup, Record};

/// One drill of before.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    pub id: Ulid,
    pub at: Timestamp,
    pub environment: EnvironmentName,
    pub told: Told,
    pub cleanup: Option<Cleanup>,
    /// What was written about it afterwards: by whom, and what.
    pub notes: Vec<(String, String)>,
}

/// Who tells of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    Drilled(Arc<Record>),
    /// A row of the spreadsheet.
    Imported {
        backup: String,
        result: String,
        note: String,
        is_test: bool,
    },
}

impl Past {
    pub fn record(&self) -> Option<&Arc<Record>> {
        match &self.told {
            Told::Drilled(record) => Some(record),
            Told::Imported { .. } => None,
        }
    }

    pub fn backup(&self) -> &str {
        match &self.told {
            Told::Drilled(record) => record.object.name(),
            Told::Imported { backup, .. } => backup,
        }
    }

    /// Whether it came to a verdict about a restored backup.
    pub fn is_test(&self) -> bool {
        match &self.told {
            Told::Drilled(record) => record.is_test(),
            Told::Imported { is_test, .. } => *is_test,
        }
    }

    /// Whether it is about this object of an environment.
    pub fn is_of(&self, backup: &Backup, environment: &EnvironmentName) -> bool {
        match &self.told {
            Told::Drilled(record) => {
                record.object.bucket == backup.bucket && record.object.key == backup.key
            }
            Told::Imported { backup: name, .. } => {
                self.environment == *environment && name == backup.name()
            }
        }
    }
}

/// When an environment is to be drilled next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The last test; `None` where there never was one.
    pub last: Option<Timestamp>,
    /// `None`: at once, as it never was.
    pub next: Option<Timestamp>,
}

impl Due {
    pub fn of(pasts: &[Past], environment: &EnvironmentName, every: Duration) -> Self {
        let tests = pasts.iter().filter(|past| past.environment == *environment && past.is_test());
        let last = tests.map(|past| past.at).max();
        let next = last.and_then(|last| last.checked_add(every).ok());
        Self { last, next }
    }

    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.next.is_none_or(|next| next <= now)
    }

    /// `due in 4 d`, `overdue by 12 d`, `never drilled`.
    pub fn words(&self, now: Timestamp) -> String {
        let Some(next) = self.next else { return "never drilled".to_owned() };
        let days = |from: Timestamp, to: Timestamp| to.duration_since(from).as_hours() / 24;
        match (next <= now, days(next.min(now), next.max(now))) {
            (true, 0) => "due today".to_owned(),
            (true, days) => format!("overdue by {days} d"),
            (false, 0) => "due within a day".to_owned(),
            (false, days) => format!("due in {days} d"),
        }
    }
}

/// How far the backup of a slot was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The next run has begun, and this one left nothing.
    Missed,
    /// It should be there, and is not yet.
    Late,
    Untested,
    Reached(Depth),
    /// The newest test says that it does not restore.
    Failed,
}

/// One cell of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// When the run began, or should have.
    pub at: Timestamp,
    /// Which of the backups it left; `None` where it left none, or one that cannot be picked.
    pub backup: Option<usize>,
    pub mark: Mark,
}

/// How far `backup` was verified, by the newest test, else by the deepest look.
pub fn mark(pasts: &[Past], backup: &Backup, environment: &EnvironmentName) -> Mark {
    let mut looks: Vec<&Past> =
        pasts.iter().filter(|past| past.is_of(backup, environment)).collect();
    looks.sort_by_key(|past| past.at);
    let failed = |past: &&&Past| match &past.told {
        Told::Drilled(record) => record.verdict == Verdict::Fail && !record.cancelled,
        Told::Imported { result, .. } => result.to_lowercase().contains("fail"),
    };
    let verdicts = |past: &&&Past| match &past.told {
        Told::Drilled(record) => record.verdict != Verdict::CouldNotVerify && !record.cancelled,
        Told::Imported { is_test, .. } => *is_test,
    };
    if looks.iter().rev().find(verdicts).is_some_and(|past| failed(&past)) {
        return Mark::Failed;
    }
    let reached = looks.iter().filter_map(|past| match &past.told {
        Told::Drilled(record) => record.reached(),
        // Counted by hand, and compared by nobody knows what.
        Told::Imported { is_test, .. } => is_test.then_some(Depth::Restore),
    });
    reached.max().map_or(Mark::Untested, Mark::Reached)
}

/// A cell for each slot that was due, and before them one for each backup, oldest first, that belongs to none.
pub fn calendar(
    slots: &[Slot],
    backups: &[Backup],
    pasts: &[Past],
    environment: &EnvironmentName,
) -> Vec<Cell> {
    let places: BTreeMap<&BackupKey, usize> =
        backups.iter().enumerate().map(|(at, backup)| (&backup.key, at)).collect();
    let cell = |at: Timestamp, backup: &Backup| Cell {
        at,
        backup: places.get(&backup.key).copied(),
        mark: mark(pasts, backup, environment),
    };
    let first = slots.first().map(|slot| slot.at);
    // A job's clock may run ahead: what began a little before the first slot may be what counts there.
    let counts: BTreeSet<&BackupKey> =
        slots.iter().filter_map(|slot| Some(&slot.backup.as_ref()?.key)).collect();
    let is_before = |backup: &&Backup| {
        first.is_none_or(|first| backup.began.at < first) && !counts.contains(&backup.key)
    };
    let before = backups.iter().filter(is_before).map(|backup| cell(backup.began.at, backup));
    let of_slot = |slot: &Slot| {
        let absent = |mark| Cell { at: slot.at, backup: None, mark };
        match (&slot.backup, slot.state) {
            (Some(backup), _) => Some(cell(slot.at, backup)),
            (None, State::Late) => Some(absent(Mark::Late)),
            (None, state) if state.is_absent() => Some(absent(Mark::Missed)),
            (None, _) => None,
        }
    };
    before.chain(slots.iter().filter_map(of_slot)).collect()
}

/// How long the steps of a set's drills took, and how many drills tell of it.
pub fn usual(
    pasts: &[Past],
    environment: &EnvironmentName,
    set: &SetName,
) -> BTreeMap<Step, (Duration, usize)> {
    let mut known: BTreeMap<Step, Vec<f64>> = BTreeMap::new();
    let records = pasts.iter().filter_map(Past::record);
    for record in records.filter(|it| it.environment == *environment && it.set == *set) {
        for stage in record.stages.iter().filter(|stage| stage.status == StageStatus::Passed) {
            known.entry(stage.name).or_default().push(stage.seconds);
        }
    }
    known
        .into_iter()
        .filter_map(|(step, seconds)| {
            let count = seconds.len();
            Some((step, (Duration::try_from_secs_f64(median(seconds)?).ok()?, count)))
        })
        .collect()
}

/// The recovery times of a set's drills, oldest first.
pub fn recovery_times(
    pasts: &[Past],
    environment: &EnvironmentName,
    set: &SetName,
) -> Vec<(Timestamp, f64)> {
    let records = pasts.iter().filter_map(Past::record);
    let mut times: Vec<_> = records
        .filter(|record| record.environment == *environment && record.set == *set)
        .filter_map(|record| Some((record.started, record.rto_s?)))
        .collect();
    times.sort_by_key(|(at, _)| *at);
    times
}

/// How long before `now` something was, in whole days.
pub fn days_ago(at: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(at).max(SignedDuration::ZERO).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::backup::{BackupKey, Began, BeganFrom};
    use crate::domain::units::ByteSize;

    const DAY: Duration = Duration::from_hours(24);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn prod() -> EnvironmentName {
        EnvironmentName("prod".to_owned())
    }

    fn imported(day: &str, backup: &str, result: &str) -> Past {
        Past {
            id: Ulid::from_parts(1, 1),
            at: at(day),
            environment: prod(),
            told: Told::Imported {
                backup: backup.to_owned(),
                result: result.to_owned(),
                note: String::new(),
                is_test: !result.is_empty(),
            },
            cleanup: None,
            notes: Vec::new(),
        }
    }

    fn backup(day: &str) -> Backup {
        let began = at(&format!("{day}T00:00:00Z"));
        Backup {
            bucket: "b".to_owned(),
            key: BackupKey(format!("prod/{day}.tar.gz")),
            size: ByteSize(1),
            etag: "e".to_owned(),
            last_modified: began,
            version_id: None,
            storage_class: None,
            began: Began { at: began, from: BeganFrom::Name },
        }
    }

    #[test]
    fn what_was_never_drilled_is_due_and_what_was_is_due_later() {
        let now = at("2026-11-20T09:00:00Z");
        let never = Due::of(&[], &prod(), DAY * 30);
        assert!(never.is_overdue(now));
        assert_eq!(never.words(now), "never drilled");
        let pasts = [imported("2026-11-10T09:00:00Z", "x", "ok")];
        let due = Due::of(&pasts, &prod(), DAY * 30);
        assert!(!due.is_overdue(now));
        assert_eq!(due.words(now), "due in 20 d");
        assert_eq!(Due::of(&pasts, &prod(), DAY * 7).words(now), "overdue by 3 d");
    }

    #[test]
    fn a_drill_without_a_verdict_puts_nothing_off() {
        let pasts = [imported("2026-11-10T09:00:00Z", "x", "")];
        assert_eq!(Due::of(&pasts, &prod(), DAY).last, None);
    }

    fn slot(day: &str, state: State, backup: Option<Backup>) -> Slot {
        let at = at(&format!("{day}T00:00:00Z"));
        let detail = String::new();
        Slot { at, due: at, state, detail, backup, others: 0, job: None, verification: None }
    }

    #[test]
    fn every_slot_is_a_cell_and_what_is_missing_is_one_too() {
        let backups = [backup("2026-10-31"), backup("2026-11-01"), backup("2026-11-03")];
        let frozen = backup("2026-11-04");
        let slots = [
            slot("2026-11-01", State::Ok, Some(backups[1].clone())),
            slot("2026-11-02", State::Missed, None),
            slot("2026-11-03", State::Duplicate, Some(backups[2].clone())),
            slot("2026-11-04", State::Ok, Some(frozen)),
            slot("2026-11-05", State::Late, None),
            slot("2026-11-06", State::Expected, None),
        ];
        let pasts = [
            imported("2026-11-10T09:00:00Z", "2026-11-01.tar.gz", "ok"),
            imported("2026-11-11T09:00:00Z", "2026-11-03.tar.gz", "failed"),
        ];
        let cells = calendar(&slots, &backups, &pasts, &prod());
        let found: Vec<_> = cells.iter().map(|cell| (cell.mark, cell.backup)).collect();
        let expected = [
            (Mark::Untested, Some(0)),
            (Mark::Reached(Depth::Restore), Some(1)),
            (Mark::Missed, None),
            (Mark::Failed, Some(2)),
            (Mark::Untested, None),
            (Mark::Late, None),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn without_a_schedule_every_backup_is_a_cell() {
        let backups = [backup("2026-11-01"), backup("2026-11-05")];
        let cells = calendar(&[], &backups, &[], &prod());
        assert_eq!(cells.iter().map(|cell| cell.backup).collect::<Vec<_>>(), [Some(0), Some(1)]);
    }

    #[test]
    fn the_newest_verdict_counts() {
        let pasts = [
            imported("2026-11-10T09:00:00Z", "2026-11-02.tar.gz", "failed"),
            imported("2026-11-11T09:00:00Z", "2026-11-02.tar.gz", "ok"),
        ];
        assert_eq!(mark(&pasts, &backup("2026-11-02"), &prod()), Mark::Reached(Depth::Restore));
    }
}
