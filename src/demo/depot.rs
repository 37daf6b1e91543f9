//! The second team's buckets: dumps of `PostgreSQL`, an archive made by hand, and a media bucket that is
//! kept up to date, on a storage that is not AWS.
//! Invariant: everything is a function of a seed and a moment.

use jiff::civil::{Date, Time, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::demo::population::mix::{Numbers, hex, of_text, sixteen_bytes};

/// Their dumps, and their media.
pub const DUMPS: &str = "research-dumps";
pub const MEDIA: &str = "research-media";
/// Where the team and its cron daemon are.
pub const ZONE: &str = "Europe/London";
/// What a synchronisation writes last.
pub const MARKER: &str = "last-sync.txt";
/// How many backups each set keeps.
pub const DAILY: u32 = 28;
pub const HOURLY: u32 = 24;
pub const WEEKLY: u32 = 4;
/// How many files there are, where nobody asks for more.
pub const FILES: usize = 1_350;

/// One object. Its bytes are made when they are read.
#[derive(Debug, Clone)]
pub struct Deposit {
    pub key: String,
    pub size: u64,
    pub etag: String,
    pub last_modified: Timestamp,
}

/// All buckets of the storage.
#[derive(Debug)]
pub struct Depot {
    pub buckets: Vec<DepotBucket>,
}

#[derive(Debug)]
pub struct DepotBucket {
    pub name: &'static str,
    pub keeps_versions: bool,
    /// In the order of their keys.
    pub objects: Vec<Deposit>,
}

impl Depot {
    pub fn new(seed: u64, now: Timestamp, files: usize) -> Self {
        let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
        let maker = Maker { seed, now, zone };
        let mut dumps = maker.daily("daily/pg_dumpall-%Y-%m-%d.sql.gz", time(3, 7, 0, 0), 610);
        dumps.extend(maker.daily("registry/registry-%Y-%m-%d.dump", time(2, 37, 0, 0), 48));
        dumps.extend(maker.hourly());
        dumps.extend(maker.weekly());
        let buckets = vec![
            DepotBucket { name: DUMPS, keeps_versions: false, objects: sorted(dumps) },
            DepotBucket { name: MEDIA, keeps_versions: true, objects: sorted(maker.media(files)) },
        ];
        Self { buckets }
    }

    pub fn bucket(&self, name: &str) -> Option<&DepotBucket> {
        self.buckets.iter().find(|bucket| bucket.name == name)
    }
}

impl DepotBucket {
    pub fn object(&self, key: &str) -> Option<&Deposit> {
        let at = self.objects.binary_search_by(|object| object.key.as_str().cmp(key)).ok()?;
        self.objects.get(at)
    }
}

fn sorted(mut objects: Vec<Deposit>) -> Vec<Deposit> {
    objects.sort_by(|one, other| one.key.cmp(&other.key));
    objects
}

struct Maker {
    seed: u64,
    now: Timestamp,
    zone: TimeZone,
}

impl Maker {
    fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    fn at(&self, date: Date, time: Time) -> Option<Timestamp> {
        let moment = self.zone.to_ambiguous_zoned(date.to_datetime(time)).compatible().ok()?;
        Some(moment.timestamp())
    }

    /// The newest `count` of those that are stored by now; older ones were pruned.
    fn kept(&self, mut objects: Vec<Deposit>, count: u32) -> Vec<Deposit> {
        objects.retain(|object| object.last_modified <= self.now);
        objects.sort_by_key(|object| std::cmp::Reverse(object.last_modified));
        objects.truncate(count as usize);
        objects
    }

    fn daily(&self, name: &str, at: Time, megabytes: u64) -> Vec<Deposit> {
        let days = (0..=i64::from(DAILY) + 1).filter_map(|days| {
            let date = self.today().checked_sub(days.days()).ok()?;
            let began = self.at(date, at)?;
            let key = date.strftime(name).to_string();
            Some(self.dump(key, began, megabytes))
        });
        self.kept(days.collect(), DAILY)
    }

    fn hourly(&self) -> Vec<Deposit> {
        let hour = self.now.as_second() - self.now.as_second().rem_euclid(3600);
        let hours = (0..=i64::from(HOURLY) + 1).filter_map(|hours| {
            let began = Timestamp::from_second(hour - hours * 3600).ok()?;
            let key = began.strftime("hourly/pg_dumpall-%Y-%m-%dT%H_%MZ.sql.gz").to_string();
            Some(self.dump(key, began, 595))
        });
        self.kept(hours.collect(), HOURLY)
    }

    /// Made by hand, on Fridays after lunch; one more is kept than has to be.
    fn weekly(&self) -> Vec<Deposit> {
        let back = i64::from(self.today().weekday().since(jiff::civil::Weekday::Friday));
        let weeks = (0..=i64::from(WEEKLY) + 2).filter_map(|weeks| {
            let friday = self.today().checked_sub((back + 7 * weeks).days()).ok()?;
            let began = self.at(friday, time(14, 20, 0, 0))?;
            let key = friday.strftime("archive/archive-%Y-%m-%d.tar").to_string();
            Some(self.dump(key, began, 2_900))
        });
        self.kept(weeks.collect(), WEEKLY + 1)
    }

    fn dump(&self, key: String, began: Timestamp, megabytes: u64) -> Deposit {
        let own = of_text(self.seed, &key);
        let mut numbers = Numbers::of(own);
        // A little more every day, and a little this way or that.
        let days = began.as_second().unsigned_abs() / 86_400 % 1_000;
        let size = megabytes * (1_000_000 + days * 400 + numbers.below(12_000));
        let took = megabytes / 2 + 40 + numbers.below(50);
        let took = SignedDuration::from_secs(i64::try_from(took).unwrap_or(60));
        let last_modified = began.checked_add(took).unwrap_or(began);
        Deposit { size, etag: etag(own), last_modified, key }
    }

    /// Files that came over the years, and the marker of the newest synchronisation.
    fn media(&self, files: usize) -> Vec<Deposit> {
        let newest = (0..3).find_map(|days| {
            let date = self.today().checked_sub(i64::from(days).days()).ok()?;
            let ended = self.at(date, time(4, 4, 0, 0))?.checked_add(11.minutes()).ok()?;
            (ended <= self.now).then_some(ended)
        });
        let newest = newest.unwrap_or(self.now);
        let mut objects: Vec<_> = (0..files)
            .map(|number| {
                let key = format!("targets/{:04}/molecule-{number:06}.sdf", number / 40);
                let own = of_text(self.seed, &key);
                let mut numbers = Numbers::of(own);
                let old = i64::try_from(numbers.below(700 * 86_400)).unwrap_or(0);
                let stored = newest.checked_sub(SignedDuration::from_secs(old));
                Deposit {
                    size: 40_000 + numbers.below(3_000_000),
                    etag: etag(own),
                    last_modified: stored.unwrap_or(newest),
                    key,
                }
            })
            .collect();
        let key = MARKER.to_owned();
        let own = of_text(self.seed, &newest.to_string());
        objects.push(Deposit { size: 25, etag: etag(own), last_modified: newest, key });
        objects
    }
}

fn etag(own: u64) -> String {
    format!("{}-1", hex(sixteen_bytes(own)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_holds_as_many_as_it_keeps_at_every_hour() {
        let start: Timestamp = "2026-10-23T00:30:00Z".parse().unwrap();
        for hours in 0..24 * 14 {
            let now = start + SignedDuration::from_hours(hours);
            let depot = Depot::new(1, now, 10);
            let dumps = depot.bucket(DUMPS).unwrap();
            let count =
                |prefix: &str| dumps.objects.iter().filter(|it| it.key.starts_with(prefix)).count();
            let counts = ["daily/", "registry/", "hourly/", "archive/"].map(count);
            assert_eq!(counts, [28, 28, 24, 5], "at {now}");
            assert!(dumps.objects.iter().all(|it| it.last_modified <= now));
            assert!(depot.bucket(MEDIA).unwrap().object(MARKER).is_some());
        }
    }
}
