//! A pod's columns exactly as `kubectl get pods` prints them. What comes from the cluster is left as
//! it is: neutralise it where it is shown.
//! The original: <https://github.com/kubernetes/kubernetes/blob/master/pkg/printers/internalversion/printers.go>.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::Timestamp;

use crate::domain::age::age;
use crate::domain::pod::{
    Condition, ConditionStatus, ContainerState, ContainerStatus, Pod, Termination,
};

/// What is printed where nothing is known.
pub const NONE: &str = "<none>";

/// STATUS, READY and RESTARTS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed<'a> {
    pub status: Cow<'a, str>,
    pub ready: u32,
    pub total: u32,
    pub restarts: u32,
    pub last_restart: Option<Timestamp>,
}

impl Printed<'_> {
    /// The same, kept beside a pod rather than borrowed from it. What most pods say takes no memory.
    pub fn into_owned(self) -> Printed<'static> {
        let status = match &*self.status {
            "Running" => Cow::Borrowed("Running"),
            "Completed" => Cow::Borrowed("Completed"),
            _ => Cow::Owned(self.status.into_owned()),
        };
        Printed { status, ..self }
    }

    /// READY: `1/2`.
    pub fn ready_text(&self) -> String {
        format!("{}/{}", self.ready, self.total)
    }

    /// RESTARTS: `3 (10s ago)`, or only the number.
    pub fn restarts_text(&self, now: Timestamp) -> String {
        let mut text = self.restarts.to_string();
        if let Some(last) = self.last_restart.filter(|_| self.restarts != 0) {
            // Writing to a string cannot fail.
            let _ = write!(text, " ({} ago)", age(last, now));
        }
        text
    }
}

/// The columns of `pod`.
pub fn printed(pod: &Pod) -> Printed<'_> {
    let mut row = Row::of(pod);
    let is_initializing = row.walk_init_containers(pod);
    let is_initialized = pod
        .condition("Initialized")
        .is_some_and(|condition| condition.status == ConditionStatus::True);
    if !is_initializing || is_initialized {
        row.walk_containers(pod);
    }
    if pod.deleting.is_some() {
        if pod.reason.as_deref() == Some("NodeLost") {
            row.status = Cow::Borrowed("Unknown");
        } else if !matches!(&*pod.phase, "Succeeded" | "Failed") {
            row.status = Cow::Borrowed("Terminating");
        }
    }
    row.finish(pod)
}

/// READINESS GATES: `1/2`.
pub fn gates_text(pod: &Pod) -> String {
    if pod.readiness_gates.is_empty() {
        return NONE.to_owned();
    }
    let is_open = |gate: &str| {
        let condition = pod.condition(gate);
        condition.is_some_and(|condition| condition.status == ConditionStatus::True)
    };
    let open = pod.readiness_gates.iter().filter(|gate| is_open(gate)).count();
    format!("{open}/{}", pod.readiness_gates.len())
}

/// IP.
pub fn ip_text(pod: &Pod) -> &str {
    pod.ip.as_deref().unwrap_or(NONE)
}

/// NODE.
pub fn node_text(pod: &Pod) -> &str {
    pod.node.as_deref().unwrap_or(NONE)
}

/// NOMINATED NODE.
pub fn nominated_node_text(pod: &Pod) -> &str {
    pod.nominated_node.as_deref().unwrap_or(NONE)
}

/// A row while the containers are walked.
struct Row<'a> {
    status: Cow<'a, str>,
    ready: usize,
    restarts: i64,
    last_restart: Option<Timestamp>,
    /// The same of the sidecars that were passed alone.
    sidecar_restarts: i64,
    last_sidecar_restart: Option<Timestamp>,
}

impl<'a> Row<'a> {
    fn of(pod: &'a Pod) -> Self {
        let is_gated = |condition: &Condition| {
            &*condition.kind == "PodScheduled"
                && condition.reason.as_deref() == Some("SchedulingGated")
        };
        let status = if pod.conditions.iter().any(is_gated) {
            "SchedulingGated"
        } else {
            filled(pod.reason.as_deref()).unwrap_or(&pod.phase)
        };
        Self {
            status: Cow::Borrowed(status),
            ready: 0,
            restarts: 0,
            last_restart: None,
            sidecar_restarts: 0,
            last_sidecar_restart: None,
        }
    }

    /// Whether it stopped at a container that has not done its part.
    fn walk_init_containers(&mut self, pod: &'a Pod) -> bool {
        for (index, status) in pod.init_statuses.iter().enumerate() {
            let is_sidecar = pod.is_sidecar(&status.name);
            let ended = last_end(status);
            self.restarts += i64::from(status.restarts);
            self.last_restart = self.last_restart.max(ended);
            if is_sidecar {
                self.sidecar_restarts += i64::from(status.restarts);
                self.last_sidecar_restart = self.last_sidecar_restart.max(ended);
            }
            match &status.state {
                ContainerState::Terminated(end) if end.exit_code == 0 => continue,
                _ if is_sidecar && status.started == Some(true) => {
                    self.ready += usize::from(status.ready);
                    continue;
                }
                ContainerState::Terminated(end) => {
                    self.status = Cow::Owned(format!("Init:{}", end_text(end)));
                }
                ContainerState::Waiting { reason, .. } => match filled(reason.as_deref()) {
                    Some(reason) if reason != "PodInitializing" => {
                        self.status = Cow::Owned(format!("Init:{reason}"));
                    }
                    _ => self.status = step(index, pod),
                },
                ContainerState::Running { .. } | ContainerState::Empty => {
                    self.status = step(index, pod);
                }
            }
            return true;
        }
        false
    }

    /// From last to first, so that the first container has the last word.
    fn walk_containers(&mut self, pod: &'a Pod) {
        self.restarts = self.sidecar_restarts;
        self.last_restart = self.last_sidecar_restart;
        let mut has_running = false;
        for status in pod.statuses.iter().rev() {
            self.restarts += i64::from(status.restarts);
            self.last_restart = self.last_restart.max(last_end(status));
            match &status.state {
                ContainerState::Waiting { reason, .. } => {
                    if let Some(reason) = filled(reason.as_deref()) {
                        self.status = Cow::Borrowed(reason);
                    }
                }
                ContainerState::Terminated(end) => self.status = end_text(end),
                ContainerState::Running { .. } if status.ready => {
                    has_running = true;
                    self.ready += 1;
                }
                ContainerState::Running { .. } | ContainerState::Empty => {}
            }
        }
        if self.status == "Completed" && has_running {
            let is_ready = pod.conditions.iter().any(|condition| {
                &*condition.kind == "Ready" && condition.status == ConditionStatus::True
            });
            self.status = Cow::Borrowed(if is_ready { "Running" } else { "NotReady" });
        }
    }

    fn finish(self, pod: &Pod) -> Printed<'a> {
        let sidecars = pod.init_containers.iter().filter(|container| container.is_sidecar);
        let total = pod.containers.len() + sidecars.count();
        Printed {
            status: self.status,
            ready: u32::try_from(self.ready).unwrap_or(u32::MAX),
            total: u32::try_from(total).unwrap_or(u32::MAX),
            restarts: u32::try_from(self.restarts.max(0)).unwrap_or(u32::MAX),
            last_restart: self.last_restart,
        }
    }
}

/// A text that says something.
fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// When the container ended before its last restart.
fn last_end(status: &ContainerStatus) -> Option<Timestamp> {
    status.last_state.termination()?.finished
}

/// The reason of an end: `OOMKilled`, `Signal:9`, `ExitCode:3`.
pub(in crate::domain) fn end_text(end: &Termination) -> Cow<'_, str> {
    match filled(end.reason.as_deref()) {
        Some(reason) => Cow::Borrowed(reason),
        None if end.signal != 0 => Cow::Owned(format!("Signal:{}", end.signal)),
        None => Cow::Owned(format!("ExitCode:{}", end.exit_code)),
    }
}

/// `Init:1/2`.
fn step(index: usize, pod: &Pod) -> Cow<'static, str> {
    Cow::Owned(format!("Init:{index}/{}", pod.init_containers.len()))
}
