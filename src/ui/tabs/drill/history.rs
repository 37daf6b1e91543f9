//! Earlier drills: what is due, how long they took, how much was restored, one line each.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::App;
use crate::domain::units::{Count, Span, plural};
use crate::domain::verdict::Verdict;
use crate::drill::past::{Past, Told};
use crate::drill::record::Record;
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

use super::window::Window;
use crate::ui::sheet::{Part, Sheet, left};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// ```text
///  prod      overdue by 4 d      4 drills   RTO ▂▂▃▇ 1.2 s    documents ▅▅▆▆ 61 200
///
///    when        environment  backup                   verdict  depth    RTO    by
/// ▌  2026-11-20  prod         2026-10-14T00_00.tar.gz  PASS     compare  1.2 s  ada@jump
/// ```
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) {
    let drill = &app.drill;
    let mut sheet = Sheet::new(theme, area.width);
    for (name, production, due) in drill.due() {
        let role = if production { Role::Production } else { Role::Text };
        let due_role = if due.is_overdue(app.now) { Role::Warning } else { Role::Fine };
        let mut parts = vec![
            (format!(" {}", left(&name.0, 10)), role),
            (left(&due.words(app.now), 18), due_role),
        ];
        parts.extend(trend(drill.pasts(), name));
        sheet.line(parts);
    }
    for text in drill.unread.iter().take(2) {
        sheet.sentence(1, &format!("not read: {text}"), (Role::Warning, 2));
    }
    sheet.blank();
    let rows: Vec<&Past> = drill.history.rows(drill.pasts()).collect();
    let widths = Widths::of(&rows, area.width);
    sheet.line([(widths.headings(), Role::Header)]);
    let first = sheet.height();
    let body = Rect { y: area.y + first, height: area.height.saturating_sub(first), ..area };
    let window = Window::of(rows.len(), drill.history.at, body.height);
    for (at, past) in window.of_rows(&rows) {
        sheet.line(row(past, &widths, at == drill.history.at));
    }
    if rows.is_empty() {
        let text = match (&drill.pasts, drill.history.filter.is_empty()) {
            (None, _) => "reading the journal …",
            (Some(_), true) => "no drill yet; `v` leads to the first one",
            (Some(_), false) => "no drill has this; esc shows all",
        };
        sheet.line([(format!("  {text}"), Role::Muted)]);
    }
    if let Some(sign) = window.sign() {
        sheet.line([sign]);
    }
    sheet.draw(frame, area);
    window.mark(frame, body, theme, viewports);
}

/// The newest ones, beside the form.
pub(super) fn newest(sheet: &mut Sheet<'_>, app: &App, most: usize) {
    sheet.heading("Earlier drills", "v shows them all");
    let pasts = app.drill.pasts();
    if pasts.is_empty() {
        let text = if app.drill.pasts.is_some() { "none yet" } else { "reading the journal …" };
        sheet.line([(format!("  {text}"), Role::Muted)]);
    }
    let rows: Vec<&Past> = pasts.iter().rev().take(most).collect();
    let widths = Widths::of(&rows, sheet.width());
    for past in rows {
        sheet.line(row(past, &widths, false));
    }
}

const HEADINGS: [&str; 7] = ["when", "environment", "backup", "verdict", "depth", "RTO", "by"];

/// How wide each column is; the last ones are left out where there is no room.
struct Widths([usize; 7]);

impl Widths {
    fn of(rows: &[&Past], width: u16) -> Self {
        let mut widths = HEADINGS.map(|heading| heading.chars().count());
        for past in rows {
            for (known, cell) in widths.iter_mut().zip(cells(past)) {
                *known = cell.chars().count().max(*known);
            }
        }
        let mut left = usize::from(width).saturating_sub(2);
        let widths = widths.map(|wanted| {
            let given = if left >= wanted.min(6) { wanted.min(left) } else { 0 };
            left = left.saturating_sub(given + 2);
            given
        });
        Self(widths)
    }

    fn headings(&self) -> String {
        let cells = HEADINGS.iter().zip(self.0).filter(|(_, width)| *width > 0);
        let cells: Vec<String> = cells.map(|(cell, width)| left(cell, width)).collect();
        format!("  {}", cells.join("  "))
    }
}

fn cells(past: &Past) -> [String; 7] {
    let when = past.at.strftime("%Y-%m-%d").to_string();
    let (environment, backup) = (past.environment.0.clone(), past.backup().to_owned());
    match &past.told {
        Told::Drilled(record) => {
            let word = if record.cancelled { "cancelled" } else { record.verdict.word() };
            let depth = record.depth.word().to_owned();
            let rto = record.rto_s.map(|seconds| span(seconds).to_string()).unwrap_or_default();
            [when, environment, backup, word.to_owned(), depth, rto, record.actor.clone()]
        }
        Told::Imported { result, note, .. } => {
            let imported = format!("imported: {note}");
            [when, environment, backup, result.clone(), String::new(), String::new(), imported]
        }
    }
}

fn row(past: &Past, widths: &Widths, is_selected: bool) -> Vec<Part> {
    let [when, environment, backup, word, depth, rto, by] = cells(past);
    let of = |at: usize| widths.0.get(at).copied().unwrap_or(0);
    let role = match &past.told {
        Told::Imported { .. } => Role::Muted,
        Told::Drilled(record) if record.cancelled => Role::Muted,
        Told::Drilled(record) => match record.verdict {
            Verdict::Pass => Role::Fine,
            Verdict::Warn | Verdict::CouldNotVerify => Role::Warning,
            Verdict::Fail => Role::Critical,
        },
    };
    let sign = if is_selected { "▌ " } else { "  " };
    let mut parts = vec![(sign.to_owned(), Role::Accent)];
    let last = widths.0.iter().rposition(|width| *width > 0);
    for (at, (text, role)) in [
        (when, Role::Muted),
        (environment, Role::Text),
        (backup, Role::Text),
        (word, role),
        (depth, Role::Muted),
        (rto, Role::Text),
        (by, Role::Muted),
    ]
    .into_iter()
    .enumerate()
    {
        if of(at) > 0 {
            let gap = if Some(at) == last { "" } else { "  " };
            parts.push((format!("{}{gap}", left(&text, of(at))), role));
        }
    }
    parts
}

fn span(seconds: f64) -> Span {
    Span(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

/// How the recovery time and the number of documents went, drill after drill.
fn trend(pasts: &[Past], name: &crate::domain::environment::EnvironmentName) -> Vec<Part> {
    const SHOWN: usize = 12;
    let of = pasts.iter().filter(|past| past.environment == *name);
    let records: Vec<&Record> =
        of.clone().filter_map(|past| past.record().map(|record| &**record)).collect();
    let times: Vec<f64> = records.iter().filter_map(|record| record.rto_s).collect();
    let counted = records.iter().filter_map(|record| record.census.as_ref());
    let counts: Vec<f64> = counted.map(|census| census.documents() as f64).collect();
    let mut line = vec![(left(&plural(of.count() as u64, "drill"), 11), Role::Muted)];
    if let Some(last) = times.last() {
        line.push(("RTO ".to_owned(), Role::Muted));
        line.push((sparkline(&times, SHOWN), Role::Accent));
        line.push((format!(" {}   ", span(*last)), Role::Text));
    }
    if let Some(last) = records.iter().rev().find_map(|record| record.census.as_ref()) {
        line.push(("documents ".to_owned(), Role::Muted));
        line.push((sparkline(&counts, SHOWN), Role::Accent));
        line.push((format!(" {}", Count(last.documents())), Role::Text));
    }
    line
}

/// The newest `most` values as bars, the largest the highest.
fn sparkline(values: &[f64], most: usize) -> String {
    let shown = values.iter().skip(values.len().saturating_sub(most));
    let largest = values.iter().copied().fold(0.0, f64::max);
    shown
        .map(|value| {
            let share = if largest > 0.0 { value / largest } else { 0.0 };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 7")]
            let at = (share * 7.0).round() as usize;
            BARS.get(at).copied().unwrap_or('▁')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_value_is_the_highest_bar() {
        assert_eq!(sparkline(&[1.0, 4.0, 8.0], 9), "▂▅█");
        assert_eq!(sparkline(&[1.0, 4.0, 8.0], 1), "█");
        assert_eq!(sparkline(&[0.0], 3), "▁");
    }
}
