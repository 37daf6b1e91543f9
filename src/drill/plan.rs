//! What one drill will do, decided before anything is downloaded.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::domain::backup::Backup;
use crate::domain::engine::Engine;
use crate::domain::environment::BackupSet;
use crate::domain::settings::{Access, Depth, ImageChoice};
use crate::domain::units::ByteSize;

use super::dice::Pick;
use super::event::Step;

/// A drill's name: it is in its container's, volumes', record's and files' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DrillId(pub Ulid);

impl DrillId {
    /// Lower case, as container names want it.
    pub fn label(self) -> String {
        self.0.to_string().to_lowercase()
    }

    /// The last six characters, for the eye.
    pub fn short(self) -> String {
        let label = self.label();
        label.get(label.len().saturating_sub(6)..).unwrap_or_default().to_owned()
    }
}

impl fmt::Display for DrillId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0.to_string())
    }
}

impl FromStr for DrillId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ulid = Ulid::from_string(&text.to_uppercase());
        ulid.map(Self).map_err(|_| format!("`{text}` is not the id of a drill"))
    }
}

/// Who or what began a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    Headless,
    Wizard,
}

/// Which tool restores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ToolChoice {
    /// mongorestore where the image has it, else the built-in restorer.
    #[default]
    Auto,
    Mongorestore,
    Builtin,
}

/// How the object was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by")]
pub enum Selection {
    Random(Pick),
    Latest,
    Named,
}

/// Everything that a drill needs to know.
#[derive(Debug, Clone)]
pub struct DrillPlan {
    pub id: DrillId,
    pub started: Timestamp,
    pub trigger: Trigger,
    /// `user@host`.
    pub actor: String,
    pub set: BackupSet,
    /// Whose recipe is followed.
    pub engine: Engine,
    pub object: Backup,
    /// How a command line reaches the object.
    pub access: Access,
    pub selection: Selection,
    pub depth: Depth,
    pub tool: ToolChoice,
    pub image: ImageChoice,
    pub mirror: String,
    pub memory: ByteSize,
    /// The sandbox's own timeout.
    pub limit: Duration,
    /// How long the sandbox stays after the result.
    pub hold: Duration,
    pub clock_margin: Duration,
    pub keep_download: bool,
    /// Whether an earlier record of this set had a `prelude.json`.
    pub earlier_prelude: bool,
}

impl DrillPlan {
    /// The steps that this drill does not come to.
    pub fn hidden_steps(&self) -> Vec<Step> {
        let mut hidden = Vec::new();
        if self.hold.is_zero() {
            hidden.push(Step::Hold);
        }
        if self.depth < Depth::Restore {
            hidden.extend([Step::StartSandbox, Step::Restore, Step::Count]);
            hidden.push(Step::Hold);
        }
        if self.depth < Depth::Compare {
            hidden.push(Step::Compare);
        }
        hidden
    }
}
