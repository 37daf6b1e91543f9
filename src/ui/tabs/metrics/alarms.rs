//! The alarms of CloudWatch: what is on, since when and why, those about our buckets first.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::App;
use crate::domain::age::age;
use crate::domain::metrics::alarm::{Alarm, AlarmState};
use crate::domain::text::shown;
use crate::ui::paint::width;
use crate::ui::sheet::{Part, Sheet, left};
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

/// The sign of a state, readable without colour too.
const fn sign(state: AlarmState) -> (&'static str, Role) {
    match state {
        AlarmState::Alarm => ("✘", Role::Critical),
        AlarmState::InsufficientData => ("?", Role::Warning),
        AlarmState::Unknown => ("?", Role::Stale),
        AlarmState::Ok => ("✔", Role::Fine),
    }
}

/// ```text
///    state              since  alarm                     ours  reason
///  ✘ ALARM              3d     lifeboat-backups-size     yes   Threshold Crossed: 1 datapoint …
///  ✔ ok                 41d    ingest-cpu                      Threshold Crossed: …
/// ```
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let metrics = &app.metrics;
    let mut sheet = Sheet::new(theme, area.width);
    for (storage, fetched) in &metrics.alarms.asked {
        if let Some(failure) = fetched.failure() {
            let old = fetched.at().map(|at| format!("; those shown are {} old", age(at, app.now)));
            let text = format!("{storage}: {failure}{}", old.unwrap_or_default());
            sheet.sentence(1, &text, (Role::Critical, 4));
        }
        if let Some(at) = fetched.at() {
            let text = format!("{storage}: read {} ago", age(at, app.now));
            viewports.aged(at, app.now);
            sheet.line([(format!(" {text}"), Role::Muted)]);
        }
    }
    let rows = metrics.alarms.rows(&metrics.filter);
    if rows.is_empty() {
        sheet.line([(format!(" {}", nothing(app)), Role::Muted)]);
        sheet.draw(frame, area);
        return;
    }
    let names = rows.iter().map(|alarm| usize::from(width(&shown(&alarm.name)))).max();
    let names = names.unwrap_or(0).clamp(5, usize::from(area.width) / 3);
    let headings = format!(
        " {} {} {} ours  reason",
        left("  state", 19),
        left("since", 6),
        left("alarm", names)
    );
    sheet.line([(headings, Role::Header)]);
    let first = sheet.height();
    let room = usize::from(area.height.saturating_sub(first));
    let offset = (metrics.alarms.at + 1).saturating_sub(room);
    for alarm in rows.iter().skip(offset).take(room) {
        if let Some(since) = alarm.since {
            viewports.aged(since, app.now);
        }
        sheet.line(line(alarm, names, app));
    }
    let drawn = u16::try_from(rows.len().saturating_sub(offset).min(room)).unwrap_or(0);
    let body = Rect { y: area.y + first, height: drawn, ..area };
    viewports.rows(body, offset);
    sheet.draw(frame, area);
    let selected = u16::try_from(metrics.alarms.at.saturating_sub(offset)).unwrap_or(0);
    if selected < drawn {
        let line = Rect { y: body.y + selected, height: 1, ..area };
        frame.buffer_mut().set_style(line, theme.role(Role::Selection));
    }
}

fn line(alarm: &Alarm, names: usize, app: &App) -> Vec<Part> {
    let (sign, role) = sign(alarm.state);
    let since = alarm.since.map_or_else(|| "-".to_owned(), |since| age(since, app.now));
    let ours = if alarm.touches.is_empty() { "" } else { "yes" };
    vec![
        (format!(" {sign} {}", left(alarm.state.word(), 18)), role),
        (format!("{} ", left(&since, 6)), Role::Text),
        (format!("{} ", left(&shown(&alarm.name), names)), Role::Text),
        (format!("{}  ", left(ours, 4)), Role::Accent),
        (alarm.reason.clone(), Role::Muted),
    ]
}

/// Why there is no alarm to show.
fn nothing(app: &App) -> &'static str {
    let alarms = &app.metrics.alarms;
    if alarms.asked.is_empty() {
        return "no storage that is configured here has CloudWatch: there are no alarms to ask for";
    }
    match (alarms.is_loading(), alarms.is_known(), alarms.total()) {
        (true, false, _) => "asking …",
        (false, false, _) => "not known; ctrl-r asks again",
        (_, true, 0) => "there are no alarms",
        (_, true, _) => "no alarm has this; esc shows all",
    }
}
