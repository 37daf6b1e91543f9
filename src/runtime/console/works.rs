//! What is done with an object of the Backups tab: it is read whole, or written to disk.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::adapters::s3::{PartFile, S3};
use crate::app::backups::message::BackupsMessage;
use crate::app::backups::work::{Ended, Order, Task};
use crate::app::drill::effect::Order as DrillOrder;
use crate::app::message::Message;
use crate::domain::backup::Backup;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::Depth;
use crate::drill::event::DrillEvent;
use crate::drill::plan::{Selection, ToolChoice};
use crate::runtime::choose;
use crate::runtime::drill::fetch::save;
use crate::runtime::drill::reporter::Reporter;

use super::drill::EVENTS;
use super::office::Office;

impl Office {
    /// Does what is ordered, and tells how it goes and how it has ended.
    pub(super) async fn work(&self, order: Order, cancel: CancellationToken) {
        let (send, events) = mpsc::channel(EVENTS);
        let happened = |events| Message::Backups(BackupsMessage::WorkHappened(events));
        let working = async {
            match &order.task {
                Task::Scan => Box::pin(self.scan(&order, send, &cancel)).await,
                Task::Write { folder } => Box::pin(self.write(&order, folder, send, &cancel)).await,
            }
        };
        let (ended, ()) = tokio::join!(working, self.pass_on(events, happened));
        let ended = ended.unwrap_or_else(Ended::Failed);
        self.tell_of_backups(BackupsMessage::WorkEnded(ended)).await;
    }

    /// A drill at depth quick, which leaves a record as `lifeboat scan` does.
    async fn scan(
        &self,
        order: &Order,
        send: mpsc::Sender<DrillEvent>,
        cancel: &CancellationToken,
    ) -> Result<Ended, Failure> {
        let order = DrillOrder {
            set: order.set.clone(),
            object: order.object.clone(),
            selection: Selection::Named,
            depth: Depth::Quick,
            tool: ToolChoice::Auto,
        };
        let (drill, run) = self.prepare(&order).await?;
        let reporter = Reporter::new(self.clock, send, Some(run));
        let conclusion = Box::pin(drill.run(&reporter, cancel)).await;
        let record = conclusion.record;
        if record.cancelled {
            return Ok(Ended::Cancelled { left: None });
        }
        if let Some(failure) = conclusion.unrecorded.or(conclusion.cleanup.failure) {
            return Err(failure);
        }
        if let (None, Some(failed)) = (&record.census, record.failed.clone()) {
            return Err(failed.failure);
        }
        Ok(Ended::Scanned { verdict: record.verdict, sentence: record.sentence() })
    }

    /// Downloads into the folder itself, so that a later try goes on where this one ends, and gives
    /// the file its name once it is whole.
    async fn write(
        &self,
        order: &Order,
        folder: &str,
        send: mpsc::Sender<DrillEvent>,
        cancel: &CancellationToken,
    ) -> Result<Ended, Failure> {
        let set = self.set(&order.set)?;
        let target = target(folder, &order.object)?;
        let s3 = S3::connect(choose::storage(&self.settings, set)?).await?;
        let wanted = &order.object;
        let object = s3.head(&wanted.bucket, &wanted.key, Some(&set.name_format)).await?;
        if object.backup.etag != wanted.etag {
            let what = format!("{} was replaced since it was listed", wanted.url());
            return Err(Failure::new(FailureKind::Unexpected, what).advise("ctrl-r lists again"));
        }
        let beside = target.parent().unwrap_or(Path::new(".")).to_owned();
        let part = blocking(move || Ok(PartFile::open(&beside, &object)?)).await?;
        let reporter = Reporter::new(self.clock, send, None);
        let saving = cancel.run_until_cancelled(Box::pin(save(&s3, &part, &reporter)));
        match saving.await {
            None => {
                let left = "what has come stays beside it, and the next try goes on from there";
                return Ok(Ended::Cancelled { left: Some(left.to_owned()) });
            }
            Some(saved) => saved?,
        }
        let path = target.display().to_string();
        blocking(move || {
            place(part.path(), &target)?;
            Ok(part.remove()?)
        })
        .await?;
        Ok(Ended::Written { path })
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(Failure::new(FailureKind::Unexpected, format!("writing ended: {error}")))
    })
}

/// Where an object goes in a folder, which must be there; what is there already stays.
fn target(folder: &str, object: &Backup) -> Result<PathBuf, Failure> {
    let folder = expanded(folder);
    let refused = |kind, what: String| Err(Failure::new(kind, what));
    if !folder.is_dir() {
        let what = format!("there is no folder {}", folder.display());
        return refused(FailureKind::Missing, what);
    }
    let name = object.name();
    if name.is_empty() || name == "." || name == ".." {
        return refused(FailureKind::Unexpected, format!("{} has no name", object.url()));
    }
    let target = folder.join(name);
    if target.exists() {
        return refused(FailureKind::Denied, already_there(&target));
    }
    Ok(target)
}

fn already_there(target: &Path) -> String {
    format!("{} is there already: nothing is overwritten", target.display())
}

/// `~` is the home folder.
fn expanded(folder: &str) -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    match (folder.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home,
        (Some(rest), Some(home)) if rest.starts_with('/') => {
            home.join(rest.trim_start_matches('/'))
        }
        _ => PathBuf::from(folder),
    }
}

/// Gives a whole download its name, unless something has it: a link never replaces. Where a disk knows
/// no links the bytes are copied.
fn place(part: &Path, target: &Path) -> Result<(), Failure> {
    let placed = fs::hard_link(part, target).or_else(|error| match error.kind() {
        ErrorKind::AlreadyExists => Err(error),
        _ => copy(part, target),
    });
    placed.map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            return Failure::new(FailureKind::Denied, already_there(target));
        }
        let what = format!("writing {}: {error}", target.display());
        Failure::new(FailureKind::Unexpected, what)
    })
}

fn copy(part: &Path, target: &Path) -> io::Result<()> {
    let mut file = File::create_new(target)?;
    let copied = io::copy(&mut File::open(part)?, &mut file).and_then(|_| file.sync_all());
    if copied.is_err() {
        // Half a file would pass for a whole one.
        fs::remove_file(target)?;
    }
    copied
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::slot::fixture::{at, backup};

    #[test]
    fn what_is_there_is_never_overwritten_and_no_folder_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let object = backup(at("2026-11-20T00:00:00Z"), 5000);
        let name = folder.path().display().to_string();
        let path = target(&name, &object).unwrap();
        assert_eq!(path, folder.path().join("2026-11-20T00_00.gz"));
        let part = folder.path().join("x.part");
        fs::write(&part, "whole").unwrap();
        for placed in [place(&part, &path).is_ok(), copy(&part, &folder.path().join("y")).is_ok()] {
            assert!(placed);
        }
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        fs::write(&part, "another").unwrap();
        for failure in [place(&part, &path).unwrap_err(), target(&name, &object).unwrap_err()] {
            assert!(failure.what.contains("nothing is overwritten"), "{failure}");
        }
        assert_eq!(copy(&part, &path).unwrap_err().kind(), ErrorKind::AlreadyExists);
        let missing = target(&format!("{name}/nowhere"), &object).unwrap_err();
        assert!(missing.what.contains("there is no folder"), "{missing}");
    }

    #[test]
    fn a_key_never_decides_where_a_file_goes() {
        let folder = tempfile::tempdir().unwrap();
        let mut object = backup(at("2026-11-20T00:00:00Z"), 5000);
        for key in ["prod/..", "prod/"] {
            object.key.0 = key.to_owned();
            assert!(target(&folder.path().display().to_string(), &object).is_err(), "{key}");
        }
    }
}
