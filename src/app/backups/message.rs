//! What the Backups tab is told.

use jiff::Timestamp;

use crate::app::drill::effect::SetRef;
use crate::app::effect::Generation;
use crate::domain::backup::Backup;
use crate::domain::bucket::Sample;
use crate::domain::checkup::Checkup;
use crate::domain::failure::Failure;
use crate::domain::known::Known;
use crate::drill::event::DrillEvent;
use crate::drill::past::Past;

use super::work::Ended;

#[derive(Debug)]
pub enum BackupsMessage {
    /// The journal was read, before anything was looked at.
    JournalRead {
        generation: Generation,
        pasts: Result<Vec<Past>, Failure>,
    },
    Checked {
        generation: Generation,
        set: SetRef,
        look: Box<Look>,
    },
    /// All sets that were asked for have answered.
    CheckedAll {
        generation: Generation,
    },
    Listed {
        generation: Generation,
        news: ListingNews,
    },
    /// What the storage says of one object.
    Sampled {
        set: SetRef,
        key: String,
        sample: Box<Known<Sample>>,
    },
    /// What the work under way reports.
    WorkHappened(Vec<DrillEvent>),
    WorkEnded(Ended),
}

/// What a look at one set has found.
#[derive(Debug)]
pub struct Look {
    pub checkup: Checkup,
    /// The cluster has not answered yet: another look of the same question follows.
    pub is_partial: bool,
}

/// What arrives of a listing.
#[derive(Debug)]
pub enum ListingNews {
    /// Objects from before this are left out, where names tell when they were made.
    Began {
        since: Option<Timestamp>,
    },
    Page(Vec<Backup>),
    Complete,
    Failed(Failure),
}
