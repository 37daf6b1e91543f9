//! What earlier drills left behind: which of it is ours to remove, and removing it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::spawn_blocking;

use crate::adapters::docker::leftovers::{Leftover, LeftoverKind};
use crate::adapters::docker::{Docker, Surroundings};
use crate::adapters::s3::PartFile;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::Settings;
use crate::domain::units::plural;
use crate::drill::event::Step;
use crate::drill::record::{BrokenOff, Cleanup, FailedStep};
use crate::journal::{Journal, Line};

use super::process::{self, ProcessIdentity};
use super::relay;
use super::runs::{self, FoundRun};

/// Downloads that broke off are kept so long for another try.
const KEPT: Duration = Duration::from_hours(24);

/// Everything on the engine that carries one drill's label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wreck {
    pub drill: String,
    pub owner: Option<String>,
    pub process: Option<String>,
    pub expires: Option<Timestamp>,
    pub names: Vec<String>,
    pub is_running: bool,
    pub fate: Fate,
}

/// What a sweep does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Ours, and its process is gone.
    Orphaned,
    /// Its time is over, whoever made it.
    Expired,
    /// Its process lives on this host.
    InUse,
    /// Somebody else's, and its time is not over.
    Foreign,
}

impl Fate {
    pub const fn is_removable(self) -> bool {
        matches!(self, Self::Orphaned | Self::Expired)
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Orphaned => "left by a drill that was killed",
            Self::Expired => "expired",
            Self::InUse => "in use by a running drill",
            Self::Foreign => "somebody else's",
        }
    }
}

/// What was found, on the engine and in the state folder.
#[derive(Debug, Default)]
pub struct Found {
    pub wrecks: Vec<Wreck>,
    /// Runs whose process is gone.
    pub runs: Vec<FoundRun>,
    /// Why nobody knows what is left on the engine.
    pub unknown: Option<Failure>,
    /// Why nobody knows which runs were killed.
    pub unlisted: Option<Failure>,
    /// Run files that cannot be read, in words.
    pub unreadable: Vec<String>,
}

/// Who asks, and when.
#[derive(Debug, Clone, Copy)]
pub struct Watch<'a> {
    pub owner: &'a str,
    pub now: Timestamp,
    pub is_alive: fn(&str) -> bool,
}

/// Decides what becomes of leftovers, a drill at a time.
pub fn sort(leftovers: Vec<Leftover>, watch: Watch<'_>) -> Vec<Wreck> {
    let mut drills: BTreeMap<String, Vec<Leftover>> = BTreeMap::new();
    for leftover in leftovers {
        drills.entry(leftover.drill.clone()).or_default().push(leftover);
    }
    drills.into_iter().map(|(drill, parts)| wreck(drill, &parts, watch)).collect()
}

fn wreck(drill: String, parts: &[Leftover], watch: Watch<'_>) -> Wreck {
    let owner = parts.iter().find_map(|part| part.owner.clone());
    let process = parts.iter().find_map(|part| part.process.clone());
    let expires = parts.iter().filter_map(|part| part.expires).max();
    let is_ours = owner.as_deref() == Some(watch.owner);
    // Only on the owner's host does a process's absence say anything.
    let is_here = host(owner.as_deref()).is_some_and(|its| Some(its) == host(Some(watch.owner)));
    let lives = is_here && process.as_deref().is_some_and(watch.is_alive);
    let fate = if lives {
        Fate::InUse
    } else if is_ours && process.is_some() {
        Fate::Orphaned
    } else if expires.is_some_and(|expires| expires < watch.now) {
        Fate::Expired
    } else {
        Fate::Foreign
    };
    let is_running = parts.iter().any(|part| part.kind == LeftoverKind::RunningContainer);
    let names = parts.iter().map(|part| part.name.clone()).collect();
    Wreck { drill, owner, process, expires, names, is_running, fate }
}

fn host(owner: Option<&str>) -> Option<&str> {
    owner?.split_once('@').map(|(_, host)| host)
}

/// Looks at the engine and the state folder. What does not answer is a failure beside what the rest
/// tells: it is never "nothing left".
pub async fn look(settings: &Settings, now: Timestamp) -> Found {
    let mut found = killed(settings);
    match wrecks(settings, now).await {
        Ok(wrecks) => found.wrecks = wrecks,
        Err(failure) => found.unknown = Some(failure),
    }
    found
}

/// Drills whose process is gone, as the state folder tells.
pub fn killed(settings: &Settings) -> Found {
    let mut found = Found::default();
    match runs::find(&settings.folders.state) {
        Ok(runs) => {
            // In a shared home another host's runs are its own to judge.
            let here = process::owner();
            let is_ours = |run: &FoundRun| host(Some(&run.run.record.actor)) == host(Some(&here));
            found.unreadable = runs.unreadable;
            let runs = runs.found.into_iter();
            found.runs = runs.filter(|run| !run.is_alive && is_ours(run)).collect();
        }
        Err(error) => {
            let folder = settings.folders.state.display();
            let what = format!("listing the runs in {folder}: {error}");
            found.unlisted = Some(Failure::new(FailureKind::Unexpected, what));
        }
    }
    found
}

/// What lies on the engine, by label.
pub async fn wrecks(settings: &Settings, now: Timestamp) -> Result<Vec<Wreck>, Failure> {
    let docker =
        Docker::connect(&settings.container_engine, &Surroundings::of_this_process()).await?;
    let leftovers = docker.leftovers().await?;
    let owner = process::owner();
    let is_alive =
        |label: &str| ProcessIdentity::parse(label).is_some_and(|process| process.is_alive());
    Ok(sort(leftovers, Watch { owner: &owner, now, is_alive }))
}

/// What was removed.
#[derive(Debug, Default)]
pub struct Swept {
    pub removed: Vec<String>,
    /// Drills that were killed and have a record now.
    pub recorded: u64,
    pub failures: Vec<Failure>,
}

/// Removes what is removable, and the drills that `force` names, whoever owns them; writes the records
/// that killed drills could not write.
pub async fn sweep(
    settings: &Settings,
    found: Found,
    (force, broken_off): (&[String], BrokenOff),
    now: Timestamp,
) -> Swept {
    let mut swept = Swept::default();
    let is_wanted = |wreck: &&Wreck| wreck.fate.is_removable() || force.contains(&wreck.drill);
    // What belongs to a run goes with it, so that its record tells of it.
    let is_of =
        |run: &FoundRun, wreck: &Wreck| run.id.label() == wreck.drill && run.run.engine.is_some();
    let has_no_run = |wreck: &&Wreck| !found.runs.iter().any(|run| is_of(run, wreck));
    for wreck in found.wrecks.iter().filter(is_wanted).filter(has_no_run) {
        match remove(settings, &wreck.drill).await {
            Ok(names) => swept.removed.extend(names),
            Err(failure) => swept.failures.push(failure),
        }
    }
    for run in found.runs {
        match bury(settings, run, now).await {
            Ok(names) => {
                swept.removed.extend(names);
                swept.recorded += 1;
            }
            Err(failure) => swept.failures.push(failure),
        }
    }
    if let Err(error) = runs::tidy(&settings.folders.state) {
        let what = format!("removing broken-off run files: {error}");
        swept.failures.push(Failure::new(FailureKind::Unexpected, what));
    }
    relay::sweep_sockets();
    let cache = settings.folders.cache.clone();
    let kept = match broken_off {
        BrokenOff::Removed => Duration::ZERO,
        BrokenOff::Kept => KEPT,
    };
    match spawn_blocking(move || PartFile::sweep(&cache, kept, now)).await {
        Ok(Ok(count)) if count > 0 => {
            swept.removed.push(plural(count as u64, "broken-off download"));
        }
        Ok(Ok(_)) => {}
        Ok(Err(error)) => swept.failures.push(error.into()),
        Err(error) => swept.failures.push(Failure::new(FailureKind::Unexpected, error.to_string())),
    }
    swept
}

async fn remove(settings: &Settings, drill: &str) -> Result<Vec<String>, Failure> {
    let docker =
        Docker::connect(&settings.container_engine, &Surroundings::of_this_process()).await?;
    let removed = docker.remove_sandbox(drill).await?;
    Ok(removed.containers.into_iter().chain(removed.volumes).collect())
}

/// Writes the record of a drill that was killed, once nothing of it is left.
async fn bury(settings: &Settings, run: FoundRun, now: Timestamp) -> Result<Vec<String>, Failure> {
    let mut removed = match &run.run.engine {
        Some(address) => remove_at(settings, address, &run.id.label()).await?,
        // It had not spoken to any engine yet.
        None => Vec::new(),
    };
    let mut record = run.run.record.clone();
    if !run.run.is_concluded {
        let step = run.run.steps.first().copied().unwrap_or(Step::Download);
        let what = format!("interrupted at {step}: the process was killed");
        let failure = Failure::new(FailureKind::Unexpected, what);
        record.failed = Some(FailedStep { step, failure });
        record.close(&format!("interrupted at {step}"));
    }
    let journal = Journal::at(&settings.folders.journal);
    let is_known = journal.read()?.entries.iter().any(|entry| entry.id == run.id.0);
    if !is_known {
        journal.append(run.id.0, &Line::Result(Box::new(record)))?;
    }
    let cleanup = Cleanup { at: now, removed: removed.clone(), kept: Vec::new(), failure: None };
    journal.append(run.id.0, &Line::Cleanup(cleanup))?;
    let label = run.id.label();
    run.forget().map_err(|error| {
        Failure::new(FailureKind::Unexpected, format!("removing the run file: {error}"))
    })?;
    removed.push(format!("the run of {label}"));
    Ok(removed)
}

/// Removes at the engine that the drill spoke to: another one that answers knows nothing of it.
async fn remove_at(
    settings: &Settings,
    address: &str,
    drill: &str,
) -> Result<Vec<String>, Failure> {
    let advice = format!("set DOCKER_HOST={address} and sweep again");
    let connected =
        Docker::connect(&settings.container_engine, &Surroundings::of_this_process()).await;
    let docker = connected.map_err(|error| Failure::from(error).advise(advice.as_str()))?;
    if docker.engine().address != address {
        let what = format!(
            "drill {drill} ran at the engine {address}; the one that answers here is {}",
            docker.engine().address
        );
        return Err(Failure::new(FailureKind::Unreachable, what).advise(advice));
    }
    let removed = docker.remove_sandbox(drill).await?;
    Ok(removed.containers.into_iter().chain(removed.volumes).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-20T12:00:00Z";

    fn leftover(owner: &str, process: &str, expires: &str) -> Leftover {
        Leftover {
            drill: "01x".to_owned(),
            kind: LeftoverKind::Volume,
            name: "lifeboat-drill-01x-db".to_owned(),
            owner: Some(owner.to_owned()),
            process: Some(process.to_owned()),
            expires: expires.parse().ok(),
            created: None,
        }
    }

    fn fate(leftover: Leftover) -> Fate {
        let watch = Watch {
            owner: "ada@jump",
            now: NOW.parse().unwrap(),
            is_alive: |process| process == "alive",
        };
        sort(vec![leftover], watch).remove(0).fate
    }

    #[test]
    fn ours_goes_once_its_process_is_gone() {
        assert_eq!(fate(leftover("ada@jump", "gone", "2026-11-20T15:00:00Z")), Fate::Orphaned);
        assert_eq!(fate(leftover("ada@jump", "alive", "2026-11-20T15:00:00Z")), Fate::InUse);
    }

    #[test]
    fn what_is_expired_goes_unless_its_process_lives_here() {
        let expired = "2026-11-20T11:00:00Z";
        assert_eq!(fate(leftover("bob@laptop", "gone", expired)), Fate::Expired);
        assert_eq!(fate(leftover("bob@jump", "alive", expired)), Fate::InUse);
        assert_eq!(fate(leftover("ada@jump", "alive", expired)), Fate::InUse);
    }

    #[test]
    fn somebody_elses_stays_until_it_expires() {
        let later = "2026-11-20T15:00:00Z";
        assert_eq!(fate(leftover("bob@laptop", "gone", later)), Fate::Foreign);
        assert_eq!(fate(leftover("bob@jump", "gone", later)), Fate::Foreign);
        assert_eq!(fate(leftover("bob@laptop", "gone", "never")), Fate::Foreign);
    }

    #[test]
    fn parts_of_one_drill_are_one_wreck() {
        let volume = leftover("ada@jump", "gone", NOW);
        let container = Leftover {
            kind: LeftoverKind::RunningContainer,
            name: "lifeboat-drill-01x".to_owned(),
            ..volume.clone()
        };
        let watch = Watch { owner: "ada@jump", now: NOW.parse().unwrap(), is_alive: |_| false };
        let wrecks = sort(vec![container, volume], watch);
        assert_eq!(wrecks.len(), 1);
        let wreck = wrecks.first().unwrap();
        assert!(wreck.is_running);
        assert_eq!(wreck.names.len(), 2);
    }
}
