//! S3 and the storages that speak its API: backups are listed, looked at and downloaded, and nothing
//! is ever written.

mod buckets;
mod checksum;
mod client;
mod download;
mod facts;
mod frontier;
mod listing;
mod object;
mod part;
mod ranges;
mod refusal;
mod resume;
mod survey;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use aws_sdk_s3::Client;
use jiff::Timestamp;

use crate::adapters::clock::TheirClock;

use crate::adapters::aws::refusal::Access;

pub use buckets::SeenBucket;
pub use checksum::{Algorithm, Checksum, Compared};
pub use download::Transferred;
pub use frontier::GrowingReader;
pub use listing::Pages;
pub use object::{Availability, Object};
pub use part::PartFile;
pub use survey::{Survey, Surveyed};

/// A storage, and who speaks to it. Clones share connections.
#[derive(Debug, Clone)]
pub struct S3 {
    client: Client,
    access: Arc<Access>,
    location: Arc<client::Location>,
    clock: TheirClock,
}

impl S3 {
    /// When the storage last answered, by its own clock.
    pub fn their_time(&self) -> Option<Timestamp> {
        self.clock.read()
    }
}
