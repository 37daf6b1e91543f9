//! The commands that need no console: each prints what it found and ends with a code.

pub mod buckets;
pub mod check;
pub mod configure;
pub mod drill;
mod dump_table;
#[cfg(test)]
mod fixture;
pub mod glance;
pub mod history;
pub mod paint;
pub mod scan;
pub mod side_by_side;
pub mod steps;
pub mod sweep;

use crate::domain::failure::Failure;
use crate::domain::settings::Settings;
use crate::journal::{Journal, Reading};

use super::clock::Clock;
use super::exit::Exit;
use super::training::Trainer;
use paint::{Paper, Tone, complain};

/// What every command works with.
#[derive(Debug)]
pub struct Session {
    pub settings: Settings,
    pub clock: Clock,
    pub paper: Paper,
    /// Standard output holds JSON and nothing else.
    pub json: bool,
    /// The seed of a random pick where none is given; `None` rolls a new one each time.
    pub seed: Option<u64>,
    /// What a user types to get here again; `None` where nothing is left to get back to.
    pub program: Option<&'static str>,
    /// What can be rehearsed here.
    pub trainer: Option<Trainer>,
}

impl Session {
    pub fn journal(&self) -> Journal {
        Journal::at(&self.settings.folders.journal)
    }

    /// The journal's records. What cannot be read is told; it never just is not there.
    fn read_journal(&self) -> Result<Reading, Exit> {
        let reading = self.journal().read().map_err(|failure| self.fail(&failure))?;
        for problem in &reading.problems {
            let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
            let file = problem.file.display();
            self.warn(&format!("not read: {file}{line}: {}", problem.what));
        }
        Ok(reading)
    }

    /// Says what failed, and ends with "could not verify".
    fn fail(&self, failure: &Failure) -> Exit {
        self.error(&failure.what);
        if let Some(advice) = &failure.advice {
            complain(&format!("       {}", self.paper.ink(Tone::Plain, advice)));
        }
        Exit::Unverified
    }

    /// Says what is wrong with the command line, and ends so.
    fn usage(&self, text: &str) -> Exit {
        usage(text, self.paper)
    }

    fn error(&self, text: &str) {
        error(text, self.paper);
    }

    fn warn(&self, text: &str) {
        complain(&format!(
            "{} {}",
            self.paper.ink(Tone::Odd, "note:"),
            self.paper.ink(Tone::Plain, text)
        ));
    }
}

/// Says what is wrong with the command line, and ends so.
pub fn usage(text: &str, paper: Paper) -> Exit {
    error(text, paper);
    Exit::Usage
}

fn error(text: &str, paper: Paper) {
    complain(&format!("{} {}", paper.ink(Tone::Bad, "error:"), paper.ink(Tone::Plain, text)));
}

/// Whether `id` begins or ends with `wanted`: lists show the end, ids sort by their beginning.
fn is_called(id: &str, wanted: &str) -> bool {
    !wanted.is_empty() && (id.starts_with(wanted) || id.ends_with(wanted))
}
