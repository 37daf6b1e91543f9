//! What the Metrics tab is told, piece by piece, as it comes in.

use jiff::Timestamp;

use crate::app::effect::Generation;
use crate::domain::environment::StorageName;
use crate::domain::failure::Failure;
use crate::domain::metrics::alarm::Alarm;
use crate::domain::metrics::listing::Listed;
use crate::domain::metrics::panel::PanelFigures;
use crate::domain::metrics::recording::Recordings;
use crate::domain::metrics::{BucketId, Measured};

#[derive(Debug)]
pub struct MetricsMessage {
    pub generation: Generation,
    pub news: MetricsNews,
}

/// Each `at` is when a value was read, which may be long ago: values are kept.
#[derive(Debug)]
pub enum MetricsNews {
    /// What CloudWatch tells of a bucket.
    Measured {
        bucket: BucketId,
        measured: Result<Measured, Failure>,
        at: Timestamp,
    },
    /// What a listing of a bucket tells.
    Listed {
        bucket: BucketId,
        listed: Result<Listed, Failure>,
        at: Timestamp,
    },
    /// What listings of earlier visits told.
    Recorded {
        bucket: BucketId,
        recordings: Result<Recordings, Failure>,
    },
    Alarms {
        storage: StorageName,
        alarms: Result<Vec<Alarm>, Failure>,
        at: Timestamp,
    },
    /// A panel, by its name.
    Panel {
        name: String,
        figures: Result<PanelFigures, Failure>,
        at: Timestamp,
    },
    /// All figures have come, or all panels.
    FiguresEnded,
    PanelsEnded,
}
