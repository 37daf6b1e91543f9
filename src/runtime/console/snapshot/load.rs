//! Reads what was saved: one thread unpacks, others make pods of the lines.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::mem;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::bufread::GzDecoder;
use memchr::{memchr_iter, memrchr};
use serde::de::DeserializeOwned;

use crate::domain::environment::EnvironmentName;
use crate::domain::labels::Labels;
use crate::domain::pod::{Container, Pod};
use crate::domain::shelf::Shelf;

use super::{BUFFER, FORMAT, Header, MOST, Places, Snapshot, file};

/// No pod takes more; a file of ours never has a longer line.
const LONGEST_LINE: usize = 4 << 20;
/// What one reader is given at a time.
const PORTION: usize = 256 << 10;
const MOST_WORKERS: usize = 4;

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
pub(super) struct Lists {
    pub(super) labels: Vec<Labels>,
    pub(super) containers: Vec<Arc<[Container]>>,
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
pub(super) fn pods(
    lines: &mut impl Read,
    count: usize,
    lists: &Lists,
) -> io::Result<Vec<Arc<Pod>>> {
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
