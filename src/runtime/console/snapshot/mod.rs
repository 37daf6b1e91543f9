//! The pods that were seen last, per environment, for the first picture of the next session:
//! `snapshots/ENVIRONMENT.postcard.gz` in the state folder. It is a row of blocks, each behind its length
//! in four bytes (the lowest first): a header, the lists that pods share, then pods, some at a time.
//! Blocks are written as <https://postcard.jamesmunns.com/wire-format> has it: a start waits for them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::Hash;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::environment::EnvironmentName;
use crate::domain::labels::Labels;
use crate::domain::pod::{Container, Pod};

use super::keep;

mod load;
#[cfg(test)]
mod tests;

pub use load::{load, load_all};

/// Goes up when an older program would misread the file.
const FORMAT: u32 = 3;
/// More pods than one person looks at; a first picture need not be whole.
const MOST: usize = 50_000;
/// Of a file's name, which may not be longer than 255 bytes.
const LONGEST_NAME: usize = 150;
const BUFFER: usize = 64 << 10;
/// So many pods are a block: enough that several readers have something to do.
const PORTION: usize = 256;
/// No block takes more: the pods of one that a cluster told take a few hundred KiB.
const LONGEST: usize = 64 << 20;

/// What was true of an environment at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub at: Timestamp,
    pub pods: Vec<Arc<Pod>>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    /// What is read first: whatever comes after it depends on it.
    format: u32,
    environment: EnvironmentName,
    at: Timestamp,
    pods: usize,
}

/// What pods share, by its place in the file.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Lists {
    labels: Vec<Labels>,
    containers: Vec<Arc<[Container]>>,
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
    let lists = Lists { labels: labels.lists, containers: containers.lists };
    let header = Header { format: FORMAT, environment: environment.clone(), at, pods: pods.len() };
    keep::replace(&file(state, environment), |file| {
        let packed = GzEncoder::new(file, Compression::fast());
        let mut blocks = BufWriter::with_capacity(BUFFER, packed);
        write_block(&mut blocks, &header)?;
        write_block(&mut blocks, &lists)?;
        for (pods, places) in pods.chunks(PORTION).zip(places.chunks(PORTION)) {
            let pods: Vec<_> = places.iter().zip(pods.iter().map(|pod| bare(pod))).collect();
            write_block(&mut blocks, &pods)?;
        }
        blocks.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?;
        Ok(())
    })
}

/// A pod without what it shares with others.
fn bare(pod: &Pod) -> Pod {
    Pod {
        labels: Arc::default(),
        init_containers: Arc::default(),
        containers: Arc::default(),
        ..Pod::clone(pod)
    }
}

fn write_block(blocks: &mut impl Write, block: &(impl Serialize + ?Sized)) -> io::Result<()> {
    let bytes = postcard::to_stdvec(block).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    blocks.write_all(&length.to_le_bytes())?;
    blocks.write_all(&bytes)
}

/// Lists, each of them once, in the order in which they were found.
struct Numbered<'a, T> {
    places: HashMap<&'a [T], usize>,
    lists: Vec<Arc<[T]>>,
}

impl<T> Default for Numbered<'_, T> {
    fn default() -> Self {
        Self { places: HashMap::new(), lists: Vec::new() }
    }
}

impl<'a, T: Eq + Hash> Numbered<'a, T> {
    fn place(&mut self, list: &'a Arc<[T]>) -> usize {
        let next = self.lists.len();
        let place = *self.places.entry(list).or_insert(next);
        if place == next {
            self.lists.push(Arc::clone(list));
        }
        place
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
    state.join("snapshots").join(format!("{name}.postcard.gz"))
}
