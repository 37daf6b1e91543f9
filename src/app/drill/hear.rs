//! What the tab is told, and what it does about it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::App;
use crate::app::cell::Tone;
use crate::app::effect::Effect;
use crate::app::overlay::Overlay;
use crate::app::tab::Tab;
use crate::domain::failure::Failure;
use crate::domain::units::plural;
use crate::domain::verdict::Verdict;
use crate::drill::event::DrillEvent;

use super::effect::{DrillEffect, SetRef};
use super::form::PickBy;
use super::leftovers::LeftBehind;
use super::message::{DrillMessage, Ended, Look};
use super::result::Shown;
use super::run::Run;
use super::{Drill, DrillView, Page};

impl App {
    pub(in crate::app) fn drill_told(&mut self, message: DrillMessage) -> Vec<Effect> {
        self.is_dirty = true;
        let now = self.now;
        match message {
            DrillMessage::Looked { generation, look } => {
                self.drill.looked(generation, *look, now);
                self.choose_handed();
                return self.drill_again();
            }
            DrillMessage::SeedDrawn(seed) => self.drill.shelf.roll(seed, now),
            DrillMessage::Checked { generation, checked } => {
                if generation == self.drill.checks
                    && let Some(card) = &mut self.drill.card
                {
                    card.checked.insert(checked.check, checked);
                }
            }
            DrillMessage::CheckedAll { generation } => {
                if generation == self.drill.checks
                    && let Some(card) = &mut self.drill.card
                {
                    card.complete(now);
                }
            }
            DrillMessage::Began(began) => {
                self.drill.card = None;
                self.drill.run = Some(Run::new(*began));
                self.drill.page = Page::Run;
            }
            DrillMessage::Refused(failure) => self.drill_refused(&failure),
            DrillMessage::Happened(events) => return self.drill_happened(events),
            DrillMessage::Ended(ended) => return self.drill_ended(*ended),
            DrillMessage::LeftoversFound(left) => self.found_left_behind(left),
            DrillMessage::Swept { removed, failures } => return self.swept(&removed, &failures),
            DrillMessage::Noted { result, .. } => match result {
                Ok(text) => self.say(Tone::Fine, text),
                Err(failure) => self.say(Tone::Critical, failure.to_string()),
            },
        }
        Vec::new()
    }

    /// The backup that was handed over, whose set has now been listed.
    fn choose_handed(&mut self) {
        let stock = &self.drill.shelf;
        let is_listed = |set: &SetRef| stock.set.as_ref() == Some(set) && !stock.is_loading;
        let Some((_, key)) = self.drill.handed.take_if(|(set, _)| is_listed(set)) else { return };
        match stock.backups.iter().position(|backup| backup.key == key) {
            Some(at) => self.drill.form.by = PickBy::Chosen(at),
            None if stock.failure.is_some() => {}
            None => {
                let text =
                    format!("{key} is not among those that can be drilled: see `[drill] window`");
                self.say(Tone::Warning, text);
            }
        }
    }

    /// The interrupted drill whose set has now been listed.
    fn drill_again(&mut self) -> Vec<Effect> {
        let Some((set, key)) = self.drill.again.take() else { return Vec::new() };
        if self.drill.shelf.set.as_ref() != Some(&set) || self.drill.shelf.is_loading {
            self.drill.again = Some((set, key));
            return Vec::new();
        }
        let at = self.drill.shelf.backups.iter().position(|backup| backup.key == key);
        let Some(at) = at else {
            self.say(Tone::Warning, format!("{key} is not there any more"));
            return Vec::new();
        };
        self.drill.form.by = PickBy::Chosen(at);
        let drill = &self.drill;
        match drill.set().and_then(|set| drill.form.order(set, &drill.shelf)) {
            Some(order) => self.check_order(order),
            None => Vec::new(),
        }
    }

    fn drill_refused(&mut self, failure: &Failure) {
        if let Some(card) = &mut self.drill.card {
            card.is_starting = false;
        }
        self.say(Tone::Critical, failure.to_string());
    }

    fn drill_happened(&mut self, events: Vec<DrillEvent>) -> Vec<Effect> {
        let Some(run) = &mut self.drill.run else { return Vec::new() };
        let (was_known, was_kept) = (run.record.is_some(), run.is_recorded());
        for event in events {
            run.apply(event);
        }
        let is_news = !was_kept && run.is_recorded();
        let set = run.order.set.clone();
        if let (false, Some(record)) = (was_known, run.record.clone()) {
            let verdict = record.verdict;
            let text = format!("{} {}", record.object.name(), record.sentence());
            let is_seen = self.drill.page == Page::Run;
            // What a key was answered before has been overtaken.
            self.flash.take_if(|flash| flash.tone == Tone::Muted);
            self.drill.shown = Some(Shown::of(record, None, true));
            if is_seen {
                self.drill.page = Page::Result;
            }
            if self.tab != Tab::Drill {
                self.say(tone_of(verdict), format!("drill {verdict}: {text}; F4 shows it"));
            }
        }
        // When something was proven last is told from the journal, in every tab.
        if is_news { self.backups.look_at(&set) } else { Vec::new() }
    }

    fn drill_ended(&mut self, ended: Ended) -> Vec<Effect> {
        // What was under way has come to its end.
        self.flash.take_if(|flash| flash.tone == Tone::Busy);
        let failures = [&ended.unrecorded, &ended.untold, &ended.cleanup.failure];
        let told = failures.into_iter().flatten().next().map(ToString::to_string);
        if let Some(shown) = self.drill.shown.as_mut().filter(|shown| shown.is_live) {
            shown.cleanup = Some(ended.cleanup.clone());
        }
        if let Some(run) = &mut self.drill.run {
            run.ended = Some(ended);
        }
        if let Some(told) = told {
            self.say(Tone::Critical, told);
        }
        if self.drill.leaving.is_some() {
            self.quitting = true;
            return vec![self.remember()];
        }
        // The next drill is another draw.
        self.drill.shelf.rolled = None;
        self.drill.look()
    }

    fn swept(&mut self, removed: &[String], failures: &[Failure]) -> Vec<Effect> {
        if let Some(Overlay::Leftovers { .. }) = &self.overlay {
            self.overlay = None;
        }
        let mut effects = if self.drill.pasts.is_some() { self.drill.look() } else { Vec::new() };
        if let Some(failure) = failures.first() {
            self.say(Tone::Critical, format!("not all is removed: {failure}"));
            // What stayed is offered again.
            effects.push(DrillEffect::FindLeftovers.into());
        } else {
            let things = plural(removed.len() as u64, "thing");
            self.say(Tone::Fine, format!("{things} of earlier drills removed, nothing is left"));
        }
        effects
    }

    fn found_left_behind(&mut self, left: LeftBehind) {
        match &left.unknown {
            Some(failure) if left.found.is_empty() => {
                self.say(Tone::Warning, format!("what earlier drills have left: {failure}"));
            }
            _ => self.drill.left_behind = Some(left).filter(|left| !left.found.is_empty()),
        }
    }

    /// Tells what earlier drills have left as soon as nothing else lies over the screen.
    pub(in crate::app) fn offer_leftovers(&mut self) {
        if self.overlay.is_none()
            && let Some(left) = self.drill.left_behind.take()
        {
            self.overlay = Some(Overlay::Leftovers { at: 0, left, is_removing: false });
            self.is_dirty = true;
        }
    }

    /// What is due by time alone: a card that starts by itself, an end that waits no longer.
    pub(in crate::app) fn drill_due(&mut self) -> Vec<Effect> {
        let now = self.now;
        if self.drill.leaving.is_some_and(|until| until <= now) {
            self.quitting = true;
            return vec![self.remember()];
        }
        let is_due = |at: Timestamp| at <= now;
        match &mut self.drill.card {
            Some(card) if card.starts.is_some_and(is_due) && !card.is_starting => {
                (card.starts, card.is_starting) = (None, true);
                vec![DrillEffect::Start(card.order.clone()).into()]
            }
            _ => Vec::new(),
        }
    }
}

impl Drill {
    fn looked(&mut self, generation: crate::app::effect::Generation, look: Look, now: Timestamp) {
        if generation != self.looks {
            return;
        }
        self.unread = look.unread;
        match look.pasts {
            Ok(pasts) => self.pasts = Some(pasts),
            // What was read before stays.
            Err(failure) => self.unread.insert(0, failure.to_string()),
        }
        self.shelf.fill(look.pool, look.seed, now);
        if let Some(set) = self.sets.get(self.form.set) {
            self.shelf.mark(&set.backups, self.pasts.as_deref().unwrap_or_default(), now);
        }
        if let Some(shown) = &mut self.shown
            && let Some(past) =
                self.pasts.iter().flatten().find(|past| past.id == shown.record.id.0)
        {
            shown.notes.clone_from(&past.notes);
        }
    }

    /// Shows the result of an earlier drill.
    pub fn open_past(&mut self) -> Option<Arc<crate::drill::record::Record>> {
        let shown = Shown::of_past(self.history.selected(self.pasts())?)?;
        let record = Arc::clone(&shown.record);
        self.shown = Some(shown);
        (self.view, self.page) = (DrillView::Drill, Page::Result);
        Some(record)
    }
}

const fn tone_of(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Pass => Tone::Fine,
        Verdict::Warn | Verdict::CouldNotVerify => Tone::Warning,
        Verdict::Fail => Tone::Critical,
    }
}
