//! The sandbox of one drill, ready to be restored into: engine, image, container, relay.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::adapters::docker::container::{ContainerState, SandboxSpec};
use crate::adapters::docker::exit::explain_exit;
use crate::adapters::docker::image::ImageFacts;
use crate::adapters::docker::labels::SandboxLabels;
use crate::adapters::docker::{Docker, Surroundings};
use crate::adapters::mongodb::reader::Reader;
use crate::adapters::sandbox::Sandbox;
use crate::domain::engine::ServerVersion;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::{ContainerEngine, ImageChoice};
use crate::domain::units::{ByteSize, Span};
use crate::drill::event::{Advance, Step, Unit};
use crate::drill::plan::DrillPlan;
use crate::drill::recipe::{self, Image};
use crate::drill::record::EngineUsed;
use crate::runtime::process::{self, ProcessIdentity};
use crate::runtime::relay::{Relay, RelaySocket};

use super::reporter::Reporter;
use super::yard::Yard;

/// How long a server may take to be ready.
const READY: Duration = Duration::from_mins(3);
/// Two signs of life must lie this far apart: an entrypoint may run a temporary server first.
const BETWEEN_PULSES: Duration = Duration::from_secs(1);
const BETWEEN_TRIES: Duration = Duration::from_millis(200);
/// Lines of a failed sandbox's log that go into the record.
const LAST_WORDS: usize = 200;

/// A running server that only this drill can reach.
#[derive(Debug)]
pub struct Berth {
    pub docker: Docker,
    pub sandbox: Sandbox,
    pub relay: Relay,
    pub image: Image,
    pub used: EngineUsed,
    /// The version that chose the image.
    pub version: Option<ServerVersion>,
}

impl Berth {
    /// What the sandbox said last, for the record of a drill that failed.
    pub async fn last_words(&self) -> Vec<String> {
        self.docker.log_tail(&self.sandbox, LAST_WORDS).await.unwrap_or_default()
    }

    /// Why the sandbox cannot be used any more, where it has ended; else `failure` itself.
    pub async fn explain(&self, failure: Failure) -> Failure {
        match self.docker.state(&self.sandbox).await {
            Ok(ContainerState::Running | ContainerState::Created) => failure,
            Ok(state) => explain_exit(self.sandbox.database(), &state, &self.last_words().await),
            Err(error) => error.into(),
        }
    }
}

/// What a drill needs to start its sandbox.
#[derive(Debug, Clone, Copy)]
pub struct Harbour<'a> {
    pub plan: &'a DrillPlan,
    pub engine: &'a ContainerEngine,
    pub reporter: &'a Reporter,
    pub yard: &'a Yard,
}

impl Harbour<'_> {
    /// Starts the sandbox for `version` and waits until its server answers.
    pub async fn open(&self, version: Option<&ServerVersion>) -> Result<Berth, Failure> {
        let plan = self.plan;
        let image = recipe::image(plan.engine, &plan.image, &plan.mirror, version);
        let image = image.ok_or_else(|| {
            Failure::new(FailureKind::Missing, "nothing tells which server the dump is from")
                .advise("name an image: `[drill] image = \"mongo:4.2\"`, or `--image`")
        })?;
        let docker = Docker::connect(self.engine, &Surroundings::of_this_process()).await?;
        let docker = self.yard.keep(docker);
        self.reporter.engine_reached(&docker.engine().address);
        self.explain_choice(docker, &image);
        let facts = self.image(docker, &image).await?;
        if !facts.runs_on(docker.engine()) {
            let text = format!(
                "{} is built for {} and runs emulated on {}: slowly, if at all",
                image.name,
                facts.architecture,
                docker.engine().architecture
            );
            self.reporter.remember(Step::StartSandbox, text);
        }
        if let Some(text) = recipe::end_of_life(plan.engine, &image.name) {
            self.reporter.remember(Step::StartSandbox, text);
        }
        let socket = RelaySocket::new().map_err(|error| {
            Failure::new(FailureKind::Unexpected, format!("making a private folder: {error}"))
        })?;
        let spec = self.spec(facts.clone())?;
        if let (ImageChoice::Auto, Some(version)) = (&plan.image, version) {
            self.check_processor(docker, &spec, version).await?;
        }
        let sandbox = self.yard.create(docker, spec, socket.path()).await?;
        let relay = Relay::start(docker, &sandbox, socket).await?;
        let used = used(docker, &image, &facts);
        let docker = docker.clone();
        let mut berth = Berth { docker, sandbox, relay, image, used, version: version.cloned() };
        let server = tokio::select! {
            ready = timeout(READY, self.ready(&berth)) => match ready {
                Ok(ready) => ready,
                Err(_) => Err(Failure::new(
                    FailureKind::TimedOut,
                    format!("the server in the sandbox was not ready after {}", Span(READY)),
                )
                .advise("its log is in the record; give it more `[drill] memory`")),
            },
            failure = berth.relay.ended() => Err(failure),
        };
        match server {
            Ok(version) => berth.used.server = Some(version),
            Err(failure) => {
                self.reporter.keep_log(berth.last_words().await);
                return Err(berth.explain(failure).await);
            }
        }
        Ok(berth)
    }

    /// A processor that lacks what a server needs kills it without a word. A remote engine is asked through
    /// a container; where that does not work, the sandbox itself shows what comes of it.
    async fn check_processor(
        &self,
        docker: &Docker,
        spec: &SandboxSpec,
        version: &ServerVersion,
    ) -> Result<(), Failure> {
        let (database, series) = (self.plan.engine, version.series());
        if !recipe::is_choosy(database, &series) {
            return Ok(());
        }
        let described = if docker.engine().is_local {
            std::fs::read_to_string("/proc/cpuinfo").map_err(|error| error.to_string())
        } else {
            self.yard.processor(docker, spec).await.map_err(|failure| failure.to_string())
        };
        match described {
            Ok(cpuinfo) => {
                let architecture = &docker.engine().architecture;
                let refusal = recipe::processor_refusal(database, &series, architecture, &cpuinfo);
                refusal.map_or(Ok(()), Err)
            }
            Err(error) => {
                tracing::warn!(error, "the engine's processor is not known");
                Ok(())
            }
        }
    }

    async fn image(&self, docker: &Docker, image: &Image) -> Result<ImageFacts, Failure> {
        if let Some(facts) = docker.image(&image.name).await? {
            return Ok(facts);
        }
        let reporter = self.reporter;
        let pulled = format!("the image {} was pulled, and stays", image.name);
        let facts = docker
            .pull(&image.name, &|progress| {
                let total = Some(progress.total.bytes()).filter(|total| *total > 0);
                let detail = format!(
                    "pulling {} ({} of {} layers)",
                    image.name, progress.layers_done, progress.layers
                );
                let done = progress.done.bytes();
                reporter.advance(
                    Step::StartSandbox,
                    Advance { done, total, unit: Unit::Bytes, detail },
                );
            })
            .await?;
        reporter.remember(Step::StartSandbox, pulled);
        Ok(facts)
    }

    /// Why this image and which engine, for the log and for whoever watches.
    fn explain_choice(&self, docker: &Docker, image: &Image) {
        let engine = docker.engine();
        let text = format!(
            "{} by {}, on {} {} ({})",
            image.name,
            image.because,
            engine.kind.word(),
            engine.version,
            engine.found_in
        );
        self.reporter.note(Step::StartSandbox, text);
    }

    /// The container's own timeout ends when its label says so, however late it is created.
    fn spec(&self, image: ImageFacts) -> Result<SandboxSpec, Failure> {
        let plan = self.plan;
        let limit = plan.limit.saturating_sub(self.reporter.at());
        if limit.is_zero() {
            let what = format!("the drill has taken its {} already", Span(plan.limit));
            return Err(Failure::new(FailureKind::TimedOut, what)
                .advise("raise `[drill] limit`, or find out what makes the download slow"));
        }
        let labels = SandboxLabels {
            drill: plan.id.label(),
            expires: plan.started.saturating_add(plan.limit).unwrap_or(plan.started),
            owner: process::owner(),
            process: ProcessIdentity::own().to_string(),
        };
        Ok(SandboxSpec { database: plan.engine, image, memory: plan.memory, limit, labels })
    }

    /// Two signs of life from the same process; returns the version that the server reports.
    async fn ready(&self, berth: &Berth) -> Result<String, Failure> {
        let reader = Reader::sandbox(&berth.sandbox, &comment(self.plan))?;
        let mut earlier = None;
        loop {
            match (reader.pulse().await, earlier) {
                (Ok(pulse), Some(before)) if before == pulse => break,
                (Ok(pulse), _) => {
                    earlier = Some(pulse);
                    sleep(BETWEEN_PULSES).await;
                }
                // A refused first connection is normal while a server starts.
                (Err(error), _) => {
                    tracing::debug!(%error, "the sandbox does not answer yet");
                    earlier = None;
                    sleep(BETWEEN_TRIES).await;
                }
            }
        }
        let version = reader.version().await?;
        reader.close().await;
        Ok(version)
    }
}

/// What our commands carry as their comment, so that a database's log tells who asked.
pub fn comment(plan: &DrillPlan) -> String {
    format!("lifeboat-drill-{}", plan.id.label())
}

/// Room that a restore needs: the raw documents, a third for indexes, the server's own files; with
/// mongorestore the dump once more, as it is copied in before.
pub fn needed(raw: ByteSize, is_copied_in: bool) -> ByteSize {
    const SLACK: u64 = 512 << 20;
    let copies = if is_copied_in { 2 } else { 1 };
    ByteSize(raw.bytes() * copies + raw.bytes() / 10 * 3 + SLACK)
}

fn used(docker: &Docker, image: &Image, facts: &ImageFacts) -> EngineUsed {
    let engine = docker.engine();
    EngineUsed {
        engine: engine.kind.word().to_owned(),
        version: engine.version.clone(),
        arch: engine.architecture.clone(),
        image: image.name.clone(),
        digest: facts.digest.clone(),
        server: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_dump_needs_its_room_twice() {
        let raw = ByteSize::gibibytes(10);
        assert_eq!(needed(raw, false).to_string(), "13.5 GiB");
        assert_eq!(needed(raw, true).to_string(), "23.5 GiB");
    }
}
