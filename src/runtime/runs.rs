//! Drills under way: one small file each, so that a start finds what a killed one left undone.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::drill::event::Step;
use crate::drill::plan::DrillId;
use crate::drill::record::Record;

use super::process::ProcessIdentity;

const RUN: &str = "json";

/// What a run file says; rewritten whenever something begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Empty where the run has ended and left something.
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
        let path = folder.join(format!("{}.{RUN}", run.record.id.label()));
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
        remove(&self.path)
    }

    /// The run has ended and could not clean up: what it left is nobody's, although this process lives.
    pub fn abandon(mut self) -> io::Result<()> {
        self.run.process.clear();
        self.write()
    }

    /// Readers see the old text or the new one. The name of the file that becomes the new one is
    /// fixed, so that whoever removes the run finds it even where we are killed meanwhile.
    fn write(&self) -> io::Result<()> {
        let unfinished = unfinished(&self.path);
        let mut options = File::options();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = BufWriter::new(options.open(&unfinished)?);
        serde_json::to_writer(&mut file, &self.run)?;
        file.flush()?;
        fs::rename(unfinished, &self.path)
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
        remove(&self.path)
    }
}

/// Removes what belongs to no run: a process may be killed before its run file is whole, and after it
/// is gone.
pub fn tidy(state: &Path) -> io::Result<()> {
    let listing = match fs::read_dir(folder(state)) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for file in listing {
        let path = file?.path();
        let run = path.with_extension(RUN);
        if [lock_of(&run), unfinished(&run)].contains(&path) && !run.exists() && !is_locked(&run) {
            remove_if_there(&path)?;
        }
    }
    Ok(())
}

/// What the folder of runs holds.
#[derive(Debug, Default)]
pub struct Runs {
    pub found: Vec<FoundRun>,
    /// Files that nobody here understands: a sentence for each.
    pub unreadable: Vec<String>,
}

/// All runs in `state`. A file that cannot be read is named and left alone: it may be another
/// version's.
pub fn find(state: &Path) -> io::Result<Runs> {
    let mut runs = Runs::default();
    let listing = match fs::read_dir(folder(state)) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(runs),
        Err(error) => return Err(error),
    };
    for file in listing {
        let path = file?.path();
        if path.extension().is_none_or(|extension| extension != RUN) {
            continue;
        }
        match fs::read(&path).map(|bytes| serde_json::from_slice::<Run>(&bytes)) {
            Ok(Ok(run)) => {
                let is_alive = is_locked(&path) || is_process(&run.process);
                runs.found.push(FoundRun { id: run.record.id, path, run, is_alive });
            }
            Ok(Err(error)) => runs.unreadable.push(unreadable(&path, &error.to_string())),
            // It was finished between listing and reading.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => runs.unreadable.push(unreadable(&path, &error.to_string())),
        }
    }
    runs.found.sort_by_key(|run| run.id);
    runs.unreadable.sort();
    Ok(runs)
}

fn unreadable(path: &Path, why: &str) -> String {
    let path = path.display();
    tracing::warn!(%path, why, "a run file cannot be read");
    format!(
        "the run file {path} cannot be read ({why}): whether its drill has left something is not \
         known; another version of Lifeboat may understand it, else remove it"
    )
}

fn is_process(identity: &str) -> bool {
    ProcessIdentity::parse(identity).is_some_and(|process| process.is_alive())
}

fn is_locked(path: &Path) -> bool {
    File::open(lock_of(path)).is_ok_and(|lock| lock.try_lock().is_err())
}

fn remove(path: &Path) -> io::Result<()> {
    remove_if_there(&unfinished(path))?;
    fs::remove_file(path)?;
    remove_if_there(&lock_of(path))
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn unfinished(path: &Path) -> PathBuf {
    path.with_extension("new")
}

fn lock_of(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

fn folder(state: &Path) -> PathBuf {
    state.join("runs")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::verdict::Verdict;
    use crate::drill::fixture;

    fn record(id: u128) -> Record {
        fixture::record(id, Verdict::CouldNotVerify)
    }

    /// A run of a process that no machine has.
    fn left_behind(id: u128) -> Run {
        Run { process: "1:1:no boot".to_owned(), ..Run::of(record(id)) }
    }

    fn ids(runs: &Runs) -> Vec<u128> {
        runs.found.iter().map(|run| run.id.0.0).collect()
    }

    #[test]
    fn where_no_drill_ever_ran_there_are_no_runs() {
        let state = tempfile::tempdir().unwrap();
        assert!(find(state.path()).unwrap().found.is_empty());
    }

    #[test]
    fn a_run_is_alive_while_it_is_held_and_gone_once_it_is_finished() {
        let state = tempfile::tempdir().unwrap();
        // The lock alone tells, whatever is written of the process.
        let file = RunFile::begin(state.path(), left_behind(7)).unwrap();
        let runs = find(state.path()).unwrap();
        assert_eq!(ids(&runs), [7]);
        assert!(runs.found[0].is_alive);
        file.finish().unwrap();
        assert!(find(state.path()).unwrap().found.is_empty());
        assert_eq!(fs::read_dir(folder(state.path())).unwrap().count(), 0);
    }

    #[test]
    fn a_run_that_was_dropped_is_found_with_what_it_said_last_until_it_is_forgotten() {
        let state = tempfile::tempdir().unwrap();
        let mut file = RunFile::begin(state.path(), left_behind(7)).unwrap();
        let change = |run: &mut Run| {
            run.steps = vec![Step::Restore];
            run.engine = Some("unix:///s".to_owned());
        };
        file.change(change).unwrap();
        drop(file);
        let mut runs = find(state.path()).unwrap();
        let found = runs.found.remove(0);
        assert!(!found.is_alive);
        assert_eq!(found.run.place(), Step::Restore.to_string());
        assert_eq!(found.run.engine.as_deref(), Some("unix:///s"));
        assert_eq!(found.run.record, record(7));
        found.forget().unwrap();
        assert_eq!(fs::read_dir(folder(state.path())).unwrap().count(), 0);
    }

    #[test]
    fn a_run_of_a_process_that_lives_is_alive_without_its_lock() {
        let state = tempfile::tempdir().unwrap();
        drop(RunFile::begin(state.path(), Run::of(record(7))).unwrap());
        assert!(find(state.path()).unwrap().found[0].is_alive);
    }

    #[test]
    fn a_run_that_could_not_clean_up_is_found_by_the_process_that_it_belonged_to() {
        let state = tempfile::tempdir().unwrap();
        RunFile::begin(state.path(), Run::of(record(7))).unwrap().abandon().unwrap();
        let found = find(state.path()).unwrap().found.remove(0);
        assert!(!found.is_alive);
        found.forget().unwrap();
        assert_eq!(fs::read_dir(folder(state.path())).unwrap().count(), 0);
    }

    #[test]
    fn a_process_killed_while_it_writes_leaves_nothing_that_stays() {
        let state = tempfile::tempdir().unwrap();
        drop(RunFile::begin(state.path(), left_behind(7)).unwrap());
        let run = find(state.path()).unwrap().found.remove(0);
        fs::write(unfinished(&run.path), "{\"proc").unwrap();
        assert_eq!(ids(&find(state.path()).unwrap()), [7], "the whole text counts");
        run.forget().unwrap();
        assert_eq!(fs::read_dir(folder(state.path())).unwrap().count(), 0);

        let held = RunFile::begin(state.path(), left_behind(8)).unwrap();
        for name in ["01x.lock", "01x.new", "01y.lock"] {
            fs::write(folder(state.path()).join(name), "").unwrap();
        }
        tidy(state.path()).unwrap();
        assert_eq!(ids(&find(state.path()).unwrap()), [8]);
        assert_eq!(fs::read_dir(folder(state.path())).unwrap().count(), 2);
        held.finish().unwrap();
        tidy(&state.path().join("absent")).unwrap();
    }

    #[test]
    fn runs_come_in_the_order_in_which_they_began() {
        let state = tempfile::tempdir().unwrap();
        for id in [9, 3, 5] {
            drop(RunFile::begin(state.path(), left_behind(id)).unwrap());
        }
        assert_eq!(ids(&find(state.path()).unwrap()), [3, 5, 9]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_and_left_and_hides_no_other() {
        let state = tempfile::tempdir().unwrap();
        drop(RunFile::begin(state.path(), left_behind(7)).unwrap());
        let odd = folder(state.path()).join("odd.json");
        fs::write(&odd, "{\"process\": 1}").unwrap();
        fs::create_dir(folder(state.path()).join("folder.json")).unwrap();
        let runs = find(state.path()).unwrap();
        assert_eq!(ids(&runs), [7]);
        assert_eq!(runs.unreadable.len(), 2);
        let told = &runs.unreadable[1];
        assert!(
            told.contains(&*odd.to_string_lossy()) && told.contains("cannot be read"),
            "{told}"
        );
        assert!(odd.exists());
    }
}
