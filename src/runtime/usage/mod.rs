//! What buckets hold and what else is measured: asked side by side, told as it comes, and kept on
//! the disk. What is kept is told at once; while it is young a second look asks nobody.

pub mod cache;
mod listing;
pub mod recorded;

use std::time::Duration;

use tokio::time::timeout;

use crate::adapters::cloudwatch::CloudWatch;
use crate::adapters::error::AdapterError;
use crate::adapters::s3::S3;
use crate::app::fetched::Answer;
use crate::domain::environment::StorageName;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::metrics::alarm::Alarm;
use crate::domain::metrics::listing::Listed;
use crate::domain::metrics::panel::{Panel, PanelFigures};
use crate::domain::metrics::range::{Range, days_before};
use crate::domain::metrics::recording::Recordings;
use crate::domain::metrics::{Bucket, BucketId, Measured, buckets};
use crate::domain::series::Window;
use crate::domain::settings::{Settings, Storage};
use crate::runtime::clock::Clock;

use cache::{Cache, Kept, Terms};

/// Buckets are measured once a day.
const FIGURES_LAST: Duration = Duration::from_hours(6);
/// An alarm is of use while it is young; so are panels, and what was told in part only is soon whole.
const STATES_LAST: Duration = Duration::from_mins(5);
/// One answer of CloudWatch may take so long, all its pages and retries together.
const PATIENCE: Duration = Duration::from_mins(1);

/// Everything that is needed to look.
#[derive(Debug, Clone)]
pub struct Usage {
    settings: Settings,
    clock: Clock,
}

/// Whether what was kept will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// What is kept, while it is young enough: nobody is asked.
    Kept,
    /// Everything is asked again.
    Anew,
}

/// A part of what there is to see, as soon as it is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// What CloudWatch tells of a bucket, always of fifteen months.
    Measured { bucket: BucketId, figures: Answer<Measured> },
    /// What a listing of the bucket tells.
    Listed { bucket: BucketId, figures: Answer<Listed> },
    /// What earlier listings told.
    Recorded { bucket: BucketId, recordings: Result<Recordings, Failure> },
    /// The alarms of one storage's account and region.
    Alarms { storage: StorageName, alarms: Answer<Vec<Alarm>> },
    /// A panel, by its name.
    Panel { name: String, range: Range, figures: Answer<PanelFigures> },
}

impl Usage {
    pub const fn new(settings: Settings, clock: Clock) -> Self {
        Self { settings, clock }
    }

    /// The buckets that can be looked at.
    pub fn buckets(&self) -> Vec<Bucket> {
        buckets(&self.settings)
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Looks at one bucket: measured and listed side by side, then what was recorded.
    pub async fn look(&self, bucket: &Bucket, freshness: Freshness, tell: &(dyn Fn(Part) + Sync)) {
        let id = &bucket.id;
        let measured = async {
            if bucket.is_measured {
                let tell = |figures| tell(Part::Measured { bucket: id.clone(), figures });
                let before = |kept| tell(from_before(kept));
                let figures = Box::pin(self.measured(bucket, freshness, before)).await;
                tell(answer(figures));
            }
        };
        let recorded = || {
            let recordings = recorded::read(&self.settings.folders.state, id);
            tell(Part::Recorded { bucket: id.clone(), recordings });
        };
        let listed = async {
            let tell = |figures| tell(Part::Listed { bucket: id.clone(), figures });
            let before = |kept| {
                tell(from_before(kept));
                recorded();
            };
            let figures = Box::pin(self.listed(bucket, freshness, before)).await;
            tell(answer(figures));
            recorded();
        };
        tokio::join!(measured, listed);
    }

    /// The alarms of every storage that has CloudWatch and of which something is shown.
    pub async fn alarms(&self, freshness: Freshness, tell: &(dyn Fn(Part) + Sync)) {
        let looks = self.measured_storages().map(|storage| async move {
            let tell = |alarms| tell(Part::Alarms { storage: storage.name.clone(), alarms });
            let before = |kept| tell(from_before(kept));
            let alarms = Box::pin(self.alarms_of(storage, freshness, before)).await;
            tell(answer(alarms));
        });
        futures_util::future::join_all(looks).await;
    }

    /// All panels over `range`.
    pub async fn panels(&self, range: Range, freshness: Freshness, tell: &(dyn Fn(Part) + Sync)) {
        let looks = self.settings.panels.iter().map(|panel| async move {
            let tell = |figures| tell(Part::Panel { name: panel.name.clone(), range, figures });
            let before = |kept| tell(from_before(kept));
            let figures = Box::pin(self.panel((panel, range), freshness, before)).await;
            tell(answer(figures));
        });
        futures_util::future::join_all(looks).await;
    }

    /// Lists the wanted buckets that nobody measures, so that they have a history too, unless they
    /// were listed today already; tells what could not be listed.
    pub async fn record(&self, is_wanted: &dyn Fn(&BucketId) -> bool) -> Vec<Failure> {
        let today = self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let mut failures = Vec::new();
        for bucket in self.buckets().iter().filter(|it| !it.is_measured && is_wanted(&it.id)) {
            let recorded = recorded::read(&self.settings.folders.state, &bucket.id);
            if recorded.is_ok_and(|recordings| recordings.has(today)) {
                continue;
            }
            if let Err(failure) = Box::pin(self.listed(bucket, Freshness::Anew, |_| ())).await {
                failures.push(failure);
            }
        }
        failures
    }

    async fn measured(
        &self,
        bucket: &Bucket,
        freshness: Freshness,
        before: impl FnOnce(Kept<Measured>),
    ) -> Result<Kept<Measured>, Failure> {
        let lasts = |it: &Measured| if it.unseen.is_empty() { FIGURES_LAST } else { STATES_LAST };
        let name = format!("measured {} {}", bucket.id, self.access(&bucket.id.storage));
        let asking = async {
            let storage = self.storage(&bucket.id.storage)?;
            let region = self.region_of(storage, &bucket.id.name).await?;
            let cloudwatch = CloudWatch::connect(storage, region).await?;
            Ok(cloudwatch.measure(&bucket.id.name, self.window(Range::FifteenMonths)).await?)
        };
        self.cache().keep(&name, self.terms(lasts, freshness), in_time(asking), before).await
    }

    /// Where a bucket says it is; the storage's own region where it does not say.
    async fn region_of(
        &self,
        storage: &Storage,
        bucket: &str,
    ) -> Result<Option<String>, AdapterError> {
        Ok(S3::connect(storage).await?.bucket_region(bucket).await)
    }

    async fn listed(
        &self,
        bucket: &Bucket,
        freshness: Freshness,
        before: impl FnOnce(Kept<Listed>),
    ) -> Result<Kept<Listed>, Failure> {
        let lasts = |it: &Listed| if it.is_answered() { FIGURES_LAST } else { STATES_LAST };
        let name = format!("listed {bucket:?} {}", self.access(&bucket.id.storage));
        // A listing has its own patience: a large bucket takes its time.
        let listing = async {
            let storage = self.storage(&bucket.id.storage)?;
            let listed = Box::pin(listing::list(storage, bucket, self.clock.now())).await?;
            recorded::add(&self.settings.folders.state, &bucket.id, &listed);
            Ok(listed)
        };
        self.cache().keep(&name, self.terms(lasts, freshness), listing, before).await
    }

    async fn alarms_of(
        &self,
        storage: &Storage,
        freshness: Freshness,
        before: impl FnOnce(Kept<Vec<Alarm>>),
    ) -> Result<Kept<Vec<Alarm>>, Failure> {
        let ours: Vec<BucketId> = self
            .buckets()
            .into_iter()
            .map(|bucket| bucket.id)
            .filter(|id| id.storage == storage.name)
            .collect();
        let name = format!("alarms {ours:?} {}", self.access(&storage.name));
        let asking = async {
            // Where no region is written down, the first bucket knows one.
            let region = match ours.first() {
                Some(bucket) if storage.region.is_none() => {
                    self.region_of(storage, &bucket.name).await?
                }
                _ => None,
            };
            let cloudwatch = CloudWatch::connect(storage, region).await?;
            Ok(cloudwatch.alarms(&ours).await?)
        };
        let terms = self.terms(|_| STATES_LAST, freshness);
        self.cache().keep(&name, terms, in_time(asking), before).await
    }

    async fn panel(
        &self,
        (panel, range): (&Panel, Range),
        freshness: Freshness,
        before: impl FnOnce(Kept<PanelFigures>),
    ) -> Result<Kept<PanelFigures>, Failure> {
        // All of what it asks for: a panel that is written otherwise is another one.
        let name = format!("panel {range:?} {panel:?} {}", self.access(&panel.storage));
        let asking = async {
            let storage = self.storage(&panel.storage)?;
            let cloudwatch = CloudWatch::connect(storage, None).await?;
            Ok(cloudwatch.panel(panel, range, self.window(range)).await?)
        };
        let terms = self.terms(|_| STATES_LAST, freshness);
        self.cache().keep(&name, terms, in_time(asking), before).await
    }

    fn terms<T>(&self, lasts: fn(&T) -> Duration, freshness: Freshness) -> Terms<T> {
        Terms { lasts, freshness, now: self.clock.now() }
    }

    fn cache(&self) -> Cache {
        Cache::at(self.settings.folders.cache.join("usage"))
    }

    fn window(&self, range: Range) -> Window {
        days_before(self.clock.now(), range.length())
    }

    /// How a storage is reached: what was kept of another server is no answer of this one.
    fn access(&self, name: &StorageName) -> String {
        let storage = self.settings.storage(name);
        let access = storage.map(|it| (&it.region, &it.profile, &it.role_arn, &it.endpoint));
        format!("{access:?} {:?}", storage.map(|it| &it.cloudwatch))
    }

    fn storage(&self, name: &StorageName) -> Result<&Storage, Failure> {
        self.settings.storage(name).ok_or_else(|| {
            let what = format!("the storage `{name}` is not configured");
            Failure::new(FailureKind::Missing, what)
        })
    }

    /// Each storage with CloudWatch, of which there is a bucket or a panel.
    fn measured_storages(&self) -> impl Iterator<Item = &Storage> {
        let ids: Vec<StorageName> =
            self.buckets().into_iter().map(|bucket| bucket.id.storage).collect();
        self.settings.storages.iter().filter(move |storage| {
            let has_panel = self.settings.panels.iter().any(|it| it.storage == storage.name);
            storage.is_measured() && (ids.contains(&storage.name) || has_panel)
        })
    }
}

/// What CloudWatch answers within our patience.
async fn in_time<T>(answer: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    timeout(PATIENCE, answer).await.unwrap_or_else(|_| {
        let what = format!("asking CloudWatch: no answer within {} s", PATIENCE.as_secs());
        Err(Failure::new(FailureKind::TimedOut, what))
    })
}

fn from_before<T>(Kept { value, at }: Kept<T>) -> Answer<T> {
    Answer::Before { value, at }
}

fn answer<T>(found: Result<Kept<T>, Failure>) -> Answer<T> {
    match found {
        Ok(Kept { value, at }) => Answer::Newest { value, at },
        Err(failure) => Answer::Failed(failure),
    }
}

/// What a request has come to; `None` of what was known before.
pub fn concluded<T>(answer: Answer<T>) -> Option<Result<Kept<T>, Failure>> {
    match answer {
        Answer::Before { .. } => None,
        Answer::Newest { value, at } => Some(Ok(Kept { value, at })),
        Answer::Failed(failure) => Some(Err(failure)),
    }
}
