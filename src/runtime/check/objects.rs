//! The storage's side of a set: its objects, folded into slots while they are listed, and the facts.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, timeout};

use crate::adapters::s3::{Pages, S3};
use crate::domain::backup::Backup;
use crate::domain::bucket::{Facts, Versioning};
use crate::domain::checkup::clocks::ClockReading;
use crate::domain::environment::{BackupSet, SetKind};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::known::Known;
use crate::domain::slot::catalogue::Catalogue;
use crate::domain::slot::timetable::Timetable;
use crate::runtime::check::Check;
use crate::runtime::choose::storage;

/// A whole listing may take so long, however quickly its pages come.
const WHOLE: Duration = Duration::from_mins(10);

/// What the storage tells.
pub(super) struct Seen {
    pub(super) listing: Result<Catalogue, Failure>,
    pub(super) facts: Facts,
    pub(super) clock: Option<ClockReading>,
}

pub(super) async fn look(check: &Check<'_>, set: &BackupSet, now: Timestamp) -> Seen {
    let s3 = match connect(check, set).await {
        Ok(s3) => s3,
        Err(failure) => return Seen { listing: Err(failure), facts: Facts::UNASKED, clock: None },
    };
    let listing = list(&s3, set, now, check.patience).await;
    let clock = s3.their_time().map(|theirs| ClockReading {
        whose: format!("the storage `{}`", set.storage),
        theirs,
        ours: check.clock.now(),
    });
    let facts = match &listing {
        Ok(catalogue) => Box::pin(facts(&s3, set, catalogue, check.patience)).await,
        Err(_) => Facts::UNASKED,
    };
    Seen { listing, facts, clock }
}

async fn connect(check: &Check<'_>, set: &BackupSet) -> Result<S3, Failure> {
    let storage = storage(check.settings, set)?;
    Ok(in_time(check.patience, set, Box::pin(S3::connect(storage))).await??)
}

async fn in_time<T>(
    patience: Duration,
    set: &BackupSet,
    answer: impl Future<Output = T>,
) -> Result<T, Failure> {
    timeout(patience, answer).await.map_err(|_| late(set, patience))
}

fn late(set: &BackupSet, patience: Duration) -> Failure {
    let seconds = patience.as_secs_f64();
    let what = format!(
        "listing backups in s3://{}/{}: no answer within {seconds} s",
        set.bucket, set.prefix
    );
    let advice = format!("is the storage `{}` up, and can it be reached from here?", set.storage);
    Failure::new(FailureKind::TimedOut, what).advise(advice)
}

async fn list(
    s3: &S3,
    set: &BackupSet,
    now: Timestamp,
    patience: Duration,
) -> Result<Catalogue, Failure> {
    let timetable = Timetable::of(set, now);
    let since = since(set, &timetable);
    let mut catalogue = Catalogue::new(timetable, now);
    let marker = set.watch.marker.as_deref();
    let mut pages = PatientPages::open(s3, set, since, patience).await?;
    while let Some(page) = pages.next().await? {
        for backup in page {
            catalogue.take(backup, marker);
        }
        // Thousands of objects: others want to go on too.
        tokio::task::yield_now().await;
    }
    if since.is_some() {
        for old in in_time(patience, set, s3.first(set)).await?? {
            catalogue.take_old(old);
        }
    }
    Ok(catalogue)
}

/// From when on the objects of a set are listed; `None` for all of them.
pub(in crate::runtime) fn since(set: &BackupSet, timetable: &Timetable) -> Option<Timestamp> {
    match set.kind {
        // Its names tell no time.
        SetKind::Sync => None,
        SetKind::Scheduled | SetKind::Manual => timetable.beats().first().map(|beat| beat.at),
    }
}

/// A listing that is waited for no longer than one has patience.
pub(in crate::runtime) struct PatientPages<'a> {
    pages: Pages<'a>,
    set: &'a BackupSet,
    patience: Duration,
    began: Instant,
}

impl<'a> PatientPages<'a> {
    pub(in crate::runtime) async fn open(
        s3: &'a S3,
        set: &'a BackupSet,
        since: Option<Timestamp>,
        patience: Duration,
    ) -> Result<Self, Failure> {
        let pages = in_time(patience, set, s3.pages(set, since)).await??;
        Ok(Self { pages, set, patience, began: Instant::now() })
    }

    /// The next thousand; `None` behind the last.
    pub(in crate::runtime) async fn next(&mut self) -> Result<Option<Vec<Backup>>, Failure> {
        if self.began.elapsed() > WHOLE {
            return Err(late(self.set, WHOLE));
        }
        let page = in_time(self.patience, self.set, self.pages.next()).await?;
        Ok(page.transpose()?)
    }
}

async fn facts(s3: &S3, set: &BackupSet, catalogue: &Catalogue, patience: Duration) -> Facts {
    let newest = catalogue.newest.as_ref().or(catalogue.last_stored.as_ref());
    let oldest = catalogue.oldest.as_ref();
    let since = catalogue.timetable().beats().first().map_or(Timestamp::MIN, |beat| beat.at);
    let versions = async {
        let versioning = asked(patience, s3.versioning(&set.bucket)).await;
        let deleted = match (versioning.told(), set.kind) {
            // People delete from what is synchronised all the time.
            (
                Some(Versioning::Enabled | Versioning::Suspended),
                SetKind::Scheduled | SetKind::Manual,
            ) => asked(patience, s3.deleted(set, since)).await,
            _ => Known::Unasked,
        };
        (versioning, deleted)
    };
    let sample = async |backup: Option<&Backup>, with_tags| match backup {
        Some(backup) => asked(patience, s3.sample(backup, with_tags)).await,
        None => Known::Unasked,
    };
    let readable = async {
        match newest {
            Some(backup) => asked(patience, s3.first_byte(backup)).await,
            None => Known::Unasked,
        }
    };
    let (lifecycle, versions, lock, uploads, newest_sample, oldest_sample, readable) = tokio::join!(
        asked(patience, s3.lifecycle(&set.bucket)),
        versions,
        asked(patience, s3.object_lock(&set.bucket)),
        asked(patience, s3.uploads(set)),
        sample(newest, true),
        sample(oldest, false),
        readable,
    );
    Facts {
        lifecycle,
        versioning: versions.0,
        lock,
        uploads,
        deleted: versions.1,
        newest: newest_sample,
        oldest: oldest_sample,
        readable,
    }
}

async fn asked<T>(patience: Duration, answer: impl Future<Output = Known<T>>) -> Known<T> {
    timeout(patience, answer)
        .await
        .unwrap_or_else(|_| Known::Failed(Failure::new(FailureKind::TimedOut, "no answer in time")))
}
