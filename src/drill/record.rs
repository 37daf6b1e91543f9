//! The record of a drill: everything that was found out, in a form that outlives the program.
//!
//! Invariant: aggregates only. No field can hold a document.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::backup::Backup;
use crate::domain::census::{DumpCensus, LiveCensus, Namespace};
use crate::domain::engine::ServerVersion;
use crate::domain::environment::{EnvironmentName, SetName};
use crate::domain::failure::Failure;
use crate::domain::loss::Loss;
use crate::domain::restore::RestoreReport;
use crate::domain::settings::{Access, Depth};
use crate::domain::verdict::{Judgement, Rule, Verdict};

use super::event::Step;
use super::plan::{DrillId, DrillPlan, Selection, Trigger};
use super::progress::Stage;
use super::recipe::mongodb::command_to_copy;
use super::table::{Columns, Judged, Row, rows};

/// Changes when a reader of an older schema would misread a record.
pub const SCHEMA: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub id: DrillId,
    pub schema: u32,
    pub started: Timestamp,
    /// `user@host`.
    pub actor: String,
    pub console_version: String,
    pub trigger: Trigger,
    pub environment: EnvironmentName,
    pub set: SetName,
    pub production: bool,
    pub object: Backup,
    #[serde(default)]
    pub access: Access,
    pub selection: Selection,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_engine: Option<EngineUsed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_version: Option<ServerVersion>,
    /// The depth that was asked for.
    pub depth: Depth,
    pub stages: Vec<Stage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub census: Option<DumpCensus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored_with: Option<RestoreReport>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<LiveCensus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<LiveCensus>,
    pub judgements: Vec<Judgement>,
    /// The step that could not be done, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<FailedStep>,
    #[serde(default)]
    pub cancelled: bool,
    pub verdict: Verdict,
    /// Seconds from the start to the last document restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rto_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<Loss>,
    /// What a sandbox that failed said last, without documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sandbox_log: Vec<String>,
    /// What was noticed by the way: a resumed download, an image that was pulled and stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections_first: Vec<Namespace>,
}

/// The container engine and the image that ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineUsed {
    pub engine: String,
    pub version: String,
    pub arch: String,
    pub image: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The version that the server in the sandbox reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedStep {
    pub step: Step,
    pub failure: Failure,
}

impl Record {
    /// A record that knows nothing yet but its plan; what a killed drill leaves is made of it.
    pub fn begin(plan: &DrillPlan) -> Self {
        Self {
            id: plan.id,
            schema: SCHEMA,
            started: plan.started,
            actor: plan.actor.clone(),
            console_version: env!("CARGO_PKG_VERSION").to_owned(),
            trigger: plan.trigger,
            environment: plan.set.environment.clone(),
            set: plan.set.name.clone(),
            production: plan.set.production,
            object: plan.object.clone(),
            access: plan.access.clone(),
            selection: plan.selection.clone(),
            container_engine: None,
            server_version: None,
            depth: plan.depth,
            stages: Vec::new(),
            census: None,
            restored_with: None,
            restored: None,
            source: None,
            judgements: Vec::new(),
            failed: None,
            cancelled: false,
            verdict: Verdict::CouldNotVerify,
            rto_s: None,
            loss: None,
            sandbox_log: Vec::new(),
            notes: Vec::new(),
            collections_first: plan.set.collections_first.clone(),
        }
    }

    /// The verdict from all that is in the record. A drill that was cancelled or could not do a
    /// step has proven nothing beyond what its rules found broken.
    fn judge(&mut self) {
        let verdict = Verdict::of(self.depth, &self.judgements);
        let incomplete = self.cancelled || self.failed.is_some();
        self.verdict = if incomplete { verdict.max(Verdict::CouldNotVerify) } else { verdict };
    }

    /// Says of every rule that has not run why, and judges.
    pub fn close(&mut self, why: &str) {
        for rule in Rule::ALL.into_iter().filter(|rule| rule.depth() <= self.depth) {
            if !self.judgements.iter().any(|judged| judged.rule == rule) {
                self.judgements.push(Judgement::not_run(rule, why));
            }
        }
        self.judgements.sort_by_key(|judged| judged.rule);
        self.judge();
    }

    /// Whether the object counts as tested: restored at least, with a verdict.
    pub fn is_test(&self) -> bool {
        self.depth >= Depth::Restore && self.verdict != Verdict::CouldNotVerify && !self.cancelled
    }

    /// Whether the object is proven: compared with its source, and nothing failed.
    pub fn is_proof(&self) -> bool {
        self.depth >= Depth::Compare && self.verdict <= Verdict::Warn && !self.cancelled
    }

    /// The deepest depth, short of the one that was asked for, at which the backup passed.
    fn depth_passed(&self) -> Option<Depth> {
        let passed = |depth: &Depth| {
            let of_depth = |judged: &&Judgement| judged.rule.depth() <= *depth;
            let judged: Vec<_> = self.judgements.iter().filter(of_depth).cloned().collect();
            Verdict::of(*depth, &judged) <= Verdict::Warn
        };
        Depth::ALL.into_iter().rev().filter(|depth| *depth < self.depth).find(passed)
    }

    /// The deepest depth at which the backup passed, whatever was asked for; `None` where it passed
    /// at none, failed, or was not drilled to the end.
    pub fn reached(&self) -> Option<Depth> {
        match self.verdict {
            Verdict::Pass | Verdict::Warn => Some(self.depth),
            Verdict::CouldNotVerify if !self.cancelled => self.depth_passed(),
            Verdict::CouldNotVerify | Verdict::Fail => None,
        }
    }

    /// What is said behind the object's name, with what was reached where more was asked for.
    pub fn sentence(&self) -> String {
        if self.cancelled {
            return "was not drilled to the end: nothing is proven".to_owned();
        }
        if self.verdict != Verdict::CouldNotVerify {
            return self.verdict.sentence(self.depth);
        }
        match (self.depth_passed(), self.source.is_some()) {
            (Some(Depth::Restore), true) => {
                "is restorable, the comparison proves nothing".to_owned()
            }
            (Some(Depth::Restore), false) => "is restorable, comparison not run".to_owned(),
            (Some(passed), _) => format!("is {}, the rest not run", passed.praise()),
            (None, _) => self.verdict.sentence(self.depth),
        }
    }

    /// What an incident would type to restore this backup.
    pub fn command_to_copy(&self) -> String {
        command_to_copy(&self.object.url(), &self.access, self.census.as_ref())
    }

    pub fn rows(&self) -> Vec<Row> {
        let columns = Columns {
            dump: self.census.as_ref(),
            restored: self.restored.as_ref(),
            source: self.source.as_ref(),
        };
        let judged = Judged { depth: self.depth, judgements: &self.judgements };
        rows(columns, judged, &self.collections_first)
    }
}

/// What becomes of downloads that broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokenOff {
    Removed,
    /// A day long, for another try.
    Kept,
}

/// How the clean-up ended; written after the record, which must not wait for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleanup {
    pub at: Timestamp,
    /// Names of containers, volumes and files that were removed.
    pub removed: Vec<String>,
    /// Files that stay on purpose: a kept download, one that may be resumed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
    /// What could not be removed, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}
