//! The clean-up of a drill: it comes on every way out, and has its own deadline.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::timeout;

use crate::adapters::s3::PartFile;
use crate::domain::failure::{Failure, FailureKind};
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
    /// Stays a day, so that another try goes on from there.
    Resumable(String),
}

impl Drill {
    /// Removes everything that carries this drill's name, and the download. What fails is told
    /// together with what did not.
    pub(super) async fn clean_up(
        &self,
        part: Option<PartFile>,
        record: &Record,
        reporter: &Reporter,
    ) -> (Cleanup, Option<PathBuf>) {
        let (mut removed, mut left, mut kept) = (Vec::new(), Vec::new(), None);
        let work = async {
            let sandbox = match timeout(PATIENCE, self.remove_sandbox()).await {
                Ok(sandbox) => sandbox,
                Err(_) => Err(Failure::new(FailureKind::TimedOut, "the engine does not answer")),
            };
            // The download goes even where the engine does not answer.
            let download = part.map(|part| self.settle_download(part, record)).transpose();
            let mut failures = Vec::new();
            match sandbox {
                Ok(names) => removed.extend(names),
                Err(failure) => failures.push(failure),
            }
            match download {
                Ok(Some(Download::Removed(path))) => removed.push(path),
                Ok(Some(Download::Kept(path))) => {
                    left.push(path.display().to_string());
                    kept = Some(path);
                }
                Ok(Some(Download::Resumable(path))) => left.push(path),
                Ok(None) => {}
                Err(failure) => failures.push(failure),
            }
            if let Some(failure) = failures.into_iter().reduce(|one, two| both(&one, two)) {
                return Err(failure);
            }
            let rest = match left.as_slice() {
                [] => "nothing left".to_owned(),
                left => format!("kept {}", left.join(", ")),
            };
            Ok(((), format!("{} removed, {rest}", removed.len())))
        };
        let failure = reporter.step(Step::CleanUp, work).await.err();
        (Cleanup { at: self.clock.now(), removed, kept: left, failure }, kept)
    }

    /// At the very engine that was spoken to: another one that answers knows nothing of the drill.
    async fn remove_sandbox(&self) -> Result<Vec<String>, Failure> {
        // An engine that was never reached holds nothing of ours.
        let Some(docker) = self.yard.docker() else { return Ok(Vec::new()) };
        self.yard.settle().await;
        let removed = docker.remove_sandbox(&self.plan.id.label()).await.map_err(|error| {
            let advice = "what may be left there has a label: `lifeboat sweep` finds it";
            let failure = Failure::from(error);
            match &failure.advice {
                Some(known) => {
                    let advice = format!("{known}; {advice}");
                    failure.advise(advice)
                }
                None => failure.advise(advice),
            }
        })?;
        Ok(removed.containers.into_iter().chain(removed.volumes).collect())
    }

    fn settle_download(&self, part: PartFile, record: &Record) -> Result<Download, Failure> {
        let path = part.path().to_owned();
        let is_broken_off = record
            .failed
            .as_ref()
            .is_some_and(|failed| failed.step == Step::Download && can_go_on(failed.failure.kind));
        if self.plan.keep_download && part.is_complete() {
            let name = self.plan.object.key.0.replace('/', "-");
            let target = self.cache.join(format!("{}-{name}", self.plan.id.short()));
            std::fs::rename(&path, &target).map_err(|error| {
                let what = format!("keeping the download as {}: {error}", target.display());
                Failure::new(FailureKind::Unexpected, what)
            })?;
            part.remove()?;
            return Ok(Download::Kept(target));
        }
        // What has arrived need not be fetched again within a day.
        if is_broken_off && !part.is_complete() {
            return Ok(Download::Resumable(path.display().to_string()));
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

/// Two failures told as one.
fn both(one: &Failure, two: Failure) -> Failure {
    Failure { what: format!("{one}; {}", two.what), ..two }
}
