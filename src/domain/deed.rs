//! What the console may do to a cluster, and the line that is kept of it.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::environment::EnvironmentName;
use crate::domain::pod::Uid;
use crate::domain::workload::WorkloadKind;

/// A change of a cluster. Only a writable environment is asked for one, and only after a dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub environment: EnvironmentName,
    pub namespace: Arc<str>,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Refused by the server where the pod is another one by now.
    DeletePod {
        name: Box<str>,
        uid: Uid,
    },
    RestartWorkload {
        kind: WorkloadKind,
        name: Box<str>,
    },
    RunCronJob {
        name: Box<str>,
    },
    SuspendCronJob {
        name: Box<str>,
    },
    ResumeCronJob {
        name: Box<str>,
    },
    RescheduleCronJob {
        name: Box<str>,
        from: Box<str>,
        to: Box<str>,
    },
    /// Recorded, since a shell can change anything.
    Shell {
        pod: Box<str>,
        container: Box<str>,
    },
}

impl What {
    /// The object's name.
    pub fn object(&self) -> &str {
        match self {
            Self::DeletePod { name, .. }
            | Self::RestartWorkload { name, .. }
            | Self::RunCronJob { name }
            | Self::SuspendCronJob { name }
            | Self::ResumeCronJob { name }
            | Self::RescheduleCronJob { name, .. } => name,
            Self::Shell { pod, .. } => pod,
        }
    }

    /// What it does, in the imperative: `delete pod`.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::DeletePod { .. } => "delete pod",
            Self::RestartWorkload { kind, .. } => match kind {
                WorkloadKind::Deployment => "restart deployment",
                WorkloadKind::StatefulSet => "restart statefulset",
                WorkloadKind::DaemonSet => "restart daemonset",
            },
            Self::RunCronJob { .. } => "run cronjob now",
            Self::SuspendCronJob { .. } => "suspend cronjob",
            Self::ResumeCronJob { .. } => "resume cronjob",
            Self::RescheduleCronJob { .. } => "reschedule cronjob",
            Self::Shell { .. } => "open a shell in",
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { environment, namespace, what } = self;
        write!(formatter, "{} {namespace}/{} in {environment}", what.verb(), what.object())
    }
}

/// One line of `actions.jsonl`: who did what when, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeedLine {
    pub at: Timestamp,
    /// `user@host`.
    pub who: String,
    #[serde(flatten)]
    pub deed: Deed,
    /// `done`, with what the cluster answered where that says more, or the failure's sentence.
    pub result: Result<String, String>,
}
