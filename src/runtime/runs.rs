//! Drills under way: one small file each, so that a start finds what a killed one left undone.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::drill::event::Step;
use crate::drill::plan::DrillId;
use crate::drill::record::Record;

use super::process::ProcessIdentity;

/// What a run file says; rewritten whenever something begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub process: String,
    /// The steps that run; some overlap.
    pub steps: Vec<Step>,
    /// The address of the engine that the drill has spoken to.
    pub engine: Option<String>,
    /// What is known so far: the record that a later sweep writes for it.
    pub record: Record,
    /// The record is the drill's own, and complete.
    pub is_concluded: bool,
}

impl Run {
    /// A run that is about to begin.
    pub fn of(record: Record) -> Self {
        let process = ProcessIdentity::own().to_string();
        Self { process, steps: Vec::new(), engine: None, record, is_concluded: false }
    }

    /// Where it was: `the download`, `its beginning`.
    pub fn place(&self) -> String {
        self.steps.first().map_or("its beginning".to_owned(), ToString::to_string)
    }
}

/// A run of this process. Its file goes when [`RunFile::finish`] is called, not before.
#[derive(Debug)]
pub struct RunFile {
    path: PathBuf,
    run: Run,
    /// Held as long as the run lives: a second process can tell at once.
    _lock: File,
}

impl RunFile {
    /// Announces a run in `state`.
    pub fn begin(state: &Path, run: Run) -> io::Result<Self> {
        let folder = folder(state);
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{}.json", run.record.id.label()));
        let lock = File::create(lock_of(&path))?;
        lock.lock()?;
        let file = Self { path, run, _lock: lock };
        file.write()?;
        Ok(file)
    }

    pub fn change(&mut self, change: impl FnOnce(&mut Run)) -> io::Result<()> {
        change(&mut self.run);
        self.write()
    }

    /// The run has been recorded and cleaned up.
    pub fn finish(self) -> io::Result<()> {
        fs::remove_file(&self.path)?;
        fs::remove_file(lock_of(&self.path))
    }

    fn write(&self) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, &self.run)?;
        file.flush()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// A run that somebody announced, in this process or another.
#[derive(Debug)]
pub struct FoundRun {
    path: PathBuf,
    pub id: DrillId,
    pub run: Run,
    pub is_alive: bool,
}

impl FoundRun {
    /// Forgets it; its leftovers are gone and its record is written.
    pub fn forget(self) -> io::Result<()> {
        fs::remove_file(&self.path)?;
        match fs::remove_file(lock_of(&self.path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// All runs in `state`. A file that cannot be read is left alone: it is another version's.
pub fn find(state: &Path) -> io::Result<Vec<FoundRun>> {
    let listing = match fs::read_dir(folder(state)) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for file in listing {
        let path = file?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        match fs::read(&path).map(|bytes| serde_json::from_slice::<Run>(&bytes)) {
            Ok(Ok(run)) => {
                let is_alive = is_locked(&path) || is_process(&run.process);
                found.push(FoundRun { id: run.record.id, path, run, is_alive });
            }
            Ok(Err(error)) => {
                tracing::warn!(path = %path.display(), %error, "a run file cannot be read");
            }
            // It was finished between listing and reading.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    found.sort_by_key(|run| run.id);
    Ok(found)
}

fn is_process(identity: &str) -> bool {
    ProcessIdentity::parse(identity).is_some_and(|process| process.is_alive())
}

fn is_locked(path: &Path) -> bool {
    File::open(lock_of(path)).is_ok_and(|lock| lock.try_lock().is_err())
}

fn lock_of(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

fn folder(state: &Path) -> PathBuf {
    state.join("runs")
}
