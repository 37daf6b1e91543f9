//! A visit to the world: what a look tells, and the truth beside it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use lifeboat::app::fetched::Answer;
use lifeboat::demo::cloudwatch::Ledger;
use lifeboat::demo::{Genesis, World};
use lifeboat::domain::failure::Failure;
use lifeboat::domain::metrics::listing::Listed;
use lifeboat::domain::metrics::panel::PanelFigures;
use lifeboat::domain::metrics::range::Range;
use lifeboat::domain::metrics::recording::Recordings;
use lifeboat::domain::metrics::{Bucket, Measured};
use lifeboat::domain::series::Series;
use lifeboat::domain::settings::Settings;
use lifeboat::runtime::clock::Clock;
use lifeboat::runtime::usage::cache::Kept;
use lifeboat::runtime::usage::{Freshness, Part, Usage, concluded};

pub(super) const DAY: &str = "2026-11-20T09:30:00Z";

pub(super) struct Visit {
    pub(super) world: World,
    pub(super) settings: Settings,
    pub(super) clock: Clock,
}

/// Everything that was told of one bucket.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) measured: Option<Result<Kept<Measured>, Failure>>,
    pub(super) listed: Option<Result<Kept<Listed>, Failure>>,
    pub(super) recordings: Option<Recordings>,
}

impl Told {
    pub(super) fn measured(&self) -> &Measured {
        &self.measured.as_ref().unwrap().as_ref().unwrap().value
    }

    pub(super) fn listed(&self) -> &Listed {
        &self.listed.as_ref().unwrap().as_ref().unwrap().value
    }

    pub(super) fn failure(&self) -> &Failure {
        self.measured.as_ref().unwrap().as_ref().unwrap_err()
    }
}

impl Visit {
    pub(super) async fn start() -> Self {
        Self::at(DAY).await
    }

    pub(super) async fn at(moment: &str) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let clock = Clock::starting_at(moment.parse::<Timestamp>().unwrap());
        let now: lifeboat::demo::mongo::Clock = Arc::new(move || clock.now());
        let world = World::start(Genesis { seed: 1, clock: now }).await.unwrap();
        let settings = world.settings();
        Self { world, settings, clock }
    }

    pub(super) fn usage(&self) -> Usage {
        Usage::new(self.settings.clone(), self.clock)
    }

    pub(super) fn bucket(&self, name: &str) -> Bucket {
        self.usage().buckets().into_iter().find(|bucket| bucket.id.name == name).unwrap()
    }

    pub(super) async fn parts(
        &self,
        look: impl AsyncFnOnce(&Usage, &(dyn Fn(Part) + Sync)),
    ) -> Vec<Part> {
        let heard = Mutex::new(Vec::new());
        look(&self.usage(), &|part| heard.lock().unwrap().push(part)).await;
        heard.into_inner().unwrap()
    }

    pub(super) async fn look_at(&self, name: &str, freshness: Freshness) -> Told {
        let bucket = self.bucket(name);
        let parts = self.parts(async |usage, tell| usage.look(&bucket, freshness, tell).await);
        let mut told = Told::default();
        for part in parts.await {
            match part {
                Part::Measured { figures, .. } => told.measured = concluded(figures),
                Part::Listed { figures, .. } => told.listed = concluded(figures),
                Part::Recorded { recordings, .. } => told.recordings = Some(recordings.unwrap()),
                Part::Alarms { .. } | Part::Panel { .. } => unreachable!("nobody asked for that"),
            }
        }
        told
    }

    pub(super) async fn look(&self) -> Told {
        self.look_at("ingest-db-backup", Freshness::Kept).await
    }

    pub(super) async fn panels(
        &self,
        range: Range,
    ) -> BTreeMap<String, Result<PanelFigures, Failure>> {
        let parts =
            self.parts(async |usage, tell| usage.panels(range, Freshness::Kept, tell).await);
        let panel = |part| match part {
            Part::Panel { name, figures, .. } => {
                Some((name, concluded(figures)?.map(|kept| kept.value)))
            }
            other => unreachable!("{other:?}"),
        };
        parts.await.into_iter().filter_map(panel).collect()
    }

    /// How old the figures are that a look tells, in hours, those that were measured first; `None` is
    /// a failure.
    pub(super) async fn ages(&self, name: &str) -> Vec<Option<i64>> {
        let bucket = self.bucket(name);
        let look = async |usage: &Usage, tell: &(dyn Fn(Part) + Sync)| {
            usage.look(&bucket, Freshness::Kept, tell).await;
        };
        let age = |at: Timestamp| Some(self.clock.now().duration_since(at).as_hours());
        let (mut measured, mut listed) = (Vec::new(), Vec::new());
        for part in self.parts(look).await {
            match part {
                Part::Measured { figures, .. } => measured.push(at(&figures).and_then(age)),
                Part::Listed { figures, .. } => listed.push(at(&figures).and_then(age)),
                Part::Recorded { .. } | Part::Alarms { .. } | Part::Panel { .. } => {}
            }
        }
        [measured, listed].concat()
    }

    /// How often CloudWatch was asked, and both storages.
    pub(super) fn asked(&self) -> (usize, usize) {
        (self.world.cloudwatch().requests(), self.world.storage_requests())
    }

    pub(super) fn truth(&self) -> &Ledger {
        self.world.cloudwatch().ledger()
    }

    pub(super) fn midnight(&self, days_ago: u16) -> Timestamp {
        self.world.population().midnight(days_ago)
    }
}

/// Of when the value is that is told.
const fn at<T>(answer: &Answer<T>) -> Option<Timestamp> {
    match answer {
        Answer::Before { at, .. } | Answer::Newest { at, .. } => Some(*at),
        Answer::Failed(_) => None,
    }
}

/// The points as whole numbers.
pub(super) fn exact(series: &Series) -> Vec<(Timestamp, u64)> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "they are whole")]
    let whole = |value: f64| {
        assert!(value.fract() == 0.0);
        value as u64
    };
    series.points().iter().map(|point| (point.at, whole(point.value))).collect()
}
