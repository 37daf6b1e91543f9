//! Reading a dump: blocking, no network.

use crate::domain::census::Namespace;

/// Whole documents of one collection, as they stand in the dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub namespace: Namespace,
    /// Concatenated raw BSON documents; never a part of one.
    pub documents: Vec<u8>,
    pub count: u32,
}
