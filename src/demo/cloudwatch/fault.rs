//! What goes wrong at CloudWatch, switched on and off while the server runs.

use std::sync::{PoisonError, RwLock};

use crate::demo::fault::Fault;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloudWatchFault {
    /// Nothing may be asked.
    Denied,
    /// This operation alone is not allowed, by its name in the API.
    Forbidden { operation: &'static str },
    /// The login has expired.
    Expired,
    /// Every request is one too many.
    Throttled,
    /// One result of many comes with this status and without points: what it is of is the name of its
    /// metric, or a value of its dimensions.
    Held { of: &'static str, status: &'static str },
    /// The number of objects is not allowed to be seen, and of everything else the newest third of
    /// the points does not come.
    Partial,
}

impl CloudWatchFault {
    /// CloudWatch's part in a training fault, where it has one.
    pub const fn of(fault: Fault) -> Option<Self> {
        match fault {
            Fault::CloudWatch403 => Some(Self::Denied),
            Fault::CloudWatchExpired => Some(Self::Expired),
            Fault::CloudWatchThrottled => Some(Self::Throttled),
            Fault::CloudWatchPartial => Some(Self::Partial),
            Fault::CutDump
            | Fault::OtherEnvironment
            | Fault::DiskFull
            | Fault::Oom
            | Fault::SourceUnreachable
            | Fault::EngineGone
            | Fault::Slow
            | Fault::S3Errors
            | Fault::Refused
            | Fault::WrongBytes
            | Fault::Api401
            | Fault::Api403
            | Fault::ApiHang
            | Fault::ApiSlowList
            | Fault::WatchCut
            | Fault::WatchGone => None,
        }
    }
}

/// The faults that are on.
#[derive(Debug, Default)]
pub struct CloudWatchFaults {
    active: RwLock<Vec<CloudWatchFault>>,
}

impl CloudWatchFaults {
    pub fn switch_on(&self, fault: CloudWatchFault) {
        self.active.write().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    pub fn clear(&self) {
        self.active.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn is_on(&self, fault: CloudWatchFault) -> bool {
        self.active.read().unwrap_or_else(PoisonError::into_inner).contains(&fault)
    }

    /// The status of a result that is held back, by what it is of.
    pub(super) fn status(&self, is_of: impl Fn(&str) -> bool) -> Option<&'static str> {
        let active = self.active.read().unwrap_or_else(PoisonError::into_inner);
        active.iter().find_map(|fault| match fault {
            CloudWatchFault::Held { of, status } if is_of(of) => Some(*status),
            _ => None,
        })
    }
}
