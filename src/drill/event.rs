//! What a running drill reports: its progress, its log, its record and its output are folds over
//! these events.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::census::Namespace;
use crate::domain::failure::Failure;

use super::record::Record;

/// The steps of a drill, in order. `CleanUp` runs whatever happened before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    Download,
    Scan,
    StartSandbox,
    Restore,
    Count,
    Compare,
    Record,
    Hold,
    CleanUp,
}

impl Step {
    pub const ALL: [Self; 9] = [
        Self::Download,
        Self::Scan,
        Self::StartSandbox,
        Self::Restore,
        Self::Count,
        Self::Compare,
        Self::Record,
        Self::Hold,
        Self::CleanUp,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::Scan => "scan",
            Self::StartSandbox => "start sandbox",
            Self::Restore => "restore",
            Self::Count => "count",
            Self::Compare => "compare",
            Self::Record => "record",
            Self::Hold => "hold",
            Self::CleanUp => "clean up",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// One thing that happened, and when, counted from the drill's start.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillEvent {
    pub at: Duration,
    pub step: Step,
    pub what: Happened,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    Started,
    Advanced(Advance),
    /// How far the step is with each collection that it has come to.
    Parts(Vec<Part>),
    /// The result is known; it is recorded, and the clean-up comes, after this.
    Concluded(Box<Record>),
    /// The sandbox stays, until when; told again when that changes.
    Held(Held),
    /// A line for the log: what an outside system said, what was decided and why.
    Noted(String),
    /// Done; the summary is what a reader wants to know of it.
    Passed {
        summary: String,
    },
    Failed(Failure),
    /// Not needed: the depth does not ask for it, or an earlier step refused the dump.
    Skipped {
        why: String,
    },
}

/// How far a step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    pub done: u64,
    /// `None` while nobody knows.
    pub total: Option<u64>,
    pub unit: Unit,
    /// What is being worked on right now: a collection, a layer.
    pub detail: String,
}

/// How far a step is with one collection, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub name: Namespace,
    pub done: u64,
    /// `None` while nobody knows.
    pub total: Option<u64>,
    /// Documents counted, where the step counts them.
    pub documents: Option<u64>,
}

/// A sandbox that stays for a closer look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The container's name.
    pub sandbox: String,
    /// The address of its engine.
    pub engine: String,
    /// When it goes, counted from the drill's start.
    pub until: Duration,
    /// What no extension passes.
    pub limit: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    Collections,
}
