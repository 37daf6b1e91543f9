//! What is saved comes back; what cannot be read is as none.

use std::fs;

use super::*;
use crate::domain::pod::{
    Condition, ConditionStatus, Container, ContainerState, ContainerStatus, Owner, Probes,
    Resources, Termination, Uid,
};

fn name(name: &str) -> EnvironmentName {
    EnvironmentName(name.to_owned())
}

fn at() -> Timestamp {
    "2026-11-03T08:55:00Z".parse().unwrap()
}

/// A pod with about as much in it as a real one.
fn pod(number: usize) -> Arc<Pod> {
    let condition = |kind: &str| Condition {
        kind: kind.into(),
        status: ConditionStatus::True,
        reason: None,
        message: None,
        since: Some(at()),
    };
    let status = |name: &str| ContainerStatus {
        name: name.into(),
        ready: true,
        started: Some(true),
        restarts: 3,
        state: ContainerState::Running { started: Some(at()) },
        last_state: ContainerState::Terminated(Box::new(Termination {
            exit_code: 137,
            reason: Some("OOMKilled".into()),
            finished: Some(at()),
            ..Termination::default()
        })),
    };
    let container = |name: &str| Container {
        name: name.into(),
        image: format!("registry.example.org/{name}:1.{number}").into(),
        is_sidecar: false,
        requests: Resources::default(),
        limits: Resources::default(),
        probes: Probes::default(),
        ports: vec!["8080/TCP".into()],
    };
    Arc::new(Pod {
        uid: Uid(format!("6f1c{number:08x}-4b1f-4f0e-9d57-0a4b1c2d3e4f").into()),
        namespace: "default".into(),
        name: format!("ingest-core-7c9f8d6b5-{number:05}").into(),
        owner: Some(Owner { kind: "ReplicaSet".into(), name: "ingest-core-7c9f8d6b5".into() }),
        labels: [
            ("app.kubernetes.io/name".into(), "ingest-core".into()),
            ("pod-template-hash".into(), "7c9f8d6b5".into()),
        ]
        .into(),
        created: Some(at()),
        deleting: None,
        node: Some(format!("ip-10-0-{}-17.ec2.internal", number % 40).into()),
        nominated_node: None,
        ip: Some("10.0.3.4".into()),
        service_account: Some("default".into()),
        quality: Some("Burstable".into()),
        phase: "Running".into(),
        reason: None,
        message: Some("with \u{1b}[2J\n".into()),
        conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"]
            .map(condition)
            .into(),
        readiness_gates: Vec::new(),
        init_containers: [].into(),
        containers: [container("core"), container("proxy")].into(),
        init_statuses: Vec::new(),
        statuses: vec![status("core"), status("proxy")],
    })
}

fn pods(count: usize) -> Vec<Arc<Pod>> {
    (0..count).map(pod).collect()
}

#[test]
fn what_was_seen_comes_back_with_its_time() {
    let state = tempfile::tempdir().unwrap();
    let seen = pods(20);
    save(state.path(), &name("prod"), at(), &seen).unwrap();
    save(state.path(), &name("dev"), at(), &[]).unwrap();
    let environments = ["prod", "gone", "dev"].map(name);
    let loaded = load_all(state.path(), &environments);
    let expected = [
        (name("prod"), Snapshot { at: at(), pods: seen }),
        (name("dev"), Snapshot { at: at(), pods: Vec::new() }),
    ];
    assert_eq!(loaded, expected);
}

#[test]
fn many_pods_come_back_in_their_order() {
    let state = tempfile::tempdir().unwrap();
    let seen = pods(2000);
    save(state.path(), &name("prod"), at(), &seen).unwrap();
    assert_eq!(load(state.path(), &name("prod")).unwrap().pods, seen);
}

#[test]
fn a_block_in_the_middle_that_holds_no_pods_spoils_the_file() {
    let lists = Lists { labels: vec![Arc::default()], containers: vec![Arc::default()] };
    let mut blocks = Vec::new();
    for pods in pods(900).chunks(300) {
        let pods: Vec<_> = pods.iter().map(|pod| ([0_usize; 3], bare(pod))).collect();
        write_block(&mut blocks, &pods).unwrap();
    }
    let read = |blocks: &[u8]| load::pods(&mut &*blocks, 900, &lists);
    assert_eq!(read(&blocks).unwrap().len(), 900);
    assert!(read(&blocks[..blocks.len() - 1]).is_err(), "the last block has no end");
    assert!(load::pods(&mut &*blocks, 899, &lists).is_err(), "there is one more");
    assert!(
        load::pods(&mut &*blocks, 900, &Lists::default()).is_err(),
        "what they share is missing"
    );
    let middle = blocks.len() / 2;
    blocks[middle..middle + 2000].fill(b'x');
    assert!(read(&blocks).is_err());
    assert!(read(&[]).is_err());
}

#[test]
fn a_block_is_not_believed_to_be_as_long_as_it_says() {
    let mut blocks = u32::MAX.to_le_bytes().to_vec();
    blocks.extend([0; 100]);
    let error = load::pods(&mut &*blocks, 1, &Lists::default()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}

#[test]
fn words_that_repeat_are_kept_once() {
    let state = tempfile::tempdir().unwrap();
    save(state.path(), &name("prod"), at(), &pods(2)).unwrap();
    let pods = load(state.path(), &name("prod")).unwrap().pods;
    assert!(Arc::ptr_eq(&pods[0].namespace, &pods[1].namespace));
    assert!(Arc::ptr_eq(&pods[0].conditions[3].kind, &pods[1].conditions[3].kind));
    assert!(Arc::ptr_eq(&pods[0].labels, &pods[1].labels));
}

#[test]
fn a_cut_a_foreign_and_a_newer_file_are_as_none() {
    let state = tempfile::tempdir().unwrap();
    let prod = name("prod");
    save(state.path(), &prod, at(), &pods(500)).unwrap();
    let path = file(state.path(), &prod);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(load(state.path(), &prod), None);
    fs::write(&path, "no gzip").unwrap();
    assert_eq!(load(state.path(), &prod), None);
    fs::write(file(state.path(), &name("dev")), &whole).unwrap();
    assert_eq!(load(state.path(), &name("dev")), None);
}

#[test]
fn a_context_with_any_name_has_its_own_file_in_the_folder() {
    let state = Path::new("/state");
    for (environment, expected) in [
        ("prod", "prod.postcard.gz"),
        ("../../etc", "%2e%2e%2f%2e%2e%2fetc.postcard.gz"),
        ("寿", "%e5%af%bf.postcard.gz"),
    ] {
        assert_eq!(file(state, &name(environment)), state.join("snapshots").join(expected));
    }
    let long = file(state, &name(&"/".repeat(400)));
    assert!(long.file_name().unwrap().len() < 200);
}

#[test]
fn a_full_disk_leaves_the_last_snapshot() {
    let state = tempfile::tempdir().unwrap();
    let prod = name("prod");
    save(state.path(), &prod, at(), &pods(3)).unwrap();
    let full = keep::replace(&file(state.path(), &prod), |file| {
        file.write_all(b"half of it")?;
        Err(io::ErrorKind::StorageFull.into())
    });
    assert!(full.is_err());
    assert_eq!(load(state.path(), &prod).unwrap().pods.len(), 3);
}
