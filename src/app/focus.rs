//! Who gets the keys.

use crate::app::pods::location::View;

/// What the keys act on right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Focus {
    Table(TableFocus),
    Metrics(MetricsFocus),
    Drill(DrillFocus),
    /// What earlier drills have left.
    Leftovers,
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

/// The view of the Metrics tab that has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MetricsFocus {
    Charts,
    Table,
    Alarms,
}

/// The page of the Drill tab that has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DrillFocus {
    Form,
    Card,
    Run,
    Result,
    /// A result whose sandbox is still there.
    Hold,
    History,
}
