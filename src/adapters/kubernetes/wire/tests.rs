//! What the readers make of whole, partial and odd answers.

use serde_json::{Value, from_value, json};

use super::*;
use crate::domain::event::Event;
use crate::domain::job::{CronJob, Job};
use crate::domain::node::Node;
use crate::domain::pod::{ContainerState, Pod, Resources};
use crate::domain::quantity::{Cpu, Memory};
use crate::domain::usage::{NodeUsage, PodUsage};
use crate::domain::workload::{Workload, WorkloadKind};

fn row<W: Wire>(wire: Value) -> W::Row {
    from_value::<W>(wire).unwrap().into_row()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn an_object_that_says_nothing_is_still_a_row() {
    for nothing in [
        json!({}),
        json!({"metadata": null, "spec": null, "status": null}),
        json!({"metadata": {"resourceVersion": "12", "labels": null, "ownerReferences": null,
            "creationTimestamp": null, "uid": null, "namespace": null, "name": null}}),
    ] {
        let pod: Pod = row::<WirePod>(nothing.clone());
        assert_eq!((&*pod.name, &*pod.phase, pod.containers.len()), ("", "", 0));
        let workload: Workload = row::<WireDeployment>(nothing.clone());
        assert_eq!((workload.wanted, workload.ready), (1, 0));
        let daemon: Workload = row::<WireDaemonSet>(nothing.clone());
        assert_eq!((daemon.kind, daemon.wanted), (WorkloadKind::DaemonSet, 0));
        let job: Job = row::<WireJob>(nothing.clone());
        assert_eq!(job.completions, None);
        let cronjob: CronJob = row::<WireCronJob>(nothing.clone());
        assert_eq!(cronjob.time_zone, None);
        let node: Node = row::<WireNode>(nothing.clone());
        assert_eq!(node.pods, None);
        let event: Event = row::<WireEvent>(nothing.clone());
        assert_eq!(event.count, 1);
        assert_eq!(row::<WireNodeUsage>(nothing), None);
    }
}

#[test]
fn null_and_unknown_values_within_an_object_read_as_absent() {
    let pod = row::<WirePod>(json!({
        "metadata": {"name": "a", "creationTimestamp": "yesterday", "labels": {"app": null}},
        "spec": {
            "nodeName": null,
            "containers": [{"name": "app", "image": null, "resources": null, "ports": null,
                "livenessProbe": null, "readinessProbe": {}, "restartPolicy": null,
                "somethingNew": {"deep": [1, 2, {"x": null}]}}],
        },
        "status": {
            "phase": "Hibernating", "reason": "", "podIPs": [{}],
            "conditions": [{"type": "Ready", "status": "Perhaps", "lastTransitionTime": {}}],
            "containerStatuses": [{"name": "app", "state": {"dreaming": {}}, "lastState": null,
                "restartCount": null, "started": null},
                {"name": "b", "state": {"waiting": {"reason": ""}}}],
        },
    }));
    assert_eq!((&*pod.phase, pod.reason.as_deref(), pod.created), ("Hibernating", None, None));
    assert_eq!(pod.conditions[0].status, ConditionStatus::Unknown);
    assert_eq!(pod.conditions[0].since, None);
    assert!(!pod.containers[0].probes.liveness && pod.containers[0].probes.readiness);
    assert_eq!(pod.statuses[0].state, ContainerState::Empty);
    assert_eq!(pod.statuses[1].state, ContainerState::Waiting { reason: None, message: None });
    assert_eq!(pod.label("app"), Some(""));
}

#[test]
fn a_pod_keeps_its_owner_its_dates_and_its_resources() {
    let pod = row::<WirePod>(json!({
        "metadata": {
            "name": "api-5d8f-x", "namespace": "default", "uid": "u1",
            "creationTimestamp": "2026-11-21T03:07:00Z",
            "deletionTimestamp": "2026-11-21T03:07:00.123456Z",
            "ownerReferences": [{"kind": "Helper", "name": "h"},
                {"kind": "ReplicaSet", "name": "api-5d8f", "controller": true}],
            "managedFields": [{"manager": "kubelet", "fieldsV1": {"f:status": {}}}],
        },
        "spec": {"initContainers": [{"name": "mesh", "restartPolicy": "Always"}],
            "containers": [{"name": "app", "ports": [{"containerPort": 80, "name": "http"},
                {"containerPort": 53, "protocol": "UDP"}],
                "resources": {"requests": {"cpu": "250m", "memory": "1Gi", "nvidia.com/gpu": "1"},
                    "limits": {"cpu": 2, "memory": 1_048_576}}}]},
        "status": {"podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.2"}, {"ip": "fd00::1"}]},
    }));
    assert_eq!(pod.owner.as_ref().map(|owner| &*owner.name), Some("api-5d8f"));
    assert_eq!(pod.created, Some(at("2026-11-21T03:07:00Z")));
    assert_eq!(pod.deleting, Some(at("2026-11-21T03:07:00.123456Z")));
    assert_eq!(pod.ip.as_deref(), Some("10.0.0.2"));
    assert!(pod.is_sidecar("mesh") && !pod.is_sidecar("app"));
    let app = &pod.containers[0];
    let ports: Vec<&str> = app.ports.iter().map(|port| &**port).collect();
    assert_eq!(ports, ["80/TCP http", "53/UDP"]);
    let requests = Resources { cpu: Some(Cpu(250)), memory: Some(Memory(1 << 30)) };
    let limits = Resources { cpu: Some(Cpu(2000)), memory: Some(Memory(1 << 20)) };
    assert_eq!((app.requests, app.limits), (requests, limits));
}

#[test]
fn lists_are_no_larger_than_what_they_hold() {
    let condition = json!({"type": "Ready", "status": "True"});
    let pod = row::<WirePod>(json!({
        "spec": {"containers": [{"ports": [{"containerPort": 1}]}, {}, {}]},
        "status": {"conditions": vec![condition; 5], "containerStatuses": [{}, {}, {}]},
    }));
    assert_eq!((pod.conditions.capacity(), pod.statuses.capacity()), (5, 3));
    assert_eq!(pod.containers[0].ports.capacity(), 1);
}

#[test]
fn words_are_shared_between_objects() {
    let page = json!({"metadata": {"resourceVersion": "7", "continue": "t", "remainingItemCount": 3},
        "items": [{"metadata": {"namespace": "default", "labels": {"app": "a"}}},
            {"metadata": {"namespace": "default", "labels": {"app": "b"}},
                "spec": {"containers": [{"name": "app", "image": "a:1"}]}},
            {"metadata": {"namespace": "default", "labels": {"app": "b"}},
                "spec": {"containers": [{"name": "app", "image": "a:1"}]}}]});
    let page: List<WirePod> = from_value(page).unwrap();
    assert_eq!(page.metadata.r#continue.as_deref(), Some("t"));
    assert_eq!(page.metadata.remaining_item_count, Some(3));
    let pods: Vec<Pod> = page.items.into_iter().map(WirePod::into_row).collect();
    assert!(Arc::ptr_eq(&pods[0].namespace, &pods[1].namespace));
    assert!(Arc::ptr_eq(&pods[0].labels[0].0, &pods[1].labels[0].0));
    assert!(Arc::ptr_eq(&pods[1].labels, &pods[2].labels));
    assert!(Arc::ptr_eq(&pods[1].containers, &pods[2].containers));
    let none: List<WirePod> = from_value(json!({"items": null})).unwrap();
    assert!(none.items.is_empty());
}

#[test]
fn workloads_count_where_their_kind_counts() {
    let body = json!({
        "metadata": {"name": "api", "generation": 4},
        "spec": {"replicas": 3, "paused": true, "selector": {"matchLabels": {"app": "api"}},
            "template": {"spec": {"containers": [{"image": "a:1"}, {"image": "b:2"}]}}},
        "status": {"observedGeneration": 3, "readyReplicas": 2, "updatedReplicas": 1,
            "availableReplicas": 2, "desiredNumberScheduled": 6, "numberReady": 5,
            "updatedNumberScheduled": 4, "numberAvailable": 5},
    });
    let numbers = |row: &Workload| [row.wanted, row.ready, row.updated, row.available];
    let deployment = row::<WireDeployment>(body.clone());
    assert_eq!(numbers(&deployment), [3, 2, 1, 2]);
    assert!(deployment.is_paused && deployment.generation > deployment.observed_generation);
    assert_eq!(deployment.images, [Box::from("a:1"), Box::from("b:2")]);
    assert_eq!(numbers(&row::<WireStatefulSet>(body.clone())), [3, 2, 1, 2]);
    assert_eq!(numbers(&row::<WireDaemonSet>(body)), [6, 5, 4, 5]);
}

#[test]
fn a_cronjob_knows_the_release_that_writes_it() {
    let release = |metadata: Value| row::<WireCronJob>(json!({"metadata": metadata})).release;
    let named = |name: Option<&str>, chart: Option<&str>| {
        Some(Release { name: name.map(Box::from), chart: chart.map(Box::from) })
    };
    let by = "app.kubernetes.io/managed-by";
    let annotations = json!({"meta.helm.sh/release-name": "mongo", "other": "x"});
    let labels = json!({by: "Helm", "helm.sh/chart": "ingestbackup-0.3.0"});
    assert_eq!(
        release(json!({"annotations": annotations, "labels": labels})),
        named(Some("mongo"), Some("ingestbackup-0.3.0"))
    );
    assert_eq!(release(json!({"annotations": annotations})), named(Some("mongo"), None));
    assert_eq!(release(json!({"labels": {by: "helm"}})), named(None, None));
    assert_eq!(release(json!({"labels": {by: "kustomize"}})), None);
    assert_eq!(release(json!({"annotations": null})), None);
}

#[test]
fn nodes_keep_conditions_taints_and_what_they_can_hold() {
    let node = row::<WireNode>(json!({
        "metadata": {"name": "node-1"},
        "spec": {"unschedulable": true, "taints": [{"key": "a", "value": "b", "effect": "NoSchedule"},
            {"key": "c", "effect": "NoExecute"}]},
        "status": {"allocatable": {"cpu": "3920m", "memory": "15Gi", "pods": "110",
                "ephemeral-storage": "47093746742"},
            "conditions": [{"type": "Ready", "status": "True"}],
            "addresses": [{"type": "Hostname", "address": "n"}, {"type": "InternalIP", "address": "10.1.1.1"}],
            "nodeInfo": {"kubeletVersion": "v1.34.3"}},
    }));
    assert!(node.is_cordoned);
    assert_eq!(node.taints, [Box::from("a=b:NoSchedule"), Box::from("c:NoExecute")]);
    assert_eq!(node.allocatable.cpu, Some(Cpu(3920)));
    assert_eq!(node.pods, Some(110));
    assert_eq!(node.internal_ip.as_deref(), Some("10.1.1.1"));
}

#[test]
fn events_of_both_apis_read_alike() {
    let old = row::<WireEvent>(json!({
        "metadata": {"namespace": "default", "uid": "e"}, "type": "Warning", "reason": "BackOff",
        "message": "Back-off restarting", "count": 7, "source": {"component": "kubelet"},
        "involvedObject": {"kind": "Pod", "name": "api", "uid": "p"},
        "firstTimestamp": "2026-11-21T03:00:00Z", "lastTimestamp": "2026-11-21T03:07:00Z",
    }));
    let new = row::<WireEvent>(json!({
        "metadata": {"namespace": "default", "uid": "e"}, "type": "Warning", "reason": "BackOff",
        "note": "Back-off restarting", "series": {"count": 7, "lastObservedTime": "2026-11-21T03:07:00.000000Z"},
        "reportingController": "kubelet", "deprecatedSource": {},
        "regarding": {"kind": "Pod", "name": "api", "uid": "p"},
        "eventTime": "2026-11-21T03:00:00.000000Z",
        "deprecatedFirstTimestamp": null, "deprecatedLastTimestamp": null,
    }));
    assert_eq!(old, new);
    assert_eq!((old.count, old.last), (7, Some(at("2026-11-21T03:07:00Z"))));
}

#[test]
fn what_was_not_measured_is_absent_rather_than_zero() {
    let usage: PodUsage = row::<WirePodUsage>(json!({
        "metadata": {"name": "api", "namespace": "default"}, "timestamp": "2026-11-21T03:07:00Z",
        "window": "15s", "containers": [
            {"name": "app", "usage": {"cpu": "12345678n", "memory": "104856Ki"}},
            {"name": "broken", "usage": {}}],
    }));
    assert_eq!(usage.containers.len(), 1);
    assert_eq!(usage.containers[0].cpu, Cpu(13));
    assert_eq!(usage.containers[0].memory, Memory(104_856 << 10));
    let node = row::<WireNodeUsage>(
        json!({"metadata": {"name": "n"}, "usage": {"cpu": "1", "memory": "1Gi"}}),
    );
    assert_eq!(node, Some(NodeUsage { name: "n".into(), cpu: Cpu(1000), memory: Memory(1 << 30) }));
}
