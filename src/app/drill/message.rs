//! What the Drill tab is told.

use jiff::Timestamp;

use crate::app::effect::Generation;
use crate::domain::failure::Failure;
use crate::drill::dice::Pool;
use crate::drill::event::DrillEvent;
use crate::drill::past::Past;
use crate::drill::plan::{DrillId, DrillPlan};
use crate::drill::preflight::Checked;
use crate::drill::record::Cleanup;

use super::effect::Order;
use super::leftovers::LeftBehind;

#[derive(Debug)]
pub enum DrillMessage {
    /// A set was listed and the journal read.
    Looked {
        generation: Generation,
        look: Box<Look>,
    },
    SeedDrawn(u64),
    /// One look of the preflight card has come to something.
    Checked {
        generation: Generation,
        checked: Checked,
    },
    /// All of them have.
    CheckedAll {
        generation: Generation,
    },
    Began(Box<Began>),
    /// It did not begin.
    Refused(Failure),
    Happened(Vec<DrillEvent>),
    Ended(Box<Ended>),
    LeftoversFound(LeftBehind),
    Swept {
        removed: Vec<String>,
        failures: Vec<Failure>,
    },
    Noted {
        id: DrillId,
        result: Result<String, Failure>,
    },
}

/// What there is to pick from, and what was drilled before.
#[derive(Debug)]
pub struct Look {
    pub pasts: Result<Vec<Past>, Failure>,
    /// Lines of the journal that could not be read.
    pub unread: Vec<String>,
    pub pool: Result<Pool, Failure>,
    pub seed: u64,
}

/// A drill has begun.
#[derive(Debug)]
pub struct Began {
    pub order: Order,
    pub plan: DrillPlan,
    /// When the times of its events are counted from.
    pub at: Timestamp,
}

/// How a drill has ended, beyond its record.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    pub cleanup: Cleanup,
    /// Why the record could not be kept, where it could not.
    pub unrecorded: Option<Failure>,
    /// Why Slack was not told, where it should have been.
    pub untold: Option<Failure>,
}
