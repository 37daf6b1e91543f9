//! A drill under way: the steps as a rail, the collections of the step that moves, the live log.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use crate::app::App;
use crate::app::drill::run::Run;
use crate::domain::units::{ByteSize, Count, Span, plural};
use crate::drill::event::{Advance, Part as Collection, Step, Unit};
use crate::drill::progress::{StepProgress, StepState};
use crate::ui::theme::{Role, Theme};

use super::WIDE;
use crate::ui::sheet::{Part, Sheet, bar, left, right};

/// The signs of a step that moves, one after the other.
const SPINNER: [&str; 4] = ["◐", "◓", "◑", "◒"];

/// ```text
///  2026-10-14T00_00.tar.gz  14.8 MiB                                  1m12s
///
///  ✔ download        0.4 s  14.8 MiB, CRC64NVME checked
///  ◐ restore         2.1 s  ██████▍···  41 %  6.1 MiB of 14.8 MiB  3.0 MiB/s  3.3 s left
///  · count
///
///  Restore  admin
///   file              ████████████   9.1 MiB
///  Log
///     0.4 s  download       14.8 MiB, CRC64NVME checked
/// ```
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let Some(run) = &app.drill.run else { return };
    let now = run.elapsed(app.now);
    let now = run.progress.step(Step::CleanUp).ended.map_or(now, |ended| ended.min(now));
    let is_wide = area.width >= WIDE;
    let [main, side] = if is_wide {
        Layout::horizontal([Constraint::Percentage(58), Constraint::Fill(1)]).areas(area)
    } else {
        [area, Rect::default()]
    };
    let mut sheet = Sheet::new(theme, main.width);
    sheet.line(head(run, now));
    if is_wide {
        sheet.blank();
    }
    for step in run.steps() {
        let line = step_line(step, run.progress.step(step), now, sheet.width());
        sheet.line(line);
    }
    let room = usize::from(area.height).saturating_sub(usize::from(sheet.height()));
    if is_wide {
        sheet.blank();
        collections(&mut sheet, run, room.saturating_sub(1));
        let mut beside = Sheet::new(theme, side.width);
        log(&mut beside, run, usize::from(area.height));
        beside.draw(frame, side);
    } else {
        let bars = room / 2;
        collections(&mut sheet, run, bars);
        let left = usize::from(area.height).saturating_sub(usize::from(sheet.height()));
        log(&mut sheet, run, left);
    }
    sheet.draw(frame, main);
}

fn head(run: &Run, now: Duration) -> Vec<Part> {
    let object = &run.plan.object;
    let mut parts = vec![
        (format!(" {}", object.name()), Role::Title),
        (format!("  {}  depth {}  ", object.size, run.plan.depth), Role::Muted),
        (Span(now).to_string(), Role::Accent),
    ];
    if run.ended.is_some() {
        parts.push(("  ended; esc leads back".to_owned(), Role::Muted));
    } else if run.is_cancelled {
        parts.push(("  cancelled: cleaning up".to_owned(), Role::Warning));
    }
    let running = run.progress.running();
    if running.len() > 1 {
        let words: Vec<&str> = running.iter().map(|step| step.word()).collect();
        parts.push((format!("  side by side: {}", words.join(", ")), Role::Busy));
    }
    parts
}

fn step_line(step: Step, progress: &StepProgress, now: Duration, width: u16) -> Vec<Part> {
    let turn = usize::try_from(now.as_millis() / 250).unwrap_or(0) % SPINNER.len();
    let spinner = SPINNER.get(turn).copied().unwrap_or("◐");
    let (sign, sign_role, name) = match &progress.state {
        StepState::Waiting => ("·", Role::Muted, Role::Muted),
        StepState::Running(_) => (spinner, Role::Busy, Role::Title),
        StepState::Passed { .. } => ("✔", Role::Fine, Role::Text),
        StepState::Failed(_) => ("✘", Role::Critical, Role::Critical),
        StepState::Interrupted => ("✘", Role::Warning, Role::Warning),
        StepState::Skipped { .. } | StepState::NotRun => ("–", Role::Muted, Role::Muted),
    };
    let took = progress.started.map(|_| Span(progress.elapsed(now)).to_string());
    let mut parts = vec![
        (format!(" {sign} "), sign_role),
        (left(step.word(), 14), name),
        (right(&took.unwrap_or_default(), 7), Role::Muted),
        ("  ".to_owned(), Role::Muted),
    ];
    match &progress.state {
        StepState::Waiting => {}
        StepState::Running(None) => parts.push(("under way".to_owned(), Role::Muted)),
        StepState::Running(Some(advance)) => {
            parts.extend(moving(advance, progress, now, width));
        }
        StepState::Passed { summary } => parts.push((summary.clone(), Role::Muted)),
        StepState::Failed(failure) => parts.push((failure.to_string(), Role::Critical)),
        StepState::Interrupted => parts.push(("interrupted".to_owned(), Role::Warning)),
        StepState::Skipped { why } => parts.push((format!("skipped: {why}"), Role::Muted)),
        StepState::NotRun => parts.push(("not run".to_owned(), Role::Muted)),
    }
    parts
}

fn moving(advance: &Advance, progress: &StepProgress, now: Duration, width: u16) -> Vec<Part> {
    let mut parts = Vec::new();
    let amount = |number: u64| match advance.unit {
        Unit::Bytes => ByteSize(number).to_string(),
        Unit::Collections => Count(number).to_string(),
    };
    match advance.total.filter(|total| *total > 0) {
        Some(total) => {
            let share = (advance.done as f64 / total as f64).min(1.0);
            let (full, rest) = bar(share, if width > 100 { 20 } else { 12 });
            parts.extend([(full, Role::Busy), (rest, Role::Border)]);
            parts.push((right(&format!("{:.0} %", share * 100.0), 6), Role::Text));
            let of = format!("  {} of {}", amount(advance.done), amount(total));
            if width > 90 || advance.unit == Unit::Collections {
                parts.push((of, Role::Muted));
            }
        }
        None => parts.push((amount(advance.done), Role::Text)),
    }
    if let Some(rate) = progress.rate(now).filter(|_| advance.unit == Unit::Bytes) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "for the eye")]
        let rate = ByteSize(rate as u64);
        parts.push((format!("  {rate}/s"), Role::Muted));
    }
    if let Some(left) = progress.left(now) {
        parts.push((format!("  {} left", Span(left)), Role::Text));
    }
    if !advance.detail.is_empty() {
        parts.push((format!("  {}", advance.detail), Role::Muted));
    }
    parts
}

/// The collections of the step that has told of some last: restoring rather than scanning.
fn collections(sheet: &mut Sheet<'_>, run: &Run, room: usize) {
    let told = |step: &Step| !run.progress.step(*step).parts.is_empty();
    let Some(step) = [Step::Restore, Step::Scan].into_iter().find(told) else { return };
    let parts = &run.progress.step(step).parts;
    if room < 2 {
        return;
    }
    let whole = parts.iter().filter(|part| is_whole(part)).count();
    let facts = match (step, &run.progress.step(step).state) {
        // How many there are is known when the dump is read to its end.
        (Step::Scan, StepState::Running(_)) => {
            format!("{} so far", plural(parts.len() as u64, "collection"))
        }
        _ => format!("{whole} of {}", plural(parts.len() as u64, "collection")),
    };
    sheet.heading(if step == Step::Scan { "Scanned" } else { "Restored" }, &facts);
    let mut shown: Vec<&Collection> = parts.iter().collect();
    // What moves is seen, then what is large.
    shown.sort_by_key(|part| {
        (is_whole(part) || part.done == 0, part.done == 0, u64::MAX - size(part))
    });
    let width = shown.iter().map(|part| part.name.collection.chars().count()).max();
    let name = width.unwrap_or(0).clamp(10, 26);
    let largest = parts.iter().map(size).max().unwrap_or(0).max(1);
    for part in shown.into_iter().take(room - 1) {
        sheet.line(collection(part, name, largest));
    }
}

fn is_whole(part: &Collection) -> bool {
    part.total.is_some_and(|total| part.done >= total)
}

fn size(part: &Collection) -> u64 {
    part.total.unwrap_or(part.done)
}

fn collection(part: &Collection, name: usize, largest: u64) -> Vec<Part> {
    let share = match part.total {
        Some(0) => 1.0,
        Some(total) => part.done as f64 / total as f64,
        None => part.done as f64 / largest as f64,
    };
    let (full, rest) = bar(share, 20);
    let role = if is_whole(part) { Role::Fine } else { Role::Busy };
    let documents = part.documents.map(|count| format!("  {}", plural(count, "document")));
    vec![
        (format!("   {}  ", left(&part.name.collection, name)), Role::Text),
        (full, role),
        (rest, Role::Border),
        (right(&ByteSize(part.done).to_string(), 11), Role::Muted),
        (documents.unwrap_or_default(), Role::Muted),
    ]
}

/// The end of the log.
fn log(sheet: &mut Sheet<'_>, run: &Run, room: usize) {
    if room < 2 {
        return;
    }
    sheet.heading("Log", "l opens it");
    let first = run.log.len().saturating_sub(room - 1);
    for entry in run.log.iter().skip(first) {
        let role = match entry.tone {
            crate::app::cell::Tone::Critical => Role::Critical,
            crate::app::cell::Tone::Fine => Role::Fine,
            crate::app::cell::Tone::Accent => Role::Accent,
            crate::app::cell::Tone::Muted => Role::Muted,
            _ => Role::Text,
        };
        sheet.line([
            (right(&Span(entry.at).to_string(), 8), Role::Muted),
            (format!("  {}", left(entry.step.word(), 14)), Role::Muted),
            (entry.text.clone(), role),
        ]);
    }
}
