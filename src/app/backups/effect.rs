//! What the Backups tab asks of the outside, as data.

use crate::app::drill::effect::SetRef;
use crate::app::effect::{Effect, Generation};

use super::work::Order;

#[derive(Debug, Clone, PartialEq)]
pub enum BackupsEffect {
    /// Looks at these sets, side by side; each is told of as soon as it has answered.
    Check { generation: Generation, sets: Vec<SetRef> },
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
