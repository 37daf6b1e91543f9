//! Which bytes of a file are there: ascending ranges that neither touch nor overlap.

use std::collections::BTreeMap;
use std::ops::Range;

/// Start and end of each range.
#[derive(Debug, Default)]
pub(super) struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    pub(super) fn insert(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let Range { mut start, mut end } = range;
        while let Some((other_start, other_end)) = self.last_from(end)
            && other_end >= start
        {
            start = start.min(other_start);
            end = end.max(other_end);
            self.0.remove(&other_start);
        }
        self.0.insert(start, end);
    }

    /// How far bytes follow `position` without a hole; `position` itself where there are none.
    pub(super) fn end_of_run(&self, position: u64) -> u64 {
        self.last_from(position).map_or(position, |(_, end)| end.max(position))
    }

    pub(super) fn total(&self) -> u64 {
        self.0.iter().map(|(start, end)| end - start).sum()
    }

    /// What is missing of a file of `length` bytes, from its beginning on.
    pub(super) fn gaps(&self, length: u64) -> Vec<Range<u64>> {
        let ends = std::iter::once(0).chain(self.0.values().copied());
        let starts = self.0.keys().copied().chain(std::iter::once(length));
        ends.zip(starts).map(|(end, start)| end..start).filter(|gap| !gap.is_empty()).collect()
    }

    fn last_from(&self, position: u64) -> Option<(u64, u64)> {
        self.0.range(..=position).next_back().map(|(start, end)| (*start, *end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(inserted: &[Range<u64>]) -> Ranges {
        let mut ranges = Ranges::default();
        for range in inserted {
            ranges.insert(range.clone());
        }
        ranges
    }

    #[test]
    fn neighbours_and_overlaps_become_one() {
        for inserted in [
            &[0..4, 4..8, 8..12][..],
            &[8..12, 0..4, 4..8],
            &[0..4, 8..12, 2..10],
            &[0..12, 3..5],
            &[3..5, 0..12, 7..7],
        ] {
            let ranges = ranges(inserted);
            assert_eq!(ranges.0, BTreeMap::from([(0, 12)]), "{inserted:?}");
            assert_eq!(ranges.total(), 12);
        }
    }

    #[test]
    fn a_run_ends_at_the_first_hole() {
        let ranges = ranges(&[0..4, 8..12]);
        for (position, end) in [(0, 4), (3, 4), (4, 4), (6, 6), (8, 12), (12, 12)] {
            assert_eq!(ranges.end_of_run(position), end, "from {position}");
        }
    }

    #[test]
    fn gaps_are_what_is_missing() {
        assert_eq!(ranges(&[]).gaps(9).first(), Some(&(0..9)));
        assert_eq!(ranges(&[]).gaps(0), []);
        assert_eq!(ranges(&[2..4, 6..9]).gaps(9), [0..2, 4..6]);
        assert_eq!(ranges(&[0..4, 4..9]).gaps(9), []);
    }
}
