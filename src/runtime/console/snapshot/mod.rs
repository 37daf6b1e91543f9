//! The pods that were seen last, per environment, for the first picture of the next session:
//! `snapshots/ENVIRONMENT.json.gz` in the state folder: a header, a line for each list that pods share,
//! a line per pod.

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
use crate::domain::pod::Pod;

use super::keep;

mod load;
#[cfg(test)]
mod tests;

pub use load::{load, load_all};

/// Goes up when an older program would misread the file.
const FORMAT: u32 = 2;
/// More pods than one person looks at; a first picture need not be whole.
const MOST: usize = 50_000;
/// Of a file's name, which may not be longer than 255 bytes.
const LONGEST_NAME: usize = 150;
const BUFFER: usize = 64 << 10;

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
