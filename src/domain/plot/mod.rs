//! A chart as data: what is drawn, on which scale, with which ticks. The screen and the picture of
//! it (SVG) are made from the same.

mod picture;
pub mod scale;
pub mod time;
pub mod unit;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::domain::series::{Point, Series, Window};

use scale::Scale;
use unit::Unit;

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    pub title: String,
    pub unit: Unit,
    pub window: Window,
    pub form: Form,
    /// What is drawn, the first at the bottom where they are stacked.
    pub layers: Vec<Layer>,
    /// What stacked layers come to; where it is not known there is a gap, whatever some of them have.
    pub total: Series,
    pub thresholds: Vec<Threshold>,
}

/// One series of a chart, and what it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    pub label: String,
    pub series: Series,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Lines,
    /// Areas one upon the other: their sum can be read too.
    Stacked,
}

/// A value that should not be passed.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    pub label: String,
    pub value: f64,
}

impl Plot {
    /// Whether anything was measured in its window.
    pub fn is_empty(&self) -> bool {
        self.extent().is_none()
    }

    /// What is read off a layer at an instant; without one, the newest. What is stacked is read at one
    /// instant, so that its parts come to its sum.
    pub fn reading(&self, layer: &Layer, at: Option<Timestamp>) -> Option<Point> {
        let newest = match self.form {
            Form::Lines => return self.read(&layer.series, at),
            Form::Stacked => || self.total.within(self.window).last().map(|point| point.at),
        };
        layer.series.near(at.or_else(newest)?)
    }

    /// The same of any series.
    pub fn read(&self, series: &Series, at: Option<Timestamp>) -> Option<Point> {
        match at {
            Some(at) => series.near(at),
            None => series.within(self.window).last(),
        }
    }

    /// From the least to the most of what is drawn; `None` where nothing is.
    fn extent(&self) -> Option<(f64, f64)> {
        let drawn: Vec<(f64, f64)> = match self.form {
            Form::Lines => self
                .layers
                .iter()
                .filter_map(|layer| layer.series.within(self.window).extent())
                .collect(),
            Form::Stacked => {
                let top = self.total.within(self.window).extent()?.1;
                vec![(0.0, top)]
            }
        };
        if drawn.is_empty() {
            return None;
        }
        let limits = self.thresholds.iter().map(|it| (it.value, it.value));
        drawn
            .into_iter()
            .chain(limits)
            .reduce(|(least, most), (low, high)| (least.min(low), most.max(high)))
    }

    /// The scale of its values, with at most so many ticks; `None` where nothing was measured.
    pub fn scale(&self, most_ticks: usize) -> Option<Scale> {
        self.extent().map(|extent| Scale::of(extent, &self.unit, most_ticks))
    }
}
