//! Why a pod is judged as it is, with the numbers of its containers.

use jiff::Timestamp;

use crate::domain::diagnosis::{Diagnosis, short};
use crate::domain::explanation::explain_with;
use crate::domain::kubectl::Target;
use crate::domain::pod::printed::{end_text, printed};
use crate::domain::pod::{ContainerState, ContainerStatus, Pod, Termination};

/// Explains the judgement of `pod`; `context` is the cluster's in the user's own configuration.
pub fn explain(diagnosis: &Diagnosis, pod: &Pod, context: Option<&str>) -> Vec<String> {
    let columns = printed(pod);
    let mut numbers = vec![format!(
        "kubectl prints: {} {}, {} restarts",
        columns.ready_text(),
        short(&columns.status),
        columns.restarts
    )];
    let statuses = pod.init_statuses.iter().chain(&pod.statuses);
    numbers.extend(statuses.map(|status| container_line(pod, status)));
    explain_with(diagnosis, pod.target(context), numbers)
}

impl Pod {
    /// What a `kubectl` command about it names.
    pub fn target<'a>(&'a self, context: Option<&'a str>) -> Target<'a> {
        let namespace = Some(&*self.namespace);
        Target { context, namespace, kind: "pod", name: &self.name }
    }
}

fn container_line(pod: &Pod, status: &ContainerStatus) -> String {
    let mut parts = vec![match &status.state {
        ContainerState::Empty => "no state".to_owned(),
        ContainerState::Waiting { reason, .. } => match reason {
            Some(reason) => format!("waiting: {}", short(reason)),
            None => "waiting".to_owned(),
        },
        ContainerState::Running { started } => format!("running{}", since(*started)),
        ContainerState::Terminated(end) => format!("ended: {}", end_line(end)),
    }];
    parts.push(if status.ready { "ready" } else { "not ready" }.to_owned());
    if status.restarts != 0 {
        parts.push(format!("{} restarts", status.restarts));
    }
    if let Some(end) = status.last_state.termination() {
        parts.push(format!("before: {}", end_line(end)));
    }
    if let Some(limit) = pod.container(&status.name).and_then(|one| one.limits.memory) {
        parts.push(format!("memory limit {}", limit.written()));
    }
    format!("{}: {}", short(&status.name), parts.join(", "))
}

/// `OOMKilled, exit 137 (ended by SIGKILL) at 2026-11-21T12:00:00Z`.
fn end_line(end: &Termination) -> String {
    let meaning = meaning(end.exit_code).map(|words| format!(" ({words})")).unwrap_or_default();
    let when = end.finished.map(|finished| format!(" at {finished:.0}")).unwrap_or_default();
    format!("{}, exit {}{meaning}{when}", short(&end_text(end)), end.exit_code)
}

/// What shells and kernels mean by an exit code.
const fn meaning(exit_code: i32) -> Option<&'static str> {
    match exit_code {
        126 => Some("the command cannot be run"),
        127 => Some("the command was not found"),
        134 => Some("it aborted"),
        137 => Some("ended by SIGKILL: for want of memory, or after its grace period"),
        139 => Some("it touched memory that is not its own"),
        143 => Some("ended by SIGTERM: somebody asked it to stop"),
        _ => None,
    }
}

fn since(started: Option<Timestamp>) -> String {
    started.map(|started| format!(" since {started:.0}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pod::diagnosis::diagnose;
    use crate::domain::pod::fixture::{ended, now, pod, waiting};

    #[test]
    fn an_explanation_has_rule_numbers_doubt_and_a_command() {
        let mut pod = pod("api-1");
        pod.statuses[0].state = waiting("CrashLoopBackOff", "");
        pod.statuses[0].last_state = ended("Error", 143, 60, 30);
        pod.statuses[0].restarts = 7;
        pod.statuses[0].ready = false;
        let diagnosis = diagnose(&pod, None, now());
        assert_eq!(
            explain(&diagnosis, &pod, Some("prod")),
            [
                "rule: a container in back-off ends again and again",
                "found: critical: CrashLoopBackOff: exit 143 ×7, since 2026-11-21T11:59:00Z",
                "kubectl prints: 0/1 CrashLoopBackOff, 7 restarts",
                "app: waiting: CrashLoopBackOff, not ready, 7 restarts, before: Error, exit 143 \
                 (ended by SIGTERM: somebody asked it to stop) at 2026-11-21T11:59:00Z, memory \
                 limit 512Mi",
                "may be wrong: its newest start may be the one that works",
                "look: kubectl --context prod -n default logs api-1 -c app --previous",
            ]
        );
    }
}
