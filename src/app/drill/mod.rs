//! The Drill tab: pick a backup, look before, watch it restored, read the result; and the drills of before.

mod act;
mod act_result;
pub mod card;
pub mod effect;
pub mod form;
mod guard;
mod hear;
pub mod history;
pub mod leftovers;
pub mod message;
pub mod result;
pub mod run;
pub mod shelf;
#[cfg(test)]
mod tests;
pub mod words;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::effect::{Effect, Generation};
use crate::app::focus::{DrillFocus, Focus};
use crate::app::text::TextView;
use crate::domain::backup::BackupKey;
use crate::domain::environment::{BackupSet, EnvironmentName, SetName};
use crate::domain::failure::Failure;
use crate::domain::settings::{Depth, Settings};
use crate::drill::past::{Due, Past};

use card::Card;
use effect::{DrillEffect, SetRef};
use form::Form;
use history::History;
use leftovers::LeftBehind;
use result::Shown;
use run::Run;
use shelf::Shelf;

/// A backup set that can be drilled, as far as the console needs to know.
#[derive(Debug, Clone)]
pub struct SetFacts {
    pub id: SetRef,
    pub production: bool,
    pub place: String,
    pub zone: TimeZone,
    pub has_source: bool,
}

/// What the configuration says about drills.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub every: Duration,
    pub window: Duration,
    pub hold: Duration,
    pub depth: Depth,
    /// Whether the journal is this machine's alone.
    pub is_local: bool,
}

/// The views that `v` goes through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DrillView {
    #[default]
    Drill,
    History,
}

/// How far one is with a drill.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Page {
    #[default]
    Form,
    Card,
    Run,
    Result,
}

/// A failure that can be rehearsed, and how the drill must end under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    pub name: &'static str,
    pub rehearses: &'static str,
    pub verdict: &'static str,
    pub is_on: bool,
}

/// The state of the tab.
#[derive(Debug)]
pub struct Drill {
    pub sets: Vec<SetFacts>,
    pub rules: Rules,
    pub view: DrillView,
    pub page: Page,
    pub form: Form,
    pub shelf: Shelf,
    /// Drills of before, oldest first; `None` until the journal was read.
    pub pasts: Option<Vec<Past>>,
    /// Why the journal, or some of it, could not be read.
    pub unread: Vec<String>,
    pub card: Option<Card>,
    /// The drill that runs, or the last one that did.
    pub run: Option<Run>,
    /// The result that is looked at.
    pub shown: Option<Shown>,
    pub history: History,
    /// A text over the page: a row's detail, an explanation, the log.
    pub text: Option<Box<TextView>>,
    /// Failures that can be rehearsed here: only in the embedded world.
    pub training: Vec<Training>,
    /// When the console ends, whatever the clean-up is at.
    pub leaving: Option<Timestamp>,
    /// What earlier drills have left, until there is room on the screen to tell it.
    left_behind: Option<LeftBehind>,
    /// An interrupted drill that is to be done again once its set has been listed.
    again: Option<(SetRef, BackupKey)>,
    looks: Generation,
    checks: Generation,
}

impl Drill {
    pub fn start(settings: &Settings) -> Self {
        let sets: Vec<SetFacts> =
            settings.sets().filter(|set| set.engine.is_some()).map(facts).collect();
        let first = sets.iter().position(|set| set.production).unwrap_or(0);
        let rules = Rules {
            every: settings.drill.every,
            window: settings.drill.window,
            hold: settings.drill.hold,
            depth: settings.drill.depth,
            is_local: settings.folders.journal_is_local,
        };
        Self {
            form: Form::new(first, rules.depth),
            sets,
            rules,
            view: DrillView::default(),
            page: Page::default(),
            shelf: Shelf::default(),
            pasts: None,
            unread: Vec::new(),
            card: None,
            run: None,
            shown: None,
            history: History::default(),
            text: None,
            training: Vec::new(),
            leaving: None,
            left_behind: None,
            again: None,
            looks: Generation::default(),
            checks: Generation::default(),
        }
    }

    /// The set that the form names; `None` where none can be drilled.
    pub fn set(&self) -> Option<&SetFacts> {
        self.sets.get(self.form.set)
    }

    /// The drill that has not ended yet.
    pub fn live(&self) -> Option<&Run> {
        self.run.as_ref().filter(|run| run.ended.is_none())
    }

    /// The sandbox that is kept for a closer look, of the result on the screen.
    pub fn is_held(&self) -> bool {
        self.live().is_some_and(Run::is_holding)
    }

    pub fn pasts(&self) -> &[Past] {
        self.pasts.as_deref().unwrap_or_default()
    }

    pub fn focus(&self) -> Focus {
        if self.text.is_some() {
            return Focus::Text;
        }
        Focus::Drill(match (self.view, self.page) {
            (DrillView::History, _) => DrillFocus::History,
            (DrillView::Drill, Page::Form) => DrillFocus::Form,
            (DrillView::Drill, Page::Card) => DrillFocus::Card,
            (DrillView::Drill, Page::Run) => DrillFocus::Run,
            (DrillView::Drill, Page::Result) => {
                let is_live = self.shown.as_ref().is_some_and(|shown| shown.is_live);
                if is_live && self.is_held() { DrillFocus::Hold } else { DrillFocus::Result }
            }
        })
    }

    /// Asks what there is of the chosen set, and what was drilled before.
    pub fn look(&mut self) -> Vec<Effect> {
        let Some(set) = self.set().map(|set| set.id.clone()) else { return Vec::new() };
        let generation = self.looks.advance();
        self.shelf.begin(&set);
        vec![DrillEffect::Look { generation, set }.into()]
    }

    /// Looks for what the last drill could not remove.
    fn look_for_leftovers(&self) -> Vec<Effect> {
        let ended = self.run.as_ref().and_then(|run| run.ended.as_ref());
        let has_left = ended.is_some_and(|it| it.cleanup.failure.is_some());
        if has_left { vec![DrillEffect::FindLeftovers.into()] } else { Vec::new() }
    }

    /// The same, unless it has been asked before.
    pub fn look_once(&mut self) -> Vec<Effect> {
        if self.looks == Generation::default() { self.look() } else { Vec::new() }
    }

    /// When something on the screen changes by time alone: a step's time, a countdown.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        const SOON: Duration = Duration::from_millis(500);
        let moves = self.live().is_some()
            || self.card.as_ref().is_some_and(|card| self.page == Page::Card && !card.waits());
        moves.then(|| now.saturating_add(SOON).ok()).flatten()
    }

    /// When each environment is to be drilled next, in the order of the configuration.
    pub fn due(&self) -> Vec<(&EnvironmentName, bool, Due)> {
        let mut seen: Vec<(&EnvironmentName, bool, Due)> = Vec::new();
        for set in &self.sets {
            let name = &set.id.environment;
            if !seen.iter().any(|(known, ..)| *known == name) {
                seen.push((name, set.production, Due::of(self.pasts(), name, self.rules.every)));
            }
        }
        seen
    }

    /// A failure of the journal or the listing, for the page that would show what is missing.
    pub const fn listing_failure(&self) -> Option<&Failure> {
        self.shelf.failure.as_ref()
    }
}

fn facts(set: &BackupSet) -> SetFacts {
    let id = SetRef { environment: set.environment.clone(), name: SetName(set.name.0.clone()) };
    SetFacts {
        id,
        production: set.production,
        place: format!("s3://{}/{}", set.bucket, set.prefix),
        zone: set.time_zone.clone(),
        has_source: set.source.is_some(),
    }
}
