//! How checkups are written: for a terminal and as JSON.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::bucket::Column;
use crate::domain::checkup::{Checkup, Finding, Weight, Word};
use crate::domain::environment::{BackupSet, SetKind};
use crate::domain::slot::Slot;
use crate::runtime::headless::Session;
use crate::runtime::headless::paint::{Paper, Tone, padded, say, wrapped};

/// ```text
/// prod/ingest       warning — newest 2026-11-20 00:00 (9h ago), 33.1 MiB, never proven; 3 warnings
///
/// prod/ingest
///   warning   missed: the backup of 2026-11-15 00:00 is missed: the next run has begun, …
///             that run cannot be made up for; find out why, and …
/// ```
pub(super) fn terminal(session: &Session, checkups: &[Checkup], sets: &[&BackupSet]) {
    let paper = session.paper;
    let width = sets.iter().map(|set| set.path().len()).max().unwrap_or(0);
    for checkup in checkups {
        let path = padded(&checkup.path(), width);
        let line = paper.ink(tone(checkup.word), &checkup.line);
        say(&format!("{}  {line}", paper.ink(Tone::Strong, &path)));
    }
    for checkup in checkups {
        let greyed: Vec<_> = checkup
            .columns
            .iter()
            .chain(&checkup.cluster)
            .filter(|column| is_told(column))
            .collect();
        if checkup.findings.is_empty() && greyed.is_empty() {
            continue;
        }
        say(&format!("\n{}", paper.ink(Tone::Strong, &checkup.path())));
        for finding in &checkup.findings {
            write_finding(finding, paper);
        }
        for Column { name, text, .. } in greyed {
            let word = paper.ink(Tone::Quiet, &padded("not seen", 8));
            say(&format!("  {word}  {}", paper.ink(Tone::Quiet, &format!("{name}: {text}"))));
        }
    }
}

/// What a storage does not have is no news; what could not be seen is.
fn is_told(column: &Column) -> bool {
    column.is_grey && !matches!(column.text.as_str(), "not offered" | "not asked")
}

fn write_finding(finding: &Finding, paper: Paper) {
    const MARGIN: usize = 12;
    let Finding { rule, weight, reason, advice, .. } = finding;
    let width = paper.width.saturating_sub(MARGIN).max(30);
    let word = paper.ink(Tone::of_weight(*weight), &padded(weight.word(), 8));
    let mut reasons = wrapped(&format!("{rule}: {reason}"), width).into_iter();
    let first = reasons.next().unwrap_or_default();
    say(&format!("  {word}  {}", paper.ink(Tone::Plain, &first)));
    let margin = " ".repeat(MARGIN);
    for line in reasons {
        say(&format!("{margin}{}", paper.ink(Tone::Plain, &line)));
    }
    for words in &finding.quoted {
        say(&format!("{margin}{}", paper.ink(Tone::Quiet, &format!("| {words}"))));
    }
    for line in wrapped(advice, width) {
        say(&format!("{margin}{}", paper.ink(Tone::Quiet, &line)));
    }
}

/// One document.
pub(super) fn json(checkups: &[Checkup], now: Timestamp) {
    say(&document(checkups, now).to_string());
}

fn document(checkups: &[Checkup], now: Timestamp) -> Value {
    json!({ "at": now, "sets": checkups.iter().map(set).collect::<Vec<_>>() })
}

fn set(checkup: &Checkup) -> Value {
    let kind = match checkup.kind {
        SetKind::Scheduled => "scheduled",
        SetKind::Manual => "manual",
        SetKind::Sync => "sync",
    };
    json!({
        "environment": checkup.environment,
        "set": checkup.set,
        "production": checkup.production,
        "kind": kind,
        "word": checkup.word,
        "line": checkup.line,
        "findings": checkup.findings,
        "newest": checkup.newest,
        "proven": checkup.proven,
        "objects": checkup.objects,
        "bytes": checkup.bytes,
        "oldest": checkup.oldest,
        "next": checkup.next,
        "slots": checkup.slots.iter().map(slot).collect::<Vec<_>>(),
        "storage": checkup.columns,
        "cluster": checkup.cluster,
        "trend": checkup.trend,
        "failure": checkup.failure,
    })
}

fn slot(slot: &Slot) -> Value {
    json!({
        "at": slot.at,
        "due": slot.due,
        "state": slot.state,
        "detail": slot.detail,
        "key": slot.backup.as_ref().map(|backup| &backup.key),
        "size": slot.backup.as_ref().map(|backup| backup.size),
        "others": slot.others,
        "job": slot.job,
        "verification": slot.verification,
    })
}

const fn tone(word: Word) -> Tone {
    match word {
        Word::Ok => Tone::Good,
        Word::Warning | Word::CouldNotSee => Tone::Odd,
        Word::Critical => Tone::Bad,
    }
}

impl Tone {
    const fn of_weight(weight: Weight) -> Self {
        match weight {
            Weight::Note => Self::Quiet,
            Weight::Warning => Self::Odd,
            Weight::Critical => Self::Bad,
        }
    }
}
