//! The clean-up of a drill: it comes on every way out, and has its own deadline.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::timeout;

use crate::adapters::docker::{Docker, Surroundings};
use crate::adapters::s3::PartFile;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::Depth;
use crate::drill::event::Step;
use crate::drill::record::{Cleanup, Record};

use super::Drill;
use super::reporter::Reporter;

/// How long the engine may take before the clean-up is reported as failed.
const PATIENCE: Duration = Duration::from_mins(15);

/// What became of the tarball.
enum Download {
    Removed(String),
    Kept(PathBuf),
    Resumable,
}

impl Drill {
    /// Removes everything that carries this drill's name, and the download.
    pub(super) async fn clean_up(
        &self,
        part: Option<PartFile>,
        record: &Record,
        reporter: &Reporter,
    ) -> (Cleanup, Option<PathBuf>) {
        let (mut removed, mut kept) = (Vec::new(), None);
        let work = async {
            let sandbox = match timeout(PATIENCE, self.remove_sandbox()).await {
                Ok(sandbox) => sandbox,
                Err(_) => Err(Failure::new(FailureKind::TimedOut, "the engine does not answer")),
            };
            // The download goes even where the engine does not answer.
            if let Some(part) = part {
                match self.settle_download(part, record)? {
                    Download::Removed(path) => removed.push(path),
                    Download::Kept(path) => kept = Some(path),
                    Download::Resumable => {}
                }
            }
            removed.extend(sandbox?);
            let count = removed.len();
            Ok(((), format!("{count} removed, nothing left")))
        };
        let failure = reporter.step(Step::CleanUp, work).await.err();
        (Cleanup { at: self.clock.now(), removed, failure }, kept)
    }

    async fn remove_sandbox(&self) -> Result<Vec<String>, Failure> {
        if self.plan.depth < Depth::Restore {
            return Ok(Vec::new());
        }
        let docker =
            Docker::connect(&self.container_engine, &Surroundings::of_this_process()).await;
        let docker = match docker {
            Ok(docker) => docker,
            // An engine that was never reached holds nothing of ours.
            Err(_) if !self.engine_reached.load(Ordering::Relaxed) => return Ok(Vec::new()),
            Err(error) => {
                let failure = Failure::from(error);
                let advice = "what may be left there has a label: `lifeboat sweep` finds it";
                return Err(failure.advise(advice));
            }
        };
        let removed = docker.remove_sandbox(&self.plan.id.label()).await?;
        Ok(removed.containers.into_iter().chain(removed.volumes).collect())
    }

    fn settle_download(&self, part: PartFile, record: &Record) -> Result<Download, Failure> {
        let path = part.path().to_owned();
        let is_broken_off = record
            .failed
            .as_ref()
            .is_some_and(|failed| failed.step == Step::Download && can_go_on(failed.failure.kind));
        if self.plan.keep_download && part.is_complete() {
            let target = self.cache.join(self.plan.object.key.0.replace('/', "-"));
            std::fs::rename(&path, &target).map_err(|error| {
                let what = format!("keeping the download as {}: {error}", target.display());
                Failure::new(FailureKind::Unexpected, what)
            })?;
            part.remove()?;
            return Ok(Download::Kept(target));
        }
        // What has arrived need not be fetched again within a day.
        if is_broken_off && !part.is_complete() {
            return Ok(Download::Resumable);
        }
        part.remove()?;
        Ok(Download::Removed(path.display().to_string()))
    }
}

/// Whether a later try can continue a download that ended so: not where the object is another by now.
fn can_go_on(ended: FailureKind) -> bool {
    match ended {
        FailureKind::Unreachable | FailureKind::TimedOut | FailureKind::Denied => true,
        FailureKind::Missing | FailureKind::Unexpected => false,
    }
}
