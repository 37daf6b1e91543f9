//! A tar stream that is listened to: the names and sizes of its members, nothing of their contents.

/// Bytes of a block, the unit of the format.
const BLOCK: usize = 512;
/// A long name that a member may bring along.
const LONGEST_NAME: u64 = 64 << 10;

/// Takes a tar stream in parts of any size.
#[derive(Debug, Default)]
pub(super) struct Listing {
    members: Vec<Member>,
    header: Vec<u8>,
    /// What is still to come of a member's contents and padding.
    skip: u64,
    /// A name that comes as a member of its own: how many bytes are still to come, and those here.
    long_name: Option<(u64, Vec<u8>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) size: u64,
}

impl Listing {
    /// Takes the next part; `false` when it is no tar.
    pub(super) fn feed(&mut self, mut part: &[u8]) -> bool {
        while !part.is_empty() {
            if self.skip > 0 {
                let passed = usize::try_from(self.skip).unwrap_or(usize::MAX).min(part.len());
                let (skipped, rest) = part.split_at(passed);
                if let Some((missing, name)) = &mut self.long_name {
                    let wanted = usize::try_from(*missing).unwrap_or(usize::MAX).min(passed);
                    name.extend(skipped.iter().take(wanted));
                    *missing -= u64::try_from(wanted).unwrap_or(0);
                }
                self.skip -= u64::try_from(passed).unwrap_or(self.skip);
                part = rest;
                continue;
            }
            let missing = (BLOCK - self.header.len()).min(part.len());
            let (more, rest) = part.split_at(missing);
            self.header.extend_from_slice(more);
            part = rest;
            if self.header.len() == BLOCK && !self.take_header() {
                return false;
            }
        }
        true
    }

    /// The members, the last one as long as it came.
    pub(super) fn finish(mut self) -> Vec<Member> {
        if let Some(last) = self.members.last_mut().filter(|_| self.long_name.is_none()) {
            let padding = last.size.next_multiple_of(BLOCK as u64) - last.size;
            last.size -= self.skip.saturating_sub(padding).min(last.size);
        }
        self.members
    }

    fn take_header(&mut self) -> bool {
        let header = std::mem::take(&mut self.header);
        // The end of an archive is two empty blocks.
        if header.iter().all(|byte| *byte == 0) {
            return true;
        }
        let text = |from: usize, to: usize| {
            let field = header.get(from..to).unwrap_or_default();
            let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
            String::from_utf8_lossy(field.get(..end).unwrap_or_default()).into_owned()
        };
        let Some(size) = size(header.get(124..136).unwrap_or_default()) else { return false };
        self.skip = size.next_multiple_of(BLOCK as u64);
        match header.get(156) {
            Some(b'L') if size <= LONGEST_NAME => self.long_name = Some((size, Vec::new())),
            // Extensions say nothing that is kept here.
            Some(b'x' | b'g' | b'K') => {}
            _ => {
                let prefix = if text(257, 262) == "ustar" { text(345, 500) } else { String::new() };
                let short = text(0, 100);
                let name = match self.long_name.take() {
                    Some((_, name)) => {
                        String::from_utf8_lossy(&name).trim_end_matches('\0').to_owned()
                    }
                    None if prefix.is_empty() => short,
                    None => format!("{prefix}/{short}"),
                };
                self.members.push(Member { name, size });
            }
        }
        true
    }
}

/// A number in octal digits, or in base 256 where it is too large for them.
fn size(field: &[u8]) -> Option<u64> {
    if let Some((first, rest)) = field.split_first()
        && first & 0x80 != 0
    {
        return rest
            .iter()
            .try_fold(0_u64, |number, byte| Some(number.checked_mul(256)? + u64::from(*byte)));
    }
    let digits = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(members: &[(&str, usize)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, size) in members {
            let mut header = tar::Header::new_gnu();
            header.set_size(u64::try_from(*size).unwrap());
            builder.append_data(&mut header, name, vec![7; *size].as_slice()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn members_are_listed_however_the_stream_is_cut() {
        let long = format!("dump/{}/file.bson", "x".repeat(200));
        let bytes = archive(&[("dump/a.bson", 1000), (&long, 0), ("b", 512)]);
        for step in [1, 7, 512, 100_000] {
            let mut listing = Listing::default();
            assert!(bytes.chunks(step).all(|part| listing.feed(part)));
            let found: Vec<_> =
                listing.finish().into_iter().map(|member| (member.name, member.size)).collect();
            let expected =
                [("dump/a.bson".to_owned(), 1000), (long.clone(), 0), ("b".to_owned(), 512)];
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_stream_that_is_cut_leaves_a_short_member() {
        let bytes = archive(&[("a", 100), ("b", 1000)]);
        for (length, size) in [(512 + 512 + 512 + 300, 300), (3 * 512, 0), (3 * 512 + 1000, 1000)] {
            let mut listing = Listing::default();
            assert!(listing.feed(&bytes[..length]));
            assert_eq!(listing.finish().last().unwrap().size, size, "{length}");
        }
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        assert!(!Listing::default().feed(&[b'x'; 512]));
    }
}
