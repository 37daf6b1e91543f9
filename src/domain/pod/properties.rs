//! Pods of every shape that the API allows, and what holds for all of them.

use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::domain::pod::fixture::{container, now, pod};
use crate::domain::pod::printed::{gates_text, printed};
use crate::domain::pod::{
    Condition, ConditionStatus, Container, ContainerState, ContainerStatus, Owner, Pod, Probes,
    Termination,
};

const NAMES: &[&str] = &["app", "web", "mesh", "migrate", "odd\u{1b}[2J"];
const REASONS: &[&str] = &[
    "",
    "Error",
    "Completed",
    "OOMKilled",
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "ErrImagePull",
    "ContainerCreating",
    "PodInitializing",
    "CreateContainerConfigError",
    "Evicted",
    "NodeLost",
    "SchedulingGated",
    "Unschedulable",
    "Unheard\u{202e}Of",
];

const STATUSES: &[ConditionStatus] =
    &[ConditionStatus::True, ConditionStatus::False, ConditionStatus::Unknown];

fn time() -> impl Strategy<Value = Option<Timestamp>> {
    of((-100_000_i64..200_000).prop_map(|seconds| now() - SignedDuration::from_secs(seconds)))
}

fn text() -> impl Strategy<Value = Option<Box<str>>> {
    of(select(REASONS).prop_map(Box::from))
}

fn state() -> impl Strategy<Value = ContainerState> {
    let end = (any::<i32>(), -1..20_i32, text(), time(), time());
    prop_oneof![
        Just(ContainerState::Empty),
        (text(), text()).prop_map(|(reason, message)| ContainerState::Waiting { reason, message }),
        time().prop_map(|started| ContainerState::Running { started }),
        end.prop_map(|(exit_code, signal, reason, started, finished)| {
            // Success is as likely as failure.
            let exit_code = if exit_code < 0 { 0 } else { exit_code };
            let message = None;
            let end = Termination { exit_code, signal, reason, message, started, finished };
            ContainerState::Terminated(Box::new(end))
        }),
    ]
}

fn status() -> impl Strategy<Value = ContainerStatus> {
    let parts = (select(NAMES), any::<bool>(), any::<Option<bool>>(), -1..6_i32, state(), state());
    parts.prop_map(|(name, ready, started, restarts, state, last_state)| ContainerStatus {
        name: name.into(),
        ready,
        started,
        restarts: if restarts == 5 { i32::MAX } else { restarts },
        state,
        last_state,
    })
}

fn specification() -> impl Strategy<Value = Container> {
    let parts = (select(NAMES), any::<bool>(), any::<bool>());
    parts.prop_map(|(name, is_sidecar, startup)| Container {
        is_sidecar,
        probes: Probes { startup, ..Probes::default() },
        ..container(name)
    })
}

fn any_condition() -> impl Strategy<Value = Condition> {
    let kinds = &["Ready", "Initialized", "PodScheduled", "gate.example/a"][..];
    (select(kinds), select(STATUSES), text(), text(), time()).prop_map(
        |(kind, status, reason, message, since)| Condition {
            kind: kind.into(),
            status,
            reason,
            message,
            since,
        },
    )
}

/// A pod of any shape.
pub(in crate::domain) fn any_pod() -> impl Strategy<Value = Pod> {
    let phases =
        &["Pending", "Running", "Running", "Succeeded", "Failed", "Unknown", "", "New"][..];
    let places = (select(phases), any::<bool>(), any::<bool>(), time(), time(), text(), text());
    let lists = (
        vec(any_condition(), 0..5),
        vec(specification(), 0..3),
        vec(specification(), 0..4),
        vec(status(), 0..3),
        vec(status(), 0..4),
        0..3_usize,
    );
    (places, lists).prop_map(|(places, lists)| {
        let (phase, has_node, is_job, created, deleting, reason, message) = places;
        let (conditions, init_containers, containers, init_statuses, statuses, gates) = lists;
        let job = || Owner { kind: "Job".into(), name: "job".into() };
        Pod {
            phase: phase.into(),
            node: has_node.then(|| "node-1".into()),
            owner: is_job.then(job),
            created,
            deleting,
            reason,
            message,
            conditions,
            init_containers: init_containers.into(),
            containers: containers.into(),
            init_statuses,
            statuses,
            readiness_gates: vec!["gate.example/a".into(); gates],
            ..pod("api-1")
        }
    })
}

proptest! {
    #[test]
    fn printing_never_panics_and_keeps_its_form(pod in any_pod()) {
        let columns = printed(&pod);
        prop_assert_eq!(
            columns.ready_text().split('/').map(str::parse::<u32>).collect::<Result<Vec<_>, _>>(),
            Ok(vec![columns.ready, columns.total])
        );
        prop_assert!(columns.restarts_text(now()).starts_with(&columns.restarts.to_string()));
        prop_assert_eq!(gates_text(&pod) == "<none>", pod.readiness_gates.is_empty());
        if pod.deleting.is_some() && !matches!(&*pod.phase, "Succeeded" | "Failed") {
            prop_assert!(matches!(&*columns.status, "Terminating" | "Unknown"));
        }
    }
}
