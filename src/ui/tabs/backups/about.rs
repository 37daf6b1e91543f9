//! What stands below the table and the calendar about one set: retention, storage, cluster, findings.

use jiff::Timestamp;

use crate::app::backups::set::Watched;
use crate::domain::age::age;
use crate::domain::bucket::Column;
use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::{Finding, Weight};
use crate::ui::sheet::{Part, Sheet, left};
use crate::ui::theme::Role;

use super::signs::role_of_weight;

/// `kept  90 days written · the storage: oldest 90d, expires never, lifecycle 1 rule`.
pub(super) fn retention(watched: &Watched, now: Timestamp) -> Vec<Part> {
    let checkup = watched.known();
    let mut parts = vec![
        (" kept  ".to_owned(), Role::Header),
        (watched.retention(), Role::Text),
        (" · the storage: ".to_owned(), Role::Muted),
    ];
    let Some(checkup) = checkup else {
        parts.push(("not known".to_owned(), Role::Muted));
        return parts;
    };
    let found = worst_of(watched, &[Rule::Retention, Rule::Pruned]);
    let role = found.map_or(Role::Text, role_of_weight);
    let oldest = checkup.oldest.map(|oldest| (format!("oldest {}", age(oldest, now)), role));
    let columns = checkup.columns.iter().filter(|it| is_of_retention(it)).map(|column| {
        let own = if column.is_grey { Role::Muted } else { role };
        (format!("{} {}", column.name, column.text), own)
    });
    // Where there is little room, the end is cut: what there is counts more than why.
    for (at, (text, role)) in oldest.into_iter().chain(columns).enumerate() {
        let gap = if at == 0 { "" } else { ", " };
        parts.push((format!("{gap}{text}"), role));
    }
    parts
}

fn is_of_retention(column: &Column) -> bool {
    matches!(column.name, "expires" | "lifecycle")
}

fn worst_of(watched: &Watched, rules: &[Rule]) -> Option<Weight> {
    let findings = &watched.checkup()?.findings;
    findings.iter().filter(|it| rules.contains(&it.rule)).map(|it| it.weight).max()
}

/// What the storage and the cluster say, a line each.
pub(super) fn facts(sheet: &mut Sheet<'_>, watched: &Watched) {
    let Some(checkup) = watched.checkup() else { return };
    let is_partial = watched.seen.as_ref().is_some_and(|seen| seen.is_partial);
    sheet.line([(" Storage and cluster".to_owned(), Role::Header)]);
    let place = Column { name: "place", text: watched.place(), is_grey: false };
    let is_grey = checkup.failure.is_some();
    let total = Column { name: "in window", text: watched.total(), is_grey };
    for column in [&place, &total].into_iter().chain(&checkup.columns) {
        fact(sheet, column);
    }
    for column in &checkup.cluster {
        let text = if is_partial { "being asked …".to_owned() } else { column.text.clone() };
        fact(sheet, &Column { text, ..column.clone() });
    }
}

fn fact(sheet: &mut Sheet<'_>, column: &Column) {
    let role = if column.is_grey { Role::Muted } else { Role::Text };
    sheet.line([
        (format!("   {}", left(column.name, 13)), Role::Muted),
        (column.text.clone(), role),
    ]);
}

/// The findings with their reasons and what to do, as many as there is room for.
pub(super) fn findings(sheet: &mut Sheet<'_>, watched: &Watched, room: usize) {
    let known = watched.checkup();
    let findings: &[Finding] = known.map(|it| it.findings.as_slice()).unwrap_or_default();
    let title = if findings.is_empty() { "" } else { "e tells the rules" };
    sheet.heading("Findings", title);
    if findings.is_empty() {
        let text = match known {
            Some(_) => "none: every rule holds",
            None => "not known yet",
        };
        sheet.line([(format!("   {text}"), Role::Muted)]);
    }
    // The heading has one line of the room.
    let bottom = usize::from(sheet.height()) + room.saturating_sub(1);
    for (at, finding) in findings.iter().enumerate() {
        let more = findings.len() - at;
        // Where another follows, the last line says so.
        let kept = usize::from(more > 1);
        let left = |sheet: &Sheet<'_>| bottom.saturating_sub(usize::from(sheet.height()) + kept);
        if left(sheet) < 2 {
            sheet.line([(format!("   {more} more: e shows them"), Role::Muted)]);
            return;
        }
        let Finding { rule, weight, reason, advice, .. } = finding;
        let told = format!("{weight}  {rule}: {reason}");
        let most = left(sheet).min(3);
        sheet.sentence(3, &told, (role_of_weight(*weight), most));
        let most = left(sheet).min(2);
        if most > 0 {
            sheet.sentence(5, advice, (Role::Muted, most));
        }
    }
}
