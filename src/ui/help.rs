//! The keys of the view below, out of the table of keys; searchable.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Clear};

use crate::app::focus::Focus;
use crate::app::palette::WORDS;
use crate::ui::keymap::Keymap;
use crate::ui::paint::{centred, fit, line, spans};
use crate::ui::theme::{Role, Theme};

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    focus: Focus,
    (filter, scrolled): (&str, u16),
    (theme, keymap): (&Theme, &Keymap),
) {
    let wanted = filter.to_lowercase();
    let mut rows: Vec<(String, String)> = keymap
        .bindings(focus)
        .map(|(binding, keys)| {
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            (keys.join(" "), binding.does.to_owned())
        })
        .collect();
    rows.extend(WORDS.iter().map(|(word, does)| (format!(":{word}"), (*does).to_owned())));
    rows.push(("shift".to_owned(), "held while dragging selects text with the mouse".to_owned()));
    rows.retain(|(keys, does)| {
        wanted.is_empty() || keys.to_lowercase().contains(&wanted) || does.contains(&wanted)
    });
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(4);
    let area = centred(area, 72, height.min(area.height.saturating_sub(2)));
    let title = if filter.is_empty() { " Keys ".to_owned() } else { format!(" Keys /{filter} ") };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.role(Role::Border))
        .title(Span::styled(title, theme.role(Role::Title)));
    frame.render_widget(Clear, area);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let room = usize::from(inner.height.saturating_sub(1));
    let first = usize::from(scrolled).min(rows.len().saturating_sub(room));
    for (at, (keys, does)) in rows.iter().skip(first).take(room).enumerate() {
        let y = inner.y + u16::try_from(at).unwrap_or(0);
        let row = Rect { x: inner.x + 1, y, width: inner.width.saturating_sub(2), height: 1 };
        spans(
            frame,
            row,
            [
                Span::styled(format!("{:<20}", fit(keys, 19)), theme.role(Role::KeyHint)),
                Span::styled(does.clone(), theme.role(Role::Text)),
            ],
        );
    }
    let left = rows.len().saturating_sub(first + room);
    let text = if rows.is_empty() {
        "no key has these words; esc shows all".to_owned()
    } else if left > 0 {
        format!("{left} more below · j k scroll · / search · esc closes")
    } else {
        "/ search · esc closes".to_owned()
    };
    let foot = Rect {
        x: inner.x + 1,
        y: inner.bottom().saturating_sub(1),
        width: inner.width.saturating_sub(2),
        height: 1,
    };
    line(frame, foot, &text, theme.role(Role::Muted));
}
