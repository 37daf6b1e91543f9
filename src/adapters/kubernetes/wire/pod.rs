//! Pods.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use crate::adapters::kubernetes::wire::lenient::{cpu, lenient_time, memory, or_default, presence};
use crate::adapters::kubernetes::wire::word::{Word, shared_containers};
use crate::adapters::kubernetes::wire::{Metadata, Wire, WireCondition, conditions, filled, rows};
use crate::domain::pod::{
    Container, ContainerState, ContainerStatus, Pod, Probes, Resources, Termination,
};
use crate::domain::quantity::{Cpu, Memory};

/// A pod of `v1`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WirePod {
    #[serde(deserialize_with = "or_default")]
    pub metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    spec: Spec,
    #[serde(deserialize_with = "or_default")]
    status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    #[serde(deserialize_with = "or_default")]
    node_name: Word,
    #[serde(deserialize_with = "or_default")]
    service_account_name: Word,
    #[serde(deserialize_with = "or_default")]
    readiness_gates: Vec<Gate>,
    #[serde(deserialize_with = "or_default")]
    init_containers: Vec<WireContainer>,
    #[serde(deserialize_with = "or_default")]
    containers: Vec<WireContainer>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Gate {
    #[serde(deserialize_with = "or_default")]
    condition_type: Box<str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireContainer {
    #[serde(deserialize_with = "or_default")]
    name: Box<str>,
    #[serde(deserialize_with = "or_default")]
    image: Box<str>,
    #[serde(deserialize_with = "or_default")]
    restart_policy: Word,
    #[serde(deserialize_with = "or_default")]
    resources: WireResources,
    #[serde(deserialize_with = "presence")]
    liveness_probe: bool,
    #[serde(deserialize_with = "presence")]
    readiness_probe: bool,
    #[serde(deserialize_with = "presence")]
    startup_probe: bool,
    #[serde(deserialize_with = "or_default")]
    ports: Vec<Port>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireResources {
    #[serde(deserialize_with = "or_default")]
    requests: Amounts,
    #[serde(deserialize_with = "or_default")]
    limits: Amounts,
}

/// Processor and memory, of whatever else there is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Amounts {
    #[serde(deserialize_with = "cpu")]
    pub(super) cpu: Option<Cpu>,
    #[serde(deserialize_with = "memory")]
    pub(super) memory: Option<Memory>,
}

impl From<Amounts> for Resources {
    fn from(wire: Amounts) -> Self {
        Self { cpu: wire.cpu, memory: wire.memory }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Port {
    name: Option<Box<str>>,
    #[serde(rename = "containerPort", deserialize_with = "or_default")]
    number: i32,
    #[serde(deserialize_with = "or_default")]
    protocol: Word,
}

impl Port {
    /// `8080/TCP http`.
    fn text(self) -> Box<str> {
        let protocol = self.protocol.filled();
        let protocol = protocol.as_deref().unwrap_or("TCP");
        let mut text = format!("{}/{protocol}", self.number);
        if let Some(name) = filled(self.name) {
            // Writing to a string cannot fail.
            let _ = write!(text, " {name}");
        }
        text.into()
    }
}

impl From<WireContainer> for Container {
    fn from(wire: WireContainer) -> Self {
        Self {
            name: wire.name,
            image: wire.image,
            is_sidecar: &*wire.restart_policy.0 == "Always",
            requests: wire.resources.requests.into(),
            limits: wire.resources.limits.into(),
            probes: Probes {
                liveness: wire.liveness_probe,
                readiness: wire.readiness_probe,
                startup: wire.startup_probe,
            },
            ports: rows(wire.ports, Port::text),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    #[serde(deserialize_with = "or_default")]
    phase: Word,
    reason: Option<Box<str>>,
    message: Option<Box<str>>,
    #[serde(deserialize_with = "or_default")]
    nominated_node_name: Word,
    #[serde(deserialize_with = "or_default")]
    qos_class: Word,
    #[serde(rename = "podIP")]
    pod_ip: Option<Box<str>>,
    #[serde(rename = "podIPs", deserialize_with = "or_default")]
    pod_ips: Vec<Address>,
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<WireCondition>,
    #[serde(deserialize_with = "or_default")]
    init_container_statuses: Vec<WireStatus>,
    #[serde(deserialize_with = "or_default")]
    container_statuses: Vec<WireStatus>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address {
    ip: Option<Box<str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireStatus {
    #[serde(deserialize_with = "or_default")]
    name: Word,
    #[serde(deserialize_with = "or_default")]
    ready: bool,
    started: Option<bool>,
    #[serde(deserialize_with = "or_default")]
    restart_count: i32,
    #[serde(deserialize_with = "or_default")]
    state: State,
    #[serde(deserialize_with = "or_default")]
    last_state: State,
}

impl From<WireStatus> for ContainerStatus {
    fn from(wire: WireStatus) -> Self {
        Self {
            name: wire.name.0,
            ready: wire.ready,
            started: wire.started,
            restarts: wire.restart_count,
            state: wire.state.into(),
            last_state: wire.last_state.into(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct State {
    waiting: Option<Waiting>,
    running: Option<Running>,
    terminated: Option<Box<Terminated>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Waiting {
    reason: Option<Box<str>>,
    message: Option<Box<str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Running {
    #[serde(deserialize_with = "lenient_time")]
    started_at: Option<Timestamp>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Terminated {
    #[serde(deserialize_with = "or_default")]
    exit_code: i32,
    #[serde(deserialize_with = "or_default")]
    signal: i32,
    reason: Option<Box<str>>,
    message: Option<Box<str>>,
    #[serde(deserialize_with = "lenient_time")]
    started_at: Option<Timestamp>,
    #[serde(deserialize_with = "lenient_time")]
    finished_at: Option<Timestamp>,
}

impl From<State> for ContainerState {
    fn from(wire: State) -> Self {
        if let Some(end) = wire.terminated {
            return Self::Terminated(Box::new(Termination {
                exit_code: end.exit_code,
                signal: end.signal,
                reason: filled(end.reason),
                message: filled(end.message),
                started: end.started_at,
                finished: end.finished_at,
            }));
        }
        if let Some(Waiting { reason, message }) = wire.waiting {
            return Self::Waiting { reason: filled(reason), message: filled(message) };
        }
        match wire.running {
            Some(running) => Self::Running { started: running.started_at },
            None => Self::Empty,
        }
    }
}

fn consists_of(containers: Vec<WireContainer>) -> Arc<[Container]> {
    shared_containers(containers.into_iter().map(Container::from).collect())
}

impl From<WirePod> for Pod {
    fn from(wire: WirePod) -> Self {
        let WirePod { mut metadata, spec, status } = wire;
        // Servers before 1.16 send only the one.
        let ip = match status.pod_ips.into_iter().next() {
            Some(first) => first.ip,
            None => status.pod_ip,
        };
        Self {
            uid: metadata.uid(),
            name: metadata.name(),
            owner: metadata.owner(),
            namespace: metadata.namespace.0,
            labels: metadata.labels,
            created: metadata.creation_timestamp,
            deleting: metadata.deletion_timestamp,
            node: spec.node_name.filled(),
            nominated_node: status.nominated_node_name.filled(),
            ip: filled(ip),
            service_account: spec.service_account_name.filled(),
            quality: status.qos_class.filled(),
            phase: status.phase.0,
            reason: filled(status.reason),
            message: filled(status.message),
            conditions: conditions(status.conditions),
            readiness_gates: rows(spec.readiness_gates, |gate| gate.condition_type),
            init_containers: consists_of(spec.init_containers),
            containers: consists_of(spec.containers),
            init_statuses: rows(status.init_container_statuses, ContainerStatus::from),
            statuses: rows(status.container_statuses, ContainerStatus::from),
        }
    }
}

impl Wire for WirePod {
    type Row = Pod;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn into_row(self) -> Pod {
        self.into()
    }
}
