//! The tabs. Their numbers are reserved for ever; only those that exist are shown.

/// A tab of the console.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Tab {
    #[default]
    Pods,
    Metrics,
    Drill,
}

impl Tab {
    pub const ALL: [Self; 3] = [Self::Pods, Self::Metrics, Self::Drill];

    pub const fn number(self) -> u8 {
        match self {
            Self::Pods => 1,
            Self::Metrics => 3,
            Self::Drill => 4,
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Pods => "Pods",
            Self::Metrics => "Metrics",
            Self::Drill => "Drill",
        }
    }

    /// The one beside it, round and round.
    #[must_use]
    pub fn beside(self, by: isize) -> Self {
        let count = Self::ALL.len();
        let at = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        let next = at.saturating_add(count).saturating_add_signed(by) % count;
        Self::ALL.get(next).copied().unwrap_or_default()
    }
}
