//! What goes wrong at the bucket, switched on and off while the server runs.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use crate::demo::fault::Fault;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum S3Fault {
    /// Every object ends early, and its length says so too.
    CutObject,
    /// Production's objects are dumps of staging's server.
    OtherEnvironment,
    /// One byte in the middle of every object has changed; nothing else tells.
    WrongBytes,
    /// All downloads together get so much.
    Slow { bytes_per_second: u64 },
    /// Every so manyth GET of an object is answered with 503 Slow Down.
    ServerErrors { every: u32 },
    /// Objects can be listed but not read.
    Denied,
    /// This operation is not allowed, by its name in the API.
    Forbidden { operation: &'static str },
    /// Each object is replaced once it has been read from.
    ReplacedMidway,
    /// Requests are taken and never answered.
    Hang,
    /// Every object lies in an archive and must be thawed before it can be read.
    Archived,
    /// Each body breaks off with its connection after so many bytes.
    DropConnections { after_bytes: u64 },
}

impl S3Fault {
    /// The bucket's part in a training fault, where it has one.
    pub const fn of(fault: Fault) -> Option<Self> {
        match fault {
            Fault::CutDump => Some(Self::CutObject),
            Fault::OtherEnvironment => Some(Self::OtherEnvironment),
            Fault::WrongBytes => Some(Self::WrongBytes),
            Fault::Slow => Some(Self::Slow { bytes_per_second: 1 << 20 }),
            Fault::S3Errors => Some(Self::ServerErrors { every: 3 }),
            Fault::DiskFull
            | Fault::Oom
            | Fault::SourceUnreachable
            | Fault::EngineGone
            | Fault::Refused
            | Fault::Api401
            | Fault::Api403
            | Fault::ApiHang
            | Fault::ApiSlowList
            | Fault::WatchCut
            | Fault::WatchGone
            | Fault::CloudWatch403
            | Fault::CloudWatchExpired
            | Fault::CloudWatchThrottled
            | Fault::CloudWatchPartial => None,
        }
    }
}

/// The faults that are on, and what they must remember.
#[derive(Debug, Default)]
pub struct S3Faults {
    active: RwLock<Vec<S3Fault>>,
    downloads: AtomicU32,
    /// Keys that have been read from while objects were being replaced.
    replaced: Mutex<BTreeSet<String>>,
}

impl S3Faults {
    pub fn switch_on(&self, fault: S3Fault) {
        self.active.write().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// Switches all of them off and forgets what they did.
    pub fn clear(&self) {
        self.active.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.downloads.store(0, Ordering::Relaxed);
    }

    pub(super) fn is_on(&self, fault: S3Fault) -> bool {
        self.find(|active| (active == fault).then_some(())).is_some()
    }

    /// The first active fault that `wanted` knows what to do with.
    pub(super) fn find<T>(&self, wanted: impl Fn(S3Fault) -> Option<T>) -> Option<T> {
        let active = self.active.read().unwrap_or_else(PoisonError::into_inner);
        active.iter().copied().find_map(wanted)
    }

    /// Counts a download, and says whether it is one that the server refuses.
    pub(super) fn refuses_download(&self) -> bool {
        let every = self.find(|fault| match fault {
            S3Fault::ServerErrors { every } => Some(every),
            _ => None,
        });
        every.is_some_and(|every| {
            let number = self.downloads.fetch_add(1, Ordering::Relaxed) + 1;
            number.checked_rem(every) == Some(0)
        })
    }

    /// Whether the object has been replaced since it was first read from.
    pub(super) fn is_replaced(&self, key: &str) -> bool {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner).contains(key)
    }

    pub(super) fn has_been_read(&self, key: &str) {
        if self.is_on(S3Fault::ReplacedMidway) {
            self.replaced.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        }
    }
}
