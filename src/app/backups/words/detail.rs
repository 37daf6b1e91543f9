//! One run, or one object: what both sides tell of it, what was read of it, and which rules it broke.

use jiff::{SignedDuration, Timestamp};

use crate::app::backups::set::Watched;
use crate::app::backups::{Backups, Subject};
use crate::app::text::Text;
use crate::domain::age::age;
use crate::domain::backup::{Backup, BeganFrom};
use crate::domain::checkup::Finding;
use crate::domain::checkup::rule::Rule;
use crate::domain::document::{Document, Emphasis, Line};
use crate::domain::environment::SetKind;
use crate::domain::slot::judge::local;
use crate::domain::slot::run::{JobRun, Outcome};
use crate::domain::slot::{Slot, State};
use crate::domain::units::{ByteSize, Span};
use crate::drill::past::{Past, Told};

use super::finding;

/// The detail of a run or an object of the set under the cursor.
pub fn detail(
    backups: &Backups,
    pasts: &[Past],
    subject: &Subject,
    now: Timestamp,
) -> Option<Text> {
    let watched = backups.selected()?;
    let (slot, backup) = match subject {
        Subject::Slot(at) => {
            let slot = watched.slots().iter().find(|slot| slot.at == *at)?;
            (Some(slot), slot.backup.clone())
        }
        Subject::Object(backup) => (watched.slot_of(backup), Some(backup.clone())),
    };
    let mut document = Document::default();
    if let Some(slot) = slot {
        run(&mut document, watched, slot);
    }
    if watched.set.kind == SetKind::Sync && backup.is_none() {
        document.section("The objects");
        document.field("address", &watched.place());
        document.field("in all", &watched.total());
    }
    if let Some(backup) = &backup {
        object(&mut document, (watched, backups), backup, now);
        looks(&mut document, watched, backup, pasts);
    }
    if let Some(slot) = slot {
        cluster(&mut document, watched, slot);
    }
    let found = about(watched, slot, backup.as_ref());
    document.section("Findings");
    if found.is_empty() {
        document.push(Line::default().with(Emphasis::Faint, "  no rule found anything wrong here"));
    }
    for one in found {
        finding(&mut document, one);
    }
    let title = match (&backup, slot) {
        (Some(backup), _) => backup.name().to_owned(),
        (None, Some(slot)) => local(slot.at, &watched.set.time_zone),
        (None, None) => return None,
    };
    let file = format!("{}.txt", title.replace([' ', ':'], "-"));
    Some(Text { title, file, document, is_wrapped: true })
}

/// What was found about a run, or about an object.
fn about<'a>(
    watched: &'a Watched,
    slot: Option<&Slot>,
    backup: Option<&Backup>,
) -> Vec<&'a Finding> {
    let findings = watched.checkup().map(|checkup| checkup.findings.as_slice());
    let is_about = |finding: &&Finding| {
        (finding.slot.is_some() && finding.slot == slot.map(|slot| slot.at))
            || backup.is_some_and(|backup| finding.object.as_ref() == Some(&backup.key.0))
    };
    findings.unwrap_or_default().iter().filter(is_about).collect()
}

fn run(document: &mut Document, watched: &Watched, slot: &Slot) {
    let zone = &watched.set.time_zone;
    document.section(&format!("The run of {}", local(slot.at, zone)));
    let detail = if slot.detail.is_empty() { String::new() } else { format!(": {}", slot.detail) };
    let text = format!("{} — it {}{detail}", slot.state, slot.state.phrase());
    document.judged("state", Some(of_state(slot.state)), &text);
    document.field("due", &format!("by {}", local(slot.due, zone)));
    document.field("the rule", Rule::Slot(slot.state).holds());
    if slot.others > 0 {
        let more = format!("{} more of this run; the later one counts", slot.others);
        document.field("objects", &more);
    }
}

const fn of_state(state: State) -> Emphasis {
    match state {
        State::Ok => Emphasis::Good,
        State::Expected | State::Running | State::Expired | State::SkippedDst => Emphasis::Faint,
        State::Late | State::NoData => Emphasis::Warning,
        State::Missed
        | State::FailedJob
        | State::Zero
        | State::TooSmall
        | State::Partial
        | State::Duplicate
        | State::Suspended => Emphasis::Bad,
    }
}

fn object(
    document: &mut Document,
    (watched, backups): (&Watched, &Backups),
    backup: &Backup,
    now: Timestamp,
) {
    let zone = &watched.set.time_zone;
    document.section("The object");
    document.field("address", &backup.url());
    document.field("size", &size(watched, backup));
    let from = match backup.began.from {
        BeganFrom::Name if watched.set.name_format.is_by_day() => {
            "the day by its name, the time by the schedule"
        }
        BeganFrom::Name => "by its name",
        BeganFrom::LastModified => "by its upload: the name tells no time",
    };
    let began = backup.began.at;
    let text = format!("{} ({} ago), {from}", local(began, zone), age(began, now));
    document.field("began, T0", &text);
    let took = backup.last_modified.duration_since(began);
    let took = if backup.began.from == BeganFrom::Name && took > SignedDuration::ZERO {
        format!(", {} after it began", Span(took.unsigned_abs()))
    } else {
        String::new()
    };
    document.field("stored", &format!("{}{took}", local(backup.last_modified, zone)));
    expiry(document, watched, backups, backup);
    document.field("class", backup.storage_class.as_deref().unwrap_or("none told"));
    document.field("tag", &backup.etag);
}

/// What the storage will do with it.
fn expiry(document: &mut Document, watched: &Watched, backups: &Backups, backup: &Backup) {
    let Some(known) = backups.samples.get(&watched.id(), &backup.key.0) else {
        document.judged("expires", Some(Emphasis::Faint), "being asked …");
        return;
    };
    let Some(sample) = known.told() else {
        let why = known.why_not().unwrap_or_default();
        document.judged("expires", Some(Emphasis::Faint), &why);
        return;
    };
    match &sample.expires {
        Some(expiry) => {
            let day = expiry.at.strftime("%Y-%m-%d");
            document.field("expires", &format!("{day}, by the rule `{}`", expiry.rule));
        }
        None => document.field("expires", "never: no rule of the bucket reaches it"),
    }
    if let Some(until) = sample.locked_until {
        document.field("locked", &format!("until {}", local(until, &watched.set.time_zone)));
    }
    document.field("encryption", sample.encryption.as_deref().unwrap_or("none told"));
}

/// The size, beside that of the good backup before it.
fn size(watched: &Watched, backup: &Backup) -> String {
    let good = watched.slots().iter().filter(|slot| slot.state == State::Ok);
    let good = good.filter_map(|slot| slot.backup.as_ref());
    let before = good.filter(|it| it.began.at < backup.began.at).max_by_key(|it| it.began.at);
    match before {
        Some(before) => {
            let change = change(backup.size, before.size);
            format!("{}, {change} beside the good one before", backup.size)
        }
        None => backup.size.to_string(),
    }
}

/// `+1.2 MiB (+3.1 %)`.
fn change(size: ByteSize, before: ByteSize) -> String {
    let (own, other) = (size.bytes(), before.bytes());
    let sign = if own >= other { '+' } else { '-' };
    let share = (own as f64 / (other.max(1)) as f64 - 1.0) * 100.0;
    format!("{sign}{} ({share:+.1} %)", ByteSize(own.abs_diff(other)))
}

/// Who has scanned or restored it, and what came of it.
fn looks(document: &mut Document, watched: &Watched, backup: &Backup, pasts: &[Past]) {
    document.section("Read and restored");
    let mut known = false;
    for past in pasts.iter().filter(|past| past.is_of(backup, &watched.set.environment)) {
        known = true;
        let day = past.at.strftime("%Y-%m-%d %H:%M").to_string();
        let (text, emphasis) = match &past.told {
            Told::Drilled(record) => {
                let text = format!(
                    "{} at depth {} by {}: it {}",
                    record.verdict,
                    record.depth,
                    record.actor,
                    record.sentence()
                );
                let is_bad = record.verdict == crate::domain::verdict::Verdict::Fail;
                (text, if is_bad { Emphasis::Bad } else { Emphasis::Good })
            }
            Told::Imported { result, note, .. } => {
                (format!("{result}, from the spreadsheet: {note}"), Emphasis::Faint)
            }
        };
        document.judged(&day, Some(emphasis), &text);
    }
    if !known {
        let text = match watched.set.engine {
            Some(_) => "never: `s` scans it, `r` restores it into a sandbox",
            None => "never: this set names no `engine`, so that it is watched and not read",
        };
        document.push(Line::default().plain("  ").with(Emphasis::Faint, text));
    }
}

fn cluster(document: &mut Document, watched: &Watched, slot: &Slot) {
    document.section("The cluster");
    let zone = &watched.set.time_zone;
    let is_partial = watched.seen.as_ref().is_some_and(|seen| seen.is_partial);
    for (name, object, job) in [
        ("backup", &watched.set.cronjob, &slot.job),
        ("verification", &watched.set.verification, &slot.verification),
    ] {
        match (object, job) {
            (None, _) => {
                document.judged(name, Some(Emphasis::Faint), "no CronJob is written for it");
            }
            (Some(_), None) if is_partial => {
                document.judged(name, Some(Emphasis::Faint), "the cluster is being asked …");
            }
            (Some(object), None) => {
                let text = format!("no Job of {} is kept of this run", object.name);
                document.judged(name, Some(Emphasis::Faint), &text);
            }
            (Some(_), Some(job)) => {
                let (text, emphasis) = told(job, zone);
                document.judged(name, Some(emphasis), &text);
                for words in &job.last_words {
                    let line = format!("    | {words}");
                    document.push(Line::default().with(Emphasis::Faint, &line));
                }
            }
        }
    }
}

/// `ingest-backup-29384640 succeeded at 2026-11-15 00:05`.
fn told(job: &JobRun, zone: &jiff::tz::TimeZone) -> (String, Emphasis) {
    let ended = job.ended.map(|ended| format!(" at {}", local(ended, zone)));
    let (verb, emphasis) = match job.outcome {
        Outcome::Running => ("runs", Emphasis::Faint),
        Outcome::Succeeded => ("succeeded", Emphasis::Good),
        Outcome::Failed => ("failed", Emphasis::Bad),
    };
    (format!("Job {} {verb}{}", job.name, ended.unwrap_or_default()), emphasis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_its_sign_and_its_share() {
        let mib = ByteSize::mebibytes;
        assert_eq!(change(mib(11), mib(10)), "+1.0 MiB (+10.0 %)");
        assert_eq!(change(mib(5), mib(10)), "-5.0 MiB (-50.0 %)");
        assert_eq!(change(mib(5), mib(0)).split(' ').next(), Some("+5.0"));
    }
}
