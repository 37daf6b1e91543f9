//! Charts: what there is on top or on the left, the chosen one large, or all of them small.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use crate::app::App;
use crate::app::metrics::{Company, Subject};
use crate::domain::plot::Plot;
use crate::ui::chart::{Chart, multiples};
use crate::ui::paint::{fit, line};
use crate::ui::sheet::Sheet;
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

use super::{WIDE, facts, subjects};

/// How wide the left column is.
const LEFT: u16 = 68;
/// What a chart needs in height to be worth a second one.
const TALL: u16 = 12;

/// ```text
///  aws/lifeboat-backups   412.3 GiB   +3.1 %  ▁▂▂▃▃▄▅▆▇█   9.48 USD    <- what there is
///  ceph/media              12.0 GiB   +0.2 %  ▁▁▁▁▁▁▁▁▁▁
///  as of 2026-11-27 · best effort: a point a day, up to 48 h late      <- of the chosen one
///  +12.4 GiB (+3.1 %) since 2026-10-27 · +410.0 MiB a day · 9.48 USD a month …
///  (the chart)
///  CloudWatch (as of 2026-11-27) has 2.1 GiB more than the listing     <- what is to be said
/// ```
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) {
    if app.metrics.company == Company::Together {
        let count = rows(app);
        let [list, _, rest] = Layout::vertical([
            Constraint::Length(count.min(area.height / 4).max(1)),
            Constraint::Length(1),
            Constraint::Fill(1),
        ])
        .areas(area);
        subjects::draw(frame, list, app, theme, viewports);
        together(frame, rest, app, theme);
    } else if area.width >= WIDE.0 && area.height >= WIDE.1 {
        wide(frame, area, app, theme, viewports);
    } else {
        narrow(frame, area, app, theme, viewports);
    }
}

fn rows(app: &App) -> u16 {
    u16::try_from(app.metrics.subjects().len()).unwrap_or(u16::MAX).max(1)
}

/// The list and what is to be said on the left, the charts on the right.
fn wide(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme, viewports: &mut Viewports) {
    let [beside, _, right] =
        Layout::horizontal([Constraint::Length(LEFT), Constraint::Length(2), Constraint::Fill(1)])
            .areas(area);
    let [list, _, said] = Layout::vertical([
        Constraint::Length(rows(app).min(area.height / 3)),
        Constraint::Length(1),
        Constraint::Fill(1),
    ])
    .areas(beside);
    subjects::draw(frame, list, app, theme, viewports);
    let mut sheet = Sheet::new(theme, said.width);
    facts::in_full(&mut sheet, app, usize::from(said.height));
    facts::aged(app, viewports);
    sheet.draw(frame, said);
    charts(frame, right, app, theme);
}

/// One below the other: the list, the facts, the chart, what is to be said.
fn narrow(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme, viewports: &mut Viewports) {
    let list = rows(app).min((area.height / 6).max(1));
    let mut head = Sheet::new(theme, area.width);
    facts::in_short(&mut head, app);
    facts::aged(app, viewports);
    let mut foot = Sheet::new(theme, area.width);
    facts::notes(&mut foot, app, usize::from((area.height / 6).max(1)));
    let [top, above, chart, below] = Layout::vertical([
        Constraint::Length(list),
        Constraint::Length(head.height()),
        Constraint::Fill(1),
        Constraint::Length(foot.height()),
    ])
    .areas(area);
    subjects::draw(frame, top, app, theme, viewports);
    head.draw(frame, above);
    charts(frame, chart, app, theme);
    foot.draw(frame, below);
}

/// The charts of what is chosen, below each other where there is room.
fn charts(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let plots = app.metrics.plots(app.now);
    let Some(first) = plots.first() else { return };
    if first.is_empty() && waiting(frame, area, app, theme) {
        return;
    }
    let second = plots.get(1).filter(|_| area.height >= 2 * TALL);
    let [above, below] = Layout::vertical([
        Constraint::Fill(3),
        Constraint::Fill(if second.is_some() { 2 } else { 0 }),
    ])
    .areas(area);
    let above = if second.is_some() { above } else { area };
    let cursor = app.metrics.span.cursor;
    let mut all = vec![(Chart { plot: first, cursor, has_legend: true, margin: 0 }, above)];
    all.extend(second.map(|plot| (Chart { plot, cursor, has_legend: true, margin: 0 }, below)));
    let margin = all.iter().map(|(chart, area)| chart.labels(*area)).max().unwrap_or(0);
    for (chart, area) in all {
        Chart { margin, ..chart }.draw(frame.buffer_mut(), area, theme);
    }
}

/// What stands in place of a chart of which nothing has come yet; says whether it does.
fn waiting(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) -> bool {
    let (is_loading, is_failed) = match app.metrics.chosen() {
        Some(Subject::Bucket(it)) => (it.is_loading(), it.measured.failure().is_some()),
        Some(Subject::Panel(it)) => (it.figures.is_loading(), it.figures.failure().is_some()),
        None => (false, false),
    };
    let middle = Rect { y: area.y + area.height / 2, height: area.height.min(1), ..area };
    let (text, role) = match (is_loading, is_failed) {
        (true, _) => ("asking …", Role::Busy),
        (false, true) => ("not known: see below; ctrl-r asks again", Role::Muted),
        (false, false) => return false,
    };
    line(frame, middle, &format!(" {}", fit(text, area.width)), theme.role(role));
    true
}

/// All subjects, small.
fn together(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let metrics = &app.metrics;
    let window = metrics.window(app.now);
    let plots: Vec<Plot> = metrics
        .subjects()
        .iter()
        .map(|subject| match subject {
            Subject::Bucket(it) => it.size_plot(window),
            Subject::Panel(it) => it.plot(window),
        })
        .collect();
    // Those from the chosen one on: what has no room is reached by moving on.
    let from = plots.get(metrics.at()..).unwrap_or_default();
    let shown = if multiples::room(area, plots.len()) >= plots.len() { &plots[..] } else { from };
    multiples::draw(frame.buffer_mut(), area, (shown, metrics.span.cursor), theme);
}
