//! The header: the tabs, and of each environment its badge, its pods and how old its backups are.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::app::App;
use crate::app::action::Action;
use crate::app::backups::set::Watched;
use crate::app::cell::Tone;
use crate::app::cluster::{Badge, Cluster, Recollection};
use crate::app::pods::location::View;
use crate::app::tab::Tab;
use crate::domain::age::age;
use crate::domain::checkup::Word;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::news::{Kind, Scope};
use crate::domain::units::{Count, plural};
use crate::ui::chrome::cut;
use crate::ui::paint::{line, spans, width};
use crate::ui::tabs;
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

pub(super) fn draw(
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
    let drill = tabs::drill::status(app).map(|(texts, role)| (texts, role, Tab::Drill));
    let work =
        tabs::backups::works::status(app).map(|(text, role)| (vec![text], role, Tab::Backups));
    if let Some((texts, role, tab)) = drill.or(work) {
        // At the right end, in as many words as there is room for beside the tabs.
        let room = first.right().saturating_sub(x + 2);
        if let Some(text) = texts.iter().find(|text| width(text) <= room) {
            let own = width(text) + 1;
            let area = Rect { x: first.right().saturating_sub(own), width: own, ..first };
            line(frame, area, text, theme.role(role));
            viewports.click(area, Action::Show(tab));
        }
    }
    spans(frame, Rect { width: x.saturating_sub(first.x), ..first }, parts);
    let rest = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if app.clusters.len() > usize::from(rest.height) {
        draw_all_in_one(frame, rest, app, theme);
        return;
    }
    let widths = Widths::of(app, area.width);
    for (at, cluster) in app.clusters.iter().enumerate() {
        let y = rest.y + u16::try_from(at).unwrap_or(0);
        if y < rest.bottom() {
            let row = Rect { y, height: 1, ..rest };
            draw_environment(frame, row, (app, cluster, &widths), theme, viewports);
        }
    }
}

/// How much the words of the header say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wording {
    /// `2 critical  1 warning  ! backup 9h, never proven`
    Whole,
    /// `2 crit  1 warn  ! 9h, unproven`
    Brief,
}

impl Wording {
    /// With less room than this the ages of backups and all numbers stand there in brief words.
    const LEAST: u16 = 100;

    const fn of(app: &App, room: u16) -> Self {
        if room < Self::LEAST && !app.backups.sets.is_empty() { Self::Brief } else { Self::Whole }
    }
}

/// How wide what the environments say is, so that it stands in columns.
struct Widths {
    wording: Wording,
    names: usize,
    natures: usize,
    words: usize,
    counts: [usize; 3],
    ages: usize,
}

impl Widths {
    fn of(app: &App, room: u16) -> Self {
        const WORD: usize = 12;
        let wording = Wording::of(app, room);
        let widest = |text: &dyn Fn(&Cluster) -> String| {
            app.clusters.iter().map(|cluster| width(&text(cluster)).into()).max().unwrap_or(0)
        };
        let told = |part: Option<(String, Tone)>| part.map(|(text, _)| text).unwrap_or_default();
        let natures = |cluster: &Cluster| {
            let parts = nature(cluster, app).into_iter().flatten();
            parts.map(|(text, _)| text).collect::<Vec<_>>().join(GAP)
        };
        Self {
            wording,
            names: widest(&|cluster| cluster.name.0.clone()),
            natures: widest(&natures),
            // One badge that has much to say does not push the others away.
            words: widest(&|cluster| badge(cluster, app).1).min(WORD),
            counts: [0, 1, 2].map(|at| {
                widest(&|cluster| told(counts(cluster, wording).and_then(|it| it.get(at).cloned())))
            }),
            ages: widest(&|cluster| told(ages(cluster, app, wording))),
        }
    }
}

/// Between two things that an environment says.
const GAP: &str = "  ";

/// What an environment is, whatever it is like today: production, writable, unlocked. It comes first,
/// so that it is whole in any room.
fn nature(cluster: &Cluster, app: &App) -> [Option<(String, Tone)>; 2] {
    let own = match (cluster.production, cluster.writable) {
        (true, _) => Some(("PRODUCTION".to_owned(), Tone::Production)),
        (false, true) => Some(("writable".to_owned(), Tone::Muted)),
        (false, false) => None,
    };
    let until = app.unlocked.get(&cluster.name).filter(|_| cluster.writable);
    let unlocked =
        until.map(|until| (format!("UNLOCKED {}", age(app.now, *until)), Tone::Critical));
    [own, unlocked]
}

/// How many pods there are, and how many of them are badly off; `None` while nothing is known. While
/// they are listed for the first time the badge counts them.
fn counts(cluster: &Cluster, wording: Wording) -> Option<[(String, Tone); 3]> {
    let is_known = cluster.pods.has_listed() || !cluster.pods.is_empty();
    if cluster.context.is_none() || !is_known {
        return None;
    }
    let pods = cluster.pods.len() as u64;
    let [critical, warnings] = cluster.ailing();
    let told = |count: usize, text: fn(u64) -> String, brief: &str| match (count as u64, wording) {
        (0, _) => String::new(),
        (count, Wording::Whole) => text(count),
        (count, Wording::Brief) => format!("{} {brief}", Count(count)),
    };
    Some([
        (if cluster.is_loading() { String::new() } else { plural(pods, "pod") }, Tone::Muted),
        (told(critical, |count| format!("{} critical", Count(count)), "crit"), Tone::Critical),
        (told(warnings, |count| plural(count, "warning"), "warn"), Tone::Warning),
    ])
}

/// How old the newest backup is, and the newest that was proven, with a sign where something is wrong with
/// the backups, and another where they cannot be seen any more; `None` where none is configured.
fn ages(cluster: &Cluster, app: &App, wording: Wording) -> Option<(String, Tone)> {
    let ages = app.backups.ages(&cluster.name);
    if !ages.has_sets {
        return None;
    }
    let own = || app.backups.sets.iter().filter(|set| set.set.environment == cluster.name);
    let (sign, tone) = match own().filter_map(Watched::word).max() {
        _ if own().any(|set| set.failure.is_some()) => ("◐ ", Tone::Stale),
        Some(Word::Critical | Word::CouldNotSee) => ("✗ ", Tone::Critical),
        Some(Word::Warning) => ("! ", Tone::Warning),
        Some(Word::Ok) | None => ("", Tone::Muted),
    };
    let newest = match ages.newest {
        Some(at) => age(at, app.now),
        None if ages.is_known => "none".to_owned(),
        None => "?".to_owned(),
    };
    let proven = match (ages.proven, wording) {
        (Some(Some(at)), _) => format!(", proven {}", age(at, app.now)),
        (Some(None), Wording::Whole) if ages.is_known => ", never proven".to_owned(),
        (Some(None), Wording::Brief) if ages.is_known => ", unproven".to_owned(),
        (Some(None) | None, _) => String::new(),
    };
    // An age alone would say nothing.
    let is_clear = wording == Wording::Brief && !proven.is_empty();
    let noun = if is_clear { "" } else { "backup " };
    Some((format!("{sign}{noun}{newest}{proven}"), tone))
}

/// The badge's sign and word, and its tone. The word says it without colour too.
pub(super) fn badge(cluster: &Cluster, app: &App) -> (&'static str, String, Tone) {
    match cluster.badge() {
        Badge::Connecting | Badge::Live if cluster.is_loading() => {
            let count = Count(cluster.pods.len() as u64);
            ("◌", format!("loading {count} so far…"), Tone::Busy)
        }
        Badge::None => ("○", "no cluster".to_owned(), Tone::Muted),
        Badge::Connecting => {
            let tone = if cluster.remembered.is_some() { Tone::Stale } else { Tone::Busy };
            ("◌", format!("connecting{}", seen(cluster, app)), tone)
        }
        Badge::Live => ("●", "live".to_owned(), Tone::Fine),
        Badge::Stale { since, .. } => ("◐", format!("stale {}", age(since, app.now)), Tone::Stale),
        Badge::LoginExpired { .. } => {
            ("✗", format!("login expired, L logs in{}", seen(cluster, app)), Tone::Critical)
        }
        Badge::Unreachable { why } => {
            // A cluster that says no has been reached.
            let is_denied = why.kind == FailureKind::Denied;
            let word = if is_denied { "forbidden" } else { "unreachable" };
            ("✗", format!("{word}{}", seen(cluster, app)), Tone::Critical)
        }
    }
}

/// When what is not watched any more, or not yet, was true, as long as nothing newer has come.
fn seen(cluster: &Cluster, app: &App) -> String {
    let at = cluster.remembered.map(|seen| age(seen.at(), app.now));
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
    let backups = app.backups.ages(&cluster.name);
    let remembered = cluster.remembered.map(Recollection::at);
    let seen = [remembered, stale_since(cluster), backups.newest, backups.proven.flatten()];
    for since in seen.into_iter().flatten() {
        viewports.aged(since, app.now);
    }
    let name = format!(" {:names$} ", cluster.name.0, names = widths.names);
    let mut parts = vec![Span::raw(" "), Span::styled(name, theme.role(name_role)), Span::raw(" ")];
    let mut natures = 0;
    for (text, tone) in nature(cluster, app).into_iter().flatten() {
        natures += usize::from(width(&text)) + GAP.len();
        parts.extend([Span::styled(text, theme.tone(tone)), Span::raw(GAP)]);
    }
    if widths.natures > 0 {
        parts.push(Span::raw(" ".repeat((widths.natures + GAP.len()).saturating_sub(natures))));
    }
    let badge = format!("{sign} {word:<words$}", words = widths.words);
    parts.push(Span::styled(badge, theme.tone(tone)));
    if let Some(until) = app.unlocked.get(&cluster.name) {
        viewports.aged(app.now, *until);
    }
    let mut tell = |text: String, tone: Tone| {
        parts.push(Span::styled(format!("{GAP}{text}"), theme.tone(tone)));
    };
    for (at, (text, tone)) in counts(cluster, widths.wording).into_iter().flatten().enumerate() {
        let cells = widths.counts.get(at).copied().unwrap_or_default();
        match (at, cells) {
            (_, 0) => {}
            (0, _) => tell(format!("{text:>cells$}"), tone),
            _ => tell(format!("{text:<cells$}"), tone),
        }
    }
    if let Some((text, tone)) = ages(cluster, app, widths.wording) {
        tell(format!("{text:<cells$}", cells = widths.ages), tone);
    }
    if cluster.production && cluster.writable && !app.unlocked.contains_key(&cluster.name) {
        tell("writable".to_owned(), Tone::Muted);
    }
    // Reasons come last: they may be long, and what is cut is cut here.
    if cluster.badge() == Badge::Live
        && let Some(text) = blind(cluster, app.pods.view())
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

/// What of a live cluster is not seen.
fn blind(cluster: &Cluster, view: View) -> Option<String> {
    let scopes = |kind, is_meant: fn(&Failure) -> bool| {
        let spots = cluster.blind_spots(kind).filter(|(_, why)| is_meant(why));
        let names = spots.map(|(scope, _)| match scope {
            Scope::Cluster => "all namespaces",
            Scope::Namespace(name) => name,
        });
        names.collect::<Vec<_>>()
    };
    let pods = scopes(Kind::Pod, |_| true);
    // Rights differ by kind, too: what a view lacks is not to be taken for absent.
    let denied = |kind: &Kind| scopes(*kind, |why| why.kind == FailureKind::Denied);
    let lacking = view.kinds().iter().map(denied).find(|lacking| *lacking != pods);
    match lacking.filter(|lacking| !lacking.is_empty()) {
        Some(_) if view == View::Nodes => Some("no nodes are seen".to_owned()),
        Some(lacking) => Some(format!("{}s not seen: {}", view.noun(), lacking.join(", "))),
        None if pods.is_empty() => None,
        None => Some(format!("not seen: {}", pods.join(", "))),
    }
}

fn draw_all_in_one(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let mut parts = vec![Span::raw(" ")];
    for cluster in &app.clusters {
        let (sign, _, tone) = badge(cluster, app);
        let role = if cluster.production { Role::Production } else { Role::Text };
        parts.push(Span::styled(cluster.name.0.clone(), theme.role(role)));
        if cluster.production {
            parts.push(Span::styled(" PRODUCTION", theme.tone(Tone::Production)));
        }
        parts.push(Span::styled(format!(" {sign}  "), theme.tone(tone)));
    }
    cut(frame, area, parts);
}
