//! `lifeboat scan`: reads one dump and says whether it is intact, without restoring it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::adapters::s3::{PartFile, S3};
use crate::cli::{ScanArguments, ScanSource};
use crate::domain::backup::BackupKey;
use crate::domain::census::DumpCensus;
use crate::domain::environment::BackupSet;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::{Depth, Storage};
use crate::domain::units::{ByteSize, Count};
use crate::domain::verdict::{self, Judgement, Verdict};
use crate::drill::event::Step;
use crate::drill::plan::{ToolChoice, Trigger};
use crate::journal::Reading;
use crate::runtime::choose::{self, Request, Situation, Wanted};
use crate::runtime::drill::Drill;
use crate::runtime::drill::fetch::{Fetched, Fetching, fetch, scan as read};
use crate::runtime::drill::reporter::Reporter;
use crate::runtime::exit::Exit;
use crate::runtime::interrupt::Interrupt;

use super::Session;
use super::drill::follow;
use super::dump_table::result;
use super::paint::say;
use super::steps::StepLines;

/// Reads a dump from wherever it is.
pub async fn scan(session: &Session, arguments: &ScanArguments) -> Exit {
    let scanned = match &arguments.source {
        ScanSource::File(path) => file(session, path).await,
        ScanSource::StandardInput => stream(session, io::stdin(), None).await,
        ScanSource::Object { bucket, key } => {
            let storage = match storage(session, arguments, bucket, key) {
                Ok(storage) => storage,
                Err(text) => return session.usage(&text),
            };
            match set_of(session, bucket, key) {
                Some(set) => return Box::pin(of_set(session, storage, set, key)).await,
                None => match Interrupt::listen(farewell(session)) {
                    Ok(interrupt) => {
                        object(session, storage, (bucket, key), &interrupt.cancel).await
                    }
                    Err(error) => {
                        let what = format!("listening for signals: {error}");
                        Err(Failure::new(FailureKind::Unexpected, what))
                    }
                },
            }
        }
    };
    match scanned {
        Ok(Some((census, judgements))) => Exit::of(print(session, &census, &judgements), false),
        Ok(None) => Exit::Cancelled,
        Err(failure) => session.fail(&failure),
    }
}

fn farewell(session: &Session) -> String {
    let cache = session.settings.folders.cache.display();
    format!("left at once: a part of the object may still be in {cache}")
}

/// What was read; `None` where that was interrupted.
type Scanned = Result<Option<(DumpCensus, Vec<Judgement>)>, Failure>;

async fn file(session: &Session, path: &Path) -> Scanned {
    let told = |error: io::Error| {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => FailureKind::Missing,
            io::ErrorKind::PermissionDenied => FailureKind::Denied,
            _ => FailureKind::Unexpected,
        };
        Failure::new(kind, format!("reading {}: {error}", path.display()))
    };
    let file = File::open(path).map_err(told)?;
    let metadata = file.metadata().map_err(told)?;
    if metadata.is_dir() {
        let what = format!("{} is a folder", path.display());
        return Err(Failure::new(FailureKind::Unexpected, what)
            .advise("pack it: `tar -cz FOLDER | lifeboat scan -`"));
    }
    let size = metadata.is_file().then_some(ByteSize(metadata.len()));
    stream(session, file, size).await
}

async fn stream(
    session: &Session,
    source: impl Read + Send + 'static,
    size: Option<ByteSize>,
) -> Scanned {
    let reading = async |reporter: &Reporter| {
        let step = async {
            let dump = read(source, size, reporter).await?;
            let documents = Count(dump.census.documents());
            Ok((dump, format!("{documents} documents")))
        };
        reporter.step(Step::Scan, step).await
    };
    let dump = watched(session, reading).await?;
    let judgements = verdict::dump::judge(&dump.census, size, false);
    Ok(Some((dump.census, judgements)))
}

/// An object that belongs to no backup set: read, and nothing of it kept, interrupted or not.
async fn object(
    session: &Session,
    storage: &Storage,
    (bucket, key): (&str, &BackupKey),
    cancel: &CancellationToken,
) -> Scanned {
    let s3 = S3::connect(storage).await?;
    let object = s3.head(bucket, key, None).await?;
    let part = PartFile::open(&session.settings.folders.cache, &object)?;
    let reading = watched(session, async |reporter: &Reporter| {
        let fetching = Box::pin(fetch(&s3, &part, false, reporter)).await;
        let Fetching { fetched, failure } = fetching;
        failure.map_or(Ok(fetched), Err)
    });
    let fetching = cancel.run_until_cancelled(Box::pin(reading)).await;
    part.remove()?;
    let Some(fetching) = fetching else { return Ok(None) };
    let nothing = || Failure::new(FailureKind::Unexpected, "nothing was scanned");
    let Fetched { dump, judgements } = fetching?.ok_or_else(nothing)?;
    Ok(Some((dump.census.clone(), judgements)))
}

/// The newest backup of a set, where it was not read before: a drill at depth quick, which leaves a
/// record.
pub(super) async fn newest(
    session: &Session,
    storage: &Storage,
    set: &BackupSet,
) -> Result<(), Failure> {
    let reading = session.journal().read()?;
    let s3 = S3::connect(storage).await?;
    let chosen = chosen(session, (&s3, storage, set), &reading, Wanted::Latest).await?;
    let object = &chosen.plan.object;
    if reading.census_of(&object.key, &object.etag).is_some() {
        return Ok(());
    }
    let drilled =
        Box::pin(follow(session, Drill::of(&session.settings, session.clock, s3, chosen))).await;
    let stopped = |_| Failure::new(FailureKind::Unexpected, "the scan could not be followed");
    let conclusion = drilled.map_err(stopped)?;
    let failed = conclusion.record.failed.map(|failed| failed.failure);
    failed.or(conclusion.unrecorded).map_or(Ok(()), Err)
}

async fn chosen(
    session: &Session,
    (s3, storage, set): (&S3, &Storage, &BackupSet),
    reading: &Reading,
    wanted: Wanted,
) -> Result<choose::Chosen, Failure> {
    let situation = Situation::of(&session.settings, storage, reading, session.clock.now());
    let request = Request {
        wanted,
        depth: Some(Depth::Quick),
        tool: ToolChoice::Auto,
        image: None,
        hold: std::time::Duration::ZERO,
        keep_download: false,
        trigger: Trigger::Headless,
    };
    choose::choose(s3, set, &session.settings.drill, &request, situation).await
}

/// An object of a backup set: a drill at depth quick, which leaves a record.
async fn of_set(session: &Session, storage: &Storage, set: &BackupSet, key: &BackupKey) -> Exit {
    let reading = match session.read_journal() {
        Ok(reading) => reading,
        Err(exit) => return exit,
    };
    let s3 = match S3::connect(storage).await {
        Ok(s3) => s3,
        Err(error) => return session.fail(&error.into()),
    };
    let wanted = Wanted::Named(key.0.clone());
    let chosen = match chosen(session, (&s3, storage, set), &reading, wanted).await {
        Ok(chosen) => chosen,
        Err(failure) => return session.fail(&failure),
    };
    for note in &chosen.notes {
        session.warn(note);
    }
    let drill = Drill::of(&session.settings, session.clock, s3, chosen);
    let conclusion = match Box::pin(follow(session, drill)).await {
        Ok(conclusion) => conclusion,
        Err(exit) => return exit,
    };
    for failure in conclusion.unrecorded.iter().chain(&conclusion.cleanup.failure) {
        session.fail(failure);
    }
    let record = &conclusion.record;
    match (&record.census, &record.failed) {
        (Some(census), _) => {
            print(session, census, &record.judgements);
        }
        (None, Some(failed)) => {
            session.fail(&failed.failure);
        }
        (None, None) => {}
    }
    Exit::of_drill(&conclusion, false)
}

/// Runs `work` with its steps painted.
async fn watched<T>(
    session: &Session,
    work: impl AsyncFnOnce(&Reporter) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (send, mut events) = mpsc::channel(256);
    let reporter = Reporter::new(session.clock, send, None);
    let is_quiet = session.json || !session.paper.live;
    let others = Step::ALL.into_iter().filter(|step| *step > Step::Scan).collect();
    let mut lines = StepLines::new(session.paper, others);
    let began = session.clock.elapsed();
    let ended = CancellationToken::new();
    let working = async {
        let worked = work(&reporter).await;
        drop(reporter);
        ended.cancel();
        worked
    };
    let painting = async {
        while let Some(event) = events.recv().await {
            if !is_quiet {
                lines.apply(&event);
                lines.paint(session.clock.elapsed().saturating_sub(began));
            }
        }
    };
    tokio::join!(working, painting).0
}

/// The storage that holds `bucket`: named, or of the set that the key belongs to, or the only one.
fn storage<'a>(
    session: &'a Session,
    arguments: &ScanArguments,
    bucket: &str,
    key: &BackupKey,
) -> Result<&'a Storage, String> {
    let settings = &session.settings;
    if let Some(name) = &arguments.storage {
        let found = settings.storages.iter().find(|storage| storage.name.0 == *name);
        return found.ok_or_else(|| format!("no storage is called `{name}`"));
    }
    if let Some(name) = &arguments.environment
        && !settings.environments.iter().any(|environment| environment.name.0 == *name)
    {
        return Err(format!("no environment is called `{name}`"));
    }
    let in_environment = |set: &&BackupSet| {
        arguments.environment.as_ref().is_none_or(|name| set.environment.0 == *name)
    };
    let named = arguments.environment.is_some();
    let set = set_of(session, bucket, key)
        .filter(in_environment)
        .or_else(|| settings.sets().filter(in_environment).find(|_| named));
    if let Some(storage) = set.and_then(|set| settings.storage(&set.storage)) {
        return Ok(storage);
    }
    match settings.storages.as_slice() {
        [only] => Ok(only),
        [] => Err("no storage is configured; `lifeboat config init` writes a file".to_owned()),
        _ => Err("several storages are configured; name one with --storage".to_owned()),
    }
}

fn set_of<'a>(session: &'a Session, bucket: &str, key: &BackupKey) -> Option<&'a BackupSet> {
    session
        .settings
        .sets()
        .filter(|set| set.bucket == bucket && key.0.starts_with(&set.prefix))
        .max_by_key(|set| set.prefix.len())
}

fn print(session: &Session, census: &DumpCensus, judgements: &[Judgement]) -> Verdict {
    let verdict = Verdict::of(Depth::Quick, judgements);
    if session.json {
        let all = serde_json::json!({
            "verdict": verdict,
            "depth": Depth::Quick,
            "census": census,
            "judgements": judgements,
        });
        say(&all.to_string());
    } else {
        for line in result(census, judgements, verdict, session.paper) {
            say(&line);
        }
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::fault::Fault;
    use crate::runtime::headless::fixture::world;

    const KEY: &str = "dev/2026-11-20T00_00.tar.gz";

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_scan_that_is_interrupted_leaves_nothing_in_the_cache() {
        let (world, session) = world().await;
        world.inject(Fault::Slow);
        let cache = session.settings.folders.cache.clone();
        let cancel = CancellationToken::new();
        let key = BackupKey(KEY.to_owned());
        let storage = &session.settings.storages[0];
        let place = ("ingest-db-backup", &key);
        let interrupting = async {
            while !cache.exists() {
                tokio::task::yield_now().await;
            }
            cancel.cancel();
        };
        let (scanned, ()) = tokio::join!(object(&session, storage, place, &cancel), interrupting);
        assert!(scanned.unwrap().is_none());
        assert_eq!(std::fs::read_dir(&cache).unwrap().count(), 0);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_scan_whose_record_cannot_be_written_ends_with_2() {
        let (_world, mut session) = world().await;
        // It reads like a folder that is not there yet, and none can be made in its place.
        let journal = session.settings.folders.state.with_file_name("dangling");
        std::os::unix::fs::symlink("nowhere/at/all", &journal).unwrap();
        session.settings.folders.journal = journal;
        let set = session.settings.sets().find(|set| set.environment.0 == "dev").unwrap();
        let storage = &session.settings.storages[0];
        let key = BackupKey(KEY.to_owned());
        let exit = Box::pin(of_set(&session, storage, set, &key)).await;
        assert_eq!(exit, Exit::Unverified);
    }

    #[tokio::test]
    async fn an_environment_that_is_not_configured_is_a_usage_error() {
        let (_world, session) = world().await;
        let source = ScanSource::Object {
            bucket: "ingest-db-backup".to_owned(),
            key: BackupKey(KEY.to_owned()),
        };
        let arguments =
            ScanArguments { source, storage: None, environment: Some("typo".to_owned()) };
        assert_eq!(scan(&session, &arguments).await, Exit::Usage);
    }
}
