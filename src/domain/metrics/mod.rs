//! What buckets hold, what that costs, and what else is measured: figures of CloudWatch beside the
//! figures of a listing.

pub mod alarm;
pub mod class;
pub mod cost;
pub mod difference;
pub mod listing;
pub mod panel;
pub mod range;
pub mod recording;
pub mod unseen;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::environment::{EnvironmentName, StorageName};
use crate::domain::series::{Point, Series, Window};
use crate::domain::settings::{Settings, Storage};
use crate::domain::units::ByteSize;

use class::StorageClass;
use unseen::Unseen;

/// How late CloudWatch's figures of a bucket may be, in the words of a screen.
pub const BEST_EFFORT: &str = "best effort: a point a day, up to 48 h late";

/// A class whose newest point is older than that of another by more than this is not late: it is
/// no longer there. Where all of them are older, something is wrong.
pub const LATE: SignedDuration = SignedDuration::from_hours(72);
/// What growth is taken from.
const LATELY: Duration = Duration::from_hours(90 * 24);

/// A bucket by its storage and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BucketId {
    pub storage: StorageName,
    pub name: String,
}

impl fmt::Display for BucketId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{}/{}", self.storage, self.name))
    }
}

/// A bucket of the configuration, with the parts of it that environments have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub id: BucketId,
    /// In the order of the configuration.
    pub shares: Vec<Share>,
    /// Whether CloudWatch measures it; else its figures come from listings.
    pub is_measured: bool,
}

/// What an environment has in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Share {
    pub environment: EnvironmentName,
    pub prefix: String,
    pub production: bool,
}

impl Bucket {
    /// The share that an object belongs to: the one with the longest prefix.
    pub fn share_of(&self, key: &str) -> Option<usize> {
        let fitting = self.shares.iter().enumerate().filter(|(_, it)| key.starts_with(&it.prefix));
        fitting.max_by_key(|(_, share)| share.prefix.len()).map(|(place, _)| place)
    }
}

/// The buckets in which there are backup sets, in the order of the configuration.
pub fn buckets(settings: &Settings) -> Vec<Bucket> {
    let mut buckets: Vec<Bucket> = Vec::new();
    for set in settings.sets() {
        let id = BucketId { storage: set.storage.clone(), name: set.bucket.clone() };
        let share = Share {
            environment: set.environment.clone(),
            prefix: set.prefix.clone(),
            production: set.production,
        };
        match buckets.iter_mut().find(|bucket| bucket.id == id) {
            Some(bucket) if bucket.shares.contains(&share) => {}
            Some(bucket) => bucket.shares.push(share),
            None => {
                let storage = settings.storage(&id.storage);
                let is_measured = storage.is_some_and(Storage::is_measured);
                buckets.push(Bucket { id, shares: vec![share], is_measured });
            }
        }
    }
    buckets
}

/// What CloudWatch tells of a bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Where it was asked: the bucket's own region.
    pub region: String,
    /// The classes that hold or held something, the largest first.
    pub classes: Vec<ClassSeries>,
    /// Objects of all classes, old versions and parts of unfinished uploads with them.
    pub objects: Series,
    /// What was asked for and not told.
    pub unseen: Vec<Unseen>,
}

/// The bytes of one storage class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassSeries {
    pub class: StorageClass,
    pub bytes: Series,
}

impl Measured {
    /// The bytes of all classes together. Where one of them was not measured, the sum is a gap.
    pub fn total(&self) -> Series {
        let moments: BTreeSet<Timestamp> =
            self.classes.iter().flat_map(|it| it.bytes.points()).map(|point| point.at).collect();
        let Some(newest) = moments.last().copied() else { return Series::default() };
        let step = self.classes.first().map(|class| class.bytes.step()).unwrap_or_default();
        let points = moments.into_iter().filter_map(|at| {
            let mut sum = 0.0;
            for class in self.classes.iter().filter(|class| class.is_there(at, newest)) {
                sum += class.at(at)?;
            }
            Some(Point::new(at, sum))
        });
        Series::new(step, points)
    }

    /// When the newest figures are of.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.total().last().map(|point| point.at)
    }

    /// The bytes of each class at its newest point, of those that are still there.
    pub fn newest(&self) -> Vec<(StorageClass, ByteSize)> {
        let Some(at) = self.as_of() else { return Vec::new() };
        let held = |class: &ClassSeries| Some((class.class, whole(class.at(at)?)));
        self.classes.iter().filter_map(held).collect()
    }
}

impl ClassSeries {
    /// Whether something of the class was stored at `at`, measured or not, as far as that is known
    /// at `newest`, the newest moment of which anything is.
    fn is_there(&self, at: Timestamp, newest: Timestamp) -> bool {
        let Some((first, last)) = self.bytes.first().zip(self.bytes.last()) else { return false };
        let may_be_late = newest.duration_since(last.at) <= LATE;
        first.at <= at && (at <= last.at || may_be_late)
    }

    fn at(&self, at: Timestamp) -> Option<f64> {
        self.bytes.near(at).map(|point| point.value)
    }
}

/// How many bytes are added in a day, of late.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    pub per_day: f64,
    /// What it is taken from begins here.
    pub since: Timestamp,
}

/// The growth of the last 90 days, or since the newest jump in them.
pub fn growth(bytes: &Series) -> Option<Growth> {
    let lately = bytes.within(Window::before(bytes.last()?.at, LATELY));
    let calm = since_jump(&lately);
    Some(Growth { per_day: calm.growth_per_day()?, since: calm.first()?.at })
}

/// A series since its newest jump: what it grows by a day is then that of calm days.
fn since_jump(series: &Series) -> Series {
    match series.jumps().last().zip(series.last()) {
        Some((jump, last)) => series.within(Window { from: jump.change.to.at, to: last.at }),
        None => series.clone(),
    }
}

/// A measured number of bytes; measured values are exact up to 8 PiB.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
pub fn whole(value: f64) -> ByteSize {
    ByteSize(value.round() as u64)
}

#[cfg(test)]
mod tests;
