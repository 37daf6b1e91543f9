//! The one error of all adapters: which system, what was tried on what, and what sort of refusal.

use std::error::Error;

use crate::domain::failure::{Failure, FailureKind};
use crate::domain::text::shown;

/// Something outside refused or did not answer. `source` keeps the SDK's whole chain for the log.
#[derive(Debug, thiserror::Error)]
#[error("{operation} {target}: {reason}")]
pub struct AdapterError {
    pub system: System,
    /// What was tried, as a gerund: `listing backups in`.
    pub operation: &'static str,
    /// On what: `s3://bucket/prefix`. Never holds a secret.
    pub target: String,
    pub kind: FailureKind,
    /// What came back, in one sentence without a full stop.
    pub reason: String,
    /// What to do about it, where something is known.
    pub advice: Option<String>,
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

/// The outside systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    S3,
    CloudWatch,
    Docker,
    Mongodb,
    Slack,
    Ping,
    Kubernetes,
}

impl From<AdapterError> for Failure {
    /// The whole chain goes to the log here, once; the user gets the short form.
    fn from(error: AdapterError) -> Self {
        let chain = error.source.as_deref().map(|source| chain(source)).unwrap_or_default();
        tracing::error!(
            system = ?error.system,
            operation = error.operation,
            target = %shown(&error.target),
            kind = ?error.kind,
            reason = %shown(&error.reason),
            chain = %shown(&chain),
            "an outside system failed"
        );
        let what = error.to_string();
        Self { kind: error.kind, what, advice: error.advice }
    }
}

/// An error and its sources, outermost first.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let cause = error.to_string();
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        next = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_an_outside_system_says_cannot_act_on_the_terminal_of_who_reads_the_log() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let file = Arc::new(log.reopen().unwrap());
        let lines = tracing_subscriber::fmt().with_writer(file).with_ansi(false);
        tracing::subscriber::with_default(lines.finish(), || {
            let error = AdapterError {
                system: System::Kubernetes,
                operation: "reading",
                target: "pods default/a\u{1b}]0;owned\u{7}".to_owned(),
                kind: FailureKind::Missing,
                reason: "a\u{1b}[2J not found".to_owned(),
                advice: None,
                source: Some("\u{9b}31m".into()),
            };
            drop(Failure::from(error));
        });
        let text = std::fs::read_to_string(log.path()).unwrap();
        assert!(text.contains("a\u{fffd}[2J not found"), "{text}");
        assert!(text.chars().all(|it| it == '\n' || !it.is_control()), "{text:?}");
    }
}
