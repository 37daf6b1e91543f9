//! What the Metrics tab is told, piece by piece, as it comes in.

use crate::app::effect::Generation;
use crate::app::fetched::Answer;
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

#[derive(Debug)]
pub enum MetricsNews {
    /// What CloudWatch tells of a bucket.
    Measured {
        bucket: BucketId,
        measured: Answer<Measured>,
    },
    /// What a listing of a bucket tells.
    Listed {
        bucket: BucketId,
        listed: Answer<Listed>,
    },
    /// What listings of earlier visits told.
    Recorded {
        bucket: BucketId,
        recordings: Result<Recordings, Failure>,
    },
    Alarms {
        storage: StorageName,
        alarms: Answer<Vec<Alarm>>,
    },
    /// A panel, by its name.
    Panel {
        name: String,
        figures: Answer<PanelFigures>,
    },
    /// All figures have come, or all panels.
    FiguresEnded,
    PanelsEnded,
}
