//! Runs a drill: a straight line in which each step needs the value of the one before, and the
//! clean-up on every way out.

pub mod berth;
mod clean_up;
pub mod count;
pub mod fetch;
pub mod reporter;
pub mod restore;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use tokio_util::sync::CancellationToken;

use crate::adapters::s3::{PartFile, S3};
use crate::domain::engine::ServerVersion;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::{ContainerEngine, Depth};
use crate::domain::verdict::{Judgement, Rule, Severity};
use crate::drill::event::Step;
use crate::drill::plan::DrillPlan;
use crate::drill::record::{Cleanup, FailedStep, Record};
use crate::journal::{Journal, Line};
use crate::runtime::clock::Clock;

use berth::{Berth, Harbour};
use count::{Census, Compared, Counted};
use fetch::{Fetched, fetch};
use reporter::Reporter;
use restore::Salvage;

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
    /// Set by the drill itself, once the engine has answered.
    pub engine_reached: AtomicBool,
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
        self.conclude(&mut record, reporter);
        let recording = async {
            let line = Line::Result(Box::new(record.clone()));
            self.append(&line).map(|()| ((), format!("in {}", self.journal.folder().display())))
        };
        let unrecorded = reporter.step(Step::Record, recording).await.err();
        if !self.plan.hold.is_zero() && !record.cancelled {
            self.hold(reporter, cancel).await;
        }
        let (cleanup, kept) = self.clean_up(part, &record, reporter).await;
        if unrecorded.is_none()
            && let Err(failure) = self.append(&Line::Cleanup(cleanup.clone()))
        {
            tracing::error!(%failure, "the clean-up cannot be recorded");
        }
        if cleanup.failure.is_none() && unrecorded.is_none() {
            reporter.finish();
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
        if fetched.is_refused() || self.plan.depth < Depth::Restore {
            let why = if fetched.is_refused() {
                "a broken dump is not restored"
            } else {
                "not asked for at depth quick"
            };
            skip(reporter, Step::StartSandbox, why).await;
            return Ok(());
        }
        let Some(part) = part else { return Ok(()) };
        let berth = self.settle(early, &fetched, reporter).await?;
        record.container_engine = Some(berth.used.clone());
        let salvage = Salvage { berth: &berth, part, dump: &fetched.dump, reporter };
        let restored = Box::pin(self.restore_and_judge(record, salvage)).await;
        if restored.is_err() {
            record.sandbox_log = berth.last_words().await;
        }
        restored
    }

    /// Downloads, scans, and meanwhile starts the sandbox where its version is believed to be known.
    async fn fetch_and_start_early(
        &self,
        record: &mut Record,
        part: &mut Option<PartFile>,
        reporter: &Reporter,
    ) -> Result<(Fetched, Option<Result<Berth, Failure>>), Failure> {
        let opened = self.open_part(reporter).await?;
        let opened = part.insert(opened);
        let useless = CancellationToken::new();
        let fetching = async {
            let fetched = fetch(&self.s3, opened, self.plan.earlier_prelude, reporter).await;
            if fetched.as_ref().map_or(true, Fetched::is_refused) {
                useless.cancel();
            }
            fetched
        };
        let starting = async {
            if self.plan.depth < Depth::Restore || self.expected_image().is_none() {
                return None;
            }
            let opening = self.start(self.expected.as_ref(), reporter);
            useless.run_until_cancelled(Box::pin(opening)).await
        };
        let (fetched, early) = tokio::join!(fetching, starting);
        let fetched = fetched?;
        record.census = Some(fetched.dump.census.clone());
        record.server_version =
            fetched.dump.census.server_version.clone().or_else(|| self.expected.clone());
        record.judgements.extend(fetched.judgements.clone());
        Ok((fetched, early))
    }

    async fn open_part(&self, reporter: &Reporter) -> Result<PartFile, Failure> {
        let set = &self.plan.set;
        let (bucket, key) = (&self.plan.object.bucket, &self.plan.object.key);
        let opening = async {
            let object = self.s3.head(bucket, key, Some(&set.name_format)).await?;
            if object.backup.etag != self.plan.object.etag {
                let what = format!("{} was replaced since it was picked", object.backup.url());
                return Err(Failure::new(FailureKind::Unexpected, what)
                    .advise("pick again: the new object is another backup"));
            }
            let cache = self.cache.clone();
            let opened = tokio::task::spawn_blocking(move || PartFile::open(&cache, &object));
            match opened.await {
                Ok(part) => Ok(part?),
                Err(error) => Err(Failure::new(FailureKind::Unexpected, error.to_string())),
            }
        };
        match opening.await {
            Ok(part) => Ok(part),
            Err(failure) => reporter.step(Step::Download, async { Err(failure) }).await,
        }
    }

    fn expected_image(&self) -> Option<crate::drill::recipe::Image> {
        let plan = &self.plan;
        crate::drill::recipe::image(&plan.image, &plan.mirror, self.expected.as_ref())
    }

    async fn start(
        &self,
        version: Option<&ServerVersion>,
        reporter: &Reporter,
    ) -> Result<Berth, Failure> {
        let harbour = Harbour {
            plan: &self.plan,
            engine: &self.container_engine,
            reporter,
            reached: &self.engine_reached,
        };
        let opening = async {
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
        early: Option<Result<Berth, Failure>>,
        fetched: &Fetched,
        reporter: &Reporter,
    ) -> Result<Berth, Failure> {
        let found = fetched.dump.census.server_version.as_ref();
        match early {
            Some(Ok(berth)) if berth.suits(&self.plan, found) => return Ok(berth),
            Some(Ok(berth)) => {
                let image = &berth.image.name;
                let text = format!("{image} is not what the dump asks for: starting another");
                reporter.note(Step::StartSandbox, text);
                berth.docker.remove_sandbox(&self.plan.id.label()).await?;
            }
            Some(Err(failure)) => return Err(failure),
            None => {}
        }
        match found.or(self.expected.as_ref()) {
            Some(version) => self.start(Some(version), reporter).await,
            None => {
                let asked = count::source_version(&self.plan).await;
                self.start(asked.as_ref(), reporter).await
            }
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

    /// Completes the record: times, what failed, what was not run, the verdict.
    fn conclude(&self, record: &mut Record, reporter: &Reporter) {
        let progress = reporter.progress();
        record.stages = reporter.stages();
        record.notes = reporter.notes();
        record.rto_s =
            progress.recovery_time().map(|time| (time.as_secs_f64() * 10.0).round() / 10.0);
        record.failed =
            progress.failure().map(|(step, failure)| FailedStep { step, failure: failure.clone() });
        let why = match (&record.failed, record.cancelled) {
            (_, true) => "the drill was cancelled".to_owned(),
            (Some(failed), _) => format!("{} failed", failed.step),
            (None, false) => "a broken dump is not restored".to_owned(),
        };
        for rule in Rule::ALL.into_iter().filter(|rule| rule.depth() <= self.plan.depth) {
            if !record.judgements.iter().any(|judged| judged.rule == rule) {
                record.judgements.push(Judgement::not_run(rule, why.as_str()));
            }
        }
        record.judgements.sort_by_key(|judged| judged.rule);
        record.judge();
    }

    async fn hold(&self, reporter: &Reporter, cancel: &CancellationToken) {
        let left = self.plan.limit.saturating_sub(self.clock.elapsed());
        let hold = self.plan.hold.min(left);
        let holding = async {
            tokio::select! {
                () = tokio::time::sleep(hold) => {}
                () = cancel.cancelled() => {}
            }
            Ok(((), "released".to_owned()))
        };
        reporter.step(Step::Hold, holding).await.ok();
    }

    fn append(&self, line: &Line) -> Result<(), Failure> {
        self.journal.append(self.plan.id.0, line).map_err(|error| {
            let folder = self.journal.folder().display();
            Failure::new(
                FailureKind::Unexpected,
                format!("writing to the journal {folder}: {error}"),
            )
            .advise("check `[journal] directory`; the result is on the screen only")
        })
    }
}

/// Marks `from` and the steps behind it as not needed.
async fn skip(reporter: &Reporter, from: Step, why: &str) {
    for step in Step::ALL.into_iter().filter(|step| *step >= from && *step < Step::Record) {
        reporter.skip(step, why).await;
    }
}
