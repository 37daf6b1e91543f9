//! What was found, for a terminal.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::age::age;
use crate::domain::metrics::alarm::{Alarm, AlarmState};
use crate::domain::metrics::difference::jump_sentence;
use crate::domain::metrics::listing::{Extent, Leftover, Listed};
use crate::domain::metrics::unseen::sentences;
use crate::domain::metrics::{BEST_EFFORT, Growth, Measured, growth};
use crate::domain::plot::unit::Unit;
use crate::domain::series::Series;
use crate::domain::units::{Count, plural};
use crate::runtime::headless::paint::{Paper, Tone, padded, say as line, wrapped};
use crate::runtime::usage::cache::Kept;

use super::{Page, Seen};

/// The width of the words on the left.
const WORD: usize = 11;
/// Where the words about an alarm begin.
const ALARM: usize = 21;

/// ```text
/// aws/backups in us-east-1
///   size        6.9 GiB in 547 objects, as of 2026-11-18 (best effort: a point a day, up to 48 h late)
///   month       +2.3 GiB (+50.2 %) since 2026-10-19
///   growth      +38.1 MiB a day since 2026-10-12
///   cost        0.16 USD a month at the prices of 2026-11-01
///   listing     4.8 GiB in 277 objects
///               prod 3.1 GiB in 96 objects, …
///   difference  CloudWatch (as of 2026-11-18) has 2.1 GiB more than the listing
/// ```
pub(super) fn say(page: &Page<'_>) {
    let paper = page.session.paper;
    for (place, seen) in page.seen.iter().enumerate() {
        if place > 0 {
            line("");
        }
        bucket(page, seen);
    }
    for (storage, alarms) in page.alarms {
        line(&format!("\n{}", paper.ink(Tone::Strong, &format!("alarms of {storage}"))));
        match alarms {
            Ok(Kept { value, .. }) if value.is_empty() => {
                row(paper, Tone::Quiet, "", "there are none");
            }
            Ok(Kept { value, .. }) => {
                for it in value {
                    alarm(paper, it);
                }
            }
            Err(failure) => unseen(paper, &failure.to_string()),
        }
    }
}

fn bucket(page: &Page<'_>, seen: &Seen) {
    let paper = page.session.paper;
    let now = page.session.clock.now();
    let region = seen.figures().map(|it| format!(" in {}", it.region)).unwrap_or_default();
    line(&paper.ink(Tone::Strong, &format!("{}{region}", seen.bucket.id)));
    match &seen.measured {
        Some(Ok(kept)) => measured(paper, &kept.value, kept.at, now),
        Some(Err(failure)) => unseen(paper, &failure.to_string()),
        None => {
            let days = seen.recorded().map_or(0, |it| it.bytes().points().len());
            let text = format!(
                "no CloudWatch here: each visit and each `lifeboat check` records a listing; {} so far",
                plural(days as u64, "day")
            );
            row(paper, Tone::Quiet, "size", &text);
        }
    }
    history(page, seen);
    if let Some(cost) = seen.cost(&page.session.settings) {
        row(paper, Tone::Plain, "cost", &cost.sentence());
    }
    match &seen.listed {
        Some(Ok(kept)) => listed(paper, &kept.value, kept.at, now),
        Some(Err(failure)) => unseen(paper, &failure.to_string()),
        None => {}
    }
    if let Some(difference) = seen.difference() {
        rows(paper, "difference", difference.sentences());
    }
    if let Some(Err(failure)) = &seen.recordings {
        unseen(paper, &failure.to_string());
    }
}

fn measured(paper: Paper, figures: &Measured, asked: Timestamp, now: Timestamp) {
    let total = figures.total();
    let objects = figures.objects.last();
    match total.last() {
        Some(newest) => {
            let size = Unit::Bytes.show(newest.value);
            let objects = objects.map_or_else(
                || "an unknown number of objects".to_owned(),
                |it| format!("{} objects", Unit::Count.show(it.value)),
            );
            let day = date(newest.at);
            let asked = age(asked, now);
            let text =
                format!("{size} in {objects}, as of {day} ({BEST_EFFORT}; asked {asked} ago)");
            row(paper, Tone::Plain, "size", &text);
        }
        None => row(paper, Tone::Odd, "size", "no class was measured"),
    }
    let newest = figures.newest();
    if newest.len() > 1 {
        let classes = newest.iter().map(|(class, bytes)| format!("{class} {bytes}"));
        row(paper, Tone::Plain, "classes", &classes.collect::<Vec<_>>().join(", "));
    }
    for text in sentences(&figures.unseen) {
        unseen(paper, &text);
    }
}

fn history(page: &Page<'_>, seen: &Seen) {
    let paper = page.session.paper;
    let bytes = seen.bytes();
    let inside = bytes.within(page.window);
    match bytes.month() {
        Some(change) => {
            let by = Unit::Bytes.show_change(change.by());
            let share =
                change.share().map(|it| format!(" ({:+.1} %)", it * 100.0)).unwrap_or_default();
            let since = date(change.from.at);
            row(paper, Tone::Plain, "month", &format!("{by}{share} since {since}"));
        }
        None if bytes.is_empty() => {}
        None => row(paper, Tone::Quiet, "month", "nothing was measured a month before"),
    }
    if let Some(Growth { per_day, since }) = growth(&bytes) {
        let per_day = Unit::Bytes.show_change(per_day);
        let text = format!("{per_day} a day since {}", date(since));
        row(paper, Tone::Plain, "growth", &text);
    }
    let jumps = inside.jumps();
    rows(paper, "jumps", jumps.iter().map(|jump| jump_sentence(jump, seen.listing())).collect());
    let gaps = gaps(&inside).into_iter().map(|(after, before)| {
        format!("nothing was measured between {} and {}", date(after), date(before))
    });
    rows(paper, "gaps", gaps.collect());
}

/// When the last point before each gap and the first behind it are of.
pub(super) fn gaps(series: &Series) -> Vec<(Timestamp, Timestamp)> {
    series.gaps().into_iter().map(|(one, two)| (one.at, two.at)).collect()
}

fn listed(paper: Paper, listed: &Listed, asked: Timestamp, now: Timestamp) {
    let least = match listed.extent {
        Extent::Whole => "",
        Extent::Cut => "at least ",
    };
    let objects = Count(listed.whole.objects);
    let text = format!(
        "{least}{} in {objects} objects (listed {} ago)",
        listed.whole.bytes,
        age(asked, now)
    );
    row(paper, Tone::Plain, "listing", &text);
    let mut shares: Vec<_> = listed
        .shares
        .iter()
        .map(|(share, figures)| {
            let prefix = &share.prefix;
            let place = if prefix.is_empty() { String::new() } else { format!(" {prefix}") };
            let objects = plural(figures.objects, "object");
            format!("{}{place}: {} in {objects}", share.environment, figures.bytes)
        })
        .collect();
    if listed.elsewhere.objects > 0 {
        let figures = listed.elsewhere;
        let objects = plural(figures.objects, "object");
        shares.push(format!("elsewhere: {} in {objects}", figures.bytes));
    }
    rows(paper, "", shares);
    match listed.old_versions.told() {
        Some(old) if old.versions.objects + old.delete_markers > 0 => {
            let text = format!(
                "{} old versions with {}, {}",
                Count(old.versions.objects),
                old.versions.bytes,
                plural(old.delete_markers, "delete marker")
            );
            row(paper, Tone::Plain, "versions", &text);
        }
        Some(_) => {}
        None => {
            let why = listed.old_versions.why_not().unwrap_or_default();
            row(paper, Tone::Quiet, "versions", &why);
        }
    }
    if let Some(uploads) = listed.uploads.told() {
        let upload = |it: &Leftover| {
            let parts = it.parts.map_or_else(
                || "parts that could not be listed".to_owned(),
                |parts| format!("{} in {}", parts.bytes, plural(parts.objects, "part")),
            );
            format!("{}, begun {} and never completed: {parts}", it.key, date(it.begun))
        };
        rows(paper, "uploads", uploads.iter().map(upload).collect());
    } else {
        let why = listed.uploads.why_not().unwrap_or_default();
        row(paper, Tone::Quiet, "uploads", &why);
    }
}

fn alarm(paper: Paper, alarm: &Alarm) {
    let tone = match alarm.state {
        AlarmState::Alarm => Tone::Bad,
        AlarmState::InsufficientData | AlarmState::Unknown => Tone::Odd,
        AlarmState::Ok => Tone::Good,
    };
    let since = alarm.since.map(|at| format!(" since {}", date(at))).unwrap_or_default();
    let ours = if alarm.touches.is_empty() { "" } else { " (ours)" };
    let word = paper.ink(tone, &padded(alarm.state.word(), 17));
    line(&format!("  {word}  {}{since}{ours}", paper.ink(Tone::Plain, &alarm.name)));
    let width = paper.width.saturating_sub(ALARM + 1).max(30);
    for text in wrapped(&format!("{}: {}", alarm.about, alarm.reason), width) {
        line(&format!("{}{}", " ".repeat(ALARM), paper.ink(Tone::Quiet, &text)));
    }
}

fn unseen(paper: Paper, why: &str) {
    row(paper, Tone::Odd, "not seen", why);
}

/// A list: what does not fit on a line goes on further to the right.
fn rows(paper: Paper, word: &str, texts: Vec<String>) {
    const FURTHER: usize = 2;
    for (place, text) in texts.into_iter().enumerate() {
        let mut word = if place == 0 { word } else { "" };
        for (place, part) in wrapped(&text, width(paper) - FURTHER).into_iter().enumerate() {
            let indent = if place == 0 { 0 } else { FURTHER };
            let word = padded(std::mem::take(&mut word), WORD);
            let part = format!("{}{part}", " ".repeat(indent));
            line(&format!("  {} {}", paper.ink(Tone::Quiet, &word), paper.ink(Tone::Plain, &part)));
        }
    }
}

fn row(paper: Paper, tone: Tone, word: &str, text: &str) {
    for (place, text) in wrapped(text, width(paper)).iter().enumerate() {
        let word = padded(if place == 0 { word } else { "" }, WORD);
        line(&format!("  {} {}", paper.ink(Tone::Quiet, &word), paper.ink(tone, text)));
    }
}

fn width(paper: Paper) -> usize {
    paper.width.saturating_sub(WORD + 4).max(30)
}

fn date(at: Timestamp) -> jiff::civil::Date {
    at.to_zoned(TimeZone::UTC).date()
}
