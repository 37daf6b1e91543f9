//! What keeps pods running: Deployments, `StatefulSets`, `DaemonSets`, one row each.

pub mod diagnosis;
pub mod drift;
#[cfg(test)]
pub(in crate::domain) mod fixture;
pub mod group;
pub mod image;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::labels::Labels;
use crate::domain::pod::{Condition, Uid};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WorkloadKind {
    Deployment,
    StatefulSet,
    DaemonSet,
}

/// The state of one workload of one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    pub uid: Uid,
    pub kind: WorkloadKind,
    pub namespace: Arc<str>,
    pub name: Box<str>,
    pub created: Option<Timestamp>,
    pub labels: Labels,
    /// What `kubectl` would select its pods with: `matchLabels`.
    pub selector: Labels,
    pub wanted: u32,
    pub ready: u32,
    pub updated: u32,
    pub available: u32,
    /// The generation of the specification, and the one that the controller has seen.
    pub generation: i64,
    pub observed_generation: i64,
    /// The images of its pod template, in the template's order.
    pub images: Vec<Box<str>>,
    pub conditions: Vec<Condition>,
    pub is_paused: bool,
}
