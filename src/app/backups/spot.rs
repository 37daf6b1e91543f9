//! Where one is in the tab: a value, so that history can go back to it.

use jiff::Timestamp;

use crate::app::App;
use crate::app::drill::effect::SetRef;
use crate::app::effect::Effect;

use super::set::Watched;
use super::{Backups, Page, Subject};

/// A place in the tab.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    page: Page,
    /// `None` where all sets are shown.
    set: Option<SetRef>,
    /// What is read whole over the page.
    subject: Option<Subject>,
}

impl Backups {
    pub fn spot(&self) -> Spot {
        let set = match self.page {
            Page::Sets => None,
            Page::Set(_) => self.selected().map(Watched::id),
        };
        let subject = self.detail.as_ref().map(|detail| detail.subject.clone());
        Spot { page: self.page, set, subject }
    }

    /// Puts the cursor on a set; what would hide it gives way.
    fn select_set(&mut self, id: &SetRef, now: Timestamp) {
        let Some(at) = self.sets.iter().position(|set| set.is(id)) else { return };
        if self.table.selected() == Some(at) {
            return;
        }
        self.slot = None;
        if !self.table.go(at) {
            self.table.show_all();
            self.arrange(now);
            self.table.go(at);
        }
    }
}

impl App {
    pub(in crate::app) fn go_in_backups(&mut self, spot: Spot) -> Vec<Effect> {
        let Spot { page, set, subject } = spot;
        (self.backups.text, self.backups.detail) = (None, None);
        if let Some(set) = &set {
            self.backups.select_set(set, self.now);
        }
        let effects = match page {
            Page::Sets => {
                self.backups.page = page;
                Vec::new()
            }
            Page::Set(view) => self.open_set(view),
        };
        match subject {
            Some(Subject::Slot(at)) => {
                self.backups.slot = Some(at);
                self.open_detail(Subject::Slot(at));
            }
            Some(subject @ Subject::Object(_)) => self.open_detail(subject),
            None => {}
        }
        effects
    }
}
