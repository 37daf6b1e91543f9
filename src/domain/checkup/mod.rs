//! The checkup of one backup set: all evidence in, findings with rule, reason and advice out.

pub mod clocks;
pub mod drills;
pub mod evidence;
#[cfg(test)]
mod fixture;
mod jobs;
mod objects;
mod retention;
pub mod rule;
mod slots;
mod storage;
mod sync;
pub mod telling;
pub mod trend;

use std::cmp::Reverse;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::age::age;
use crate::domain::backup::Backup;
use crate::domain::bucket::Column;
use crate::domain::checkup::evidence::Evidence;
use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::trend::Point;
use crate::domain::environment::{BackupSet, EnvironmentName, SetKind, SetName};
use crate::domain::failure::Failure;
use crate::domain::job::CronJob;
use crate::domain::known::Known;
use crate::domain::slot::catalogue::Catalogue;
use crate::domain::slot::judge::{Sight, Slots, judge as judge_slots, local};
use crate::domain::slot::{Slot, State};
use crate::domain::units::{ByteSize, plural};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Worth knowing; it changes no answer.
    Note,
    /// Somebody should look at it this week.
    Warning,
    /// Something is wrong now.
    Critical,
}

impl Weight {
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Critical];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// Something that a rule found. Its texts are not made safe to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub rule: Rule,
    pub weight: Weight,
    /// The expected run that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    pub reason: String,
    pub advice: String,
    /// What a container said last, where that helps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quoted: Vec<String>,
}

impl Finding {
    fn new(rule: Rule, weight: Weight, reason: impl Into<String>) -> Self {
        Self {
            rule,
            weight,
            slot: None,
            object: None,
            reason: reason.into(),
            advice: rule.advice().to_owned(),
            quoted: Vec::new(),
        }
    }

    fn advise(self, advice: impl Into<String>) -> Self {
        Self { advice: advice.into(), ..self }
    }
}

/// The answer about a set, in one word.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    Ok,
    Warning,
    Critical,
    CouldNotSee,
}

impl Word {
    pub const ALL: [Self; 4] = [Self::Ok, Self::Warning, Self::Critical, Self::CouldNotSee];

    pub const fn text(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::CouldNotSee => "could not see",
        }
    }
}

/// The checkup of one set.
#[derive(Debug, Clone)]
pub struct Checkup {
    pub environment: EnvironmentName,
    pub set: SetName,
    pub production: bool,
    pub kind: SetKind,
    pub word: Word,
    /// The whole answer in a line, behind the set's name. Not made safe to show.
    pub line: String,
    /// The heaviest first, of equal ones the newest.
    pub findings: Vec<Finding>,
    /// Oldest first.
    pub slots: Vec<Slot>,
    /// When the next run is expected.
    pub next: Option<Timestamp>,
    pub newest: Option<Backup>,
    /// When the newest backup began that passed a drill at depth compare.
    pub proven: Option<Timestamp>,
    pub objects: u64,
    pub bytes: ByteSize,
    /// When the oldest backup began.
    pub oldest: Option<Timestamp>,
    pub columns: Vec<Column>,
    pub cluster: Vec<Column>,
    /// What makes the backups, and what looks at them.
    pub cronjob: Known<CronJob>,
    pub verification: Known<CronJob>,
    pub trend: Vec<Point>,
    /// Why nothing is known.
    pub failure: Option<Failure>,
}

impl Checkup {
    /// `prod/ingest`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.environment, self.set)
    }

    /// The newest slot that was due.
    pub fn newest_due(&self) -> Option<&Slot> {
        self.slots.iter().rev().find(|slot| slot.state.is_due())
    }
}

/// Judges a set by all that is known of it.
pub fn judge(set: &BackupSet, evidence: &Evidence, now: Timestamp) -> Checkup {
    let catalogue = match &evidence.listing {
        Ok(catalogue) => catalogue,
        Err(failure) => return unseen(set, evidence, failure.clone()),
    };
    let sight = Sight {
        set,
        catalogue,
        runs: evidence.runs.told(),
        verification: evidence.verification.told(),
        scans: &evidence.scans,
        first: evidence.before.as_ref().and_then(|before| before.first),
        now,
    };
    let slots = match set.kind {
        SetKind::Sync => sync::slots(sight),
        SetKind::Scheduled | SetKind::Manual => judge_slots(sight),
    };
    let mut findings = slots::findings(set, &slots, now);
    let next = catalogue.timetable().next;
    let expected = next.map(|next| jobs::Expected { next, now });
    findings.extend(jobs::findings(set, evidence, &slots, expected));
    findings.extend(objects::findings(set, catalogue, &slots));
    findings.extend(retention::finding(set, catalogue, evidence, now));
    findings.extend(storage::findings(set, catalogue, &evidence.facts, &slots, now));
    findings.extend(sync::findings(set, catalogue, evidence, now));
    findings.extend(trend::finding(&evidence.trend));
    findings.extend(drills::findings(set, &evidence.refusals, &slots));
    findings.extend(clocks::finding(&evidence.clocks));
    findings.sort_by_key(|finding| Reverse((finding.weight, finding.slot)));
    let word = match findings.iter().map(|finding| finding.weight).max() {
        Some(Weight::Critical) => Word::Critical,
        Some(Weight::Warning) => Word::Warning,
        Some(Weight::Note) | None => Word::Ok,
    };
    let newest = newest(set, catalogue, &slots);
    let seen = Seen { word, newest: newest.as_ref(), findings: &findings, slots: &slots };
    let line = line(set, catalogue, &seen, evidence.proven, now);
    Checkup {
        line,
        newest,
        word,
        findings,
        next,
        slots: slots.slots,
        objects: catalogue.objects,
        bytes: catalogue.bytes,
        oldest: catalogue.oldest.as_ref().map(|backup| backup.began.at),
        ..empty(set, evidence)
    }
}

fn empty(set: &BackupSet, evidence: &Evidence) -> Checkup {
    Checkup {
        environment: set.environment.clone(),
        set: set.name.clone(),
        production: set.production,
        kind: set.kind,
        word: Word::CouldNotSee,
        line: String::new(),
        findings: Vec::new(),
        slots: Vec::new(),
        next: None,
        newest: None,
        proven: evidence.proven,
        objects: 0,
        bytes: ByteSize::default(),
        oldest: None,
        columns: evidence.facts.columns(),
        cluster: jobs::columns(set, evidence),
        cronjob: evidence.runs.map(|runs| runs.cronjob.clone()),
        verification: evidence.verification.map(|runs| runs.cronjob.clone()),
        trend: evidence.trend.clone(),
        failure: None,
    }
}

/// The listing failed: that is told, and nothing is made of it.
fn unseen(set: &BackupSet, evidence: &Evidence, failure: Failure) -> Checkup {
    let finding = Finding::new(Rule::NoData, Weight::Critical, failure.what.clone());
    let finding = match &failure.advice {
        Some(advice) => finding.advise(advice.clone()),
        None => finding,
    };
    let mut findings = vec![finding];
    findings.extend(jobs::findings(set, evidence, &Slots::default(), None));
    findings.extend(clocks::finding(&evidence.clocks));
    let line = format!("could not see: {}", failure.what);
    Checkup { line, findings, failure: Some(failure), ..empty(set, evidence) }
}

fn newest(set: &BackupSet, catalogue: &Catalogue, slots: &Slots) -> Option<Backup> {
    match set.kind {
        SetKind::Sync => catalogue.marker.clone().or_else(|| catalogue.last_stored.clone()),
        _ if slots.by_upload => catalogue.last_stored.clone(),
        SetKind::Scheduled | SetKind::Manual => catalogue.newest.clone(),
    }
}

struct Seen<'a> {
    word: Word,
    newest: Option<&'a Backup>,
    findings: &'a [Finding],
    slots: &'a Slots,
}

/// `warning — newest 2026-11-20 00:00 (9h, 33.1 MiB), never proven; 2 warnings, 3 notes`.
fn line(
    set: &BackupSet,
    catalogue: &Catalogue,
    seen: &Seen<'_>,
    proven: Option<Timestamp>,
    now: Timestamp,
) -> String {
    let zone = &set.time_zone;
    let when = |at: Timestamp| format!("{} ({} ago)", local(at, zone), age(at, now));
    let newest = match (set.kind, seen.newest) {
        (SetKind::Sync, Some(backup)) => {
            let count = plural(catalogue.objects, "object");
            let when = when(backup.last_modified);
            format!("last change seen {when}, {count}, {}", catalogue.bytes)
        }
        (_, Some(backup)) => format!("newest {}, {}", when(backup.began.at), backup.size),
        (_, None) => "no backup".to_owned(),
    };
    let proven = match (set.engine, proven) {
        (None, _) => String::new(),
        (Some(_), None) => ", never proven".to_owned(),
        (Some(_), Some(at)) => format!(", proven {}", when(at)),
    };
    let state = seen.slots.newest_due().map(|slot| slot.state).filter(|state| *state != State::Ok);
    let state = state.map(|state| format!(", {state}")).unwrap_or_default();
    let counts: Vec<String> = Weight::ALL
        .into_iter()
        .rev()
        .filter_map(|weight| {
            let count = seen.findings.iter().filter(|finding| finding.weight == weight).count();
            let text = match weight {
                Weight::Critical => format!("{count} critical"),
                Weight::Warning | Weight::Note => plural(count as u64, weight.word()),
            };
            (count > 0).then_some(text)
        })
        .collect();
    let counts = if counts.is_empty() { String::new() } else { format!("; {}", counts.join(", ")) };
    format!("{} — {newest}{state}{proven}{counts}", seen.word.text())
}
