//! The scale of values: round numbers at which ticks stand.

use crate::domain::units::Count;

use super::unit::{Measure, Unit, whole};

/// From where to where an axis goes, and what is written along it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    pub from: f64,
    pub to: f64,
    /// Upwards.
    pub ticks: Vec<Tick>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    pub value: f64,
    pub label: String,
}

impl Scale {
    /// Round ticks around what is between `least` and `most`. The axis begins at zero unless all that
    /// is drawn would then be crowded into its upper part.
    pub fn of((least, most): (f64, f64), unit: &Unit, most_ticks: usize) -> Self {
        // What fills less than the upper third of its axis is drawn on an axis of its own.
        const CROWDED: f64 = 0.66;
        let (mut low, mut high) = (least.min(most), most.max(least));
        if low > 0.0 && low < high * CROWDED {
            low = 0.0;
        }
        if *unit == Unit::Percent && low >= 0.0 && high <= 100.0 {
            (low, high) = (0.0, 100.0);
        }
        if high - low <= high.abs() * 1e-9 {
            // One value: it stands in the middle of what is around it.
            let around = if high == 0.0 { 1.0 } else { high.abs() * 0.1 };
            (low, high) = (if high == 0.0 { 0.0 } else { low - around }, high + around);
        }
        let measure = unit.measure(high.abs().max(low.abs()));
        let step = step((high - low) / measure.divisor, most_ticks.max(2), unit.is_whole());
        let first = (low / measure.divisor / step).floor();
        let end = (high / measure.divisor / step).ceil();
        let ticks = (0..=whole(end - first)).map(|at| {
            let number = (first + at as f64) * step;
            Tick { value: number * measure.divisor, label: label(number, step, &measure, unit) }
        });
        // What is drawn is inside, whatever was rounded on the way.
        let [from, to] = [first, end].map(|at| at * step * measure.divisor);
        Self { from: from.min(low), to: to.max(high), ticks: ticks.collect() }
    }

    pub fn starts_at_zero(&self) -> bool {
        self.from == 0.0
    }

    /// How far up a value is: 0 at the foot, 1 at the top.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.from) / (self.to - self.from)
    }
}

/// The least round step, one, two, two and a half or five times a power of ten, with which no more
/// than `most` ticks are needed.
fn step(range: f64, most: usize, is_whole: bool) -> f64 {
    let parts = (most - 1).max(1) as f64;
    let raw = range / parts;
    let power = 10_f64.powf(raw.log10().floor());
    let fits = |candidate: &f64| {
        let is_enough = *candidate >= raw * (1.0 - 1e-9);
        is_enough && (!is_whole || candidate.fract() == 0.0)
    };
    let round = [1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 50.0].map(|it| it * power);
    let chosen = round.into_iter().find(fits).unwrap_or(10.0 * power);
    if is_whole { chosen.max(1.0) } else { chosen }
}

fn label(number: f64, step: f64, measure: &Measure, unit: &Unit) -> String {
    if *unit == Unit::Count {
        let sign = if number < 0.0 { "-" } else { "" };
        return format!("{sign}{}", Count(whole(number.abs())));
    }
    // As many decimals as tell one tick from the next.
    let decimals = (0..6).find(|&decimals| {
        let scaled = step * 10_f64.powi(decimals);
        (scaled - scaled.round()).abs() < 1e-6 * scaled
    });
    let decimals = usize::try_from(decimals.unwrap_or(6)).unwrap_or(0);
    // No minus before a zero.
    let number = if number == 0.0 { 0.0 } else { number };
    format!("{number:.decimals$} {}", measure.word).trim_end().to_owned()
}
