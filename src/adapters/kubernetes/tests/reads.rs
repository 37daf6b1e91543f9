//! Single objects, events, namespaces, and the server's own table.

use std::sync::Arc;

use serde_json::json;

use super::{cluster, refuses, says};
use crate::adapters::kubernetes::printed::printed;
use crate::adapters::kubernetes::read::{Address, events_of, namespaces, object};
use crate::adapters::kubernetes::refusal::Sort;
use crate::domain::news::Kind;
use crate::domain::pod::Uid;

#[tokio::test]
async fn an_object_comes_as_the_api_has_it() {
    let node = json!({"kind": "Node", "odd": [1, null]});
    let (cluster, asked) = cluster([says(node.to_string()), refuses(404, "pods \"x\" not found")]);
    let address = Address { kind: Kind::Node, namespace: None, name: "ip-10-0-0-1".into() };
    assert_eq!(object(&cluster, &address).await.unwrap(), node);
    let gone = Address { kind: Kind::Pod, namespace: Some(Arc::from("default")), name: "x".into() };
    let refusal = object(&cluster, &gone).await.unwrap_err();
    assert_eq!(refusal.sort, Sort::Missing);
    assert_eq!(refusal.error.to_string(), "reading pods default/x of prod: pods \"x\" not found");
    assert_eq!(
        *asked.lock().unwrap(),
        ["GET /api/v1/nodes/ip-10-0-0-1", "GET /api/v1/namespaces/default/pods/x"]
    );
}

#[tokio::test]
async fn the_events_of_one_object_come_oldest_first() {
    let event = |name: &str, last: &str| {
        json!({"metadata": {"name": name, "namespace": "default", "uid": name}, "reason": name,
               "type": "Normal", "lastTimestamp": last,
               "involvedObject": {"kind": "Pod", "name": "api-0", "uid": "u-1"}})
    };
    let events = json!({"items": [
        event("second", "2026-03-01T09:12:13Z"), event("first", "2026-03-01T09:12:12Z")]});
    let (cluster, asked) = cluster([says(events.to_string())]);
    let found = events_of(&cluster, &Arc::from("default"), &Uid(Arc::from("u-1"))).await.unwrap();
    let reasons: Vec<_> = found.iter().map(|event| &*event.reason).collect();
    assert_eq!(reasons, ["first", "second"]);
    assert_eq!(
        *asked.lock().unwrap(),
        ["GET /api/v1/namespaces/default/events?fieldSelector=involvedObject.uid%3Du-1&limit=500"]
    );
}

#[tokio::test]
async fn namespaces_are_named() {
    let list = json!({"items": [{"metadata": {"name": "default"}}, {"metadata": {"name": "x"}}]});
    let (cluster, _) = cluster([says(list.to_string())]);
    let names: Vec<_> = namespaces(&cluster).await.unwrap();
    assert_eq!(names, [Arc::from("default"), Arc::from("x")]);
}

#[tokio::test]
async fn the_servers_table_is_read_by_the_names_of_its_columns() {
    let table = json!({
        "kind": "Table",
        "rows": [
            {"cells": ["5h", "api-0", "1/1", "Running", "3 (10s ago)", "10.0.0.1"], "object": null},
            {"cells": ["2m", "api-1", "0/1", "Pending", 0, null]},
        ],
        "columnDefinitions": [
            {"name": "Age"}, {"name": "Name"}, {"name": "Ready"}, {"name": "Status"},
            {"name": "Restarts"}, {"name": "IP"}],
    });
    let (cluster, asked) = cluster([says(table.to_string()), says(r#"{"rows": []}"#)]);
    let rows = printed(&cluster, &Arc::from("default")).await.unwrap();
    let texts: Vec<_> = rows
        .iter()
        .map(|row| {
            format!("{} {} {} {} {}", row.name, row.ready, row.status, row.restarts, row.age)
        })
        .collect();
    assert_eq!(texts, ["api-0 1/1 Running 3 (10s ago) 5h", "api-1 0/1 Pending 0 2m"]);
    assert!(printed(&cluster, &Arc::from("default")).await.is_err());
    let path = "GET /api/v1/namespaces/default/pods?includeObject=None";
    assert_eq!(*asked.lock().unwrap(), [path, path]);
}
