//! Pass 2 of the built-in restorer: raw documents in batches, never decoded.

use std::io::{self, Read};
use std::mem;
use std::ops::ControlFlow;

use crate::domain::census::Namespace;
use crate::domain::units::{ByteSize, Count};
use crate::dump::archive::walk;
use crate::dump::documents::length;
use crate::dump::layout::Dump;
use crate::dump::limits::Limits;
use crate::dump::stream::{CHUNK, Meter, open_member};

/// How much one batch holds at most; a document that is longer is a batch of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSize {
    pub documents: u32,
    pub bytes: ByteSize,
}

impl Default for BatchSize {
    /// Well below what one insert may hold, and no more than keeps a connection busy: a driver
    /// copies each command several times, and several are under way.
    fn default() -> Self {
        Self { documents: 50_000, bytes: ByteSize::mebibytes(1) }
    }
}

/// Whole documents of one collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The collection, as the layout names it; its `inserts_into` says where the documents go.
    pub namespace: Namespace,
    /// Raw BSON, one document after the other.
    pub documents: Vec<u8>,
    pub count: u32,
}

/// Reads the documents of every collection of the layout, one collection after the other as the
/// archive holds them. Ends early, and well, when `emit` breaks.
pub fn read_batches(
    source: impl Read,
    dump: &Dump,
    size: BatchSize,
    emit: &mut dyn FnMut(Batch) -> ControlFlow<()>,
) -> io::Result<()> {
    let limits = Limits::default();
    let meter = Meter::new(&limits);
    let mut chunk = vec![0; CHUNK];
    walk(source, &meter, &mut |member, contents| {
        let Some(file) = dump.layout.files.get(&member.path) else {
            return Ok(ControlFlow::Continue(()));
        };
        let Some(namespace) = &file.documents_of else { return Ok(ControlFlow::Continue(())) };
        let mut contents = open_member(contents, member.is_named_gzip(), &meter)?;
        let mut pending = Pending { namespace, size, bytes: Vec::new(), whole: 0, count: 0 };
        loop {
            let read = contents.input.read(&mut chunk)?;
            let flow = match chunk.get(..read) {
                Some([]) | None => break,
                Some(bytes) => pending.add(bytes, emit)?,
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        pending.finish(emit)
    })?;
    Ok(())
}

/// What has been read and not been emitted.
struct Pending<'n> {
    namespace: &'n Namespace,
    size: BatchSize,
    bytes: Vec<u8>,
    /// How many of the bytes are whole documents of the next batch.
    whole: usize,
    count: u32,
}

impl Pending<'_> {
    fn add(
        &mut self,
        bytes: &[u8],
        emit: &mut dyn FnMut(Batch) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        self.bytes.extend_from_slice(bytes);
        while let Some(length) = self.next_length()? {
            let end = self.whole + length;
            let is_full = self.count >= self.size.documents
                || (end as u64 > self.size.bytes.bytes() && self.count > 0);
            if is_full {
                if self.emit(emit).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            } else if end <= self.bytes.len() {
                self.whole = end;
                self.count += 1;
            } else {
                break;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn next_length(&self) -> io::Result<Option<usize>> {
        let head = self.bytes.get(self.whole..).and_then(|rest| rest.first_chunk());
        head.map(|head| length(*head).map(|length| length as usize))
            .transpose()
            .map_err(|what| self.broken(&what))
    }

    fn emit(&mut self, emit: &mut dyn FnMut(Batch) -> ControlFlow<()>) -> ControlFlow<()> {
        let rest = self.bytes.get(self.whole..).unwrap_or_default();
        // The next batch will be as long as this one, which so need not be copied while it grows.
        let mut next = Vec::with_capacity(self.bytes.len() + CHUNK);
        next.extend_from_slice(rest);
        let mut documents = mem::replace(&mut self.bytes, next);
        documents.truncate(mem::take(&mut self.whole));
        let count = mem::take(&mut self.count);
        emit(Batch { namespace: self.namespace.clone(), documents, count })
    }

    fn finish(
        &mut self,
        emit: &mut dyn FnMut(Batch) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        if self.whole < self.bytes.len() {
            return Err(self.broken("is cut"));
        }
        Ok(if self.count > 0 { self.emit(emit) } else { ControlFlow::Continue(()) })
    }

    /// Pass 1 has found every document sound, so the bytes are no longer those that it read.
    fn broken(&self, what: &str) -> io::Error {
        let (namespace, number) = (self.namespace, Count(u64::from(self.count) + 1));
        let text =
            format!("{namespace}: document {number} of a batch {what}; was the dump scanned?");
        io::Error::new(io::ErrorKind::InvalidData, text)
    }
}
