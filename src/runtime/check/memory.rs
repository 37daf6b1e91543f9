//! What is kept from one check to the next, in one file that is replaced whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::checkup::evidence::Observed;
use crate::domain::checkup::telling::Told;
use crate::domain::failure::{Failure, FailureKind};

/// Changes when a reader of an older one would misread the file.
const SCHEMA: u32 = 1;
const FILE: &str = "check.json";

/// What earlier checks have seen and told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    #[serde(default)]
    schema: u32,
    /// When the last check ended.
    #[serde(default)]
    pub last: Option<Timestamp>,
    /// By the path of the set: `prod/ingest`.
    #[serde(default)]
    sets: BTreeMap<String, Remembered>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Remembered {
    #[serde(default)]
    observed: Observed,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<Told>,
}

/// The file, held by one check at a time.
#[derive(Debug)]
pub struct MemoryFile {
    path: PathBuf,
    _lock: File,
}

impl Memory {
    pub fn observed(&self, set: &str) -> Option<&Observed> {
        self.sets.get(set).map(|remembered| &remembered.observed)
    }

    pub fn told(&self, set: &str) -> Option<&Told> {
        self.sets.get(set)?.told.as_ref()
    }

    pub fn observe(&mut self, set: String, observed: Observed) {
        self.sets.entry(set).or_default().observed = observed;
    }

    pub fn tell(&mut self, set: String, told: Told) {
        self.sets.entry(set).or_default().told = Some(told);
    }
}

impl MemoryFile {
    /// Takes the file in `folder`; fails where another check holds it.
    pub fn take(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(FILE);
        let failed = |error: io::Error| {
            let what = format!("keeping the state of checks in {}: {error}", folder.display());
            Failure::new(FailureKind::Unexpected, what)
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::create(folder.join("check.lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => {
                let what = "another check is running".to_owned();
                Err(Failure::new(FailureKind::Unexpected, what)
                    .advise("this one tells and remembers nothing"))
            }
            Err(fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// What is remembered: nothing at first. A file that cannot be read is told.
    pub fn read(&self) -> Result<Memory, Failure> {
        read(&self.path)
    }

    /// The same of the file in `folder`, whoever holds it: it is only ever replaced whole.
    pub fn peek(folder: &Path) -> Result<Memory, Failure> {
        read(&folder.join(FILE))
    }

    pub fn write(&self, memory: &Memory) -> Result<(), Failure> {
        let memory = Memory { schema: SCHEMA, ..memory.clone() };
        let text = serde_json::to_string_pretty(&memory).map_err(io::Error::other);
        text.and_then(|text| replace(&self.path, &text)).map_err(|error| {
            let what = format!("writing the state of checks {}: {error}", self.path.display());
            Failure::new(FailureKind::Unexpected, what)
        })
    }
}

fn read(path: &Path) -> Result<Memory, Failure> {
    let place = path.display();
    let unreadable = |why: String| {
        let what = format!("reading the state of checks {place}: {why}");
        Failure::new(FailureKind::Unexpected, what)
            .advise("it is begun anew: what was told before may be told again")
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Memory::default()),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let memory: Memory =
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    if memory.schema > SCHEMA {
        return Err(unreadable("a newer program wrote it".to_owned()));
    }
    Ok(memory)
}

/// Replaces a file whole: whoever reads it sees the old text or the new one.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::checkup::Word;

    #[test]
    fn what_was_told_is_remembered_and_only_one_check_holds_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = MemoryFile::take(folder.path()).unwrap();
        let mut memory = file.read().unwrap();
        assert_eq!(memory, Memory::default());
        let now: Timestamp = "2026-11-20T09:30:00Z".parse().unwrap();
        let told =
            Told { word: Word::Critical, rules: ["late".to_owned()].into(), since: now, at: now };
        memory.tell("prod/ingest".to_owned(), told.clone());
        memory.last = Some(now);
        file.write(&memory).unwrap();
        assert!(MemoryFile::take(folder.path()).unwrap_err().what.contains("another check"));
        drop(file);
        let again = MemoryFile::take(folder.path()).unwrap().read().unwrap();
        assert_eq!((again.told("prod/ingest"), again.last), (Some(&told), Some(now)));
    }

    #[test]
    fn a_torn_or_newer_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = MemoryFile::take(folder.path()).unwrap();
        for text in ["{\"schema\": 1, \"se", "{\"schema\": 99}"] {
            fs::write(folder.path().join("check.json"), text).unwrap();
            let failure = file.read().unwrap_err();
            assert!(failure.what.starts_with("reading the state of checks"), "{failure}");
        }
    }
}
