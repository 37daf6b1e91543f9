//! Lists: pages, selectors, tables.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|it| {
            let part = |name: &str| it["metadata"][name].as_str().unwrap_or_default();
            format!("{}/{}", part("namespace"), part("name"))
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn pages_show_one_moment_whatever_happens_between_them() {
    let served = with_crowd(Tier::Prod, 300).await;
    let whole = names(&served.get("/api/v1/pods").await);
    let version = served.get("/api/v1/pods?limit=1").await["metadata"]["resourceVersion"].clone();
    let mut found = Vec::new();
    let mut path = "/api/v1/pods?limit=50".to_owned();
    loop {
        let page = served.get(&path).await;
        assert_eq!(page["metadata"]["resourceVersion"], version);
        found.extend(names(&page));
        let left = page["metadata"]["remainingItemCount"].as_u64().unwrap_or(0);
        assert_eq!(usize::try_from(left).unwrap(), whole.len() - found.len());
        let Some(token) = page["metadata"]["continue"].as_str() else { break };
        path = format!("/api/v1/pods?limit=50&continue={token}");
        // Pods are deleted, others made, and some change.
        let victim = served.pod("ingest-validator").name;
        served.delete(&format!("/api/v1/namespaces/default/pods/{victim}"), Value::Null).await;
        tokio::time::sleep(Duration::from_secs(20)).await;
    }
    assert_eq!(found, whole);
    let now = names(&served.get("/api/v1/pods").await);
    assert_ne!(now, whole);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_comes_too_late_is_gone() {
    let served = with_crowd(Tier::Prod, 2_000).await;
    let page = served.get("/api/v1/pods?limit=50").await;
    let token = page["metadata"]["continue"].as_str().unwrap();
    tokio::time::sleep(Duration::from_hours(1)).await;
    let refused = served.try_get(&format!("/api/v1/pods?limit=50&continue={token}"), &[]).await;
    assert_eq!(refused.code, 410);
    assert_eq!(refused.json()["reason"], "Expired");
    assert_eq!(served.try_get("/api/v1/pods?continue=nonsense", &[]).await.code, 400);
}

#[tokio::test(start_paused = true)]
async fn selectors_choose_and_then_nobody_says_how_many_are_left() {
    let served = served(Tier::Prod).await;
    let of = async |query: &str| served.get(&format!("/api/v1/pods?{query}")).await;
    let core = of("labelSelector=app%3Dingest-core").await;
    assert!(names(&core).iter().all(|name| name.starts_with("default/ingest-core-")));
    let mongo = of("fieldSelector=metadata.name%3Dmongo-0,metadata.namespace%3Ddefault").await;
    assert_eq!(names(&mongo), ["default/mongo-0"]);
    let node = mongo["items"][0]["spec"]["nodeName"].as_str().unwrap();
    let there = of(&format!("fieldSelector=spec.nodeName%3D{node}")).await;
    assert!(names(&there).contains(&"default/mongo-0".to_owned()));
    let failed = of("fieldSelector=status.phase%3DFailed").await;
    assert!(names(&failed).iter().any(|name| name.contains("verify-backup")));
    let page = of("labelSelector=app&limit=2").await;
    assert!(page["metadata"]["continue"].is_string());
    assert!(page["metadata"]["remainingItemCount"].is_null());
    let name = served.pod("ingest-staging-manager").name;
    let events = served
        .get(&format!(
            "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3D{name}"
        ))
        .await;
    let reasons: BTreeSet<_> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["reason"].as_str().unwrap())
        .collect();
    assert!(
        reasons.is_superset(&BTreeSet::from(["BackOff", "Scheduled", "Started"])),
        "{reasons:?}"
    );
    assert_eq!(served.try_get("/api/v1/pods?fieldSelector=spec.x%3Dy", &[]).await.code, 400);
}

#[tokio::test(start_paused = true)]
async fn the_table_is_the_truth_and_carries_as_much_as_was_asked_for() {
    let served = served(Tier::Staging).await;
    let path = "/api/v1/namespaces/default/pods";
    let mut expected = served.server.expected();
    expected.retain(|pod| pod.namespace == "default");
    for (included, object) in [
        ("None", Value::Null),
        ("Metadata", "PartialObjectMetadata".into()),
        ("Object", "Pod".into()),
    ] {
        let table = served.table(&format!("{path}?includeObject={included}")).await;
        let rows = table["rows"].as_array().unwrap();
        assert_eq!(rows.len(), expected.len());
        for (row, pod) in rows.iter().zip(&expected) {
            let cells: Vec<_> = row["cells"].as_array().unwrap()[..4]
                .iter()
                .map(|it| it.as_str().unwrap())
                .collect();
            assert_eq!(cells, [&*pod.name, &*pod.ready, &*pod.status, &*pod.restarts]);
            assert_eq!(row["object"]["kind"], object);
        }
    }
    let refused = served.try_get(&format!("{path}?includeObject=All"), &[("accept", TABLE)]).await;
    assert_eq!(refused.code, 400);
    for path in [
        "/api/v1/nodes",
        "/api/v1/namespaces",
        "/api/v1/events",
        "/api/v1/services",
        "/api/v1/endpoints",
        "/apis/apps/v1/deployments",
        "/apis/apps/v1/replicasets",
        "/apis/apps/v1/statefulsets",
        "/apis/apps/v1/daemonsets",
        "/apis/batch/v1/jobs",
        "/apis/batch/v1/cronjobs",
        "/apis/events.k8s.io/v1/events",
    ] {
        let table = served.table(path).await;
        let columns = table["columnDefinitions"].as_array().unwrap().len();
        for row in table["rows"].as_array().unwrap() {
            assert_eq!(row["cells"].as_array().unwrap().len(), columns, "{path}");
        }
        let objects = served.get(path).await;
        let count = |list: &Value| list.as_array().unwrap().len();
        assert_eq!(count(&objects["items"]), count(&table["rows"]), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn metadata_alone_comes_without_spec_and_status() {
    let served = served(Tier::Dev).await;
    let accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    let list = served.try_get("/api/v1/pods", &[("accept", accept)]).await.json();
    assert_eq!(list["kind"], "PartialObjectMetadataList");
    assert!(list["items"].as_array().unwrap().iter().all(|it| it.get("spec").is_none()));
    assert_eq!(served.try_get("/api/v1/pods", &[("accept", "application/yaml")]).await.code, 406);
}

#[tokio::test(start_paused = true)]
async fn a_label_of_one_pod_would_take_over_a_terminal() {
    let served = served(Tier::Dev).await;
    let pods =
        served.get("/api/v1/namespaces/default/pods?labelSelector=lifeboat.demo%2Fhostile").await;
    let [pod] = pods["items"].as_array().unwrap().as_slice() else { panic!("not one pod") };
    for place in ["labels", "annotations"] {
        let text = pod["metadata"][place]["lifeboat.demo/hostile"].as_str().unwrap();
        assert!(text.contains("\u{1b}]52;c;") && text.contains("\u{1b}]0;"), "{text:?}");
    }
}
