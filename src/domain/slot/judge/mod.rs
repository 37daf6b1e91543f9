//! Every slot gets its state. Objects are the evidence; what a job says of itself only explains.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::backup::{Backup, BackupKey};
use crate::domain::environment::{BackupSet, Keep, SetKind};
use crate::domain::slot::catalogue::{Bin, Catalogue};
use crate::domain::slot::run::{JobRun, Outcome, Runs};
use crate::domain::slot::size::{Durations, SizeFault, Sizes, is_something};
use crate::domain::slot::timetable::{Beat, Timetable};
use crate::domain::slot::{Slot, State};
use crate::domain::units::Span;

/// Stored so long after it was due, it was stored again.
const COPIED: SignedDuration = SignedDuration::from_hours(2);
/// No dump takes longer than this; what seems to was copied.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);

/// What slots are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    pub set: &'a BackupSet,
    pub catalogue: &'a Catalogue,
    pub runs: Option<&'a Runs>,
    pub verification: Option<&'a Runs>,
    pub scans: &'a [Scan],
    /// When the oldest backup began that was ever seen of this set.
    pub first: Option<Timestamp>,
    pub now: Timestamp,
}

/// An object that has been read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    pub key: BackupKey,
    pub etag: String,
    /// What a rule about the dump itself found, as a sentence.
    pub broken: Option<String>,
}

/// All slots of a set, oldest first, and what they were measured with.
#[derive(Debug, Clone, Default)]
pub struct Slots {
    pub slots: Vec<Slot>,
    pub sizes: Sizes,
    pub durations: Durations,
    pub interval: SignedDuration,
    pub grace: SignedDuration,
    /// No name fits the format: uploads stand in for beginnings.
    pub by_upload: bool,
}

impl Slots {
    /// The newest slot that was due.
    pub fn newest_due(&self) -> Option<&Slot> {
        self.slots.iter().rev().find(|slot| slot.state.is_due())
    }

    /// Whether runs follow each other so closely that a bad one is soon forgotten.
    pub fn is_frequent(&self) -> bool {
        self.interval <= SignedDuration::from_hours(2)
    }
}

/// Judges all slots of a set.
pub fn judge(sight: Sight<'_>) -> Slots {
    let Sight { set, catalogue, .. } = sight;
    let timetable = catalogue.timetable();
    let by_upload = catalogue.named == 0;
    let held = |bin: &Bin| if by_upload { bin.stranger.clone() } else { bin.named.clone() };
    let held: Vec<Option<Backup>> = catalogue.bins().iter().map(held).collect();
    let longest = LONGEST.min(timetable.interval);
    let took = |backup: &Backup| backup.last_modified.duration_since(backup.began.at);
    let plausible = SignedDuration::ZERO..=longest;
    let durations =
        Durations::of(held.iter().flatten().map(took).filter(|it| plausible.contains(it)));
    let originals = originals(&held, catalogue);
    let broken: HashMap<(&BackupKey, &str), &str> = sight
        .scans
        .iter()
        .filter_map(|scan| Some(((&scan.key, scan.etag.as_str()), scan.broken.as_deref()?)))
        .collect();
    let is_original = |backup: &&Backup| {
        original_of(&originals, backup).is_none()
            && !broken.contains_key(&(&backup.key, backup.etag.as_str()))
    };
    let sizes = Sizes::of(
        held.iter().flatten().filter(is_original).map(|backup| (backup.began.at, backup.size)),
    );
    let grace = grace(set, timetable);
    let bench = Bench { sight, sizes: &sizes, originals: &originals, broken: &broken };
    let allowance = durations.allowance();
    let begin = begin(sight, &held);
    let count = timetable.beats().len();
    let mut slots = Vec::with_capacity(count);
    for (place, (beat, backup)) in timetable.beats().iter().zip(held).enumerate() {
        let due = beat
            .closes
            .unwrap_or_else(|| beat.at.checked_add(allowance + grace).unwrap_or(Timestamp::MAX));
        let is_retained = is_retained(set.keep, beat, count - place, sight.now);
        if backup.is_none() && begin.is_some_and(|begin| beat.until <= begin) {
            // From before the set was there, as far as anybody has seen.
            continue;
        }
        let others = catalogue.bins().get(place).map_or(0, |bin| bin.others);
        let slot = Slot { others, ..bench.slot(*beat, due, backup, is_retained) };
        slots.push(slot);
    }
    let interval = timetable.interval;
    if begin.is_none() && set.kind != SetKind::Sync {
        // Nothing was ever seen: the newest runs say so, the others would only repeat it.
        slots.drain(..slots.len().saturating_sub(3));
    }
    Slots { slots, sizes, durations, interval, grace, by_upload }
}

/// `2026-11-15 00:00`, in the set's own zone.
pub fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

fn grace(set: &BackupSet, timetable: &Timetable) -> SignedDuration {
    let by_rhythm = || match set.kind {
        _ if timetable.is_frequent() => SignedDuration::from_mins(10),
        // What a synchronisation takes depends on what has changed.
        SetKind::Sync => SignedDuration::from_hours(2),
        SetKind::Scheduled | SetKind::Manual => SignedDuration::from_mins(30),
    };
    let written = set.watch.grace.and_then(|grace| SignedDuration::try_from(grace).ok());
    written.unwrap_or_else(by_rhythm)
}

/// When the set began, as far as anything tells.
fn begin(sight: Sight<'_>, held: &[Option<Backup>]) -> Option<Timestamp> {
    let oldest = sight.catalogue.oldest.as_ref().map(|backup| backup.began.at);
    let oldest = oldest.or_else(|| held.iter().flatten().next().map(|backup| backup.began.at));
    match (oldest, sight.first) {
        (Some(oldest), Some(first)) => Some(oldest.min(first)),
        (oldest, first) => oldest.or(first),
    }
}

/// Whether the retention keeps what was made then; `place` counts from the newest, which is 1.
fn is_retained(keep: Option<Keep>, beat: &Beat, place: usize, now: Timestamp) -> bool {
    match keep {
        None => true,
        Some(Keep::Days(days)) => {
            now.duration_since(beat.at) <= SignedDuration::from_hours(24 * i64::from(days))
        }
        Some(Keep::Count(count)) => place <= count as usize,
    }
}

/// The earliest backup with each tag and size.
type Originals = HashMap<(String, u64), (Timestamp, BackupKey)>;

fn originals(held: &[Option<Backup>], catalogue: &Catalogue) -> Originals {
    let mut originals = Originals::new();
    for backup in catalogue.oldest.iter().chain(held.iter().flatten()) {
        let entry = (backup.began.at, backup.key.clone());
        let first = originals
            .entry((backup.etag.clone(), backup.size.bytes()))
            .or_insert_with(|| entry.clone());
        if entry.0 < first.0 {
            *first = entry;
        }
    }
    originals
}

fn original_of<'a>(originals: &'a Originals, backup: &Backup) -> Option<&'a BackupKey> {
    let (_, key) = originals.get(&(backup.etag.clone(), backup.size.bytes()))?;
    (*key != backup.key && is_something(backup.size)).then_some(key)
}

/// What a single slot is measured with.
struct Bench<'a> {
    sight: Sight<'a>,
    sizes: &'a Sizes,
    originals: &'a Originals,
    broken: &'a HashMap<(&'a BackupKey, &'a str), &'a str>,
}

impl Bench<'_> {
    fn slot(&self, beat: Beat, due: Timestamp, backup: Option<Backup>, is_retained: bool) -> Slot {
        let of = |runs: Option<&Runs>| runs.and_then(|it| it.between(beat.at, beat.until)).cloned();
        let (job, verification) = (of(self.sight.runs), of(self.sight.verification));
        let (state, detail) = match &backup {
            _ if beat.is_skipped => {
                (State::SkippedDst, "the clocks were put forward over it".to_owned())
            }
            Some(backup) => self.present(backup, due),
            None if self.is_suspended(beat.at) => {
                (State::Suspended, "its CronJob is suspended".to_owned())
            }
            None if !is_retained => (State::Expired, String::new()),
            None => self.absent(beat, due, job.as_ref()),
        };
        Slot { at: beat.at, due, state, detail, backup, others: 0, job, verification }
    }

    fn present(&self, backup: &Backup, due: Timestamp) -> (State, String) {
        let size = backup.size;
        let fault = self.sizes.judge(backup.began.at, size);
        if fault == Some(SizeFault::Zero) {
            return (State::Zero, format!("it holds {size}"));
        }
        if let Some(original) = original_of(self.originals, backup) {
            return (State::Duplicate, format!("it has the tag and the size of {original}"));
        }
        if let Some(broken) = self.broken.get(&(&backup.key, backup.etag.as_str())) {
            return (State::Partial, (*broken).to_owned());
        }
        if let Some(SizeFault::TooSmall { median }) = fault {
            let text = format!("it holds {size}, its neighbours {median} (median)");
            return (State::TooSmall, text);
        }
        let behind = backup.last_modified.duration_since(due);
        let by = Span(behind.unsigned_abs());
        let detail = match behind {
            _ if self.sight.set.kind == SetKind::Manual => String::new(),
            behind if behind > COPIED => format!("stored again, or copied, {by} after it was due"),
            behind if behind > SignedDuration::ZERO => format!("late by {by}"),
            _ => String::new(),
        };
        (State::Ok, detail)
    }

    fn absent(&self, beat: Beat, due: Timestamp, job: Option<&JobRun>) -> (State, String) {
        let now = self.sight.now;
        let outcome = job.map(|job| job.outcome);
        let name = job.map_or("", |job| job.name.as_str());
        match outcome {
            Some(Outcome::Failed) => (State::FailedJob, format!("its Job {name} failed")),
            Some(Outcome::Running) if now < due => (State::Running, format!("its Job {name} runs")),
            _ if now < due => (State::Expected, String::new()),
            _ if now >= beat.until => {
                let green = match outcome {
                    Some(Outcome::Succeeded) => format!(", although its Job {name} succeeded"),
                    _ => String::new(),
                };
                (State::Missed, format!("the next run has begun, and there is no object{green}"))
            }
            Some(Outcome::Running) => (State::Late, format!("its Job {name} still runs")),
            Some(Outcome::Succeeded) => {
                (State::Late, format!("its Job {name} succeeded, and there is no object"))
            }
            None => (State::Late, "there is no object yet".to_owned()),
        }
    }

    /// Whether the `CronJob` was suspended before this run: it has not fired since.
    fn is_suspended(&self, at: Timestamp) -> bool {
        self.sight.runs.is_some_and(|runs| {
            let last = runs.cronjob.last_schedule;
            runs.cronjob.is_suspended && last.is_none_or(|last| last < at)
        })
    }
}

#[cfg(test)]
mod tests;
