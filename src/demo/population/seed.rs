//! What everything else is computed from: a number and the midnight of today.

use std::fmt;

use crate::demo::population::blueprint::Blueprint;
use crate::demo::population::growth::{DAY, Growth};
use crate::demo::population::mix::{of_text, sixteen_bytes};

/// The three environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    Dev,
    Staging,
    Prod,
}

impl Tier {
    pub const ALL: [Self; 3] = [Self::Dev, Self::Staging, Self::Prod];

    /// The environment's name, and the folder of its backups.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Staging => "staging",
            Self::Prod => "prod",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// How far production's documents go back, in days.
const HISTORY: u64 = 400;

#[derive(Debug, Clone, Copy)]
pub(super) struct Seed {
    pub(super) number: u64,
    /// Unix seconds.
    pub(super) midnight: u64,
}

impl Seed {
    /// How a collection grows. Staging sees production's traffic and its own tests before it: at
    /// every moment it holds more of each collection. Dev sees a sixth.
    pub(super) fn growth(&self, tier: Tier, blueprint: &Blueprint) -> Growth {
        let interval = (HISTORY * DAY).checked_div(blueprint.documents).unwrap_or(0);
        let (interval, surplus) = match tier {
            Tier::Dev => (interval * 6, 0),
            Tier::Staging => (interval, blueprint.documents * 3 / 100 + 3),
            Tier::Prod => (interval, 0),
        };
        let origin = self.midnight.saturating_sub(HISTORY * DAY + surplus * interval);
        Growth { key: self.key(tier, blueprint.name), origin, interval }
    }

    /// The collection's identity; every environment's differs.
    pub(super) fn uuid(&self, tier: Tier, collection: &str) -> [u8; 16] {
        let bits = u128::from_be_bytes(sixteen_bytes(self.key(tier, collection)));
        // Version 4 of the RFC's variant: random.
        let bits = bits & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62;
        bits.to_be_bytes()
    }

    /// A number for something that belongs to an environment.
    pub(super) fn key(&self, tier: Tier, what: &str) -> u64 {
        of_text(self.number, &format!("{tier}.{what}"))
    }
}
