//! A pod as the cluster describes it: only what is shown, sorted by or judged, so that ten thousand fit.
//!
//! With two containers and five conditions it takes 1.3 KB, and its texts some 300 bytes more:
//! words that repeat from pod to pod are shared, lists are exactly as large as what they hold.

pub mod diagnosis;
pub mod explanation;
#[cfg(test)]
pub(in crate::domain) mod fixture;
pub mod printed;
#[cfg(test)]
pub(in crate::domain) mod properties;
pub mod readiness;
pub mod usage;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::quantity::{Cpu, Memory};

/// The identity of one object of a cluster, whatever its kind; names are used again, uids are not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Uid(pub Arc<str>);

impl fmt::Display for Uid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// What made an object and answers for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// `ReplicaSet`, `Job`, `DaemonSet`, `StatefulSet`, …
    pub kind: Arc<str>,
    pub name: Box<str>,
}

/// One pod. Lists hold what the API listed, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    pub uid: Uid,
    pub namespace: Arc<str>,
    pub name: Box<str>,
    /// The controller among the owner references.
    pub owner: Option<Owner>,
    pub labels: Vec<(Arc<str>, Box<str>)>,
    pub created: Option<Timestamp>,
    /// When its deletion was asked for, plus its grace period.
    pub deleting: Option<Timestamp>,
    pub node: Option<Arc<str>>,
    pub nominated_node: Option<Arc<str>>,
    /// The first of `podIPs`.
    pub ip: Option<Box<str>>,
    pub service_account: Option<Arc<str>>,
    pub quality: Option<Arc<str>>,
    pub phase: Arc<str>,
    /// `status.reason`: `Evicted`, `NodeLost`, …
    pub reason: Option<Box<str>>,
    /// `status.message`.
    pub message: Option<Box<str>>,
    pub conditions: Vec<Condition>,
    /// The condition types of `spec.readinessGates`.
    pub readiness_gates: Vec<Box<str>>,
    pub init_containers: Vec<Container>,
    pub containers: Vec<Container>,
    pub init_statuses: Vec<ContainerStatus>,
    pub statuses: Vec<ContainerStatus>,
}

impl Pod {
    /// Whether the init container of this name is a sidecar.
    pub fn is_sidecar(&self, name: &str) -> bool {
        self.init_containers
            .iter()
            .any(|container| container.is_sidecar && *container.name == *name)
    }

    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(name, _)| **name == *key).map(|(_, value)| &**value)
    }

    /// The first condition of this type.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| *condition.kind == *kind)
    }

    /// The specification of a container, or of an init container.
    pub fn container(&self, name: &str) -> Option<&Container> {
        self.containers.iter().chain(&self.init_containers).find(|one| *one.name == *name)
    }
}

/// A condition of a pod, a node, a job or a workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub kind: Arc<str>,
    pub status: ConditionStatus,
    pub reason: Option<Box<str>>,
    pub message: Option<Box<str>>,
    /// `lastTransitionTime`.
    pub since: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConditionStatus {
    True,
    False,
    Unknown,
}

/// What the pod's specification says of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    pub name: Box<str>,
    pub image: Box<str>,
    /// An init container whose restart policy is `Always`.
    pub is_sidecar: bool,
    pub requests: Resources,
    pub limits: Resources,
    /// Liveness, readiness, startup.
    pub probes: Probes,
    /// `8080/TCP`, with its name where it has one.
    pub ports: Vec<Box<str>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    pub cpu: Option<Cpu>,
    pub memory: Option<Memory>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probes {
    pub liveness: bool,
    pub readiness: bool,
    pub startup: bool,
}

/// What the kubelet reports of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerStatus {
    pub name: Box<str>,
    pub ready: bool,
    pub started: Option<bool>,
    /// Signed, as in the API; negative is never sent.
    pub restarts: i32,
    pub state: ContainerState,
    /// `lastState`: how it ended before its last restart.
    pub last_state: ContainerState,
}

/// `Empty` is what an API object may hold although no kubelet reports it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContainerState {
    #[default]
    Empty,
    Waiting {
        reason: Option<Box<str>>,
        message: Option<Box<str>>,
    },
    Running {
        started: Option<Timestamp>,
    },
    Terminated(Box<Termination>),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Termination {
    pub exit_code: i32,
    pub signal: i32,
    pub reason: Option<Box<str>>,
    pub message: Option<Box<str>>,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
}

impl ContainerState {
    /// How it ended, if it has.
    pub fn termination(&self) -> Option<&Termination> {
        match self {
            Self::Terminated(end) => Some(end),
            Self::Empty | Self::Waiting { .. } | Self::Running { .. } => None,
        }
    }
}

impl Termination {
    /// Whether the kernel ended it for want of memory.
    pub fn is_out_of_memory(&self) -> bool {
        self.reason.as_deref() == Some("OOMKilled")
    }
}
