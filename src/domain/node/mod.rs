//! Nodes, as rows.

pub mod diagnosis;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::labels::Labels;
use crate::domain::pod::{Condition, Resources, Uid};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub uid: Uid,
    pub name: Arc<str>,
    pub created: Option<Timestamp>,
    pub labels: Labels,
    pub conditions: Vec<Condition>,
    /// `spec.unschedulable`: cordoned.
    pub is_cordoned: bool,
    /// `key=value:Effect`.
    pub taints: Vec<Box<str>>,
    pub allocatable: Resources,
    /// How many pods it may run.
    pub pods: Option<u32>,
    /// The kubelet's.
    pub version: Option<Box<str>>,
    pub internal_ip: Option<Box<str>>,
}
