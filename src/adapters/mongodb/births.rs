//! When documents were born, as filters that a server counts by.

use std::time::Duration;

use bson::oid::ObjectId;
use bson::{DateTime, Document, doc};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// The moments that part the documents of a collection: before the dump, in between, after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    /// T0.
    pub(super) began: Timestamp,
    /// T0 less the clock margin.
    pub(super) before: Timestamp,
    /// T1 and the clock margin.
    pub(super) after: Timestamp,
}

impl Moments {
    pub(super) fn new(began: Timestamp, ended: Timestamp, margin: Duration) -> Self {
        Self {
            began,
            before: began.checked_sub(margin).unwrap_or(Timestamp::MIN),
            after: ended.max(began).checked_add(margin).unwrap_or(Timestamp::MAX),
        }
    }
}

/// The smallest id that was made at `moment` or later; ids carry whole seconds.
pub(super) fn first_id_from(moment: Timestamp) -> ObjectId {
    let fraction = i64::from(moment.subsec_nanosecond() > 0);
    first_id_of(moment.as_second().saturating_add(fraction))
}

/// The smallest id that was made after `moment`.
pub(super) fn first_id_after(moment: Timestamp) -> ObjectId {
    first_id_of(moment.as_second().saturating_add(1))
}

fn first_id_of(second: i64) -> ObjectId {
    let second = u32::try_from(second.max(0)).unwrap_or(u32::MAX);
    ObjectId::from_parts(second, [0; 5], [0; 3])
}

/// When an id was made.
pub(super) fn moment_of(id: ObjectId) -> Option<Timestamp> {
    Timestamp::from_millisecond(id.timestamp().timestamp_millis()).ok()
}

/// A month of births, by its name and its bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Month {
    pub(super) name: String,
    /// `None`: from the beginning.
    from: Option<Timestamp>,
    /// `None`: to the end.
    until: Option<Timestamp>,
}

impl Month {
    pub(super) fn filter(&self) -> Document {
        let mut range = Document::new();
        if let Some(until) = self.until {
            range.insert("$lt", first_id_from(until));
        }
        if let Some(from) = self.from {
            range.insert("$gte", first_id_from(from));
        }
        doc! {"_id": range}
    }
}

/// The months from the oldest birth to the newest; what is older than two years is told as one, and
/// what a clock that went wrong has made after `now` together with this month.
pub(super) fn months(oldest: Timestamp, newest: Timestamp, now: Timestamp) -> Vec<Month> {
    const SINGLE: usize = 24;
    let first_of = |at: Timestamp| at.to_zoned(TimeZone::UTC).date().first_of_month();
    let begins = |date: Date| date.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    let mut months = Vec::new();
    let (mut date, end) = (first_of(newest.min(now)), first_of(oldest.min(now)));
    while date >= end {
        let next = date.saturating_add(1.month());
        let (Some(from), Some(until)) = (begins(date), begins(next)) else { break };
        let name = date.strftime("%Y-%m").to_string();
        let until = Some(until).filter(|_| !months.is_empty() || newest <= now);
        let name = if until.is_some() { name } else { format!("≥{name}") };
        if months.len() + 1 >= SINGLE && date > end {
            months.push(Month { name: format!("≤{name}"), from: None, until });
            break;
        }
        months.push(Month { name, from: Some(from), until });
        date = date.saturating_sub(1.month());
    }
    months.reverse();
    months
}

/// Filters that match ids only where they are `ObjectId`s: a comparison keeps to its type.
pub(super) fn id_before(moment: Timestamp) -> Document {
    doc! {"_id": {"$lt": first_id_from(moment)}}
}

pub(super) fn id_between(from: Timestamp, to: Timestamp) -> Document {
    doc! {"_id": {"$gte": first_id_from(from), "$lt": first_id_after(to)}}
}

pub(super) fn id_after(moment: Timestamp) -> Document {
    doc! {"_id": {"$gte": first_id_after(moment)}}
}

/// Filters that match a field only where it is a date.
pub(super) fn field_before(field: &str, moment: Timestamp) -> Document {
    doc! {field: {"$lt": date(moment)}}
}

pub(super) fn field_after(field: &str, moment: Timestamp) -> Document {
    doc! {field: {"$gt": date(moment)}}
}

pub(super) fn field_is_date(field: &str) -> Document {
    doc! {field: {"$type": "date"}}
}

pub(super) fn field_is_no_date(field: &str) -> Document {
    doc! {field: {"$not": {"$type": "date"}}}
}

pub(super) fn date(moment: Timestamp) -> DateTime {
    DateTime::from_millis(moment.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn id(second: i64, rest: u8) -> ObjectId {
        ObjectId::from_parts(u32::try_from(second).unwrap(), [rest; 5], [rest; 3])
    }

    #[test]
    fn months_touch_and_what_is_very_old_is_told_together() {
        let names = |oldest, newest| -> Vec<String> {
            let months = months(at(oldest), at(newest), at("2026-03-20T00:00:00Z"));
            for (one, next) in months.iter().zip(months.iter().skip(1)) {
                assert_eq!(one.until, next.from);
            }
            months.into_iter().map(|month| month.name).collect()
        };
        assert_eq!(
            names("2026-01-31T10:00:00Z", "2026-03-01T00:00:00Z"),
            ["2026-01", "2026-02", "2026-03"]
        );
        let many = names("2014-01-31T10:00:00Z", "2026-03-01T00:00:00Z");
        assert_eq!((many.len(), many[0].as_str()), (24, "≤2024-04"));
        // A clock that went wrong does not push the true months out.
        assert_eq!(
            names("2026-01-31T10:00:00Z", "2106-02-07T00:00:00Z"),
            ["2026-01", "2026-02", "≥2026-03"]
        );
    }

    #[test]
    fn every_id_falls_into_exactly_one_window() {
        for (began, ended) in [
            ("2026-11-03T00:00:00Z", "2026-11-03T00:06:00Z"),
            ("2026-11-03T00:00:00.5Z", "2026-11-03T00:06:00.25Z"),
            ("2026-11-03T00:00:00Z", "2026-11-03T00:00:00Z"),
        ] {
            let moments = Moments::new(at(began), at(ended), Duration::from_secs(2));
            let (low, high) = (first_id_from(moments.before), first_id_after(moments.after));
            assert!(low <= high);
            let centre = at(began).as_second();
            for second in centre - 400..centre + 800 {
                for rest in [0, 255] {
                    let born = Timestamp::from_second(second).unwrap();
                    assert_eq!(id(second, rest) < low, born < moments.before, "{born}");
                    assert_eq!(id(second, rest) >= high, born > moments.after, "{born}");
                }
            }
        }
    }

    #[test]
    fn moments_outside_of_an_ids_range_take_all_or_nothing() {
        assert_eq!(first_id_from(at("1950-01-01T00:00:00Z")), id(0, 0));
        let late = first_id_after(at("2200-01-01T00:00:00Z"));
        assert!(late > id(i64::from(u32::MAX - 1), 255));
        let moments = Moments::new(Timestamp::MIN, Timestamp::MAX, Duration::from_mins(5));
        assert_eq!((moments.before, moments.after), (Timestamp::MIN, Timestamp::MAX));
    }

    #[test]
    fn an_id_tells_its_second() {
        let moment = at("2026-11-03T00:00:00Z");
        assert_eq!(moment_of(first_id_from(moment)), Some(moment));
        // Past 2038 the seconds no longer fit a signed number of 32 bits.
        let late = at("2100-01-01T00:00:00Z");
        assert_eq!(moment_of(first_id_from(late)), Some(late));
    }
}
