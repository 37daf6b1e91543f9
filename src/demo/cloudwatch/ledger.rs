//! What the bucket held at each midnight, as CloudWatch counts it: objects, old classes, and the
//! parts of uploads that nobody completed.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use crate::demo::population::{BUCKET, Population};
use crate::demo::truth::{FORMER, LATE, UNMEASURED};

/// Fifteen months.
const DAYS: u16 = 455;
pub(super) const STANDARD: &str = "StandardStorage";

/// The bucket's history.
#[derive(Debug)]
pub struct Ledger {
    population: Arc<Population>,
    /// By days before today's midnight.
    days: OnceLock<Vec<Day>>,
}

/// One midnight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Day {
    /// Bytes of the class that everything is in now.
    pub standard: u64,
    /// Bytes of the class that there was before.
    pub former: u64,
    /// Objects and parts.
    pub objects: u64,
}

impl Ledger {
    pub fn new(population: Arc<Population>) -> Self {
        Self { population, days: OnceLock::new() }
    }

    /// The midnights that have a point, as days before today's.
    pub fn measured() -> impl Iterator<Item = u16> {
        (LATE..=DAYS).filter(|days| !UNMEASURED.contains(days))
    }

    /// What the bucket held so many midnights ago, measured or not.
    pub fn day(&self, days_ago: u16) -> Day {
        let days = self.days.get_or_init(|| self.count());
        days.get(usize::from(days_ago)).copied().unwrap_or_default()
    }

    pub fn midnight(&self, days_ago: u16) -> Timestamp {
        self.population.midnight(days_ago)
    }

    /// The points of one storage type, oldest first; `None` where there is no such series.
    pub(super) fn points(&self, metric: &str, class: &str) -> Option<Vec<(Timestamp, f64)>> {
        let value: fn(&Day) -> u64 = match (metric, class) {
            ("BucketSizeBytes", STANDARD) => |day| day.standard,
            ("BucketSizeBytes", class) if class == FORMER.class => |day| day.former,
            ("NumberOfObjects", "AllStorageTypes") => |day| day.objects,
            _ => return None,
        };
        let mut days: Vec<u16> = Self::measured().collect();
        days.reverse();
        let points = days.into_iter().filter_map(|days_ago| {
            let value = value(&self.day(days_ago));
            // Nothing of a class is no zero: there is no point.
            (value > 0).then(|| (self.midnight(days_ago), value as f64))
        });
        Some(points.collect())
    }

    /// Whether these are the dimensions of our bucket; gives the storage type.
    pub(super) fn class_of(dimensions: &[(String, String)]) -> Option<&str> {
        let value = |name: &str| {
            let found = dimensions.iter().find(|(own, _)| own == name);
            found.map(|(_, value)| value.as_str())
        };
        let is_ours = dimensions.len() == 2 && value("BucketName") == Some(BUCKET);
        value("StorageType").filter(|_| is_ours)
    }

    fn count(&self) -> Vec<Day> {
        let lives = self.population.lives(DAYS);
        let uploads = self.population.leftover_uploads();
        let day = |days_ago: u16| {
            let midnight = self.midnight(days_ago);
            let mut day = Day::default();
            for life in lives.iter().filter(|life| life.is_there(midnight)) {
                day.standard += life.size;
                day.objects += 1;
            }
            for upload in uploads.iter().filter(|upload| upload.initiated < midnight) {
                day.standard += upload.parts.iter().sum::<u64>();
                day.objects += upload.parts.len() as u64;
            }
            if days_ago > FORMER.days_ago {
                day.former = FORMER.bytes;
                day.objects += FORMER.objects;
            }
            day
        };
        (0..=DAYS).map(day).collect()
    }
}
