//! Listings of earlier visits: a history of buckets that nobody else measures.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::metrics::Share;
use crate::domain::metrics::listing::{Extent, Figures, Listed};
use crate::domain::series::{Point, Series};

const DAY: Duration = Duration::from_hours(24);
/// Fifteen months.
const MOST_DAYS: usize = 460;

/// The last listing of each day (UTC).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recordings {
    days: BTreeMap<Date, Recording>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Recording {
    at: Timestamp,
    whole: Figures,
    shares: Vec<(Share, Figures)>,
}

impl Recordings {
    /// The same with what a listing found. One that was ended before its end is no figure.
    #[must_use]
    pub fn with(&self, listed: &Listed) -> Self {
        let mut days = self.days.clone();
        if listed.extent == Extent::Whole {
            let day = listed.at.to_zoned(TimeZone::UTC).date();
            let shares = listed.shares.clone();
            days.insert(day, Recording { at: listed.at, whole: listed.whole, shares });
        }
        while days.len() > MOST_DAYS {
            days.pop_first();
        }
        Self { days }
    }

    pub fn has(&self, day: Date) -> bool {
        self.days.contains_key(&day)
    }

    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    pub fn bytes(&self) -> Series {
        self.series(|day| Some(day.whole.bytes.bytes()))
    }

    pub fn objects(&self) -> Series {
        self.series(|day| Some(day.whole.objects))
    }

    /// The bytes of one environment.
    pub fn bytes_of(&self, share: &Share) -> Series {
        self.series(|day| {
            let (_, figures) = day.shares.iter().find(|(own, _)| own == share)?;
            Some(figures.bytes.bytes())
        })
    }

    /// A point a day, stamped at its beginning as CloudWatch does it.
    fn series(&self, value: impl Fn(&Recording) -> Option<u64>) -> Series {
        let points = self.days.iter().filter_map(|(day, recording)| {
            let at = day.to_zoned(TimeZone::UTC).ok()?.timestamp();
            Some(Point::new(at, value(recording)? as f64))
        });
        Series::new(DAY, points)
    }
}
