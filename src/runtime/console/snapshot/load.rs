//! Reads what was saved: one thread unpacks, others make pods of the blocks.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::bufread::GzDecoder;
use serde::de::DeserializeOwned;

use crate::domain::environment::EnvironmentName;
use crate::domain::pod::Pod;
use crate::domain::shelf::Shelf;

use super::{BUFFER, FORMAT, Header, LONGEST, Lists, MOST, PORTION, Places, Snapshot, file};

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
    let mut blocks = BufReader::with_capacity(BUFFER, GzDecoder::new(packed));
    let header: Header = parse(&needed(&mut blocks)?)?;
    if header.format != FORMAT || header.environment != *environment || header.pods > MOST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is another one's"));
    }
    let lists = parse(&needed(&mut blocks)?)?;
    Ok(Snapshot { at: header.at, pods: pods(&mut blocks, header.pods, &lists)? })
}

/// The next block; `None` at the end.
fn block(blocks: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = Vec::new();
    blocks.take(4).read_to_end(&mut length)?;
    if length.is_empty() {
        return Ok(None);
    }
    let length = length.try_into().map_err(|_| endless())?;
    let length = usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?;
    if length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a block is too long"));
    }
    let mut block = Vec::new();
    blocks.take(length as u64).read_to_end(&mut block)?;
    if block.len() == length { Ok(Some(block)) } else { Err(endless()) }
}

fn needed(blocks: &mut impl Read) -> io::Result<Vec<u8>> {
    block(blocks)?.ok_or_else(endless)
}

fn endless() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "its end is missing")
}

/// Makes of a block what it is of, and of all of it.
fn parse<T: DeserializeOwned>(block: &[u8]) -> io::Result<T> {
    match postcard::take_from_bytes(block) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "a block goes on")),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
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

/// Reads the blocks to the end, which must hold so many pods, while others make pods of those before.
pub(super) fn pods(
    blocks: &mut impl Read,
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
        let passed_on = pass_on(blocks, &sender);
        drop(sender);
        let mut made = Vec::new();
        for worker in working {
            let broken = |_| io::Error::other("a reader broke off");
            made.extend(worker.join().map_err(broken)??);
        }
        passed_on.map(|()| made)
    })?;
    made.sort_unstable_by_key(|(number, _)| *number);
    let pods: Vec<_> = made.into_iter().flat_map(|(_, pods)| pods).collect();
    if pods.len() == count { Ok(pods) } else { Err(endless()) }
}

fn pass_on(blocks: &mut impl Read, sender: &SyncSender<(usize, Vec<u8>)>) -> io::Result<()> {
    for number in 0..=MOST / PORTION {
        let Some(block) = block(blocks)? else { return Ok(()) };
        // Why all readers have failed is what is told.
        if sender.send((number, block)).is_err() {
            return Ok(());
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "there are too many pods"))
}

/// Some pods that stand together, and which ones.
type Made = (usize, Vec<Arc<Pod>>);

fn work(portions: &Mutex<Receiver<(usize, Vec<u8>)>>, lists: &Lists) -> io::Result<Vec<Made>> {
    let mut words = Shelf::of(MOST);
    let mut made = Vec::new();
    loop {
        let next = portions.lock().map_err(|_| io::Error::other("a reader broke off"))?.recv();
        let Ok((number, block)) = next else { return Ok(made) };
        let pods: Vec<(Places, Pod)> = parse(&block)?;
        let pods = pods.into_iter().map(|(places, mut pod)| {
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
