//! Tasks of which a newer one in the same lane replaces the older.

use std::collections::HashMap;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::effect::Lane;

pub(super) struct Lanes {
    tracker: TaskTracker,
    root: CancellationToken,
    running: HashMap<Lane, CancellationToken>,
}

impl Lanes {
    /// All of them end with `root`, and are counted by `tracker`.
    pub(super) fn new(tracker: TaskTracker, root: CancellationToken) -> Self {
        Self { tracker, root, running: HashMap::new() }
    }

    /// Cancels what runs in `lane` and starts `task` there.
    pub(super) fn replace(&mut self, lane: Lane, task: impl Future<Output = ()> + Send + 'static) {
        let token = self.root.child_token();
        if let Some(before) = self.running.insert(lane, token.clone()) {
            before.cancel();
        }
        self.tracker.spawn(async move {
            token.run_until_cancelled(task).await;
        });
    }

    pub(super) fn cancel(&mut self, lane: Lane) {
        if let Some(token) = self.running.remove(&lane) {
            token.cancel();
        }
    }
}
