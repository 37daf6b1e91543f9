//! Rows as JSON, made when somebody reads them.

mod batch;
mod event;
mod node;
mod pod;
mod workload;

pub(in crate::demo::kubernetes) mod managed;
pub(in crate::demo::kubernetes) mod spec;

pub(super) use node::KUBELET;
pub(super) use pod::{address, fill};

use serde_json::{Map, Value, json};

use crate::demo::kubernetes::object::{Kind, Labels, Object, Owner, Row, stamp, uid_text};
use crate::demo::kubernetes::resource::Resource;

/// How an object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Whole,
    /// Its metadata only.
    Metadata,
}

/// Writes an object; items of a list do without kind and version.
pub(super) fn write(row: &Row, resource: &Resource, form: Form, is_item: bool) -> String {
    match (form, &row.object) {
        (Form::Whole, Object::Pod(pod)) => pod::text(row, pod, is_item),
        (Form::Whole, _) => {
            let mut value = value(row, resource);
            if let Some(fields) = value.as_object_mut().filter(|_| is_item) {
                fields.remove("kind");
                fields.remove("apiVersion");
            }
            value.to_string()
        }
        (Form::Metadata, _) => partial(row).to_string(),
    }
}

/// Writes a pod as protocol buffers; of what else there is, nothing.
pub(super) fn write_message(row: &Row, to: &mut Vec<u8>) {
    if let Object::Pod(pod) = &row.object {
        pod::write_message(row, pod, to);
    }
}

/// An object in full.
pub(super) fn value(row: &Row, resource: &Resource) -> Value {
    let mut value = match &row.object {
        Object::Pod(pod) => {
            return serde_json::from_str(&pod::text(row, pod, false)).unwrap_or_default();
        }
        Object::Namespace => {
            json!({"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}})
        }
        Object::Node(node) => node::body(row, node),
        Object::Event(event) => event::body(row, event, resource.group),
        Object::Service(service) => node::service(service),
        Object::Workload(workload) => workload::body(row, workload),
        Object::ReplicaSet(set) => workload::replica_set(row, set),
        Object::Job(job) => batch::job(row, job),
        Object::CronJob(cronjob) => batch::cronjob(row, cronjob),
    };
    let version = resource.api_version();
    let mut metadata = metadata(row);
    if let Some(fields) = metadata.as_object_mut().filter(|_| row.kind() != Kind::Event) {
        let owned = managed::of_applied(&version, &value, row.meta.created);
        fields.insert("managedFields".to_owned(), owned);
    }
    if let Some(fields) = value.as_object_mut() {
        fields.insert("kind".to_owned(), resource.name.into());
        fields.insert("apiVersion".to_owned(), version.into());
        fields.insert("metadata".to_owned(), metadata);
    }
    value
}

/// What a table shows beside a row, and what watchers of metadata get.
pub(super) fn partial(row: &Row) -> Value {
    json!({
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata(row),
    })
}

fn metadata(row: &Row) -> Value {
    let meta = &row.meta;
    let mut fields = Map::new();
    let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    put("name", (*meta.key.name).into());
    if let Some(owner) = meta.owner.as_ref().filter(|_| row.kind() == Kind::Pod) {
        put("generateName", format!("{}-", owner.name).into());
    }
    if !meta.key.namespace.is_empty() {
        put("namespace", (*meta.key.namespace).into());
    }
    put("uid", uid_text(meta.uid).into());
    put("resourceVersion", row.version.to_string().into());
    if !matches!(row.kind(), Kind::Event | Kind::Node | Kind::Namespace | Kind::Service) {
        put("generation", meta.generation.into());
    }
    put("creationTimestamp", stamp(meta.created).into());
    if let Some(deletion) = meta.deletion {
        put("deletionTimestamp", stamp(deletion.at).into());
        put("deletionGracePeriodSeconds", deletion.grace.into());
    }
    for (key, labels) in [("labels", &meta.labels), ("annotations", &meta.annotations)] {
        if !labels.is_empty() {
            put(key, map(labels));
        }
    }
    if let Some(owner) = &meta.owner {
        put("ownerReferences", json!([reference(owner)]));
    }
    Value::Object(fields)
}

fn map(labels: &Labels) -> Value {
    labels
        .iter()
        .map(|(key, value)| (key.to_string(), Value::from(&**value)))
        .collect::<Map<_, _>>()
        .into()
}

/// An owner as what it owns names it.
fn reference(owner: &Owner) -> Value {
    let resource = Resource::of(owner.kind);
    json!({
        "apiVersion": resource.api_version(),
        "kind": resource.name,
        "name": &*owner.name,
        "uid": uid_text(owner.uid),
        "controller": true,
        "blockOwnerDeletion": true,
    })
}

/// One of an object's conditions.
fn condition(kind: &str, holds: bool, since: jiff::Timestamp, why: Option<(&str, &str)>) -> Value {
    let mut value = json!({
        "type": kind,
        "status": if holds { "True" } else { "False" },
        "lastTransitionTime": stamp(since),
    });
    if let (Some((reason, message)), Some(fields)) = (why, value.as_object_mut()) {
        fields.insert("reason".to_owned(), reason.into());
        if !message.is_empty() {
            fields.insert("message".to_owned(), message.into());
        }
    }
    value
}
