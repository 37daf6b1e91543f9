//! What the Metrics tab asks of the outside, as data.

use crate::app::effect::{Effect, Generation};
use crate::domain::metrics::range::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsEffect {
    /// Reads what all buckets hold, and the alarms.
    LoadFigures { generation: Generation, freshness: Freshness },
    /// Reads the configured panels.
    LoadPanels { generation: Generation, range: Range, freshness: Freshness },
}

/// Whether what was read before is good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// As long as it is not older than figures may be.
    Kept,
    /// It is asked for again.
    Anew,
}

impl From<MetricsEffect> for Effect {
    fn from(effect: MetricsEffect) -> Self {
        Self::Metrics(effect)
    }
}
