//! The Drill tab on the screen: one file for each page.

mod calendar;
mod card;
mod form;
mod history;
pub(in crate::ui) mod leftovers;
mod result;
mod run;
mod table;
mod window;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::drill::run::Run;
use crate::app::drill::{Drill, DrillView, Page};
use crate::domain::units::Span;
use crate::drill::event::Step;
use crate::ui::text;
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

use super::{counted, draw_title};

/// The least width for two columns.
const WIDE: u16 = 140;

pub(in crate::ui) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let drill = &app.drill;
    if let Some(view) = &drill.text {
        text::draw_view(frame, area, view, theme);
        return;
    }
    match (drill.view, drill.page) {
        (DrillView::History, _) => history::draw(frame, area, app, theme, viewports),
        (DrillView::Drill, Page::Form) => form::draw(frame, area, app, theme, viewports),
        (DrillView::Drill, Page::Card) => card::draw(frame, area, app, theme),
        (DrillView::Drill, Page::Run) => run::draw(frame, area, app, theme),
        (DrillView::Drill, Page::Result) => result::draw(frame, area, app, theme, viewports),
    }
}

/// Where one is in the tab, and what is said behind it.
pub(in crate::ui) fn title(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let (crumbs, facts) = crumbs(&app.drill);
    draw_title(frame, area, &crumbs, facts, theme);
}

/// The crumbs, and what is said behind the last one.
fn crumbs(drill: &Drill) -> (Vec<String>, Vec<(String, Role)>) {
    let mut crumbs = Vec::new();
    let mut facts = Vec::new();
    match (drill.view, drill.page) {
        (DrillView::History, _) => {
            crumbs.push("Drill history".to_owned());
            let shown = drill.history.rows(drill.pasts()).count();
            facts.push((counted(shown, drill.pasts().len()), Role::Accent));
            if !drill.history.filter.is_empty() {
                facts.push((format!("/{}", drill.history.filter), Role::SearchMatch));
            }
        }
        (DrillView::Drill, page) => {
            crumbs.push("Drill".to_owned());
            let of_run = drill.run.as_ref().map(|run| run.order.set.path());
            match page {
                Page::Form => crumbs.push("pick".to_owned()),
                Page::Card => {
                    crumbs.extend(drill.card.as_ref().map(|card| card.order.set.path()));
                    crumbs.push("look before".to_owned());
                }
                Page::Run => {
                    crumbs.extend(of_run);
                    crumbs.push("run".to_owned());
                }
                Page::Result => {
                    if let Some(shown) = &drill.shown {
                        crumbs.push(format!("{}/{}", shown.record.environment, shown.record.set));
                        crumbs.push(format!("result {}", shown.record.id.short()));
                        let rows = shown.rows().count();
                        facts.push((counted(rows, shown.total()), Role::Accent));
                        if !shown.filter.is_empty() {
                            facts.push((format!("/{}", shown.filter), Role::SearchMatch));
                        }
                        let sort = shown.sort;
                        if sort != crate::app::drill::result::Sorting::default() {
                            let way = if sort.is_turned { "↑" } else { "↓" };
                            facts.push((format!("by {} {way}", sort.column.word()), Role::Muted));
                        }
                    }
                }
            }
        }
    }
    if let Some(text) = &drill.text {
        crumbs.push(text.title.clone());
        facts.clear();
    }
    if let Some(training) = drill.training.iter().find(|training| training.is_on) {
        facts.push((format!("training fault {}", training.name), Role::Warning));
    }
    (crumbs, facts)
}

/// What every tab says of a drill that has not ended: `drill prod · restore 41 % · 7.2 s`, and the
/// same in fewer words, the longest first.
pub(in crate::ui) fn status(app: &App) -> Option<(Vec<String>, Role)> {
    let run = app.drill.live()?;
    let now = run.elapsed(app.now);
    let (what, when, role) = if app.drill.leaving.is_some() || run.is_cleaning_up() {
        ("cleaning up".to_owned(), None, Role::Busy)
    } else if run.is_holding() {
        let verdict = run.record.as_ref().map(|it| it.verdict.word()).unwrap_or_default();
        let left = run.held.as_ref().map(|held| held.until.saturating_sub(now));
        (verdict.to_owned(), left.map(|left| format!("goes in {}", Span(left))), Role::Fine)
    } else if run.is_cancelled {
        ("cancelling".to_owned(), None, Role::Warning)
    } else if run.record.is_some() && run.current().is_none() {
        // Between the record and what comes behind it.
        ("ending".to_owned(), None, Role::Busy)
    } else {
        let step = run.current().map_or("begins", Step::word);
        let share = run.current().and_then(|step| share(run, step));
        let share = share.map(|share| format!(" {:.0} %", share * 100.0)).unwrap_or_default();
        (format!("{step}{share}"), Some(Span(now).to_string()), Role::Busy)
    };
    let name = &run.plan.set.environment;
    let told = when.iter().fold(what.clone(), |what, when| format!("{what} · {when}"));
    Some((vec![format!("drill {name} · {told}"), format!("{name} · {told}"), told, what], role))
}

/// How much of a step is done, 0 to 1, where that is known.
fn share(run: &Run, step: Step) -> Option<f64> {
    use crate::drill::progress::StepState;
    let StepState::Running(Some(advance)) = &run.progress.step(step).state else { return None };
    let total = advance.total.filter(|total| *total > 0)?;
    Some((advance.done as f64 / total as f64).min(1.0))
}
