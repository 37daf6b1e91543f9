//! The pods that were seen last, per environment, for the first picture of the next session:
//! `snapshots/ENVIRONMENT.json.gz` in the state folder, a header and a line per pod.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::environment::EnvironmentName;
use crate::domain::labels::Label;
use crate::domain::pod::{Container, Pod};
use crate::domain::shelf::Shelf;

use super::keep;

/// Goes up when an older program would misread the file.
const FORMAT: u32 = 1;
/// More pods than one person looks at; a first picture need not be whole.
const MOST: usize = 50_000;
/// No pod takes more; a file of ours never has a longer line.
const LONGEST_LINE: u64 = 4 << 20;
/// Of a file's name, which may not be longer than 255 bytes.
const LONGEST_NAME: usize = 150;
const BUFFER: usize = 64 << 10;
/// What one reader is given at a time.
const PORTION: usize = 256 << 10;
const MOST_WORKERS: usize = 4;

/// What was true of an environment at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub at: Timestamp,
    pub pods: Vec<Arc<Pod>>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    environment: EnvironmentName,
    at: Timestamp,
    pods: usize,
}

/// Replaces the snapshot of an environment. Blocks until it is on the disk.
pub fn save(
    state: &Path,
    environment: &EnvironmentName,
    at: Timestamp,
    pods: &[Arc<Pod>],
) -> io::Result<()> {
    let pods = pods.get(..MOST).unwrap_or(pods);
    let header = Header { format: FORMAT, environment: environment.clone(), at, pods: pods.len() };
    keep::replace(&file(state, environment), |file| {
        let packed = GzEncoder::new(file, Compression::fast());
        let mut lines = BufWriter::with_capacity(BUFFER, packed);
        serde_json::to_writer(&mut lines, &header)?;
        for pod in pods {
            lines.write_all(b"\n")?;
            serde_json::to_writer(&mut lines, pod)?;
        }
        lines.write_all(b"\n")?;
        lines.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?;
        Ok(())
    })
}

/// The snapshots that there are of these environments, read side by side. One that cannot be read is
/// as none. Blocks.
pub fn load_all(
    state: &Path,
    environments: &[EnvironmentName],
) -> Vec<(EnvironmentName, Snapshot)> {
    thread::scope(|scope| {
        let begin = |name| scope.spawn(move || load(state, name));
        let readings: Vec<_> = environments.iter().map(begin).collect();
        let named = environments.iter().zip(readings);
        named
            .filter_map(|(name, reading)| Some((name.clone(), reading.join().ok().flatten()?)))
            .collect()
    })
}

/// The snapshot of an environment; `None` where there is none that can be read.
pub fn load(state: &Path, environment: &EnvironmentName) -> Option<Snapshot> {
    let path = file(state, environment);
    match File::open(&path).and_then(|file| read(file, environment)) {
        Ok(snapshot) => Some(snapshot),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a snapshot cannot be read");
            None
        }
    }
}

fn read(file: File, environment: &EnvironmentName) -> io::Result<Snapshot> {
    let packed = BufReader::with_capacity(BUFFER, file);
    let mut lines = BufReader::with_capacity(BUFFER, GzDecoder::new(packed));
    let mut line = Vec::new();
    next(&mut lines, &mut line)?;
    let header: Header = serde_json::from_slice(&line)?;
    if header.format != FORMAT || header.environment != *environment {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is another one's"));
    }
    let pods = pods(&mut lines, header.pods.min(MOST))?;
    Ok(Snapshot { at: header.at, pods })
}

/// Reads so many lines while others make pods of those before.
fn pods(lines: &mut impl BufRead, count: usize) -> io::Result<Vec<Arc<Pod>>> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(MOST_WORKERS);
    let (sender, portions) = mpsc::sync_channel::<(usize, Vec<u8>)>(workers);
    let portions = Mutex::new(portions);
    let mut made = thread::scope(|scope| {
        let begin = |_| scope.spawn(|| work(&portions));
        let working: Vec<_> = (0..workers).map(begin).collect();
        let portioned = portion(lines, count, &sender);
        drop(sender);
        let mut made = Vec::new();
        for worker in working {
            let broken = |_| io::Error::other("a reader broke off");
            made.extend(worker.join().map_err(broken)??);
        }
        portioned.map(|()| made)
    })?;
    made.sort_unstable_by_key(|(number, _)| *number);
    Ok(made.into_iter().flat_map(|(_, pods)| pods).collect())
}

/// Passes `count` lines on, some at a time.
fn portion(
    lines: &mut impl BufRead,
    count: usize,
    sender: &SyncSender<(usize, Vec<u8>)>,
) -> io::Result<()> {
    let (mut text, mut line) = (Vec::new(), Vec::new());
    let mut number = 0;
    for left in (0..count).rev() {
        next(lines, &mut line)?;
        text.append(&mut line);
        text.push(b'\n');
        if text.len() >= PORTION || left == 0 {
            // Nobody receives where all readers have failed; their reason is what is told.
            if sender.send((number, mem::take(&mut text))).is_err() {
                return Ok(());
            }
            number += 1;
        }
    }
    Ok(())
}

/// Some pods that stand together, and which ones.
type Made = (usize, Vec<Arc<Pod>>);

fn work(portions: &Mutex<Receiver<(usize, Vec<u8>)>>) -> io::Result<Vec<Made>> {
    let mut shelves = Shelves::new();
    let mut made = Vec::new();
    loop {
        let next = portions.lock().map_err(|_| io::Error::other("a reader broke off"))?.recv();
        let Ok((number, text)) = next else { return Ok(made) };
        let pods = text.split_inclusive(|byte| *byte == b'\n').map(|line| {
            let mut pod: Pod = serde_json::from_slice(line)?;
            shelves.share(&mut pod);
            Ok(Arc::new(pod))
        });
        made.push((number, pods.collect::<io::Result<_>>()?));
    }
}

/// Reads the next line, which must have its end.
fn next(lines: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<()> {
    line.clear();
    lines.take(LONGEST_LINE).read_until(b'\n', line)?;
    match line.pop() {
        Some(b'\n') => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "its end is missing")),
    }
}

/// Where the snapshot of an environment is. Different names never share a file, as far as they fit.
fn file(state: &Path, environment: &EnvironmentName) -> PathBuf {
    let mut name = String::new();
    for byte in environment.0.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            name.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            write!(name, "%{byte:02x}").ok();
        }
    }
    name.truncate(LONGEST_NAME);
    state.join("snapshots").join(format!("{name}.json.gz"))
}

/// What repeats from pod to pod, kept once.
struct Shelves {
    words: Shelf<str>,
    labels: Shelf<[Label]>,
    containers: Shelf<[Container]>,
}

impl Shelves {
    fn new() -> Self {
        Self { words: Shelf::of(MOST), labels: Shelf::of(MOST), containers: Shelf::of(MOST) }
    }

    fn share(&mut self, pod: &mut Pod) {
        self.labels.exchange(&mut pod.labels);
        self.containers.exchange(&mut pod.init_containers);
        self.containers.exchange(&mut pod.containers);
        let words = [&mut pod.namespace, &mut pod.phase].into_iter();
        let words = words.chain(&mut pod.node).chain(&mut pod.nominated_node);
        let words = words.chain(&mut pod.service_account).chain(&mut pod.quality);
        let owner = pod.owner.as_mut().map(|owner| [&mut owner.kind, &mut owner.name]);
        let words = words.chain(owner.into_iter().flatten());
        let statuses = pod.init_statuses.iter_mut().chain(&mut pod.statuses);
        let words = words.chain(statuses.map(|status| &mut status.name));
        for word in words.chain(pod.conditions.iter_mut().map(|condition| &mut condition.kind)) {
            self.words.exchange(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::pod::{
        Condition, ConditionStatus, ContainerState, ContainerStatus, Owner, Probes, Resources,
        Termination, Uid,
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
    fn a_line_in_the_middle_that_is_no_pod_spoils_the_file() {
        let mut lines = Vec::new();
        for pod in pods(900) {
            serde_json::to_writer(&mut lines, &pod).unwrap();
            lines.push(b'\n');
        }
        let read = |lines: &[u8]| super::pods(&mut &*lines, 900);
        assert_eq!(read(&lines).unwrap().len(), 900);
        let middle = lines.len() / 2;
        lines[middle..middle + 2000].fill(b'x');
        assert!(read(&lines).is_err());
        assert!(read(&[]).is_err());
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
            ("prod", "prod.json.gz"),
            ("../../etc", "%2e%2e%2f%2e%2e%2fetc.json.gz"),
            ("寿", "%e5%af%bf.json.gz"),
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
}
