//! The calendar strip of a set: a cell for each run, and above it how large its backup is.

use std::ops::Range;

use jiff::Timestamp;

use crate::app::backups::set::Watched;
use crate::domain::checkup::Weight;
use crate::domain::checkup::rule::Rule;
use crate::domain::slot::judge::local;
use crate::domain::slot::{Slot, State};
use crate::ui::sheet::{Part, Sheet};
use crate::ui::theme::Role;

use super::signs::{role_of_weight, sign};

/// So many runs are shown at once.
const SHOWN: usize = 90;
/// Before each line stands when it begins.
const MARGIN: usize = 8;
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// What is drawn of the runs, and how.
pub(super) struct Strip<'a> {
    watched: &'a Watched,
    slots: &'a [Slot],
    /// Cells for each run: one, or two where there is room.
    cell: usize,
    per_line: usize,
    largest: u64,
    cursor: Option<Timestamp>,
}

impl<'a> Strip<'a> {
    /// The newest runs, or those around the cursor.
    pub(super) fn of(watched: &'a Watched, cursor: Option<Timestamp>, width: u16) -> Self {
        let all = watched.slots();
        let slots = all.get(window(all, cursor)).unwrap_or_default();
        let room = usize::from(width).saturating_sub(MARGIN + 1).max(10);
        let cell = if slots.len() * 2 <= room { 2 } else { 1 };
        let lines = (slots.len() * cell).div_ceil(room).max(1);
        let size = |slot: &Slot| slot.backup.as_ref().map_or(0, |backup| backup.size.bytes());
        let largest = slots.iter().map(size).max().unwrap_or(0);
        Self { watched, slots, cell, per_line: slots.len().div_ceil(lines), largest, cursor }
    }

    /// Draws the lines of it, with bars `high` rows high above each; `marks` adds a row of marks.
    pub(super) fn draw(&self, sheet: &mut Sheet<'_>, high: usize, marks: bool) {
        for line in self.slots.chunks(self.per_line.max(1)) {
            if self.largest > 0 {
                for row in (0..high).rev() {
                    sheet.line(self.bars(line, row, high));
                }
            }
            sheet.line(self.signs(line));
            if marks {
                sheet.line(self.marks(line));
            }
        }
    }

    /// How many rows it takes.
    pub(super) fn height(&self, high: usize, marks: bool) -> usize {
        let lines = self.slots.len().div_ceil(self.per_line.max(1));
        let bars = if self.largest > 0 { high } else { 0 };
        lines * (bars + 1 + usize::from(marks))
    }

    fn margin(&self, line: &[Slot], is_signs: bool) -> Part {
        let begins = line.first().filter(|_| is_signs).map(|slot| {
            let zone = self.watched.set.time_zone.clone();
            slot.at.to_zoned(zone).strftime("%b %e").to_string()
        });
        (format!(" {:<width$}", begins.unwrap_or_default(), width = MARGIN - 1), Role::Muted)
    }

    fn signs(&self, line: &[Slot]) -> Vec<Part> {
        let mut parts = vec![self.margin(line, true)];
        for slot in line {
            let (sign, role) = sign(slot.state);
            let role = if self.is_at(slot) { Role::Selection } else { role };
            self.push(&mut parts, (sign, role));
        }
        parts
    }

    fn is_at(&self, slot: &Slot) -> bool {
        Some(slot.at) == self.cursor
    }

    fn push(&self, parts: &mut Vec<Part>, (text, role): (&str, Role)) {
        parts.push((text.to_owned(), role));
        if self.cell > 1 {
            parts.push((" ".repeat(self.cell - 1), Role::Muted));
        }
    }

    /// One row of bars, the lowest of which is 0. They begin at nothing: half as high is half as much.
    /// The cursor never turns one round: without colours that would make a gap of it.
    fn bars(&self, line: &[Slot], row: usize, high: usize) -> Vec<Part> {
        let mut parts = vec![self.margin(line, false)];
        for slot in line {
            let size = slot.backup.as_ref().map_or(0, |backup| backup.size.bytes());
            let eighths = eighths(size, self.largest, high);
            let own = eighths.saturating_sub(row * 8).min(8);
            let role = match slot.state {
                _ if self.is_at(slot) => Role::Title,
                State::Ok => self.anomaly(slot).map_or(Role::Accent, role_of_weight),
                other => sign(other).1,
            };
            self.push(&mut parts, (EIGHTHS.get(own).copied().unwrap_or(" "), role));
        }
        parts
    }

    /// A row of marks under what is unusual about a size or a time.
    fn marks(&self, line: &[Slot]) -> Vec<Part> {
        let mut parts = vec![self.margin(line, false)];
        for slot in line {
            let role = self.unusual(slot);
            let mark = if role.is_some() { "▲" } else { " " };
            self.push(&mut parts, (mark, role.unwrap_or(Role::Muted)));
        }
        parts
    }

    /// What a backup looks like whose size or time is unusual; `None` of any other.
    fn unusual(&self, slot: &Slot) -> Option<Role> {
        match slot.state {
            State::TooSmall | State::Zero | State::Partial | State::Duplicate => {
                Some(Role::Critical)
            }
            _ => self.anomaly(slot).map(role_of_weight),
        }
    }

    /// What the marks mean, where there are any.
    pub(super) fn legend_of_marks(&self) -> Vec<Part> {
        let count = self.slots.iter().filter(|slot| self.unusual(slot).is_some()).count();
        if count == 0 {
            return Vec::new();
        }
        vec![("▲ ".to_owned(), Role::Critical), (format!("{count} unusual"), Role::Muted)]
    }

    /// What a rule found about the size or the duration of a good backup.
    fn anomaly(&self, slot: &Slot) -> Option<Weight> {
        let findings = &self.watched.checkup()?.findings;
        let is_it = |rule| matches!(rule, Rule::Size | Rule::Duration);
        let own = findings.iter().filter(|it| it.slot == Some(slot.at) && is_it(it.rule));
        own.map(|finding| finding.weight).max()
    }

    /// `▪ ok  ✘ missed`: the states that occur, each with its number.
    pub(super) fn legend(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = vec![(" ".to_owned(), Role::Muted)];
        for state in State::ALL {
            let count = self.slots.iter().filter(|slot| slot.state == state).count();
            if count > 0 {
                let (sign, role) = sign(state);
                parts.push((format!("{sign} "), role));
                parts.push((format!("{count} {state}   "), Role::Muted));
            }
        }
        parts
    }

    /// `91 runs, 2026-08-22 00:00 to 2026-11-20 00:00`.
    pub(super) fn span(&self) -> String {
        let zone = &self.watched.set.time_zone;
        match (self.slots.first(), self.slots.last()) {
            (Some(first), Some(last)) => {
                let runs = crate::domain::units::plural(self.slots.len() as u64, "run");
                format!("{runs}, {} to {}", local(first.at, zone), local(last.at, zone))
            }
            _ => "no run yet".to_owned(),
        }
    }
}

/// Which of the runs are shown.
fn window(slots: &[Slot], cursor: Option<Timestamp>) -> Range<usize> {
    let at = cursor.and_then(|cursor| slots.iter().position(|slot| slot.at == cursor));
    let newest = slots.len().saturating_sub(SHOWN);
    let first = at.map_or(newest, |at| newest.min(at));
    first..slots.len().min(first + SHOWN)
}

/// How high a bar is, in eighths of a row. Something is never nothing.
fn eighths(size: u64, largest: u64, high: usize) -> usize {
    if largest == 0 || size == 0 {
        return 0;
    }
    let share = size as f64 / largest as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is 0 to 1")]
    let eighths = (share * high as f64 * 8.0).round() as usize;
    eighths.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_begin_at_nothing_and_something_is_never_nothing() {
        assert_eq!(eighths(0, 100, 4), 0);
        assert_eq!(eighths(1, 100_000, 4), 1);
        assert_eq!(eighths(50, 100, 4), 16);
        assert_eq!(eighths(100, 100, 4), 32);
    }
}
