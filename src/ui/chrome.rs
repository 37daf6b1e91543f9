//! What frames every view: where one is, hints, flash, prompt.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use crate::app::App;
use crate::app::action::Action;
use crate::app::filter::Filtering;
use crate::app::focus::{BackupsFocus, DrillFocus, Focus};
use crate::app::overlay::Overlay;
use crate::app::pods::layer::{Body, Layer};
use crate::app::prompt::PromptKind;
use crate::app::tab::Tab;
use crate::domain::news::Namespaces;
use crate::domain::units::Count;
use crate::ui::keymap::Keymap;
use crate::ui::paint::{fit, fit_dated, line, spans, width};
use crate::ui::tabs;
use crate::ui::theme::{Role, Theme};

/// Spans in the width there is, the end cut with a sign.
pub(super) fn cut(frame: &mut Frame<'_>, area: Rect, parts: Vec<Span<'_>>) {
    let mut left = area.width;
    let mut shown = Vec::with_capacity(parts.len());
    for part in parts {
        let needs = width(&part.content);
        if needs <= left {
            left -= needs;
            shown.push(part);
        } else {
            let text = fit(&part.content, left).into_owned();
            shown.push(Span::styled(text, part.style));
            break;
        }
    }
    spans(frame, area, shown);
}

/// The way to where one is. What a layer has in common with the one below is not said again; where
/// the way is too long its beginning is left out.
fn crumbs(layers: &[Layer], room: u16) -> Vec<(String, Role)> {
    let whole: Vec<String> = layers.iter().map(|layer| layer.location.crumb()).collect();
    let mut shown: Vec<&str> = Vec::with_capacity(whole.len());
    for (at, crumb) in whole.iter().enumerate() {
        let below = at.checked_sub(1).and_then(|below| whole.get(below));
        let rest = below.and_then(|below| crumb.strip_prefix(below.as_str())?.strip_prefix(" · "));
        shown.push(rest.unwrap_or(crumb));
    }
    let long = |shown: &[&str]| shown.iter().map(|crumb| width(crumb) + 3).sum::<u16>() > room;
    let all = shown.len();
    while shown.len() > 1 && long(&shown) {
        shown.remove(0);
    }
    let mut parts = Vec::new();
    if shown.len() < all {
        parts.push(("… › ".to_owned(), Role::Muted));
    }
    for (at, crumb) in shown.iter().enumerate() {
        if at + 1 == shown.len() {
            parts.push(((*crumb).to_owned(), Role::Title));
        } else {
            parts.push((format!("{crumb} › "), Role::Muted));
        }
    }
    parts
}

/// Where one is, what is shown of it, and how.
pub(super) fn title(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    match app.tab {
        Tab::Pods => {}
        Tab::Backups => return tabs::backups::title(frame, area, app, theme),
        Tab::Metrics => return tabs::metrics::title(frame, area, app, theme),
        Tab::Drill => return tabs::drill::title(frame, area, app, theme),
    }
    let mut parts = vec![Span::raw(" ")];
    let layers = app.pods.layers();
    for (text, role) in crumbs(layers, area.width) {
        parts.push(Span::styled(text, theme.role(role)));
    }
    let mut tell = |text: String, role: Role| {
        parts.push(Span::styled(format!("  {text}"), theme.role(role)));
    };
    if let Body::Table(table) = &app.pods.top().body {
        let total = Count(table.total() as u64);
        let counted = if table.is_filtered() {
            format!("[{} of {total}]", Count(table.rows().len() as u64))
        } else {
            format!("[{total}]")
        };
        tell(counted, Role::Accent);
        match &app.pods.namespaces {
            Namespaces::Configured => {}
            Namespaces::All => tell("all namespaces".to_owned(), Role::Text),
            Namespaces::One(name) => tell(format!("only {name}"), Role::Text),
        }
        if let Some(only) = app.pods.only.and_then(|place| app.cluster(place)) {
            tell(format!("only {}", only.name), Role::Text);
        }
        if table.faults_only {
            tell("faults only".to_owned(), Role::Warning);
        }
        if let Some((text, role)) = filtered(&table.filtering) {
            tell(text, role);
        }
        if !table.marks.is_empty() {
            tell(format!("{} marked", table.marks.len()), Role::Marked);
        }
        if let Some(text) = without_metrics(app).filter(|_| area.width > 100) {
            tell(text, Role::Muted);
        }
    }
    cut(frame, area, parts);
}

/// Which of the environments that are shown have no metrics, where it is not all of them.
fn without_metrics(app: &App) -> Option<String> {
    let shown: Vec<_> = app.pods.shown(&app.clusters).collect();
    let missing = shown.iter().filter(|cluster| cluster.no_metrics.is_some());
    let names: Vec<_> = missing.map(|cluster| cluster.name.to_string()).collect();
    match names.len() {
        0 => None,
        all if all == shown.len() => Some("no metrics".to_owned()),
        _ => Some(format!("no metrics of {}", names.join(", "))),
    }
}

/// What a table is filtered by, where it is; what cannot be read looks like a warning.
pub(super) fn filtered(filtering: &Filtering) -> Option<(String, Role)> {
    let role = if filtering.problem.is_some() { Role::Warning } else { Role::SearchMatch };
    (!filtering.is_empty()).then(|| (format!("/{}", filtering.text), role))
}

/// The keys that one needs next, out of the table of keys. Where there is little room those of the view
/// give way, its last ones first: those that find all others stay.
pub(super) fn hints(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme, keymap: &Keymap) {
    let mut hints: Vec<(String, &str, u8)> = keymap
        .bindings(app.focus())
        .filter(|(binding, _)| match binding.action {
            Action::Filter => can_filter(app.focus()),
            Action::Complete => app.completes(),
            _ => true,
        })
        .filter_map(|(binding, keys)| {
            let stays = match binding.action {
                Action::Filter => 1,
                Action::Palette => 2,
                Action::Help => 3,
                _ => 0,
            };
            Some((keys.first()?.to_string(), binding.hint?, stays))
        })
        .collect();
    // Those that stay come last, always in the same order.
    hints.sort_by_key(|(_, _, stays)| *stays);
    let room = area.width.saturating_sub(1);
    let needs = |hints: &[(String, &str, u8)], gap: u16| {
        let cells = hints.iter().map(|(key, hint, _)| width(key) + 1 + width(hint) + gap);
        cells.sum::<u16>().saturating_sub(gap)
    };
    let gap = if needs(&hints, 3) <= room { 3 } else { 2 };
    while needs(&hints, gap) > room {
        let Some(last) = hints.iter().rposition(|(_, _, stays)| *stays == 0) else { break };
        hints.remove(last);
    }
    let mut parts = vec![Span::raw(" ")];
    for (key, hint, _) in hints {
        parts.push(Span::styled(key, theme.role(Role::KeyHint)));
        let hint = format!(" {hint}{:1$}", "", usize::from(gap));
        parts.push(Span::styled(hint, theme.role(Role::Muted)));
    }
    spans(frame, area, parts);
}

/// Whether there is a table or a text to filter.
const fn can_filter(focus: Focus) -> bool {
    !matches!(
        focus,
        Focus::Drill(DrillFocus::Form | DrillFocus::Card | DrillFocus::Run)
            | Focus::Backups(BackupsFocus::Calendar | BackupsFocus::Sizes | BackupsFocus::Detail)
    )
}

/// The prompt, else the flash, else what of the row under the cursor had no room.
pub(super) fn foot(
    frame: &mut Frame<'_>,
    area: Rect,
    (app, unsaid): (&App, Option<String>),
    theme: &Theme,
) {
    if let Some(Overlay::Prompt(prompt)) = &app.overlay {
        let sign = prompt.kind.sign();
        let room = usize::from(area.width.saturating_sub(width(sign) + 2));
        let scrolled = prompt.input.visual_scroll(room);
        let text: String = prompt.text().chars().skip(scrolled).collect();
        let ghost = app.ghost().unwrap_or_default();
        spans(
            frame,
            area,
            [
                Span::styled(format!(" {sign}"), theme.role(Role::KeyHint)),
                Span::styled(text, theme.role(Role::Text)),
                Span::styled(ghost, theme.role(Role::Muted)),
            ],
        );
        let cursor = prompt.input.visual_cursor().saturating_sub(scrolled);
        let x = area.x + 1 + width(sign) + u16::try_from(cursor).unwrap_or(0);
        frame.set_cursor_position(Position { x: x.min(area.right().saturating_sub(1)), y: area.y });
        let is_filter = matches!(prompt.kind, PromptKind::Filter | PromptKind::BackupsFilter);
        if let Some(problem) = app.filter_problem().filter(|_| is_filter) {
            let text = problem.to_string();
            let taken = 4 + width(prompt.text());
            let rest = Rect {
                x: area.x + taken.min(area.width),
                width: area.width.saturating_sub(taken),
                ..area
            };
            line(frame, rest, &text, theme.role(Role::Warning));
        }
        return;
    }
    if let Some(flash) = &app.flash {
        line(frame, area, &format!(" {}", flash.text), theme.tone(flash.tone));
    } else if let Some(unsaid) = unsaid.filter(|_| app.overlay.is_none()) {
        let text = fit_dated(&unsaid, area.width.saturating_sub(1));
        line(frame, area, &format!(" {text}"), theme.role(Role::Text));
    }
}
