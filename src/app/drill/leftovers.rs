//! What earlier drills have left behind, found at the start.

use crate::domain::backup::BackupKey;
use crate::domain::failure::Failure;
use crate::drill::plan::DrillId;

use super::effect::SetRef;

/// What a look has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftBehind {
    pub found: Vec<Leftover>,
    /// What nobody could tell meanwhile.
    pub unknown: Option<Failure>,
}

/// What one earlier drill has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Its names on the engine, or what is known of it otherwise.
    pub names: Vec<String>,
    /// How it came to be left: `interrupted at restore`.
    pub why: String,
    /// The drill that was interrupted, where its run file tells.
    pub run: Option<Interrupted>,
}

/// A drill whose process is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    pub id: DrillId,
    pub set: SetRef,
    pub key: BackupKey,
}
