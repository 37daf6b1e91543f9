//! Tables: aligned columns, the least important left out where there is no room, and a sign for that.

use std::collections::HashMap;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::app::App;
use crate::app::action::Action;
use crate::app::cell::{Cell, Tone};
use crate::app::cluster::{Badge, Cluster};
use crate::app::columns::{Column, Side, Width};
use crate::app::overlay::Overlay;
use crate::app::rows::Row;
use crate::app::table::Table;
use crate::ui::empty;
use crate::ui::paint::{fit, fit_dated, fit_name, line, spans, width};
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

const GAP: u16 = 2;
/// The mark and the cursor's sign before each row.
const GUTTER: u16 = 2;
/// The arrow of the sort behind a heading.
const SORT: u16 = 1;

/// A column as its texts would have it.
struct Wish {
    column: Column,
    heading: u16,
    width: u16,
}

/// A column where it is drawn.
struct Place {
    column: Column,
    x: u16,
    width: u16,
}

/// Draws a table. Gives back what the row under the cursor says that had no room.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    (app, table): (&App, &Table),
    theme: &Theme,
    viewports: &mut Viewports,
) -> Option<String> {
    let title = app.pods.top().location.crumb();
    let columns = app.columns();
    let answers = app.pods.shown(&app.clusters).map(Cluster::answers).sum();
    // While a filter is typed, or leaves nothing, the columns stay where they are.
    let is_typed = matches!(app.overlay, Some(Overlay::Prompt(_)));
    let stays = is_typed || table.rows().is_empty();
    let filter = if stays { &viewports.filter } else { &table.filtering.text };
    let is_same =
        viewports.table == title && viewports.answers == answers && viewports.filter == *filter;
    if !is_same || viewports.widths.keys().any(|known| !columns.contains(known)) {
        (viewports.table, viewports.answers, viewports.filter) = (title, answers, filter.clone());
        viewports.widths.clear();
    }
    let height = usize::from(area.height.saturating_sub(1));
    viewports.offset = scroll(viewports.offset, table.at(), table.rows().len(), height);
    let visible: Vec<&Row> = table.rows().iter().skip(viewports.offset).take(height).collect();
    let context = app.context();
    let mut wishes = Vec::with_capacity(columns.len());
    let mut cells: HashMap<Column, Vec<Cell<'_>>> = HashMap::with_capacity(columns.len());
    for column in &columns {
        let heading = width(&app.heading(*column));
        let known = viewports.widths.entry(*column).or_insert(heading);
        let own: Vec<_> = visible.iter().map(|row| row.cell(*column, &context)).collect();
        *known = own.iter().map(|cell| width(&cell.text)).fold(*known, u16::max);
        if let Width::Text(most) = column.width() {
            *known = (*known).min(most);
        }
        wishes.push(Wish { column: *column, heading, width: *known });
        cells.insert(*column, own);
    }
    let (places, hidden) = place(&wishes, table, area.width);
    draw_header(frame, area, (app, &places, hidden), theme, viewports);
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if visible.is_empty() {
        empty::draw(frame, body, (app, table), theme);
        return None;
    }
    let shown = u16::try_from(visible.len()).unwrap_or(u16::MAX);
    viewports.rows(Rect { height: shown, ..body }, viewports.offset);
    for (at, row) in visible.iter().enumerate() {
        let y = body.y + u16::try_from(at).unwrap_or(u16::MAX);
        let is_selected = viewports.offset + at == table.at();
        let is_marked = !table.marks.is_empty() && table.marks.contains(&row.key());
        let line_area = Rect { y, height: 1, ..body };
        if is_selected {
            frame.buffer_mut().set_style(line_area, theme.role(Role::Selection));
        }
        let sign = match (is_selected, is_marked) {
            // The ground tells the cursor too.
            (_, true) => "● ",
            (true, false) => "▌ ",
            (false, false) => "  ",
        };
        let style = theme.role(if is_marked { Role::Marked } else { Role::Accent });
        spans(frame, Rect { width: GUTTER, ..line_area }, [Span::styled(sign, style)]);
        for place in &places {
            let Some(cell) = cells.get(&place.column).and_then(|own| own.get(at)) else { continue };
            if let Some(since) = cell.since {
                viewports.aged(since, app.now);
            }
            let text = match place.column {
                Column::Name | Column::Object => fit_name(&cell.text, place.width),
                Column::Why => fit_dated(&cell.text, place.width),
                _ => fit(&cell.text, place.width),
            };
            let tone = match place.column {
                Column::Environment => trust(app, row),
                _ => cell.tone,
            };
            let style = if is_selected {
                theme.tone(tone).patch(theme.role(Role::Selection))
            } else {
                theme.tone(tone)
            };
            let indent = match place.column.side() {
                Side::Right => place.width.saturating_sub(width(&text)),
                Side::Left => 0,
            };
            let cells = Rect {
                x: area.x + place.x + indent,
                width: place.width.saturating_sub(indent),
                ..line_area
            };
            spans(frame, cells, [Span::styled(text, style)]);
        }
    }
    unsaid(app, table, &places, viewports)
}

/// The tone of a row's environment: what is not live is not as it is now, and production is told apart.
fn trust(app: &App, row: &Row) -> Tone {
    match row.place().and_then(|place| app.cluster(place)) {
        Some(cluster) if cluster.badge() != Badge::Live => Tone::Stale,
        Some(cluster) if cluster.production => Tone::Production,
        Some(_) | None => Tone::Plain,
    }
}

/// The reason or the message of the row under the cursor, and whose it is, where one of them is cut.
fn unsaid(app: &App, table: &Table, places: &[Place], viewports: &mut Viewports) -> Option<String> {
    let (row, context) = (table.selected()?, app.context());
    let columns = app.columns();
    let of = |wanted: [Column; 2]| {
        let column = columns.iter().copied().find(|column| wanted.contains(column))?;
        let cell = row.cell(column, &context);
        let place = places.iter().find(|place| place.column == column);
        let is_cut = place.is_none_or(|place| width(&cell.text) > place.width);
        (!cell.text.is_empty()).then_some((cell, is_cut))
    };
    let (name, name_is_cut) = of([Column::Name, Column::Object])?;
    let Some((reason, reason_is_cut)) = of([Column::Why, Column::Message]) else {
        return name_is_cut.then(|| name.text.into_owned());
    };
    if let Some(since) = reason.since {
        viewports.aged(since, app.now);
    }
    (name_is_cut || reason_is_cut).then(|| format!("{}: {}", name.text, reason.text))
}

/// The first row to show, so that the cursor is seen and no room is wasted.
fn scroll(offset: usize, at: usize, rows: usize, height: usize) -> usize {
    let last = rows.saturating_sub(height);
    let offset = offset.min(last).min(at);
    if at >= offset + height { at + 1 - height } else { offset }
}

/// What tells of columns that are left out.
fn sign(hidden: usize) -> String {
    if hidden > 0 { format!(" +{hidden} →") } else { String::new() }
}

const LEAST_IMPORTANT: u8 = 9;

/// What stays when there is little room, the most important first.
fn importance(column: Column) -> u8 {
    match column {
        Column::Name | Column::Object => 0,
        Column::Environment
        | Column::Status
        | Column::State
        | Column::LastSeen
        | Column::Place(_) => 1,
        Column::Why | Column::Message => 2,
        Column::Reason | Column::LastSuccess => 3,
        Column::Ready | Column::Restarts | Column::Age | Column::NextRun | Column::Schedule => 4,
        Column::Completions | Column::Suspended | Column::Pods | Column::Kind => 5,
        Column::Namespace | Column::MemoryLimit | Column::MemoryRequest => 6,
        Column::CpuLimit | Column::CpuRequest | Column::Drift | Column::LastSchedule => 7,
        Column::Cpu | Column::Memory | Column::Count | Column::Image | Column::Duration => 8,
        _ => LEAST_IMPORTANT,
    }
}

/// How narrow a column may get before others are left out.
fn least(column: Column, own: u16) -> u16 {
    let least = match column {
        Column::Name => 24,
        Column::Object => 20,
        // `CrashLoopBackOff` and `ContainerCreating` are whole.
        Column::Status | Column::State | Column::Why | Column::Message => 17,
        Column::Place(_) => 15,
        Column::Image | Column::Labels | Column::Taints => 16,
        _ => own,
    };
    own.min(least)
}

/// Where the columns go in `room` cells, and how many are left out. The least important go first;
/// what room is left over goes to the most important.
fn place(wishes: &[Wish], table: &Table, room: u16) -> (Vec<Place>, usize) {
    // What is sorted by is looked for.
    let rank = |column: Column| {
        match column {
            // The worst are in the columns of the environments, too.
            Column::Why => importance(column),
            column if column == table.sort.column => 0,
            column => importance(column),
        }
    };
    let mut scrolled = usize::from(table.scrolled);
    let mut kept: Vec<(&Wish, u16)> = Vec::new();
    for wish in wishes {
        if scrolled > 0 && !is_pinned(wish.column) {
            scrolled -= 1;
        } else {
            kept.push((wish, least(wish.column, wish.width)));
        }
    }
    // The last column needs no gap after it.
    let room = room.saturating_add(GAP).saturating_sub(GUTTER);
    let needed = |kept: &[(&Wish, u16)]| {
        let columns = kept.iter().map(|(_, width)| width + GAP).sum::<u16>();
        // The sign for what is left out stands beside the last heading and its arrow, never on them.
        let last = kept.last();
        let sign = width(&sign(wishes.len() - kept.len()));
        let beside = last.map_or(0, |(wish, width)| match wish.column.side() {
            Side::Left => (wish.heading + SORT + sign).saturating_sub(*width),
            // It ends where its column ends.
            Side::Right => sign + (wish.heading + SORT).saturating_sub(*width),
        });
        columns + beside
    };
    while needed(&kept) > room && kept.len() > 2 {
        let worst = if table.scrolled > 0 {
            // Where somebody has scrolled, what does not fit is cut at the right.
            kept.iter().rposition(|(wish, _)| !is_pinned(wish.column))
        } else {
            let most = kept.iter().map(|(wish, _)| rank(wish.column)).max();
            kept.iter().rposition(|(wish, _)| Some(rank(wish.column)) == most)
        };
        let Some(worst) = worst else { break };
        kept.remove(worst);
    }
    let spare = room.saturating_sub(needed(&kept));
    grow(&mut kept, spare);
    let mut x = GUTTER;
    let places = kept.iter().map(|(wish, width)| {
        let place = Place { column: wish.column, x, width: *width };
        x += width + GAP;
        place
    });
    let places = places.collect();
    (places, wishes.len() - kept.len())
}

/// Gives the most important columns what they wish for; names leave sentences something first.
fn grow(kept: &mut [(&Wish, u16)], mut spare: u16) {
    const SENTENCE: u16 = 30;
    let mut give = |of: &dyn Fn(Column) -> bool, most: u16| {
        while spare > 0 {
            let is_short = |(wish, width): &&mut (&Wish, u16)| {
                of(wish.column) && *width < wish.width.min(most)
            };
            // The narrowest first: environments share what there is.
            let narrowest = kept.iter_mut().filter(is_short).min_by_key(|(_, width)| *width);
            let Some((_, width)) = narrowest else { break };
            *width += 1;
            spare -= 1;
        }
    };
    let is_sentence = |column: Column| matches!(column.width(), Width::Rest(_));
    give(&is_sentence, SENTENCE);
    for rank in 0..=LEAST_IMPORTANT {
        give(&|column| importance(column) == rank, u16::MAX);
    }
}

fn is_pinned(column: Column) -> bool {
    importance(column) == 0
}

fn draw_header(
    frame: &mut Frame<'_>,
    area: Rect,
    (app, places, hidden): (&App, &[Place], usize),
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let sort = app.pods.top().table().map(|table| table.sort);
    let sign = sign(hidden);
    let area = Rect { width: area.width.saturating_sub(width(&sign)), ..area };
    for place in places {
        let mut text = app.heading(place.column);
        let mut style = theme.role(Role::Header);
        if let Some(sort) = sort.filter(|sort| sort.column == place.column) {
            text.push(if sort.descending { '↓' } else { '↑' });
            style = style.patch(theme.role(Role::Accent));
        }
        let indent = match place.column.side() {
            Side::Right => place.width.saturating_sub(width(&text)),
            Side::Left => 0,
        };
        // The arrow of the sort may stand in the gap.
        let room = area.width.saturating_sub(place.x + indent);
        let cells = Rect {
            x: area.x + place.x + indent,
            width: (place.width - indent + 1).min(room),
            height: 1,
            ..area
        };
        let text = fit(&text, cells.width);
        viewports.click(cells, Action::SortColumn(place.column));
        spans(frame, cells, [Span::styled(text, style)]);
    }
    let corner = Rect { x: area.right(), width: width(&sign), height: 1, ..area };
    line(frame, corner, &sign, theme.role(Role::Muted));
}
