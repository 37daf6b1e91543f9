//! How bad something is: our own judgement, beside `kubectl`'s text.

use std::fmt;

use serde::{Deserialize, Serialize};

/// From what is over to what hurts now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It has ended, as it should or long ago; nobody waits for it.
    Done,
    /// It does what it should.
    Fine,
    /// It is on its way, and not late.
    Busy,
    /// Somebody should look at it today.
    Warning,
    /// Somebody should look at it now.
    Critical,
}

impl Severity {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Fine => "fine",
            Self::Busy => "busy",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// Whether it is a finding.
    pub const fn is_fault(self) -> bool {
        matches!(self, Self::Warning | Self::Critical)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}
