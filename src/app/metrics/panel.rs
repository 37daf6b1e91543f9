//! One of the further metrics that the configuration names, and its chart.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::fetched::Fetched;
use crate::domain::metrics::panel::{Panel, PanelFigures, Worse};
use crate::domain::plot::unit::Unit;
use crate::domain::plot::{Form, Layer, Plot, Threshold};
use crate::domain::series::{Series, Window};
use crate::domain::severity::Severity;

use super::span::DAY;

/// More steps than these are not made across a chart.
const STEPS: u32 = 120;

#[derive(Debug)]
pub struct PanelState {
    pub panel: Panel,
    pub figures: Fetched<PanelFigures>,
}

impl PanelState {
    pub fn new(panel: Panel) -> Self {
        Self { panel, figures: Fetched::default() }
    }

    pub fn series(&self) -> &[(String, Series)] {
        self.figures.value().map(|figures| figures.series.as_slice()).unwrap_or_default()
    }

    pub fn unit(&self) -> Unit {
        match self.panel.unit.to_lowercase().as_str() {
            "percent" | "%" => Unit::Percent,
            "bytes" | "byte" => Unit::Bytes,
            "count" => Unit::Count,
            "milliseconds" | "ms" => Unit::Milliseconds,
            _ => Unit::Other(self.panel.unit.clone()),
        }
    }

    pub fn plot(&self, window: Window) -> Plot {
        let thresholds = &self.panel.thresholds;
        let limits = [("warning", thresholds.warning), ("critical", thresholds.critical)];
        let limit = |(label, value): (&str, Option<f64>)| {
            Some(Threshold { label: label.to_owned(), value: value? })
        };
        let layer = |(label, series): &(String, Series)| Layer {
            label: label.clone(),
            series: series.clone(),
        };
        Plot {
            title: self.panel.name.clone(),
            unit: self.unit(),
            window,
            form: Form::Lines,
            layers: self.series().iter().map(layer).collect(),
            total: Series::default(),
            thresholds: limits.into_iter().filter_map(limit).collect(),
        }
    }

    pub fn newest(&self) -> Option<Timestamp> {
        self.series().iter().filter_map(|(_, series)| series.last()).map(|point| point.at).max()
    }

    /// The series whose newest value is the worst.
    pub fn worst(&self) -> Option<&Series> {
        let badness = |series: &Series| {
            let newest = series.last().map_or(f64::NEG_INFINITY, |point| point.value);
            match self.panel.thresholds.worse {
                Worse::Above => newest,
                Worse::Below => -newest,
            }
        };
        let all = self.series().iter().map(|(_, series)| series);
        all.max_by(|one, other| badness(one).total_cmp(&badness(other)))
    }

    /// The worst of the newest values.
    pub fn severity(&self) -> Severity {
        let newest = self.worst().and_then(Series::last);
        newest.map_or(Severity::Fine, |point| self.panel.thresholds.judge(point.value))
    }

    /// How far the cursor goes: from point to point, unless there are very many.
    pub(super) fn step(&self) -> Duration {
        let Some((_, series)) = self.series().first() else { return DAY };
        let step = series.step().max(Duration::from_mins(1));
        let length = series.first().zip(series.last());
        let length = length.map(|(first, last)| last.at.duration_since(first.at).unsigned_abs());
        let points = length.unwrap_or_default().as_secs() / step.as_secs();
        step * u32::try_from(points).unwrap_or(u32::MAX).div_ceil(STEPS).max(1)
    }

    /// `AWS/EC2 CPUUtilization, Average, InstanceId=*`.
    pub fn about(&self) -> String {
        let panel = &self.panel;
        let dimensions = panel.dimensions.iter().map(|it| format!(", {}={}", it.name, it.value));
        let dimensions: String = dimensions.collect();
        format!("{} {}, {}{dimensions}", panel.namespace, panel.metric, panel.statistic)
    }
}
