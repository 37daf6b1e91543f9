//! The verification calendar: a cell for each slot, its shade the depth that its backup was verified to.

use crate::app::drill::Drill;
use crate::app::drill::form::PickBy;
use crate::domain::settings::Depth;
use crate::drill::past::{Cell, Mark};
use crate::ui::theme::Role;

use crate::ui::sheet::{Part, Sheet};

/// The sign of a cell, readable without colour too.
const fn sign(mark: Mark) -> (&'static str, Role) {
    match mark {
        Mark::Missed => ("○", Role::Warning),
        Mark::Late => ("◌", Role::Busy),
        Mark::Untested => ("·", Role::Muted),
        Mark::Reached(Depth::Quick) => ("░", Role::Busy),
        Mark::Reached(Depth::Restore) => ("▒", Role::Fine),
        Mark::Reached(Depth::Compare) => ("█", Role::Fine),
        Mark::Failed => ("✘", Role::Critical),
    }
}

/// The lines of the calendar: one for each month, or for each day where a day has several slots.
///
/// ```text
///  Verified  · untested  ░ intact  ▒ restorable  █ proven  ✘ failed  ○ missed
///   Oct 2026  · · · · █ · · · ✘ · ○ · · · · ·
///   Nov 2026  · · · ◆ · · ·
/// ```
pub(super) fn draw(sheet: &mut Sheet<'_>, drill: &Drill, most: usize) {
    sheet.line(legend(&drill.shelf.cells));
    let Some(set) = drill.set() else { return };
    let cells = &drill.shelf.cells;
    let day = |cell: &Cell| cell.at.to_zoned(set.backups.time_zone.clone()).date();
    let is_daily = cells.windows(2).all(|pair| match pair {
        [one, two] => day(one) != day(two),
        _ => true,
    });
    let row = |cell: &Cell| if is_daily { day(cell).first_of_month() } else { day(cell) };
    let format = if is_daily { "%b %Y" } else { "%b %e" };
    let rows: Vec<&[Cell]> = cells.chunk_by(|one, two| row(one) == row(two)).collect();
    for cells in rows.iter().skip(rows.len().saturating_sub(most)) {
        let Some(first) = cells.first() else { continue };
        let name = row(first).strftime(format).to_string();
        let mut line = vec![(format!("  {name:<10}"), Role::Muted)];
        let mut column = 1;
        for cell in *cells {
            // Every day stands below the same day of the month before.
            if is_daily {
                let gap = usize::try_from(day(cell).day() - column).unwrap_or(0);
                line.push(("  ".repeat(gap), Role::Muted));
                column = day(cell).day() + 1;
            }
            line.extend(parts(cell, drill));
        }
        sheet.line(line);
    }
}

/// The signs, of which the rare one is told where it occurs.
fn legend(cells: &[Cell]) -> Vec<Part> {
    let is_known = |mark| cells.iter().any(|cell| cell.mark == mark);
    let mut legend: Vec<Part> = vec![(" Verified ".to_owned(), Role::Header)];
    for (mark, word) in [
        (Mark::Untested, "untested"),
        (Mark::Reached(Depth::Quick), "intact"),
        (Mark::Reached(Depth::Restore), "restorable"),
        (Mark::Reached(Depth::Compare), "proven"),
        (Mark::Failed, "failed"),
        (Mark::Missed, "missed"),
        (Mark::Late, "late"),
    ] {
        if mark == Mark::Late && !is_known(mark) {
            continue;
        }
        let (sign, role) = sign(mark);
        legend.push((format!(" {sign}"), role));
        legend.push((format!(" {word} "), if is_known(mark) { Role::Text } else { Role::Muted }));
    }
    legend
}

fn parts(cell: &Cell, drill: &Drill) -> [Part; 2] {
    let shelf = &drill.shelf;
    let picked = match drill.form.by {
        PickBy::Chosen(at) => Some(at),
        PickBy::Dice => shelf.rolled.as_ref().and_then(|(candidate, _)| {
            shelf.backups.iter().position(|backup| backup.key == candidate.backup.key)
        }),
    };
    let (sign, role) = sign(cell.mark);
    if cell.backup.is_some() && cell.backup == picked {
        let sign = if cell.mark == Mark::Untested { "◆" } else { sign };
        return [(sign.to_owned(), Role::Selection), (" ".to_owned(), Role::Muted)];
    }
    [(sign.to_owned(), role), (" ".to_owned(), Role::Muted)]
}
