//! What can be made to go wrong with a cluster's API, while it runs.

use std::time::Duration;

use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiFault {
    /// Every request is answered with 401, and open watches end.
    Unauthorized,
    /// What is in the namespace, or everything, is answered with 403.
    Forbidden { namespace: Option<&'static str> },
    /// Connections are taken, and nothing is answered.
    Hang,
    /// Watches and logs break off again and again.
    WatchCut { after: Duration },
    /// Every watch is answered with 410.
    WatchGone,
    /// Each page of a list, or each 500 objects, takes so long.
    SlowList { per_page: Duration },
    /// Nothing measures CPU and memory.
    NoMetrics,
}

/// The faults that are on; several may be.
#[derive(Debug)]
pub struct ApiFaults(watch::Sender<Vec<ApiFault>>);

impl Default for ApiFaults {
    fn default() -> Self {
        Self(watch::Sender::new(Vec::new()))
    }
}

impl ApiFaults {
    pub fn switch_on(&self, fault: ApiFault) {
        self.0.send_modify(|faults| faults.push(fault));
    }

    pub fn switch_off(&self, fault: ApiFault) {
        self.0.send_modify(|faults| faults.retain(|it| *it != fault));
    }

    /// Switches all of them off.
    pub fn clear(&self) {
        self.0.send_replace(Vec::new());
    }

    pub(super) fn is_on(&self, fault: ApiFault) -> bool {
        self.0.borrow().contains(&fault)
    }

    /// The first active fault that `wanted` knows what to do with.
    pub(super) fn find<T>(&self, wanted: impl Fn(ApiFault) -> Option<T>) -> Option<T> {
        self.0.borrow().iter().copied().find_map(wanted)
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Vec<ApiFault>> {
        self.0.subscribe()
    }

    /// Returns as long as nothing hangs.
    pub(super) async fn answers(&self) {
        let hangs = |faults: &Vec<ApiFault>| faults.contains(&ApiFault::Hang);
        // The sender lives as long as the server.
        self.subscribe().wait_for(|faults| !hangs(faults)).await.ok();
    }

    pub(super) fn per_page(&self) -> Duration {
        let slow = self.find(|fault| match fault {
            ApiFault::SlowList { per_page } => Some(per_page),
            _ => None,
        });
        slow.unwrap_or_default()
    }

    pub(super) fn watch_ends_after(&self) -> Option<Duration> {
        self.find(|fault| match fault {
            ApiFault::WatchCut { after } => Some(after),
            _ => None,
        })
    }

    /// Whether what is in a namespace (or in all of them) is forbidden.
    pub(super) fn forbids(&self, namespace: Option<&str>) -> bool {
        let forbidden = |fault| match fault {
            ApiFault::Forbidden { namespace: None } => Some(true),
            ApiFault::Forbidden { namespace: Some(one) } => {
                Some(namespace.is_none_or(|it| it == one))
            }
            _ => None,
        };
        self.find(forbidden).unwrap_or(false)
    }
}
