//! The only place that reads a clock.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// What time it is: the machine's, or one that moves on from a given instant, or stands there.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    origin: Timestamp,
    /// `None`: it stands.
    started: Option<Instant>,
}

impl Clock {
    /// The machine's clock; later readings follow the monotonic one, so that they never go back.
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads clocks")]
    pub fn system() -> Self {
        Self { origin: Timestamp::now(), started: Some(Instant::now()) }
    }

    /// A clock that reads `origin` now; the demo world and tests choose their day with it.
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads clocks")]
    pub fn starting_at(origin: Timestamp) -> Self {
        Self { origin, started: Some(Instant::now()) }
    }

    /// A clock that reads `origin` for ever: pictures are taken by it.
    pub const fn standing_at(origin: Timestamp) -> Self {
        Self { origin, started: None }
    }

    pub fn now(&self) -> Timestamp {
        self.origin.saturating_add(self.elapsed()).unwrap_or(Timestamp::MAX)
    }

    /// Since the clock was made.
    pub fn elapsed(&self) -> Duration {
        self.started.map_or(Duration::ZERO, |started| started.elapsed())
    }
}
