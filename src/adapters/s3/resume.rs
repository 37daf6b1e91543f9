//! What an earlier download left: one line per range that was written, with the CRC of its bytes.
//! Invariant: a range counts only after its bytes have been read back and agree, so neither a lost
//! line nor a power cut can smuggle in bytes that were never stored.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use flate2::Crc;

use crate::adapters::s3::ranges::Ranges;

const CHUNK: usize = 256 << 10;

/// One line: `start end crc`.
struct Written {
    range: Range<u64>,
    crc: u32,
}

impl Written {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let range = words.next()?.parse().ok()?..words.next()?.parse().ok()?;
        let crc = u32::from_str_radix(words.next()?, 16).ok()?;
        words.next().is_none().then_some(Self { range, crc })
    }

    fn line(&self) -> String {
        format!("{} {} {:08x}\n", self.range.start, self.range.end, self.crc)
    }

    fn is_in(&self, file: &File, chunk: &mut [u8]) -> bool {
        let mut crc = Crc::new();
        let mut position = self.range.start;
        while position < self.range.end {
            let left = usize::try_from(self.range.end - position).unwrap_or(usize::MAX);
            let wanted = left.min(chunk.len());
            let Some(bytes) = chunk.get_mut(..wanted) else { return false };
            if file.read_exact_at(bytes, position).is_err() {
                return false;
            }
            crc.update(bytes);
            position += wanted as u64;
        }
        crc.sum() == self.crc
    }
}

/// Reads the lines back, keeps those whose bytes are in `file`, and returns their ranges. Blocking.
pub(super) fn verify(journal: &mut File, file: &File, length: u64) -> io::Result<Ranges> {
    let mut text = Vec::new();
    journal.read_to_end(&mut text)?;
    let mut chunk = vec![0; CHUNK];
    let mut ranges = Ranges::default();
    let mut lines = String::new();
    for written in String::from_utf8_lossy(&text).lines().filter_map(Written::parse) {
        if written.range.end <= length && written.is_in(file, &mut chunk) {
            lines.push_str(&written.line());
            ranges.insert(written.range);
        }
    }
    // A line that was cut would swallow the next one.
    journal.set_len(0)?;
    journal.rewind()?;
    journal.write_all(lines.as_bytes())?;
    Ok(ranges)
}

/// Notes a range that has been written; `journal` is open for appending.
pub(super) fn note(mut journal: &File, range: Range<u64>, crc: &Crc) -> io::Result<()> {
    journal.write_all(Written { range, crc: crc.sum() }.line().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crc(bytes: &[u8]) -> Crc {
        let mut crc = Crc::new();
        crc.update(bytes);
        crc
    }

    fn journal(text: &str) -> File {
        let mut journal = tempfile::tempfile().unwrap();
        journal.write_all(text.as_bytes()).unwrap();
        journal.rewind().unwrap();
        journal
    }

    #[test]
    fn only_ranges_whose_bytes_agree_are_kept() {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(b"0123456789", 0).unwrap();
        let good = Written { range: 0..4, crc: crc(b"0123").sum() }.line();
        let lost = Written { range: 4..8, crc: crc(b"4x67").sum() }.line();
        let past_the_end = Written { range: 8..12, crc: crc(b"89").sum() }.line();
        let mut journal = journal(&format!("{good}{lost}{past_the_end}nonsense\n8 1"));
        let ranges = verify(&mut journal, &file, 10).unwrap();
        assert_eq!(ranges.gaps(10).first(), Some(&(4..10)));

        note(&journal, 8..10, &crc(b"89")).unwrap();
        journal.rewind().unwrap();
        let ranges = verify(&mut journal, &file, 10).unwrap();
        assert_eq!(ranges.gaps(10).first(), Some(&(4..8)));
    }

    #[test]
    fn a_range_of_another_length_of_the_object_is_not_kept() {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(b"0123456789", 0).unwrap();
        let mut journal = journal(&Written { range: 0..10, crc: crc(b"0123456789").sum() }.line());
        assert_eq!(verify(&mut journal, &file, 5).unwrap().total(), 0);
    }
}
