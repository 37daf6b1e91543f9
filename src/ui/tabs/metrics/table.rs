//! The values of a chart, a line for each of its instants, the newest first.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::App;
use crate::domain::plot::unit::Unit;
use crate::domain::series::{Change, Series};
use crate::domain::text::shown;
use crate::domain::units::Count;
use crate::ui::paint::width;
use crate::ui::sheet::{Part, Sheet, left, right};
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

const WHEN: usize = 16;
const GAP: usize = 2;

/// A column: what it is of, and how its values are written.
struct Column {
    name: String,
    series: Series,
    kind: Kind,
    width: usize,
}

#[derive(Clone)]
enum Kind {
    Value(Unit),
    /// To the byte.
    Exact,
    /// Against the row below.
    Change(Unit),
}

/// ```text
///  day         all         bytes              change      objects  Standard    Glacier
///  2026-11-27  412.3 GiB   442 705 838 080    +410.0 MiB      184  400.0 GiB   12.3 GiB
///  2026-11-26  not measured
/// ```
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let metrics = &app.metrics;
    let days = metrics.days(app.now);
    let (columns, is_cut) = columns(app, &days, usize::from(area.width));
    let mut sheet = Sheet::new(theme, area.width);
    let names = columns.iter().map(|it| format!("{:GAP$}{}", "", right(&it.name, it.width)));
    let headings = format!(" {}{}", left("when (UTC)", WHEN), names.collect::<String>());
    let more = if is_cut { " …" } else { "" };
    sheet.line([(headings, Role::Header), (more.to_owned(), Role::Muted)]);
    let room = usize::from(area.height.saturating_sub(1));
    let selected = metrics.span.cursor.and_then(|at| days.iter().position(|day| *day <= at));
    let at = selected.unwrap_or(0);
    let offset = (at + 1).saturating_sub(room);
    for (place, day) in days.iter().enumerate().skip(offset).take(room) {
        sheet.line(row(*day, days.get(place + 1).copied(), &columns));
    }
    if days.is_empty() {
        let text = if metrics.is_loading() { "asking …" } else { "nothing was measured here" };
        sheet.line([(format!("  {text}"), Role::Muted)]);
    }
    let drawn = u16::try_from(days.len().saturating_sub(offset).min(room)).unwrap_or(0);
    let body = Rect { y: area.y + 1, height: drawn, ..area };
    viewports.rows(body, offset);
    sheet.draw(frame, area);
    if selected.is_some() && drawn > 0 {
        let y = body.y + u16::try_from(at - offset).unwrap_or(0);
        frame.buffer_mut().set_style(Rect { y, height: 1, ..area }, theme.role(Role::Selection));
    }
}

/// The columns that have room, and whether some have not.
fn columns(app: &App, days: &[Timestamp], room: usize) -> (Vec<Column>, bool) {
    let mut wanted: Vec<(String, Series, Kind)> = Vec::new();
    let plots = app.metrics.plots(app.now);
    let Some(first) = plots.first() else { return (Vec::new(), false) };
    let unit = first.unit.clone();
    if !first.total.is_empty() {
        let total = &first.total;
        wanted.push(("all".to_owned(), total.clone(), Kind::Value(unit.clone())));
        wanted.push(("bytes".to_owned(), total.clone(), Kind::Exact));
        wanted.push(("change".to_owned(), total.clone(), Kind::Change(unit.clone())));
    }
    for plot in plots.iter().skip(1) {
        let layers = plot.layers.iter();
        wanted.extend(
            layers.map(|it| (it.label.clone(), it.series.clone(), Kind::Value(plot.unit.clone()))),
        );
    }
    let layers = first.layers.iter().filter(|_| first.total.is_empty() || first.layers.len() > 1);
    wanted
        .extend(layers.map(|it| (it.label.clone(), it.series.clone(), Kind::Value(unit.clone()))));
    let mut columns: Vec<Column> = Vec::new();
    let count = wanted.len();
    // The last two cells are for the sign that there is more.
    let mut left = room.saturating_sub(1 + WHEN + 2);
    for (name, series, kind) in wanted {
        let mut column = Column { name: shown(&name).into_owned(), series, kind, width: 0 };
        let cells = days.iter().zip(days.iter().skip(1)).map(|(day, before)| {
            usize::from(width(&cell(&column, *day, Some(*before)).unwrap_or_default()))
        });
        column.width = cells.max().unwrap_or(0).max(usize::from(width(&column.name)).min(20));
        let Some(rest) = left.checked_sub(column.width + GAP) else { continue };
        left = rest;
        columns.push(column);
    }
    let is_cut = columns.len() < count;
    (columns, is_cut)
}

fn row(day: Timestamp, before: Option<Timestamp>, columns: &[Column]) -> Vec<Part> {
    let at = day.to_zoned(TimeZone::UTC);
    let is_midnight = at.hour() == 0 && at.minute() == 0;
    let when = at.strftime(if is_midnight { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" }).to_string();
    let mut parts = vec![(format!(" {}", left(&when, WHEN)), Role::Text)];
    if columns.iter().all(|column| column.series.near(day).is_none()) {
        parts.push((format!("{}not measured", " ".repeat(GAP)), Role::Warning));
        return parts;
    }
    for column in columns {
        let (text, role) = match cell(column, day, before) {
            Some(text) => (text, role(column)),
            None => ("-".to_owned(), Role::Muted),
        };
        parts.push((format!("{}{}", " ".repeat(GAP), right(&text, column.width)), role));
    }
    parts
}

fn cell(column: &Column, day: Timestamp, before: Option<Timestamp>) -> Option<String> {
    let to = column.series.near(day)?;
    match &column.kind {
        Kind::Value(unit) => Some(unit.show(to.value)),
        Kind::Exact => {
            let bytes = crate::domain::metrics::whole(to.value);
            Some(Count(bytes.bytes()).to_string())
        }
        Kind::Change(unit) => {
            let from = column.series.near(before?)?;
            Some(unit.show_change(Change { from, to }.by()))
        }
    }
}

const fn role(column: &Column) -> Role {
    match column.kind {
        Kind::Value(_) => Role::Text,
        Kind::Exact | Kind::Change(_) => Role::Muted,
    }
}
