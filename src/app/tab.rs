//! The tabs. Their numbers are reserved for ever; only those that exist are shown.

/// A tab of the console.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Tab {
    #[default]
    Pods,
}

impl Tab {
    pub const ALL: [Self; 1] = [Self::Pods];

    pub const fn number(self) -> u8 {
        match self {
            Self::Pods => 1,
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Pods => "Pods",
        }
    }
}
