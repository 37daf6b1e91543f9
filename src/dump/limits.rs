//! How much of everything a dump may hold before it is refused.

use crate::domain::units::ByteSize;

/// Beyond these a dump is refused: reading stops, and the census says why.
/// The defaults are far above what real dumps hold; they bound memory and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that one packed byte may become. Deflate itself can reach 1032.
    pub ratio: u64,
    /// The ratio is not looked at before so much has come out.
    pub ratio_from: ByteSize,
    pub members: u64,
    /// One tar header with its extensions: long names, pax records.
    pub header: ByteSize,
    /// One path inside the archive.
    pub path: usize,
    /// One `.metadata.json`.
    pub metadata: ByteSize,
    pub prelude: ByteSize,
    /// All that is kept in memory of the whole dump: metadata and names.
    pub kept: ByteSize,
    /// More defects than these tell nobody more.
    pub defects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            ratio: 300,
            ratio_from: ByteSize::gibibytes(1),
            members: 1_000_000,
            header: ByteSize::mebibytes(1),
            path: 4096,
            metadata: ByteSize::mebibytes(16),
            prelude: ByteSize::mebibytes(1),
            kept: ByteSize::mebibytes(256),
            defects: 1000,
        }
    }
}
