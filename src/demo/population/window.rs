//! A stretch of a long row of bytes that is filled piece by piece.
//! Invariant: bytes outside the stretch are never touched, and cost nothing.

use std::ops::Range;

pub(super) struct Window<'a> {
    /// Where the stretch begins in the row.
    start: u64,
    bytes: &'a mut [u8],
}

impl<'a> Window<'a> {
    pub(super) fn new(start: u64, bytes: &'a mut [u8]) -> Self {
        Self { start, bytes }
    }

    pub(super) fn range(&self) -> Range<u64> {
        self.start..self.start + self.bytes.len() as u64
    }

    pub(super) fn touches(&self, range: &Range<u64>) -> bool {
        let own = self.range();
        own.start.max(range.start) < own.end.min(range.end)
    }

    /// Writes what of `piece`, which begins at `at` in the row, lies inside.
    pub(super) fn put(&mut self, at: u64, piece: &[u8]) {
        let part = self.part(at..at + piece.len() as u64);
        let skipped = usize::try_from(part.start).unwrap_or(usize::MAX);
        if let Some(seen) = piece.get(skipped..skipped.saturating_add(part.bytes.len())) {
            part.bytes.copy_from_slice(seen);
        }
    }

    /// What of `range` lies inside, as a window into a row that begins with the range.
    pub(super) fn part(&mut self, range: Range<u64>) -> Window<'_> {
        let own = self.range();
        let from = own.start.max(range.start);
        let until = own.end.min(range.end).max(from);
        let inside = |at: u64| usize::try_from(at - own.start).unwrap_or(usize::MAX);
        let bytes = self.bytes.get_mut(inside(from)..inside(until)).unwrap_or_default();
        Window { start: from - range.start, bytes }
    }

    /// The same bytes in a row that has `distance` more bytes before them.
    pub(super) fn shifted(self, distance: u64) -> Self {
        Self { start: self.start + distance, bytes: self.bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_inside_is_written() {
        let mut bytes = *b"......";
        let mut window = Window::new(10, &mut bytes);
        window.put(7, b"abcd");
        window.put(12, b"x");
        window.put(15, b"yz");
        window.put(40, b"far");
        window.put(0, b"near");
        assert_eq!(&bytes, b"d.x..y");
    }

    #[test]
    fn a_part_counts_from_its_own_beginning() {
        let mut bytes = *b"......";
        let mut window = Window::new(10, &mut bytes);
        let mut part = window.part(8..13);
        assert_eq!(part.range(), 2..5);
        part.put(0, b"abcdefg");
        assert_eq!(&bytes, b"cde...");
    }

    #[test]
    fn what_lies_elsewhere_gives_an_empty_part() {
        let mut bytes = *b"...";
        let mut window = Window::new(10, &mut bytes);
        assert!(window.part(20..30).range().is_empty());
        assert!(window.part(0..5).range().is_empty());
        assert!(!window.touches(&(0..10)) && window.touches(&(0..11)));
    }
}
