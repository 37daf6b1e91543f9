//! How a series moves: its change over a span, its growth, and where it leaps.

use std::time::Duration;

use jiff::SignedDuration;

use crate::domain::median::median;

use super::{Point, Series};

/// More points than these are thinned out before their slopes are compared.
const MOST: usize = 256;
const DAY: f64 = 86_400.0;
/// What a month is in a comparison.
const MONTH: Duration = Duration::from_hours(30 * 24);

/// From one measured value to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    pub from: Point,
    pub to: Point,
}

impl Change {
    pub fn by(&self) -> f64 {
        self.to.value - self.from.value
    }

    /// The change as a share of what was before; `None` where nothing was.
    pub fn share(&self) -> Option<f64> {
        (self.from.value != 0.0).then(|| self.by() / self.from.value)
    }
}

/// A step far out of line with the steps around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jump {
    pub change: Change,
    /// What a step usually does.
    pub usual: f64,
}

impl Series {
    /// What has been added or has gone in a month: where nothing was measured a month before the newest
    /// point, since the point that is nearest to that, by a week at most.
    pub fn month(&self) -> Option<Change> {
        const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
        let to = self.last()?;
        let then = to.at.checked_sub(MONTH).ok()?;
        let away = |point: &Point| point.at.duration_since(then).abs();
        let from = *self.points.iter().min_by_key(|point| away(point))?;
        (away(&from) <= WEEK && from.at < to.at).then_some(Change { from, to })
    }

    /// How much it grows in a day: the median of the slopes between all pairs of points
    /// (Theil and Sen), which one jump or a few wrong points do not bend. `None` of fewer than three
    /// points.
    pub fn growth_per_day(&self) -> Option<f64> {
        let thin = self.points.len().div_ceil(MOST).max(1);
        let points: Vec<Point> = self.points.iter().rev().step_by(thin).copied().collect();
        if points.len() < 3 {
            return None;
        }
        let mut slopes = Vec::with_capacity(points.len() * (points.len() - 1) / 2);
        for (place, later) in points.iter().enumerate() {
            for earlier in points.iter().skip(place + 1) {
                let days = later.at.duration_since(earlier.at).as_secs_f64() / DAY;
                slopes.push((later.value - earlier.value) / days);
            }
        }
        median(slopes)
    }

    /// Steps far out of line: those that differ from the usual one by more than ten times of what
    /// steps usually differ, and by at least a twentieth of the value; oldest first.
    pub fn jumps(&self) -> Vec<Jump> {
        const FAR: f64 = 10.0;
        const NOTICEABLE: f64 = 0.05;
        const FEWEST: usize = 8;
        let step = self.step.as_secs_f64();
        let changes: Vec<Change> = self
            .points
            .windows(2)
            .filter_map(|pair| match pair {
                [from, to] => Some(Change { from: *from, to: *to }),
                _ => None,
            })
            .collect();
        if changes.len() < FEWEST || step <= 0.0 {
            return Vec::new();
        }
        // Over a gap the change of several steps is one: it is compared by the step.
        let of_step = |change: &Change| {
            let steps = change.to.at.duration_since(change.from.at).as_secs_f64() / step;
            change.by() / steps.max(1.0)
        };
        let Some(usual) = median(changes.iter().map(of_step).collect()) else { return Vec::new() };
        let Some(spread) = median(changes.iter().map(|it| (of_step(it) - usual).abs()).collect())
        else {
            return Vec::new();
        };
        let is_far = |change: &Change| {
            let off = (of_step(change) - usual).abs();
            let scale = change.from.value.abs().max(change.to.value.abs());
            off > FAR * spread && off > NOTICEABLE * scale
        };
        changes.into_iter().filter(is_far).map(|change| Jump { change, usual }).collect()
    }
}
