//! Reading the journal: lines folded into one entry a drill.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ulid::Ulid;

use crate::domain::backup::BackupKey;
use crate::domain::environment::{EnvironmentName, SetName};
use crate::drill::dice::{Candidate, History, stratum};
use crate::drill::record::{Cleanup, Record, SCHEMA};

use super::{Imported, Line, Note, Report};

/// One drill with all that was added to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: Ulid,
    pub source: Source,
    pub cleanup: Option<Cleanup>,
    pub notes: Vec<Note>,
    pub reports: Vec<Report>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    Drilled(Box<Record>),
    Imported(Imported),
}

/// What the folder holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    pub entries: Vec<Entry>,
    pub problems: Vec<Problem>,
}

/// A file or line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub file: PathBuf,
    pub line: Option<usize>,
    pub what: String,
}

impl Entry {
    pub fn record(&self) -> Option<&Record> {
        match &self.source {
            Source::Drilled(record) => Some(record),
            Source::Imported(_) => None,
        }
    }

    pub fn date(&self) -> Timestamp {
        match &self.source {
            Source::Drilled(record) => record.started,
            Source::Imported(imported) => imported.at,
        }
    }

    pub fn environment(&self) -> &EnvironmentName {
        match &self.source {
            Source::Drilled(record) => &record.environment,
            Source::Imported(imported) => &imported.environment,
        }
    }
}

impl Reading {
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.entries.iter().filter_map(Entry::record)
    }

    /// What the dice need to know of earlier drills. An object that the spreadsheet names counts as
    /// tested when its result says that it passed or failed.
    pub fn history(&self) -> History {
        let mut history = History::default();
        for record in self.records().filter(|record| record.is_test()) {
            let backup = record.object.clone();
            history.tested.insert((backup.bucket.clone(), backup.key.clone()));
            let candidate = Candidate { environment: record.environment.clone(), backup };
            history
                .drilled
                .entry(stratum(&candidate, record.started))
                .and_modify(|last| *last = (*last).max(record.started))
                .or_insert(record.started);
        }
        history
    }

    /// Names that the spreadsheet calls tested, by environment; they carry no bucket.
    pub fn imported_names(&self) -> BTreeSet<(EnvironmentName, String)> {
        let imported = self.entries.iter().filter_map(|entry| match &entry.source {
            Source::Imported(imported) if imported.came_to_a_verdict() => {
                Some((imported.environment.clone(), imported.backup.clone()))
            }
            _ => None,
        });
        imported.collect()
    }

    /// The newest record of a set that got as far as a census.
    pub fn newest_of(&self, environment: &EnvironmentName, set: &SetName) -> Option<&Record> {
        let mut newest: Vec<_> = self
            .records()
            .filter(|record| record.environment == *environment && record.set == *set)
            .filter(|record| record.census.is_some())
            .collect();
        newest.sort_by_key(|record| record.started);
        newest.pop()
    }

    /// Whether a dump of this set ever carried a `prelude.json`.
    pub fn had_prelude(&self, environment: &EnvironmentName, set: &SetName) -> bool {
        self.records()
            .filter(|record| record.environment == *environment && record.set == *set)
            .filter_map(|record| record.census.as_ref())
            .any(|census| census.has_prelude)
    }

    /// The newest census of this very object, from an earlier scan or drill.
    pub fn census_of(&self, key: &BackupKey, etag: &str) -> Option<&Record> {
        self.records()
            .filter(|record| record.object.key == *key && record.object.etag == etag)
            .filter(|record| record.census.is_some())
            .max_by_key(|record| record.started)
    }

    /// An earlier draw with the same seed over another pool, if there is one.
    pub fn draw_over_another_pool(&self, seed: u64, pool_sha256: &str) -> Option<&Record> {
        use crate::drill::plan::Selection;
        self.records().find(|record| {
            matches!(&record.selection, Selection::Random(pick)
                if pick.seed == seed && pick.pool_sha256 != pool_sha256)
        })
    }
}

pub(super) fn folder(folder: &Path) -> io::Result<Reading> {
    let mut reading = Reading::default();
    let mut entries: BTreeMap<Ulid, Entry> = BTreeMap::new();
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        // A journal that nobody has written to yet is empty, not broken.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(reading),
        Err(error) => return Err(error),
    };
    for file in listing {
        let path = file?.path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        match Ulid::from_string(stem) {
            Ok(id) => {
                if let Some(entry) = read_file(id, &path, &mut reading.problems) {
                    entries.insert(id, entry);
                }
            }
            Err(_) => reading.problems.push(problem(&path, None, "its name is no drill's id")),
        }
    }
    reading.entries = entries.into_values().collect();
    reading.entries.sort_by_key(Entry::date);
    Ok(reading)
}

fn read_file(id: Ulid, path: &Path, problems: &mut Vec<Problem>) -> Option<Entry> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            problems.push(problem(path, None, &error.to_string()));
            return None;
        }
    };
    let mut entry: Option<Entry> = None;
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let parsed = match serde_json::from_str::<Line>(line) {
            Ok(parsed) => parsed,
            Err(error) => {
                problems.push(problem(path, Some(number + 1), &error.to_string()));
                continue;
            }
        };
        match (&mut entry, parsed) {
            (None, Line::Result(record)) if record.schema > SCHEMA => {
                let newer = format!("schema {} is newer than this program", record.schema);
                problems.push(problem(path, Some(number + 1), &newer));
                return None;
            }
            (None, Line::Result(record)) => entry = Some(begin(id, Source::Drilled(record))),
            (None, Line::Imported(row)) => entry = Some(begin(id, Source::Imported(row))),
            (Some(entry), Line::Cleanup(cleanup)) => entry.cleanup = Some(cleanup),
            (Some(entry), Line::Note(note)) => entry.notes.push(note),
            (Some(entry), Line::Report(report)) => entry.reports.push(report),
            (Some(_), Line::Result(_) | Line::Imported(_)) => {
                problems.push(problem(
                    path,
                    Some(number + 1),
                    "a second result; the first one counts",
                ));
            }
            (None, _) => {
                problems.push(problem(path, Some(number + 1), "comes before the result"));
            }
        }
    }
    entry
}

fn begin(id: Ulid, source: Source) -> Entry {
    Entry { id, source, cleanup: None, notes: Vec::new(), reports: Vec::new() }
}

fn problem(file: &Path, line: Option<usize>, what: &str) -> Problem {
    Problem { file: file.to_owned(), line, what: what.to_owned() }
}
