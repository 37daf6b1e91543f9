//! One backup: where it lies, when its dump began and ended, and how its name tells.

use std::fmt;

use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::domain::units::ByteSize;

/// The key of an object in its bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BackupKey(pub String);

impl fmt::Display for BackupKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// One object as a listing or a HEAD shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    pub bucket: String,
    pub key: BackupKey,
    pub size: ByteSize,
    pub etag: String,
    pub last_modified: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// When the dump began, T0.
    pub began: Began,
}

/// When a dump began, and how that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Began {
    pub at: Timestamp,
    pub from: BeganFrom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BeganFrom {
    Name,
    /// The name did not parse: the upload's own time stands in, which is later than T0.
    LastModified,
}

impl Backup {
    /// `s3://bucket/key`.
    pub fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    /// The last part of the key: `2026-11-03T00_00.tar.gz`.
    pub fn name(&self) -> &str {
        self.key.0.rsplit('/').next().unwrap_or(&self.key.0)
    }

    /// When the dump ended, T1: the object's own time, but never before T0.
    pub fn ended(&self) -> Timestamp {
        self.last_modified.max(self.began.at)
    }

    /// Whether the storage class must be thawed before it can be read.
    pub fn is_archived(&self) -> bool {
        matches!(self.storage_class.as_deref(), Some("GLACIER" | "DEEP_ARCHIVE"))
    }
}

/// How the names of a set's objects give T0: a `strptime` pattern in a time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct NameFormat {
    pattern: String,
    zone: TimeZone,
}

impl NameFormat {
    /// Fails with a sentence when the pattern holds no date that can be read back.
    pub fn new(pattern: &str, zone: TimeZone) -> Result<Self, String> {
        let format = Self { pattern: pattern.to_owned(), zone };
        let sample = jiff::civil::date(2026, 11, 23).at(4, 5, 0, 0);
        let name = strtime::format(pattern, sample)
            .map_err(|error| format!("`{pattern}` is not a date pattern: {error}"))?;
        match format.civil(&name) {
            Some(read) if read.date() == sample.date() => Ok(format),
            _ => Err(format!("`{pattern}` must hold a whole date, such as %Y-%m-%d")),
        }
    }

    /// For what has no dates in its names.
    pub fn none(zone: TimeZone) -> Self {
        Self { pattern: String::new(), zone }
    }

    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// T0 of an object called `name`; `None` when the name does not fit.
    pub fn began(&self, name: &str) -> Option<Timestamp> {
        let civil = self.civil(name)?;
        Some(self.zone.to_ambiguous_zoned(civil).compatible().ok()?.timestamp())
    }

    /// Whether names tell the day alone: which run of the day it was, they do not say.
    pub fn is_by_day(&self) -> bool {
        const TIMES: [&str; 11] =
            ["%H", "%I", "%k", "%l", "%R", "%T", "%M", "%s", "%c", "%r", "%X"];
        !self.pattern.is_empty() && !TIMES.iter().any(|time| self.pattern.contains(time))
    }

    /// The name of a backup that began at `at`.
    pub fn name(&self, at: Timestamp) -> Option<String> {
        strtime::format(&self.pattern, at.to_zoned(self.zone.clone()).datetime()).ok()
    }

    /// A name that sorts before every backup that began at `since` or later, for listings that can
    /// start there. `None` where names do not sort by time.
    pub fn lower_bound(&self, since: Timestamp) -> Option<String> {
        let directives: Vec<char> = self
            .pattern
            .match_indices('%')
            .filter_map(|(at, _)| self.pattern.get(at + 1..)?.chars().next())
            .collect();
        let sorts = "YmdHMS".starts_with(&directives.iter().collect::<String>())
            || directives.starts_with(&['F'])
            || directives.starts_with(&['s']);
        // A day of slack: wall clocks are set back.
        let civil = since.to_zoned(self.zone.clone()).datetime().checked_sub(1.day()).ok()?;
        let until_first_dot =
            self.pattern.split_inclusive(directives.last().copied()?).collect::<String>();
        let cut = until_first_dot.rfind(directives.last().copied()?)? + 1;
        sorts.then(|| strtime::format(self.pattern.get(..cut)?, civil).ok()).flatten()
    }

    fn civil(&self, name: &str) -> Option<DateTime> {
        let parsed = strtime::parse(&self.pattern, name).ok()?;
        parsed.to_datetime().ok().or_else(|| Some(parsed.to_date().ok()?.at(0, 0, 0, 0)))
    }
}

/// Which backups of a set are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub since: Timestamp,
    pub until: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(pattern: &str, zone: &str) -> NameFormat {
        NameFormat::new(pattern, TimeZone::get(zone).unwrap()).unwrap()
    }

    #[test]
    fn a_name_gives_the_beginning_of_its_dump() {
        let utc = format("%Y-%m-%dT%H_%M.tar.gz", "UTC");
        assert_eq!(
            utc.began("2018-04-04T11_37.tar.gz").unwrap().to_string(),
            "2018-04-04T11:37:00Z"
        );
        assert_eq!(utc.began("2018-04-04T11_37.tar.gz.tmp"), None);
        assert_eq!(utc.began("latest.tar.gz"), None);
        let london = format("dump-%Y%m%d.gz", "Europe/London");
        assert_eq!(london.began("dump-20260701.gz").unwrap().to_string(), "2026-06-30T23:00:00Z");
    }

    #[test]
    fn a_pattern_without_a_whole_date_is_refused() {
        for pattern in ["backup.tar.gz", "%H_%M.tar.gz", "%Q"] {
            assert!(NameFormat::new(pattern, TimeZone::UTC).is_err(), "{pattern}");
        }
    }

    #[test]
    fn a_listing_can_start_at_the_window_only_where_names_sort_by_time() {
        let since: Timestamp = "2026-11-03T00:00:00Z".parse().unwrap();
        let sorted = format("%Y-%m-%dT%H_%M.tar.gz", "UTC");
        assert_eq!(sorted.lower_bound(since).unwrap(), "2026-11-02T00_00");
        assert_eq!(format("%d-%m-%Y.gz", "UTC").lower_bound(since), None);
    }
}
