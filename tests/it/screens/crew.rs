//! What the clusters of the pictures hold: some of everything that can be well or ill.

use std::sync::Arc;

use lifeboat::domain::event::{Event, Subject};
use lifeboat::domain::job::{CronJob, Job};
use lifeboat::domain::news::{Kind, News};
use lifeboat::domain::node::Node;
use lifeboat::domain::pod::{
    Condition, ConditionStatus, Container, ContainerState, ContainerStatus, Owner, Pod, Probes,
    Resources, Termination, Uid,
};
use lifeboat::domain::quantity::{Cpu, Memory};
use lifeboat::domain::trust::Trust;
use lifeboat::domain::usage::{ContainerUsage, NodeUsage, PodUsage};
use lifeboat::domain::workload::{Workload, WorkloadKind};

use super::stage::{ago, listed, standing};

const MEBIBYTE: u64 = 1 << 20;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// All that an environment tells.
pub(super) fn everything(environment: &str) -> Vec<News> {
    let mut news = listed(nodes(environment), News::Nodes);
    news.extend(listed(pods(environment), News::Pods));
    for kind in [WorkloadKind::Deployment, WorkloadKind::StatefulSet] {
        let told = match kind {
            WorkloadKind::StatefulSet => Kind::StatefulSet,
            WorkloadKind::Deployment | WorkloadKind::DaemonSet => Kind::Deployment,
        };
        let own = workloads(environment).into_iter().filter(|it| it.kind == kind).collect();
        news.extend(listed(own, |delta| News::Workloads(told, delta)));
    }
    news.extend(listed(cronjobs(environment), News::CronJobs));
    news.extend(listed(jobs(environment), News::Jobs));
    news.extend(listed(events(environment), News::Events));
    let running = |pod: &&Pod| pod.statuses.iter().any(|status| status.ready);
    let usage = pods(environment).iter().filter(running).map(pod_usage).collect();
    news.push(News::PodUsage(Ok(usage)));
    news.push(News::NodeUsage(Ok(nodes(environment).iter().map(node_usage).collect())));
    for kind in [
        Kind::Pod,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::Job,
        Kind::CronJob,
        Kind::Node,
        Kind::Event,
    ] {
        news.push(standing(kind, Trust::Live));
    }
    news
}

fn condition(kind: &str, holds: bool, since: i64) -> Condition {
    Condition {
        kind: kind.into(),
        status: if holds { ConditionStatus::True } else { ConditionStatus::False },
        reason: None,
        message: None,
        since: Some(ago(since)),
    }
}

fn container(name: &str, image: &str) -> Container {
    let resources = |cpu, mebibytes: u64| Resources {
        cpu: Some(Cpu(cpu)),
        memory: Some(Memory(mebibytes * MEBIBYTE)),
    };
    Container {
        name: name.into(),
        image: format!("registry.example/{image}").into(),
        is_sidecar: false,
        requests: resources(250, 256),
        limits: resources(1000, 512),
        probes: Probes { liveness: true, readiness: true, startup: false },
        ports: vec!["8080/TCP".into()],
    }
}

/// A pod that has been well for `age` seconds.
pub(super) fn pod(name: &str, owner: (&str, &str), age: i64) -> Pod {
    let conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"];
    Pod {
        uid: Uid(name.into()),
        namespace: "default".into(),
        name: name.into(),
        owner: Some(Owner { kind: owner.0.into(), name: owner.1.into() }),
        labels: Arc::new([("app".into(), owner.1.into())]),
        created: Some(ago(age)),
        deleting: None,
        node: Some("node-a.example.internal".into()),
        nominated_node: None,
        ip: Some("10.0.3.17".into()),
        service_account: Some("default".into()),
        quality: Some("Burstable".into()),
        phase: "Running".into(),
        reason: None,
        message: None,
        conditions: conditions.map(|kind| condition(kind, true, age - 4)).into(),
        readiness_gates: Vec::new(),
        init_containers: Arc::default(),
        containers: Arc::new([container("app", "ingest-core:2.41.0")]),
        init_statuses: Vec::new(),
        statuses: vec![ContainerStatus {
            name: "app".into(),
            ready: true,
            started: Some(true),
            restarts: 0,
            state: ContainerState::Running { started: Some(ago(age - 4)) },
            last_state: ContainerState::Empty,
        }],
    }
}

fn status(pod: &mut Pod) -> &mut ContainerStatus {
    pod.statuses.first_mut().unwrap()
}

fn unready(mut pod: Pod, since: i64) -> Pod {
    for it in &mut pod.conditions {
        if matches!(&*it.kind, "Ready" | "ContainersReady") {
            *it = condition(&it.kind, false, since);
        }
    }
    status(&mut pod).ready = false;
    status(&mut pod).started = Some(false);
    pod
}

fn waiting(pod: Pod, reason: &str, message: &str) -> Pod {
    let mut pod = unready(pod, 2400);
    let state =
        ContainerState::Waiting { reason: Some(reason.into()), message: Some(message.into()) };
    status(&mut pod).state = state;
    pod
}

fn crashing(pod: Pod) -> Pod {
    let mut pod = waiting(pod, "CrashLoopBackOff", "back-off 5m0s restarting failed container");
    status(&mut pod).restarts = 31;
    status(&mut pod).last_state = ContainerState::Terminated(Box::new(Termination {
        exit_code: 1,
        reason: Some("Error".into()),
        finished: Some(ago(51)),
        ..Termination::default()
    }));
    pod
}

/// The pods of an environment.
pub(super) fn pods(environment: &str) -> Vec<Pod> {
    let core = ("ReplicaSet", "ingest-core-7d9f8b6c5");
    let mut pods = vec![
        pod("ingest-core-7d9f8b6c5-x2x1z", core, 3 * DAY),
        pod("ingest-core-7d9f8b6c5-k8m4q", core, 3 * DAY + HOUR),
        pod("mongo-0", ("StatefulSet", "mongo"), 79 * DAY),
        pod("redis-66c8f9d4b-lnlmx", ("ReplicaSet", "redis-66c8f9d4b"), 83 * DAY),
    ];
    let accessioner = pod(
        "ingest-accessioner-5f6d7c8b9-qjld9",
        ("ReplicaSet", "ingest-accessioner-5f6d7c8b9"),
        2400,
    );
    match environment {
        "dev" => {
            pods.push(crashing(accessioner));
            let mut pending =
                pod("ingest-reindexer-6b7c-8ktsb", ("ReplicaSet", "ingest-reindexer-6b7c"), 2400);
            pending.phase = "Pending".into();
            pending.node = None;
            pending.statuses.clear();
            pending.conditions = vec![Condition {
                reason: Some("Unschedulable".into()),
                message: Some("0/6 nodes are available: 6 Insufficient memory.".into()),
                ..condition("PodScheduled", false, 2400)
            }];
            pods.push(pending);
        }
        "staging" => {
            pods.push(accessioner);
            pods.push(waiting(
                pod("ingest-exporter-h9n4-t7r55", ("ReplicaSet", "ingest-exporter-h9n4"), 2400),
                "ImagePullBackOff",
                "Back-off pulling image \"registry.example/ingest-exporter:1.19.0\"",
            ));
        }
        _ => {
            pods.push(accessioner);
            let mut flapping = pod(
                "ingest-state-tracker-xl-lrdmp",
                ("ReplicaSet", "ingest-state-tracker-xl"),
                DAY,
            );
            status(&mut flapping).restarts = 8;
            status(&mut flapping).state = ContainerState::Running { started: Some(ago(135)) };
            status(&mut flapping).last_state = ContainerState::Terminated(Box::new(Termination {
                exit_code: 137,
                signal: 9,
                reason: Some("OOMKilled".into()),
                started: Some(ago(600)),
                finished: Some(ago(140)),
                ..Termination::default()
            }));
            pods.push(flapping);
            let mut leaving = pod("ingest-core-7d9f8b6c5-aaaaa", core, 3 * DAY);
            leaving.deleting = Some(ago(-20));
            pods.push(leaving);
        }
    }
    pods
}

fn workloads(environment: &str) -> Vec<Workload> {
    let version = if environment == "prod" { "2.41.0" } else { "2.42.0" };
    let one = |name: &str, kind, wanted: u32, ready: u32, image: &str| Workload {
        uid: Uid(name.into()),
        kind,
        namespace: "default".into(),
        name: name.into(),
        created: Some(ago(120 * DAY)),
        labels: Arc::default(),
        selector: Arc::new([("app".into(), name.into())]),
        wanted,
        ready,
        updated: wanted,
        available: ready,
        generation: 2,
        observed_generation: 2,
        images: vec![format!("registry.example/{image}").into()],
        conditions: Vec::new(),
        is_paused: false,
    };
    let ready = u32::from(environment != "dev");
    let core = format!("ingest-core:{version}");
    let mut workloads = vec![
        one("ingest-core", WorkloadKind::Deployment, 2, 2, &core),
        one("ingest-accessioner", WorkloadKind::Deployment, 1, ready, "ingest-accessioner:1.7.0"),
        one("redis", WorkloadKind::Deployment, 1, 1, "redis:7.4"),
        one("mongo", WorkloadKind::StatefulSet, 1, 1, "mongo:4.2"),
    ];
    if environment == "dev" {
        workloads.push(one("ingest-reindexer", WorkloadKind::Deployment, 1, 0, "reindexer:0.3"));
    }
    workloads
}

fn cronjobs(environment: &str) -> Vec<CronJob> {
    let one = |name: &str, schedule: &str, last: i64| CronJob {
        uid: Uid(name.into()),
        namespace: "default".into(),
        name: name.into(),
        created: Some(ago(120 * DAY)),
        schedule: schedule.into(),
        time_zone: Some("Etc/UTC".into()),
        is_suspended: environment == "staging" && name.starts_with("verify"),
        active: usize::from(last < HOUR),
        last_schedule: Some(ago(last)),
        last_success: Some(ago(last)),
        images: vec!["registry.example/backup:3".into()],
        release: None,
    };
    let mut jobs = vec![
        one("ingest-backup", "0 0 * * *", 9 * HOUR + 1500),
        one("verify-backup", "30 0 * * *", 9 * HOUR - 40),
    ];
    if environment == "prod" {
        jobs.first_mut().unwrap().last_success = Some(ago(57 * HOUR));
    }
    jobs
}

fn jobs(environment: &str) -> Vec<Job> {
    let one = |name: &str, owner: &str, age: i64, is_failed: bool| Job {
        uid: Uid(name.into()),
        namespace: "default".into(),
        name: name.into(),
        owner: Some(Owner { kind: "CronJob".into(), name: owner.into() }),
        created: Some(ago(age)),
        deleting: None,
        completions: Some(1),
        parallelism: Some(1),
        is_suspended: false,
        active: 0,
        succeeded: i32::from(!is_failed),
        failed: i32::from(is_failed),
        started: Some(ago(age)),
        completed: (!is_failed).then(|| ago(age - 315)),
        conditions: vec![Condition {
            reason: is_failed.then(|| "BackoffLimitExceeded".into()),
            message: is_failed.then(|| "Job has reached the specified backoff limit".into()),
            ..condition(if is_failed { "Failed" } else { "Complete" }, true, age - 315)
        }],
        images: vec!["registry.example/backup:3".into()],
    };
    vec![
        one("ingest-backup-29924640", "ingest-backup", 9 * HOUR + 1800, environment == "prod"),
        one("verify-backup-29924670", "verify-backup", 9 * HOUR, false),
        one("ingest-backup-29923200", "ingest-backup", 33 * HOUR, false),
    ]
}

fn events(environment: &str) -> Vec<Event> {
    let one =
        |reason: &str, (kind, name): (&str, &str), seen: i64, count: u32, message: &str| Event {
            uid: Uid(format!("{reason}-{name}").into()),
            namespace: "default".into(),
            is_warning: true,
            reason: reason.into(),
            message: message.into(),
            object: Subject { kind: kind.into(), name: name.into(), uid: None },
            count,
            first: Some(ago(seen + i64::from(count) * 60)),
            last: Some(ago(seen)),
            source: Some("kubelet".into()),
        };
    match environment {
        "dev" => vec![
            one(
                "BackOff",
                ("Pod", "ingest-accessioner-5f6d7c8b9-qjld9"),
                51,
                31,
                "Back-off restarting failed container app in pod ingest-accessioner-5f6d7c8b9-qjld9_default(b7c1)",
            ),
            one(
                "FailedScheduling",
                ("Pod", "ingest-reindexer-6b7c-8ktsb"),
                278,
                9,
                "0/6 nodes are available: 6 Insufficient memory. preemption: 0/6 nodes are available",
            ),
        ],
        "staging" => vec![one(
            "Failed",
            ("Pod", "ingest-exporter-h9n4-t7r55"),
            24,
            46,
            "Error: ImagePullBackOff",
        )],
        _ => vec![one(
            "NodeNotReady",
            ("Node", "node-b.example.internal"),
            204,
            1,
            "Node is not ready",
        )],
    }
}

fn nodes(environment: &str) -> Vec<Node> {
    let one = |name: &str, is_ready: bool| Node {
        uid: Uid(name.into()),
        name: name.into(),
        created: Some(ago(12 * DAY)),
        labels: Arc::new([("topology.kubernetes.io/zone".into(), "eu-west-1a".into())]),
        conditions: vec![Condition {
            reason: (!is_ready).then(|| "NodeStatusUnknown".into()),
            message: (!is_ready).then(|| "Kubelet stopped posting node status.".into()),
            ..condition("Ready", is_ready, if is_ready { 12 * DAY } else { 204 })
        }],
        is_cordoned: environment == "staging" && name.starts_with("node-b"),
        taints: Vec::new(),
        allocatable: Resources { cpu: Some(Cpu(3920)), memory: Some(Memory(14_800 * MEBIBYTE)) },
        pods: Some(58),
        version: Some("v1.33.4".into()),
        internal_ip: Some("10.0.48.37".into()),
    };
    vec![
        one("node-a.example.internal", true),
        one("node-b.example.internal", environment != "prod"),
    ]
}

fn pod_usage(pod: &Pod) -> PodUsage {
    let is_busy = pod.name.starts_with("ingest-state");
    let memory = Memory(if is_busy { 480 } else { 131 } * MEBIBYTE);
    let containers = pod.statuses.iter().filter(|status| status.ready);
    let usage =
        |it: &ContainerStatus| ContainerUsage { name: it.name.clone(), cpu: Cpu(97), memory };
    PodUsage {
        namespace: Arc::clone(&pod.namespace),
        name: pod.name.clone(),
        at: Some(ago(20)),
        containers: containers.map(usage).collect(),
    }
}

fn node_usage(node: &Node) -> NodeUsage {
    NodeUsage { name: Arc::clone(&node.name), cpu: Cpu(815), memory: Memory(4668 * MEBIBYTE) }
}
