//! Nodes, and what has no description of its own.

use serde_json::Value;

use crate::domain::describe::values::{entries, flag, list, pairs, scalar, text};
use crate::domain::describe::{Context, verdict};
use crate::domain::document::{Document, Emphasis};

pub(super) fn node(document: &mut Document, node: &Value, context: &Context<'_>) {
    document.section("Status");
    verdict(document, context);
    let cordoned = flag(node, "/spec/unschedulable") == Some(true);
    let emphasis = cordoned.then_some(Emphasis::Warning);
    document.judged("takes pods", emphasis, if cordoned { "no, cordoned" } else { "yes" });
    for taint in list(node, "/spec/taints") {
        let key = text(taint, "/key").unwrap_or("?");
        let value = text(taint, "/value").map(|value| format!("={value}")).unwrap_or_default();
        let effect = text(taint, "/effect").unwrap_or("?");
        document.field("taint", &format!("{key}{value}:{effect}"));
    }
    for address in list(node, "/status/addresses") {
        let kind = text(address, "/type").unwrap_or("address");
        document.field(kind, text(address, "/address").unwrap_or("?"));
    }
    document.section("Room");
    for (resource, capacity) in entries(node, "/status/capacity") {
        let of = node
            .pointer("/status/allocatable")
            .and_then(|all| all.get(resource))
            .map_or_else(|| "?".to_owned(), scalar);
        document.field(resource, &format!("{of} for pods, of {}", scalar(capacity)));
    }
    document.section("System");
    for (key, value) in entries(node, "/status/nodeInfo") {
        document.field(key, &scalar(value));
    }
    if let Some(zone) = text(node, "/metadata/labels/topology.kubernetes.io~1zone") {
        document.field("zone", zone);
    }
    let images = list(node, "/status/images");
    document.field("images", &images.len().to_string());
}

/// Any other kind: its fields as they are, without conditions and lists of objects, which YAML shows.
pub(super) fn other(document: &mut Document, object: &Value, context: &Context<'_>) {
    document.section("Status");
    verdict(document, context);
    fields(document, object, "/status");
    document.section("Specification");
    fields(document, object, "/spec");
}

fn fields(document: &mut Document, object: &Value, at: &str) {
    let before = document.lines.len();
    for (key, value) in entries(object, at) {
        match value {
            Value::Object(_) => document.field(key, &pairs(value, "")),
            Value::Array(_) if key == "conditions" => {}
            Value::Array(values) if values.iter().any(|one| one.is_object() || one.is_array()) => {
                document.field(key, &format!("{} in the YAML", values.len()));
            }
            Value::Array(values) => {
                document.field(key, &values.iter().map(scalar).collect::<Vec<_>>().join(", "));
            }
            value => document.field(key, &scalar(value)),
        }
    }
    if document.lines.len() == before {
        document.field("<none>", "");
    }
}
