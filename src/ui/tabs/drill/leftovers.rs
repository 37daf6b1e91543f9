//! What earlier drills have left behind, told at the start.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Clear};

use crate::app::drill::leftovers::Leftover;
use crate::ui::paint::centred;
use crate::ui::theme::{Role, Theme};

use crate::ui::sheet::Sheet;

pub(in crate::ui) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    (found, at, is_removing): (&[Leftover], usize, bool),
    theme: &Theme,
) {
    let lines = u16::try_from(found.len() * 2).unwrap_or(u16::MAX);
    let area = centred(area, area.width.saturating_sub(6).min(100), lines.saturating_add(7));
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.role(Role::Border))
        .title(Span::styled(" Left behind by earlier drills ", theme.role(Role::Title)));
    frame.render_widget(Clear, area);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut sheet = Sheet::new(theme, inner.width);
    sheet.blank();
    for (index, leftover) in found.iter().enumerate() {
        let (sign, role) = if index == at { ("▌ ", Role::Title) } else { ("  ", Role::Text) };
        sheet.line([(sign.to_owned(), Role::Accent), (leftover.why.clone(), role)]);
        sheet.line([(format!("    {}", leftover.names.join(", ")), Role::Muted)]);
    }
    sheet.blank();
    let text = if is_removing {
        ("removing …".to_owned(), Role::Busy)
    } else {
        let text = "x remove it all · r remove it and drill this backup again · esc later";
        (text.to_owned(), Role::Muted)
    };
    sheet.line([text]);
    sheet.draw(frame, inner);
}
