//! Each state on its broken twin, and `ok` on the healthy one.

use super::*;
use crate::domain::job::CronJob;
use crate::domain::job::fixture::cronjob;
use crate::domain::slot::fixture::{at, backup, set};
use crate::domain::units::ByteSize;

const NOW: &str = "2026-11-20T09:30:00Z";

/// Forty nights of about a megabyte, and what `change` makes of them.
struct Night {
    set: BackupSet,
    now: Timestamp,
    runs: Option<Runs>,
    scans: Vec<Scan>,
    first: Option<Timestamp>,
}

impl Default for Night {
    fn default() -> Self {
        Self { set: set(), now: at(NOW), runs: None, scans: Vec::new(), first: None }
    }
}

fn night(days: i64) -> Timestamp {
    at("2026-11-20T00:00:00Z") - SignedDuration::from_hours(24 * days)
}

impl Night {
    fn slots(&self, change: impl Fn(i64, Backup) -> Option<Backup>) -> Slots {
        let mut catalogue = Catalogue::new(Timetable::of(&self.set, self.now), self.now);
        for days in 0..40 {
            let began = night(days);
            let size = 1_000_000 + (40 - days).unsigned_abs() * 2_000;
            if let Some(backup) = change(days, backup(began, size)) {
                catalogue.take(backup, None);
            }
        }
        judge(Sight {
            set: &self.set,
            catalogue: &catalogue,
            runs: self.runs.as_ref(),
            verification: None,
            scans: &self.scans,
            first: self.first,
            now: self.now,
        })
    }

    fn state(&self, days: i64, change: impl Fn(i64, Backup) -> Option<Backup>) -> (State, String) {
        let slots = self.slots(change).slots;
        let slot = slots.iter().find(|slot| slot.at == night(days)).unwrap();
        for other in slots.iter().filter(|other| other.at != slot.at && other.at > night(40)) {
            assert_eq!(other.state, State::Ok, "{} {}", other.at, other.detail);
        }
        (slot.state, slot.detail.clone())
    }
}

fn without(night: i64) -> impl Fn(i64, Backup) -> Option<Backup> {
    move |days, backup| (days != night).then_some(backup)
}

#[test]
fn a_healthy_set_is_ok_from_its_first_backup_on() {
    let slots = Night::default().slots(|_, backup| Some(backup));
    assert_eq!(slots.slots.len(), 40);
    assert!(slots.slots.iter().all(|slot| slot.state == State::Ok && slot.detail.is_empty()));
    assert_eq!(slots.newest_due().unwrap().at, night(0));
    assert!(!slots.by_upload);
}

#[test]
fn a_run_is_expected_until_it_is_due_then_late_and_missed_once_the_next_begins() {
    for (now, state) in [
        ("2026-11-20T00:00:00Z", State::Expected),
        ("2026-11-20T00:39:59Z", State::Expected),
        ("2026-11-20T00:40:00Z", State::Late),
        ("2026-11-20T23:59:59Z", State::Late),
        ("2026-11-21T00:00:00Z", State::Missed),
    ] {
        let night = Night { now: at(now), ..Night::default() };
        let slots = night.slots(without(0)).slots;
        let slot = slots.iter().find(|slot| slot.at == self::night(0)).unwrap();
        assert_eq!(slot.state, state, "at {now}");
    }
}

#[test]
fn what_is_wrong_with_an_object_is_its_slots_state() {
    let night = Night::default();
    let changed = |change: fn(Backup) -> Backup| {
        night.state(5, move |days, backup| Some(if days == 5 { change(backup) } else { backup }))
    };
    assert_eq!(changed(|it| Backup { size: ByteSize(1023), ..it }).0, State::Zero);
    let (state, detail) = changed(|it| Backup { size: ByteSize(400_000), ..it });
    assert_eq!(state, State::TooSmall);
    assert!(detail.starts_with("it holds 390.6 KiB, its neighbours"), "{detail}");
    let (state, detail) =
        changed(|it| Backup { etag: self::night(6).to_string(), size: ByteSize(1_068_000), ..it });
    assert_eq!((state, detail.ends_with("prod/2026-11-14T00_00.gz")), (State::Duplicate, true));
    let late = |hours| {
        move |it: Backup| Backup {
            last_modified: it.began.at + SignedDuration::from_hours(hours),
            ..it
        }
    };
    let detail = |hours| {
        let late = late(hours);
        // Long ago enough to have no part in what is usual now.
        night.state(20, move |days, it| Some(if days == 20 { late(it) } else { it }))
    };
    assert_eq!(detail(1), (State::Ok, "late by 20m00s".to_owned()));
    assert!(detail(72).1.starts_with("stored again, or copied, 2 d after"), "{:?}", detail(72));
}

#[test]
fn a_scan_that_found_it_cut_makes_it_partial_unless_it_is_a_duplicate() {
    let broken = Some("A2: file.bson ends inside a document".to_owned());
    let scan = Scan { key: backup(night(5), 1).key, etag: night(5).to_string(), broken };
    let night = Night { scans: vec![scan], ..Night::default() };
    let (state, detail) = night.state(5, |_, backup| Some(backup));
    assert_eq!((state, detail.starts_with("A2")), (State::Partial, true));
}

fn runs(change: impl Fn(&mut CronJob), job: Option<Outcome>) -> Runs {
    let mut cronjob = cronjob("backup");
    cronjob.last_schedule = Some(night(0));
    change(&mut cronjob);
    let jobs = job.map(|outcome| JobRun {
        name: "backup-1".to_owned(),
        at: night(0),
        outcome,
        ended: None,
        last_words: Vec::new(),
    });
    Runs { cronjob, jobs: jobs.into_iter().collect() }
}

#[test]
fn a_job_explains_what_is_not_there_and_never_replaces_it() {
    for (outcome, now, state, said) in [
        (Outcome::Running, "2026-11-20T00:20:00Z", State::Running, "its Job backup-1 runs"),
        (Outcome::Running, NOW, State::Late, "its Job backup-1 still runs"),
        (Outcome::Failed, NOW, State::FailedJob, "its Job backup-1 failed"),
        (Outcome::Succeeded, NOW, State::Late, "succeeded, and there is no object"),
        (Outcome::Succeeded, "2026-11-21T00:01:00Z", State::Missed, "although its Job backup-1"),
    ] {
        let night =
            Night { now: at(now), runs: Some(runs(|_| (), Some(outcome))), ..Night::default() };
        let slots = night.slots(without(0)).slots;
        let slot = slots.iter().find(|slot| slot.at == self::night(0)).unwrap();
        assert_eq!(slot.state, state, "{outcome:?} at {now}");
        assert!(slot.detail.contains(said), "{}", slot.detail);
    }
    let night = Night { runs: Some(runs(|_| (), Some(Outcome::Failed))), ..Night::default() };
    assert_eq!(night.state(0, |_, backup| Some(backup)).0, State::Ok);
}

#[test]
fn what_a_suspended_cronjob_did_not_make_is_suspended_from_its_last_run_on() {
    let suspended = runs(
        |cronjob| {
            cronjob.is_suspended = true;
            cronjob.last_schedule = Some(night(2));
        },
        None,
    );
    let night = Night { runs: Some(suspended), ..Night::default() };
    let slots = night.slots(|days, backup| (days > 1 && days != 4).then_some(backup)).slots;
    let states: Vec<_> = slots.iter().rev().take(5).map(|slot| slot.state).collect();
    let (ok, missed, off) = (State::Ok, State::Missed, State::Suspended);
    assert_eq!(states, [off, off, ok, ok, missed]);
}

#[test]
fn what_is_older_than_the_retention_is_gone_as_written() {
    let ten = BackupSet { keep: Some(Keep::Days(10)), ..set() };
    let night = Night { set: ten, first: Some(night(39)), ..Night::default() };
    let slots = night.slots(|days, backup| (days < 10).then_some(backup)).slots;
    let states: Vec<_> = slots.iter().map(|slot| slot.state).collect();
    assert_eq!(states[0], State::Expired);
    assert!(states[1..].iter().all(|state| *state == State::Ok), "{states:?}");
}

#[test]
fn what_was_there_once_and_is_gone_too_early_is_missed() {
    let night = Night { first: Some(night(39)), ..Night::default() };
    let slots = night.slots(|days, backup| (days < 20).then_some(backup)).slots;
    assert_eq!(slots.iter().filter(|slot| slot.state == State::Missed).count(), 20);
}

#[test]
fn a_set_without_any_backup_says_so_of_its_newest_runs() {
    let slots = Night::default().slots(|_, _| None).slots;
    let states: Vec<_> = slots.iter().map(|slot| slot.state).collect();
    assert_eq!(states, [State::Missed, State::Missed, State::Late]);
}

#[test]
fn where_no_name_fits_uploads_stand_in() {
    use crate::domain::backup::{Began, BeganFrom};
    let slots = Night::default().slots(|_, backup| {
        let began = Began { at: backup.last_modified, from: BeganFrom::LastModified };
        Some(Backup { began, ..backup })
    });
    assert!(slots.by_upload);
    assert!(slots.slots.iter().all(|slot| slot.state == State::Ok));
}

#[test]
fn a_window_of_a_week_is_late_once_it_has_closed() {
    let manual = BackupSet {
        kind: SetKind::Manual,
        schedule: None,
        keep: Some(Keep::Count(4)),
        watch: crate::domain::environment::Watch {
            window: "Fri 12:00..Sun 18:00".parse().ok(),
            ..Default::default()
        },
        ..set()
    };
    // Friday is the 20th.
    for (now, state) in [
        ("2026-11-20T13:00:00Z", State::Expected),
        ("2026-11-22T17:59:00Z", State::Expected),
        ("2026-11-22T18:00:00Z", State::Late),
        ("2026-11-27T12:00:00Z", State::Missed),
    ] {
        let night = Night { set: manual.clone(), now: at(now), ..Night::default() };
        let slots = night.slots(|days, backup| (days % 7 == 6).then_some(backup)).slots;
        let slot = slots.iter().find(|slot| slot.at == at("2026-11-20T12:00:00Z")).unwrap();
        assert_eq!(slot.state, state, "at {now}");
        assert!(slots.iter().filter(|it| it.at < slot.at).all(|it| it.state == State::Ok));
    }
}
