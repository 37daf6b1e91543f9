//! Reading a dump: blocking, no network.

use bson::Document;

use crate::domain::census::{CollectionKind, Namespace};

/// Whole documents of one collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The collection, as the layout names it; its `inserts_into` says where the documents go.
    pub namespace: Namespace,
    /// Raw BSON, one document after the other.
    pub documents: Vec<u8>,
    pub count: u32,
}

/// What one collection is created with.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectionLayout {
    pub kind: CollectionKind,
    /// Where its documents go: the collection itself, or a time-series collection's buckets.
    pub inserts_into: Namespace,
    /// As `create` takes them.
    pub options: Document,
    /// Definitions as `createIndexes` takes them, in the order of the dump.
    pub indexes: Vec<Document>,
}
