//! What a schedule would do, while it is typed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Clear};

use crate::app::reschedule::{Rescheduling, runs};
use crate::domain::text::shown;
use crate::ui::paint::{fit, line, width};
use crate::ui::theme::{Role, Theme};

/// Draws the preview above the prompt.
///
/// ```text
/// ╭ Reschedule default/ingest-backup in dev ────────────────╮
/// │ now `0 0 * * *`                                         │
/// │ next runs (UTC, inferred from its last run):            │   or: 0 25 * * *
/// │   Sat 2026-11-21 00:00 · …                              │         ^^ hour: 25 is not within 0 to 23
/// ╰─────────────────────────────────────────────────────────╯
/// ```
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    (rescheduling, typed): (&Rescheduling, &str),
    theme: &Theme,
) {
    let Rescheduling { environment, cronjob, preview, .. } = rescheduling;
    let mut lines = vec![(format!("now `{}`", shown(&cronjob.schedule)), Role::Muted)];
    match preview {
        Ok(preview) => {
            lines.extend(runs(preview).into_iter().map(|text| (text, Role::Text)));
        }
        Err(fault) => {
            let marks = fault.place.len().max(1);
            lines.push((shown(typed).into_owned(), Role::Text));
            let text = format!("{:1$}{2} {fault}", "", fault.place.start, "^".repeat(marks));
            lines.push((text, Role::Warning));
        }
    }
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let widest = lines.iter().map(|(text, _)| width(text)).max().unwrap_or(0);
    let title = format!(" Reschedule {}/{} in {environment} ", cronjob.namespace, cronjob.name);
    let cells = widest.max(width(&title)).saturating_add(4).min(area.width);
    let height = rows.saturating_add(2).min(area.height);
    let area = Rect { y: area.bottom().saturating_sub(height), width: cells, height, ..area };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.role(Role::Border))
        .title(Span::styled(fit(&title, cells.saturating_sub(2)), theme.role(Role::Title)));
    frame.render_widget(Clear, area);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let mut row = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), height: 1, ..inner };
    for (text, role) in lines {
        if row.y >= inner.bottom() {
            break;
        }
        line(frame, row, &text, theme.role(role));
        row.y += 1;
    }
}
