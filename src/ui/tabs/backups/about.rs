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

/// `kept  90 days written · the storage: expires never, lifecycle 1 rule, oldest 90d`.
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
    for (at, column) in checkup.columns.iter().filter(|it| is_of_retention(it)).enumerate() {
        let gap = if at == 0 { "" } else { ", " };
        let own = if column.is_grey { Role::Muted } else { role };
        parts.push((format!("{gap}{} {}", column.name, column.text), own));
    }
    if let Some(oldest) = checkup.oldest {
        parts.push((format!(", oldest {}", age(oldest, now)), role));
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
    let total = format!("{} objects, {}", checkup.objects, checkup.bytes);
    let total = Column { name: "in window", text: total, is_grey: checkup.failure.is_some() };
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
    let first = usize::from(sheet.height());
    for (at, finding) in findings.iter().enumerate() {
        let used = usize::from(sheet.height()) - first;
        if used + 2 > room.saturating_sub(1) {
            let text = format!("   {} more: e shows them", findings.len() - at);
            sheet.line([(text, Role::Muted)]);
            return;
        }
        let Finding { rule, weight, reason, advice, .. } = finding;
        sheet.sentence(3, &format!("{weight}  {rule}: {reason}"), (role_of_weight(*weight), 3));
        sheet.sentence(5, advice, (Role::Muted, 2));
    }
}
