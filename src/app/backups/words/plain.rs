//! What is shown, tab separated, for a file.

use jiff::Timestamp;

use crate::app::backups::Backups;
use crate::app::backups::listing::Listing;
use crate::app::backups::set::Watched;
use crate::domain::checkup::Word;
use crate::domain::text::shown;

fn rows(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = headings.join("\t");
    text.push('\n');
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| shown(cell)).collect();
        text.push_str(&cells.join("\t"));
        text.push('\n');
    }
    text
}

fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.to_string())
}

/// The table of sets.
pub fn sets(backups: &Backups) -> String {
    let shown = backups.table.rows().iter().filter_map(|at| backups.sets.get(*at));
    rows(
        &["set", "newest", "proven", "next", "verdict", "worst"],
        shown.map(|watched| {
            let worst = watched.worst().map(|it| format!("{}: {}", it.rule, it.reason));
            vec![
                watched.set.path(),
                time(watched.newest()),
                time(watched.proven()),
                time(watched.known().and_then(|checkup| checkup.next)),
                watched.word().map_or("not known yet", Word::text).to_owned(),
                worst.unwrap_or_default(),
            ]
        }),
    )
}

/// The runs of a set.
pub fn slots(watched: &Watched) -> String {
    rows(
        &["run", "due", "state", "detail", "object", "bytes", "job"],
        watched.slots().iter().map(|slot| {
            let backup = slot.backup.as_ref();
            vec![
                slot.at.to_string(),
                slot.due.to_string(),
                slot.state.to_string(),
                slot.detail.clone(),
                backup.map(|backup| backup.key.0.clone()).unwrap_or_default(),
                backup.map(|backup| backup.size.bytes().to_string()).unwrap_or_default(),
                slot.job.as_ref().map(|job| job.name.clone()).unwrap_or_default(),
            ]
        }),
    )
}

/// The objects that are shown.
pub fn objects(listing: &Listing) -> String {
    rows(
        &["key", "t0", "bytes", "change", "class", "tag"],
        (0..listing.count()).filter_map(|place| listing.row(place)).map(|(backup, change)| {
            vec![
                backup.key.0,
                backup.began.at.to_string(),
                backup.size.bytes().to_string(),
                change.map(|change| change.to_string()).unwrap_or_default(),
                backup.storage_class.unwrap_or_default(),
                backup.etag,
            ]
        }),
    )
}
