//! What the tasks of all tabs need: the settings, the clock, the journal, and whom to tell.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::app::drill::effect::SetRef;
use crate::app::message::Message;
use crate::domain::environment::BackupSet;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::Settings;
use crate::drill::past::{Past, Told};
use crate::journal::{Entry, Journal, Reading, Source};
use crate::runtime::clock::Clock;

#[derive(Clone)]
pub(super) struct Office {
    pub(super) settings: Arc<Settings>,
    pub(super) clock: Clock,
    pub(super) messages: mpsc::Sender<Message>,
}

impl Office {
    pub(super) fn set(&self, set: &SetRef) -> Result<&BackupSet, Failure> {
        let is_it =
            |known: &&BackupSet| known.environment == set.environment && known.name == set.name;
        let unknown = || {
            let what = format!("{} is not configured", set.path());
            Failure::new(FailureKind::Missing, what)
        };
        self.settings.sets().find(is_it).ok_or_else(unknown)
    }

    pub(super) async fn reading(&self) -> Result<Reading, Failure> {
        let journal = Journal::at(&self.settings.folders.journal);
        spawn_blocking(move || journal.read()).await.unwrap_or_else(|stopped| {
            let what = format!("reading the journal: {stopped}");
            Err(Failure::new(FailureKind::Unexpected, what))
        })
    }
}

/// The journal, as the console knows drills of before.
pub(super) fn pasts(reading: Reading) -> Vec<Past> {
    reading.entries.into_iter().map(past).collect()
}

fn past(entry: Entry) -> Past {
    let (at, environment) = (entry.date(), entry.environment().clone());
    let told = match entry.source {
        Source::Drilled(record) => Told::Drilled(Arc::new(*record)),
        Source::Imported(row) => Told::Imported {
            is_test: row.came_to_a_verdict(),
            backup: row.backup,
            result: row.result,
            note: row.note,
        },
    };
    let notes = entry.notes.into_iter().map(|note| (note.actor, note.text)).collect();
    Past { id: entry.id, at, environment, told, cleanup: entry.cleanup, notes }
}
