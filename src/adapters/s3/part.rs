//! A download's place on disk: `<identity>.part`, and beside it `<identity>.ranges`, which lets a
//! later run go on. Invariant: at most one process writes it, and only its owner may read it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, IoSlice, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::Crc;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use crate::adapters::error::{AdapterError, System};
use crate::adapters::s3::frontier::{Frontier, GrowingReader};
use crate::adapters::s3::object::Object;
use crate::adapters::s3::resume;
use crate::domain::backup::Backup;
use crate::domain::failure::FailureKind;
use crate::domain::units::ByteSize;

const PART: &str = "part";
const RANGES: &str = "ranges";

/// The file that one object is downloaded into. Readers see its bytes as they arrive.
#[derive(Debug)]
pub struct PartFile {
    object: Object,
    path: PathBuf,
    /// Opened once more than the lock: who still reads or writes at the end does not hold it.
    file: Arc<File>,
    _lock: File,
    journal: File,
    pub(super) frontier: Arc<Frontier>,
    resumed: ByteSize,
}

impl PartFile {
    /// Opens the object's file in the cache folder, and reads back what an earlier download left.
    /// Blocking. Fails where another drill is downloading the same object.
    pub fn open(cache: &Path, object: &Object) -> Result<Self, AdapterError> {
        let path = cache.join(identity(&object.backup)).with_extension(PART);
        let opened = || {
            DirBuilder::new().recursive(true).mode(0o700).create(cache)?;
            let Some(lock) = open_locked(&path)? else { return Ok(None) };
            let file = private().write(true).open(&path)?;
            let mut journal = private().append(true).open(path.with_extension(RANGES))?;
            let length = object.backup.size.bytes();
            let present = resume::verify(&mut journal, &file, length)?;
            file.set_len(length)?;
            Ok(Some((lock, file, journal, present)))
        };
        let (lock, file, journal, present) = opened()
            .map_err(|error| failed("opening the file", &path, error))?
            .ok_or_else(|| downloading_elsewhere(object))?;
        Ok(Self {
            object: object.clone(),
            file: Arc::new(file),
            _lock: lock,
            journal,
            resumed: ByteSize(present.total()),
            frontier: Arc::new(Frontier::new(present)),
            path,
        })
    }

    pub fn object(&self) -> &Object {
        &self.object
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What an earlier download had left.
    pub fn resumed(&self) -> ByteSize {
        self.resumed
    }

    /// Whether every byte is there.
    pub fn is_complete(&self) -> bool {
        self.frontier.total() == self.length()
    }

    /// A reader from the beginning on; there may be several. They wait for a download that has not
    /// begun yet, and fail when this value is dropped before the last byte came.
    pub fn reader(&self) -> GrowingReader {
        GrowingReader::new(Arc::clone(&self.file), Arc::clone(&self.frontier), self.length())
    }

    /// Removes the download from the disk.
    pub fn remove(self) -> Result<(), AdapterError> {
        remove_both(&self.path).map_err(|error| failed("removing the file", &self.path, error))
    }

    /// Whether an earlier download of the object has left something in the cache folder.
    pub fn is_there(cache: &Path, backup: &Backup) -> bool {
        cache.join(identity(backup)).with_extension(PART).exists()
    }

    /// Removes what downloads left in the cache folder that ended at least `older_than` ago and
    /// that nobody holds; returns how many there were. Blocking.
    pub fn sweep(
        cache: &Path,
        older_than: Duration,
        now: Timestamp,
    ) -> Result<usize, AdapterError> {
        let entries = match fs::read_dir(cache) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(failed("looking for old files in", cache, error)),
        };
        let mut removed = 0;
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.extension().is_some_and(|extension| extension == PART) {
                removed += usize::from(
                    remove_if_abandoned(&path, older_than, now)
                        .map_err(|error| failed("removing the old file", &path, error))?,
                );
            }
        }
        Ok(removed)
    }

    pub(super) fn length(&self) -> u64 {
        self.object.backup.size.bytes()
    }

    /// A piece of the file to be written from its beginning on.
    pub(super) fn piece(&self, range: Range<u64>) -> Result<Piece<'_>, AdapterError> {
        let open = || {
            // Opened anew: each piece has its own place in the file.
            let mut file = File::options().write(true).open(&self.path)?;
            file.seek(SeekFrom::Start(range.start))?;
            Ok(Arc::new(file))
        };
        let file = open().map_err(|error| failed("opening the file", &self.path, error))?;
        Ok(Piece { part: self, file, start: range.start, left: range, crc: Crc::new() })
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        self.frontier.stop("the download was given up");
    }
}

/// A range that is being written. However it ends, what was written is noted for a later run.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    part: &'a PartFile,
    /// Stands where the next byte belongs.
    file: Arc<File>,
    start: u64,
    left: Range<u64>,
    crc: Crc,
}

impl Piece<'_> {
    /// What is still to be written.
    pub(super) fn left(&self) -> Range<u64> {
        self.left.clone()
    }

    /// Writes the next bytes, shows them to readers, and returns how many the file has now. Pieces
    /// are written side by side, and a slow disk holds up nobody else. Once this has failed, or was
    /// dropped, nothing more can be written.
    pub(super) async fn write(&mut self, frames: Vec<Bytes>) -> Result<ByteSize, AdapterError> {
        let file = Arc::clone(&self.file);
        let length: u64 = frames.iter().map(|frame| frame.len() as u64).sum();
        let writing = spawn_blocking(move || {
            let mut crc = Crc::new();
            for frame in &frames {
                crc.update(frame);
            }
            write_all(&file, &frames).map(|()| crc)
        });
        let written = writing.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        let crc = written.map_err(|error| failed("writing to", &self.part.path, error))?;
        self.crc.combine(&crc);
        let begin = self.left.start;
        self.left.start += length;
        Ok(ByteSize(self.part.frontier.add(begin..self.left.start)))
    }
}

fn write_all(mut file: &File, frames: &[Bytes]) -> io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = frames.iter().map(|frame| IoSlice::new(frame)).collect();
    let mut left = slices.as_mut_slice();
    while !left.is_empty() {
        match file.write_vectored(left) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut left, written),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Drop for Piece<'_> {
    fn drop(&mut self) {
        let written = self.start..self.left.start;
        if written.is_empty() {
            return;
        }
        if let Err(error) = resume::note(&self.part.journal, written, &self.crc) {
            tracing::warn!(%error, "a range is not noted and will be downloaded again");
        }
    }
}

/// A name that holds for one content of one key, and is a file's name whatever the key is.
fn identity(backup: &Backup) -> String {
    let mut hash = Sha256::new();
    for part in [&backup.bucket, &backup.key.0, &backup.etag] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    format!("{:x}", hash.finalize())
}

fn private() -> OpenOptions {
    let mut options = File::options();
    options.read(true).create(true).mode(0o600);
    options
}

/// `None` where somebody else holds the lock.
fn open_locked(path: &Path) -> io::Result<Option<File>> {
    loop {
        let file = private().write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // A sweep may have removed the file between the two.
        if fs::metadata(path)
            .is_ok_and(|there| file.metadata().is_ok_and(|it| it.ino() == there.ino()))
        {
            return Ok(Some(file));
        }
    }
}

fn remove_if_abandoned(path: &Path, older_than: Duration, now: Timestamp) -> io::Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if file.try_lock().is_err() {
        return Ok(false);
    }
    let written = Timestamp::try_from(file.metadata()?.modified()?).map_err(io::Error::other)?;
    let age = Duration::try_from(now.duration_since(written)).unwrap_or_default();
    if age < older_than {
        return Ok(false);
    }
    remove_both(path)?;
    Ok(true)
}

fn remove_both(path: &Path) -> io::Result<()> {
    for path in [path.with_extension(RANGES), path.to_owned()] {
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn downloading_elsewhere(object: &Object) -> AdapterError {
    AdapterError {
        system: System::S3,
        operation: "downloading",
        target: object.backup.url(),
        kind: FailureKind::Unexpected,
        reason: "another drill on this machine is downloading it".to_owned(),
        advice: Some("wait until it has ended, or drill another backup".to_owned()),
        source: None,
    }
}

fn failed(operation: &'static str, path: &Path, error: io::Error) -> AdapterError {
    let (kind, advice) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            (FailureKind::Unexpected, Some("make room on the disk of the cache folder".to_owned()))
        }
        ErrorKind::PermissionDenied => (FailureKind::Denied, None),
        _ => (FailureKind::Unexpected, None),
    };
    AdapterError {
        system: System::S3,
        operation,
        target: path.display().to_string(),
        kind,
        reason: error.to_string(),
        advice,
        source: Some(Box::new(error)),
    }
}
