//! Failures that a team can rehearse: switched on and off while the console runs, in the embedded world.

use std::fmt;
use std::sync::Arc;

use crate::app::drill::Training;

/// What does the switching: on by name, or all of them off.
type Switch = dyn Fn(Option<&str>) + Send + Sync;

/// The failures that a world offers, and how they are switched.
#[derive(Clone)]
pub struct Trainer {
    pub offered: Vec<Training>,
    switch: Arc<Switch>,
}

impl Trainer {
    pub fn new(
        offered: Vec<Training>,
        switch: impl Fn(Option<&str>) + Send + Sync + 'static,
    ) -> Self {
        Self { offered, switch: Arc::new(switch) }
    }

    /// Makes this failure happen from now on; none: all is well again.
    pub fn switch(&self, name: Option<&str>) {
        (self.switch)(name);
    }
}

impl fmt::Debug for Trainer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Trainer").field("offered", &self.offered).finish_non_exhaustive()
    }
}
