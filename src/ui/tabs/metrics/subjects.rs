//! What can be looked at, a line each: the newest figure, its change, its course, what it costs.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::cell::Tone;
use crate::app::metrics::bucket::BucketFigures;
use crate::app::metrics::panel::PanelState;
use crate::app::metrics::{Metrics, Subject};
use crate::domain::plot::unit::Unit;
use crate::domain::series::{Change, Series, Window};
use crate::domain::severity::Severity;
use crate::ui::chart::spark::sparkline;
use crate::ui::paint::{fit_name, width};
use crate::ui::sheet::{Part, Sheet, left, right};
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

const VALUE: usize = 10;
const CHANGE: usize = 8;
/// The sparkline is as wide as there is room, within these.
const SPARK: (usize, usize) = (8, 24);

/// Draws so many as have room, the chosen one among them.
///
/// ```text
/// ▌aws/lifeboat-backups   412.3 GiB   +3.1 %  ▁▂▂▃▃▄▅▆▇█   9.48 USD
///  EC2 processor             41.3 %           ▃▂▅▃▄▃▂▃▃▄   warning
/// ```
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let metrics = &app.metrics;
    let subjects = metrics.subjects();
    let mut sheet = Sheet::new(theme, area.width);
    let room = usize::from(area.height);
    let offset = (metrics.at() + 1).saturating_sub(room);
    let names = subjects.iter().map(|it| usize::from(width(&it.name()))).max().unwrap_or(0);
    let widths = Widths::of(names, usize::from(area.width));
    let window = metrics.window(app.now);
    for subject in subjects.iter().skip(offset).take(room) {
        sheet.line(line(metrics, subject, &widths, window));
    }
    if subjects.is_empty() {
        let text = "  nothing is called so; esc shows all".to_owned();
        sheet.line([(text, Role::Muted)]);
    }
    sheet.draw(frame, area);
    let drawn = u16::try_from(subjects.len().saturating_sub(offset).min(room)).unwrap_or(0);
    viewports.rows(Rect { height: drawn, ..area }, offset);
    if let Some(row) = metrics.at().checked_sub(offset).and_then(|row| u16::try_from(row).ok())
        && row < drawn
    {
        let line = Rect { y: area.y + row, height: 1, ..area };
        frame.buffer_mut().set_style(line, theme.role(Role::Selection));
    }
}

struct Widths {
    name: usize,
    spark: usize,
    /// The words at the end, where there is room for them.
    last: usize,
}

impl Widths {
    fn of(names: usize, width: usize) -> Self {
        let fixed = 1 + 2 + VALUE + 2 + CHANGE + 2 + 2;
        let last = 10.min(width.saturating_sub(fixed + SPARK.0 + 12));
        let name = names.min(width.saturating_sub(fixed + SPARK.0 + last));
        let spark = width.saturating_sub(fixed + last + name).clamp(SPARK.0, SPARK.1);
        Self { name, spark, last }
    }
}

fn line(metrics: &Metrics, subject: &Subject<'_>, widths: &Widths, window: Window) -> Vec<Part> {
    let cells = u16::try_from(widths.name).unwrap_or(u16::MAX);
    let name = left(&fit_name(&subject.name(), cells), widths.name);
    let role = match subject {
        Subject::Bucket(it) if it.bucket.shares.iter().any(|share| share.production) => {
            Role::Production
        }
        Subject::Bucket(_) | Subject::Panel(_) => Role::Text,
    };
    let mut parts = vec![(format!(" {name}  "), role)];
    match subject {
        Subject::Bucket(it) => parts.extend(of_bucket(metrics, it, widths, window)),
        Subject::Panel(it) => parts.extend(of_panel(it, widths, window)),
    }
    parts
}

fn of_bucket(
    metrics: &Metrics,
    bucket: &BucketFigures,
    widths: &Widths,
    window: Window,
) -> Vec<Part> {
    let newest = bucket.size.last().map(|point| Unit::Bytes.show(point.value));
    let failed = bucket.measured.failure().or(bucket.listed.failure()).is_some();
    let is_partial = bucket.measured.value().is_some_and(|it| !it.unseen.is_empty());
    let share = bucket.size.month().as_ref().and_then(Change::share);
    let share = share.map(|share| format!("{:+.1} %", share * 100.0)).unwrap_or_default();
    let cost = bucket.estimate(&metrics.prices).map(|it| it.money(it.total)).unwrap_or_default();
    let mut parts = vec![value(newest, bucket.is_loading(), failed)];
    parts.push((format!("  {}  ", right(&share, CHANGE)), Role::Text));
    parts.push(spark(&bucket.size, window, widths));
    if failed {
        parts.push((format!("  {}", left("✗ failed", widths.last)), Role::Critical));
    } else if is_partial {
        parts.push((format!("  {}", left("! in part", widths.last)), Role::Warning));
    } else {
        parts.push((format!("  {}", left(&cost, widths.last)), Role::Muted));
    }
    parts
}

fn of_panel(panel: &PanelState, widths: &Widths, window: Window) -> Vec<Part> {
    let worst = panel.worst();
    let newest = worst.and_then(Series::last);
    let shown = newest.map(|point| panel.unit().show(point.value));
    let failed = panel.figures.failure().is_some();
    let severity = panel.severity();
    let mut parts = vec![value(shown, panel.figures.is_loading(), failed)];
    parts.push((" ".repeat(CHANGE + 4), Role::Text));
    parts.push(match worst {
        Some(series) => spark(series, window, widths),
        None => (" ".repeat(widths.spark), Role::Muted),
    });
    let is_partial = panel.figures.value().is_some_and(|it| !it.unseen.is_empty());
    let (word, tone) = match (failed, newest) {
        (true, _) => ("✗ failed".to_owned(), Tone::Critical),
        (false, None) => (String::new(), Tone::Muted),
        // What was not told may be worse than fine.
        (false, Some(_)) if is_partial && severity == Severity::Fine => {
            ("! in part".to_owned(), Tone::Warning)
        }
        (false, Some(_)) => (severity.to_string(), Tone::from(severity)),
    };
    let role = role_of(tone);
    parts.push((format!("  {}", left(&word, widths.last)), role));
    parts
}

/// The newest value; else why there is none.
fn value(newest: Option<String>, is_loading: bool, failed: bool) -> Part {
    let (text, role) = match (newest, is_loading, failed) {
        (Some(text), ..) => (text, Role::Title),
        (None, true, _) => ("…".to_owned(), Role::Busy),
        (None, false, _) => ("-".to_owned(), Role::Muted),
    };
    (right(&text, VALUE), role)
}

fn spark(series: &Series, window: Window, widths: &Widths) -> Part {
    let cells = u16::try_from(widths.spark).unwrap_or(0);
    if series.within(window).is_empty() {
        return (" ".repeat(widths.spark), Role::Muted);
    }
    (sparkline(series, window, cells), Role::Series1)
}

pub(super) const fn role_of(tone: Tone) -> Role {
    match tone {
        Tone::Plain | Tone::Accent => Role::Text,
        Tone::Muted => Role::Muted,
        Tone::Done => Role::Done,
        Tone::Fine => Role::Fine,
        Tone::Busy => Role::Busy,
        Tone::Warning => Role::Warning,
        Tone::Critical => Role::Critical,
        Tone::Stale => Role::Stale,
        Tone::Production => Role::Production,
    }
}
