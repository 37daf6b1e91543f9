//! Drills in the embedded world, from a request to the conclusion.

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat::adapters::s3::S3;
use lifeboat::demo::{Genesis, World};
use lifeboat::domain::settings::{Depth, Settings};
use lifeboat::domain::verdict::{Judgement, Severity};
use lifeboat::drill::event::DrillEvent;
use lifeboat::drill::plan::{ToolChoice, Trigger};
use lifeboat::drill::record::Record;
use lifeboat::journal::Journal;
use lifeboat::runtime::choose::{self, Request, Situation, Wanted};
use lifeboat::runtime::clock::Clock;
use lifeboat::runtime::drill::hold::Hold;
use lifeboat::runtime::drill::reporter::Reporter;
use lifeboat::runtime::drill::yard::Yard;
use lifeboat::runtime::drill::{Conclusion, Drill};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A frozen day: what the tests expect does not depend on when they run.
const DAY: &str = "2026-11-20T09:30:00Z";

/// What is drilled, and how deep.
pub(crate) struct Asked<'a> {
    pub(crate) depth: Depth,
    pub(crate) environment: &'a str,
    pub(crate) wanted: Wanted,
}

pub(crate) struct Rehearsal {
    pub(crate) world: World,
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
}

impl Rehearsal {
    pub(crate) async fn start() -> Self {
        Self::of_world(1).await
    }

    pub(crate) async fn of_world(seed: u64) -> Self {
        Self::by(Clock::starting_at(DAY.parse::<Timestamp>().unwrap()), seed).await
    }

    /// In a world whose time stands still.
    pub(crate) async fn standing() -> Self {
        Self::by(Clock::standing_at(DAY.parse::<Timestamp>().unwrap()), 1).await
    }

    async fn by(clock: Clock, seed: u64) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let world_clock: lifeboat::demo::mongo::Clock = Arc::new(move || clock.now());
        let world = World::start(Genesis { seed, clock: world_clock }).await.unwrap();
        let settings = world.settings();
        Self { world, settings, clock }
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::at(&self.settings.folders.journal)
    }

    /// A drill of `environment` at depth compare.
    pub(crate) async fn drill(&self, environment: &str, wanted: Wanted) -> Conclusion {
        self.drill_to(Depth::Compare, environment, wanted).await
    }

    pub(crate) async fn drill_to(
        &self,
        depth: Depth,
        environment: &str,
        wanted: Wanted,
    ) -> Conclusion {
        let never = CancellationToken::new();
        self.watch(Asked { depth, environment, wanted }, &never, &mut |_| {}).await
    }

    /// A drill whose events `watch` sees, and that it may cancel.
    pub(crate) async fn watch(
        &self,
        asked: Asked<'_>,
        cancel: &CancellationToken,
        watch: &mut dyn FnMut(&DrillEvent),
    ) -> Conclusion {
        let Asked { depth, environment, wanted } = asked;
        let set = choose::backup_set(&self.settings, Some(environment), None).unwrap();
        let storage = choose::storage(&self.settings, set).unwrap();
        let s3 = S3::connect(storage).await.unwrap();
        let reading = self.journal().read().unwrap();
        let situation = Situation::of(&self.settings, storage, &reading, self.clock.now());
        let request = Request {
            wanted,
            depth: Some(depth),
            tool: ToolChoice::Auto,
            image: None,
            hold: std::time::Duration::ZERO,
            keep_download: false,
            trigger: Trigger::Headless,
        };
        let drill = &self.settings.drill;
        let chosen = choose::choose(&s3, set, drill, &request, situation).await.unwrap();
        let drill = Drill {
            plan: chosen.plan,
            s3,
            container_engine: self.settings.container_engine.clone(),
            journal: self.journal(),
            cache: self.settings.folders.cache.clone(),
            expected: chosen.expected,
            clock: self.clock,
            yard: Yard::default(),
            hold: Hold::default(),
        };
        let (send, mut events) = mpsc::channel(256);
        let reporter = Reporter::new(self.clock, send, None);
        let drilling = async {
            let conclusion = Box::pin(drill.run(&reporter, cancel)).await;
            drop(reporter);
            conclusion
        };
        let watching = async {
            while let Some(event) = events.recv().await {
                watch(&event);
            }
        };
        tokio::join!(drilling, watching).0
    }

    /// Nothing of any drill is on the engine or in the cache.
    pub(crate) fn assert_clean(&self) {
        let left = self.world.left_over();
        assert!(left.is_empty(), "left on the engine: {left:?}");
        let cache = std::fs::read_dir(&self.settings.folders.cache);
        let files: Vec<_> = cache.into_iter().flatten().map(|file| file.unwrap().path()).collect();
        assert_eq!(files, Vec::<std::path::PathBuf>::new(), "left in the cache");
    }
}

/// The rules that failed, in order, each once.
pub(crate) fn failing(record: &Record) -> Vec<&'static str> {
    rules(record, Severity::Fail)
}

/// The rules that found something of at least `least`, in order, each once.
pub(crate) fn rules(record: &Record, least: Severity) -> Vec<&'static str> {
    let findings = record.judgements.iter().flat_map(Judgement::findings);
    let mut rules: Vec<_> =
        findings.filter(|found| found.severity >= least).map(|found| found.rule.id()).collect();
    rules.dedup();
    rules
}
