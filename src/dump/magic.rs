//! What the first bytes of a stream say it is; names are never trusted.

/// How many bytes [`Format::of`] wants to see: one tar header.
pub(super) const PREFIX: usize = 512;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Gzip,
    Tar,
    /// What `mongodump --archive` writes.
    MongodumpArchive,
    Zstandard,
    Xz,
    Bzip2,
    Zip,
    /// HTML or XML: an error page that was stored in the place of a backup.
    Page,
    Empty,
    Unknown,
}

impl Format {
    pub(super) fn of(prefix: &[u8]) -> Self {
        match prefix {
            [] => Self::Empty,
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x6d, 0xe2, 0x99, 0x81, ..] => Self::MongodumpArchive,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstandard,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Bzip2,
            [b'P', b'K', 3, 4, ..] => Self::Zip,
            _ if is_tar(prefix) => Self::Tar,
            _ if prefix.trim_ascii_start().starts_with(b"<") => Self::Page,
            _ => Self::Unknown,
        }
    }

    /// What to call it where something else was expected.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Tar => "a tar archive",
            Self::MongodumpArchive => "a mongodump --archive file",
            Self::Zstandard => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
            Self::Zip => "zip",
            Self::Page => "a web page or an XML answer in the place of a backup",
            Self::Empty => "no bytes at all",
            Self::Unknown => "neither gzip nor tar",
        }
    }

    /// Whether it may well be a whole backup, only of a kind without a reader.
    pub(super) fn lacks_a_reader(self) -> bool {
        match self {
            Self::MongodumpArchive | Self::Zstandard | Self::Xz | Self::Bzip2 | Self::Zip => true,
            Self::Gzip | Self::Tar | Self::Page | Self::Empty | Self::Unknown => false,
        }
    }
}

/// A header with the `ustar` mark, an older one whose checksum is right, or an archive of nothing.
fn is_tar(prefix: &[u8]) -> bool {
    let Some(block) = prefix.first_chunk::<PREFIX>() else { return false };
    let marked = block.get(257..262) == Some(b"ustar");
    let sum: u32 = block
        .iter()
        .enumerate()
        // The checksum's own field counts as blanks.
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    let header = tar::Header::from_byte_slice(block);
    marked || header.cksum().is_ok_and(|stated| stated == sum) || block.iter().all(|b| *b == 0)
}

/// Whether a file inside a dump is gzip although its name does not say so. A document cannot begin
/// like this: four bytes of length are followed by the type of an element, which is never zero in
/// a document of that length, while Go's gzip always leaves the time at zero.
pub(super) fn is_unnamed_gzip(prefix: &[u8]) -> bool {
    matches!(prefix, [0x1f, 0x8b, 8, 0, 0, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        for (prefix, format) in [
            (&b""[..], Format::Empty),
            (b"\x1f\x8b\x08", Format::Gzip),
            (b"\x6d\xe2\x99\x81....", Format::MongodumpArchive),
            (b"\x28\xb5\x2f\xfd", Format::Zstandard),
            (b"\n <!DOCTYPE html>", Format::Page),
            (b"<?xml version=\"1.0\"?><Error>", Format::Page),
            (b"hello", Format::Unknown),
            (&[0; 512], Format::Tar),
        ] {
            assert_eq!(Format::of(prefix), format, "{prefix:?}");
        }
    }

    #[test]
    fn a_tar_without_the_ustar_mark_is_told_by_its_checksum() {
        let mut header = tar::Header::new_old();
        header.set_path("admin/file.bson").unwrap();
        header.set_size(0);
        header.set_cksum();
        assert_eq!(Format::of(header.as_bytes()), Format::Tar);
        let mut damaged = *header.as_bytes();
        damaged[0] ^= 1;
        assert_eq!(Format::of(&damaged), Format::Unknown);
    }
}
