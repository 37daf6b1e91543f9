//! The console on the screen: draws `&App`, and tells what a key or a click means. It never changes the
//! application; `Viewports` is all that drawing may write.

pub mod chart;
mod chrome;
mod dialog;
mod empty;
mod header;
mod help;
pub mod keymap;
mod list;
pub mod logs;
mod paint;
pub mod reading;
mod schedule;
mod sgr;
mod sheet;
mod table;
mod tabs;
pub mod text;
pub mod theme;
pub mod typed;
pub mod viewports;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use crate::app::App;
use crate::app::focus::Focus;
use crate::app::overlay::Overlay;
use crate::app::pods::layer::Body;
use crate::app::prompt::PromptKind;
use crate::app::tab::Tab;

use keymap::Keymap;
use paint::line;
use sheet::wrap;
use theme::{Role, Theme};
use viewports::Viewports;

/// Below this the console says that it has too little room.
const LEAST: (u16, u16) = (40, 10);

/// Draws one frame.
///
/// ```text
/// lifeboat  1 Pods                                   <- header, hidden by ctrl-e
///   dev   writable    ● live       38 pods  2 critical   <- one line per environment
///   prod  PRODUCTION  ● stale 34 s  41 pods
/// Pods › api-7c9f › logs   default, kube-system  [41]  <- title: where one is, what is shown
/// NAME              READY  STATUS            WHY       <- the layer on top
/// …
/// enter open  l logs  / filter  : commands  ? help     <- hints, from the table of keys
/// deleted pod default/api-0 in dev                     <- flash, or the prompt, or what was cut
/// ```
pub fn draw(
    frame: &mut Frame<'_>,
    app: &App,
    theme: &Theme,
    keymap: &Keymap,
    viewports: &mut Viewports,
) {
    let area = frame.area();
    viewports.begin();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let text = format!("too small: {}x{} cells are the least", LEAST.0, LEAST.1);
        for (text, y) in wrap(&text, area.width.into()).iter().zip(area.y..area.bottom()) {
            line(frame, Rect { y, height: 1, ..area }, text, theme.role(Role::Warning));
        }
        return;
    }
    let lines = app.header_height();
    let [top, title, body, hints, foot] = Layout::vertical([
        Constraint::Length(lines),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    if lines > 0 {
        header::draw(frame, top, app, theme, viewports);
    }
    chrome::title(frame, title, app, theme);
    let mut unsaid = None;
    match &app.pods.top().body {
        _ if app.tab == Tab::Backups => {
            unsaid = tabs::backups::draw(frame, body, app, theme, viewports);
        }
        _ if app.tab == Tab::Metrics => {
            tabs::metrics::draw(frame, body, app, theme, viewports);
        }
        _ if app.tab == Tab::Drill => tabs::drill::draw(frame, body, app, theme, viewports),
        Body::Table(table) => {
            unsaid = table::draw(frame, body, (app, table), theme, viewports);
        }
        Body::Text { text, .. } => text::draw(frame, body, text, theme),
        Body::Logs { view, .. } => logs::draw(frame, body, (view, app.now), theme, viewports),
    }
    chrome::hints(frame, hints, app, theme, keymap);
    chrome::foot(frame, foot, (app, unsaid), theme);
    if matches!(app.focus(), Focus::Help | Focus::Dialog | Focus::List | Focus::Leftovers) {
        viewports.cover();
    }
    // What lies over the screen leaves the hints to be seen: they are of what lies there.
    let area = Rect { height: hints.y.saturating_sub(area.y), ..area };
    match &app.overlay {
        Some(Overlay::Help { filter, scrolled }) => {
            let about = (app.page_focus(), filter.as_str(), *scrolled);
            help::draw(frame, area, about, (theme, keymap), viewports);
        }
        Some(Overlay::Dialog(dialog)) => dialog::draw(frame, area, dialog, theme, viewports),
        Some(Overlay::Environments { at }) => {
            list::environments(frame, area, (app, *at), theme, viewports);
        }
        Some(Overlay::CopyWhat { at, choices }) => {
            list::choices(frame, area, (choices, *at), theme, viewports);
        }
        Some(Overlay::Leftovers { at, left, is_removing }) => {
            tabs::drill::leftovers::draw(frame, area, (left, *at, *is_removing), theme);
        }
        Some(Overlay::Prompt(prompt)) if prompt.kind == PromptKind::Schedule => {
            if let Some(rescheduling) = &app.rescheduling {
                schedule::draw(frame, area, (rescheduling, prompt.text()), theme);
            }
        }
        Some(Overlay::Prompt(_)) | None => {}
    }
}
