//! The dump that is measured with: documents that pack as real ones do, and a tarball of any size.

use std::fmt::Write as _;
use std::io::{self, Write};

use bson::doc;
use bson::oid::ObjectId;
use flate2::Compression;
use flate2::write::GzEncoder;

pub(crate) const COLLECTIONS: [&str; 4] = ["biomaterial", "file", "process", "protocol"];
pub(crate) const METADATA: &[u8] = br#"{"options":{},"indexes":[]}"#;

/// Documents end to end: ids, words and numbers, with about `filler` bytes of text in each.
pub(crate) fn block(length: usize, filler: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let words = ["sequencing", "biomaterial", "protocol", "valid", "draft", "human", "liver"];
    let mut block = Vec::with_capacity(length + filler + 4096);
    while block.len() < length {
        let mut id = [0; 12];
        id.iter_mut().zip(random().to_be_bytes()).for_each(|(slot, byte)| *slot = byte);
        let mut text = String::new();
        while text.len() < filler {
            let word = words[usize::try_from(random() % 7).unwrap()];
            write!(text, "{word} {:x} ", random() & 0xffff).unwrap();
        }
        let document = doc! {
            "_id": ObjectId::from_bytes(id),
            "submissionDate": bson::DateTime::from_millis(1_700_000_000_000),
            "state": {"name": "VALID", "retries": 3},
            "text": text,
        };
        block.extend(document.to_vec().unwrap());
    }
    block
}

/// A tarball as a backup job makes it, `tar -cz`. Returns how many bytes of documents it has.
pub(crate) fn write_tarball(out: impl Write, block: &[u8], times: usize) -> io::Result<u64> {
    let mut packed = GzEncoder::new(out, Compression::new(6));
    let length = write_tar(&mut packed, block, times)?;
    packed.finish()?.flush()?;
    Ok(length)
}

/// An archive in which each collection is the block `times` over: gzip looks back 32 KiB only, so
/// that a repeated block packs no better than a new one.
pub(crate) fn write_tar(out: impl Write, block: &[u8], times: usize) -> io::Result<u64> {
    let mut tar = tar::Builder::new(out);
    let length = (block.len() * times) as u64;
    for collection in COLLECTIONS {
        let mut metadata = header(METADATA.len() as u64);
        tar.append_data(&mut metadata, format!("dump/bench/{collection}.metadata.json"), METADATA)?;
        let contents = Repeated { block, times, position: 0 };
        tar.append_data(&mut header(length), format!("dump/bench/{collection}.bson"), contents)?;
    }
    tar.into_inner()?;
    Ok(length * COLLECTIONS.len() as u64)
}

fn header(length: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o644);
    header
}

struct Repeated<'b> {
    block: &'b [u8],
    times: usize,
    position: usize,
}

impl io::Read for Repeated<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position == self.block.len() && self.times > 0 {
            (self.position, self.times) = (0, self.times - 1);
        }
        if self.times == 0 {
            return Ok(0);
        }
        let rest = &self.block[self.position..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.position += count;
        Ok(count)
    }
}
