//! What the tab is told, and what it does about it.

use crate::app::App;
use crate::app::cell::Tone;
use crate::app::effect::Effect;
use crate::app::tab::Tab;

use super::message::{BackupsMessage, ListingNews};
use super::{Detail, Subject, words};

impl App {
    pub(in crate::app) fn backups_told(&mut self, message: BackupsMessage) -> Vec<Effect> {
        self.is_dirty = true;
        let now = self.now;
        match message {
            BackupsMessage::JournalRead { generation, pasts } => {
                if generation != self.backups.checks {
                    return Vec::new();
                }
                match pasts {
                    Ok(pasts) => {
                        self.drill.pasts = Some(pasts);
                        self.backups.judge_listing(self.drill.pasts(), now);
                    }
                    Err(failure) => self.say(Tone::Critical, failure.to_string()),
                }
            }
            BackupsMessage::Checked { generation, set, look } => {
                if generation != self.backups.checks {
                    return Vec::new();
                }
                let backups = &mut self.backups;
                if let Some(watched) = backups.sets.iter_mut().find(|known| known.is(&set)) {
                    watched.take(*look, now);
                }
                backups.arrange(now);
                if backups.listing.as_ref().is_some_and(|listing| listing.set == set) {
                    backups.judge_listing(self.drill.pasts(), now);
                }
                self.read_again();
            }
            BackupsMessage::CheckedAll { generation } => {
                if generation == self.backups.checks {
                    for set in &mut self.backups.sets {
                        set.is_loading = false;
                    }
                }
            }
            BackupsMessage::Sampled { set, key, sample } => {
                self.backups.samples.take(&set, key, *sample);
                self.read_again();
            }
            BackupsMessage::WorkHappened(events) => self.work_happened(&events),
            BackupsMessage::WorkEnded(ended) => return self.work_ended(ended),
            BackupsMessage::Listed { generation, news } => {
                if generation != self.backups.lists {
                    return Vec::new();
                }
                let is_complete = matches!(news, ListingNews::Complete);
                if let Some(listing) = &mut self.backups.listing {
                    listing.hear(news, now);
                }
                if is_complete {
                    self.backups.judge_listing(self.drill.pasts(), now);
                }
                let room = self.room();
                return self.backups.ask_for_samples(room);
            }
        }
        Vec::new()
    }

    /// What is due by time alone: another look at all sets.
    pub(in crate::app) fn backups_due(&mut self) -> Vec<Effect> {
        let (now, is_open) = (self.now, self.tab == Tab::Backups);
        match self.backups.next_look(is_open) {
            Some(at) if at <= now => self.backups.look(now),
            Some(_) | None => Vec::new(),
        }
    }

    /// The detail on the screen, as it reads now.
    pub(super) fn read_again(&mut self) {
        let Some(Detail { subject, .. }) = &self.backups.detail else { return };
        let text = words::detail(&self.backups, self.drill.pasts(), subject, self.now);
        if let (Some(text), Some(detail)) = (text, &mut self.backups.detail) {
            detail.view.replace(text.document);
        }
    }

    /// Opens the detail of a run or an object.
    pub(super) fn open_detail(&mut self, subject: Subject) {
        match words::detail(&self.backups, self.drill.pasts(), &subject, self.now) {
            Some(text) => {
                let view = Box::new(text.into_view());
                self.backups.detail = Some(Detail { subject, view });
            }
            None => self.say(Tone::Muted, "there is nothing to tell of it".to_owned()),
        }
    }
}
