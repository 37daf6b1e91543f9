//! The form: what is due, what is drilled, how it is picked, how deep; the odds and the calendar.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use crate::app::App;
use crate::app::drill::form::{Field, PickBy};
use crate::app::drill::words::{costs, one_in, proves};
use crate::app::drill::{Drill, Training};
use crate::domain::backup::Backup;
use crate::domain::settings::Depth;
use crate::domain::units::{Span, plural};
use crate::drill::past::{Mark, days_ago, mark};
use crate::drill::plan::ToolChoice;
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

use super::{calendar, history};
use crate::ui::sheet::{Part, Sheet, bar, left, right, wrap};

/// What the fields need, what the calendar beside them needs, and what the fields have use for.
const FIELDS: u16 = 88;
const CALENDAR: u16 = 77;
const WIDEST: u16 = 110;

/// ```text
///  Due  prod in 4 d · staging overdue by 24 d · dev never drilled
///
/// ▌ backups of     ‹ prod/ingest ›   PRODUCTION, only read   s3://backups/prod/
///   pick           ‹ the dice ›      2026-10-14T00_00.tar.gz  14.8 MiB  37 d old  1 in 88
///   depth          ‹ compare ›       nothing of the source is missing: proven
///   restore with   ‹ auto ›          mongorestore if the image has it, else built-in
///
///  Verified  · untested  ░ intact …
///  Odds      seed 7 …
/// ```
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let drill = &app.drill;
    let is_wide = area.width >= FIELDS + CALENDAR;
    let [main, side] = if is_wide {
        let fields = (area.width - CALENDAR).min(WIDEST);
        Layout::horizontal([Constraint::Length(fields), Constraint::Fill(1)]).areas(area)
    } else {
        [area, Rect::default()]
    };
    let mut sheet = Sheet::new(theme, main.width);
    if drill.sets.is_empty() {
        sheet.blank();
        let text = "No backup set is configured that can be drilled.";
        sheet.line([(format!("  {text}"), Role::Text)]);
        let text = "`lifeboat config init` looks around and writes a file to start from.";
        sheet.line([(format!("  {text}"), Role::Muted)]);
        sheet.draw(frame, main);
        return;
    }
    let room = usize::from(area.height);
    let is_roomy = room > 30;
    let mut lower = Sheet::new(theme, main.width);
    if room > 20 {
        let costs = costs(drill.form.depth).to_owned();
        lower.line([(" Costs     ".to_owned(), Role::Header), (costs, Role::Muted)]);
    }
    if is_roomy {
        lower.blank();
    }
    problems(&mut lower, drill);
    if !is_wide {
        let months = match room {
            21.. => 6,
            _ if drill.training.is_empty() => 4,
            _ => 3,
        };
        calendar::draw(&mut lower, drill, months);
        if is_roomy {
            lower.blank();
        }
    }
    odds(&mut lower, app, if room > 20 { 8 } else { 4 });
    if is_roomy {
        lower.blank();
    }
    // The names of what can be rehearsed are always there, what they rehearse where there is room.
    let above = Field::ALL.len() + 1;
    let spare = room.saturating_sub(above + usize::from(lower.height()));
    let mut rehearsals = Sheet::new(theme, main.width);
    if spare > drill.training.len() + 6 {
        training(&mut rehearsals, drill);
    } else {
        training_names(&mut rehearsals, drill);
    }
    let spare = spare.saturating_sub(usize::from(rehearsals.height()));
    // A blank between the parts, where there is room for one.
    let blanks = spare.min(2);
    left_out(&mut lower, drill, spare.saturating_sub(blanks + 1));
    sheet.line(due(app));
    if blanks > 0 {
        sheet.blank();
    }
    let first = main.y + sheet.height();
    viewports.rows(Rect { y: first, height: 4, ..main }, 0);
    for field in Field::ALL {
        field_line(&mut sheet, app, field);
    }
    if blanks > 1 {
        sheet.blank();
    }
    sheet.append(lower);
    if spare > blanks {
        sheet.blank();
    }
    sheet.append(rehearsals);
    sheet.draw(frame, main);
    if is_wide {
        let mut beside = Sheet::new(theme, side.width);
        calendar::draw(&mut beside, drill, 12);
        beside.blank();
        history::newest(&mut beside, app, 12);
        beside.draw(frame, side);
    }
}

/// Why something is not known.
fn problems(sheet: &mut Sheet<'_>, drill: &Drill) {
    if let Some(failure) = drill.listing_failure() {
        let text = format!("the backups are not known: {}", failure.what);
        sheet.sentence(2, &text, (Role::Critical, 3));
        if let Some(advice) = &failure.advice {
            sheet.sentence(2, advice, (Role::Text, 2));
        }
    }
    for text in drill.unread.iter().take(1) {
        let text = format!("of the journal was not read: {text}");
        sheet.sentence(2, &text, (Role::Warning, 2));
    }
}

/// What is due in each environment.
fn due(app: &App) -> Vec<Part> {
    let mut parts = vec![(" Due ".to_owned(), Role::Header)];
    for (at, (name, production, due)) in app.drill.due().into_iter().enumerate() {
        parts.push((if at == 0 { " " } else { " · " }.to_owned(), Role::Muted));
        let role = if production { Role::Production } else { Role::Text };
        parts.push((format!("{name} "), role));
        if app.drill.pasts.is_none() {
            parts.push(("…".to_owned(), Role::Muted));
            continue;
        }
        let role = if due.is_overdue(app.now) { Role::Warning } else { Role::Fine };
        parts.push((due.words(app.now), role));
    }
    parts
}

fn field_line(sheet: &mut Sheet<'_>, app: &App, field: Field) {
    let drill = &app.drill;
    let is_here = drill.form.at == field;
    let (value, says) = match field {
        Field::Set => set(drill),
        Field::Pick => pick(app, sheet.width() > 90),
        Field::Depth => {
            let depth = drill.form.depth;
            let mut says = vec![(proves(depth).to_owned(), Role::Text)];
            let is_blind = drill.set().is_some_and(|set| !set.has_source);
            if depth == Depth::Compare && is_blind {
                says = vec![("this set names no source to compare with".to_owned(), Role::Warning)];
            }
            (depth.word().to_owned(), says)
        }
        Field::Tool => {
            let (value, says) = match drill.form.tool {
                ToolChoice::Auto => ("auto", "mongorestore if the image has it, else built-in"),
                ToolChoice::Mongorestore => ("mongorestore", "what an incident would use"),
                ToolChoice::Builtin => ("built-in", "for images without mongorestore"),
            };
            (value.to_owned(), vec![(says.to_owned(), Role::Muted)])
        }
    };
    let (sign, name) = if is_here { ("▌", Role::Text) } else { (" ", Role::Muted) };
    let (value_role, open, close) =
        if is_here { (Role::Selection, "‹", "›") } else { (Role::Text, " ", " ") };
    let mut parts = vec![
        (sign.to_owned(), Role::Accent),
        (left(field.word(), 13), name),
        (format!("{open} {value} {close}"), value_role),
    ];
    // A long value still leaves a gap before what is said of it.
    let gap = 18_usize.saturating_sub(value.chars().count() + 4).max(2);
    parts.push((" ".repeat(gap), Role::Muted));
    parts.extend(says);
    sheet.line(parts);
}

fn set(drill: &Drill) -> (String, Vec<Part>) {
    let Some(set) = drill.set() else { return (String::new(), Vec::new()) };
    let mut says = Vec::new();
    if set.production {
        says.push(("PRODUCTION".to_owned(), Role::Production));
        says.push(("'s backups, only read   ".to_owned(), Role::Muted));
    }
    says.push((set.place.clone(), Role::Muted));
    (set.id.path(), says)
}

fn pick(app: &App, is_wide: bool) -> (String, Vec<Part>) {
    let drill = &app.drill;
    let shelf = &drill.shelf;
    let value = match drill.form.by {
        PickBy::Dice => "the dice".to_owned(),
        PickBy::Chosen(at) if at + 1 == shelf.backups.len() => "the newest".to_owned(),
        PickBy::Chosen(at) => format!("{} of {}", at + 1, shelf.backups.len()),
    };
    let Some(object) = drill.form.object(shelf) else {
        let text = if shelf.is_loading { "listing the backups …" } else { "no backup" };
        return (value, vec![(text.to_owned(), Role::Muted)]);
    };
    let mut says = vec![
        (object.name().to_owned(), Role::Title),
        (format!("  {}  {} d  ", object.size, days_ago(object.began.at, app.now)), Role::Text),
    ];
    match drill.form.by {
        PickBy::Dice => says.extend(shelf.rolled.as_ref().map(|(_, pick)| {
            let tested = if pick.exhausted { "all were tested" } else { "untested" };
            let tested = if is_wide { format!(", {tested}") } else { String::new() };
            (format!("{}{tested}", one_in(pick.chance)), Role::Accent)
        })),
        PickBy::Chosen(_) => says.push(known(drill, object)),
    }
    (value, says)
}

/// What is known of a backup that somebody chose.
fn known(drill: &Drill, object: &Backup) -> Part {
    let Some(set) = drill.set() else { return (String::new(), Role::Muted) };
    if object.is_archived() {
        return ("archived: it must be thawed first".to_owned(), Role::Warning);
    }
    match mark(drill.pasts(), object, &set.id.environment) {
        Mark::Missed | Mark::Late | Mark::Untested => ("not tested".to_owned(), Role::Muted),
        Mark::Reached(depth) => (depth.praise().to_owned(), Role::Fine),
        Mark::Failed => ("failed".to_owned(), Role::Critical),
    }
}

/// The strata, each with its share of the odds; before the draw and after it.
fn odds(sheet: &mut Sheet<'_>, app: &App, most: usize) {
    let shelf = &app.drill.shelf;
    let Some((_, pick)) = &shelf.rolled else { return };
    let facts = format!(
        "seed {} over {}; weight: days since a stratum was drilled",
        pick.seed,
        plural(pick.pool_size, "untested backup"),
    );
    sheet.heading("Odds", &facts);
    for odds in pick.odds.iter().take(most) {
        let is_drawn = odds.stratum == pick.stratum && app.drill.form.by == PickBy::Dice;
        let (full, rest) = bar(odds.chance, 16);
        let role = if is_drawn { Role::Accent } else { Role::Muted };
        let drawn = if is_drawn { "◆ " } else { "  " };
        let stratum = left(&odds.stratum.to_string(), 22);
        let noun = if odds.backups == 1 { "backup " } else { "backups" };
        let weight = match odds.weight {
            365.. => "never or a year ago".to_owned(),
            days => format!("{days} d ago"),
        };
        sheet.line([
            (drawn.to_owned(), Role::Accent),
            (stratum, if is_drawn { Role::Text } else { Role::Muted }),
            (full, role),
            (rest, Role::Border),
            (right(&format!("{:.0} %", odds.chance * 100.0), 6), Role::Text),
            (format!("  {:>3} {noun}  {weight}", odds.backups), Role::Muted),
        ]);
    }
}

/// What the dice leave out, so that everybody sees it.
fn left_out(sheet: &mut Sheet<'_>, drill: &Drill, room: usize) {
    let shelf = &drill.shelf;
    let Some((_, pick)) = &shelf.rolled else { return };
    if room == 0 {
        return;
    }
    let known = if drill.rules.is_local { ", known on this machine only" } else { "" };
    let text = match pick.excluded.len() {
        0 if pick.exhausted => format!("all were tested: all are in the pool again{known}"),
        0 => format!("nothing: none of the last {} was tested{known}", Span(drill.rules.window)),
        count => {
            let name = |key: &crate::domain::backup::BackupKey| {
                key.0.rsplit('/').next().unwrap_or(&key.0).to_owned()
            };
            let names: Vec<String> = pick.excluded.iter().map(name).collect();
            format!("{count} tested before{known}: {}", names.join(", "))
        }
    };
    let notes = shelf.pool.notes.iter().map(|note| format!("; {note}"));
    let text = format!("{text}{}", notes.collect::<String>());
    if room < 3 {
        sheet.line([(" Left out  ".to_owned(), Role::Header), (text, Role::Muted)]);
    } else {
        sheet.heading("Left out", "");
        sheet.sentence(2, &text, (Role::Muted, room.saturating_sub(1)));
    }
}

/// The failures that can be rehearsed in the embedded world.
fn training(sheet: &mut Sheet<'_>, drill: &Drill) {
    if drill.training.is_empty() {
        return;
    }
    sheet.heading("Rehearse a failure", "`lifeboat demo --fault NAME`, or `:train NAME` here");
    for training in &drill.training {
        let (sign, role) =
            if training.is_on { ("◆ ", Role::Warning) } else { ("  ", Role::Text) };
        sheet.line([
            (sign.to_owned(), Role::Warning),
            (left(training.name, 20), role),
            // In the words of the result that it leads to.
            (left(&training.verdict.replace('-', " ").to_uppercase(), 18), Role::Muted),
            (training.rehearses.to_owned(), Role::Muted),
        ]);
    }
}

/// Their names alone.
fn training_names(sheet: &mut Sheet<'_>, drill: &Drill) {
    if drill.training.is_empty() {
        return;
    }
    let name = |training: &Training| {
        let sign = if training.is_on { "◆ " } else { "" };
        format!("{sign}{}", training.name)
    };
    let names: Vec<String> = drill.training.iter().map(name).collect();
    let text = format!("{}: `:train NAME`", names.join(", "));
    let room = usize::from(sheet.width()).saturating_sub(12);
    for (at, line) in wrap(&text, room).into_iter().enumerate() {
        let heading = if at == 0 { " Rehearse  " } else { "           " };
        sheet.line([(heading.to_owned(), Role::Header), (line, Role::Muted)]);
    }
}
