//! Any other metric of CloudWatch, as the configuration names it.

use serde::{Deserialize, Serialize};

use crate::domain::environment::StorageName;
use crate::domain::metrics::unseen::Unseen;
use crate::domain::series::Series;
use crate::domain::severity::Severity;

/// A metric that is shown as a panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    pub name: String,
    /// Whose login and region are used.
    pub storage: StorageName,
    pub namespace: String,
    pub metric: String,
    pub dimensions: Vec<Dimension>,
    /// `Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount` or a percentile: `p99`.
    pub statistic: String,
    /// The word of the unit, `percent` or `bytes`; empty for a bare number.
    pub unit: String,
    pub thresholds: Thresholds,
}

/// A dimension and the value that it must have; `*` for every one that there is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dimension {
    pub name: String,
    pub value: String,
}

/// From where on a value is a finding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    pub warning: Option<f64>,
    pub critical: Option<f64>,
    pub worse: Worse,
}

/// Which side of a threshold is the bad one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Worse {
    #[default]
    Above,
    Below,
}

/// What was measured for one panel: a series for each thing that its dimensions fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelFigures {
    pub series: Vec<(String, Series)>,
    /// There are more that fit than are shown.
    pub more: usize,
    /// What fits and was not told, or not all of it.
    pub unseen: Vec<Unseen>,
}

impl Dimension {
    pub const ANY: &'static str = "*";

    pub fn is_any(&self) -> bool {
        self.value == Self::ANY
    }
}

impl Thresholds {
    pub fn judge(&self, value: f64) -> Severity {
        let is_beyond = |threshold: Option<f64>| {
            threshold.is_some_and(|threshold| match self.worse {
                Worse::Above => value >= threshold,
                Worse::Below => value <= threshold,
            })
        };
        match (is_beyond(self.critical), is_beyond(self.warning)) {
            (true, _) => Severity::Critical,
            (false, true) => Severity::Warning,
            (false, false) => Severity::Fine,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_judged_on_the_bad_side_of_each_threshold() {
        let above = Thresholds { warning: Some(80.0), critical: Some(95.0), worse: Worse::Above };
        let below = Thresholds { warning: Some(10.0), critical: None, worse: Worse::Below };
        for (thresholds, value, expected) in [
            (above, 79.9, Severity::Fine),
            (above, 80.0, Severity::Warning),
            (above, 95.0, Severity::Critical),
            (below, 10.1, Severity::Fine),
            (below, 3.0, Severity::Warning),
            (Thresholds::default(), 1e9, Severity::Fine),
        ] {
            assert_eq!(thresholds.judge(value), expected, "{value}");
        }
    }
}
