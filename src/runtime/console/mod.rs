//! The console's own files: what it keeps between two sessions, and the line of each deed.

pub mod deeds_log;
mod keep;
pub mod remembered;
pub mod snapshot;
pub mod terminal_check;
