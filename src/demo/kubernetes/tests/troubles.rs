//! What goes wrong by itself, and that the truth and the served objects agree on it all along.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::printer::printed;
use super::*;
use crate::demo::kubernetes::render;
use crate::demo::kubernetes::resource::Resource;

/// Every pod's JSON, printed, says what the truth beside it says; those are left out that have not
/// changed since they were looked at.
fn agrees(server: &KubernetesServer, looked_at: &mut BTreeSet<u64>) -> BTreeSet<String> {
    let expected = server.expected();
    let (now, rows) = server.look(|cluster| {
        let rows: Vec<_> = cluster.store.rows(Kind::Pod, None).cloned().collect();
        (cluster.now(), rows)
    });
    assert_eq!(rows.len(), expected.len());
    for (row, expected) in rows.iter().zip(&expected) {
        if looked_at.insert(row.version) {
            let pod = render::value(row, Resource::of(Kind::Pod));
            let [ready, status, restarts] = printed(&pod, now);
            let told = [&expected.ready, &expected.status, &expected.restarts];
            assert_eq!([&ready, &status, &restarts], told, "{} at {now}: {pod:#}", expected.name);
        }
    }
    expected.into_iter().map(|pod| pod.status).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_served_prints_as_the_truth_says_at_every_moment() {
    let mut seen = BTreeSet::new();
    for tier in Tier::ALL {
        let server = server(tier, 0);
        let mut looked_at = BTreeSet::new();
        for _ in 0..1_200 {
            seen.extend(agrees(&server, &mut looked_at));
            tokio::time::sleep(Duration::from_millis(900)).await;
        }
    }
    for status in [
        "Completed",
        "ContainerCreating",
        "ContainerStatusUnknown",
        "CrashLoopBackOff",
        "ErrImagePull",
        "Error",
        "Evicted",
        "ImagePullBackOff",
        "Init:0/1",
        "Init:CrashLoopBackOff",
        "Init:Error",
        "OOMKilled",
        "Pending",
        "PodInitializing",
        "Running",
        "Terminating",
    ] {
        assert!(seen.contains(status), "{status} was never seen among {seen:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_happens_does_not_depend_on_who_looks() {
    for tier in Tier::ALL {
        let (watched, alone) = (server(tier, 50), server(tier, 50));
        for _ in 0..500 {
            tokio::time::sleep(Duration::from_millis(2_300)).await;
            watched.look(|_| ());
        }
        assert_eq!(watched.expected(), alone.expected(), "{tier}");
        let version = |server: &KubernetesServer| server.look(|it| it.store.version());
        assert_eq!(version(&watched), version(&alone), "{tier}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_loop_goes_round_and_its_restarts_grow() {
    let served = served(Tier::Prod).await;
    let is = |status: &'static str| {
        move |pods: &[ExpectedPod]| {
            pods.iter()
                .any(|it| it.name.starts_with("ingest-staging-manager") && it.status == status)
        }
    };
    for status in ["Error", "CrashLoopBackOff", "Running", "Error", "CrashLoopBackOff"] {
        served.until(is(status)).await;
    }
    let restarts =
        |pod: ExpectedPod| -> u32 { pod.restarts.split(' ').next().unwrap().parse().unwrap() };
    let before = restarts(served.pod("ingest-staging-manager"));
    served.until(is("Running")).await;
    assert_eq!(restarts(served.pod("ingest-staging-manager")), before + 1);
}

#[tokio::test(start_paused = true)]
async fn a_container_that_needs_too_much_memory_is_killed_and_says_so_afterwards() {
    let served = served(Tier::Prod).await;
    served.until(|pods| pods.iter().any(|pod| pod.status == "OOMKilled")).await;
    served.until(|pods| pods.iter().all(|pod| pod.status != "OOMKilled")).await;
    served
        .until(|pods| {
            pods.iter().any(|it| it.name.starts_with("ingest-state-tracker") && it.ready == "1/1")
        })
        .await;
    let name = served.pod("ingest-state-tracker").name;
    let pod = served.get(&format!("/api/v1/namespaces/default/pods/{name}")).await;
    let ended = &pod["status"]["containerStatuses"][0]["lastState"]["terminated"];
    assert_eq!((&ended["reason"], &ended["exitCode"]), (&"OOMKilled".into(), &137.into()));
    let limits = &pod["spec"]["containers"][0]["resources"]["limits"];
    assert_eq!(limits["memory"], "512Mi");
}

#[tokio::test(start_paused = true)]
async fn the_registry_and_the_scheduler_are_quoted() {
    let staging = served(Tier::Staging).await;
    staging.until(|pods| pods.iter().any(|pod| pod.status == "ImagePullBackOff")).await;
    let pods =
        staging.get("/api/v1/namespaces/default/pods?labelSelector=app%3Dingest-exporter").await;
    let waiting = |pod: &Value| pod["status"]["containerStatuses"][0]["state"]["waiting"].clone();
    let waiting: Vec<_> = pods["items"].as_array().unwrap().iter().map(waiting).collect();
    let refused = waiting.iter().find(|it| it["reason"] == "ImagePullBackOff").unwrap();
    assert!(refused["message"].as_str().unwrap().contains("1.19.0-rc.1: not found"));

    let path = "/apis/apps/v1/namespaces/default/deployments/ingest-exporter";
    let deployment = staging.get(path).await;
    let conditions = deployment["status"]["conditions"].as_array().unwrap();
    let progress = conditions.iter().find(|it| it["type"] == "Progressing").unwrap();
    assert_eq!(
        (&progress["status"], &progress["reason"]),
        (&"False".into(), &"ProgressDeadlineExceeded".into())
    );

    let dev = served(Tier::Dev).await;
    let name = dev.pod("ingest-reindexer").name;
    let pod = dev.get(&format!("/api/v1/namespaces/default/pods/{name}")).await;
    let condition = &pod["status"]["conditions"][0];
    assert_eq!(condition["reason"], "Unschedulable");
    let message = condition["message"].as_str().unwrap();
    assert!(message.starts_with("0/6 nodes are available: 6 Insufficient cpu."), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_node_goes_away_and_its_pods_are_replaced_until_it_comes_back() {
    let served = served(Tier::Dev).await;
    let before = served.pod("ingest-core").name;
    let node = served.get(&format!("/api/v1/namespaces/default/pods/{before}")).await;
    let node = node["spec"]["nodeName"].as_str().unwrap().to_owned();
    let ready = async || -> Value {
        let node = served.get(&format!("/api/v1/nodes/{node}")).await;
        let conditions = node["status"]["conditions"].as_array().unwrap().iter();
        conditions.clone().find(|it| it["type"] == "Ready").unwrap()["status"].clone()
    };
    assert_eq!(ready().await, "True");
    served
        .until(|pods| pods.iter().any(|it| it.name == before && it.status == "Terminating"))
        .await;
    assert_eq!(ready().await, "Unknown");
    let replaced = |pods: &[ExpectedPod]| {
        let mut core = pods.iter().filter(|it| it.name.starts_with("ingest-core"));
        core.any(|it| it.name != before && it.ready == "1/1")
    };
    served.until(replaced).await;
    served.until(|pods| pods.iter().all(|it| it.name != before)).await;
    assert_eq!(ready().await, "True");
    assert_eq!(served.pods("ingest-core").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rollout_never_leaves_less_than_three_quarters_ready() {
    let served = served(Tier::Staging).await;
    let hash = |pod: &ExpectedPod| pod.name.rsplit_once('-').unwrap().0.to_owned();
    let mut generations = BTreeSet::new();
    served
        .until(|pods| {
            let pods = pods.iter().filter(|it| it.name.starts_with("ingest-validator"));
            let ready = pods.clone().filter(|it| it.ready == "1/1" && it.status == "Running");
            assert!(ready.clone().count() >= 3);
            generations.extend(ready.map(hash));
            generations.len() == 4
        })
        .await;
    let sets = served
        .table("/apis/apps/v1/namespaces/default/replicasets?labelSelector=app%3Dingest-validator")
        .await;
    let current = sets["rows"].as_array().unwrap().iter().filter(|row| row["cells"][1] != 0);
    assert!((1..=2).contains(&current.count()));
}
