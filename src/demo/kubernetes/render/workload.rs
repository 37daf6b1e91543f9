//! Deployments, `ReplicaSet`s, `StatefulSet`s and `DaemonSet`s as JSON.

use serde_json::{Value, json};

use crate::demo::kubernetes::object::{Kind, ReplicaSet, Row, Workload};
use crate::demo::kubernetes::plan::Template;
use crate::demo::kubernetes::render::spec::template_spec;
use crate::demo::kubernetes::render::{condition, map};

pub(super) fn body(row: &Row, workload: &Workload) -> Value {
    match workload.kind {
        Kind::StatefulSet => stateful_set(row, workload),
        Kind::DaemonSet => daemon_set(row, workload),
        _ => deployment(row, workload),
    }
}

fn pod_template(template: &Template) -> Value {
    let mut labels = (*template.labels).clone();
    labels.remove("pod-template-hash");
    labels.remove("controller-revision-hash");
    json!({
        "metadata": {"labels": map(&labels), "annotations": map(&template.annotations)},
        "spec": template_spec(&template.plan),
    })
}

fn selector(template: &Template) -> Value {
    json!({"matchLabels": map(&template.selector)})
}

fn deployment(row: &Row, workload: &Workload) -> Value {
    let Workload { template, counts, replicas, .. } = workload;
    let name = &row.meta.key.name;
    let is_available = counts.ready + replicas / 4 >= *replicas;
    let available = if is_available {
        ("MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    let set = format!("{name}-{}", template.hash);
    let (reason, message) = if workload.is_stuck {
        ("ProgressDeadlineExceeded", format!("ReplicaSet \"{set}\" has timed out progressing."))
    } else if workload.is_complete() {
        ("NewReplicaSetAvailable", format!("ReplicaSet \"{set}\" has successfully progressed."))
    } else {
        ("ReplicaSetUpdated", format!("ReplicaSet \"{set}\" is progressing."))
    };
    json!({
        "spec": {
            "replicas": replicas,
            "selector": selector(template),
            "template": pod_template(template),
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
            },
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
        },
        "status": {
            "observedGeneration": row.meta.generation,
            "replicas": counts.pods,
            "updatedReplicas": counts.updated,
            "readyReplicas": counts.ready,
            "availableReplicas": counts.ready,
            "unavailableReplicas": (counts.pods.max(*replicas)).saturating_sub(counts.ready),
            "conditions": [
                condition("Available", is_available, workload.available_since, Some(available)),
                condition(
                    "Progressing",
                    !workload.is_stuck,
                    workload.progressed,
                    Some((reason, &message)),
                ),
            ],
        },
    })
}

pub(super) fn replica_set(row: &Row, set: &ReplicaSet) -> Value {
    let hash = json!({"pod-template-hash": set.template.hash});
    let mut matched = map(&set.template.selector);
    let mut template = pod_template(&set.template);
    if let (Some(fields), Value::Object(hash)) = (matched.as_object_mut(), hash.clone()) {
        fields.extend(hash);
    }
    if let (Some(labels), Value::Object(hash)) =
        (template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut), hash)
    {
        labels.extend(hash);
    }
    json!({
        "spec": {
            "replicas": set.replicas,
            "selector": {"matchLabels": matched},
            "template": template,
        },
        "status": {
            "observedGeneration": row.meta.generation,
            "replicas": set.counts.pods,
            "fullyLabeledReplicas": set.counts.pods,
            "readyReplicas": set.counts.ready,
            "availableReplicas": set.counts.ready,
        },
    })
}

fn stateful_set(row: &Row, workload: &Workload) -> Value {
    let Workload { template, counts, replicas, .. } = workload;
    let name = &row.meta.key.name;
    let revision = format!("{name}-{}", template.hash);
    json!({
        "spec": {
            "replicas": replicas,
            "selector": selector(template),
            "template": pod_template(template),
            "serviceName": format!("{name}-service"),
            "podManagementPolicy": "OrderedReady",
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
            "revisionHistoryLimit": 10,
        },
        "status": {
            "observedGeneration": row.meta.generation,
            "replicas": counts.pods,
            "readyReplicas": counts.ready,
            "availableReplicas": counts.ready,
            "currentReplicas": counts.updated,
            "updatedReplicas": counts.updated,
            "currentRevision": revision,
            "updateRevision": revision,
            "collisionCount": 0,
        },
    })
}

fn daemon_set(row: &Row, workload: &Workload) -> Value {
    let Workload { template, counts, .. } = workload;
    json!({
        "spec": {
            "selector": selector(template),
            "template": pod_template(template),
            "updateStrategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0},
            },
            "revisionHistoryLimit": 10,
        },
        "status": {
            "observedGeneration": row.meta.generation,
            "currentNumberScheduled": counts.pods,
            "desiredNumberScheduled": counts.wanted,
            "numberAvailable": counts.ready,
            "numberMisscheduled": 0,
            "numberReady": counts.ready,
            "numberUnavailable": counts.wanted.saturating_sub(counts.ready),
            "updatedNumberScheduled": counts.updated,
        },
    })
}
