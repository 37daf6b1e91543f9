//! What an engineer looks for is there, in words.

use serde_json::json;

use super::*;
use crate::domain::event::Subject;
use crate::domain::pod::Uid;
use crate::domain::quantity::{Cpu, Memory};
use crate::domain::usage::ContainerUsage;

fn now() -> Timestamp {
    "2026-08-24T12:00:00Z".parse().unwrap()
}

fn context() -> Context<'static> {
    Context { reason: None, events: &[], events_failure: None, usage: None, now: now() }
}

fn text_of(object: &Value) -> String {
    document(object, &context()).text()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    for line in expected {
        assert!(text.lines().any(|it| it == *line), "no line {line:?} in\n{text}");
    }
}

fn crashing() -> Value {
    json!({
        "kind": "Pod",
        "metadata": { "name": "api-0", "namespace": "default", "labels": { "app": "api" } },
        "spec": {
            "nodeName": "node-a",
            "tolerations": [
                { "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 },
                { "key": "dedicated", "value": "db", "effect": "NoSchedule" },
            ],
            "volumes": [
                { "name": "creds", "secret": { "secretName": "db", "optional": true } },
                { "name": "tmp", "emptyDir": { "medium": "Memory", "sizeLimit": "64Mi" } },
            ],
            "containers": [{
                "name": "api",
                "image": "registry/api:1.2",
                "resources": { "limits": { "memory": "512Mi" } },
                "readinessProbe": { "httpGet": { "path": "/ready", "port": 8080 }, "periodSeconds": 5 },
                "ports": [{ "containerPort": 8080, "name": "http" }],
                "env": [
                    { "name": "MODE", "value": "prod" },
                    { "name": "PASSWORD", "valueFrom": { "secretKeyRef": { "name": "db", "key": "p" } } },
                ],
                "volumeMounts": [{ "name": "creds", "mountPath": "/creds", "readOnly": true }],
            }],
        },
        "status": {
            "phase": "Running",
            "conditions": [{ "type": "Ready", "status": "False", "reason": "ContainersNotReady", "lastTransitionTime": "2026-08-24T11:55:00Z" }],
            "containerStatuses": [{
                "name": "api", "ready": false, "restartCount": 7,
                "state": { "waiting": { "reason": "CrashLoopBackOff", "message": "back-off 5m0s" } },
                "lastState": { "terminated": {
                    "exitCode": 137, "reason": "OOMKilled",
                    "startedAt": "2026-08-24T11:50:00Z", "finishedAt": "2026-08-24T11:56:00Z",
                } },
            }],
        },
    })
}

#[test]
fn a_crashed_container_says_how_it_ended_and_why_it_waits() {
    check(
        &text_of(&crashing()),
        &[
            "  node            node-a",
            "  api",
            "    state         waiting: CrashLoopBackOff",
            "                  back-off 5m0s",
            "    before        OOMKilled, exit code 137 (killed), 4m ago (2026-08-24 11:56:00 UTC), after 6m",
            "    restarts      7",
            "    limits        memory 512Mi",
            "    readiness     http :8080/ready every 5 s, fails after 3 of 1 s each",
            "    ports         8080/TCP http",
            "    mount         /creds from creds (read-only)",
            "  Ready           False  ContainersNotReady  for 5m",
            "  creds           Secret db (optional)",
            "  tmp             EmptyDir in memory, at most 64Mi",
            "  tolerations     dedicated=db:NoSchedule",
            "  labels          app=api",
        ],
    );
}

#[test]
fn values_of_variables_are_not_told_but_where_they_come_from() {
    let text = text_of(&crashing());
    check(&text, &["    environment   MODE", "                  PASSWORD (secret db)"]);
    assert!(!text.contains("prod"));
}

#[test]
fn what_is_known_beside_the_object_stands_with_it() {
    let event = |reason: &str, seconds, count, is_warning| {
        Arc::new(Event {
            uid: Uid(reason.into()),
            namespace: "default".into(),
            is_warning,
            reason: reason.into(),
            message: "back-off\u{1b}[2J".into(),
            object: Subject { kind: "Pod".into(), name: "api-0".into(), uid: None },
            count,
            first: None,
            last: Timestamp::from_second(now().as_second() - seconds).ok(),
            source: None,
        })
    };
    let usage = [ContainerUsage { name: "api".into(), cpu: Cpu(15), memory: Memory(9 << 20) }];
    let events = [event("Pulled", 300, 1, false), event("BackOff", 60, 14, true)];
    let reason = Some(("OOMKilled ×3, limit 512Mi", Emphasis::Bad));
    let context = Context { reason, events: &events, usage: Some(&usage), ..context() };
    let document = document(&crashing(), &context);
    check(
        &document.text(),
        &[
            "  why             OOMKilled ×3, limit 512Mi",
            "    uses          cpu 15m, memory 9Mi",
            "  60s    ×14   BackOff  back-off\u{fffd}[2J",
        ],
    );
    assert!(
        document.text().find("BackOff  back").unwrap() < document.text().find("Pulled").unwrap()
    );
    let failure =
        Failure::new(crate::domain::failure::FailureKind::Denied, "listing events denied");
    let blind = Context { events_failure: Some(&failure), events: &[], ..context };
    check(
        &super::document(&crashing(), &blind).text(),
        &["  unknown         listing events denied"],
    );
}

#[test]
fn workloads_jobs_cronjobs_and_nodes_tell_their_own() {
    let containers = json!({ "spec": { "containers": [{ "name": "api", "image": "i:1" }] } });
    let deployment = json!({
        "kind": "Deployment",
        "metadata": { "name": "api", "generation": 4 },
        "spec": { "replicas": 3, "template": containers,
            "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "25%" } } },
        "status": { "readyReplicas": 2, "observedGeneration": 3 },
    });
    check(
        &text_of(&deployment),
        &[
            "  ready           2 of 3",
            "  controller      has not seen the last change yet",
            "  strategy        RollingUpdate, maxSurge 25%",
            "    image         i:1",
        ],
    );
    let job = json!({
        "kind": "Job", "metadata": { "name": "j" },
        "spec": { "completions": 1, "backoffLimit": 2, "template": containers },
        "status": { "failed": 1, "startTime": "2026-08-24T11:00:00Z" },
    });
    check(
        &text_of(&job),
        &[
            "  succeeded       0 of 1",
            "  failed          1",
            "  started         60m ago (2026-08-24 11:00:00 UTC)",
            "  tries           2 more after the first",
        ],
    );
    let cronjob = json!({
        "kind": "CronJob", "metadata": { "name": "c" },
        "spec": { "schedule": "0 0 * * *", "suspend": true, "jobTemplate": { "spec": { "template": containers } } },
    });
    check(
        &text_of(&cronjob),
        &["  suspended       yes", "  schedule        0 0 * * *", "  last success    never"],
    );
    let node = json!({
        "kind": "Node", "metadata": { "name": "n" },
        "spec": { "unschedulable": true },
        "status": {
            "capacity": { "cpu": "4" }, "allocatable": { "cpu": "3900m" },
            "conditions": [{ "type": "MemoryPressure", "status": "True" }],
        },
    });
    let document = document(&node, &context());
    check(
        &document.text(),
        &["  takes pods      no, cordoned", "  cpu             3900m for pods, of 4"],
    );
    let pressure = document.lines.iter().find(|line| line.text.contains("MemoryPressure")).unwrap();
    assert_eq!(pressure.spans.last().unwrap().emphasis, Emphasis::Bad);
}

#[test]
fn a_node_that_repels_pods_by_a_taint_is_not_said_to_take_them() {
    let takes = |spec: Value| {
        let text = text_of(&json!({ "kind": "Node", "metadata": { "name": "n" }, "spec": spec }));
        let line = text.lines().find_map(|line| line.trim().strip_prefix("takes pods"));
        line.map(|line| line.trim().to_owned()).unwrap()
    };
    let tainted = |effect: &str| takes(json!({ "taints": [{ "key": "a", "effect": effect }] }));
    assert_eq!(takes(json!({})), "yes");
    assert_eq!(tainted("PreferNoSchedule"), "yes, though other nodes come first");
    for effect in ["NoSchedule", "NoExecute"] {
        assert_eq!(tainted(effect), "only those that tolerate its taints");
    }
    let taints = json!([{ "key": "a", "effect": "NoSchedule" }]);
    assert_eq!(takes(json!({ "unschedulable": true, "taints": taints })), "no, cordoned");
}

#[test]
fn an_unknown_or_empty_object_is_described_as_far_as_it_goes() {
    let odd = json!({ "kind": "Odd", "spec": { "a": 1, "b": [{ "c": 1 }], "d": ["x", "y"] } });
    check(
        &text_of(&odd),
        &["  a               1", "  b               1 in the YAML", "  d               x, y"],
    );
    for object in [json!({}), json!(null), json!({ "kind": "Pod", "spec": 3, "status": [] })] {
        assert!(text_of(&object).contains("Events"));
    }
}
