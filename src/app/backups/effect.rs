//! What the Backups tab asks of the outside, as data.

use crate::app::drill::effect::SetRef;
use crate::app::effect::{Effect, Generation};
use crate::domain::backup::Backup;

use super::work::Order;

#[derive(Debug, Clone, PartialEq)]
pub enum BackupsEffect {
    /// Looks at these sets, side by side; each is told of as soon as it has answered.
    Check { generation: Generation, sets: Vec<SetRef> },
    /// Asks the storage about single objects: when they expire, how they are locked.
    Sample { set: SetRef, backups: Vec<Backup> },
    /// Reads an object, or writes it to disk.
    Work(Order),
    /// Ends the work under way.
    CancelWork,
    /// Lists the objects of a set, page by page.
    List { generation: Generation, set: SetRef },
}

impl From<BackupsEffect> for Effect {
    fn from(effect: BackupsEffect) -> Self {
        Self::Backups(Box::new(effect))
    }
}
