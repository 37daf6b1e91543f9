//! What a collection holds: documents as they were inserted, or made when they are read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{PoisonError, RwLock};

use bson::oid::ObjectId;
use bson::raw::{RawBsonRef, RawDocument};
use bson::{Bson, RawBson, RawDocumentBuf, rawdoc};

use crate::demo::mongo::compare::{bracket, compare, number};

/// Documents of a collection: stored as inserted, or made when read. In ascending order of `_id` when made.
pub trait Documents: Send + Sync {
    fn len(&self) -> u64;

    fn document(&self, position: u64) -> RawDocumentBuf;

    /// The `_id` alone, cheaper than the document.
    fn id(&self, position: u64) -> Bson;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether positions follow `_id`, so that ranges of ids can be searched for.
    fn is_ascending(&self) -> bool {
        true
    }

    /// The size of all documents together, or a good guess from three of them.
    fn bytes(&self) -> u64 {
        let Some(last) = self.len().checked_sub(1) else { return 0 };
        let sampled: u64 =
            [0, last / 2, last].iter().map(|at| size(self.document(*at).as_bytes())).sum();
        sampled * self.len() / 3
    }
}

/// A document that is nothing but its `_id`.
pub(super) fn id_document(id: Bson) -> RawDocumentBuf {
    rawdoc! {"_id": RawBson::try_from(id).unwrap_or(RawBson::Null)}
}

/// How much of what is inserted a server keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Documents,
    /// The `_id` of each document, so that duplicates are still refused.
    Ids,
    /// The count alone: for measuring how fast a client can insert.
    Count,
}

/// Inserted documents, in the order of insertion, in few large blocks.
pub(super) struct Stored {
    keep: Keep,
    arena: RwLock<Arena>,
}

#[derive(Default)]
struct Arena {
    blocks: Vec<Vec<u8>>,
    places: Vec<Place>,
    /// Fingerprint of an id to the position that has it; a clash of different ids takes the next free number.
    positions: HashMap<u64, u32>,
    documents: u64,
    bytes: u64,
    descended: bool,
}

#[derive(Clone, Copy)]
struct Place {
    block: u32,
    offset: u32,
}

/// The collection already has a document with this `_id`.
#[derive(Debug, PartialEq)]
pub(super) struct Duplicate(pub(super) RawBson);

const SMALLEST_BLOCK: usize = 16 << 10;
const LARGEST_BLOCK: usize = 1 << 20;

impl Stored {
    pub(super) fn new(keep: Keep) -> Self {
        Self { keep, arena: RwLock::default() }
    }

    /// Adds a document, with a new `_id` in front where it has none.
    pub(super) fn insert(&self, document: &RawDocument) -> Result<(), Duplicate> {
        let mut arena = self.arena.write().unwrap_or_else(PoisonError::into_inner);
        if self.keep == Keep::Count {
            arena.documents += 1;
            arena.bytes += size(document.as_bytes());
            return Ok(());
        }
        match (document.get("_id").ok().flatten(), self.keep) {
            (Some(id), Keep::Documents) => arena.insert(id, document),
            (Some(id), _) => arena.insert(id, &rawdoc! {"_id": id}),
            (None, _) => {
                let id = ObjectId::new();
                let mut named = rawdoc! {"_id": id};
                for element in document.iter_elements().filter_map(Result::ok) {
                    if let Ok(value) = element.value() {
                        named.append(element.key(), value);
                    }
                }
                arena.insert(RawBsonRef::ObjectId(id), &named)
            }
        }
    }
}

impl Arena {
    fn insert(&mut self, id: RawBsonRef<'_>, document: &RawDocument) -> Result<(), Duplicate> {
        let position = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let mut slot = fingerprint(id);
        while let Some(taken) = self.positions.get(&slot) {
            if self.id(u64::from(*taken)).is_some_and(|other| compare(other, id).is_eq()) {
                return Err(Duplicate(id.into()));
            }
            slot = slot.wrapping_add(1);
        }
        if let Entry::Vacant(free) = self.positions.entry(slot) {
            free.insert(position);
        }
        let last = self.documents.checked_sub(1).and_then(|last| self.id(last));
        self.descended |= last.is_some_and(|last| compare(last, id).is_gt());
        self.append(document.as_bytes());
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) {
        let fits = self.blocks.last().is_some_and(|b| b.capacity() - b.len() >= bytes.len());
        if !fits {
            let grown = usize::try_from(self.bytes).unwrap_or(LARGEST_BLOCK);
            let capacity = grown.clamp(SMALLEST_BLOCK, LARGEST_BLOCK).max(bytes.len());
            self.blocks.push(Vec::with_capacity(capacity));
        }
        let block = u32::try_from(self.blocks.len().saturating_sub(1)).unwrap_or(u32::MAX);
        if let Some(last) = self.blocks.last_mut() {
            let offset = u32::try_from(last.len()).unwrap_or(u32::MAX);
            last.extend_from_slice(bytes);
            self.places.push(Place { block, offset });
        }
        self.documents += 1;
        self.bytes += size(bytes);
    }

    fn document(&self, position: u64) -> Option<&RawDocument> {
        let place = self.places.get(usize::try_from(position).ok()?)?;
        let block = self.blocks.get(usize::try_from(place.block).ok()?)?;
        let bytes = block.get(usize::try_from(place.offset).ok()?..)?;
        let length = u32::from_le_bytes(*bytes.first_chunk()?);
        RawDocument::from_bytes(bytes.get(..usize::try_from(length).ok()?)?).ok()
    }

    fn id(&self, position: u64) -> Option<RawBsonRef<'_>> {
        self.document(position)?.get("_id").ok()?
    }
}

impl Documents for Stored {
    fn len(&self) -> u64 {
        self.arena.read().unwrap_or_else(PoisonError::into_inner).documents
    }

    fn document(&self, position: u64) -> RawDocumentBuf {
        let arena = self.arena.read().unwrap_or_else(PoisonError::into_inner);
        arena.document(position).map(ToOwned::to_owned).unwrap_or_default()
    }

    fn id(&self, position: u64) -> Bson {
        let arena = self.arena.read().unwrap_or_else(PoisonError::into_inner);
        arena.id(position).and_then(|id| id.try_into().ok()).unwrap_or(Bson::Null)
    }

    fn is_ascending(&self) -> bool {
        !self.arena.read().unwrap_or_else(PoisonError::into_inner).descended
    }

    fn bytes(&self) -> u64 {
        self.arena.read().unwrap_or_else(PoisonError::into_inner).bytes
    }
}

/// Equal ids have equal fingerprints, whatever their number type.
fn fingerprint(id: RawBsonRef<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    bracket(id).hash(&mut hasher);
    match id {
        RawBsonRef::ObjectId(id) => id.bytes().hash(&mut hasher),
        RawBsonRef::String(text) => text.hash(&mut hasher),
        other => match number(other) {
            // Adding zero makes one zero of both.
            Some(number) => (number + 0.0).to_bits().hash(&mut hasher),
            None => rawdoc! {"": other}.as_bytes().hash(&mut hasher),
        },
    }
    hasher.finish()
}

fn size(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(documents: &[RawDocumentBuf]) -> Stored {
        let stored = Stored::new(Keep::Documents);
        for document in documents {
            stored.insert(document).unwrap();
        }
        stored
    }

    #[test]
    fn what_was_inserted_comes_back_in_order() {
        let documents: Vec<_> =
            (0..5000).map(|n| rawdoc! {"_id": n, "text": "x".repeat(200)}).collect();
        let stored = stored(&documents);
        assert_eq!(stored.len(), 5000);
        assert!(stored.is_ascending());
        assert_eq!(stored.bytes(), documents.iter().map(|d| size(d.as_bytes())).sum::<u64>());
        for (position, document) in (0..).zip(&documents) {
            assert_eq!(&stored.document(position), document);
        }
    }

    #[test]
    fn a_second_document_with_the_same_id_is_refused_whatever_its_number_type() {
        let stored = stored(&[rawdoc! {"_id": 2}, rawdoc! {"_id": 1}]);
        assert!(!stored.is_ascending());
        assert_eq!(stored.insert(&rawdoc! {"_id": 1.0}), Err(Duplicate(RawBson::Double(1.0))));
        assert_eq!(stored.insert(&rawdoc! {"_id": "1"}), Ok(()));
        assert_eq!(stored.len(), 3);
    }

    #[test]
    fn a_document_without_id_is_given_one() {
        let stored = stored(&[rawdoc! {"a": 1}]);
        assert!(matches!(stored.id(0), Bson::ObjectId(_)));
        assert_eq!(stored.document(0).get_i32("a").unwrap(), 1);
    }

    #[test]
    fn a_server_that_keeps_ids_or_counts_still_counts() {
        let ids = Stored::new(Keep::Ids);
        ids.insert(&rawdoc! {"a": "x".repeat(1000), "_id": 1}).unwrap();
        assert!(ids.insert(&rawdoc! {"_id": 1}).is_err());
        assert_eq!(ids.document(0), rawdoc! {"_id": 1});
        let count = Stored::new(Keep::Count);
        for _ in 0..3 {
            count.insert(&rawdoc! {"_id": 1}).unwrap();
        }
        assert_eq!(count.len(), 3);
    }
}
