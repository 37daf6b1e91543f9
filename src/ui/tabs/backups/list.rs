//! The objects of a set: name, time, size, by how much they differ from the one before, class, when
//! they expire, state, and who has read or restored them.

use std::collections::HashMap;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::backups::listing::{Listing, Phase};
use crate::app::backups::set::Watched;
use crate::domain::age::age;
use crate::domain::backup::{Backup, BeganFrom};
use crate::domain::bucket::Sample;
use crate::domain::known::Known;
use crate::domain::slot::State;
use crate::domain::slot::judge::local;
use crate::domain::units::{ByteSize, Count};
use crate::drill::past::{Mark, Past, Told, mark};
use crate::ui::paint::fit_name;
use crate::ui::sheet::{Part, Sheet, left, right};
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

use super::signs::sign;

/// ```text
///  91 objects, 1.4 GiB, from 2026-08-21 on
///   NAME                     T0                SIZE        Δ  CLASS     STATE      READ
/// ▌ 2026-11-20T00_00.tar.gz  2026-11-20 00:00  15.5 MiB  +0.1 %  STANDARD  ▪ ok   proven 11-20 ada@jump
/// ```
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let (Some(watched), Some(listing)) = (app.backups.selected(), &app.backups.listing) else {
        return;
    };
    let mut sheet = Sheet::new(theme, area.width);
    sheet.line(summary(watched, listing, app));
    if let Phase::Failed(failure) = &listing.phase {
        sheet.sentence(1, &failure.to_string(), (Role::Critical, 2));
    }
    let columns = Columns::of(area.width, watched);
    sheet.line([(columns.headings(), Role::Header)]);
    let first = sheet.height();
    let room = usize::from(area.height.saturating_sub(first));
    let offset = scroll(viewports.offset, listing.place(), listing.count(), room);
    viewports.offset = offset;
    let looks = Looks::of(app.drill.pasts());
    for place in offset..listing.count().min(offset + room) {
        if let Some((backup, change)) = listing.row(place) {
            let is_here = place == listing.place();
            let sample = app.backups.samples.get(&listing.set, &backup.key.0);
            let row = Row { watched, backup: &backup, change, listing, sample };
            sheet.line(columns.row(&row, &looks, is_here));
        }
    }
    if listing.count() == 0 {
        let text = match (&listing.phase, !listing.is_filtered()) {
            (_, false) => "no object has this; esc shows all",
            (Phase::Arriving, true) => "listing …",
            (Phase::Complete, true) => "there is no object of its window",
            (Phase::Failed(_), true) => "nothing is known; ctrl-r lists again",
        };
        sheet.line([(format!("  {text}"), Role::Muted)]);
    }
    let drawn = u16::try_from(listing.count().saturating_sub(offset).min(room)).unwrap_or(0);
    viewports.rows(Rect { y: area.y + first, height: drawn, ..area }, offset);
    sheet.draw(frame, area);
    let selected = u16::try_from(listing.place().saturating_sub(offset)).unwrap_or(0);
    if selected < drawn {
        let line = Rect { y: area.y + first + selected, height: 1, ..area };
        frame.buffer_mut().set_style(line, theme.role(Role::Selection));
    }
}

/// The first row to show, so that the cursor is seen and no room is wasted.
fn scroll(offset: usize, at: usize, rows: usize, height: usize) -> usize {
    let offset = offset.min(rows.saturating_sub(height)).min(at);
    if at >= offset + height { at + 1 - height } else { offset }
}

/// `91 objects, 1.4 GiB, from 2026-08-21 on`, and how far the listing is.
fn summary(watched: &Watched, listing: &Listing, app: &App) -> Vec<Part> {
    let (count, bytes) = listing.arrived();
    let mut text = format!(" {} objects, {bytes}", Count(count as u64));
    if let Some(since) = listing.since {
        let day = since.to_zoned(watched.set.time_zone.clone()).strftime("%Y-%m-%d").to_string();
        text = format!("{text}, those from {day} on");
    }
    let mut parts = vec![(text, Role::Text)];
    if listing.objects.beyond > 0 {
        let text = format!(", and {} more that are not shown", Count(listing.objects.beyond));
        parts.push((text, Role::Warning));
    }
    match (&listing.phase, listing.at) {
        (Phase::Arriving, None) => parts.push((" so far …".to_owned(), Role::Busy)),
        (Phase::Arriving, Some(_)) => parts.push((", listing again …".to_owned(), Role::Busy)),
        (Phase::Complete, _) | (Phase::Failed(_), None) => {}
        (Phase::Failed(_), Some(at)) => {
            parts.push((format!(", as of {} ago", age(at, app.now)), Role::Stale));
        }
    }
    parts
}

/// What was read of each object, by its key: a journal has few, a listing many.
struct Looks<'a> {
    by_key: HashMap<&'a str, Vec<&'a Past>>,
    pasts: &'a [Past],
}

impl<'a> Looks<'a> {
    fn of(pasts: &'a [Past]) -> Self {
        let mut by_key: HashMap<&str, Vec<&Past>> = HashMap::new();
        for past in pasts {
            by_key.entry(past.backup()).or_default().push(past);
        }
        Self { by_key, pasts }
    }

    /// `proven 2026-11-20 ada@jump`.
    fn of_backup(&self, watched: &Watched, backup: &Backup) -> Part {
        let environment = &watched.set.environment;
        let own = self.by_key.get(backup.name()).into_iter().flatten();
        let newest = own.filter(|past| past.is_of(backup, environment)).max_by_key(|past| past.at);
        let Some(past) = newest else { return (String::new(), Role::Muted) };
        let (word, role) = match mark(self.pasts, backup, environment) {
            Mark::Failed => ("FAILED", Role::Critical),
            Mark::Reached(depth) => (depth.praise(), Role::Fine),
            Mark::Missed | Mark::Late | Mark::Untested => ("unverified", Role::Warning),
        };
        let by = match &past.told {
            Told::Drilled(record) => record.actor.as_str(),
            Told::Imported { .. } => "spreadsheet",
        };
        (format!("{word} {} {by}", past.at.strftime("%Y-%m-%d")), role)
    }
}

struct Row<'a> {
    watched: &'a Watched,
    backup: &'a Backup,
    change: Option<i64>,
    listing: &'a Listing,
    /// What the storage says of it, where that was asked.
    sample: Option<&'a Known<Sample>>,
}

struct Columns {
    name: usize,
    /// Its word has room, its sign alone has, or nothing.
    state: usize,
    has_class: bool,
    has_expiry: bool,
    read: usize,
}

const TIME: usize = 16;
/// `2026-11-20` of it.
const DAY: usize = 10;
const SIZE: usize = 10;
const CHANGE: usize = 8;
const CLASS: usize = 12;
const EXPIRY: usize = 10;
const STATE: usize = 11;
const SIGN: usize = 1;
const GAP: usize = 2;
/// In less room a word says what was read of a backup.
const BRIEF: usize = 18;

impl Columns {
    fn of(width: u16, watched: &Watched) -> Self {
        let width = usize::from(width);
        let has_class = width >= 110;
        let has_expiry = width >= 96;
        let has_state = watched.slots().iter().any(|slot| slot.backup.is_some());
        let optional = |is_there: bool, cells: usize| if is_there { cells + GAP } else { 0 };
        let fixed = 2 + TIME + SIZE + CHANGE + 3 * GAP;
        let fixed = fixed + optional(has_class, CLASS) + optional(has_expiry, EXPIRY);
        let state = if width < 96 { SIGN } else { STATE };
        let fixed = fixed + optional(has_state, state);
        let left = width.saturating_sub(fixed);
        // The names of most backups are whole, and what was read of them is said in a word. What is not
        // read at all has the room for its name.
        let is_read = watched.set.engine.is_some();
        let wanted = if is_read { left * 3 / 5 } else { left.saturating_sub(GAP) };
        let name = wanted.clamp(24, 60).min(left);
        let state = if has_state { state } else { 0 };
        let read = if is_read { left.saturating_sub(name + GAP) } else { 0 };
        Self { name, state, has_class, has_expiry, read }
    }

    fn headings(&self) -> String {
        let mut text = format!("  {}", left("NAME", self.name + GAP));
        text.push_str(&left("T0", TIME + GAP));
        text.push_str(&right("SIZE", SIZE));
        text.push_str(&right("Δ", CHANGE + GAP));
        text.push_str("  ");
        if self.has_class {
            text.push_str(&left("CLASS", CLASS + GAP));
        }
        if self.has_expiry {
            text.push_str(&left("EXPIRES", EXPIRY + GAP));
        }
        match self.state {
            0 => {}
            SIGN => text.push_str(&left("", SIGN + GAP)),
            _ => text.push_str(&left("STATE", STATE + GAP)),
        }
        if self.read > 4 { text + "READ" } else { text }
    }

    fn row(&self, row: &Row<'_>, looks: &Looks<'_>, is_selected: bool) -> Vec<Part> {
        let Row { watched, backup, change, listing, .. } = row;
        let gutter = match (is_selected, listing.marks.contains(&backup.key.0)) {
            (_, true) => ("● ", Role::Marked),
            (true, false) => ("▌ ", Role::Accent),
            (false, false) => ("  ", Role::Muted),
        };
        let name = backup.key.0.strip_prefix(&watched.set.prefix).unwrap_or(&backup.key.0);
        let name = fit_name(name, u16::try_from(self.name).unwrap_or(u16::MAX));
        let (began, of_time) = match backup.began.from {
            BeganFrom::Name => (backup.began.at, Role::Text),
            BeganFrom::LastModified => (backup.last_modified, Role::Muted),
        };
        let mut began = local(began, &watched.set.time_zone);
        if backup.began.from == BeganFrom::Name && watched.set.name_format.is_by_day() {
            // The name tells no more than the day.
            began.truncate(DAY);
        }
        let mut parts = vec![
            (gutter.0.to_owned(), gutter.1),
            (left(&name, self.name + GAP), Role::Text),
            (left(&began, TIME + GAP), of_time),
            (right(&backup.size.to_string(), SIZE), Role::Text),
            (right(&changed(backup.size, *change), CHANGE + GAP), Role::Muted),
            ("  ".to_owned(), Role::Muted),
        ];
        if self.has_class {
            let class = backup.storage_class.as_deref().unwrap_or("-");
            parts.push((left(class, CLASS + GAP), Role::Muted));
        }
        if self.has_expiry {
            parts.push((left(&expires(row.sample), EXPIRY + GAP), Role::Muted));
        }
        if self.state > 0 {
            let cells = self.state + GAP;
            parts.push(match watched.slot_of(backup).map(|slot| slot.state) {
                Some(state) => {
                    let (sign, role) = sign(state);
                    let role = if state == State::Ok { Role::Muted } else { role };
                    let text = if self.state == SIGN { sign } else { &format!("{sign} {state}") };
                    (left(text, cells), role)
                }
                None => (left("", cells), Role::Muted),
            });
        }
        if self.read > 4 {
            let (text, role) = looks.of_backup(watched, backup);
            let word = text.split(' ').next().unwrap_or_default();
            let text = if self.read < BRIEF { word } else { &text };
            parts.push((left(text, self.read), role));
        }
        parts
    }
}

/// When the storage removes it; nothing where nobody has asked yet.
fn expires(sample: Option<&Known<Sample>>) -> String {
    match sample {
        None => String::new(),
        Some(Known::Told(sample)) => match &sample.expires {
            Some(expiry) => expiry.at.strftime("%Y-%m-%d").to_string(),
            None => "never".to_owned(),
        },
        Some(Known::Denied { .. }) => "denied".to_owned(),
        Some(Known::NotOffered | Known::Failed(_) | Known::Unasked) => "not known".to_owned(),
    }
}

/// By what share a size differs from the one before.
fn changed(size: ByteSize, change: Option<i64>) -> String {
    let Some(change) = change else { return String::new() };
    let own = i64::try_from(size.bytes()).unwrap_or(i64::MAX);
    let before = own.saturating_sub(change);
    if before <= 0 {
        return "new".to_owned();
    }
    format!("{:+.1} %", change as f64 / before as f64 * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_share_of_the_one_before() {
        assert_eq!(changed(ByteSize(110), Some(10)), "+10.0 %");
        assert_eq!(changed(ByteSize(50), Some(-50)), "-50.0 %");
        assert_eq!(
            (changed(ByteSize(5), Some(5)), changed(ByteSize(5), None)),
            ("new".to_owned(), String::new())
        );
    }

    #[test]
    fn the_cursor_is_always_seen() {
        assert_eq!(scroll(0, 9, 100, 10), 0);
        assert_eq!(scroll(0, 10, 100, 10), 1);
        assert_eq!(scroll(50, 10, 100, 10), 10);
        assert_eq!(scroll(95, 99, 100, 10), 90);
    }
}
