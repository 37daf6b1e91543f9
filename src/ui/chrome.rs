//! What frames every view: the environments with their badges, where one is, hints, flash, prompt.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use crate::app::App;
use crate::app::action::Action;
use crate::app::cell::Tone;
use crate::app::cluster::{Badge, Cluster};
use crate::app::focus::{DrillFocus, Focus};
use crate::app::overlay::Overlay;
use crate::app::pods::layer::Body;
use crate::app::tab::Tab;
use crate::domain::age::age;
use crate::domain::news::{Kind, Namespaces, Scope};
use crate::domain::severity::Severity;
use crate::domain::text::shown;
use crate::ui::keymap::Keymap;
use crate::ui::paint::{fit, line, spans, width};
use crate::ui::tabs;
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

pub(super) fn header(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let first = Rect { height: 1, ..area };
    let mut parts = vec![Span::styled(" lifeboat ", theme.role(Role::Title)), Span::raw(" ")];
    let mut x = area.x + 11;
    for tab in Tab::ALL {
        let text = format!(" {} {} ", tab.number(), tab.title());
        let role = if tab == app.tab { Role::Accent } else { Role::Muted };
        viewports.click(Rect { x, width: width(&text), ..first }, Action::Show(tab));
        x += width(&text);
        parts.push(Span::styled(text, theme.role(role)));
    }
    if let Some((text, role)) = tabs::drill::status(app) {
        // At the right end, where there is room beside the tabs.
        let own = width(&text) + 1;
        let area = Rect { x: first.right().saturating_sub(own), width: own, ..first };
        if area.x > x {
            line(frame, area, &text, theme.role(role));
            viewports.click(area, Action::Show(Tab::Drill));
        }
    }
    spans(frame, Rect { width: x.saturating_sub(first.x), ..first }, parts);
    let rest = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if app.clusters.len() > usize::from(rest.height) {
        draw_all_in_one(frame, rest, app, theme);
        return;
    }
    let names = app.clusters.iter().map(|cluster| width(&cluster.name.0)).max().unwrap_or(0);
    for (at, cluster) in app.clusters.iter().enumerate() {
        let y = rest.y + u16::try_from(at).unwrap_or(0);
        if y < rest.bottom() {
            let row = Rect { y, height: 1, ..rest };
            draw_environment(frame, row, (app, cluster, names), theme, viewports);
        }
    }
}

/// The badge's sign and word, and its tone. The word says it without colour too.
pub(super) fn badge(cluster: &Cluster, app: &App) -> (&'static str, String, Tone) {
    match cluster.badge() {
        Badge::None => ("○", "no cluster".to_owned(), Tone::Muted),
        Badge::Connecting => match cluster.remembered {
            Some(at) => ("◌", format!("connecting, seen {} ago", age(at, app.now)), Tone::Stale),
            None => ("◌", "connecting".to_owned(), Tone::Busy),
        },
        Badge::Live if cluster.pods.is_listing() => {
            let count = cluster.pods.len();
            (
                "◌",
                format!("loading {} so far…", crate::domain::units::Count(count as u64)),
                Tone::Busy,
            )
        }
        Badge::Live => ("●", "live".to_owned(), Tone::Fine),
        Badge::Stale { since, .. } => ("◐", format!("stale {}", age(since, app.now)), Tone::Stale),
        Badge::LoginExpired { .. } => ("✗", "login expired, L logs in".to_owned(), Tone::Critical),
        Badge::Unreachable { .. } => ("✗", "unreachable".to_owned(), Tone::Critical),
    }
}

fn draw_environment(
    frame: &mut Frame<'_>,
    area: Rect,
    (app, cluster, names): (&App, &Cluster, u16),
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let is_shown = app.pods.only.is_none_or(|only| only == cluster.place);
    let name_role = match (cluster.production, is_shown) {
        (true, true) => Role::Production,
        (false, true) => Role::Text,
        (_, false) => Role::Muted,
    };
    let (sign, word, tone) = badge(cluster, app);
    for since in [cluster.remembered, stale_since(cluster)].into_iter().flatten() {
        viewports.aged(since, app.now);
    }
    let name = format!(" {:names$} ", cluster.name.0, names = usize::from(names));
    let mut parts = vec![
        Span::raw(" "),
        Span::styled(name, theme.role(name_role)),
        Span::raw(" "),
        Span::styled(format!("{sign} {word:<12}"), theme.tone(tone)),
    ];
    let mut tell = |text: String, tone: Tone| {
        parts.push(Span::styled(format!("  {text}"), theme.tone(tone)));
    };
    if cluster.context.is_some() && (cluster.pods.has_listed() || !cluster.pods.is_empty()) {
        tell(format!("{} pods", cluster.pods.len()), Tone::Muted);
        for (severity, word, tone) in [
            (Severity::Critical, "critical", Tone::Critical),
            (Severity::Warning, "warning", Tone::Warning),
        ] {
            match cluster.count(severity) {
                0 => {}
                count => tell(format!("{count} {word}"), tone),
            }
        }
    }
    if cluster.badge() == Badge::Live
        && let Some(text) = blind(cluster)
    {
        tell(text, Tone::Warning);
    }
    match cluster.badge() {
        Badge::Stale { why, .. } | Badge::LoginExpired { why } | Badge::Unreachable { why } => {
            tell(why.what, Tone::Muted);
        }
        Badge::None | Badge::Connecting | Badge::Live => {}
    }
    if cluster.production {
        tell("PRODUCTION".to_owned(), Tone::Production);
    }
    if cluster.writable {
        match app.unlocked.get(&cluster.name) {
            Some(until) => {
                viewports.aged(app.now, *until);
                tell(format!("UNLOCKED {}", age(app.now, *until)), Tone::Critical);
            }
            None => tell("writable".to_owned(), Tone::Muted),
        }
    }
    cut(frame, area, parts);
}

fn stale_since(cluster: &Cluster) -> Option<jiff::Timestamp> {
    match cluster.badge() {
        Badge::Stale { since, .. } => Some(since),
        _ => None,
    }
}

/// Spans in the width there is, the end cut with a sign.
fn cut(frame: &mut Frame<'_>, area: Rect, parts: Vec<Span<'_>>) {
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

/// What of a live cluster is not seen.
fn blind(cluster: &Cluster) -> Option<String> {
    let scopes: Vec<&str> = cluster
        .blind_spots(Kind::Pod)
        .map(|(scope, _)| match scope {
            Scope::Cluster => "all namespaces",
            Scope::Namespace(name) => name,
        })
        .collect();
    (!scopes.is_empty()).then(|| format!("not seen: {}", scopes.join(", ")))
}

fn draw_all_in_one(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let mut parts = vec![Span::raw(" ")];
    for cluster in &app.clusters {
        let (sign, _, tone) = badge(cluster, app);
        let role = if cluster.production { Role::Production } else { Role::Text };
        parts.push(Span::styled(cluster.name.0.clone(), theme.role(role)));
        parts.push(Span::styled(format!(" {sign}  "), theme.tone(tone)));
    }
    cut(frame, area, parts);
}

/// Where one is, what is shown of it, and how.
pub(super) fn title(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    if app.tab == Tab::Drill {
        drill_title(frame, area, app, theme);
        return;
    }
    let mut parts = vec![Span::raw(" ")];
    let layers = app.pods.layers();
    for (at, layer) in layers.iter().enumerate() {
        let is_last = at + 1 == layers.len();
        let role = if is_last { Role::Title } else { Role::Muted };
        parts.push(Span::styled(layer.location.crumb(), theme.role(role)));
        if !is_last {
            parts.push(Span::styled(" › ", theme.role(Role::Muted)));
        }
    }
    let mut tell = |text: String, role: Role| {
        parts.push(Span::styled(format!("  {text}"), theme.role(role)));
    };
    if let Body::Table(table) = &app.pods.top().body {
        let counted = if table.is_filtered() {
            format!("[{} of {}]", table.rows().len(), table.total())
        } else {
            format!("[{}]", table.total())
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
        if !table.filtering.text.is_empty() {
            let role =
                if table.filtering.problem.is_some() { Role::Warning } else { Role::SearchMatch };
            tell(format!("/{}", table.filtering.text), role);
        }
        if !table.marks.is_empty() {
            tell(format!("{} marked", table.marks.len()), Role::Marked);
        }
        let missing = app.pods.shown(&app.clusters).find_map(|cluster| cluster.no_metrics.as_ref());
        if missing.is_some() && area.width > 100 {
            tell("no metrics".to_owned(), Role::Muted);
        }
    }
    cut(frame, area, parts);
}

fn drill_title(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let (crumbs, facts) = tabs::drill::crumbs(&app.drill);
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
        parts.push(Span::styled(format!("  {text}"), theme.role(role)));
    }
    cut(frame, area, parts);
}

/// The keys that one needs next, out of the table of keys.
pub(super) fn hints(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme, keymap: &Keymap) {
    let mut parts = vec![Span::raw(" ")];
    let mut left = area.width.saturating_sub(1);
    for (binding, keys) in keymap.bindings(app.focus()) {
        let (Some(hint), Some(key)) = (binding.hint, keys.first()) else { continue };
        if binding.action == Action::Filter && !can_filter(app.focus()) {
            continue;
        }
        let (key, hint) = (key.to_string(), format!(" {hint}   "));
        let needs = width(&key) + width(&hint);
        if needs > left {
            break;
        }
        left -= needs;
        parts.push(Span::styled(key, theme.role(Role::KeyHint)));
        parts.push(Span::styled(hint, theme.role(Role::Muted)));
    }
    spans(frame, area, parts);
}

/// Whether there is a table or a text to filter.
const fn can_filter(focus: Focus) -> bool {
    !matches!(focus, Focus::Drill(DrillFocus::Form | DrillFocus::Card | DrillFocus::Run))
}

/// The prompt, else the flash.
pub(super) fn foot(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    if let Some(Overlay::Prompt(prompt)) = &app.overlay {
        let sign = prompt.kind.sign();
        let room = usize::from(area.width.saturating_sub(3));
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
        let x = area.x + 2 + u16::try_from(cursor).unwrap_or(0);
        frame.set_cursor_position(Position { x: x.min(area.right().saturating_sub(1)), y: area.y });
        if let Some(problem) =
            app.pods.top().table().and_then(|table| table.filtering.problem.as_ref())
        {
            let text = format!("{problem}");
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
    }
}
