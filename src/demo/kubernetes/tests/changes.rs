//! What clients change, and what comes of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

const DEFAULT: &str = "/api/v1/namespaces/default/pods";
const APPS: &str = "/apis/apps/v1/namespaces/default";
const BATCH: &str = "/apis/batch/v1/namespaces/default";

#[tokio::test(start_paused = true)]
async fn a_deleted_pod_goes_politely_and_another_comes() {
    let served = served(Tier::Prod).await;
    let old = served.pods("ingest-validator");
    let name = old[0].name.clone();
    let answered = served.delete(&format!("{DEFAULT}/{name}"), json!({})).await;
    assert_eq!(answered.code, 200);
    assert!(answered.json()["metadata"]["deletionTimestamp"].is_string());
    let deleted = served.pods(&name);
    assert_eq!((&*deleted[0].status, &*deleted[0].ready), ("Terminating", "1/1"));
    let mut seen = BTreeSet::new();
    served
        .until(|pods| {
            let new = pods.iter().filter(|pod| pod.name.starts_with("ingest-validator"));
            let new: Vec<_> = new.filter(|pod| old.iter().all(|it| it.name != pod.name)).collect();
            seen.extend(new.iter().map(|pod| format!("{} {}", pod.ready, pod.status)));
            seen.contains("1/1 Running") && pods.iter().all(|pod| pod.name != name)
        })
        .await;
    let steps = ["0/1 ContainerCreating", "0/1 Pending", "0/1 Running", "1/1 Running"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), steps);
    assert_eq!(served.delete(&format!("{DEFAULT}/{name}"), json!({})).await.code, 404);
}

#[tokio::test(start_paused = true)]
async fn a_pod_is_deleted_at_once_if_asked_and_only_if_it_is_the_one_that_was_meant() {
    let served = served(Tier::Prod).await;
    let name = served.pod("redis").name;
    let path = format!("{DEFAULT}/{name}");
    let wrong = json!({"preconditions": {"uid": "another"}});
    assert_eq!(served.delete(&path, wrong).await.code, 409);
    assert_eq!(served.delete(&path, json!({"gracePeriodSeconds": 0})).await.code, 200);
    assert!(served.pods(&name).is_empty());
    assert_eq!(served.pods("redis").len(), 1);
    assert_eq!(served.delete(&format!("{APPS}/deployments/redis"), json!({})).await.code, 405);
}

#[tokio::test(start_paused = true)]
async fn a_restart_replaces_the_pods_of_every_kind_of_workload() {
    let served = served(Tier::Prod).await;
    for (path, prefix) in [
        (format!("{APPS}/deployments/ingest-validator"), "ingest-validator"),
        (format!("{APPS}/statefulsets/mongo"), "mongo"),
        ("/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy".to_owned(), "kube-proxy"),
    ] {
        let uids = async || -> BTreeSet<String> {
            let query = format!("/api/v1/pods?labelSelector=app%3D{prefix}");
            let pods = served.get(&query).await;
            let uid = |pod: &Value| pod["metadata"]["uid"].as_str().unwrap().to_owned();
            pods["items"].as_array().unwrap().iter().map(uid).collect()
        };
        let before = uids().await;
        let at = json!({"kubectl.kubernetes.io/restartedAt": "2026-11-20T09:30:00Z"});
        let patch = json!({"spec": {"template": {"metadata": {"annotations": at}}}});
        let answered = served.patch(&path, "strategic-merge-patch", patch).await;
        assert_eq!(answered.code, 200, "{}", answered.text);
        let mut rounds = 0;
        while !before.is_disjoint(&uids().await) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            rounds += 1;
            assert!(rounds < 300, "{prefix}: the old pods stay");
        }
        served
            .until(|pods| {
                let pods = pods.iter().filter(|pod| pod.name.starts_with(prefix));
                pods.clone().all(|pod| pod.ready == "1/1") && pods.count() == before.len()
            })
            .await;
        let after = served.get(&path).await;
        let annotations = &after["spec"]["template"]["metadata"]["annotations"];
        assert_eq!(annotations["kubectl.kubernetes.io/restartedAt"], "2026-11-20T09:30:00Z");
        assert_eq!(after["metadata"]["generation"], after["status"]["observedGeneration"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_from_a_cronjob_runs_and_completes() {
    let served = served(Tier::Staging).await;
    let cronjob = served.get(&format!("{BATCH}/cronjobs/verify-backup")).await;
    let owner = json!({
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "name": "verify-backup",
        "uid": cronjob["metadata"]["uid"],
    });
    let job = json!({
        "metadata": {
            "name": "by-hand",
            "annotations": {"cronjob.kubernetes.io/instantiate": "manual"},
            "ownerReferences": [owner],
        },
        "spec": cronjob["spec"]["jobTemplate"]["spec"],
    });
    let path = format!("{BATCH}/jobs");
    let create = async || {
        let (method, body) = (Method::POST, job.to_string());
        served.ask(Ask { method, path: &path, headers: &[], body }).await
    };
    let created = create().await;
    assert_eq!(created.code, 201, "{}", created.text);
    let created = created.json();
    assert_eq!(created["metadata"]["ownerReferences"][0]["name"], "verify-backup");
    assert_eq!(created["metadata"]["annotations"]["cronjob.kubernetes.io/instantiate"], "manual");
    assert_eq!(create().await.code, 409);
    let mut seen = BTreeSet::new();
    served
        .until(|pods| {
            let pod = pods.iter().find(|pod| pod.name.starts_with("by-hand-")).unwrap();
            seen.insert(pod.status.clone());
            pod.status == "Completed"
        })
        .await;
    assert!(seen.contains("Running") && seen.contains("ContainerCreating"), "{seen:?}");
    let job = served.get(&format!("{path}/by-hand")).await;
    assert_eq!(job["status"]["succeeded"], 1);
    assert!(job["status"]["completionTime"].is_string());
    assert_eq!(served.delete(&format!("{path}/by-hand"), json!({})).await.code, 200);
    assert!(served.pods("by-hand").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_cronjob_follows_its_schedule_and_stops_when_it_is_suspended() {
    let served = served(Tier::Prod).await;
    let path = format!("{BATCH}/cronjobs/verify-backup");
    let jobs = async || {
        let jobs = served.get(&format!("{BATCH}/jobs?labelSelector=app%3Dverify-backup")).await;
        let new = |job: &&Value| {
            let created = job["metadata"]["creationTimestamp"].as_str().unwrap();
            created > DAY
        };
        jobs["items"].as_array().unwrap().iter().filter(new).count()
    };
    assert_eq!(jobs().await, 0);
    let often = json!([{"op": "replace", "path": "/spec/schedule", "value": "*/10 * * * *"}]);
    assert_eq!(served.patch(&path, "json-patch", often).await.code, 200);
    tokio::time::sleep(Duration::from_mins(21)).await;
    assert_eq!(jobs().await, 2);
    let suspend = json!({"spec": {"suspend": true}});
    assert_eq!(served.patch(&path, "merge-patch", suspend).await.code, 200);
    tokio::time::sleep(Duration::from_mins(30)).await;
    assert_eq!(jobs().await, 2);
    let cronjob = served.get(&path).await;
    assert_eq!(cronjob["spec"]["suspend"], true);
    assert_eq!(cronjob["status"]["lastScheduleTime"], "2026-11-20T09:50:00Z");
    let never = json!({"spec": {"schedule": "at noon"}});
    let refused = served.patch(&path, "merge-patch", never).await;
    assert_eq!((refused.code, &refused.json()["reason"]), (422, &Value::from("Invalid")));
}

#[tokio::test(start_paused = true)]
async fn tonights_backup_runs_at_midnight() {
    let served = served(Tier::Dev).await;
    tokio::time::sleep(
        Duration::from_hours(14) + Duration::from_mins(30) + Duration::from_secs(20),
    )
    .await;
    let running = served.pods("ingest-backup");
    let running: Vec<_> = running.iter().filter(|pod| pod.status == "Running").collect();
    assert_eq!(running.len(), 1);
    let cronjob = served.get(&format!("{BATCH}/cronjobs/ingest-backup")).await;
    assert_eq!(cronjob["status"]["lastScheduleTime"], "2026-11-21T00:00:00Z");
    assert_eq!(cronjob["status"]["active"].as_array().unwrap().len(), 1);
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(served.pods("ingest-backup").len(), 7);
    let cronjob = served.get(&format!("{BATCH}/cronjobs/ingest-backup")).await;
    assert!(cronjob["status"]["lastSuccessfulTime"].as_str().unwrap() > "2026-11-21T00:00:00Z");
}

#[tokio::test(start_paused = true)]
async fn what_the_world_would_not_follow_is_refused() {
    let served = served(Tier::Prod).await;
    let path = format!("{APPS}/deployments/redis");
    let other = json!({"spec": {"strategy": {"type": "Recreate"}}});
    assert_eq!(served.patch(&path, "merge-patch", other).await.code, 422);
    let refused = served.patch(&path, "apply-patch", json!({})).await;
    assert_eq!(refused.code, 415);
    let pod = served.pod("redis").name;
    for part in ["exec?command=sh", "attach", "portforward"] {
        let path = format!("{DEFAULT}/{pod}/{part}");
        let refused = served.ask(Ask {
            method: Method::POST,
            path: &path,
            headers: &[],
            body: String::new(),
        });
        let refused = refused.await;
        assert_eq!(refused.code, 501);
        let message = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("the embedded world has no "), "{message}");
    }
    let rehearsal = json!({"spec": {"replicas": 9}});
    let answered = served.patch(&format!("{path}?dryRun=All"), "merge-patch", rehearsal).await;
    assert_eq!(answered.json()["spec"]["replicas"], 9);
    assert_eq!(served.get(&path).await["spec"]["replicas"], 1);
}
