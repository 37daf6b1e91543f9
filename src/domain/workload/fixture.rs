//! Workloads to begin a test with.

use crate::domain::pod::Uid;
use crate::domain::workload::{Workload, WorkloadKind};

/// A healthy Deployment of version 1.0.
pub(in crate::domain) fn deployment(name: &str, replicas: u32) -> Workload {
    Workload {
        uid: Uid(name.into()),
        kind: WorkloadKind::Deployment,
        namespace: "default".into(),
        name: name.into(),
        created: Some("2026-11-01T00:00:00Z".parse().unwrap()),
        labels: [].into(),
        selector: [].into(),
        wanted: replicas,
        ready: replicas,
        updated: replicas,
        available: replicas,
        generation: 2,
        observed_generation: 2,
        images: vec![format!("registry.example/{name}:1.0").into()],
        conditions: Vec::new(),
        is_paused: false,
    }
}
