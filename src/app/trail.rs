//! Where one was, over all tabs: back, forward again, and the last view.

use crate::app::App;
use crate::app::action::Action;
use crate::app::backups;
use crate::app::cell::Tone;
use crate::app::drill::DrillView;
use crate::app::effect::Effect;
use crate::app::metrics::MetricsView;
use crate::app::pods::location::Location;
use crate::app::tab::Tab;

/// So many places are kept.
const KEPT: usize = 50;

/// A place in the console. Cursors and filters are no part of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Spot {
    /// The layers, the lowest first.
    Pods(Vec<Location>),
    Backups(backups::Spot),
    Metrics(MetricsView),
    Drill(DrillView),
}

/// Which way one goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Back,
    Forward,
    /// To the place before this one; again, and one is here.
    Last,
}

/// Where one was before, and where one came back from.
#[derive(Debug, Default)]
pub(super) struct Trail {
    past: Vec<Spot>,
    future: Vec<Spot>,
}

impl Trail {
    /// Notes where one was when one has gone elsewhere.
    fn leave(&mut self, there: Spot) {
        if self.past.last() != Some(&there) {
            self.past.push(there);
        }
        if self.past.len() > KEPT {
            self.past.remove(0);
        }
        self.future.clear();
    }

    /// Where one comes to; `None` at the end of the trail.
    fn go(&mut self, way: Way, here: Spot) -> Option<Spot> {
        let from = if way == Way::Forward { &mut self.future } else { &mut self.past };
        let there = from.pop()?;
        let to = if way == Way::Back { &mut self.future } else { &mut self.past };
        to.push(here);
        Some(there)
    }
}

impl Spot {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Pods(own), Self::Pods(others)) => {
                let mut pairs = own.iter().zip(others);
                own.len() == others.len() && pairs.all(|(own, other)| own.is_at(other))
            }
            _ => self == other,
        }
    }
}

impl App {
    /// Where one is.
    fn spot(&self) -> Spot {
        match self.tab {
            Tab::Pods => Spot::Pods(self.pods.locations()),
            Tab::Backups => Spot::Backups(self.backups.spot()),
            Tab::Metrics => Spot::Metrics(self.metrics.view),
            Tab::Drill => Spot::Drill(self.drill.view),
        }
    }

    /// Does what an action means, and notes where one was if that has led elsewhere.
    pub(super) fn on_the_way(
        &mut self,
        action: Action,
        does: impl FnOnce(&mut Self) -> Vec<Effect>,
    ) -> Vec<Effect> {
        let there = self.spot();
        let effects = does(self);
        let walks =
            matches!(action, Action::HistoryBack | Action::HistoryForward | Action::LastView);
        if !walks && !there.is(&self.spot()) {
            self.trail.leave(there);
        }
        effects
    }

    /// `[`, `]` and `-`.
    pub(super) fn walk(&mut self, way: Way) -> Vec<Effect> {
        let here = self.spot();
        if let Some(there) = self.trail.go(way, here) {
            return self.go_to(there);
        }
        let refusal = match way {
            Way::Back => "nothing before this",
            Way::Forward => "nothing after this",
            Way::Last => "there is no last view yet",
        };
        self.say(Tone::Muted, refusal.to_owned());
        Vec::new()
    }

    fn go_to(&mut self, spot: Spot) -> Vec<Effect> {
        self.full_screen = false;
        match spot {
            Spot::Pods(locations) => {
                self.tab = Tab::Pods;
                self.is_unfilled = true;
                self.pods.go(locations)
            }
            Spot::Backups(spot) => {
                self.tab = Tab::Backups;
                self.go_in_backups(spot)
            }
            Spot::Metrics(view) => {
                (self.metrics.view, self.metrics.text) = (view, None);
                self.show_tab(Tab::Metrics)
            }
            Spot::Drill(view) => {
                (self.drill.view, self.drill.text) = (view, None);
                self.show_tab(Tab::Drill)
            }
        }
    }
}
