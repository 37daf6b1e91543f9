//! The verification calendar: a cell for each backup, its shade the depth that it was verified to.

use jiff::civil::Date;

use crate::app::drill::Drill;
use crate::app::drill::form::PickBy;
use crate::domain::settings::Depth;
use crate::drill::past::{Cell, Mark};
use crate::ui::theme::Role;

use crate::ui::sheet::{Part, Sheet};

/// The sign of a cell, readable without colour too.
const fn sign(mark: Mark) -> (&'static str, Role) {
    match mark {
        Mark::Missing => (" ", Role::Muted),
        Mark::Untested => ("·", Role::Muted),
        Mark::Reached(Depth::Quick) => ("░", Role::Busy),
        Mark::Reached(Depth::Restore) => ("▒", Role::Fine),
        Mark::Reached(Depth::Compare) => ("█", Role::Fine),
        Mark::Failed => ("✘", Role::Critical),
    }
}

/// ```text
///  Verified  · untested  ░ intact  ▒ restorable  █ proven  ✘ failed
///   Oct      1 · · · · █ · · · ✘ · · · · · · ·
///   Nov      1 · · · [·] · · ·
/// ```
pub(super) fn draw(sheet: &mut Sheet<'_>, drill: &Drill, most: usize) {
    let is_known = |mark| drill.shelf.cells.iter().any(|cell| cell.mark == mark);
    let mut legend: Vec<Part> = vec![(" Verified ".to_owned(), Role::Header)];
    for (mark, word) in [
        (Mark::Untested, "untested"),
        (Mark::Reached(Depth::Quick), "intact"),
        (Mark::Reached(Depth::Restore), "restorable"),
        (Mark::Reached(Depth::Compare), "proven"),
        (Mark::Failed, "failed"),
    ] {
        let (sign, role) = sign(mark);
        legend.push((format!(" {sign}"), role));
        legend.push((format!(" {word} "), if is_known(mark) { Role::Text } else { Role::Muted }));
    }
    sheet.line(legend);
    let Some(set) = drill.set() else { return };
    let day = |cell: &Cell| cell.at.to_zoned(set.zone.clone()).date();
    let mut months: Vec<((i16, i8), Vec<&Cell>)> = Vec::new();
    for cell in &drill.shelf.cells {
        let date = day(cell);
        let month = (date.year(), date.month());
        match months.last_mut().filter(|(known, _)| *known == month) {
            Some((_, cells)) => cells.push(cell),
            None => months.push((month, vec![cell])),
        }
    }
    let is_daily = drill.shelf.cells.windows(2).all(|pair| match pair {
        [one, two] => day(one) != day(two),
        _ => true,
    });
    let surplus = months.len().saturating_sub(most);
    for ((year, month), cells) in months.into_iter().skip(surplus) {
        let name = Date::new(year, month, 1).map(|date| date.strftime("%b %Y").to_string());
        let mut line = vec![(format!("  {:<10}", name.unwrap_or_default()), Role::Muted)];
        let first = cells.first().map_or(1, |cell| day(cell).day());
        if is_daily {
            let before = usize::try_from(first - 1).unwrap_or(0);
            line.push(("  ".repeat(before), Role::Muted));
        }
        for cell in cells {
            line.extend(parts(cell, drill));
        }
        sheet.line(line);
    }
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
