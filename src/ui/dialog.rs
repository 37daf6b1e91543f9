//! The dialog before a change: which environment, which object, what will happen. Focus on Cancel.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Clear};

use crate::app::action::Action;
use crate::app::overlay::{Button, Dialog};
use crate::ui::paint::{centred, line, spans, width};
use crate::ui::sheet::wrap;
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    dialog: &Dialog,
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let widest = dialog.lines.iter().map(|text| width(text)).max().unwrap_or(0);
    let wide = (widest.max(44) + 6).min(area.width);
    let room = usize::from(wide.saturating_sub(6));
    let lines: Vec<String> = dialog.lines.iter().flat_map(|text| wrap(text, room)).collect();
    let rows = u16::try_from(lines.len()).unwrap_or(0);
    let typing = u16::from(dialog.typed.is_some());
    // The frame, the buttons; a blank above and below, and before what is typed and the buttons.
    let needed = rows + typing + 3;
    let blanks = area.height.saturating_sub(needed).min(3 + typing);
    let area = centred(area, wide, needed + blanks);
    // Those between the parts last.
    let [between, above] = [u16::from(blanks > 0), u16::from(blanks > 1 + typing)];
    let border = if dialog.production { Role::BorderProduction } else { Role::Border };
    let title = if dialog.production {
        format!(" {} in {} · PRODUCTION ", dialog.title, dialog.environment)
    } else {
        format!(" {} in {} ", dialog.title, dialog.environment)
    };
    let block = Block::bordered()
        .border_type(if dialog.production { BorderType::Double } else { BorderType::Rounded })
        .border_style(theme.role(border))
        .title(Span::styled(title, theme.role(Role::Title)));
    frame.render_widget(Clear, area);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let mut row = Rect {
        x: inner.x + 2,
        y: inner.y + above,
        width: inner.width.saturating_sub(4),
        height: 1,
    };
    // What is asked and how to answer stays, whatever there is no room for.
    let last = inner.bottom().saturating_sub(1 + typing);
    for text in lines.iter().take(usize::from(last.saturating_sub(row.y))) {
        line(frame, row, text, theme.role(Role::Text));
        row.y += 1;
    }
    if let Some(typed) = &dialog.typed {
        row.y += u16::from(blanks > 1);
        let role = if dialog.is_confirmed() { Role::Fine } else { Role::Warning };
        spans(
            frame,
            row,
            [
                Span::styled(
                    format!("type {} to confirm: ", dialog.environment),
                    theme.role(Role::Text),
                ),
                Span::styled(format!("{typed}▏"), theme.role(role)),
            ],
        );
        row.y += 1;
    }
    row.y += between;
    let mut x = row.x;
    for (button, label) in dialog.buttons() {
        let is_focused = dialog.button == button;
        let role = if is_focused { Role::Selection } else { Role::Muted };
        let text = if is_focused { format!("[ {label} ]") } else { format!("  {label}  ") };
        let cells = Rect { x, width: width(&text).min(row.right().saturating_sub(x)), ..row };
        // A click on what changes something moves there first, and presses when it is there.
        let click = match button {
            Button::Cancel => Action::Cancel,
            Button::Do | Button::DoMore if is_focused => Action::Press,
            Button::DoMore if dialog.button == Button::Cancel => Action::PreviousButton,
            Button::Do if dialog.button == Button::DoMore => Action::PreviousButton,
            Button::Do | Button::DoMore => Action::NextButton,
        };
        viewports.click(cells, click);
        x = cells.right().saturating_add(3);
        spans(frame, cells, [Span::styled(text, theme.role(role))]);
    }
}
