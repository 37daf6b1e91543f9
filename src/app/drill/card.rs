//! The preflight card: what would be done, and whether everything that it needs is there.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::drill::event::Step;
use crate::drill::preflight::{Check, Checked, Standing};

use super::effect::Order;

/// How long a card without a warning is shown before the drill begins by itself.
const GRACE: Duration = Duration::from_secs(4);

#[derive(Debug)]
pub struct Card {
    pub order: Order,
    /// Since when everything is looked at.
    pub began: Timestamp,
    pub checked: BTreeMap<Check, Checked>,
    pub is_complete: bool,
    /// When the drill begins by itself.
    pub starts: Option<Timestamp>,
    /// It has been asked for, and has not begun yet.
    pub is_starting: bool,
    /// How long its steps took in earlier drills of the set, and in how many.
    pub usual: BTreeMap<Step, (Duration, usize)>,
}

impl Card {
    pub const fn new(
        order: Order,
        usual: BTreeMap<Step, (Duration, usize)>,
        began: Timestamp,
    ) -> Self {
        let checked = BTreeMap::new();
        Self { order, began, checked, is_complete: false, starts: None, is_starting: false, usual }
    }

    /// All looks have come to something; without a warning the drill begins by itself.
    pub fn complete(&mut self, now: Timestamp) {
        self.is_complete = true;
        if self.worst() == Standing::Fine {
            self.starts = now.saturating_add(GRACE).ok();
        }
    }

    pub fn worst(&self) -> Standing {
        self.checked.values().map(|checked| checked.standing).max().unwrap_or(Standing::Fine)
    }

    /// Whether it waits for the user: nothing on it changes by itself.
    pub const fn waits(&self) -> bool {
        self.is_complete && self.starts.is_none() && !self.is_starting
    }

    /// How long the drill usually takes until the result; `None` where none tells.
    pub fn expected(&self) -> Option<Duration> {
        let steps = [Step::StartSandbox, Step::Restore, Step::Count, Step::Compare];
        let known = |step: &Step| self.usual.get(step).map(|(took, _)| *took);
        // Download and scan overlap.
        let first = known(&Step::Download).max(known(&Step::Scan))?;
        Some(first + steps.iter().filter_map(known).sum::<Duration>())
    }
}
