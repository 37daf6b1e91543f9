//! Tables as the server prints them. What a pod's row says is the truth stored beside the pod.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::demo::kubernetes::accept::Included;
use crate::demo::kubernetes::age::age;
use crate::demo::kubernetes::object::{
    CronJob, Event, Job, Kind, Node, Object, ReplicaSet, Row, Workload,
};
use crate::demo::kubernetes::plan::Template;
use crate::demo::kubernetes::pod::Pod;
use crate::demo::kubernetes::render;
use crate::demo::kubernetes::resource::{Resource, Source};

/// The columns of a resource: `#` before a number, `+` before what only a wide table shows.
fn columns(resource: &Resource) -> &'static str {
    let Source::Stored(kind) = resource.source else { return "Name|Age" };
    match kind {
        Kind::Namespace => "Name|Status|Age",
        Kind::Node => {
            "Name|Status|Roles|Age|Version|+Internal-IP|+External-IP|+OS-Image|+Kernel-Version|\
             +Container-Runtime"
        }
        Kind::Pod => "Name|Ready|Status|Restarts|Age|+IP|+Node|+Nominated Node|+Readiness Gates",
        Kind::Event => {
            "Last Seen|Type|Reason|Object|+Subobject|+Source|Message|+First Seen|+Count|+Name"
        }
        Kind::Service => "Name|Type|Cluster-IP|External-IP|Port(s)|Age|+Selector",
        Kind::Endpoints => "Name|Endpoints|Age",
        Kind::Deployment => "Name|Ready|#Up-to-date|#Available|Age|+Containers|+Images|+Selector",
        Kind::ReplicaSet => "Name|#Desired|#Current|#Ready|Age|+Containers|+Images|+Selector",
        Kind::StatefulSet => "Name|Ready|Age|+Containers|+Images",
        Kind::DaemonSet => {
            "Name|#Desired|#Current|#Ready|#Up-to-date|#Available|Node Selector|Age|+Containers|\
             +Images|+Selector"
        }
        Kind::Job => "Name|Status|Completions|Duration|Age|+Containers|+Images|+Selector",
        Kind::CronJob => {
            "Name|Schedule|Timezone|Suspend|#Active|Last Schedule|Age|+Containers|+Images|+Selector"
        }
    }
}

pub(super) fn definitions(resource: &Resource) -> Value {
    let columns = columns(resource).split('|').map(|column| {
        let name = column.trim_start_matches(['#', '+']);
        json!({
            "name": name,
            "type": if column.starts_with('#') { "integer" } else { "string" },
            "format": if name == "Name" { "name" } else { "" },
            "description": "",
            "priority": i32::from(column.starts_with('+')),
        })
    });
    columns.collect()
}

/// One row of a table.
pub(super) fn row(row: &Row, resource: &Resource, included: Included, now: Timestamp) -> Value {
    let object = match included {
        Included::Nothing => Value::Null,
        Included::Metadata => render::partial(row),
        Included::Object => render::value(row, resource),
    };
    json!({"cells": cells(row, now), "object": object})
}

fn cells(row: &Row, now: Timestamp) -> Vec<Value> {
    let name = Value::from(&*row.meta.key.name);
    let old = age(row.meta.created, now);
    match &row.object {
        Object::Pod(pod) => pod_cells(row, pod, now),
        Object::Namespace => vec![name, "Active".into(), old.into()],
        Object::Node(node) => node_cells(row, node, old),
        Object::Event(event) => event_cells(row, event, now),
        Object::Service(service) => vec![
            name,
            "ClusterIP".into(),
            (*service.address).into(),
            "<none>".into(),
            format!("{}/TCP", service.port).into(),
            old.into(),
            selector(&service.selector).into(),
        ],
        Object::Workload(workload) => workload_cells(row, workload, old),
        Object::ReplicaSet(set) => set_cells(row, set, old),
        Object::Job(job) => job_cells(row, job, now),
        Object::CronJob(cronjob) => cronjob_cells(row, cronjob, now),
    }
}

fn pod_cells(row: &Row, pod: &Pod, now: Timestamp) -> Vec<Value> {
    let printed = pod.printed(&row.meta, now);
    let has_address = pod.instances.iter().any(|it| it.run.is_some() || it.last.is_some());
    let address = if has_address { render::address(row, pod) } else { "<none>".to_owned() };
    vec![
        (*row.meta.key.name).into(),
        printed.ready.into(),
        printed.status.into(),
        printed.restarts.into(),
        age(row.meta.created, now).into(),
        address.into(),
        pod.node.as_deref().unwrap_or("<none>").into(),
        "<none>".into(),
        "<none>".into(),
    ]
}

fn node_cells(row: &Row, node: &Node, old: String) -> Vec<Value> {
    let name = &*row.meta.key.name;
    let address = name.split('.').next().unwrap_or_default().trim_start_matches("ip-");
    vec![
        name.into(),
        if node.ready { "Ready" } else { "NotReady" }.into(),
        "<none>".into(),
        old.into(),
        render::KUBELET.into(),
        address.replace('-', ".").into(),
        "<none>".into(),
        "Amazon Linux 2023.7.20250623".into(),
        "6.1.141-155.222.amzn2023.x86_64".into(),
        "containerd://1.7.27".into(),
    ]
}

fn event_cells(row: &Row, event: &Event, now: Timestamp) -> Vec<Value> {
    let first = age(row.meta.created, now);
    let last = age(event.last, now);
    let resource = Resource::of(event.about.kind);
    let source = match &event.host {
        Some(host) => format!("{}, {host}", event.component),
        None => event.component.to_owned(),
    };
    vec![
        last.into(),
        if event.is_warning { "Warning" } else { "Normal" }.into(),
        event.reason.into(),
        format!("{}/{}", resource.singular, event.about.key.name).into(),
        event.about.field.as_deref().unwrap_or_default().into(),
        source.into(),
        (*event.message).trim().into(),
        first.into(),
        event.count.into(),
        (*row.meta.key.name).into(),
    ]
}

fn workload_cells(row: &Row, workload: &Workload, old: String) -> Vec<Value> {
    let name = Value::from(&*row.meta.key.name);
    let Workload { counts, template, replicas, kind, .. } = workload;
    let [containers, images] = containers(template);
    let selector = selector(&template.selector);
    let ready = Value::from(format!("{}/{replicas}", counts.ready));
    match kind {
        Kind::StatefulSet => vec![name, ready, old.into(), containers.into(), images.into()],
        Kind::DaemonSet => vec![
            name,
            counts.wanted.into(),
            counts.pods.into(),
            counts.ready.into(),
            counts.updated.into(),
            counts.ready.into(),
            "<none>".into(),
            old.into(),
            containers.into(),
            images.into(),
            selector.into(),
        ],
        _ => vec![
            name,
            ready,
            counts.updated.into(),
            counts.ready.into(),
            old.into(),
            containers.into(),
            images.into(),
            selector.into(),
        ],
    }
}

fn set_cells(row: &Row, set: &ReplicaSet, old: String) -> Vec<Value> {
    let [containers, images] = containers(&set.template);
    let selector =
        format!("{},pod-template-hash={}", selector(&set.template.selector), set.template.hash);
    vec![
        (*row.meta.key.name).into(),
        set.replicas.into(),
        set.counts.pods.into(),
        set.counts.ready.into(),
        old.into(),
        containers.into(),
        images.into(),
        selector.into(),
    ]
}

fn job_cells(row: &Row, job: &Job, now: Timestamp) -> Vec<Value> {
    let [containers, images] = containers(&job.template);
    let status = match job.finished {
        Some(finished) if finished.well => "Complete",
        Some(_) => "Failed",
        None => "Running",
    };
    let until = job.finished.filter(|finished| finished.well).map_or(now, |finished| finished.at);
    vec![
        (*row.meta.key.name).into(),
        status.into(),
        format!("{}/1", job.counts.succeeded).into(),
        age(job.started, until).into(),
        age(row.meta.created, now).into(),
        containers.into(),
        images.into(),
        format!(
            "batch.kubernetes.io/controller-uid={}",
            crate::demo::kubernetes::object::uid_text(row.meta.uid)
        )
        .into(),
    ]
}

fn cronjob_cells(row: &Row, cronjob: &CronJob, now: Timestamp) -> Vec<Value> {
    let [containers, images] = containers(&cronjob.template);
    let last = cronjob.last_schedule.map_or("<none>".to_owned(), |at| age(at, now));
    vec![
        (*row.meta.key.name).into(),
        (*cronjob.schedule).into(),
        cronjob.time_zone.as_deref().unwrap_or("<none>").into(),
        if cronjob.is_suspended { "True" } else { "False" }.into(),
        cronjob.active.len().into(),
        last.into(),
        age(row.meta.created, now).into(),
        containers.into(),
        images.into(),
        "<none>".into(),
    ]
}

fn containers(template: &Template) -> [String; 2] {
    let containers = &template.plan.containers;
    let names: Vec<_> = containers.iter().map(|it| it.name.as_str()).collect();
    let images: Vec<_> = containers.iter().map(|it| it.image.as_str()).collect();
    [names.join(","), images.join(",")]
}

fn selector(labels: &crate::demo::kubernetes::object::Labels) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}
