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
use crate::app::pods::layer::{Body, Layer};
use crate::app::tab::Tab;
use crate::domain::age::age;
use crate::domain::news::{Kind, Namespaces, Scope};
use crate::domain::units::{Count, plural};
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
    let widths = Widths::of(app);
    for (at, cluster) in app.clusters.iter().enumerate() {
        let y = rest.y + u16::try_from(at).unwrap_or(0);
        if y < rest.bottom() {
            let row = Rect { y, height: 1, ..rest };
            draw_environment(frame, row, (app, cluster, &widths), theme, viewports);
        }
    }
}

/// How wide what the environments say is, so that it stands in columns.
struct Widths {
    names: usize,
    words: usize,
    counts: [usize; 3],
}

impl Widths {
    fn of(app: &App) -> Self {
        const WORD: usize = 12;
        let widest = |text: &dyn Fn(&Cluster) -> String| {
            app.clusters.iter().map(|cluster| width(&text(cluster)).into()).max().unwrap_or(0)
        };
        let names = widest(&|cluster| cluster.name.0.clone());
        // One badge that has much to say does not push the others away.
        let words = widest(&|cluster| badge(cluster, app).1).min(WORD);
        let counts = [0, 1, 2].map(|at| {
            widest(&|cluster| {
                counts(cluster).and_then(|it| it.get(at).map(|it| it.0.clone())).unwrap_or_default()
            })
        });
        Self { names, words, counts }
    }
}

/// How many pods there are, and how many of them are badly off; `None` while nothing is known. While
/// they are listed for the first time the badge counts them.
fn counts(cluster: &Cluster) -> Option<[(String, Tone); 3]> {
    let is_known = cluster.pods.has_listed() || !cluster.pods.is_empty();
    if cluster.context.is_none() || !is_known {
        return None;
    }
    let pods = cluster.pods.len() as u64;
    let is_counted = cluster.badge() == Badge::Live && cluster.pods.is_listing();
    let [critical, warnings] = cluster.ailing();
    let told = |count, text: fn(u64) -> String| match count {
        0 => String::new(),
        count => text(count as u64),
    };
    Some([
        (if is_counted { String::new() } else { plural(pods, "pod") }, Tone::Muted),
        (told(critical, |count| format!("{} critical", Count(count))), Tone::Critical),
        (told(warnings, |count| plural(count, "warning")), Tone::Warning),
    ])
}

/// The badge's sign and word, and its tone. The word says it without colour too.
pub(super) fn badge(cluster: &Cluster, app: &App) -> (&'static str, String, Tone) {
    match cluster.badge() {
        Badge::None => ("○", "no cluster".to_owned(), Tone::Muted),
        Badge::Connecting => {
            let tone = if cluster.remembered.is_some() { Tone::Stale } else { Tone::Busy };
            ("◌", format!("connecting{}", seen(cluster, app)), tone)
        }
        Badge::Live if cluster.pods.is_listing() => {
            let count = Count(cluster.pods.len() as u64);
            ("◌", format!("loading {count} so far…"), Tone::Busy)
        }
        Badge::Live => ("●", "live".to_owned(), Tone::Fine),
        Badge::Stale { since, .. } => ("◐", format!("stale {}", age(since, app.now)), Tone::Stale),
        Badge::LoginExpired { .. } => {
            ("✗", format!("login expired, L logs in{}", seen(cluster, app)), Tone::Critical)
        }
        Badge::Unreachable { .. } => {
            ("✗", format!("unreachable{}", seen(cluster, app)), Tone::Critical)
        }
    }
}

/// When what the last session left was true, as long as nothing newer has come.
fn seen(cluster: &Cluster, app: &App) -> String {
    let at = cluster.remembered.map(|at| age(at, app.now));
    at.map_or_else(String::new, |age| format!(", seen {age} ago"))
}

fn draw_environment(
    frame: &mut Frame<'_>,
    area: Rect,
    (app, cluster, widths): (&App, &Cluster, &Widths),
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
    let name = format!(" {:names$} ", cluster.name.0, names = widths.names);
    let mut parts = vec![
        Span::raw(" "),
        Span::styled(name, theme.role(name_role)),
        Span::raw(" "),
        Span::styled(format!("{sign} {word:<words$}", words = widths.words), theme.tone(tone)),
    ];
    let mut tell = |text: String, tone: Tone| {
        parts.push(Span::styled(format!("  {text}"), theme.tone(tone)));
    };
    for (at, (text, tone)) in counts(cluster).into_iter().flatten().enumerate() {
        let cells = widths.counts.get(at).copied().unwrap_or_default();
        match (at, cells) {
            (_, 0) => {}
            (0, _) => tell(format!("{text:>cells$}"), tone),
            _ => tell(format!("{text:<cells$}"), tone),
        }
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
    // Reasons come last: they may be long, and what is cut is cut here.
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
    cut(frame, area, parts);
}

fn stale_since(cluster: &Cluster) -> Option<jiff::Timestamp> {
    match cluster.badge() {
        Badge::Stale { since, .. } => Some(since),
        _ => None,
    }
}

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

/// The keys that one needs next, out of the table of keys. Where there is little room those of the view
/// give way, its last ones first: those that find all others stay.
pub(super) fn hints(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme, keymap: &Keymap) {
    let mut hints: Vec<(String, &str, u8)> = keymap
        .bindings(app.focus())
        .filter(|(binding, _)| binding.action != Action::Filter || can_filter(app.focus()))
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
    !matches!(focus, Focus::Drill(DrillFocus::Form | DrillFocus::Card | DrillFocus::Run))
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
    } else if let Some(unsaid) = unsaid.filter(|_| app.overlay.is_none()) {
        line(frame, area, &format!(" {unsaid}"), theme.role(Role::Text));
    }
}
