//! What the user is told when something outside fails.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What sort of refusal it was; it chooses the advice that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    Denied,
    Missing,
    Unreachable,
    TimedOut,
    Unexpected,
}

/// Something outside that did not work: one sentence, and one next step where one is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: FailureKind,
    /// What was tried, on what, and what came back; lower case, no full stop.
    pub what: String,
    /// What to do next; lower case, no full stop.
    pub advice: Option<String>,
}

impl Failure {
    pub fn new(kind: FailureKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), advice: None }
    }

    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.advice {
            Some(advice) => write!(formatter, "{}; {advice}", self.what),
            None => formatter.write_str(&self.what),
        }
    }
}

impl std::error::Error for Failure {}
