//! Which commands reached a server: what an allow-list is checked against.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The names of all commands and of all aggregation stages that were ever asked for.
#[derive(Debug, Default)]
pub struct CommandLog {
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    commands: BTreeSet<String>,
    stages: BTreeSet<String>,
}

impl CommandLog {
    /// Command names as they were sent.
    pub fn commands(&self) -> BTreeSet<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).commands.clone()
    }

    /// Stages of `aggregate`: `$match`.
    pub fn stages(&self) -> BTreeSet<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).stages.clone()
    }

    pub(super) fn record<'a>(&self, command: &str, stages: impl Iterator<Item = &'a str>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.commands.contains(command) {
            seen.commands.insert(command.to_owned());
        }
        seen.stages.extend(stages.map(str::to_owned));
    }
}
