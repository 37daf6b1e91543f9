//! What the Drill tab asks of the outside, as data.

use std::time::Duration;

use crate::app::effect::{Effect, Generation};
use crate::domain::backup::Backup;
use crate::domain::environment::{EnvironmentName, SetName};
use crate::domain::settings::Depth;
use crate::drill::event::Held;
use crate::drill::plan::{DrillId, Selection, ToolChoice};
use crate::drill::record::BrokenOff;

/// A backup set by its names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SetRef {
    pub environment: EnvironmentName,
    pub name: SetName,
}

impl SetRef {
    /// `prod/ingest`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.environment, self.name)
    }
}

/// A drill as it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub set: SetRef,
    pub object: Backup,
    pub selection: Selection,
    pub depth: Depth,
    pub tool: ToolChoice,
}

#[derive(Debug, Clone, PartialEq)]
pub enum DrillEffect {
    /// Lists a set's backups and reads the journal.
    Look {
        generation: Generation,
        set: SetRef,
    },
    /// Draws a seed that nobody chose.
    DrawSeed,
    /// Looks at everything that a drill needs, and changes nothing.
    Check {
        generation: Generation,
        order: Order,
    },
    Start(Order),
    /// Ends the step under way; the record is written and the clean-up follows.
    Cancel,
    /// Ends the hold.
    Release,
    Extend(Duration),
    /// Gives the terminal to a shell in the restored copy.
    OpenShell(Held),
    /// Adds a note to a drill's record.
    Note {
        id: DrillId,
        text: String,
    },
    /// Looks for what earlier drills have left.
    FindLeftovers,
    /// Removes it.
    Sweep(BrokenOff),
    /// Makes a failure happen from now on; none: all is well again.
    Train(Option<&'static str>),
}

impl From<DrillEffect> for Effect {
    fn from(effect: DrillEffect) -> Self {
        Self::Drill(Box::new(effect))
    }
}
