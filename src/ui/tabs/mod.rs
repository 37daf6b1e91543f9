//! The tabs on the screen, beside the one that has everything to itself.

pub(super) mod backups;
pub(super) mod drill;
pub(super) mod metrics;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::text::shown;
use crate::domain::units::Count;
use crate::ui::chrome::cut;
use crate::ui::theme::{Role, Theme};

/// The way to where one is, and what is said behind it.
fn draw_title(
    frame: &mut Frame<'_>,
    area: Rect,
    crumbs: &[String],
    facts: Vec<(String, Role)>,
    theme: &Theme,
) {
    let mut parts = vec![Span::raw(" ")];
    for (at, crumb) in crumbs.iter().enumerate() {
        let is_last = at + 1 == crumbs.len();
        let role = if is_last { Role::Title } else { Role::Muted };
        parts.push(Span::styled(shown(crumb).into_owned(), theme.role(role)));
        if !is_last {
            parts.push(Span::styled(" › ", theme.role(Role::Muted)));
        }
    }
    for (text, role) in facts {
        parts.push(Span::styled(format!("  {}", shown(&text)), theme.role(role)));
    }
    cut(frame, area, parts);
}

/// `[12]`, `[3 of 12]`.
fn counted(shown: usize, total: usize) -> String {
    let (is_all, shown, total) = (shown == total, Count(shown as u64), Count(total as u64));
    if is_all { format!("[{total}]") } else { format!("[{shown} of {total}]") }
}
