//! What an object is made of when somebody reads it.

use jiff::Timestamp;

use crate::demo::population::growth::DAY;
use crate::demo::population::mix::{mix, sixteen_bytes};
use crate::demo::population::seed::{Seed, Tier};

/// Which server was dumped when, and how whole the dump is. Equal recipes give equal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recipe {
    /// Whose server was dumped.
    pub(super) dumped: Tier,
    /// Whose job dumped it.
    pub(super) job: Tier,
    /// T0, unix seconds.
    pub(super) began: u64,
    pub(super) shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Shape {
    Whole,
    /// Only the oldest documents of each collection.
    Half,
    /// One `.bson` ends inside a document, later ones are missing.
    Killed,
}

impl Recipe {
    pub(super) const fn whole(tier: Tier, began: u64) -> Self {
        Self { dumped: tier, job: tier, began, shape: Shape::Whole }
    }

    /// The same night, had the job dumped another environment's server.
    #[must_use]
    pub const fn of_another_server(self, dumped: Tier) -> Self {
        Self { dumped, shape: Shape::Whole, ..self }
    }

    /// The folder of the dump: when it began, to the minute.
    pub(super) fn stamp(&self) -> String {
        stamp(self.began)
    }

    /// How many seconds mongodump took: up to four minutes.
    pub(super) fn dump_seconds(&self) -> u64 {
        150 + self.key() % 90
    }

    /// Sixteen bytes that tell these bytes from all others, as an `ETag` does.
    pub(super) fn digest(&self, seed: Seed) -> [u8; 16] {
        sixteen_bytes(mix(seed.number) ^ self.key())
    }

    fn key(&self) -> u64 {
        let kind = (self.dumped as u64) << 4 | (self.job as u64) << 2 | self.shape as u64;
        mix(self.began << 6 | kind)
    }
}

/// `2026-11-03T00_00`.
pub(super) fn stamp(second: u64) -> String {
    timestamp(second).strftime("%Y-%m-%dT%H_%M").to_string()
}

pub(super) fn timestamp(second: u64) -> Timestamp {
    i64::try_from(second)
        .ok()
        .and_then(|second| Timestamp::from_second(second).ok())
        .unwrap_or(Timestamp::MAX)
}

/// Unix seconds; the world lives after 1970.
pub(super) fn second(timestamp: Timestamp) -> u64 {
    u64::try_from(timestamp.as_second()).unwrap_or(0)
}

pub(super) const fn midnight_before(second: u64) -> u64 {
    second - second % DAY
}
