//! The scan or the write under way: how far it is, what it reads, and what waits for its end.

use crate::app::App;
use crate::app::backups::work::Work;
use crate::domain::units::{ByteSize, Count, Span};
use crate::drill::event::{Advance, Step};
use crate::drill::progress::StepState;
use crate::ui::sheet::{Part, bar};
use crate::ui::theme::Role;

/// ```text
///  scan 2026-11-20T00_00.tar.gz  ████████▌·········  42 %  6.1 MiB of 15.5 MiB  12 000 documents  file
/// ```
pub(super) fn line(app: &App) -> Option<Vec<Part>> {
    let works = &app.backups.works;
    let work = works.current.as_ref()?;
    let order = &work.order;
    let mut parts = vec![(format!(" {} {}  ", order.task.word(), order.object.name()), Role::Busy)];
    if work.is_cancelled {
        parts.push(("ending …".to_owned(), Role::Warning));
        return Some(parts);
    }
    let Some(advance) = furthest(work) else {
        parts.push(("begins …".to_owned(), Role::Muted));
        return Some(parts);
    };
    let share = share(advance);
    if let Some(share) = share {
        let (full, rest) = bar(share, 18);
        parts.extend([(full, Role::Accent), (rest, Role::Muted)]);
        parts.push((format!("  {:.0} %", share * 100.0), Role::Text));
    }
    let total = advance.total.map(|total| format!(" of {}", ByteSize(total)));
    let done = ByteSize(advance.done);
    parts.push((format!("  {done}{}", total.unwrap_or_default()), Role::Muted));
    let elapsed = work.elapsed(app.now);
    let left = work.progress.step(Step::Download).left(elapsed);
    if let Some(left) = left {
        parts.push((format!("  {} left", Span(left)), Role::Muted));
    }
    if !advance.detail.is_empty() {
        parts.push((format!("  {}", advance.detail), Role::Muted));
    }
    if !works.waiting.is_empty() {
        let text = format!("  {} more wait", Count(works.waiting.len() as u64));
        parts.push((text, Role::Muted));
    }
    Some(parts)
}

/// What every tab says of it: `scan prod 42 %`.
pub(in crate::ui) fn status(app: &App) -> Option<(String, Role)> {
    let work = app.backups.works.current.as_ref()?;
    let share = furthest(work).and_then(share);
    let share = share.map(|share| format!(" · {:.0} %", share * 100.0)).unwrap_or_default();
    let order = &work.order;
    Some((format!("{} {}{share}", order.task.word(), order.set.environment), Role::Busy))
}

/// How far it is: the scan reads behind the download.
fn furthest(work: &Work) -> Option<&Advance> {
    [Step::Scan, Step::Download].into_iter().find_map(|step| {
        match &work.progress.step(step).state {
            StepState::Running(Some(advance)) => Some(advance),
            _ => None,
        }
    })
}

fn share(advance: &Advance) -> Option<f64> {
    let total = advance.total.filter(|total| *total > 0)?;
    Some((advance.done as f64 / total as f64).min(1.0))
}
