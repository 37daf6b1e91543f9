//! Counts of every backup that was ever scanned: a trend without a restore.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::{Finding, Weight};
use crate::domain::units::Count;

/// What one scanned backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Point {
    pub began: Timestamp,
    pub key: String,
    /// Whether the dump was whole; others are shown and not compared.
    pub is_whole: bool,
    /// Documents of each collection.
    pub documents: BTreeMap<String, u64>,
}

/// The newest whole scan against the one before: only drops are findings, as tables grow.
pub(super) fn finding(points: &[Point]) -> Option<Finding> {
    let mut whole: Vec<_> = points.iter().filter(|point| point.is_whole).collect();
    whole.sort_by_key(|point| point.began);
    let [.., before, newest] = whole.as_slice() else { return None };
    let worst = before
        .documents
        .iter()
        // In small collections a tenth is a handful.
        .filter(|(_, count)| **count >= 20)
        .map(|(name, count)| (name, *count, newest.documents.get(name).copied().unwrap_or(0)))
        .filter(|(_, then, now)| now.saturating_mul(10) < then.saturating_mul(9))
        .min_by_key(|(_, then, now)| now.saturating_mul(1000).checked_div(*then))?;
    let (name, then, now) = worst;
    let is_half = now.saturating_mul(2) < then;
    let weight = if is_half { Weight::Critical } else { Weight::Warning };
    let reason = format!(
        "{name} has fallen from {} to {} documents since the scan of {}",
        Count(then),
        Count(now),
        before.key
    );
    let object = Some(newest.key.clone());
    Some(Finding { object, ..Finding::new(Rule::Trend, weight, reason) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::slot::fixture::at;

    fn point(day: u32, count: u64, is_whole: bool) -> Point {
        Point {
            began: at(&format!("2026-11-{day:02}T00:00:00Z")),
            key: format!("prod/{day}"),
            is_whole,
            documents: BTreeMap::from([("admin.file".to_owned(), count)]),
        }
    }

    #[test]
    fn only_a_drop_between_whole_scans_is_a_finding() {
        for (counts, expected) in [
            ([1000, 2000], None),
            ([1000, 901], None),
            ([1000, 899], Some(Weight::Warning)),
            ([1000, 499], Some(Weight::Critical)),
            ([10, 0], None),
        ] {
            let points = [point(1, counts[0], true), point(2, counts[1], true)];
            let found = finding(&points);
            assert_eq!(found.map(|found| found.weight), expected, "{counts:?}");
        }
        let cut = [point(1, 1000, true), point(2, 100, false)];
        assert_eq!(finding(&cut), None);
    }
}
