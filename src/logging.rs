//! The log: a file a day in the state folder, fourteen of them, never the terminal.

use std::path::Path;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

const KEPT_FILES: usize = 14;
/// Lines that wait for the disk. Their places are taken at once: 32 bytes each.
const WAITING: usize = 8192;

/// What keeps the log from starting.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    #[error("opening the log in {folder} failed")]
    Folder { folder: String, source: InitError },
    #[error("a log has been started already")]
    Twice(#[from] TryInitError),
}

/// Logs to `lifeboat.DATE.log` in `folder` until the guard is dropped, which writes out the rest.
pub fn start(folder: &Path, level: LevelFilter) -> Result<WorkerGuard, LoggingError> {
    let (subscriber, guard) = subscriber(folder, level)?;
    subscriber.try_init()?;
    Ok(guard)
}

fn subscriber(
    folder: &Path,
    level: LevelFilter,
) -> Result<(impl Subscriber + Send + Sync + use<>, WorkerGuard), LoggingError> {
    // The appender looks for old files first, and complains on the terminal where there is no folder.
    std::fs::create_dir_all(folder).ok();
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("lifeboat")
        .filename_suffix("log")
        .max_log_files(KEPT_FILES)
        .build(folder)
        .map_err(|source| LoggingError::Folder { folder: folder.display().to_string(), source })?;
    let (writer, guard) = NonBlockingBuilder::default().buffered_lines_limit(WAITING).finish(file);
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    Ok((tracing_subscriber::registry().with(filter(level)).with(lines), guard))
}

/// Ours at `level`. Libraries write requests with their headers and bodies when they are asked for
/// more than warnings, and those hold secrets.
fn filter(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target(env!("CARGO_CRATE_NAME"), level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(level: LevelFilter, write: impl FnOnce()) -> String {
        let folder = tempfile::tempdir().unwrap();
        let (subscriber, guard) = subscriber(&folder.path().join("state"), level).unwrap();
        tracing::subscriber::with_default(subscriber, write);
        drop(guard);
        let files = std::fs::read_dir(folder.path().join("state")).unwrap();
        let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        let name = files[0].file_name().unwrap().to_string_lossy().into_owned();
        assert!(name.starts_with("lifeboat.20") && name.contains(".log"), "{name}");
        std::fs::read_to_string(&files[0]).unwrap()
    }

    #[test]
    fn what_happens_is_logged_with_its_fields_and_without_colours() {
        let text = logged(LevelFilter::INFO, || {
            tracing::info!(environment = "prod", "a drill began");
            tracing::debug!("a request");
        });
        assert!(text.contains("a drill began environment=\"prod\""), "{text}");
        assert!(!text.contains("a request"), "{text}");
        assert!(!text.contains('\x1b'), "{text}");
    }

    #[test]
    fn libraries_never_say_more_than_warnings() {
        let text = logged(LevelFilter::DEBUG, || {
            tracing::debug!("a body");
            tracing::debug!(target: "aws_smithy_runtime", "a header");
            tracing::warn!(target: "hyper", "a retry");
        });
        assert!(text.contains("a body") && text.contains("a retry"), "{text}");
        assert!(!text.contains("a header"), "{text}");
    }
}
