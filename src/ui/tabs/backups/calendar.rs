//! The runs of one set: the strip with a cursor, and what became of the run under it. In the view of the
//! sizes the bars have the room, and what was counted in scanned backups.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::backups::set::Watched;
use crate::domain::checkup::trend::Point;
use crate::domain::environment::SetKind;
use crate::domain::slot::Slot;
use crate::domain::slot::judge::local;
use crate::domain::slot::run::{JobRun, Outcome};
use crate::domain::units::{Count, Span, plural};
use crate::ui::sheet::{Part, Sheet, left};
use crate::ui::theme::{Role, Theme};

use super::about;
use super::signs::sign;
use super::strip::Strip;

/// ```text
///  prod/ingest  0 0 * * * UTC · 91 runs, 2026-08-22 00:00 to 2026-11-20 00:00
///          ▇▇▇▇▇▇▇▃▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
///  Aug 23  ▪▪▪▪▪▪▪▂▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪=▪▪▪▪[✘]▪▪▪▪▪
///  ▪ 86 ok   ✘ 1 missed
///
///  2026-11-15 00:00  ✘ missed: the next run has begun, and there is no object, although …
///    object        none
///    Job           ingest-backup-29384640 succeeded at 2026-11-15 00:05
/// ```
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme, is_sizes: bool) {
    let Some(watched) = app.backups.selected() else { return };
    let mut sheet = Sheet::new(theme, area.width);
    let slot = app.backups.selected_slot();
    let strip = Strip::of(watched, slot.map(|slot| slot.at), area.width);
    sheet.heading(&watched.set.path(), &format!("{} · {}", watched.rhythm(), strip.span()));
    if let Some(failure) = &watched.failure {
        sheet.sentence(1, &failure.to_string(), (Role::Stale, 2));
    }
    let room = usize::from(area.height);
    // The run under the cursor and the legend keep their own.
    let kept = if is_sizes { 6 } else { 9 };
    let most = if is_sizes { 12 } else { 3 };
    let fits = |high: &usize| strip.height(*high, is_sizes) + kept <= room;
    let high = (1..=most).rev().find(fits).unwrap_or(1);
    strip.draw(&mut sheet, high, is_sizes);
    let marks = if is_sizes { strip.legend_of_marks() } else { Vec::new() };
    sheet.line(strip.legend().into_iter().chain(marks));
    sheet.blank();
    if let Some(slot) = slot {
        run(&mut sheet, watched, slot, is_sizes);
    } else {
        let text = if watched.is_loading { "looking …" } else { "no run is known of it" };
        sheet.line([(format!(" {text}"), Role::Muted)]);
    }
    if is_sizes {
        counts(&mut sheet, watched);
    } else {
        sheet.line(about::retention(watched, app.now));
        let left = room.saturating_sub(usize::from(sheet.height()) + 1);
        if left >= 3 {
            sheet.blank();
            about::findings(&mut sheet, watched, left);
        }
    }
    sheet.draw(frame, area);
}

/// What became of one run, from both sides.
fn run(sheet: &mut Sheet<'_>, watched: &Watched, slot: &Slot, is_brief: bool) {
    let zone = &watched.set.time_zone;
    let (sign, role) = sign(slot.state);
    let detail = if slot.detail.is_empty() { slot.state.phrase() } else { &slot.detail };
    let size = slot.backup.as_ref().filter(|_| is_brief);
    let size = size.map(|backup| format!("; {}", backup.size)).unwrap_or_default();
    let text = format!("{sign} {}: {detail}{size}", slot.state);
    let most = if is_brief { 1 } else { 3 };
    sheet.beside((format!(" {}  ", local(slot.at, zone)), Role::Title), &text, (role, most));
    if is_brief {
        return;
    }
    let object = match (&slot.backup, watched.set.kind) {
        (Some(backup), _) => {
            let took = backup.last_modified.duration_since(backup.began.at);
            let took = Span(took.unsigned_abs());
            let others =
                if slot.others > 0 { format!(", {} more", slot.others) } else { String::new() };
            format!("{}, {}, took {took}{others}", backup.name(), backup.size)
        }
        // None of its objects belongs to one run.
        (None, SetKind::Sync) => format!("{} in all", watched.total()),
        (None, SetKind::Scheduled | SetKind::Manual) => {
            format!("none, due by {}", local(slot.due, zone))
        }
    };
    sheet.line(fact("object", object, Role::Text));
    let is_partial = watched.seen.as_ref().is_some_and(|seen| seen.is_partial);
    for (name, written, job) in [
        ("Job", &watched.set.cronjob, &slot.job),
        ("verified by", &watched.set.verification, &slot.verification),
    ] {
        let line = match (written, job) {
            (None, _) => continue,
            (Some(_), Some(job)) => fact(name, told(watched, job), of_outcome(job.outcome)),
            (Some(_), None) if is_partial => fact(name, "being asked …".to_owned(), Role::Muted),
            (Some(_), None) => fact(name, "none is kept of this run".to_owned(), Role::Muted),
        };
        sheet.line(line);
    }
}

fn fact(name: &str, text: String, role: Role) -> Vec<Part> {
    vec![(format!("   {}", left(name, 13)), Role::Muted), (text, role)]
}

fn told(watched: &Watched, job: &JobRun) -> String {
    let ended = job.ended.map(|ended| format!(" at {}", local(ended, &watched.set.time_zone)));
    let verb = match job.outcome {
        Outcome::Running => "runs",
        Outcome::Succeeded => "succeeded",
        Outcome::Failed => "failed",
    };
    format!("{} {verb}{}", job.name, ended.unwrap_or_default())
}

const fn of_outcome(outcome: Outcome) -> Role {
    match outcome {
        Outcome::Running => Role::Busy,
        Outcome::Succeeded => Role::Text,
        Outcome::Failed => Role::Critical,
    }
}

/// How many documents each collection held in each backup that was read.
fn counts(sheet: &mut Sheet<'_>, watched: &Watched) {
    let points = watched.checkup().map(|checkup| checkup.trend.as_slice()).unwrap_or_default();
    sheet.blank();
    let facts = match points {
        [] if watched.set.engine.is_none() => {
            "this set names no `engine`: it is not read".to_owned()
        }
        [] => "no backup was read yet: `s` scans one".to_owned(),
        points => format!("{} read, oldest first", plural(points.len() as u64, "backup")),
    };
    sheet.heading("Documents by collection", &facts);
    let Some(newest) = points.last() else { return };
    for (name, count) in &newest.documents {
        let line = trend(points, name);
        sheet.line([
            (format!("   {}", left(name, 32)), Role::Text),
            (line, Role::Accent),
            (format!("  {}", Count(*count)), Role::Text),
        ]);
    }
}

/// A bar for each backup that was read; one that was not whole is told apart.
fn trend(points: &[Point], name: &str) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const MOST: usize = 60;
    let points = points.iter().skip(points.len().saturating_sub(MOST));
    let of = |point: &Point| point.documents.get(name).copied().unwrap_or(0);
    let largest = points.clone().map(of).max().unwrap_or(0).max(1);
    points
        .map(|point| {
            if !point.is_whole {
                return '◧';
            }
            let at = usize::try_from(of(point) * 7 / largest).unwrap_or(0);
            BARS.get(at).copied().unwrap_or('▁')
        })
        .collect()
}
