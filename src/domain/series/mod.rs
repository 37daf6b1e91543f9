//! Measured values over time: what charts, changes and growth are made from.
//!
//! Invariant: points ascend, one for each instant, and are finite. What was not measured is not
//! there: a gap is never a zero.

mod trend;

#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use trend::{Change, Jump};

/// One measured value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub at: Timestamp,
    pub value: f64,
}

impl Point {
    pub const fn new(at: Timestamp, value: f64) -> Self {
        Self { at, value }
    }
}

/// What was measured of one thing, every so often.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct Series {
    points: Vec<Point>,
    step: Duration,
}

/// A series as it stands in a file, where anything may have been written.
#[derive(Deserialize)]
struct Written {
    points: Vec<Point>,
    step: Duration,
}

impl From<Written> for Series {
    fn from(written: Written) -> Self {
        Self::new(written.step, written.points)
    }
}

/// From when to when, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Window {
    /// The last `length` up to `to`.
    pub fn before(to: Timestamp, length: Duration) -> Self {
        Self { from: to.saturating_sub(length).unwrap_or(Timestamp::MIN), to }
    }

    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at <= self.to
    }

    /// How far into the window an instant is: 0 at its beginning, 1 at its end.
    pub fn share(&self, at: Timestamp) -> f64 {
        let length = self.to.duration_since(self.from).as_secs_f64();
        if length <= 0.0 { 0.0 } else { at.duration_since(self.from).as_secs_f64() / length }
    }

    pub fn length(&self) -> Duration {
        self.to.duration_since(self.from).try_into().unwrap_or_default()
    }
}

/// What a column of a chart shows of the points that fall into it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    pub least: f64,
    pub most: f64,
    pub last: f64,
}

impl Series {
    /// The points in any order; of two for one instant the later counts, what is not finite does not.
    pub fn new(step: Duration, points: impl IntoIterator<Item = Point>) -> Self {
        let mut sorted: Vec<Point> = Vec::new();
        let mut points: Vec<Point> = points.into_iter().filter(|it| it.value.is_finite()).collect();
        points.sort_by_key(|point| point.at);
        for point in points {
            match sorted.last_mut().filter(|last| last.at == point.at) {
                Some(last) => *last = point,
                None => sorted.push(point),
            }
        }
        Self { points: sorted, step }
    }

    /// The points, oldest first.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// How far apart two points are where none is missing.
    pub const fn step(&self) -> Duration {
        self.step
    }

    pub const fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    pub fn first(&self) -> Option<Point> {
        self.points.first().copied()
    }

    pub fn last(&self) -> Option<Point> {
        self.points.last().copied()
    }

    /// What was measured within a window.
    #[must_use]
    pub fn within(&self, window: Window) -> Self {
        let begin = self.points.partition_point(|point| point.at < window.from);
        let end = self.points.partition_point(|point| point.at <= window.to);
        let points = self.points.get(begin..end).unwrap_or_default().to_vec();
        Self { points, step: self.step }
    }

    /// The least and the most.
    pub fn extent(&self) -> Option<(f64, f64)> {
        self.points.iter().fold(None, |extent, point| match extent {
            None => Some((point.value, point.value)),
            Some((least, most)) => Some((point.value.min(least), point.value.max(most))),
        })
    }

    /// What was measured at an instant, or nearer to it than half a step.
    pub fn near(&self, at: Timestamp) -> Option<Point> {
        let place = self.points.partition_point(|point| point.at < at);
        let away = |point: &Point| point.at.duration_since(at).abs();
        let before = place.checked_sub(1).and_then(|before| self.points.get(before));
        let nearest = before.into_iter().chain(self.points.get(place)).min_by_key(|it| away(it))?;
        let reach = (self.step / 2).try_into().unwrap_or_default();
        (away(nearest) <= reach).then_some(*nearest)
    }

    /// What counts at an instant: the newest point before it, until the next is due; a little longer, as
    /// points do not come to the second.
    pub fn held(&self, at: Timestamp) -> Option<Point> {
        let place = self.points.partition_point(|point| point.at <= at);
        let point = self.points.get(place.checked_sub(1)?)?;
        let holds = self.step * 9 / 8;
        (at.duration_since(point.at).unsigned_abs() < holds).then_some(*point)
    }

    /// Points further apart than this have a gap between them: one is missing.
    fn reach(&self) -> Duration {
        self.step * 3 / 2
    }

    /// The points in runs that have no gap inside.
    pub fn runs(&self) -> impl Iterator<Item = &[Point]> {
        let reach = self.reach().try_into().unwrap_or_default();
        self.points.chunk_by(move |one, two| two.at.duration_since(one.at) <= reach)
    }

    /// Where points are missing: the last before and the first behind each gap.
    pub fn gaps(&self) -> Vec<(Point, Point)> {
        let runs: Vec<&[Point]> = self.runs().collect();
        let neighbours = runs.windows(2).filter_map(|pair| match pair {
            [one, two] => Some((*one.last()?, *two.first()?)),
            _ => None,
        });
        neighbours.collect()
    }

    /// How many points are missing in all gaps.
    pub fn missing(&self) -> usize {
        let step = self.step.as_secs_f64();
        let between = |(one, two): &(Point, Point)| {
            let steps = (two.at.duration_since(one.at).as_secs_f64() / step).round();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
            let missing = (steps - 1.0).max(0.0) as usize;
            missing
        };
        if step > 0.0 { self.gaps().iter().map(between).sum() } else { 0 }
    }

    /// What each of so many columns shows of a window. A column without a point of its own shows the
    /// value that holds there; `None` is a gap.
    pub fn columns(&self, window: Window, count: u16) -> Vec<Option<Column>> {
        let length = window.length();
        let edge = |column: u16| {
            let into = length.mul_f64(f64::from(column) / f64::from(count));
            window.from.saturating_add(into).unwrap_or(Timestamp::MAX)
        };
        let columns = (0..count).map(|column| {
            let (from, to) = (edge(column), edge(column + 1));
            let begin = self.points.partition_point(|point| point.at < from);
            let is_last = column + 1 == count;
            let end = self.points.partition_point(|it| it.at < to || is_last && it.at == to);
            let inside = self.points.get(begin..end).unwrap_or_default();
            let Some(last) = inside.last() else {
                return self.held(from).map(|Point { value, .. }| Column {
                    least: value,
                    most: value,
                    last: value,
                });
            };
            let values = || inside.iter().map(|point| point.value);
            Some(Column {
                least: values().fold(f64::INFINITY, f64::min),
                most: values().fold(f64::NEG_INFINITY, f64::max),
                last: last.value,
            })
        });
        columns.collect()
    }
}
