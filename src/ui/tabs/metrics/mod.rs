//! The Metrics tab on the screen: charts, the table of their values, alarms.

mod alarms;
mod charts;
mod facts;
mod subjects;
mod table;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::metrics::{Metrics, MetricsView};
use crate::domain::units::plural;
use crate::ui::sheet::Sheet;
use crate::ui::text;
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

use super::{counted, draw_title};

/// The least size for two columns.
const WIDE: (u16, u16) = (140, 24);

pub(in crate::ui) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let metrics = &app.metrics;
    if let Some(view) = &metrics.text {
        text::draw_view(frame, area, view, theme);
        return;
    }
    if metrics.is_empty() {
        unconfigured(frame, area, theme);
        return;
    }
    match metrics.view {
        MetricsView::Charts => charts::draw(frame, area, app, theme, viewports),
        MetricsView::Table => table::draw(frame, area, app, theme, viewports),
        MetricsView::Alarms => alarms::draw(frame, area, app, theme, viewports),
    }
}

/// Two lines that say what to add.
fn unconfigured(frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let mut sheet = Sheet::new(theme, area.width);
    sheet.blank();
    sheet.sentence(1, "No bucket is configured yet, and no panel.", (Role::Text, 2));
    sheet.sentence(
        1,
        "A backup set names its bucket, and [[panel]] names any metric of CloudWatch: \
         `lifeboat config init` writes a file to begin with.",
        (Role::Muted, 3),
    );
    sheet.draw(frame, area);
}

/// Where one is in the tab, and what is said behind it.
pub(in crate::ui) fn title(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let metrics = &app.metrics;
    let mut crumbs = vec!["Metrics".to_owned()];
    let mut facts = Vec::new();
    match metrics.view {
        MetricsView::Charts => {
            crumbs.push("charts".to_owned());
            facts.push((counted(metrics.subjects().len(), metrics.total()), Role::Accent));
            facts.push(range(metrics));
        }
        MetricsView::Table => {
            crumbs.extend(["table".to_owned(), metrics.subject_name()]);
            facts.push(range(metrics));
        }
        MetricsView::Alarms => {
            crumbs.push("alarms".to_owned());
            let shown = metrics.alarms.rows(&metrics.filter).len();
            facts.push((counted(shown, metrics.alarms.total()), Role::Accent));
        }
    }
    if metrics.span.is_zoomed() && metrics.view != MetricsView::Alarms {
        facts.push(("zoomed in".to_owned(), Role::Text));
    }
    if !metrics.filter.is_empty() {
        facts.push((format!("/{}", metrics.filter), Role::SearchMatch));
    }
    if let Some(text) = &metrics.text {
        crumbs.push(text.title.clone());
        facts.clear();
    } else if metrics.view != MetricsView::Alarms {
        facts.extend(ringing(metrics));
    }
    if metrics.is_loading() {
        facts.push(("asking …".to_owned(), Role::Busy));
    }
    draw_title(frame, area, &crumbs, facts, theme);
}

fn range(metrics: &Metrics) -> (String, Role) {
    (metrics.span.range.words().to_owned(), Role::Text)
}

/// Alarms that are on, wherever one looks; ours first. Where nobody could be asked nobody knows.
fn ringing(metrics: &Metrics) -> impl Iterator<Item = (String, Role)> {
    let (all, ours) = metrics.alarms.ringing();
    let alarms = plural(all as u64, "alarm");
    let known = match (all, ours) {
        (0, _) => None,
        (_, 0) => Some((format!("{alarms} on"), Role::Warning)),
        (_, ours) => Some((format!("{alarms} on, {ours} of ours"), Role::Critical)),
    };
    let doubt = metrics.alarms.is_in_doubt();
    known.into_iter().chain(doubt.then(|| ("alarms not known".to_owned(), Role::Stale)))
}
