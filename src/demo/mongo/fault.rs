//! What can be made to go wrong with a server while it runs.

use std::time::Duration;

/// One fault at a time; bytes are those of inserted documents since the server began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Every connection is closed at once, open ones and new ones.
    Unreachable,
    /// Each document whose number is a multiple of `every` fails validation.
    Refuse { every: u32 },
    /// Inserts fail once so much has been written.
    DiskFull { after_bytes: u64 },
    /// The server dies once so much has been written, without an answer.
    Die { after_bytes: u64 },
    /// Each command takes so long.
    Slow { per_command: Duration },
}
