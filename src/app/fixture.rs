//! Pods for tests.

use std::sync::Arc;

use crate::domain::pod::{
    Condition, ConditionStatus, Container, ContainerState, ContainerStatus, Pod, Probes, Resources,
    Termination, Uid,
};

fn word(text: &str) -> Arc<str> {
    Arc::from(text)
}

fn container(name: &str) -> Container {
    Container {
        name: name.into(),
        image: "registry.example/app:1.4.2".into(),
        is_sidecar: false,
        requests: Resources::default(),
        limits: Resources::default(),
        probes: Probes::default(),
        ports: Vec::new(),
    }
}

/// A pod of one container that has been running and ready since 2026-11-01.
pub(super) fn running(name: &str) -> Pod {
    let since = "2026-11-01T00:00:00Z".parse().ok();
    let condition = |kind: &str| Condition {
        kind: word(kind),
        status: ConditionStatus::True,
        reason: None,
        message: None,
        since,
    };
    Pod {
        uid: Uid(word(name)),
        namespace: word("default"),
        name: name.into(),
        owner: None,
        labels: [(word("app"), name.into())].into(),
        created: since,
        deleting: None,
        node: Some(word("node-1")),
        nominated_node: None,
        ip: Some("10.0.0.1".into()),
        service_account: None,
        quality: None,
        phase: word("Running"),
        reason: None,
        message: None,
        conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"]
            .map(condition)
            .into(),
        readiness_gates: Vec::new(),
        init_containers: [].into(),
        containers: [container("app")].into(),
        init_statuses: Vec::new(),
        statuses: vec![ContainerStatus {
            name: "app".into(),
            ready: true,
            started: Some(true),
            restarts: 0,
            state: ContainerState::Running { started: since },
            last_state: ContainerState::Empty,
        }],
    }
}

/// A pod whose container has ended with 1 seven times, and waits to be started again.
pub(super) fn crashing(name: &str) -> Pod {
    let mut pod = running(name);
    for condition in &mut pod.conditions {
        if matches!(&*condition.kind, "Ready" | "ContainersReady") {
            condition.status = ConditionStatus::False;
        }
    }
    if let Some(status) = pod.statuses.first_mut() {
        status.ready = false;
        status.started = Some(false);
        status.restarts = 7;
        status.state = ContainerState::Waiting {
            reason: Some("CrashLoopBackOff".into()),
            message: Some("back-off 5m0s restarting failed container".into()),
        };
        status.last_state = ContainerState::Terminated(Box::new(Termination {
            exit_code: 1,
            reason: Some("Error".into()),
            finished: "2026-11-20T09:26:00Z".parse().ok(),
            ..Termination::default()
        }));
    }
    pod
}
