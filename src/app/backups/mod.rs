//! The Backups tab: is every backup there that should be, is it whole, does the old stuff go, and when
//! was one last proven? All sets in one table, and inside each its runs, its objects, its sizes.

mod act;
mod act_jobs;
mod act_list;
mod act_sets;
pub mod effect;
mod hear;
mod job_log;
pub mod listing;
pub mod message;
pub mod objects;
pub mod samples;
pub mod set;
mod sought;
mod spot;
pub mod table;
#[cfg(test)]
mod tests;
pub mod words;
pub mod work;

use std::time::Duration;

use jiff::Timestamp;

use crate::app::drill::effect::SetRef;
use crate::app::effect::{Effect, Generation};
use crate::app::filter::Filtering;
use crate::app::focus::{BackupsFocus, Focus};
use crate::app::text::TextView;
use crate::domain::backup::Backup;
use crate::domain::environment::{BackupSet, EnvironmentName, SetKind};
use crate::domain::settings::{Settings, Storage};
use crate::domain::slot::Slot;
use crate::drill::past::Past;

use effect::BackupsEffect;
use listing::Listing;
use samples::Samples;
use set::Watched;
use table::SetTable;
use work::Works;

pub use spot::Spot;

/// While the tab is open its sets are looked at again after so long, and elsewhere after that.
const PACE: Duration = Duration::from_mins(5);
const ELSEWHERE: Duration = Duration::from_mins(30);
/// Between two looks that are due by themselves.
const LEAST: Duration = Duration::from_secs(20);

/// The page that is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Page {
    /// All sets.
    #[default]
    Sets,
    /// One set, in one of its views.
    Set(SetView),
}

/// The views of a set that `v` goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetView {
    Calendar,
    List,
    Sizes,
}

impl SetView {
    pub const fn title(self) -> &'static str {
        match self {
            Self::Calendar => "calendar",
            Self::List => "objects",
            Self::Sizes => "sizes",
        }
    }

    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Calendar => Self::List,
            Self::List => Self::Sizes,
            Self::Sizes => Self::Calendar,
        }
    }
}

/// What the detail is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// The expected run of this time.
    Slot(Timestamp),
    Object(Backup),
}

/// One run or object, read whole.
#[derive(Debug)]
pub struct Detail {
    pub subject: Subject,
    pub view: Box<TextView>,
}

/// The state of the tab.
#[derive(Debug)]
pub struct Backups {
    /// As the configuration has them.
    pub sets: Vec<Watched>,
    pub page: Page,
    pub table: SetTable,
    /// The run that the cursor of the calendar is on; `None` for the newest.
    pub slot: Option<Timestamp>,
    pub listing: Option<Listing>,
    pub works: Works,
    pub samples: Samples,
    pub detail: Option<Detail>,
    /// A text over the page: an explanation, the raw answer.
    pub text: Option<Box<TextView>>,
    /// When the sets were asked for last.
    asked: Option<Timestamp>,
    checks: Generation,
    lists: Generation,
}

impl Backups {
    pub fn start(settings: &Settings, now: Timestamp) -> Self {
        let watched = |set: &BackupSet| {
            let access = settings.storage(&set.storage).map(Storage::access);
            Watched::new(set.clone(), access.unwrap_or_default())
        };
        let mut backups = Self {
            sets: settings.sets().map(watched).collect(),
            page: Page::default(),
            table: SetTable::default(),
            slot: None,
            listing: None,
            works: Works::default(),
            samples: Samples::default(),
            detail: None,
            text: None,
            asked: None,
            checks: Generation::default(),
            lists: Generation::default(),
        };
        backups.arrange(now);
        backups
    }

    /// Filters and sorts the sets anew.
    pub(super) fn arrange(&mut self, now: Timestamp) {
        self.table.arrange(&self.sets, now);
    }

    /// Lays what is known of the sets and their drills beside the objects that are listed.
    fn judge_listing(&mut self, pasts: &[Past], now: Timestamp) {
        let Some(listing) = &mut self.listing else { return };
        if let Some(watched) = self.sets.iter().find(|set| set.is(&listing.set)) {
            listing.judge(watched, pasts, now);
        }
    }

    /// What the table on the screen is filtered by; `None` where there is no table.
    pub fn filtering(&self) -> Option<&Filtering> {
        match self.page {
            Page::Sets => Some(&self.table.filtering),
            Page::Set(SetView::List) => Some(&self.listing.as_ref()?.filtering),
            Page::Set(SetView::Calendar | SetView::Sizes) => None,
        }
    }

    pub fn focus(&self) -> Focus {
        if self.text.is_some() {
            return Focus::Text;
        }
        Focus::Backups(match (&self.detail, self.page) {
            (Some(_), _) => BackupsFocus::Detail,
            (None, Page::Sets) => BackupsFocus::Sets,
            (None, Page::Set(SetView::Calendar)) => BackupsFocus::Calendar,
            (None, Page::Set(SetView::List)) => BackupsFocus::List,
            (None, Page::Set(SetView::Sizes)) => BackupsFocus::Sizes,
        })
    }

    /// The set under the cursor.
    pub fn selected(&self) -> Option<&Watched> {
        self.sets.get(self.table.selected()?)
    }

    /// The run under the cursor of the calendar.
    pub fn selected_slot(&self) -> Option<&Slot> {
        let slots = self.selected()?.slots();
        let at = self.slot.and_then(|wanted| slots.iter().find(|slot| slot.at == wanted));
        at.or(slots.last())
    }

    /// The object that keys are about, and whose it is.
    pub fn object(&self) -> Option<(SetRef, Backup)> {
        let set = self.selected()?.id();
        let backup = match (&self.detail, self.page) {
            (Some(Detail { subject: Subject::Object(backup), .. }), _) => Some(backup.clone()),
            (Some(Detail { subject: Subject::Slot(at), .. }), _) => {
                let slots = self.selected()?.slots();
                slots.iter().find(|slot| slot.at == *at)?.backup.clone()
            }
            (None, Page::Set(SetView::Calendar | SetView::Sizes)) => {
                self.selected_slot()?.backup.clone()
            }
            (None, Page::Set(SetView::List)) => self.listing.as_ref()?.selected(),
            (None, Page::Sets) => None,
        };
        Some((set, backup?))
    }

    /// Looks at all sets anew.
    pub fn look(&mut self, now: Timestamp) -> Vec<Effect> {
        for set in &mut self.sets {
            set.is_loading = true;
        }
        self.asked = Some(now);
        self.ask()
    }

    /// Looks at one set anew; whatever else is asked for is asked for again.
    pub fn look_at(&mut self, id: &SetRef) -> Vec<Effect> {
        if let Some(set) = self.sets.iter_mut().find(|set| set.is(id)) {
            set.is_loading = true;
        }
        self.ask()
    }

    fn ask(&mut self) -> Vec<Effect> {
        let sets: Vec<SetRef> =
            self.sets.iter().filter(|set| set.is_loading).map(Watched::id).collect();
        if sets.is_empty() {
            return Vec::new();
        }
        let generation = self.checks.advance();
        vec![BackupsEffect::Check { generation, sets }.into()]
    }

    /// Lists the objects of the set under the cursor; what is known of the same set stays meanwhile.
    pub(super) fn list(&mut self) -> Vec<Effect> {
        let Some(at) = self.table.selected() else { return Vec::new() };
        let Some(watched) = self.sets.get(at) else { return Vec::new() };
        let set = watched.id();
        match self.listing.as_mut().filter(|listing| listing.set == set) {
            Some(listing) => listing.begin_again(&watched.set.bucket),
            None => self.listing = Some(Listing::new(watched)),
        }
        let generation = self.lists.advance();
        vec![BackupsEffect::List { generation, set }.into()]
    }

    /// When the sets are looked at again by themselves.
    pub fn next_look(&self, is_open: bool) -> Option<Timestamp> {
        let rests = !self.sets.is_empty() && !self.sets.iter().any(|set| set.is_loading);
        let asked = self.asked.filter(|_| rests)?;
        let pace = if is_open { PACE } else { ELSEWHERE };
        let event = self.sets.iter().filter_map(|set| set.next_event(asked)).min();
        let due = asked.saturating_add(pace).ok().into_iter().chain(event).min()?;
        asked.saturating_add(LEAST).ok().map(|least| due.max(least))
    }

    /// The newest backup of an environment, and the newest that was proven: of its sets that can be
    /// drilled, else of those that are made by the clock, else of all; the oldest of them counts.
    pub fn ages(&self, environment: &EnvironmentName) -> Ages {
        let own = self.sets.iter().filter(|set| set.set.environment == *environment);
        let (drilled, others): (Vec<&Watched>, Vec<&Watched>) =
            own.partition(|set| set.set.engine.is_some());
        let by_clock = |set: &&&Watched| set.set.kind == SetKind::Scheduled;
        let scheduled: Vec<&Watched> = others.iter().filter(by_clock).copied().collect();
        let judged = [&drilled, &scheduled, &others];
        let judged = judged.into_iter().find(|sets| !sets.is_empty()).unwrap_or(&drilled);
        let is_known = judged.iter().all(|set| set.known().is_some());
        let oldest = |of: fn(&Watched) -> Option<Timestamp>| {
            judged.iter().map(|set| of(set)).min().flatten()
        };
        Ages {
            has_sets: !judged.is_empty(),
            is_known,
            newest: oldest(Watched::newest),
            proven: (!drilled.is_empty()).then(|| oldest(Watched::proven)),
        }
    }
}

/// How old the backups of an environment are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ages {
    pub has_sets: bool,
    /// Whether all of its sets have been seen.
    pub is_known: bool,
    pub newest: Option<Timestamp>,
    /// `None` where nothing can be drilled; in it `None` where nothing was ever proven.
    pub proven: Option<Option<Timestamp>>,
}
