//! How far what is shown of an environment can be trusted right now.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::failure::Failure;

/// The trust badge of an environment, or of one kind of object in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trust {
    /// Nothing has been heard yet.
    Connecting,
    /// A watch is open, or the newest answer is whole and recent.
    Live,
    /// What is shown was true at `since`; nothing newer has been heard, and this is why.
    Stale { since: Timestamp, why: Failure },
    /// The login has run out, or was refused; `L` asks again.
    LoginExpired { why: Failure },
    /// The cluster does not answer.
    Unreachable { why: Failure },
}
