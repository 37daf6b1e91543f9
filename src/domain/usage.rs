//! What pods and nodes use, as metrics.k8s.io tells it.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::quantity::{Cpu, Memory};

/// What one pod uses; containers by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodUsage {
    pub namespace: Arc<str>,
    pub name: Box<str>,
    /// The end of the window that was measured.
    pub at: Option<Timestamp>,
    pub containers: Box<[ContainerUsage]>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerUsage {
    pub name: Arc<str>,
    pub cpu: Cpu,
    pub memory: Memory,
}

/// What one node uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeUsage {
    pub name: Arc<str>,
    pub cpu: Cpu,
    pub memory: Memory,
}
