//! How long the first picture of a session waits for the pods that were seen last.
//!
//! `cargo bench --bench snapshot`: 10,000 pods of one environment, and 1,850 of each of three.

#![expect(clippy::unwrap_used, reason = "a benchmark ends where anything is wrong")]

use std::path::Path;
use std::sync::Arc;

use divan::Bencher;
use jiff::Timestamp;
use lifeboat::domain::environment::EnvironmentName;
use lifeboat::domain::pod::Pod;
use lifeboat::runtime::console::snapshot;
use tempfile::TempDir;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 20)]
fn load_10_000(bencher: Bencher<'_, '_>) {
    load(bencher, 1, 10_000);
}

#[divan::bench(sample_count = 20)]
fn load_3_times_1_850(bencher: Bencher<'_, '_>) {
    load(bencher, 3, 1850);
}

#[divan::bench(sample_count = 20)]
fn save_10_000(bencher: Bencher<'_, '_>) {
    let (state, pods) = (TempDir::new().unwrap(), pods(10_000));
    bencher.bench_local(|| save(state.path(), &name(0), &pods));
}

fn load(bencher: Bencher<'_, '_>, environments: usize, count: usize) {
    let (state, pods) = (TempDir::new().unwrap(), pods(count));
    let names: Vec<EnvironmentName> = (0..environments).map(name).collect();
    for name in &names {
        save(state.path(), name, &pods);
    }
    bencher.bench_local(|| {
        let loaded = snapshot::load_all(state.path(), &names);
        assert!(loaded.iter().all(|(_, snapshot)| snapshot.pods.len() == count));
        loaded
    });
}

fn save(state: &Path, name: &EnvironmentName, pods: &[Arc<Pod>]) {
    snapshot::save(state, name, Timestamp::UNIX_EPOCH, pods).unwrap();
}

fn name(number: usize) -> EnvironmentName {
    EnvironmentName(format!("environment-{number}"))
}

fn pods(count: usize) -> Vec<Arc<Pod>> {
    (0..count).map(|number| Arc::new(pod(number))).collect()
}

/// A pod with two containers that has restarted, as the API describes one.
fn pod(number: usize) -> Pod {
    let at = "2026-11-03T08:55:00Z";
    let condition = |kind: &str| serde_json::json!({ "kind": kind, "status": "True", "since": at });
    let kinds =
        ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];
    let conditions = kinds.map(condition);
    let resources = serde_json::json!({ "cpu": 250, "memory": 536_870_912 });
    let container = |name: &str| {
        serde_json::json!({
            "name": name, "image": format!("registry.example.org/team/{name}:1.42.{}", number / 40),
            "is_sidecar": false, "requests": resources, "limits": resources,
            "probes": { "liveness": true, "readiness": true, "startup": false },
            "ports": ["8080/TCP"],
        })
    };
    let last = serde_json::json!({ "Terminated": {
        "exit_code": 137, "signal": 0, "reason": "OOMKilled", "started": at, "finished": at,
    }});
    let status = |name: &str| {
        serde_json::json!({
            "name": name, "ready": true, "started": true, "restarts": 3,
            "state": { "Running": { "started": at } }, "last_state": last,
        })
    };
    serde_json::from_value(serde_json::json!({
        "uid": format!("6f1c{number:08x}-4b1f-4f0e-9d57-0a4b1c2d3e4f"), "namespace": "default",
        "name": format!("ingest-core-7c9f8d6b5-{number:05}"),
        "owner": { "kind": "ReplicaSet", "name": "ingest-core-7c9f8d6b5" },
        "labels": [
            ["app.kubernetes.io/name", "ingest-core"], ["app.kubernetes.io/version", "1.42"],
            ["pod-template-hash", "7c9f8d6b5"], ["team", "ingest"],
        ],
        "created": at, "node": format!("ip-10-0-{}-17.ec2.internal", number % 40),
        "ip": format!("10.0.{}.{}", number % 40, number % 250), "service_account": "default",
        "quality": "Burstable", "phase": "Running", "conditions": conditions, "readiness_gates": [],
        "init_containers": [], "init_statuses": [],
        "containers": [container("core"), container("proxy")],
        "statuses": [status("core"), status("proxy")],
    }))
    .unwrap()
}
