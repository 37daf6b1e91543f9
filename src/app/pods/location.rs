//! Where one can be in the Pods tab: a value, so that history can go back to it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::columns::Column;
use crate::app::effect::ObjectRef;
use crate::app::rows::{Place, RowKey};
use crate::domain::log::{LogRequest, LogSource};
use crate::domain::news::Kind;
use crate::domain::pod::Uid;
use crate::domain::workload::WorkloadKind;

/// The views that `v` goes through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    #[default]
    Pods,
    Workloads,
    CronJobs,
    Jobs,
    Events,
    Nodes,
}

impl View {
    pub const ALL: [Self; 6] =
        [Self::Pods, Self::Workloads, Self::CronJobs, Self::Jobs, Self::Events, Self::Nodes];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Pods => "Pods",
            Self::Workloads => "Workloads",
            Self::CronJobs => "CronJobs",
            Self::Jobs => "Jobs",
            Self::Events => "Events",
            Self::Nodes => "Nodes",
        }
    }

    /// The noun of its rows.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Pods => "pod",
            Self::Workloads => "workload",
            Self::CronJobs => "CronJob",
            Self::Jobs => "job",
            Self::Events => "warning",
            Self::Nodes => "node",
        }
    }

    /// The kinds of which it shows all that there is.
    pub const fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Pods => &[Kind::Pod],
            Self::Workloads => &[Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet],
            Self::CronJobs => &[Kind::CronJob],
            Self::Jobs => &[Kind::Job],
            Self::Events => &[Kind::Event],
            Self::Nodes => &[Kind::Node],
        }
    }

    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|view| *view == self).unwrap_or_default();
        Self::ALL.get(at + 1).copied().unwrap_or_default()
    }

    /// What it is sorted by until somebody sorts it otherwise: worst, newest, soonest first.
    pub const fn sort(self) -> Column {
        match self {
            Self::Pods | Self::Workloads | Self::CronJobs | Self::Nodes => Column::Why,
            Self::Jobs => Column::Age,
            Self::Events => Column::LastSeen,
        }
    }
}

/// Which of the pods, jobs or events are shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subset {
    All,
    /// The pods that a workload's selector picks, in the environments that have it.
    OfWorkload {
        kind: WorkloadKind,
        namespace: Arc<str>,
        name: Box<str>,
    },
    /// The pods on a node.
    OnNode {
        place: Place,
        name: Arc<str>,
    },
    /// The pods of a job.
    OfJob {
        place: Place,
        namespace: Arc<str>,
        name: Box<str>,
    },
    /// The jobs of a `CronJob`.
    OfCronJob {
        place: Place,
        namespace: Arc<str>,
        name: Box<str>,
    },
}

/// A place in the tab.
#[derive(Debug, Clone, PartialEq)]
pub enum Location {
    Table {
        view: View,
        subset: Subset,
    },
    Containers {
        place: Place,
        uid: Uid,
        name: Box<str>,
    },
    Describe(ObjectRef),
    Raw(ObjectRef),
    Explain {
        key: RowKey,
        title: String,
    },
    /// `offered`: the other containers that could be read too.
    Logs {
        title: String,
        request: LogRequest,
        offered: Vec<LogSource>,
    },
}

impl Location {
    pub const fn view(view: View) -> Self {
        Self::Table { view, subset: Subset::All }
    }

    /// Whether it is the same place: a log that is read from another moment on is the same log.
    pub fn is_at(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Logs { title, .. }, Self::Logs { title: others, .. }) => title == others,
            _ => self == other,
        }
    }

    /// Whether what is shown there is made from objects of this kind.
    pub fn is_made_from(&self, kind: Kind) -> bool {
        let is_workload = matches!(kind, Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet);
        match self {
            Self::Table { view: View::Pods, subset: Subset::OfWorkload { .. } }
            | Self::Table { view: View::Workloads, .. } => kind == Kind::Pod || is_workload,
            Self::Table { view: View::Pods, .. } | Self::Containers { .. } => kind == Kind::Pod,
            Self::Table { view: View::CronJobs, .. } => kind == Kind::CronJob,
            Self::Table { view: View::Jobs, .. } => kind == Kind::Job,
            Self::Table { view: View::Events, .. } => kind == Kind::Event,
            Self::Table { view: View::Nodes, .. } => matches!(kind, Kind::Node | Kind::Pod),
            Self::Explain { .. } => true,
            Self::Describe(_) | Self::Raw(_) | Self::Logs { .. } => false,
        }
    }

    /// The crumb: `Pods`, `api-0`, `logs`.
    pub fn crumb(&self) -> String {
        match self {
            Self::Table { view, subset: Subset::All } => view.title().to_owned(),
            Self::Table { view, subset } => {
                let of = match subset {
                    Subset::All => "",
                    Subset::OfWorkload { name, .. }
                    | Subset::OfJob { name, .. }
                    | Subset::OfCronJob { name, .. } => name,
                    Subset::OnNode { name, .. } => name,
                };
                format!("{} of {of}", view.title())
            }
            Self::Containers { name, .. } => name.to_string(),
            Self::Describe(object) => {
                format!("{} of {} · describe", object.name, object.environment)
            }
            Self::Raw(object) => format!("{} of {} · yaml", object.name, object.environment),
            Self::Explain { title, .. } => format!("{title} · why"),
            Self::Logs { title, .. } => format!("{title} · logs"),
        }
    }
}
