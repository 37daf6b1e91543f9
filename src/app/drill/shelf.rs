//! The backups of the chosen set: what can be picked, what was tested, what the dice show.

use jiff::Timestamp;

use crate::domain::backup::Backup;
use crate::domain::failure::Failure;
use crate::drill::dice::{Candidate, Pick, Pool};
use crate::drill::past::{Cell, Past, calendar};

use super::SetFacts;
use super::effect::SetRef;

#[derive(Debug, Default)]
pub struct Shelf {
    /// Whose backups they are; `None` before anything was asked.
    pub set: Option<SetRef>,
    pub is_loading: bool,
    /// Why nobody knows which backups there are.
    pub failure: Option<Failure>,
    pub pool: Pool,
    /// Oldest first.
    pub backups: Vec<Backup>,
    pub cells: Vec<Cell>,
    pub seed: u64,
    /// What the dice show.
    pub rolled: Option<(Candidate, Pick)>,
}

impl Shelf {
    /// Another look begins; what is known of the same set stays meanwhile.
    pub fn begin(&mut self, set: &SetRef) {
        if self.set.as_ref() != Some(set) {
            *self = Self { set: Some(set.clone()), ..Self::default() };
        }
        self.is_loading = true;
    }

    /// A look has come to something. Whoever looks again does not roll again.
    pub fn fill(&mut self, pool: Result<Pool, Failure>, seed: u64, now: Timestamp) {
        self.is_loading = false;
        match pool {
            Ok(pool) => {
                self.failure = None;
                self.backups = pool.candidates.iter().map(|it| it.backup.clone()).collect();
                self.backups.sort_by_key(|backup| backup.began.at);
                self.pool = pool;
                let seed = if self.rolled.is_some() { self.seed } else { seed };
                self.roll(seed, now);
            }
            Err(failure) => self.failure = Some(failure),
        }
    }

    pub fn roll(&mut self, seed: u64, now: Timestamp) {
        self.seed = seed;
        self.rolled = self.pool.roll(seed, now);
    }

    /// The calendar follows what was drilled.
    pub fn mark(&mut self, set: &SetFacts, pasts: &[Past]) {
        self.cells = calendar(&self.backups, pasts, &set.id.environment, &set.zone);
    }
}
