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

/// How wide what the environments say is, so that it stands in columns.
struct Widths {
    names: usize,
    words: usize,
    counts: [usize; 3],
    ages: usize,
    /// Not everything has room.
    is_narrow: bool,
}

impl Widths {
    fn of(app: &App, room: u16) -> Self {
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
        let ages = widest(&|cluster| ages(cluster, app).map(|(text, _)| text).unwrap_or_default());
        let rights = widest(&|cluster| {
            let rights = [danger(cluster, app), permission(cluster, app)];
            rights.concat().into_iter().map(|(text, _)| text).collect::<Vec<_>>().join("  ")
        });
        let parts = counts.into_iter().chain([ages, rights]).filter(|cells| *cells > 0);
        let whole = 6 + names + words + parts.map(|cells| cells + 2).sum::<usize>();
        let is_narrow = whole > room.into();
        let [pods, critical, warnings] = counts;
        let warnings = if ages > 0 && is_narrow { 0 } else { warnings };
        Self { names, words, counts: [pods, critical, warnings], ages, is_narrow }
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
    let [critical, warnings] = cluster.ailing();
    let told = |count, text: fn(u64) -> String| match count {
        0 => String::new(),
        count => text(count as u64),
    };
    Some([
        (if cluster.is_loading() { String::new() } else { plural(pods, "pod") }, Tone::Muted),
        (told(critical, |count| format!("{} critical", Count(count))), Tone::Critical),
        (told(warnings, |count| plural(count, "warning")), Tone::Warning),
    ])
}

/// How old the newest backup is, and the newest that was proven, with a sign where something is wrong with
/// the backups, and another where they cannot be seen any more; `None` where none is configured.
fn ages(cluster: &Cluster, app: &App) -> Option<(String, Tone)> {
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
    let proven = match ages.proven {
        Some(Some(at)) => format!(", proven {}", age(at, app.now)),
        Some(None) if ages.is_known => ", never proven".to_owned(),
        Some(None) | None => String::new(),
    };
    Some((format!("{sign}backup {newest}{proven}"), tone))
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
    let badge = [
        Span::raw(" "),
        Span::styled(name, theme.role(name_role)),
        Span::raw(" "),
        Span::styled(format!("{sign} {word:<words$}", words = widths.words), theme.tone(tone)),
    ];
    if let Some(until) = app.unlocked.get(&cluster.name) {
        viewports.aged(app.now, *until);
    }
    let told = counts(cluster).into_iter().flatten().enumerate();
    let counts = told.filter_map(|(at, (text, tone))| {
        let text = match (at, widths.counts.get(at).copied().unwrap_or_default()) {
            (_, 0) => return None,
            (0, cells) => format!("{text:>cells$}"),
            (_, cells) => format!("{text:<cells$}"),
        };
        Some((text, tone))
    });
    let ages = ages(cluster, app).into_iter();
    let (danger, permission) = (danger(cluster, app), permission(cluster, app));
    let amiss = amiss(cluster, app);
    let parts = counts.chain(if widths.is_narrow {
        // What is cut is cut at the end.
        [danger, amiss, ages.collect(), permission].concat()
    } else {
        // Reasons come last: they may be long.
        let ages = ages.map(|(text, tone)| (format!("{text:<0$}", widths.ages), tone));
        [ages.collect(), danger, permission, amiss].concat()
    });
    let parts = parts.map(|(text, tone)| Span::styled(format!("  {text}"), theme.tone(tone)));
    cut(frame, area, badge.into_iter().chain(parts).collect());
}

/// What must not be overlooked before something is changed.
fn danger(cluster: &Cluster, app: &App) -> Vec<(String, Tone)> {
    let production = cluster.production.then(|| ("PRODUCTION".to_owned(), Tone::Production));
    let unlocked = app.unlocked.get(&cluster.name).filter(|_| cluster.writable);
    let unlocked =
        unlocked.map(|until| (format!("UNLOCKED {}", age(app.now, *until)), Tone::Critical));
    production.into_iter().chain(unlocked).collect()
}

/// That something can be changed, where nothing more is to be said of that.
fn permission(cluster: &Cluster, app: &App) -> Vec<(String, Tone)> {
    let is_plain = cluster.writable && !app.unlocked.contains_key(&cluster.name);
    is_plain.then(|| ("writable".to_owned(), Tone::Muted)).into_iter().collect()
}

/// What is not seen, and why.
fn amiss(cluster: &Cluster, app: &App) -> Vec<(String, Tone)> {
    let amiss = match cluster.badge() {
        Badge::Live => blind(cluster, app.pods.view()).map(|text| (text, Tone::Warning)),
        Badge::Stale { why, .. } | Badge::LoginExpired { why } | Badge::Unreachable { why } => {
            Some((why.what, Tone::Muted))
        }
        Badge::None | Badge::Connecting => None,
    };
    amiss.into_iter().collect()
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
        parts.push(Span::styled(format!(" {sign}  "), theme.tone(tone)));
    }
    cut(frame, area, parts);
}
