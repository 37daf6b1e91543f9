//! The only place that reads a clock.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// What time it is: the machine's, or a frozen one that moves on from a given instant.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    origin: Timestamp,
    started: Instant,
}

impl Clock {
    /// The machine's clock; later readings follow the monotonic one, so that they never go back.
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads clocks")]
    pub fn system() -> Self {
        Self { origin: Timestamp::now(), started: Instant::now() }
    }

    /// A clock that reads `origin` now; the demo world and tests choose their day with it.
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads clocks")]
    pub fn starting_at(origin: Timestamp) -> Self {
        Self { origin, started: Instant::now() }
    }

    pub fn now(&self) -> Timestamp {
        self.origin.saturating_add(self.elapsed()).unwrap_or(Timestamp::MAX)
    }

    /// Since the clock was made.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}
