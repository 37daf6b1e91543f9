//! What a listing of a whole bucket tells: objects and bytes, by environment, and what lies beneath.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::known::Known;
use crate::domain::metrics::{Bucket, Share};
use crate::domain::units::ByteSize;

/// What was stored in so long is kept by its day: CloudWatch is late by two days, three at most.
const RECENT: SignedDuration = SignedDuration::from_hours(10 * 24);

/// Objects and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub objects: u64,
    pub bytes: ByteSize,
}

impl Figures {
    pub fn add(&mut self, size: ByteSize) {
        self.objects += 1;
        self.bytes = ByteSize(self.bytes.bytes().saturating_add(size.bytes()));
    }
}

/// A bucket as it was listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// When the listing began.
    pub at: Timestamp,
    /// Current objects.
    pub whole: Figures,
    /// The same by environment, in the order of the configuration.
    pub shares: Vec<(Share, Figures)>,
    /// Objects that no environment's prefix fits.
    pub elsewhere: Figures,
    /// What was stored on each of the last days (UTC): CloudWatch's figures are older.
    pub stored: BTreeMap<Date, Figures>,
    /// Whether it was read to its end; else every figure is "at least".
    pub extent: Extent,
    /// Versions that are no longer current.
    pub old_versions: Known<OldVersions>,
    /// Parts of uploads that nobody has completed, the oldest upload first.
    pub uploads: Known<Vec<Leftover>>,
}

/// How far a listing was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    Whole,
    /// It was ended: there are more objects than are read for a figure.
    Cut,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldVersions {
    pub versions: Figures,
    pub delete_markers: u64,
}

/// An upload in parts that nobody has completed, and what it takes up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    pub key: String,
    pub begun: Timestamp,
    /// `None`: its parts could not be listed.
    pub parts: Option<Figures>,
}

impl Listed {
    /// Whether each question had an answer; that something may not be seen is one.
    pub const fn is_answered(&self) -> bool {
        !matches!(self.old_versions, Known::Failed(_)) && !matches!(self.uploads, Known::Failed(_))
    }

    /// Whether all that was stored since `at` is known by its day.
    pub fn knows_since(&self, at: Timestamp) -> bool {
        self.at.duration_since(at) < RECENT
    }

    /// What has been stored since `at`, days that are kept apart only.
    pub fn stored_since(&self, at: Timestamp) -> Figures {
        let from = at.to_zoned(TimeZone::UTC).date();
        self.stored.range(from..).fold(Figures::default(), |sum, (_, day)| Figures {
            objects: sum.objects + day.objects,
            bytes: ByteSize(sum.bytes.bytes() + day.bytes.bytes()),
        })
    }

    /// What all unfinished uploads take up; parts that could not be listed are not in it.
    pub fn leftovers(&self) -> Option<Figures> {
        let uploads = self.uploads.told()?;
        Some(uploads.iter().filter_map(|upload| upload.parts).fold(
            Figures::default(),
            |sum, parts| Figures {
                objects: sum.objects + parts.objects,
                bytes: ByteSize(sum.bytes.bytes() + parts.bytes.bytes()),
            },
        ))
    }
}

/// A listing that is being read.
#[derive(Debug)]
pub struct Tally<'a> {
    bucket: &'a Bucket,
    at: Timestamp,
    whole: Figures,
    shares: Vec<Figures>,
    elsewhere: Figures,
    stored: BTreeMap<Date, Figures>,
}

impl<'a> Tally<'a> {
    pub fn new(bucket: &'a Bucket, at: Timestamp) -> Self {
        Self {
            bucket,
            at,
            whole: Figures::default(),
            shares: vec![Figures::default(); bucket.shares.len()],
            elsewhere: Figures::default(),
            stored: BTreeMap::new(),
        }
    }

    pub fn take(&mut self, key: &str, size: ByteSize, stored: Timestamp) {
        self.whole.add(size);
        match self.bucket.share_of(key).and_then(|place| self.shares.get_mut(place)) {
            Some(share) => share.add(size),
            None => self.elsewhere.add(size),
        }
        if self.at.duration_since(stored) < RECENT {
            let day = stored.to_zoned(TimeZone::UTC).date();
            self.stored.entry(day).or_default().add(size);
        }
    }

    /// So many objects have been read.
    pub const fn objects(&self) -> u64 {
        self.whole.objects
    }

    pub fn conclude(
        self,
        extent: Extent,
        old_versions: Known<OldVersions>,
        uploads: Known<Vec<Leftover>>,
    ) -> Listed {
        let shares = self.bucket.shares.iter().cloned().zip(self.shares).collect();
        Listed {
            at: self.at,
            whole: self.whole,
            shares,
            elsewhere: self.elsewhere,
            stored: self.stored,
            extent,
            old_versions,
            uploads,
        }
    }
}
