//! Pods to begin a test with.

use jiff::{SignedDuration, Timestamp};

use crate::domain::pod::{
    Condition, ConditionStatus, Container, ContainerState, ContainerStatus, Owner, Pod, Probes,
    Resources, Termination, Uid,
};
use crate::domain::quantity::Memory;

/// The time of all tests of pods.
pub(in crate::domain) fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "every date of a pod may be missing")]
pub(in crate::domain) fn ago(seconds: i64) -> Option<Timestamp> {
    Some(now() - SignedDuration::from_secs(seconds))
}

/// A healthy pod of a Deployment: one ready container, up for a day.
pub(in crate::domain) fn pod(name: &str) -> Pod {
    Pod {
        uid: Uid(name.into()),
        namespace: "default".into(),
        name: name.into(),
        owner: Some(Owner { kind: "ReplicaSet".into(), name: "api-5d8f".into() }),
        labels: [("pod-template-hash".into(), "5d8f".into())].into(),
        created: ago(86_400),
        deleting: None,
        node: Some("node-1".into()),
        nominated_node: None,
        ip: Some("10.0.0.1".into()),
        service_account: None,
        quality: None,
        phase: "Running".into(),
        reason: None,
        message: None,
        conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"]
            .map(|kind| condition(kind, ConditionStatus::True, 86_300))
            .into(),
        readiness_gates: Vec::new(),
        init_containers: [].into(),
        containers: [container("app")].into(),
        init_statuses: Vec::new(),
        statuses: vec![running("app", 86_300)],
    }
}

pub(in crate::domain) fn condition(
    kind: &str,
    status: ConditionStatus,
    seconds_ago: i64,
) -> Condition {
    Condition { kind: kind.into(), status, reason: None, message: None, since: ago(seconds_ago) }
}

pub(in crate::domain) fn container(name: &str) -> Container {
    Container {
        name: name.into(),
        image: "registry.example/app:1.0".into(),
        is_sidecar: false,
        requests: Resources::default(),
        limits: Resources { cpu: None, memory: Some(Memory(512 << 20)) },
        probes: Probes::default(),
        ports: Vec::new(),
    }
}

/// Ready, without a past.
pub(in crate::domain) fn running(name: &str, seconds_ago: i64) -> ContainerStatus {
    ContainerStatus {
        name: name.into(),
        ready: true,
        started: Some(true),
        restarts: 0,
        state: ContainerState::Running { started: ago(seconds_ago) },
        last_state: ContainerState::Empty,
    }
}

pub(in crate::domain) fn waiting(reason: &str, message: &str) -> ContainerState {
    let filled = |text: &str| (!text.is_empty()).then(|| text.into());
    ContainerState::Waiting { reason: filled(reason), message: filled(message) }
}

/// An end after a run of some seconds.
pub(in crate::domain) fn ended(
    reason: &str,
    exit_code: i32,
    seconds_ago: i64,
    run: i64,
) -> ContainerState {
    ContainerState::Terminated(Box::new(Termination {
        exit_code,
        signal: 0,
        reason: Some(reason.into()),
        message: None,
        started: ago(seconds_ago + run),
        finished: ago(seconds_ago),
    }))
}
