//! From a request ("something of prod") to a plan: which set, which object, with which odds.

use jiff::{SignedDuration, Timestamp};
use ulid::Ulid;

use crate::adapters::s3::S3;
use crate::domain::backup::{Backup, BackupKey, BeganFrom, Window};
use crate::domain::engine::{ServerVersion, VersionSource};
use crate::domain::environment::BackupSet;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::{Depth, DrillSettings, ImageChoice, Settings, Storage};
use crate::domain::units::{Span, plural};
use crate::drill::dice::{Candidate, Pool};
use crate::drill::plan::{DrillId, DrillPlan, Selection, ToolChoice, Trigger};
use crate::journal::Reading;

use super::process;

/// Which object is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Random {
        seed: u64,
    },
    Latest,
    /// A key, or the last part of one.
    Named(String),
}

/// What may differ from the configuration for one drill.
#[derive(Debug, Clone)]
pub struct Request {
    pub wanted: Wanted,
    pub depth: Option<Depth>,
    pub tool: ToolChoice,
    pub image: Option<ImageChoice>,
    pub hold: std::time::Duration,
    pub keep_download: bool,
    pub trigger: Trigger,
}

/// A plan, and what was noticed while it was made.
#[derive(Debug)]
pub struct Chosen {
    pub plan: DrillPlan,
    /// The version that the object is believed to be from.
    pub expected: Option<ServerVersion>,
    pub notes: Vec<String>,
}

/// Why the request cannot be met as it is: a matter of the command line, not of the world.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unclear(pub String);

/// The set that `environment` and `set` name. Without an environment it is the one production
/// environment; where several sets remain, they are listed.
pub fn backup_set<'a>(
    settings: &'a Settings,
    environment: Option<&str>,
    set: Option<&str>,
) -> Result<&'a BackupSet, Unclear> {
    let drillable: Vec<_> = settings.sets().filter(|set| set.engine.is_some()).collect();
    let list =
        |sets: &[&BackupSet]| sets.iter().map(|set| set.path()).collect::<Vec<_>>().join(", ");
    if drillable.is_empty() {
        let text = "no backup set is configured that can be drilled; `lifeboat config init` begins \
                    the file that names them, `lifeboat config path` tells where it is";
        return Err(Unclear(text.to_owned()));
    }
    let matching: Vec<_> = drillable
        .iter()
        .copied()
        .filter(|candidate| match environment {
            Some(name) => candidate.environment.0 == name,
            None => candidate.production || set.is_some(),
        })
        .filter(|candidate| set.is_none_or(|name| candidate.name.0 == name))
        .collect();
    match matching.as_slice() {
        [one] => Ok(one),
        [] if environment.is_none() && set.is_none() => Err(Unclear(format!(
            "no environment is production; name one with --env: {}",
            list(&drillable)
        ))),
        [] => Err(Unclear(format!("there is no such set; there are: {}", list(&drillable)))),
        several => Err(Unclear(format!(
            "several sets fit; choose one with --env and --set: {}",
            list(several)
        ))),
    }
}

/// The storage of a set. The configuration was checked: it is there.
pub fn storage<'a>(settings: &'a Settings, set: &BackupSet) -> Result<&'a Storage, Failure> {
    settings.storage(&set.storage).ok_or_else(|| {
        let what =
            format!("{} names the storage `{}`, which is not configured", set.path(), set.storage);
        Failure::new(FailureKind::Missing, what)
    })
}

/// Lists, picks, and plans.
pub async fn choose(
    s3: &S3,
    set: &BackupSet,
    settings: &DrillSettings,
    request: &Request,
    situation: Situation<'_>,
) -> Result<Chosen, Failure> {
    let Situation { reading, now, .. } = situation;
    let mut notes = Vec::new();
    let (object, selection) = match &request.wanted {
        Wanted::Named(name) => {
            let object = named(s3, set, name).await?;
            if object.began.from == BeganFrom::LastModified {
                notes.push("T0 unknown: the upload's time stands in".to_owned());
            }
            (object, Selection::Named)
        }
        Wanted::Latest => {
            let listed = list(s3, set, settings, now).await?;
            notes.extend(listed.notes);
            let newest = listed.backups.into_iter().max_by_key(|backup| backup.began.at);
            (newest.ok_or_else(|| empty(set, settings))?, Selection::Latest)
        }
        Wanted::Random { seed } => {
            let pool = pool(s3, set, settings, situation).await?;
            let rolled = pool.roll(*seed, now);
            let (candidate, pick) = rolled.ok_or_else(|| empty(set, settings))?;
            notes.extend(pool.notes);
            if let Some(earlier) = reading.draw_over_another_pool(*seed, &pick.pool_sha256) {
                notes.push(format!(
                    "seed {seed} was drawn before ({}), over another pool: the pick may differ",
                    earlier.id.short()
                ));
            }
            if pick.exhausted {
                notes.push(
                    "every backup of the window was tested: all are in the pool again".to_owned(),
                );
            }
            if situation.is_local && !pick.excluded.is_empty() {
                notes.push(format!(
                    "{} tested before and left out; known on this machine only",
                    pick.excluded.len()
                ));
            }
            (candidate.backup, Selection::Random(pick))
        }
    };
    let picked = Picked { object, selection };
    Ok(Chosen { notes, ..plan(set, settings, request, picked, situation)? })
}

/// An object, and how it was chosen.
#[derive(Debug)]
pub struct Picked {
    pub object: Backup,
    pub selection: Selection,
}

/// Plans the drill of an object that has been picked.
pub fn plan(
    set: &BackupSet,
    settings: &DrillSettings,
    request: &Request,
    Picked { object, selection }: Picked,
    situation: Situation<'_>,
) -> Result<Chosen, Failure> {
    let Situation { reading, now, id, .. } = situation;
    let expected = expected(reading, set, &object);
    let engine = set.engine.ok_or_else(|| {
        let what = format!("{} is watched, not drilled: it names no `engine`", set.path());
        Failure::new(FailureKind::Missing, what)
    })?;
    let plan = DrillPlan {
        id,
        started: now,
        trigger: request.trigger,
        actor: process::owner(),
        engine,
        object,
        access: situation.storage.access(),
        selection,
        depth: request.depth.unwrap_or(settings.depth),
        tool: request.tool,
        image: request.image.clone().unwrap_or_else(|| settings.image.clone()),
        mirror: settings.mirror.clone(),
        memory: settings.memory,
        limit: settings.limit,
        hold: request.hold,
        clock_margin: settings.clock_margin,
        keep_download: request.keep_download,
        earlier_prelude: reading.had_prelude(&set.environment, &set.name),
        set: set.clone(),
    };
    Ok(Chosen { plan, expected, notes: Vec::new() })
}

/// The backups of the window that can be drilled, and the drills of before.
pub async fn pool(
    s3: &S3,
    set: &BackupSet,
    settings: &DrillSettings,
    situation: Situation<'_>,
) -> Result<Pool, Failure> {
    let Situation { reading, now, .. } = situation;
    let environment = &set.environment;
    let listed = list(s3, set, settings, now).await?;
    let (Listed { backups, notes }, archived) = readable(listed, set, settings)?;
    let candidates: Vec<_> = backups
        .into_iter()
        .map(|backup| Candidate { environment: environment.clone(), backup })
        .collect();
    let mut history = reading.history();
    // The spreadsheet of before names objects without their bucket.
    let imported = reading.imported_names();
    for Candidate { backup, .. } in &candidates {
        if imported.contains(&(environment.clone(), backup.name().to_owned())) {
            history.tested.insert((backup.bucket.clone(), backup.key.clone()));
        }
    }
    Ok(Pool { candidates, history, archived, notes })
}

/// What a choice depends on besides the request.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    pub reading: &'a Reading,
    pub now: Timestamp,
    pub id: DrillId,
    pub storage: &'a Storage,
    /// Whether the journal is this machine's alone.
    pub is_local: bool,
}

impl<'a> Situation<'a> {
    /// That of a drill which begins now.
    pub fn of(
        settings: &Settings,
        storage: &'a Storage,
        reading: &'a Reading,
        now: Timestamp,
    ) -> Self {
        let is_local = settings.folders.journal_is_local;
        Self { reading, now, id: new_id(now), storage, is_local }
    }
}

/// A new drill's id.
pub fn new_id(now: Timestamp) -> DrillId {
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
    DrillId(Ulid::from_parts(milliseconds, Ulid::generate().random()))
}

/// A seed that nobody chose, short enough to be typed again.
pub fn new_seed() -> u64 {
    let random = Ulid::generate().random();
    u64::try_from(random % 1_000_000).unwrap_or_default()
}

/// What a set's listing holds of the window.
#[derive(Debug)]
struct Listed {
    /// Those whose names say when they began.
    backups: Vec<Backup>,
    notes: Vec<String>,
}

async fn list(
    s3: &S3,
    set: &BackupSet,
    settings: &DrillSettings,
    now: Timestamp,
) -> Result<Listed, Failure> {
    let window = SignedDuration::try_from(settings.window).unwrap_or(SignedDuration::MAX);
    let since = now.saturating_sub(window).unwrap_or(Timestamp::MIN);
    with_names(s3.list(set, Window { since, until: now }).await?, set, settings)
}

/// Leaves out what lies beside the backups: checksum files, copies called latest.
fn with_names(
    listed: Vec<Backup>,
    set: &BackupSet,
    settings: &DrillSettings,
) -> Result<Listed, Failure> {
    let is_named = |backup: &Backup| backup.began.from == BeganFrom::Name;
    let (backups, others): (Vec<_>, Vec<_>) = listed.into_iter().partition(is_named);
    let left_out = (!others.is_empty()).then(|| {
        let count = plural(others.len() as u64, "object");
        format!("{count} left out: not named as `name_format` has it")
    });
    if !backups.is_empty() {
        return Ok(Listed { backups, notes: left_out.into_iter().collect() });
    }
    let failure = empty(set, settings);
    Err(match left_out {
        Some(note) => failure.advise(note),
        None => failure,
    })
}

fn empty(set: &BackupSet, settings: &DrillSettings) -> Failure {
    let what = format!("no backup of the last {} in {}", Span(settings.window), place(set));
    Failure::new(FailureKind::Missing, what)
        .advise("check `bucket` and `prefix`, or look further back with `[drill] window`")
}

/// Parts what can be read from what is archived.
fn readable(
    listed: Listed,
    set: &BackupSet,
    settings: &DrillSettings,
) -> Result<(Listed, Vec<Backup>), Failure> {
    let Listed { backups, mut notes } = listed;
    let (archived, backups): (Vec<_>, Vec<_>) = backups.into_iter().partition(Backup::is_archived);
    let count = plural(archived.len() as u64, "archived backup");
    if backups.is_empty() {
        let (window, place) = (Span(settings.window), place(set));
        let what = format!("{count} of the last {window} in {place}, and none that can be read");
        return Err(Failure::new(FailureKind::Missing, what)
            .advise("thaw one in the storage, then drill it with `--object`"));
    }
    if !archived.is_empty() {
        notes.push(format!("{count} left out: they must be thawed before they can be read"));
    }
    Ok((Listed { backups, notes }, archived))
}

fn place(set: &BackupSet) -> String {
    format!("s3://{}/{}", set.bucket, set.prefix)
}

async fn named(s3: &S3, set: &BackupSet, name: &str) -> Result<Backup, Failure> {
    let bucket = format!("s3://{}/", set.bucket);
    let name = name.strip_prefix(&bucket).unwrap_or(name);
    let key = if name.starts_with(&set.prefix) {
        BackupKey(name.to_owned())
    } else {
        BackupKey(format!("{}{name}", set.prefix))
    };
    Ok(s3.head(&set.bucket, &key, Some(&set.name_format)).await?.backup)
}

/// The version that the object is from, as far as earlier records tell: its own scan first.
pub fn expected(reading: &Reading, set: &BackupSet, object: &Backup) -> Option<ServerVersion> {
    let own = reading.census_of(&object.key, &object.etag);
    if let Some(version) = own.and_then(|record| record.server_version.clone()) {
        return Some(version);
    }
    let record = reading.newest_of(&set.environment, &set.name)?;
    let version = record.server_version.clone()?;
    Some(ServerVersion { from: VersionSource::Record, ..version })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::backup::{Began, NameFormat};
    use crate::domain::slot::fixture;
    use crate::domain::units::ByteSize;

    fn set() -> BackupSet {
        BackupSet {
            name_format: NameFormat::new("%Y-%m-%d.tar.gz", TimeZone::UTC).unwrap(),
            schedule: None,
            keep: None,
            ..fixture::set()
        }
    }

    fn object(name: &str, storage_class: Option<&str>) -> Backup {
        let uploaded: Timestamp = "2026-11-03T00:12:00Z".parse().unwrap();
        let began = set().name_format.began(name);
        let from = if began.is_some() { BeganFrom::Name } else { BeganFrom::LastModified };
        Backup {
            bucket: "backups".to_owned(),
            key: BackupKey(format!("prod/{name}")),
            size: ByteSize(3),
            etag: "e".to_owned(),
            last_modified: uploaded,
            version_id: None,
            storage_class: storage_class.map(str::to_owned),
            began: Began { at: began.unwrap_or(uploaded), from },
        }
    }

    /// The names that may be drawn, and what is noted; or why there are none.
    fn offered(objects: Vec<Backup>) -> Result<(Vec<String>, Vec<String>), String> {
        let (set, settings) = (set(), DrillSettings::default());
        let (listed, _) = with_names(objects, &set, &settings)
            .and_then(|listed| readable(listed, &set, &settings))
            .map_err(|failure| failure.to_string())?;
        Ok((listed.backups.iter().map(|it| it.name().to_owned()).collect(), listed.notes))
    }

    #[test]
    fn what_lies_beside_the_backups_is_neither_drawn_nor_the_newest() {
        let objects = ["2026-11-02.tar.gz", "2026-11-02.tar.gz.md5", "latest.tar.gz", "README"];
        let offered = offered(objects.map(|name| object(name, None)).into()).unwrap();
        assert_eq!(offered.0, ["2026-11-02.tar.gz"]);
        assert_eq!(offered.1, ["3 objects left out: not named as `name_format` has it"]);
    }

    #[test]
    fn where_no_name_fits_the_format_is_what_to_look_at() {
        let failure = offered(vec![object("latest.tar.gz", None)]).unwrap_err();
        assert!(failure.contains("1 object left out: not named as `name_format`"), "{failure}");
    }

    #[test]
    fn archived_backups_are_left_out_and_counted() {
        let objects =
            vec![object("2026-11-01.tar.gz", Some("GLACIER")), object("2026-11-02.tar.gz", None)];
        let offered = offered(objects).unwrap();
        assert_eq!(offered.0, ["2026-11-02.tar.gz"]);
        assert!(offered.1[0].starts_with("1 archived backup left out"), "{:?}", offered.1);
    }

    #[test]
    fn where_all_are_archived_that_is_the_reason() {
        let archived = object("2026-11-01.tar.gz", Some("DEEP_ARCHIVE"));
        let failure = offered(vec![archived]).unwrap_err();
        assert!(failure.starts_with("1 archived backup of the last 90 d"), "{failure}");
        assert!(failure.contains("thaw"), "{failure}");
    }
}
