//! What a cluster reports of its objects.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::pod::Uid;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub uid: Uid,
    pub namespace: Arc<str>,
    pub is_warning: bool,
    /// `BackOff`, `FailedScheduling`, …
    pub reason: Arc<str>,
    pub message: Box<str>,
    /// What it is about.
    pub object: Subject,
    /// How often it was seen.
    pub count: u32,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// The reporting component: `kubelet`.
    pub source: Option<Arc<str>>,
}

/// The object that an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    pub kind: Arc<str>,
    pub name: Box<str>,
    pub uid: Option<Uid>,
}
