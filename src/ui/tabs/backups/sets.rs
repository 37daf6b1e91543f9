//! All sets in one table: newest, proven, next, the verdict and the worst finding; below it the runs of
//! the one under the cursor.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use crate::app::App;
use crate::app::backups::set::Watched;
use crate::domain::age::age;
use crate::domain::environment::SetKind;
use crate::ui::paint::width;
use crate::ui::sheet::{Part, Sheet, left};
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

use super::signs::role_of_word;
use super::strip::Strip;
use super::{WIDE, about};

/// What stands below the table where there is little room.
const PANE: usize = 7;
/// Names in more room than this are cut.
const NAME: usize = 28;
const GAP: usize = 2;

/// ```text
///   SET             NEWEST  PROVEN  NEXT     VERDICT   WORST
/// ▌ prod/ingest     9h      12d     in 14h   warning   missed: the backup of 2026-11-15 …
///   research/daily  6h      -       in 17h   ok
///
///  prod/ingest  0 0 * * * UTC · 91 runs, 2026-08-22 00:00 to 2026-11-20 00:00
///          ▇▇▇▇▇▇▇▃▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
///  Aug 23  ▪▪▪▪▪▪▪▂▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪=▪▪▪▪✘▪▪▪▪▪
///  ▪ 86 ok   ✘ 1 missed   ▂ 1 too-small   = 1 duplicate
///  kept  90 days written · the storage: oldest 90d, expires never, lifecycle 1 rule
/// ```
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) -> Option<String> {
    let backups = &app.backups;
    if backups.sets.is_empty() {
        unconfigured(frame, area, theme);
        return None;
    }
    let rows = backups.table.rows();
    let height = usize::from(area.height);
    let room = rows.len().max(1).min(height.saturating_sub(PANE + 1).max(3));
    let [top, below] = Layout::vertical([
        Constraint::Length(u16::try_from(room + 1).unwrap_or(u16::MAX)),
        Constraint::Fill(1),
    ])
    .areas(area);
    let columns = Columns::of(app, top.width);
    let mut sheet = Sheet::new(theme, top.width);
    sheet.line([(columns.headings(), Role::Header)]);
    let offset = (backups.table.at() + 1).saturating_sub(room);
    let shown: Vec<&Watched> =
        rows.iter().skip(offset).take(room).filter_map(|at| backups.sets.get(*at)).collect();
    for (at, watched) in shown.iter().enumerate() {
        aged(watched, app, viewports);
        sheet.line(columns.row(watched, app, at + offset == backups.table.at()));
    }
    if rows.is_empty() {
        let text = match backups.table.unanswered(&backups.sets, app.now) {
            Some(field) => format!("  no set says anything of `{field}`; esc shows all"),
            None => "  no set has this; esc shows all".to_owned(),
        };
        sheet.line([(text, Role::Muted)]);
    }
    let body = Rect { y: top.y + 1, height: u16::try_from(shown.len()).unwrap_or(0), ..top };
    viewports.rows(body, offset);
    sheet.draw(frame, top);
    let selected = u16::try_from(backups.table.at().saturating_sub(offset)).unwrap_or(0);
    if selected < body.height {
        let line = Rect { y: body.y + selected, height: 1, ..area };
        frame.buffer_mut().set_style(line, theme.role(Role::Selection));
    }
    let watched = backups.selected()?;
    pane(frame, below, (app, watched), theme);
    unsaid(watched, app, &columns)
}

fn unconfigured(frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let mut sheet = Sheet::new(theme, area.width);
    sheet.blank();
    let text = "  No backup set is configured: nothing tells which backups there should be.";
    sheet.line([(text.to_owned(), Role::Text)]);
    let text =
        "  `lifeboat config init` looks at your buckets and CronJobs, and writes a file with";
    sheet.line([(text.to_owned(), Role::Muted)]);
    let text = "  `[[environment.backup]]` for what it finds: bucket, prefix, schedule, retention.";
    sheet.line([(text.to_owned(), Role::Muted)]);
    sheet.draw(frame, area);
}

/// The ages that are drawn read differently later.
fn aged(watched: &Watched, app: &App, viewports: &mut Viewports) {
    let seen = watched.seen.as_ref().filter(|_| watched.failure.is_some()).map(|seen| seen.at);
    for since in [watched.newest(), watched.proven(), seen].into_iter().flatten() {
        viewports.aged(since, app.now);
    }
}

struct Columns {
    name: usize,
    worst: usize,
}

/// Newest, proven, next, verdict: their headings, and how wide they are.
const FIXED: [(&str, usize); 4] = [("NEWEST", 7), ("PROVEN", 7), ("NEXT", 8), ("VERDICT", 13)];

impl Columns {
    fn of(app: &App, room: u16) -> Self {
        let names = app.backups.sets.iter().map(|watched| usize::from(width(&watched.set.path())));
        let name = names.max().unwrap_or(0).clamp(3, NAME);
        let fixed: usize = FIXED.iter().map(|(_, width)| width + GAP).sum();
        Self { name, worst: usize::from(room).saturating_sub(2 + name + GAP + fixed) }
    }

    fn headings(&self) -> String {
        let mut text = format!("  {}", left("SET", self.name + GAP));
        for (heading, width) in FIXED {
            text.push_str(&left(heading, width + GAP));
        }
        text + "WORST"
    }

    fn row(&self, watched: &Watched, app: &App, is_selected: bool) -> Vec<Part> {
        let sign = if is_selected { "▌ " } else { "  " };
        let name = if watched.set.production { Role::Production } else { Role::Text };
        let mut parts = vec![
            (sign.to_owned(), Role::Accent),
            (left(&watched.set.path(), self.name + GAP), name),
        ];
        for ((text, role), (_, width)) in cells(watched, app).into_iter().zip(FIXED) {
            parts.push((left(&text, width + GAP), role));
        }
        let (text, role) = worst(watched, app);
        parts.push((left(&text, self.worst), role));
        parts
    }
}

fn cells(watched: &Watched, app: &App) -> [Part; 4] {
    let now = app.now;
    // What was seen before and cannot be seen any more is told apart.
    let (known, role) = match (watched.known(), &watched.failure) {
        (None, _) => (None, Role::Muted),
        (Some(checkup), None) => (Some(checkup), Role::Text),
        (Some(checkup), Some(_)) => (Some(checkup), Role::Stale),
    };
    let unknown = if watched.is_loading { "…" } else { "?" };
    let newest = match (known, watched.newest()) {
        (None, _) => (unknown.to_owned(), Role::Muted),
        (Some(_), None) => ("none".to_owned(), Role::Critical),
        (Some(_), Some(at)) => (age(at, now), role),
    };
    let proven = match (watched.set.engine, watched.checkup(), watched.proven()) {
        (None, ..) => ("-".to_owned(), Role::Muted),
        (Some(_), None, _) => (unknown.to_owned(), Role::Muted),
        (Some(_), Some(_), None) => ("never".to_owned(), Role::Warning),
        (Some(_), Some(_), Some(at)) => (age(at, now), Role::Fine),
    };
    let next = match known.map(|checkup| checkup.next) {
        None => (unknown.to_owned(), Role::Muted),
        Some(None) => ("-".to_owned(), Role::Muted),
        Some(Some(next)) if next > now => (format!("in {}", age(now, next)), Role::Text),
        Some(Some(_)) => ("now".to_owned(), Role::Busy),
    };
    let verdict = match watched.word() {
        Some(word) => (word.text().to_owned(), role_of_word(word)),
        None => ("looking …".to_owned(), Role::Busy),
    };
    [newest, proven, next, verdict]
}

/// What is worst about a set, or why nothing is known of it.
fn worst(watched: &Watched, app: &App) -> Part {
    if let Some(failure) = &watched.failure {
        let seen = watched.seen.as_ref().filter(|_| watched.known().is_some());
        let text = match seen {
            Some(seen) => format!("seen {} ago; now {}", age(seen.at, app.now), failure.what),
            None => failure.what.clone(),
        };
        return (text, Role::Stale);
    }
    match (watched.worst(), watched.set.kind) {
        (Some(finding), _) => {
            let role = super::signs::role_of_weight(finding.weight);
            (format!("{}: {}", finding.rule, finding.reason), role)
        }
        (None, SetKind::Manual) => ("made by hand".to_owned(), Role::Muted),
        (None, SetKind::Sync) => ("synchronised".to_owned(), Role::Muted),
        (None, SetKind::Scheduled) => (String::new(), Role::Muted),
    }
}

/// The worst finding of the set under the cursor, where it had no room.
fn unsaid(watched: &Watched, app: &App, columns: &Columns) -> Option<String> {
    let (text, _) = worst(watched, app);
    let is_cut = usize::from(width(&text)) > columns.worst;
    is_cut.then(|| crate::domain::text::shown(&text).into_owned())
}

/// The set under the cursor: its runs, what is kept, and where there is room its facts and findings.
fn pane(frame: &mut Frame<'_>, area: Rect, (app, watched): (&App, &Watched), theme: &Theme) {
    let mut sheet = Sheet::new(theme, area.width);
    let strip = Strip::of(watched, None, area.width);
    let room = usize::from(area.height);
    if room > PANE {
        sheet.blank();
    }
    let facts = match watched.known() {
        Some(_) => format!("{} · {}", watched.rhythm(), strip.span()),
        None => watched.rhythm(),
    };
    sheet.heading(&watched.set.path(), &facts);
    // Bars grow with the room there is, as long as all the rest keeps its own.
    let high = if room > 30 {
        5
    } else if room > 14 {
        2
    } else {
        1
    };
    let high = (1..=high).rev().find(|high| strip.height(*high, false) + 4 <= room).unwrap_or(1);
    strip.draw(&mut sheet, high, false);
    sheet.line(strip.legend());
    sheet.line(about::retention(watched, app.now));
    let used = sheet.height();
    sheet.draw(frame, area);
    let rest = Rect { y: area.y + used + 1, height: area.height.saturating_sub(used + 1), ..area };
    if rest.height < 3 {
        return;
    }
    if area.width < WIDE {
        let mut sheet = Sheet::new(theme, rest.width);
        about::findings(&mut sheet, watched, usize::from(rest.height));
        sheet.draw(frame, rest);
        return;
    }
    let [facts, found] =
        Layout::horizontal([Constraint::Percentage(42), Constraint::Fill(1)]).areas(rest);
    let mut sheet = Sheet::new(theme, facts.width.saturating_sub(2));
    about::facts(&mut sheet, watched);
    sheet.draw(frame, facts);
    let mut sheet = Sheet::new(theme, found.width);
    about::findings(&mut sheet, watched, usize::from(found.height));
    sheet.draw(frame, found);
}
