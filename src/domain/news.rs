//! What a cluster tells while it is watched: changes of one kind of object, never whole tables twice.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::event::Event;
use crate::domain::failure::Failure;
use crate::domain::job::{CronJob, Job};
use crate::domain::node::Node;
use crate::domain::pod::{Pod, Uid};
use crate::domain::trust::Trust;
use crate::domain::usage::{NodeUsage, PodUsage};
use crate::domain::workload::Workload;

/// The kinds of objects that are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    Pod,
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
    Node,
    Event,
}

/// Which part of a cluster is watched: permissions differ by namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// All namespaces, or what has none.
    Cluster,
    Namespace(Arc<str>),
}

/// One piece of news. The pieces of one kind and scope come in order.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    Pods(Delta<Pod>),
    /// Deployments, `StatefulSets` and `DaemonSets`: each kind lists by itself.
    Workloads(Kind, Delta<Workload>),
    Jobs(Delta<Job>),
    CronJobs(Delta<CronJob>),
    Nodes(Delta<Node>),
    /// Only warnings are watched.
    Events(Delta<Event>),
    /// Pods as the server prints them, for the first seconds of a big namespace.
    Printed {
        namespace: Arc<str>,
        rows: Vec<PrintedPod>,
    },
    /// What pods and nodes use now; replaces what was told before.
    PodUsage(Result<Vec<PodUsage>, Failure>),
    NodeUsage(Result<Vec<NodeUsage>, Failure>),
    /// How far this kind can be trusted in this scope from now on.
    Standing {
        kind: Kind,
        scope: Scope,
        trust: Trust,
    },
}

/// A change of what is known of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta<T> {
    /// A list has begun: what is known of the scope stays until the list is complete.
    Began(Scope),
    /// A part of the list; `remaining` as far as the server tells.
    Page { scope: Scope, rows: Vec<Arc<T>>, remaining: Option<u64> },
    /// The list is whole: what it did not name is gone.
    Complete(Scope),
    /// The list broke off: what is known of the scope stays.
    BrokeOff(Scope),
    /// What has changed since the list.
    Changed { applied: Vec<Arc<T>>, gone: Vec<Uid> },
}

/// A row of the server's own table, which has neither uid nor owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedPod {
    pub name: Box<str>,
    pub ready: Arc<str>,
    pub status: Arc<str>,
    /// With its date: `3 (10s ago)`.
    pub restarts: Arc<str>,
    /// As an age, which only the server can tell.
    pub age: Arc<str>,
}

/// Which namespaces are watched in every environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Namespaces {
    /// Those that the configuration names for each environment.
    #[default]
    Configured,
    All,
    One(Arc<str>),
}
