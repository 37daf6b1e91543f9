//! Runs a drill: a straight line in which each step needs the value of the one before, and the
//! clean-up on every way out.

pub mod berth;
mod clean_up;
pub mod count;
pub mod fetch;
pub mod hold;
pub mod launch;
pub mod reporter;
pub mod restore;
pub mod yard;

use std::path::PathBuf;

use tokio::task::block_in_place;
use tokio_util::sync::CancellationToken;

use crate::adapters::s3::{PartFile, S3};
use crate::domain::engine::ServerVersion;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::{ContainerEngine, Depth};
use crate::domain::verdict::{Judgement, Rule, Severity};
use crate::drill::event::Step;
use crate::drill::plan::DrillPlan;
use crate::drill::recipe;
use crate::drill::record::{Cleanup, FailedStep, Record};
use crate::journal::{Journal, Line};
use crate::runtime::clock::Clock;

use berth::{Berth, Harbour};
use count::{Census, Compared, Counted};
use fetch::{Fetched, Fetching, fetch};
use hold::Hold;
use reporter::Reporter;
use restore::Salvage;
use yard::Yard;

/// One drill with all that it needs.
#[derive(Debug)]
pub struct Drill {
    pub plan: DrillPlan,
    pub s3: S3,
    pub container_engine: ContainerEngine,
    pub journal: Journal,
    pub cache: PathBuf,
    /// The version that the object is believed to be from, so that the sandbox can start early.
    pub expected: Option<ServerVersion>,
    pub clock: Clock,
    /// What the drill does at the engine; empty before it begins.
    pub yard: Yard,
    /// How long the sandbox is to stay beyond what the plan says.
    pub hold: Hold,
}

/// Why nothing comes after a scan that found the dump broken.
const BROKEN: &str = "a broken dump is not restored";

/// What came of starting the sandbox while bytes arrived, and for which version.
#[derive(Debug, Default)]
struct Early {
    version: Option<ServerVersion>,
    berth: Option<Result<Berth, Failure>>,
}

/// What a drill leaves.
#[derive(Debug)]
pub struct Conclusion {
    pub record: Record,
    pub cleanup: Cleanup,
    /// Why the record could not be kept, where it could not.
    pub unrecorded: Option<Failure>,
    /// Where the tarball was kept, where that was asked for.
    pub kept: Option<PathBuf>,
}

impl Drill {
    /// Runs to the end, whatever happens. Cancelling ends the step under way; recording and
    /// clean-up follow all the same.
    pub async fn run(self, reporter: &Reporter, cancel: &CancellationToken) -> Conclusion {
        let mut record = Record::begin(&self.plan);
        let mut part = None;
        let steps = self.steps(&mut record, &mut part, reporter);
        let outcome = cancel.run_until_cancelled(Box::pin(steps)).await;
        record.cancelled = outcome.is_none();
        conclude(&mut record, reporter);
        reporter.concluded(&record).await;
        let recording = async {
            let line = Line::Result(Box::new(record.clone()));
            self.append(&line).map(|()| ((), format!("in {}", self.journal.folder().display())))
        };
        let unrecorded = reporter.step(Step::Record, recording).await.err();
        let is_up = record.container_engine.is_some() && record.failed.is_none();
        if !self.plan.hold.is_zero() && is_up && !record.cancelled {
            self.keep(reporter, cancel).await;
        }
        let (cleanup, kept) = self.clean_up(part, &record, reporter).await;
        if unrecorded.is_none()
            && let Err(failure) = self.append(&Line::Cleanup(cleanup.clone()))
        {
            tracing::error!(%failure, "the clean-up cannot be recorded");
        }
        if cleanup.failure.is_none() && unrecorded.is_none() {
            reporter.finish();
        } else {
            reporter.abandon();
        }
        Conclusion { record, cleanup, unrecorded, kept }
    }

    /// The line. What has been found out is in `record` at each point where it may end.
    async fn steps(
        &self,
        record: &mut Record,
        part: &mut Option<PartFile>,
        reporter: &Reporter,
    ) -> Result<(), Failure> {
        let (fetched, early) = Box::pin(self.fetch_and_start_early(record, part, reporter)).await?;
        if fetched.is_refused() {
            skip(reporter, Step::StartSandbox, BROKEN).await;
            return Ok(());
        }
        if self.plan.depth < Depth::Restore {
            skip(reporter, Step::StartSandbox, "not asked for at depth quick").await;
            return Ok(());
        }
        let Some(part) = part else { return Ok(()) };
        let berth = self.settle(early, &fetched, reporter).await?;
        record.server_version = record.server_version.take().or(berth.version.clone());
        record.container_engine = Some(berth.used.clone());
        let salvage = Salvage { berth: &berth, part, dump: &fetched.dump, reporter };
        let restored = Box::pin(self.restore_and_judge(record, salvage)).await;
        if restored.is_err() {
            reporter.keep_log(berth.last_words().await);
        }
        restored
    }

    /// Downloads, scans, and meanwhile starts the sandbox where its version is believed to be known.
    /// What the scan has found is in `record` even where the download fails.
    async fn fetch_and_start_early(
        &self,
        record: &mut Record,
        part: &mut Option<PartFile>,
        reporter: &Reporter,
    ) -> Result<(Fetched, Early), Failure> {
        let opened = part.insert(self.open_part(record, reporter).await?);
        let (useless, known) = (CancellationToken::new(), CancellationToken::new());
        let fetching = async {
            let fetching = fetch(&self.s3, opened, self.plan.earlier_prelude, reporter);
            let fetching = Box::pin(fetching).await;
            let is_lost = fetching.failure.is_some();
            if is_lost || fetching.fetched.as_ref().is_none_or(Fetched::is_refused) {
                useless.cancel();
            }
            // The source need not tell any more: one that does not answer holds up nothing.
            let version = fetching.fetched.as_ref().map(|it| &it.dump.census.server_version);
            if version.is_some_and(Option::is_some) {
                known.cancel();
            }
            fetching
        };
        let starting = useless.run_until_cancelled(Box::pin(self.start_early(&known, reporter)));
        let (Fetching { fetched, failure }, early) = tokio::join!(fetching, starting);
        if let Some(fetched) = &fetched {
            record.census = Some(fetched.dump.census.clone());
            record.server_version.clone_from(&fetched.dump.census.server_version);
            record.judgements.extend(fetched.judgements.clone());
        }
        match (fetched, failure) {
            (Some(fetched), None) => Ok((fetched, early.unwrap_or_default())),
            (_, Some(failure)) => Err(failure),
            (None, None) => Err(Failure::new(FailureKind::Unexpected, "nothing was scanned")),
        }
    }

    async fn open_part(
        &self,
        record: &mut Record,
        reporter: &Reporter,
    ) -> Result<PartFile, Failure> {
        let set = &self.plan.set;
        let (bucket, key) = (&self.plan.object.bucket, &self.plan.object.key);
        let opening = async {
            let object = self.s3.head(bucket, key, Some(&set.name_format)).await?;
            if object.backup.etag != self.plan.object.etag {
                let what = format!("{} was replaced since it was picked", object.backup.url());
                return Err(Failure::new(FailureKind::Unexpected, what)
                    .advise("pick again: the new object is another backup"));
            }
            record.object.version_id.clone_from(&object.backup.version_id);
            // No point to be cancelled at: whatever is opened here is removed by the clean-up.
            Ok(block_in_place(|| PartFile::open(&self.cache, &object))?)
        };
        match opening.await {
            Ok(part) => Ok(part),
            Err(failure) => reporter.step(Step::Download, async { Err(failure) }).await,
        }
    }

    /// Starts the sandbox for the version that an earlier record or the source itself names; the source is
    /// asked until the version is known otherwise.
    async fn start_early(&self, known: &CancellationToken, reporter: &Reporter) -> Early {
        if self.plan.depth < Depth::Restore {
            return Early::default();
        }
        let mut version = self.expected.clone();
        if version.is_none() && self.plan.depth >= Depth::Compare {
            let asking = known.run_until_cancelled(count::source_version(&self.plan));
            version = asking.await.flatten();
        }
        if self.image(version.as_ref()).is_none() {
            return Early::default();
        }
        let berth = self.start(version.as_ref(), None, reporter).await;
        Early { version, berth: Some(berth) }
    }

    fn image(&self, version: Option<&ServerVersion>) -> Option<recipe::Image> {
        let plan = &self.plan;
        recipe::image(plan.engine, &plan.image, &plan.mirror, version)
    }

    /// Starts a sandbox, after the one that turned out to be wrong is gone.
    async fn start(
        &self,
        version: Option<&ServerVersion>,
        wrong: Option<Berth>,
        reporter: &Reporter,
    ) -> Result<Berth, Failure> {
        let harbour = Harbour {
            plan: &self.plan,
            engine: &self.container_engine,
            reporter,
            yard: &self.yard,
        };
        let opening = async {
            if let Some(wrong) = wrong {
                let image = &wrong.image.name;
                let text = format!("{image} is not what the dump asks for: starting another");
                reporter.note(Step::StartSandbox, text);
                wrong.docker.remove_sandbox(&self.plan.id.label()).await?;
            }
            let berth = harbour.open(version).await?;
            let server = berth.used.server.as_deref().unwrap_or("unknown");
            let summary = format!("{} without network, server {server}", berth.image.name);
            Ok((berth, summary))
        };
        reporter.step(Step::StartSandbox, opening).await
    }

    /// Takes the sandbox that was started early where it is the right one, else starts it now.
    async fn settle(
        &self,
        early: Early,
        fetched: &Fetched,
        reporter: &Reporter,
    ) -> Result<Berth, Failure> {
        let Early { version, berth } = early;
        let found = fetched.dump.census.server_version.clone();
        let needed = found.or(version.clone());
        let is_right = self.names_alike(needed.as_ref(), version.as_ref());
        let wrong = match berth {
            Some(Ok(berth)) if is_right => return Ok(berth),
            Some(Err(failure)) if is_right => return Err(failure),
            Some(Ok(berth)) => Some(berth),
            // A wrong guess failed: that says nothing of the right image.
            Some(Err(_)) | None => None,
        };
        let needed = match needed {
            None => count::source_version(&self.plan).await,
            known => known,
        };
        self.start(needed.as_ref(), wrong, reporter).await
    }

    /// Whether both versions lead to the same image, whatever told them.
    fn names_alike(&self, one: Option<&ServerVersion>, other: Option<&ServerVersion>) -> bool {
        match (self.image(one), self.image(other)) {
            (Some(one), Some(other)) => one.name == other.name,
            _ => false,
        }
    }

    async fn restore_and_judge(
        &self,
        record: &mut Record,
        salvage: Salvage<'_>,
    ) -> Result<(), Failure> {
        let Salvage { berth, dump, reporter, .. } = salvage;
        let report = reporter.step(Step::Restore, salvage.restore(self.plan.tool)).await?;
        record.restored_with = Some(report.clone());
        let census = Census { plan: &self.plan, dump, clock: self.clock, reporter };
        let Counted { restored, judgements } =
            reporter.step(Step::Count, census.count(berth, &report)).await?;
        record.judgements.extend(judgements);
        record.restored = Some(restored.clone());
        if self.plan.depth < Depth::Compare {
            reporter.skip(Step::Compare, "not asked for at depth restore").await;
            return Ok(());
        }
        let Compared { source, judgements, loss } =
            reporter.step(Step::Compare, census.compare(berth, &restored)).await?;
        record.judgements.extend(judgements);
        record.source = Some(source);
        // What would be lost says nothing where the dump is another database's.
        let is_foreign = |judged: &Judgement| {
            judged.rule == Rule::B0
                && judged.findings().iter().any(|found| found.severity == Severity::Fail)
        };
        record.loss = (!record.judgements.iter().any(is_foreign)).then_some(loss);
        Ok(())
    }

    fn append(&self, line: &Line) -> Result<(), Failure> {
        self.journal.append(self.plan.id.0, line).map_err(|failure| {
            failure.advise("check `[journal] directory`; the result is on the screen only")
        })
    }
}

/// Completes the record: times, what failed, what was not run, the verdict.
fn conclude(record: &mut Record, reporter: &Reporter) {
    let progress = reporter.progress();
    record.stages = reporter.stages();
    record.notes = reporter.notes();
    record.sandbox_log = reporter.sandbox_log();
    record.rto_s = progress
        .recovery_time()
        // What was here already took no time: no incident could count on that.
        .filter(|_| !reporter.has_resumed())
        .map(|time| (time.as_secs_f64() * 10.0).round() / 10.0);
    record.failed =
        progress.failure().map(|(step, failure)| FailedStep { step, failure: failure.clone() });
    let why = match (&record.failed, record.cancelled) {
        (_, true) => "the drill was cancelled".to_owned(),
        (Some(failed), _) => format!("{} failed", failed.step),
        (None, false) => BROKEN.to_owned(),
    };
    record.close(&why);
}

/// Marks `from` and the steps behind it as not needed.
async fn skip(reporter: &Reporter, from: Step, why: &str) {
    for step in Step::ALL.into_iter().filter(|step| *step >= from && *step < Step::Record) {
        reporter.skip(step, why).await;
    }
}
