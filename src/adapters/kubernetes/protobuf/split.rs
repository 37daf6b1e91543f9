//! Finds the objects of a list in its bytes as they arrive, so that neither the answer nor a page of
//! it is ever held. The list is a message within an envelope: `k8s\0`, then
//! [`Unknown`](https://github.com/kubernetes/apimachinery/blob/v0.34.3/pkg/runtime/generated.proto).

use serde::de::DeserializeOwned;

use crate::adapters::kubernetes::protobuf::fields::{Broken, Value, field, key, varint};
use crate::adapters::kubernetes::protobuf::schema::LIST;
use crate::adapters::kubernetes::protobuf::{Error, MAGIC, RAW, read};
use crate::adapters::kubernetes::split::{LARGEST_ELEMENT, Unreadable};

/// In a list.
const METADATA: u64 = 1;
const ITEMS: u64 = 2;

#[derive(Debug, Default)]
pub struct Splitter {
    part: Part,
    /// What has come of a field that is not whole.
    held: Vec<u8>,
    metadata: Option<Vec<u8>>,
}

/// What comes next.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Part {
    #[default]
    Magic,
    Envelope,
    /// So much of the list.
    List(u64),
    /// What follows the list in its envelope.
    Behind,
}

impl Splitter {
    /// Takes what comes next; hands each object that is whole to `take`.
    pub fn feed(&mut self, chunk: &[u8], mut take: impl FnMut(&[u8])) -> Result<(), Unreadable> {
        let mut rest = chunk;
        // What is held is made whole first, of as few bytes as it needs; the others are read where they are.
        while !self.held.is_empty() {
            let mut held = std::mem::take(&mut self.held);
            match self.step(&mut &*held, &mut take) {
                Ok(()) => held.clear(),
                Err(broken) => {
                    let missing = missing(broken)?;
                    let (more, behind) = rest.split_at(missing.min(rest.len()));
                    held.extend_from_slice(more);
                    rest = behind;
                    if more.len() < missing {
                        self.held = held;
                        return Ok(());
                    }
                }
            }
            self.held = held;
        }
        while !rest.is_empty() {
            let mut ahead = rest;
            match self.step(&mut ahead, &mut take) {
                Ok(()) => rest = ahead,
                Err(broken) => {
                    missing(broken)?;
                    self.held.extend_from_slice(rest);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn step(&mut self, rest: &mut &[u8], take: &mut impl FnMut(&[u8])) -> Result<(), Broken> {
        let before = rest.len();
        self.part = match self.part {
            Part::Magic => {
                let missing = MAGIC.len().saturating_sub(before) as u64;
                let is_cut = MAGIC.starts_with(rest) && missing > 0;
                let broken = if is_cut { Broken::Cut(missing) } else { Broken::Invalid };
                *rest = rest.strip_prefix(MAGIC).ok_or(broken)?;
                Part::Envelope
            }
            Part::Envelope => {
                let mut inside = *rest;
                if key(&mut inside)? == RAW {
                    let length = varint(&mut inside)?;
                    *rest = inside;
                    if length == 0 { Part::Behind } else { Part::List(length) }
                } else {
                    field(rest)?;
                    Part::Envelope
                }
            }
            Part::List(length) => {
                let found = field(rest)?;
                let left = length.checked_sub((before - rest.len()) as u64);
                match found {
                    (ITEMS, Value::Bytes(object)) => take(object),
                    (METADATA, Value::Bytes(metadata)) => self.metadata = Some(metadata.to_vec()),
                    _ => {}
                }
                match left.ok_or(Broken::Invalid)? {
                    0 => Part::Behind,
                    left => Part::List(left),
                }
            }
            Part::Behind => {
                field(rest)?;
                Part::Behind
            }
        };
        Ok(())
    }

    /// The list's metadata, once they have come; servers send them before the objects.
    pub fn metadata<T: DeserializeOwned>(&self) -> Option<Result<T, Error>> {
        self.metadata.as_deref().map(|metadata| read(metadata, LIST))
    }

    /// The list's metadata, when all has come.
    pub fn finish<T: DeserializeOwned>(self) -> Result<T, Unreadable> {
        match self.part {
            Part::Behind if self.held.is_empty() => {
                self.metadata().and_then(Result::ok).ok_or(Unreadable::NoList)
            }
            Part::Magic if self.held.is_empty() => Err(Unreadable::NoList),
            _ => Err(Unreadable::Unfinished),
        }
    }
}

/// How many bytes a field needs at least to be whole.
fn missing(broken: Broken) -> Result<usize, Unreadable> {
    match broken {
        Broken::Cut(missing) => usize::try_from(missing)
            .ok()
            .filter(|missing| *missing <= LARGEST_ELEMENT)
            .ok_or(Unreadable::TooLarge),
        Broken::Invalid => Err(Unreadable::NoList),
    }
}
