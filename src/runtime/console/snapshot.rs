//! The pods that were seen last, per environment, for the first picture of the next session:
//! `snapshots/ENVIRONMENT.json.gz` in the state folder: a header, a line for each list that pods share,
//! a line per pod.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::hash::Hash;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use memchr::{memchr_iter, memrchr};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::environment::EnvironmentName;
use crate::domain::labels::Labels;
use crate::domain::pod::{Container, Pod};
use crate::domain::shelf::Shelf;

use super::keep;

/// Goes up when an older program would misread the file.
const FORMAT: u32 = 2;
/// More pods than one person looks at; a first picture need not be whole.
const MOST: usize = 50_000;
/// No pod takes more; a file of ours never has a longer line.
const LONGEST_LINE: usize = 4 << 20;
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
    labels: usize,
    containers: usize,
    pods: usize,
}

/// Which labels, init containers and containers a pod has.
type Places = [usize; 3];

/// Replaces the snapshot of an environment. Blocks until it is on the disk.
pub fn save(
    state: &Path,
    environment: &EnvironmentName,
    at: Timestamp,
    pods: &[Arc<Pod>],
) -> io::Result<()> {
    let pods = pods.get(..MOST).unwrap_or(pods);
    let (mut labels, mut containers) = (Numbered::default(), Numbered::default());
    let places = pods.iter().map(|pod| -> Places {
        let [own, sidecars] =
            [&pod.containers, &pod.init_containers].map(|it| containers.place(it));
        [labels.place(&pod.labels), sidecars, own]
    });
    let places: Vec<Places> = places.collect();
    let header = Header {
        format: FORMAT,
        environment: environment.clone(),
        at,
        labels: labels.lists.len(),
        containers: containers.lists.len(),
        pods: pods.len(),
    };
    keep::replace(&file(state, environment), |file| {
        let packed = GzEncoder::new(file, Compression::fast());
        let mut lines = BufWriter::with_capacity(BUFFER, packed);
        write_line(&mut lines, &header)?;
        labels.lists.iter().try_for_each(|list| write_line(&mut lines, list))?;
        containers.lists.iter().try_for_each(|list| write_line(&mut lines, list))?;
        for (pod, places) in pods.iter().zip(places) {
            let bare = Pod {
                labels: Arc::default(),
                init_containers: Arc::default(),
                containers: Arc::default(),
                ..Pod::clone(pod)
            };
            write_line(&mut lines, &(places, bare))?;
        }
        lines.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?;
        Ok(())
    })
}

fn write_line(lines: &mut impl Write, line: &(impl Serialize + ?Sized)) -> io::Result<()> {
    serde_json::to_writer(&mut *lines, line)?;
    lines.write_all(b"\n")
}

/// Lists, each of them once, in the order in which they were found.
struct Numbered<'a, T> {
    places: HashMap<&'a [T], usize>,
    lists: Vec<&'a [T]>,
}

impl<T> Default for Numbered<'_, T> {
    fn default() -> Self {
        Self { places: HashMap::new(), lists: Vec::new() }
    }
}

impl<'a, T: Eq + Hash> Numbered<'a, T> {
    fn place(&mut self, list: &'a [T]) -> usize {
        let next = self.lists.len();
        let place = *self.places.entry(list).or_insert(next);
        if place == next {
            self.lists.push(list);
        }
        place
    }
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
    let header: Header = next(&mut lines)?;
    if header.format != FORMAT || header.environment != *environment || header.pods > MOST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is another one's"));
    }
    let lists = Lists {
        labels: (0..header.labels).map(|_| next(&mut lines)).collect::<io::Result<_>>()?,
        containers: (0..header.containers).map(|_| next(&mut lines)).collect::<io::Result<_>>()?,
    };
    Ok(Snapshot { at: header.at, pods: pods(&mut lines, header.pods, &lists)? })
}

/// Reads the next line, which must have its end.
fn next<T: DeserializeOwned>(lines: &mut impl BufRead) -> io::Result<T> {
    let mut line = Vec::new();
    lines.take(LONGEST_LINE as u64).read_until(b'\n', &mut line)?;
    match line.pop() {
        Some(b'\n') => Ok(serde_json::from_slice(&line)?),
        _ => Err(endless()),
    }
}

fn endless() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "its end is missing")
}

/// What pods share, by its place in the file.
#[derive(Debug, Default)]
struct Lists {
    labels: Vec<Labels>,
    containers: Vec<Arc<[Container]>>,
}

impl Lists {
    /// Gives a pod what it has of them.
    fn give(&self, [labels, init_containers, containers]: Places, pod: &mut Pod) -> Option<()> {
        pod.labels = self.labels.get(labels).cloned()?;
        pod.init_containers = self.containers.get(init_containers).cloned()?;
        pod.containers = self.containers.get(containers).cloned()?;
        Some(())
    }
}

/// Reads so many lines to the end while others make pods of those before.
fn pods(lines: &mut impl Read, count: usize, lists: &Lists) -> io::Result<Vec<Arc<Pod>>> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(MOST_WORKERS);
    let (sender, portions) = mpsc::sync_channel::<(usize, Vec<u8>)>(workers);
    let portions = Arc::new(Mutex::new(portions));
    let mut made = thread::scope(|scope| {
        let begin = |_| {
            let portions = Arc::clone(&portions);
            scope.spawn(move || work(&portions, lists))
        };
        let working: Vec<_> = (0..workers).map(begin).collect();
        // Where all readers have failed, nobody is left who would receive.
        drop(portions);
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

/// Passes `count` lines on, which must be all, some at a time.
fn portion(
    lines: &mut impl Read,
    count: usize,
    sender: &SyncSender<(usize, Vec<u8>)>,
) -> io::Result<()> {
    let mut text = Vec::with_capacity(PORTION);
    let (mut number, mut left) = (0, count);
    loop {
        let read = lines.by_ref().take(PORTION as u64).read_to_end(&mut text)?;
        if read == 0 {
            return if text.is_empty() && left == 0 { Ok(()) } else { Err(endless()) };
        }
        let Some(end) = memrchr(b'\n', &text) else {
            if text.len() > LONGEST_LINE {
                return Err(endless());
            }
            continue;
        };
        let rest = text.split_off(end + 1);
        let whole = memchr_iter(b'\n', &text).count();
        left = left.checked_sub(whole).ok_or(io::ErrorKind::InvalidData)?;
        // Why all readers have failed is what is told.
        if sender.send((number, mem::replace(&mut text, rest))).is_err() {
            return Ok(());
        }
        number += 1;
    }
}

/// Some pods that stand together, and which ones.
type Made = (usize, Vec<Arc<Pod>>);

fn work(portions: &Mutex<Receiver<(usize, Vec<u8>)>>, lists: &Lists) -> io::Result<Vec<Made>> {
    let mut words = Shelf::of(MOST);
    let mut made = Vec::new();
    loop {
        let next = portions.lock().map_err(|_| io::Error::other("a reader broke off"))?.recv();
        let Ok((number, text)) = next else { return Ok(made) };
        let pods = text.split_inclusive(|byte| *byte == b'\n').map(|line| {
            let (places, mut pod): (Places, Pod) = serde_json::from_slice(line)?;
            lists.give(places, &mut pod).ok_or(io::ErrorKind::InvalidData)?;
            share(&mut pod, &mut words);
            Ok(Arc::new(pod))
        });
        made.push((number, pods.collect::<io::Result<_>>()?));
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

/// Keeps words that repeat from pod to pod once.
fn share(pod: &mut Pod, known: &mut Shelf<str>) {
    let words = [&mut pod.namespace, &mut pod.phase].into_iter();
    let words = words.chain(&mut pod.node).chain(&mut pod.nominated_node);
    let words = words.chain(&mut pod.service_account).chain(&mut pod.quality);
    let owner = pod.owner.as_mut().map(|owner| [&mut owner.kind, &mut owner.name]);
    let words = words.chain(owner.into_iter().flatten());
    let statuses = pod.init_statuses.iter_mut().chain(&mut pod.statuses);
    let words = words.chain(statuses.map(|status| &mut status.name));
    for word in words.chain(pod.conditions.iter_mut().map(|condition| &mut condition.kind)) {
        known.exchange(word);
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
        let lists = Lists { labels: vec![Arc::default()], containers: vec![Arc::default()] };
        let mut lines = Vec::new();
        for pod in pods(900) {
            write_line(&mut lines, &([0, 0, 0], pod)).unwrap();
        }
        let read = |lines: &[u8]| super::pods(&mut &*lines, 900, &lists);
        assert_eq!(read(&lines).unwrap().len(), 900);
        assert!(read(&lines[..lines.len() - 1]).is_err(), "the last line has no end");
        assert!(super::pods(&mut &*lines, 899, &lists).is_err(), "there is one more");
        assert!(
            super::pods(&mut &*lines, 900, &Lists::default()).is_err(),
            "what they share is missing"
        );
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
