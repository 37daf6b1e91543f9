//! Lists over the screen: the environments with their reasons, and what of a row can be copied.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Clear};

use crate::app::App;
use crate::app::action::Action;
use crate::app::cell::Tone;
use crate::app::cluster::Badge;
use crate::app::rows::Place;
use crate::ui::header::badge;
use crate::ui::paint::{centred, fit, line, spans, width};
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

/// An empty box with a title and a line at its foot; what is inside.
fn frame_of(frame: &mut Frame<'_>, area: Rect, (title, foot): (&str, &str), theme: &Theme) -> Rect {
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.role(Role::Border))
        .title(Span::styled(format!(" {title} "), theme.role(Role::Title)));
    frame.render_widget(Clear, area);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let row = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let last = Rect { y: inner.bottom().saturating_sub(1), height: 1, ..row };
    line(frame, last, foot, theme.role(Role::Muted));
    Rect { height: inner.height.saturating_sub(1), ..row }
}

pub(super) fn environments(
    frame: &mut Frame<'_>,
    area: Rect,
    (app, at): (&App, usize),
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let wide = area.width.saturating_sub(6).min(100);
    // Two lines each: the badge, and the reason below it.
    let height = u16::try_from(app.clusters.len() * 2).unwrap_or(u16::MAX).saturating_add(4);
    let area = centred(area, wide, height);
    let foot = "enter only this one · L log in · esc closes";
    let inner = frame_of(frame, area, ("Environments", foot), theme);
    let names = app.clusters.iter().map(|cluster| width(&cluster.name.0)).max().unwrap_or(0);
    for (index, cluster) in app.clusters.iter().enumerate() {
        let y = inner.y + u16::try_from(index * 2).unwrap_or(0);
        if y >= inner.bottom() {
            break;
        }
        let row = Rect { y, height: 1, ..inner };
        let both = Rect { height: 2.min(inner.bottom() - y), ..row };
        viewports.click(both, Action::SelectRow(index));
        let (sign, word, tone) = badge(cluster, app);
        if let Badge::Stale { since, .. } = cluster.badge() {
            viewports.aged(since, app.now);
        }
        let context = cluster.context.as_deref().unwrap_or("no context");
        let role = if index == at { Role::Selection } else { Role::Text };
        let name = format!("{:1$}", cluster.name.0, usize::from(names));
        spans(
            frame,
            row,
            [
                Span::styled(format!(" {name} "), theme.role(role)),
                Span::styled(format!(" {sign} {word} "), theme.tone(tone)),
                Span::styled(format!(" context {context}"), theme.role(Role::Muted)),
            ],
        );
        let below = Rect {
            y: y + 1,
            x: row.x + names + 3,
            width: row.width.saturating_sub(names + 3),
            height: 1,
        };
        if below.y < inner.bottom() {
            let (text, tone) = reason(app, cluster.place);
            line(frame, below, &text, theme.tone(tone));
        }
    }
}

/// What stands behind a badge, in one sentence.
fn reason(app: &App, place: Place) -> (String, Tone) {
    use crate::domain::news::{Kind, Scope};
    let Some(cluster) = app.cluster(place) else { return (String::new(), Tone::Muted) };
    match cluster.badge() {
        Badge::Stale { why, .. } | Badge::LoginExpired { why } | Badge::Unreachable { why } => {
            (why.to_string(), Tone::Plain)
        }
        Badge::None => ("the configuration names no context for it".to_owned(), Tone::Muted),
        Badge::Connecting | Badge::Live if cluster.is_loading() => {
            ("its pods are being listed".to_owned(), Tone::Muted)
        }
        Badge::Connecting => ("nothing has been heard yet".to_owned(), Tone::Muted),
        Badge::Live => match cluster.blind_spots(Kind::Pod).next() {
            Some((Scope::Namespace(name), why)) => (format!("{name}: {why}"), Tone::Warning),
            Some((Scope::Cluster, why)) => (why.to_string(), Tone::Warning),
            None => ("every watch is open".to_owned(), Tone::Muted),
        },
    }
}

pub(super) fn choices(
    frame: &mut Frame<'_>,
    area: Rect,
    (choices, at): (&[(String, String)], usize),
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let height = u16::try_from(choices.len()).unwrap_or(u16::MAX).saturating_add(3);
    let area = centred(area, area.width.saturating_sub(6).min(90), height.min(area.height - 2));
    let inner = frame_of(frame, area, ("Copy", "enter copies · esc closes"), theme);
    let room = usize::from(inner.height);
    let first = at.saturating_sub(room.saturating_sub(1));
    viewports.rows(inner, first);
    for (index, (what, text)) in choices.iter().enumerate().skip(first).take(room) {
        let y = inner.y + u16::try_from(index - first).unwrap_or(0);
        let row = Rect { y, height: 1, ..inner };
        let role = if index == at { Role::Selection } else { Role::Text };
        let room = row.width.saturating_sub(21);
        spans(
            frame,
            row,
            [
                Span::styled(format!("{:<20} ", fit(what, 20)), theme.role(Role::Muted)),
                Span::styled(fit(text, room).replace('\t', "  "), theme.role(role)),
            ],
        );
    }
}
