//! What the storage says of single objects, asked for as they come into sight.

use std::collections::HashMap;

use crate::app::drill::effect::SetRef;
use crate::app::effect::Effect;
use crate::domain::backup::Backup;
use crate::domain::bucket::Sample;
use crate::domain::known::Known;

use super::effect::BackupsEffect;
use super::set::Watched;
use super::{Backups, Page, SetView};

/// So many answers are kept.
const KEPT: usize = 5_000;

#[derive(Debug, Default)]
pub struct Samples {
    set: Option<SetRef>,
    by_key: HashMap<String, Known<Sample>>,
    /// What was asked for last.
    wanted: Vec<String>,
}

impl Samples {
    pub fn get(&self, set: &SetRef, key: &str) -> Option<&Known<Sample>> {
        self.by_key.get(key).filter(|_| self.set.as_ref() == Some(set))
    }

    pub(super) fn take(&mut self, set: &SetRef, key: String, sample: Known<Sample>) {
        if self.set.as_ref() == Some(set) {
            self.by_key.insert(key, sample);
        }
    }

    /// Asks for what is not known, unless that has just been asked for.
    fn ask(&mut self, set: SetRef, mut backups: Vec<Backup>) -> Vec<Effect> {
        if self.set.as_ref() != Some(&set) || self.by_key.len() > KEPT {
            *self = Self { set: Some(set.clone()), ..Self::default() };
        }
        backups.retain(|backup| !self.by_key.contains_key(&backup.key.0));
        let wanted: Vec<String> = backups.iter().map(|backup| backup.key.0.clone()).collect();
        if wanted.is_empty() || wanted == self.wanted {
            return Vec::new();
        }
        self.wanted = wanted;
        vec![BackupsEffect::Sample { set, backups }.into()]
    }

    /// Everything is asked for anew, when it comes into sight.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Backups {
    /// Asks about the objects in sight: those of the list, else the one that is read whole.
    pub(super) fn ask_for_samples(&mut self, room: usize) -> Vec<Effect> {
        let Some(id) = self.selected().map(Watched::id) else { return Vec::new() };
        let listing = self.listing.as_ref().filter(|listing| listing.set == id);
        let backups: Vec<Backup> = match (&self.detail, self.page, listing) {
            (Some(_), ..) => self.object().map(|(_, backup)| backup).into_iter().collect(),
            (None, Page::Set(SetView::List), Some(listing)) => {
                let first = listing.place().saturating_sub(room);
                let rows = (first..=listing.place() + room).filter_map(|at| listing.row(at));
                rows.map(|(backup, _)| backup).collect()
            }
            (None, ..) => return Vec::new(),
        };
        self.samples.ask(id, backups)
    }
}
