//! The journal: a folder of records, one append-only JSON-lines file per drill.
//!
//! The first line of a file is the result, later lines add to it (`cleanup`, `note`, `report`); a
//! reader folds them. Names are ULIDs, so that several machines can share one folder.
//! Invariant: a line that was written is never changed.

mod import;
mod read;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::domain::failure::{Failure, FailureKind};
use crate::drill::record::{Cleanup, Record};

pub use import::{ImportProblem, Imported, parse_csv};
pub use read::{Entry, Problem, Reading, Source};

/// One line of a journal file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    Result(Box<Record>),
    /// A drill of before Lifeboat, from the spreadsheet.
    Imported(Imported),
    Cleanup(Cleanup),
    Note(Note),
    Report(Report),
}

/// What somebody wrote about a drill afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub at: Timestamp,
    pub actor: String,
    pub text: String,
}

/// Where a report was sent, and whether it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub at: Timestamp,
    pub to: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// The folder that holds the records.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: PathBuf,
}

impl Journal {
    /// Opens `folder`, which is made when it is first written to.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds a line to the file of `id`, safe on disk when this returns. The first line of a file
    /// appears whole or not at all.
    pub fn append(&self, id: Ulid, line: &Line) -> Result<(), Failure> {
        self.write(id, line).map_err(|error| self.failed("writing to", &error))
    }

    fn write(&self, id: Ulid, line: &Line) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let path = self.path(id);
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        if path.exists() {
            let mut file = OpenOptions::new().read(true).append(true).open(&path)?;
            if is_torn(&mut file)? {
                text.insert(0, b'\n');
            }
            file.write_all(&text)?;
            return file.sync_all();
        }
        // A team may share the folder: the umask says who reads it, as for any other file.
        let shared = fs::Permissions::from_mode(0o666);
        let mut file = tempfile::Builder::new().permissions(shared).tempfile_in(&self.folder)?;
        file.write_all(&text)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(&path).map_err(|error| error.error)?;
        // The file's name is in the folder, which is written on its own.
        File::open(&self.folder)?.sync_all()
    }

    /// Everything in the folder, oldest first. What cannot be read is told, not left out silently.
    pub fn read(&self) -> Result<Reading, Failure> {
        read::folder(&self.folder).map_err(|error| self.failed("reading", &error))
    }

    fn failed(&self, what: &str, error: &io::Error) -> Failure {
        let text = format!("{what} the journal {}: {error}", self.folder.display());
        Failure::new(FailureKind::Unexpected, text).advise("check `[journal] directory`")
    }

    /// Adds the files and rows of a journal folder or a spreadsheet that are not here yet.
    pub fn import(&self, from: &Path) -> Result<ImportOutcome, ImportProblem> {
        import::import(self, from)
    }

    fn path(&self, id: Ulid) -> PathBuf {
        self.folder.join(format!("{id}.jsonl"))
    }
}

/// Whether the last line was cut off, by a full disk or a loss of power: the next one must not
/// be swallowed by it.
fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// What an import came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportOutcome {
    pub added: u64,
    /// Were here already.
    pub known: u64,
}

#[cfg(test)]
mod tests;
