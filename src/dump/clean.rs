//! Pass 2 of mongorestore: the same dump as a plain tar that holds nothing but what it is to read.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::ops::ControlFlow;

use tar::{Builder, EntryType, Header};

use crate::domain::units::ByteSize;
use crate::dump::archive::walk;
use crate::dump::layout::{Dump, DumpFile};
use crate::dump::limits::Limits;
use crate::dump::stream::{CHUNK, Meter, open_member};

/// Writes `dump/<database>/<file>` for the files of the layout: regular files only, unpacked, so
/// that no `--gzip` is needed. Users, roles, the oplog, the prelude and what is not of the dump are
/// left out.
pub fn write_clean_tar(source: impl Read, dump: &Dump, into: impl Write) -> io::Result<()> {
    let limits = Limits::default();
    let meter = Meter::new(&limits);
    let mut clean = Builder::new(BufWriter::with_capacity(CHUNK, into));
    walk(source, &meter, &mut |member, contents| {
        if let Some(file) = dump.layout.files.get(&member.path) {
            let mut header = Header::new_gnu();
            header.set_entry_type(EntryType::Regular);
            header.set_mode(0o644);
            header.set_mtime(0);
            header.set_size(file.size);
            let contents = open_member(contents, member.is_named_gzip(), &meter)?;
            // The builder copies in small pieces; those come from a buffer.
            let input = BufReader::with_capacity(CHUNK, contents.input);
            let mut exact = Exact { input, left: file.size };
            clean.append_data(&mut header, file.place(), &mut exact)?;
            exact.expect_end()?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    clean.into_inner()?.flush()
}

/// The files that [`write_clean_tar`] writes, each with its length.
pub fn clean_files(dump: &Dump) -> impl Iterator<Item = (String, ByteSize)> {
    dump.layout.files.values().map(|file| (file.place(), ByteSize(file.size)))
}

impl DumpFile {
    fn place(&self) -> String {
        format!("dump/{}", self.name)
    }
}

/// As many bytes as the header has promised: tar would go wrong silently on any other number.
struct Exact<R> {
    input: R,
    left: u64,
}

impl<R: Read> Exact<R> {
    fn expect_end(&mut self) -> io::Result<()> {
        if self.input.read(&mut [0])? == 0 { Ok(()) } else { Err(changed()) }
    }
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let Some(room) = buffer.get_mut(..room).filter(|room| !room.is_empty()) else {
            return Ok(0);
        };
        let read = self.input.read(room)?;
        if read == 0 {
            return Err(changed());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

fn changed() -> io::Error {
    let text = "a file of the dump is not as long as it was when the dump was scanned";
    io::Error::new(io::ErrorKind::InvalidData, text)
}
