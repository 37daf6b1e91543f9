//! The result: the verdict and what it rests on, the side-by-side table, what would be lost, the clean-up.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr as _;

use crate::app::App;
use crate::app::drill::result::Shown;
use crate::domain::median::median;
use crate::domain::settings::Depth;
use crate::domain::units::{Count, Span};
use crate::domain::verdict::{Judgement, Severity, Verdict};
use crate::drill::event::Step;
use crate::drill::past::recovery_times;
use crate::drill::progress::StepState;
use crate::drill::record::Record;
use crate::drill::report::{line, not_run};
use crate::drill::table::Row;
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

use super::table::{Columns, role_of};
use super::window::Window;
use crate::ui::sheet::{Part, Sheet};

/// So many lines are there for what is told below the table.
const LEAST_TOLD: u16 = 3;

/// ```text
///  PASS  2026-10-14T00_00.tar.gz is proven
///  restored with the built-in restorer · RTO 1.2 s (median 1.1 s of 3) · 61 200 documents
///  the sandbox stays 9m41s: s shell, x 30 minutes more, ctrl-x clean up now
///
///                                          production
///   collection in admin  in dump  restored    ≤ T0     now  verdict  why
/// ▌ biomaterial           41 203    41 203  41 190  42 011  PASS     13 deleted since
///
///  restored now you would lose 412 documents created …
/// ```
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let Some(shown) = &app.drill.shown else { return };
    let record = &shown.record;
    let mut top = Sheet::new(theme, area.width);
    verdict(&mut top, record);
    top.line([(format!(" {}", facts(app, record).join(" · ")), Role::Muted)]);
    match shown.cleanup.as_ref().and_then(|cleanup| cleanup.failure.as_ref()) {
        Some(failure) => {
            top.sentence(1, &format!("clean-up FAILED: {failure}"), (Role::Critical, 3));
        }
        None => top.line(clean_up(app, shown)),
    }
    let rows: Vec<&Row> = shown.rows().collect();
    let columns = Columns::of(record, &rows, area.width);
    let mut foot = Sheet::new(theme, area.width);
    tell(&mut foot, theme, &findings(shown, columns.why), (area.height / 3).max(LEAST_TOLD));
    if let Some(loss) = &record.loss {
        foot.sentence(1, &loss.sentence(), (Role::Text, 2));
        if area.height > 22 {
            foot.line([(format!("   {}", record.command_to_copy()), Role::Muted)]);
        }
    }
    for (actor, text) in shown.notes.iter().rev().take(2) {
        foot.line([(format!(" note by {actor}: "), Role::Muted), (text.clone(), Role::Text)]);
    }
    let gap = u16::from(area.height > 22);
    let reserved = top.height() + foot.height() + gap;
    let middle = Rect {
        y: area.y + top.height() + gap,
        height: area.height.saturating_sub(reserved),
        ..area
    };
    // Two headings, the rows, a blank: what is told of a short table stands below it.
    let below = u16::try_from(rows.len().max(1) + 3).unwrap_or(u16::MAX);
    let lowest = area.bottom().saturating_sub(foot.height()).max(middle.y);
    let end = Rect {
        y: lowest.min(middle.y.saturating_add(below)),
        height: foot.height().min(area.bottom().saturating_sub(middle.y)),
        ..area
    };
    top.draw(frame, area);
    if rows.is_empty() && shown.filter.is_empty() {
        let mut empty = Sheet::new(theme, area.width);
        let text = "nothing was counted: there is no table";
        empty.line([(format!(" {text}"), Role::Muted)]);
        empty.draw(frame, middle);
    } else {
        table(frame, middle, (shown, &rows, &columns), theme, viewports);
    }
    foot.draw(frame, end);
}

fn verdict(sheet: &mut Sheet<'_>, record: &Record) {
    let role = match record.verdict {
        Verdict::Pass => Role::Fine,
        Verdict::Warn | Verdict::CouldNotVerify => Role::Warning,
        Verdict::Fail => Role::Critical,
    };
    let word = if record.cancelled { "CANCELLED" } else { record.verdict.word() };
    sheet.line([
        (format!(" {word}  "), role),
        (record.object.name().to_owned(), Role::Title),
        (format!(" {}", record.sentence()), Role::Title),
    ]);
}

/// What the verdict rests on, in one line.
fn facts(app: &App, record: &Record) -> Vec<String> {
    let mut facts = vec![format!("depth {}", record.depth)];
    if let Some(seconds) = record.rto_s.filter(|_| record.depth > Depth::Quick) {
        let span = |seconds: f64| Span(Duration::try_from_secs_f64(seconds).unwrap_or_default());
        let earlier: Vec<f64> = recovery_times(app.drill.pasts(), &record.environment, &record.set)
            .into_iter()
            .filter(|(at, _)| *at < record.started)
            .map(|(_, seconds)| seconds)
            .collect();
        let count = earlier.len();
        let usual = median(earlier)
            .map(|usual| format!(" (median {} of {count} before)", span(usual)))
            .unwrap_or_default();
        facts.push(format!("RTO {}{usual}", span(seconds)));
    }
    if let Some(census) = &record.census {
        facts.push(format!("{} documents, {} raw", Count(census.documents()), census.bytes()));
    }
    if let Some(report) = &record.restored_with {
        facts.push(format!("restored with {}", report.tool));
    }
    if let Some(used) = &record.container_engine {
        facts.push(used.image.clone());
    }
    facts
}

/// Where the clean-up stands: it is part of the result.
fn clean_up(app: &App, shown: &Shown) -> Vec<Part> {
    let live = app.drill.live().filter(|_| shown.is_live);
    if let Some(run) = live {
        if let (true, Some(held)) = (run.is_holding(), &run.held) {
            let left = Span(held.until.saturating_sub(run.elapsed(app.now)));
            return vec![
                (" held  ".to_owned(), Role::Accent),
                (format!("the restored copy goes in {left}"), Role::Text),
                ("  s shell · x 30 min more · ctrl-x clean up".to_owned(), Role::Muted),
            ];
        }
        let since = run.progress.step(Step::CleanUp);
        let took = matches!(since.state, StepState::Running(_))
            .then(|| format!(" for {}", Span(since.elapsed(run.elapsed(app.now)))))
            .unwrap_or_default();
        return vec![(format!(" cleaning up{took} …"), Role::Busy)];
    }
    let Some(cleanup) = &shown.cleanup else {
        return vec![(" clean-up: not recorded".to_owned(), Role::Warning)];
    };
    let kept = match cleanup.kept.as_slice() {
        [] => "nothing left".to_owned(),
        kept => format!("kept {}", kept.join(", ")),
    };
    let removed = cleanup.removed.len();
    vec![(" clean ".to_owned(), Role::Fine), (format!(" {removed} removed, {kept}"), Role::Muted)]
}

/// A sentence, what it is, and in how many lines it is said at most.
type Told = (String, (Role, usize));

/// What is not about one collection, and why the one under the cursor is as it is.
fn findings(shown: &Shown, room: usize) -> Vec<Told> {
    let record = &shown.record;
    let failed = record.failed.iter();
    let failed = failed.map(|it| (format!("{}: {}", it.step, it.failure), (Role::Warning, 3)));
    let mut told: Vec<Told> = failed.collect();
    let general = record.judgements.iter().flat_map(Judgement::findings);
    let mut general: Vec<_> = general.filter(|found| found.namespace.is_none()).collect();
    general.sort_by_key(|found| std::cmp::Reverse(found.severity));
    for finding in general {
        let role = match finding.severity {
            Severity::Info => Role::Muted,
            Severity::Warn | Severity::CouldNotVerify => Role::Warning,
            Severity::Fail => Role::Critical,
        };
        told.push((line(finding), (role, 2)));
    }
    // A reason that the table has no room for.
    if let Some(row) = shown.selected().filter(|row| row.why.width() > room) {
        let text = format!("{}: {}", row.namespace.collection, row.why);
        told.push((text, (role_of(row), 2)));
    }
    // The last is what the drill was about, where it did not come to that.
    for (rules, why) in not_run(&record.judgements).into_iter().rev() {
        told.push((format!("not run {rules}: {why}"), (Role::Muted, 1)));
    }
    told
}

/// As much of it as there are lines for, and a sign for the rest.
fn tell<'t>(sheet: &mut Sheet<'t>, theme: &'t Theme, told: &[Told], lines: u16) {
    for (at, (text, how)) in told.iter().enumerate() {
        let mut one = Sheet::new(theme, sheet.width());
        one.sentence(1, text, *how);
        let left = told.len() - at;
        if at > 0 && sheet.height() + one.height() + u16::from(left > 1) > lines {
            sheet.line([(format!(" {left} more: e shows them"), Role::Muted)]);
            return;
        }
        sheet.append(one);
    }
}

fn table(
    frame: &mut Frame<'_>,
    area: Rect,
    (shown, rows, columns): (&Shown, &[&Row], &Columns),
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let mut sheet = Sheet::new(theme, area.width);
    if let Some(over) = columns.over(&shown.record) {
        sheet.line(over);
    }
    sheet.line(columns.header());
    let first = sheet.height();
    let body = Rect { y: area.y + first, height: area.height.saturating_sub(first), ..area };
    let window = Window::of(rows.len(), shown.at(), body.height);
    for (at, row) in window.of_rows(rows) {
        sheet.line(columns.row(row, at == shown.at()));
    }
    if rows.is_empty() {
        sheet.line([("  no row has this; esc shows all".to_owned(), Role::Muted)]);
    }
    if let Some(sign) = window.sign() {
        sheet.line([sign]);
    }
    sheet.draw(frame, area);
    window.mark(frame, body, theme, viewports);
}
