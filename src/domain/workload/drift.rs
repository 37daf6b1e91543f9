//! How one workload differs between environments.

use crate::domain::workload::image::is_same_version;
use crate::domain::workload::{Workload, WorkloadKind};

/// What is known of the workload in one environment.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'a> {
    There(&'a Workload),
    /// The environment is known, and does not have it.
    Absent,
    /// The environment cannot be seen: that is no difference.
    Unknown,
}

/// In what the environments that can be seen differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drift {
    pub images: bool,
    pub replicas: bool,
    /// Some have it, and some do not.
    pub missing: bool,
}

impl Drift {
    /// In how many ways.
    pub fn count(self) -> usize {
        [self.missing, self.images, self.replicas].into_iter().filter(|holds| *holds).count()
    }

    /// In words; empty where there is none.
    pub fn text(self) -> String {
        let words = [
            (self.missing, "missing somewhere"),
            (self.images, "images differ"),
            (self.replicas, "replicas differ"),
        ];
        let words = words.iter().filter(|(holds, _)| *holds).map(|(_, word)| *word);
        words.collect::<Vec<_>>().join(", ")
    }
}

/// Compares the cells of one row.
pub fn drift(row: &[Cell<'_>]) -> Drift {
    let mut there = row.iter().filter_map(|cell| match cell {
        Cell::There(workload) => Some(*workload),
        Cell::Absent | Cell::Unknown => None,
    });
    let Some(first) = there.next() else { return Drift::default() };
    let mut drift =
        Drift { missing: row.iter().any(|cell| matches!(cell, Cell::Absent)), ..Drift::default() };
    for other in there {
        let pairs = || first.images.iter().zip(&other.images);
        let is_same = first.images.len() == other.images.len()
            && pairs().all(|(one, other)| is_same_version(one, other));
        drift.images |= !is_same;
        // Daemons follow the number of nodes.
        drift.replicas |= first.kind != WorkloadKind::DaemonSet && first.wanted != other.wanted;
    }
    drift
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::workload::fixture::deployment;

    #[test]
    fn each_difference_is_seen_and_equal_rows_have_none() {
        let one = deployment("api", 3);
        let mut elsewhere = one.clone();
        elsewhere.images = vec!["other.example/api:1.0".into()];
        let mut newer = one.clone();
        newer.images = vec!["registry.example/api:1.1".into()];
        let larger = deployment("api", 5);
        for (row, text) in [
            (vec![Cell::There(&one), Cell::There(&elsewhere)], ""),
            (vec![Cell::There(&one), Cell::Unknown], ""),
            (vec![Cell::Absent, Cell::Unknown], ""),
            (vec![Cell::There(&one), Cell::Absent], "missing somewhere"),
            (vec![Cell::There(&one), Cell::There(&newer)], "images differ"),
            (vec![Cell::Unknown, Cell::There(&one), Cell::There(&larger)], "replicas differ"),
            (
                vec![Cell::There(&newer), Cell::There(&larger), Cell::Absent],
                "missing somewhere, images differ, replicas differ",
            ),
        ] {
            assert_eq!(drift(&row).text(), text);
        }
    }

    #[test]
    fn daemons_follow_the_number_of_nodes() {
        let daemon =
            |wanted| Workload { kind: WorkloadKind::DaemonSet, ..deployment("cni", wanted) };
        let (few, many) = (daemon(3), daemon(6));
        assert_eq!(drift(&[Cell::There(&few), Cell::There(&many)]), Drift::default());
    }
}
