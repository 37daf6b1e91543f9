//! Lists over the screen: the environments with their reasons, and what of a row can be copied.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Clear};

use crate::app::App;
use crate::app::action::Action;
use crate::app::cell::Tone;
use crate::app::cluster::{Badge, Cluster};
use crate::domain::news::{Kind, Scope};
use crate::domain::text::shown;
use crate::ui::chrome::cut;
use crate::ui::header::badge;
use crate::ui::paint::{centred, fit, line, spans, width};
use crate::ui::sheet::wrap;
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
    let names = app.clusters.iter().map(|cluster| width(&cluster.name.0)).max().unwrap_or(0);
    let wide = area.width.saturating_sub(6).min(100);
    // Behind the frame, a gap on both sides, and the name.
    let room = wide.saturating_sub(4 + names + 3);
    let entries: Vec<(&Cluster, Vec<String>, Tone)> = app
        .clusters
        .iter()
        .map(|cluster| {
            let (text, tone) = reason(cluster);
            (cluster, wrap(&shown(&text), room.into()), tone)
        })
        .collect();
    let heights = entries.iter().map(|(_, lines, _)| lines.len() + 1);
    let height = u16::try_from(heights.clone().sum::<usize>()).unwrap_or(u16::MAX);
    let area = centred(area, wide, height.saturating_add(4));
    let foot = "enter only this one · L log in · esc closes";
    let inner = frame_of(frame, area, ("Environments", foot), theme);
    let first = first_seen(&heights.collect::<Vec<_>>(), at, inner.height.into());
    let mut y = inner.y;
    for (index, (cluster, lines, tone)) in entries.iter().enumerate().skip(first) {
        let left = inner.bottom().saturating_sub(y);
        let taken = u16::try_from(lines.len() + 1).unwrap_or(u16::MAX).min(left);
        let row = Rect { y, height: left.min(1), ..inner };
        viewports.click(Rect { height: taken, ..row }, Action::SelectRow(index));
        draw_badge(frame, row, (app, cluster, names, index == at), theme);
        if let Badge::Stale { since, .. } = cluster.badge() {
            viewports.aged(since, app.now);
        }
        for (text, y) in lines.iter().zip(y + 1..y + taken) {
            let below = Rect { x: row.x + names + 3, y, width: room, height: 1 };
            line(frame, below, text, theme.tone(*tone));
        }
        y += taken;
    }
}

/// The first of some entries to show, so that the one at `at` is seen whole.
fn first_seen(heights: &[usize], at: usize, room: usize) -> usize {
    let upto = heights.get(..=at).unwrap_or(heights);
    let mut left = room;
    let fitting = upto.iter().rev().take_while(|height| {
        let fits = **height <= left;
        left = left.saturating_sub(**height);
        fits
    });
    at.saturating_sub(fitting.count().saturating_sub(1))
}

fn draw_badge(
    frame: &mut Frame<'_>,
    row: Rect,
    (app, cluster, names, is_selected): (&App, &Cluster, u16, bool),
    theme: &Theme,
) {
    let (sign, word, tone) = badge(cluster, app);
    let context = cluster.context.as_ref().map(|context| format!(" context {context}"));
    let role = if is_selected { Role::Selection } else { Role::Text };
    let name = format!("{:1$}", cluster.name.0, usize::from(names));
    let parts = vec![
        Span::styled(format!(" {name} "), theme.role(role)),
        Span::styled(format!(" {sign} {word} "), theme.tone(tone)),
        Span::styled(context.unwrap_or_default(), theme.role(Role::Muted)),
    ];
    cut(frame, row, parts);
}

/// What stands behind a badge, in one sentence.
fn reason(cluster: &Cluster) -> (String, Tone) {
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
                Span::styled(fit(&text.replace('\t', "  "), room).into_owned(), theme.role(role)),
            ],
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_entry_is_seen_whole_where_not_all_have_room() {
        for (at, room, first) in [(0, 9, 0), (2, 9, 0), (2, 6, 1), (2, 4, 2), (2, 1, 2), (0, 0, 0)]
        {
            assert_eq!(first_seen(&[2, 3, 3], at, room), first, "{at} in {room}");
        }
    }
}
