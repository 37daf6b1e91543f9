//! A file that is read while it arrives: readers wait for bytes, and never for a download that ended.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::adapters::s3::ranges::Ranges;

/// Which bytes have arrived, shared by the download that adds them and the readers that wait.
#[derive(Debug, Default)]
pub(super) struct Frontier {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    present: Ranges,
    /// Why no more bytes come.
    stopped: Option<String>,
}

impl Frontier {
    pub(super) fn new(present: Ranges) -> Self {
        Self { state: Mutex::new(State { present, stopped: None }), moved: Condvar::new() }
    }

    /// Notes bytes that have been written; returns how many there are now.
    pub(super) fn add(&self, range: Range<u64>) -> u64 {
        let mut state = self.lock();
        state.present.insert(range);
        self.moved.notify_all();
        state.present.total()
    }

    pub(super) fn total(&self) -> u64 {
        self.lock().present.total()
    }

    pub(super) fn gaps(&self, length: u64) -> Vec<Range<u64>> {
        self.lock().present.gaps(length)
    }

    /// A download begins: readers may hope again.
    pub(super) fn start(&self) {
        self.lock().stopped = None;
    }

    /// No more bytes come, and why; the first reason stays. Readers of bytes that are there go on.
    pub(super) fn stop(&self, reason: &str) {
        self.lock().stopped.get_or_insert_with(|| reason.to_owned());
        self.moved.notify_all();
    }

    /// Blocks until there are bytes at `position`, and returns where they end.
    fn wait_beyond(&self, position: u64) -> io::Result<u64> {
        let mut state = self.lock();
        loop {
            let end = state.present.end_of_run(position);
            if end > position {
                return Ok(end);
            }
            if let Some(reason) = &state.stopped {
                return Err(io::Error::new(ErrorKind::ConnectionAborted, reason.clone()));
            }
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a file from its beginning while it arrives. Blocks where bytes are still missing; ends at
/// the object's length; fails with [`ErrorKind::ConnectionAborted`] once the download has ended
/// without them.
#[derive(Debug)]
pub struct GrowingReader {
    file: Arc<File>,
    frontier: Arc<Frontier>,
    position: u64,
    length: u64,
}

impl GrowingReader {
    pub(super) fn new(file: Arc<File>, frontier: Arc<Frontier>, length: u64) -> Self {
        Self { file, frontier, position: 0, length }
    }
}

impl Read for GrowingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position == self.length {
            return Ok(0);
        }
        let ready = self.frontier.wait_beyond(self.position)? - self.position;
        let wanted = usize::try_from(ready).map_or(buffer.len(), |ready| ready.min(buffer.len()));
        let buffer = buffer.get_mut(..wanted).unwrap_or_default();
        let read = self.file.read_at(buffer, self.position)?;
        if read == 0 && wanted > 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.position += read as u64;
        Ok(read)
    }
}
