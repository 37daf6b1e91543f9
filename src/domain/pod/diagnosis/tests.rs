//! Every rule on its broken twin, and silent on the healthy one.

use std::sync::Arc;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::domain::pod::fixture::{ago, condition, container, ended, now, pod, running, waiting};
use crate::domain::pod::properties::any_pod;
use crate::domain::pod::{ContainerStatus, Owner, Uid};

fn check(pod: &Pod, severity: Severity, rule: Rule, reason: &str) -> Diagnosis {
    let diagnosis = diagnose(pod, None, now());
    assert_eq!((diagnosis.severity, diagnosis.rule, &*diagnosis.reason), (severity, rule, reason));
    diagnosis
}

fn healthy(pod: &Pod) {
    check(pod, Severity::Fine, Rule::Healthy, "");
}

/// The healthy pod with its container changed.
fn with(change: impl FnOnce(&mut ContainerStatus)) -> Pod {
    let mut pod = pod("api-1");
    change(&mut pod.statuses[0]);
    pod
}

/// A pod that began to start some seconds ago, and has no container yet.
fn fresh(seconds: i64) -> Pod {
    let mut pod = pod("api-1");
    pod.phase = "Pending".into();
    pod.created = ago(seconds);
    pod.conditions = vec![
        condition("PodScheduled", ConditionStatus::True, seconds),
        condition("Ready", ConditionStatus::False, seconds),
    ];
    pod.statuses[0].state = waiting("ContainerCreating", "");
    pod.statuses[0].ready = false;
    pod
}

fn unscheduled(seconds: i64, reason: &str, message: &str) -> Pod {
    let mut pod = fresh(seconds);
    pod.node = None;
    pod.statuses.clear();
    let mut scheduled = condition("PodScheduled", ConditionStatus::False, seconds);
    scheduled.reason = Some(reason.into());
    scheduled.message = Some(message.into());
    pod.conditions = vec![scheduled];
    pod
}

fn node(status: ConditionStatus) -> Node {
    Node {
        uid: Uid("n".into()),
        name: "node-1".into(),
        created: None,
        labels: [].into(),
        conditions: vec![condition("Ready", status, 90)],
        is_cordoned: false,
        taints: Vec::new(),
        allocatable: crate::domain::pod::Resources::default(),
        pods: None,
        version: None,
        internal_ip: None,
    }
}

#[test]
fn a_healthy_pod_is_fine_and_a_finished_one_is_done() {
    healthy(&pod("api-1"));
    let mut finished = with(|status| status.state = ended("Completed", 0, 60, 60));
    finished.phase = "Succeeded".into();
    check(&finished, Severity::Done, Rule::Finished, "");
}

#[test]
fn a_crash_loop_tells_its_exit_and_how_often() {
    let crash = |status: &mut ContainerStatus, reason| {
        status.state = waiting("CrashLoopBackOff", "back-off 5m0s restarting");
        status.last_state = ended(reason, 1, 240, 10);
        status.restarts = 7;
        status.ready = false;
    };
    let reason = "CrashLoopBackOff: exit 1 ×7";
    let found =
        check(&with(|one| crash(one, "Error")), Severity::Critical, Rule::CrashLoop, reason);
    assert_eq!((found.since, found.container.as_deref()), (ago(240), Some("app")));
    let reason = "OOMKilled ×7, limit 512Mi";
    check(&with(|one| crash(one, "OOMKilled")), Severity::Critical, Rule::OutOfMemory, reason);
    let mut unlimited = with(|one| crash(one, "OOMKilled"));
    Arc::make_mut(&mut unlimited.containers)[0].limits.memory = None;
    let reason = "OOMKilled ×7, no limit";
    check(&unlimited, Severity::Critical, Rule::OutOfMemory, reason);
}

#[test]
fn a_container_behind_a_completed_one_is_seen() {
    let mut pod = pod("api-1");
    pod.containers = [container("app"), container("web")].into();
    pod.statuses[0].state = ended("Completed", 0, 300, 60);
    pod.statuses[0].ready = false;
    let mut web = running("web", 300);
    pod.statuses.push(web.clone());
    healthy(&pod);
    web.state = waiting("CrashLoopBackOff", "");
    web.last_state = ended("Error", 1, 30, 5);
    web.restarts = 4;
    web.ready = false;
    pod.statuses[1] = web.clone();
    let reason = "CrashLoopBackOff: exit 1 ×4 (web)";
    check(&pod, Severity::Critical, Rule::CrashLoop, reason);
    pod.statuses[1] = ContainerStatus { ready: false, ..running("web", 300) };
    check(&pod, Severity::Warning, Rule::NotReady, "not ready (web)");
}

#[test]
fn an_image_that_cannot_be_pulled_is_told_in_the_registrys_words() {
    let image = |reason, message| {
        with(|status| {
            status.state = waiting(reason, message);
            status.ready = false;
        })
    };
    let pull = image(
        "ImagePullBackOff",
        "Back-off pulling image \"registry.example/app:1.0\": ErrImagePull: \
         registry.example/app:1.0: not found",
    );
    let reason = "image pull back-off: not found (registry.example/app:1.0)";
    check(&pull, Severity::Critical, Rule::ImagePull, reason);
    let first = image("ErrImagePull", "\u{1b}[31mdial tcp: timeout");
    let reason = "image pull failed: \u{fffd}[31mdial tcp: timeout (registry.example/app:1.0)";
    check(&first, Severity::Warning, Rule::ImagePull, reason);
    let config = image("CreateContainerConfigError", "secret \"db\" not found");
    let reason = "cannot start: CreateContainerConfigError: secret \"db\" not found";
    check(&config, Severity::Critical, Rule::CannotStart, reason);
}

#[test]
fn a_start_is_busy_for_two_minutes() {
    let found = check(&fresh(30), Severity::Busy, Rule::Starting, "starting: ContainerCreating");
    assert_eq!((found.since, found.recheck), (ago(30), ago(-90)));
    let reason = "still starting: ContainerCreating";
    check(&fresh(120), Severity::Warning, Rule::Starting, reason);
    check(&fresh(600), Severity::Critical, Rule::Starting, reason);
    let mut silent = fresh(30);
    silent.statuses.clear();
    let reason = "starting: no container is reported yet";
    check(&silent, Severity::Busy, Rule::Starting, reason);
    silent = fresh(30);
    silent.statuses[0].state = ContainerState::Empty;
    let reason = "starting: its state is not reported";
    check(&silent, Severity::Busy, Rule::Starting, reason);
}

#[test]
fn a_pod_that_no_node_takes_is_quoted_from_the_scheduler() {
    let message = "0/6 nodes are available: 6 Insufficient cpu. preemption: 0/6 nodes are \
                   available: 6 No preemption victims found for incoming pod.";
    let reason = "unschedulable: 0/6 nodes are available: 6 Insufficient cpu";
    for (seconds, severity) in
        [(30, Severity::Busy), (180, Severity::Warning), (700, Severity::Critical)]
    {
        let pod = unscheduled(seconds, "Unschedulable", message);
        check(&pod, severity, Rule::Unschedulable, reason);
    }
    let gated = unscheduled(180, "SchedulingGated", "");
    check(&gated, Severity::Busy, Rule::Gated, "held by scheduling gates");
    let gated = unscheduled(3600, "SchedulingGated", "");
    check(&gated, Severity::Warning, Rule::Gated, "held by scheduling gates");
    let mut unseen = unscheduled(180, "", "");
    unseen.conditions.clear();
    check(&unseen, Severity::Warning, Rule::Starting, "waits for a scheduler");
}

#[test]
fn a_running_container_that_is_not_ready_is_late_after_two_minutes() {
    let unready = |seconds| {
        let mut pod = with(|status| {
            status.ready = false;
            status.state = ContainerState::Running { started: ago(seconds) };
        });
        pod.conditions[3] = condition("Ready", ConditionStatus::False, seconds);
        pod
    };
    check(&unready(60), Severity::Busy, Rule::NotReady, "not ready");
    check(&unready(420), Severity::Warning, Rule::NotReady, "not ready");
    let found = check(&unready(700), Severity::Critical, Rule::NotReady, "not ready");
    assert_eq!(found.since, ago(700));
    let mut slow = unready(240);
    Arc::make_mut(&mut slow.containers)[0].probes.startup = true;
    slow.statuses[0].started = Some(false);
    let reason = "starting: its startup probe has not passed";
    check(&slow, Severity::Busy, Rule::Starting, reason);
}

#[test]
fn what_keeps_ready_containers_from_being_a_ready_pod_is_named() {
    let mut pod = pod("api-1");
    pod.readiness_gates = vec!["lb.example/registered".into()];
    pod.conditions.push(condition("lb.example/registered", ConditionStatus::True, 60));
    healthy(&pod);
    pod.conditions[3] = condition("Ready", ConditionStatus::False, 300);
    pod.conditions[4] = condition("lb.example/registered", ConditionStatus::False, 300);
    let reason = "not ready: gate lb.example/registered is closed";
    check(&pod, Severity::Warning, Rule::GateClosed, reason);
    pod.readiness_gates.clear();
    pod.conditions[3].reason = Some("Odd".into());
    check(&pod, Severity::Warning, Rule::NotReady, "not ready: Odd");
}

#[test]
fn a_restart_is_news_for_an_hour() {
    let restarted = |seconds, reason| {
        with(|status| {
            status.restarts = 2;
            status.last_state = ended(reason, 137, seconds, 4000);
        })
    };
    let reason = "restarted ×2, last: OOMKilled, limit 512Mi";
    let found = check(&restarted(3599, "OOMKilled"), Severity::Warning, Rule::Restarted, reason);
    assert_eq!((found.since, found.recheck), (ago(3599), ago(-1)));
    healthy(&restarted(3600, "OOMKilled"));
    let reason = "restarted ×2, last: exit 137";
    check(&restarted(60, "Error"), Severity::Warning, Rule::Restarted, reason);
}

#[test]
fn short_runs_in_a_row_are_flapping_until_one_lasts() {
    let flapping = |run, current| {
        with(|status| {
            status.restarts = 5;
            status.last_state = ended("Error", 1, current + 1, run);
            status.state = ContainerState::Running { started: ago(current) };
        })
    };
    let reason = "flapping: exit 1 ×5, its last run took 42 s";
    check(&flapping(42, 30), Severity::Critical, Rule::Flapping, reason);
    let reason = "restarted ×5, last: exit 1";
    check(&flapping(42, 700), Severity::Warning, Rule::Restarted, reason);
    check(&flapping(4200, 30), Severity::Warning, Rule::Restarted, reason);
}

#[test]
fn a_container_that_failed_and_does_not_run_is_seen() {
    let exited = |seconds, restarts| {
        with(|status| {
            status.state = ended("Error", 3, seconds, 60);
            status.ready = false;
            status.restarts = restarts;
        })
    };
    check(&exited(10, 0), Severity::Warning, Rule::Exited, "ended: exit 3");
    check(&exited(301, 1), Severity::Critical, Rule::Exited, "ended: exit 3 ×1");
    check(&exited(10, 3), Severity::Critical, Rule::Exited, "ended: exit 3 ×3");
    let mut signal = exited(10, 0);
    let ContainerState::Terminated(end) = &mut signal.statuses[0].state else { panic!() };
    (end.reason, end.signal) = (None, 9);
    check(&signal, Severity::Warning, Rule::Exited, "ended: signal 9");
    let memory = with(|status| {
        status.state = ended("OOMKilled", 137, 5, 60);
        status.ready = false;
    });
    let reason = "OOMKilled, limit 512Mi";
    check(&memory, Severity::Critical, Rule::OutOfMemory, reason);
}

#[test]
fn init_containers_hold_the_pod_and_are_judged_first() {
    let init = |state: ContainerState| {
        let mut pod = fresh(20);
        pod.init_containers = [container("wait"), container("migrate")].into();
        let done = ContainerStatus { state: ended("Completed", 0, 3, 1), ..running("wait", 0) };
        let now = ContainerStatus { state, ready: false, ..running("migrate", 0) };
        pod.init_statuses = vec![done, now];
        pod.statuses[0].state = waiting("PodInitializing", "");
        pod
    };
    let running = |seconds| init(ContainerState::Running { started: ago(seconds) });
    check(&running(60), Severity::Busy, Rule::Init, "init: migrate (2/2)");
    check(&running(301), Severity::Warning, Rule::Init, "init stuck: migrate (2/2)");
    check(&running(1800), Severity::Critical, Rule::Init, "init stuck: migrate (2/2)");
    let mut crash = init(waiting("CrashLoopBackOff", ""));
    crash.init_statuses[1].last_state = ended("Error", 1, 5, 1);
    crash.init_statuses[1].restarts = 3;
    let reason = "CrashLoopBackOff: exit 1 ×3 (migrate)";
    check(&crash, Severity::Critical, Rule::CrashLoop, reason);
    let reason = "starting: PodInitializing (migrate)";
    check(&init(waiting("PodInitializing", "")), Severity::Busy, Rule::Starting, reason);
    let mut done = init(ended("Completed", 0, 2, 1));
    done.statuses[0] = crate::domain::pod::fixture::running("app", 1);
    done.conditions[1] = condition("Ready", ConditionStatus::True, 1);
    healthy(&done);
}

#[test]
fn a_sidecar_is_judged_as_a_container() {
    let mut pod = pod("api-1");
    let mut mesh = container("mesh");
    mesh.is_sidecar = true;
    pod.init_containers = [mesh].into();
    pod.init_statuses = vec![running("mesh", 80_000)];
    healthy(&pod);
    pod.init_statuses[0].ready = false;
    check(&pod, Severity::Critical, Rule::NotReady, "not ready (mesh)");
}

#[test]
fn a_deletion_is_busy_within_its_grace_period_and_stuck_after_it() {
    let deleting = |seconds| Pod { deleting: ago(seconds), ..pod("api-1") };
    check(&deleting(-20), Severity::Busy, Rule::Terminating, "terminating");
    check(&deleting(59), Severity::Busy, Rule::Terminating, "terminating");
    check(&deleting(60), Severity::Warning, Rule::Terminating, "stuck terminating");
    check(&deleting(900), Severity::Critical, Rule::Terminating, "stuck terminating");
    let mut crashing = deleting(-20);
    crashing.statuses[0].state = ended("Error", 143, 1, 60);
    check(&crashing, Severity::Busy, Rule::Terminating, "terminating");
}

#[test]
fn a_pod_is_no_better_than_its_node() {
    let pod = pod("api-1");
    let fine = diagnose(&pod, Some(&node(ConditionStatus::True)), now());
    assert_eq!(fine.severity, Severity::Fine);
    for status in [ConditionStatus::False, ConditionStatus::Unknown] {
        let found = diagnose(&pod, Some(&node(status)), now());
        assert_eq!((found.severity, found.rule), (Severity::Critical, Rule::NodeNotReady));
        assert_eq!((&*found.reason, found.since), ("node NotReady", ago(90)));
    }
    let lost = Pod { reason: Some("NodeLost".into()), ..pod.clone() };
    check(&lost, Severity::Critical, Rule::NodeLost, "node lost");
    let finished = Pod { phase: "Succeeded".into(), ..pod };
    let done = diagnose(&finished, Some(&node(ConditionStatus::False)), now());
    assert_eq!(done.severity, Severity::Done);
}

#[test]
fn a_failed_pod_is_news_for_a_day_where_something_replaces_it() {
    let failed = |seconds| {
        let mut pod = with(|status| {
            status.state = ended("Error", 3, seconds, 60);
            status.ready = false;
        });
        pod.phase = "Failed".into();
        pod
    };
    check(&failed(60), Severity::Warning, Rule::Failed, "failed: exit 3");
    check(&failed(86_400), Severity::Done, Rule::Failed, "failed: exit 3");
    let alone = Pod { owner: None, ..failed(86_400) };
    check(&alone, Severity::Warning, Rule::Failed, "failed: exit 3");
    let evicted = Pod {
        reason: Some("Evicted".into()),
        message: Some("The node was low on resource: memory. ".into()),
        ..failed(60)
    };
    let reason = "evicted: The node was low on resource: memory";
    check(&evicted, Severity::Warning, Rule::Evicted, reason);
    let preempted = Pod { reason: Some("Preempting".into()), statuses: Vec::new(), ..failed(60) };
    let found = diagnose(&preempted, None, now());
    assert_eq!((found.rule, &*found.reason), (Rule::Failed, "failed: Preempting"));
}

#[test]
fn a_job_that_cannot_end_is_seen() {
    let mut pod = pod("backup-x");
    pod.owner = Some(Owner { kind: "Job".into(), name: "backup".into() });
    pod.containers = [container("app"), container("mesh")].into();
    pod.statuses[0].state = ended("Completed", 0, 540, 60);
    pod.statuses[0].ready = false;
    pod.statuses.push(running("mesh", 600));
    healthy(&pod);
    pod.statuses[0].state = ended("Completed", 0, 660, 60);
    let reason = "app completed, but mesh still runs";
    let found = check(&pod, Severity::Warning, Rule::Lingering, reason);
    assert_eq!(found.container.as_deref(), Some("mesh"));
}

proptest! {
    #[test]
    fn a_judgement_holds_until_it_is_to_be_made_anew(pod in any_pod(), share in 0.0..1.0_f64) {
        let before = diagnose(&pod, None, now());
        let end = before.recheck.unwrap_or(now() + SignedDuration::from_hours(10_000));
        prop_assert!(end > now());
        let within = end.duration_since(now()).as_secs_f64() * share;
        let later = diagnose(&pod, None, now() + SignedDuration::from_secs_f64(within));
        prop_assert_eq!((before.severity, before.reason), (later.severity, later.reason));
    }

    #[test]
    fn a_finding_has_words_and_they_are_safe(pod in any_pod()) {
        let found = diagnose(&pod, None, now());
        prop_assert!(!found.severity.is_fault() || !found.reason.is_empty());
        prop_assert_eq!(crate::domain::text::shown(&found.reason), &*found.reason);
        for line in crate::domain::pod::explanation::explain(&found, &pod, Some("prod")) {
            prop_assert_eq!(crate::domain::text::shown(&line), &*line);
        }
    }
}
