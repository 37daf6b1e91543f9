//! Nodes, and what has no description of its own.

use serde_json::Value;

use crate::domain::describe::values::{entries, flag, list, pairs, scalar, text};
use crate::domain::describe::{Context, verdict};
use crate::domain::document::{Document, Emphasis};

pub(super) fn node(document: &mut Document, node: &Value, context: &Context<'_>) {
    document.section("Status");
    verdict(document, context);
    let (takes, emphasis) = takes_pods(node);
    document.judged("takes pods", emphasis, takes);
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
    let room = entries(node, "/status/capacity").map(|(resource, capacity)| {
        let of = node
            .pointer("/status/allocatable")
            .and_then(|all| all.get(resource))
            .map_or_else(|| "?".to_owned(), scalar);
        (resource, None, format!("{of} for pods, of {}", scalar(capacity)))
    });
    document.fields(&room.collect::<Vec<_>>());
    document.section("System");
    let system = entries(node, "/status/nodeInfo");
    let system = system.map(|(key, value)| (key, None, scalar(value)));
    let zone = text(node, "/metadata/labels/topology.kubernetes.io~1zone");
    let zone = zone.map(|zone| ("zone", None, zone.to_owned()));
    let images = ("images", None, list(node, "/status/images").len().to_string());
    document.fields(&system.chain(zone).chain([images]).collect::<Vec<_>>());
}

/// Which pods the scheduler may give to a node.
fn takes_pods(node: &Value) -> (&'static str, Option<Emphasis>) {
    let has_effect = |wanted: &[&str]| {
        let mut effects = list(node, "/spec/taints").iter().filter_map(|it| text(it, "/effect"));
        effects.any(|effect| wanted.contains(&effect))
    };
    if flag(node, "/spec/unschedulable") == Some(true) {
        ("no, cordoned", Some(Emphasis::Warning))
    } else if has_effect(&["NoSchedule", "NoExecute"]) {
        ("only those that tolerate its taints", None)
    } else if has_effect(&["PreferNoSchedule"]) {
        ("yes, though other nodes come first", None)
    } else {
        ("yes", None)
    }
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
