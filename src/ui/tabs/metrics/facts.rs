//! What is said of the chosen one beside its chart.

use crate::app::App;
use crate::app::cell::Tone;
use crate::app::metrics::bucket::{BucketFigures, Source};
use crate::app::metrics::notes::{Note, shares, shares_in_short};
use crate::app::metrics::panel::PanelState;
use crate::app::metrics::words::changed;
use crate::app::metrics::{Metrics, Subject};
use crate::domain::age::age;
use crate::domain::metrics::{BEST_EFFORT, growth};
use crate::domain::plot::unit::Unit;
use crate::ui::chart::spark::sparkline;
use crate::ui::sheet::{Sheet, left, right};
use crate::ui::theme::Role;
use crate::ui::viewports::Viewports;

use super::subjects::role_of;

/// Three lines: of when the figures are, what has changed, and what a listing says.
pub(super) fn in_short(sheet: &mut Sheet<'_>, app: &App) {
    match app.metrics.chosen() {
        Some(Subject::Bucket(bucket)) => {
            sheet.line([(format!(" {}", origin(bucket, app)), Role::Muted)]);
            let change = shortly(bucket, &app.metrics);
            if !change.is_empty() {
                sheet.line([(format!(" {change}"), Role::Text)]);
            }
            if let (Some(text), Some(listed)) = (bucket.listing(app.now), bucket.listed.value()) {
                let shares = shares_in_short(listed);
                sheet.line([(format!(" {text}: {shares}"), Role::Text)]);
            }
        }
        Some(Subject::Panel(panel)) => {
            sheet.line([(format!(" {}", described(panel, app)), Role::Muted)]);
        }
        None => {}
    }
}

/// Everything, as far as there is room.
pub(super) fn in_full(sheet: &mut Sheet<'_>, app: &App, most: usize) {
    match app.metrics.chosen() {
        Some(Subject::Bucket(bucket)) => of_bucket(sheet, app, bucket, most),
        Some(Subject::Panel(panel)) => of_panel(sheet, app, panel, most),
        None => {}
    }
}

fn of_bucket(sheet: &mut Sheet<'_>, app: &App, bucket: &BucketFigures, most: usize) {
    let name = bucket.bucket.id.to_string();
    sheet.heading(&name, "");
    sheet.sentence(1, &origin(bucket, app), (Role::Muted, 2));
    for text in change(bucket, &app.metrics) {
        sheet.sentence(1, &text, (Role::Text, 2));
    }
    if let Some(estimate) = bucket.estimate(&app.metrics.prices)
        && estimate.lines.len() > 1
    {
        for cost in &estimate.lines {
            let amount = cost.amount.map_or_else(|| "no price".to_owned(), |it| estimate.money(it));
            let bytes = cost.bytes.to_string();
            let cells = format!("{}  {}", right(&bytes, 10), right(&amount, 12));
            sheet.line([(format!("   {}{cells}", left(cost.class.name(), 30)), Role::Text)]);
        }
    }
    sheet.blank();
    listing(sheet, app, bucket);
    sheet.blank();
    let left = most.saturating_sub(usize::from(sheet.height()));
    said(sheet, &bucket.notes(app.metrics.window(app.now), app.now), left);
}

/// What a listing says, with a course for each environment.
fn listing(sheet: &mut Sheet<'_>, app: &App, bucket: &BucketFigures) {
    let Some(listed) = bucket.listed.value() else {
        let text = if bucket.listed.is_loading() { "listing …" } else { "not listed" };
        sheet.line([(format!(" {text}"), Role::Muted)]);
        return;
    };
    let text = bucket.listing(app.now).unwrap_or_default();
    sheet.sentence(1, &text, (Role::Text, 2));
    let window = app.metrics.window(app.now);
    let layers = bucket.shares();
    for (at, text) in shares(listed).into_iter().enumerate() {
        let course = layers.get(at).map(|layer| &layer.series);
        let course = course.filter(|series| series.points().len() > 1);
        let course = course.map(|series| sparkline(series, window, 14)).unwrap_or_default();
        sheet.line([(format!("   {}  ", left(&text, 40)), Role::Text), (course, Role::Series1)]);
    }
}

fn of_panel(sheet: &mut Sheet<'_>, app: &App, panel: &PanelState, most: usize) {
    sheet.heading(&panel.panel.name, "");
    sheet.sentence(1, &described(panel, app), (Role::Muted, 3));
    for (name, series) in panel.series() {
        let newest = series.last();
        let role = newest
            .map_or(Role::Muted, |point| role_of(panel.panel.thresholds.judge(point.value).into()));
        let value = newest.map(|point| panel.unit().show(point.value));
        let value = value.unwrap_or_else(|| "not measured".to_owned());
        sheet.line([(format!("   {}  ", left(name, 40)), Role::Text), (right(&value, 14), role)]);
    }
    sheet.blank();
    let left = most.saturating_sub(usize::from(sheet.height()));
    said(sheet, &panel.notes(app.now), left);
}

/// The most urgent of what is to be said; what failed or stands out has more lines.
pub(super) fn notes(sheet: &mut Sheet<'_>, app: &App, most: usize) {
    let found = match app.metrics.chosen() {
        Some(Subject::Bucket(bucket)) => bucket.notes(app.metrics.window(app.now), app.now),
        Some(Subject::Panel(panel)) => panel.notes(app.now),
        None => Vec::new(),
    };
    // What is to be done stands at the end of a sentence.
    let further = match found.first() {
        Some((Tone::Critical, _)) => 2,
        Some((Tone::Warning, _)) => 1,
        _ => 0,
    };
    said(sheet, &found, most + further);
}

/// Sentences in at most so many lines; what has no room is counted.
fn said(sheet: &mut Sheet<'_>, notes: &[Note], most: usize) {
    let before = usize::from(sheet.height());
    for (at, (tone, text)) in notes.iter().enumerate() {
        let used = usize::from(sheet.height()) - before;
        let left = most.saturating_sub(used);
        let rest = notes.len() - at;
        if left == 0 || left == 1 && rest > 1 {
            if left == 1 {
                let text = format!(" {rest} more to be said: `e` says it all");
                sheet.line([(text, Role::Muted)]);
            }
            return;
        }
        // The last line is for what has no room.
        let lines = if rest > 1 { left - 1 } else { left };
        sheet.sentence(1, text, (role_of(*tone), lines.min(3)));
    }
}

/// Where figures are from, and how old they are.
fn origin(bucket: &BucketFigures, app: &App) -> String {
    let as_of = bucket.as_of().map(|at| at.strftime("%Y-%m-%d").to_string());
    let mut parts = Vec::new();
    parts.extend(as_of.map(|day| format!("as of {day}")));
    match bucket.source() {
        Source::CloudWatch => parts.push(BEST_EFFORT.to_owned()),
        Source::Listings => parts.push("from listings of earlier visits".to_owned()),
    }
    let read = bucket.measured.at().filter(|_| bucket.source() == Source::CloudWatch);
    parts.extend(read.map(|at| format!("read {} ago", age(at, app.now))));
    parts.join(" · ")
}

/// What a panel shows, and when it was read.
fn described(panel: &PanelState, app: &App) -> String {
    let read = panel.figures.at().map(|at| format!(" · read {} ago", age(at, app.now)));
    format!("{}{}", panel.about(), read.unwrap_or_default())
}

/// How much it has changed, how fast it grows, what it costs.
fn change(bucket: &BucketFigures, metrics: &Metrics) -> Vec<String> {
    let mut parts = Vec::new();
    if bucket.size.is_empty() {
        return parts;
    }
    parts.push(match bucket.size.month() {
        Some(month) => changed(&month),
        None => "a month before nothing was measured".to_owned(),
    });
    parts.extend(a_day(bucket));
    parts.extend(bucket.estimate(&metrics.prices).map(|estimate| estimate.sentence()));
    parts
}

fn a_day(bucket: &BucketFigures) -> Option<String> {
    growth(&bucket.size).map(|it| format!("{} a day", Unit::Bytes.show_change(it.per_day)))
}

/// The same on one line.
fn shortly(bucket: &BucketFigures, metrics: &Metrics) -> String {
    let month = bucket.size.month().map(|month| {
        let by = Unit::Bytes.show_change(month.by());
        let days = month.to.at.duration_since(month.from.at).as_hours() / 24;
        format!("{by} in {days} d")
    });
    let cost = bucket
        .estimate(&metrics.prices)
        .map(|it| format!("{} a month at prices of {}", it.money(it.total), it.prices_of));
    [month, a_day(bucket), cost].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The ages that are drawn read differently later.
pub(super) fn aged(app: &App, viewports: &mut Viewports) {
    let shown = match app.metrics.chosen() {
        Some(Subject::Bucket(bucket)) => [bucket.measured.at(), bucket.listed.at()],
        Some(Subject::Panel(panel)) => [panel.figures.at(), None],
        None => [None, None],
    };
    for at in shown.into_iter().flatten() {
        viewports.aged(at, app.now);
    }
}
