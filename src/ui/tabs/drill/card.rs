//! The preflight card: what would be done, and whether everything that it needs is there.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::drill::card::Card;
use crate::app::drill::words::proves;
use crate::domain::settings::Depth;
use crate::domain::units::Span;
use crate::drill::event::Step;
use crate::drill::past::days_ago;
use crate::drill::preflight::{Check, Standing};
use crate::drill::report::picked;
use crate::ui::paint::line;
use crate::ui::theme::{Role, Theme};

use crate::ui::sheet::{Sheet, left, wrap};

/// ```text
///  2026-10-14T00_00.tar.gz  14.8 MiB  begun 2026-10-14 00:00 UTC, 37 d ago    to depth compare
///  at random from 88 backups (1 in 88; …)
///
///  ✔ object      as it was listed
///  ! source      does not answer
///                 → choose depth restore
///  …
///    creates     a container without network and its volumes, a download in the cache
/// ```
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let Some(card) = &app.drill.card else { return };
    let mut sheet = Sheet::new(theme, area.width);
    let order = &card.order;
    let object = &order.object;
    let began = object.began.at;
    sheet.line([
        (format!(" {}", object.name()), Role::Title),
        (format!("  {}", object.size), Role::Text),
        (
            format!(
                "  T0 {}, {} d ago",
                began.strftime("%Y-%m-%d %H:%M"),
                days_ago(began, app.now)
            ),
            Role::Muted,
        ),
        (format!("   depth {}", order.depth), Role::Accent),
    ]);
    sheet.line([(format!(" picked {}", picked(&order.selection)), Role::Muted)]);
    let is_tall = area.height > 18;
    if is_tall {
        sheet.blank();
    }
    // What is done and undone takes the last lines; the looks have the rest.
    let room = usize::from(area.height).saturating_sub(if is_tall { 10 } else { 7 });
    let fixes = card.checked.values().filter(|checked| checked.fix.is_some()).count();
    let spare = room.saturating_sub(Check::of(order.depth).count());
    // What helps comes before what is merely long.
    let mut left_over = (spare.min(fixes), spare.saturating_sub(fixes));
    for check in Check::of(order.depth) {
        look(&mut sheet, card, check, &mut left_over);
    }
    if is_tall {
        sheet.blank();
    }
    promise(&mut sheet, card);
    if is_tall {
        sheet.blank();
    }
    let (text, role) = verdict(card, app);
    // Always on the screen: under what there is, or over its end.
    let last =
        Rect { y: area.y + sheet.height().min(area.height.saturating_sub(1)), height: 1, ..area };
    sheet.draw(frame, area);
    line(frame, last, &format!(" {text}"), theme.role(role));
}

/// One look; its fix stands below where there is room for it.
fn look(sheet: &mut Sheet<'_>, card: &Card, check: Check, spare: &mut (usize, usize)) {
    let (fixes, wraps) = spare;
    let word = left(check.word(), 12);
    let Some(checked) = card.checked.get(&check) else {
        sheet.line([
            (" ◌ ".to_owned(), Role::Busy),
            (word, Role::Muted),
            ("looking …".to_owned(), Role::Muted),
        ]);
        return;
    };
    let (sign, role, text_role) = match checked.standing {
        Standing::Fine => ("✔", Role::Fine, Role::Text),
        Standing::Warns => ("!", Role::Warning, Role::Warning),
        Standing::Blocks => ("✘", Role::Critical, Role::Critical),
    };
    let room = usize::from(sheet.width().saturating_sub(17));
    let lines = wrap(&crate::domain::text::shown(&checked.text), room);
    let more = lines.len().saturating_sub(1).min(*wraps);
    let is_cut = more + 1 < lines.len();
    for (at, line) in lines.iter().take(more + 1).enumerate() {
        let (sign, word) = if at == 0 { (sign, word.clone()) } else { (" ", " ".repeat(12)) };
        let dots = if is_cut && at == more { "…" } else { "" };
        sheet.line([
            (format!(" {sign} "), role),
            (word, Role::Text),
            (format!("{line}{dots}"), text_role),
        ]);
    }
    *wraps -= more;
    if let Some(fix) = checked.fix.as_ref().filter(|_| *fixes > 0) {
        sheet.line([(format!("{}→ {fix}", " ".repeat(15)), Role::Accent)]);
        *fixes -= 1;
    }
}

/// What is created and removed, and how long it takes.
fn promise(sheet: &mut Sheet<'_>, card: &Card) {
    let depth = card.order.depth;
    let creates = match depth {
        Depth::Quick => "the download, in the cache folder",
        Depth::Restore | Depth::Compare => {
            "a container without network, its volumes, and the download"
        }
    };
    let expected = match card.expected() {
        None => "unknown: no earlier drill of this set tells".to_owned(),
        Some(total) => {
            let steps = [Step::Download, Step::StartSandbox, Step::Restore, Step::Compare];
            let of = |step: &Step| {
                let (took, _) = card.usual.get(step)?;
                Some(format!("{} {}", step.word(), Span(*took)))
            };
            let parts: Vec<String> = steps.iter().filter_map(of).collect();
            let count = card.usual.values().map(|(_, count)| *count).max().unwrap_or(0);
            let drills = crate::domain::units::plural(count as u64, "drill");
            format!("{} ({drills}): {}", Span(total), parts.join(" · "))
        }
    };
    let removes = "all of it, whatever happens; a record stays, and a pulled image";
    for (word, text) in [
        ("creates", creates),
        ("removes", removes),
        ("proves", proves(depth)),
        ("takes", &expected),
    ] {
        sheet.line([
            ("   ".to_owned(), Role::Muted),
            (left(word, 12), Role::Muted),
            (text.to_owned(), Role::Text),
        ]);
    }
}

/// What comes next, and whether it comes by itself.
fn verdict(card: &Card, app: &App) -> (String, Role) {
    if card.is_starting {
        return ("starting …".to_owned(), Role::Busy);
    }
    if !card.is_complete {
        return ("looking before anything is downloaded …".to_owned(), Role::Busy);
    }
    if let Some(starts) = card.starts {
        let left = (starts.duration_since(app.now).as_millis().max(0) + 999) / 1000;
        let text = format!("all is well: starts by itself in {left} s · enter now · esc back");
        return (text, Role::Fine);
    }
    match card.worst() {
        Standing::Fine => ("all is well: enter starts · esc back".to_owned(), Role::Fine),
        Standing::Warns => {
            ("it can be drilled, with a warning: enter starts · esc back".to_owned(), Role::Warning)
        }
        Standing::Blocks => {
            ("it cannot be drilled so: enter looks again · esc back".to_owned(), Role::Critical)
        }
    }
}
