//! Series for tests.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::series::{Point, Series};

pub(super) const DAY: Duration = Duration::from_hours(24);

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A value a day from a date on, where one was measured.
pub(super) fn daily(from: &str, values: impl IntoIterator<Item = Option<f64>>) -> Series {
    let points = values.into_iter().zip(0..).filter_map(|(value, number)| {
        let after = DAY * number;
        Some(Point::new(at(from) + after, value?))
    });
    Series::new(DAY, points)
}
