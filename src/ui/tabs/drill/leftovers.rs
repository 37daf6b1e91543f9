//! What earlier drills have left behind, told at the start.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Clear};

use crate::app::drill::leftovers::{LeftBehind, Leftover};
use crate::ui::paint::centred;
use crate::ui::theme::{Role, Theme};

use super::sheet::Sheet;

/// The names of a drill take so many lines where only a few drills are told.
const NAMES: usize = 3;
const FEW: usize = 2;
/// Lines beside those of the drills: borders, blanks, what is not known, the keys.
const FRAME: u16 = 9;

pub(in crate::ui) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    (left, at, is_removing): (&LeftBehind, usize, bool),
    theme: &Theme,
) {
    let width = area.width.saturating_sub(6).min(100);
    let room = usize::from(area.height.saturating_sub(FRAME));
    let mut sheet = Sheet::new(theme, width.saturating_sub(4));
    sheet.blank();
    drills(&mut sheet, &left.found, at, room);
    if let Some(failure) = &left.unknown {
        sheet.sentence(2, &format!("not known: {failure}"), (Role::Warning, 3));
    }
    sheet.blank();
    let text = if is_removing {
        ("removing …".to_owned(), Role::Busy)
    } else {
        let text = "x remove it all · r remove it and drill this backup again · esc later";
        (text.to_owned(), Role::Muted)
    };
    sheet.line([text]);
    let area = centred(area, width, sheet.height().saturating_add(3));
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.role(Role::Border))
        .title(Span::styled(" Left behind by earlier drills ", theme.role(Role::Title)));
    frame.render_widget(Clear, area);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    sheet.draw(frame, Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner });
}

/// As many drills as there is room for, the one that is chosen among them.
fn drills(sheet: &mut Sheet<'_>, found: &[Leftover], at: usize, room: usize) {
    let names = if found.len() > FEW { 1 } else { NAMES };
    let count = (room / (1 + names)).clamp(1, found.len().max(1));
    let first = at.saturating_sub(count - 1);
    for (index, leftover) in found.iter().enumerate().skip(first).take(count) {
        let (sign, role) = if index == at { ("▌ ", Role::Title) } else { ("  ", Role::Text) };
        sheet.line([(sign.to_owned(), Role::Accent), (leftover.why.clone(), role)]);
        sheet.sentence(4, &leftover.names.join(", "), (Role::Muted, names));
    }
    if count < found.len() {
        let text = format!("  {} of {} drills", at + 1, found.len());
        sheet.line([(text, Role::Muted)]);
    }
}
