//! Watches: nothing is missed, nothing is told twice, and every way in which they end.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;

fn key(object: &Value) -> String {
    let part = |name: &str| object["metadata"][name].as_str().unwrap_or_default();
    format!("{}/{}", part("namespace"), part("name"))
}

#[tokio::test(start_paused = true)]
async fn a_list_and_what_a_watch_tells_since_make_the_next_list() {
    let served = with_crowd(Tier::Staging, 200).await;
    let list = served.get("/api/v1/pods").await;
    let mut known: BTreeMap<String, Value> =
        list["items"].as_array().unwrap().iter().map(|it| (key(it), it.clone())).collect();
    let version = list["metadata"]["resourceVersion"].as_str().unwrap();
    let mut watch = served
        .follow(&format!("/api/v1/pods?watch=true&resourceVersion={version}&timeoutSeconds=300"))
        .await;
    let (mut told, mut kinds) = (0, BTreeMap::<String, u32>::new());
    while let Some(line) = watch.next().await.unwrap() {
        let event: Value = serde_json::from_str(&line).unwrap();
        let object = &event["object"];
        let version: u64 = object["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap();
        assert!(version > told, "versions grow");
        told = version;
        *kinds.entry(event["type"].as_str().unwrap().to_owned()).or_default() += 1;
        let was = if event["type"] == "DELETED" {
            known.remove(&key(object))
        } else {
            known.insert(key(object), object.clone())
        };
        assert_eq!(was.is_none(), event["type"] == "ADDED", "{event}");
    }
    assert!(kinds["ADDED"] >= 4 && kinds["DELETED"] >= 4 && kinds["MODIFIED"] > 50, "{kinds:?}");
    let list = served.get("/api/v1/pods").await;
    let now: BTreeMap<String, Value> =
        list["items"].as_array().unwrap().iter().map(|it| (key(it), it.clone())).collect();
    assert_eq!(known.keys().collect::<Vec<_>>(), now.keys().collect::<Vec<_>>());
    for (key, pod) in &now {
        assert_eq!(known[key]["metadata"], pod["metadata"]);
        assert_eq!(known[key]["status"], pod["status"]);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_version_a_watch_begins_with_what_there_is() {
    let served = served(Tier::Prod).await;
    let mut watch = served
        .follow("/api/v1/namespaces/kube-system/pods?watch=1&labelSelector=app%3Dcoredns")
        .await;
    for _ in 0..2 {
        let event = watch.event().await;
        assert_eq!((&event["type"], &event["object"]["kind"]), (&"ADDED".into(), &"Pod".into()));
    }
}

#[tokio::test(start_paused = true)]
async fn who_sees_a_selection_only_is_told_when_something_enters_and_leaves_it() {
    let served = served(Tier::Prod).await;
    let version = served.get("/api/v1/pods?limit=1").await["metadata"]["resourceVersion"].clone();
    let version = version.as_str().unwrap();
    let mut watch = served
        .follow(&format!(
            "/api/v1/pods?watch=true&resourceVersion={version}&fieldSelector=status.phase%3DPending"
        ))
        .await;
    let name = served.pod("ingest-validator").name;
    served.delete(&format!("/api/v1/namespaces/default/pods/{name}"), Value::Null).await;
    let mut kinds = Vec::new();
    while kinds.last() != Some(&Value::from("DELETED")) {
        kinds.push(watch.event().await["type"].clone());
    }
    assert_eq!(kinds, ["ADDED", "MODIFIED", "DELETED"]);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_watch_says_how_far_it_has_come() {
    let served = served(Tier::Staging).await;
    let mut watch =
        served.follow("/apis/apps/v1/statefulsets?watch=true&allowWatchBookmarks=true").await;
    let mut event = watch.event().await;
    while event["type"] == "ADDED" {
        event = watch.event().await;
    }
    assert_eq!(event["type"], "BOOKMARK");
    let version = |event: &Value| -> u64 {
        event["object"]["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap()
    };
    let first = version(&event);
    let second = loop {
        let event = watch.event().await;
        if version(&event) > first {
            break version(&event);
        }
    };
    assert!(second > first);
}

#[tokio::test(start_paused = true)]
async fn versions_that_are_too_old_are_gone_in_both_ways() {
    let served = with_crowd(Tier::Prod, 2_000).await;
    let refused = served.try_get("/api/v1/pods?watch=true&resourceVersion=7", &[]).await;
    assert_eq!((refused.code, &refused.json()["reason"]), (410, &Value::from("Expired")));
    let version = served.get("/api/v1/pods?limit=1").await["metadata"]["resourceVersion"].clone();
    tokio::time::sleep(Duration::from_hours(1)).await;
    let path = format!("/api/v1/pods?watch=true&resourceVersion={}", version.as_str().unwrap());
    let mut watch = served.follow(&path).await;
    let event = watch.event().await;
    assert_eq!((&event["type"], &event["object"]["code"]), (&"ERROR".into(), &410.into()));
    assert!(watch.next().await.unwrap().is_none());
    let refused = served.try_get("/api/v1/pods?watch=true&sendInitialEvents=true", &[]).await;
    assert_eq!((refused.code, &refused.json()["reason"]), (422, &Value::from("Invalid")));
    let refused = served.try_get("/api/v1/pods?watch=true&resourceVersion=x", &[]).await;
    assert_eq!(refused.code, 400);
}

#[tokio::test(start_paused = true)]
async fn a_table_is_watched_row_by_row_and_names_its_columns_once() {
    let served = served(Tier::Prod).await;
    let mut watch = served
        .follow_as("/api/v1/namespaces/default/pods?watch=true&labelSelector=app%3Dmongo", TABLE)
        .await;
    let (first, second) = (watch.event().await, watch.event().await);
    assert_eq!(first["object"]["rows"][0]["cells"][0], "mongo-0");
    assert_eq!(first["object"]["columnDefinitions"].as_array().unwrap().len(), 9);
    assert_eq!(second["object"]["rows"][0]["cells"][0], "mongo-1");
    assert!(second["object"]["columnDefinitions"].is_null());
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_nobody_reads_holds_nothing_back() {
    let served = served(Tier::Staging).await;
    let _watch = served.follow("/api/v1/pods?watch=true").await;
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(served.pods("ingest-validator").len(), 4);
}
