//! `managedFields`: who wrote which fields. Nobody reads them, and they are a third of an object.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::demo::kubernetes::object::{Labels, stamp};
use crate::demo::kubernetes::protobuf;

/// What a kubelet owns of a pod.
const STATUS: &str = r#"{"f:status":{"f:conditions":{"k:{\"type\":\"ContainersReady\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Initialized\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"PodReadyToStartContainers\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"PodScheduled\"}":{"f:observedGeneration":{}},"k:{\"type\":\"Ready\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}}},"f:containerStatuses":{},"f:hostIP":{},"f:hostIPs":{},"f:observedGeneration":{},"f:phase":{},"f:podIP":{},"f:podIPs":{".":{},"k:{\"ip\":\"10.0.0.1\"}":{".":{},"f:ip":{}}},"f:startTime":{}}}"#;

/// The fields of a pod's template, in the notation of the API.
pub(in crate::demo::kubernetes) fn fields_text(labels: &Labels, spec: &Value) -> String {
    let labels: Map<_, _> = labels.keys().map(|key| (format!("f:{key}"), json!({}))).collect();
    json!({
        "f:metadata": {"f:generateName": {}, "f:labels": labels, "f:ownerReferences": {}},
        "f:spec": fields(spec),
    })
    .to_string()
}

/// The list for a pod.
pub(in crate::demo::kubernetes) fn of_pod(
    fields: &str,
    created: Timestamp,
    told: Timestamp,
) -> String {
    let (created, told) = (stamp(created), stamp(told));
    format!(
        r#"[{{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"{created}","fieldsType":"FieldsV1","fieldsV1":{fields}}},{{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"{told}","fieldsType":"FieldsV1","fieldsV1":{STATUS},"subresource":"status"}}]"#
    )
}

/// The entries of that list as protocol buffers, without when.
pub(in crate::demo::kubernetes) fn messages(fields: &str) -> Vec<Vec<u8>> {
    let any = Timestamp::UNIX_EPOCH;
    let entries: Vec<Value> = serde_json::from_str(&of_pod(fields, any, any)).unwrap_or_default();
    let message = |entry: Value| {
        let mut message = Vec::new();
        protobuf::write(&entry, protobuf::MANAGED, &mut message);
        let fields = entry.get("fieldsV1").map(Value::to_string).unwrap_or_default();
        protobuf::enclose(7, &mut message, |raw| {
            protobuf::enclose(1, raw, |text| text.extend_from_slice(fields.as_bytes()));
        });
        message
    };
    entries.into_iter().map(message).collect()
}

/// Writes that list of a pod as protocol buffers.
pub(in crate::demo::kubernetes) fn write_pod(
    messages: &[Vec<u8>],
    created: Timestamp,
    told: Timestamp,
    to: &mut Vec<u8>,
) {
    for (message, at) in messages.iter().zip([created, told]) {
        protobuf::enclose(17, to, |inside| {
            inside.extend_from_slice(message);
            protobuf::time(4, at, inside);
        });
    }
}

/// The list for what a person has applied.
pub(in crate::demo::kubernetes) fn of_applied(
    api_version: &str,
    object: &Value,
    created: Timestamp,
) -> Value {
    let mut owned = Map::new();
    for part in ["spec", "data"] {
        if let Some(value) = object.get(part) {
            owned.insert(format!("f:{part}"), fields(value));
        }
    }
    json!([{
        "manager": "helm",
        "operation": "Update",
        "apiVersion": api_version,
        "time": stamp(created),
        "fieldsType": "FieldsV1",
        "fieldsV1": owned,
    }])
}

/// Every field of an object; those of named items are told one by one.
fn fields(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let owned = object.iter().map(|(key, value)| (format!("f:{key}"), fields(value)));
            Value::Object(owned.collect())
        }
        Value::Array(items) => {
            let named = items.iter().filter_map(|item| {
                let name = item.get("name")?.as_str()?;
                let mut owned = fields(item);
                owned.as_object_mut()?.insert(".".to_owned(), json!({}));
                Some((format!("k:{{\"name\":\"{name}\"}}"), owned))
            });
            Value::Object(named.collect())
        }
        _ => json!({}),
    }
}
