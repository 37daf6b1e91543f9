//! An empty table says why it is empty: nothing was heard, nothing was listed, nothing matches.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::App;
use crate::app::cell::Tone;
use crate::app::cluster::{Badge, Cluster};
use crate::app::pods::location::{Location, View};
use crate::app::table::Table;
use crate::domain::failure::Failure;
use crate::domain::text::shown;
use crate::domain::units::plural;
use crate::ui::paint::line;
use crate::ui::sheet::wrap;
use crate::ui::theme::{Role, Theme};

/// How far in everything stands.
const INDENT: u16 = 2;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, (app, table): (&App, &Table), theme: &Theme) {
    let noun = match &app.pods.top().location {
        Location::Table { view, .. } => view.noun(),
        _ => "container",
    };
    let (plain, muted) = (theme.role(Role::Text), theme.role(Role::Muted));
    let mut at = area.y + 1;
    let mut say = |frame: &mut Frame<'_>, text: &str, style: Style| {
        for text in wrapped(text, area.width.saturating_sub(INDENT)) {
            if at < area.bottom() {
                let width = area.width.saturating_sub(INDENT);
                let row = Rect { x: area.x + INDENT, y: at, width, height: 1 };
                line(frame, row, &text, style);
                at += 1;
            }
        }
    };
    if table.total() > 0 {
        let (total, is_filtered) = (table.total(), !table.filtering.text.is_empty());
        if is_filtered {
            let all = plural(total as u64, noun);
            let text = match table.unanswered(app.context()) {
                Some(field) => format!("none of {all} says anything of `{field}`"),
                None => format!("none of {all} matches"),
            };
            say(frame, &text, plain);
            say(frame, "esc clears the filter", muted);
        } else {
            say(frame, &format!("no fault among {}", plural(total as u64, noun)), plain);
            say(frame, "esc shows them all", muted);
        }
        return;
    }
    let clusters: Vec<&Cluster> = app.pods.shown(&app.clusters).collect();
    if clusters.is_empty() {
        say(frame, "no cluster is configured", plain);
        let text =
            app.advice.as_deref().unwrap_or("`lifeboat config init` writes a file to start from");
        say(frame, text, muted);
        return;
    }
    for cluster in clusters {
        let (text, tone) = emptiness(cluster, &app.pods.top().location, noun);
        say(frame, &text, theme.tone(tone));
    }
}

/// A sentence in `room` cells: what goes on is set in.
fn wrapped(text: &str, room: u16) -> Vec<String> {
    let lines = wrap(&shown(text), usize::from(room.saturating_sub(INDENT)));
    let indented = |(at, line): (usize, String)| match at {
        0 => line,
        _ => format!("{:1$}{line}", "", usize::from(INDENT)),
    };
    lines.into_iter().enumerate().map(indented).collect()
}

fn emptiness(cluster: &Cluster, location: &Location, noun: &str) -> (String, Tone) {
    let name = &cluster.name;
    let listed = match location {
        Location::Table { view: View::Pods, .. } => cluster.pods.has_listed(),
        Location::Table { view: View::Workloads, .. } => cluster.deployments.has_listed(),
        Location::Table { view: View::CronJobs, .. } => cluster.cronjobs.has_listed(),
        Location::Table { view: View::Jobs, .. } => cluster.jobs.has_listed(),
        Location::Table { view: View::Events, .. } => cluster.events.has_listed(),
        Location::Table { view: View::Nodes, .. } => cluster.nodes.has_listed(),
        _ => true,
    };
    match cluster.badge() {
        Badge::Connecting => (format!("{name}: connecting…"), Tone::Busy),
        Badge::LoginExpired { why } | Badge::Unreachable { why } => {
            (format!("{name}: {why}"), Tone::Critical)
        }
        Badge::Live | Badge::Stale { .. } if listed => {
            (format!("{name}: no {noun} here"), Tone::Muted)
        }
        Badge::Live | Badge::Stale { .. } => match refusal(cluster, location) {
            Some(why) => (format!("{name}: {why}"), Tone::Critical),
            None => (format!("{name}: listing…"), Tone::Busy),
        },
        Badge::None => (format!("{name}: no cluster is configured"), Tone::Muted),
    }
}

/// Why nothing of what a table shows could be listed.
fn refusal<'a>(cluster: &'a Cluster, location: &Location) -> Option<&'a Failure> {
    let Location::Table { view, .. } = location else { return None };
    view.kinds().iter().find_map(|kind| cluster.blind_spots(*kind).map(|(_, why)| why).next())
}
