//! Who gets the keys.

use crate::app::pods::location::View;

/// What the keys act on right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Focus {
    Table(TableFocus),
    Text,
    Logs,
    Help,
    /// A list over the screen: environments, what to copy.
    List,
    Dialog,
    Prompt,
}

/// The table that has the keys: some keys are about its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableFocus {
    View(View),
    Containers,
}
