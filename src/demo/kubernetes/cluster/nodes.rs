//! Nodes that stop answering and come back, and what becomes of their pods.

use std::sync::Arc;

use crate::demo::kubernetes::cluster::events::Saying;
use crate::demo::kubernetes::cluster::{Cluster, Due};
use crate::demo::kubernetes::object::{Key, Kind, Object, Row};

/// How long a node that goes away stays away, and how long it then stays, in seconds.
const AWAY: i64 = 360;
const THERE: i64 = 600;
/// How long pods wait for it.
pub(super) const PATIENCE: i64 = 60;

impl Cluster {
    pub(super) fn go_down(&mut self, node: &Key) {
        self.in_seconds(AWAY, Due::Up { node: node.clone() });
        let since = self.now;
        self.in_seconds(PATIENCE, Due::Evict { node: node.clone(), since });
        let Some(row) = self.turn(node, false) else { return };
        let message = format!("Node {} status is now: NodeNotReady", node.name);
        self.tell(&row, Saying::by("node-controller", "NodeNotReady", message));
        for row in self.pods_on(node) {
            let mut row = (*row).clone();
            if let Object::Pod(pod) = &mut row.object {
                pod.lost = Some(self.now);
                pod.ready_since = self.now;
            }
            let row = self.store.put(row);
            let saying =
                Saying::by("node-controller", "NodeNotReady", "Node is not ready".to_owned());
            self.tell(&row, saying.warning());
            self.reconcile(&row);
        }
    }

    pub(super) fn come_back(&mut self, node: &Key) {
        self.in_seconds(THERE, Due::Down { node: node.clone() });
        let Some(row) = self.turn(node, true) else { return };
        let message = format!("Node {} status is now: NodeReady", node.name);
        self.tell(&row, Saying::by("kubelet", "NodeReady", message));
        for row in self.pods_on(node) {
            let mut row = (*row).clone();
            if let Object::Pod(pod) = &mut row.object {
                pod.lost = None;
                pod.ready_since = self.now;
            }
            let row = self.store.put(row);
            self.resume(&row);
            self.reconcile(&row);
        }
    }

    /// Pods that do not wait any longer are deleted; they stay until the node says that they are gone.
    pub(super) fn evict(&mut self, node: &Key, since: jiff::Timestamp) {
        let is_away = self.store.get(Kind::Node, node).is_some_and(|row| match &row.object {
            Object::Node(node) => !node.ready && node.since == since,
            _ => false,
        });
        if !is_away {
            return;
        }
        for row in self.pods_on(node) {
            let Some(pod) = row.as_pod() else { continue };
            if pod.template.plan.patience.is_none() || pod.step().is_finished() {
                continue;
            }
            let grace = pod.template.plan.grace;
            let (namespace, name) = (&row.meta.key.namespace, &row.meta.key.name);
            let message = format!("Marking for deletion Pod {namespace}/{name}");
            self.tell(
                &row,
                Saying::by("taint-eviction-controller", "TaintManagerEviction", message),
            );
            self.begin_deletion(&row, grace);
            self.reconcile(&row);
        }
    }

    /// Every few minutes a kubelet says that all is well.
    pub(super) fn beat(&mut self) {
        let nodes: Vec<_> = self.store.rows(Kind::Node, None).cloned().collect();
        for mut row in nodes.iter().map(|row| (**row).clone()) {
            if let Object::Node(node) = &mut row.object
                && node.ready
            {
                node.heartbeat = self.now;
                self.store.put(row);
            }
        }
    }

    fn turn(&mut self, key: &Key, ready: bool) -> Option<Arc<Row>> {
        let mut row = (**self.store.get(Kind::Node, key)?).clone();
        if let Object::Node(node) = &mut row.object {
            node.ready = ready;
            node.since = self.now;
            if ready {
                node.heartbeat = self.now;
            }
        }
        Some(self.store.put(row))
    }

    fn pods_on(&self, node: &Key) -> Vec<Arc<Row>> {
        let is_there = |row: &&Arc<Row>| {
            let pod = row.as_pod().filter(|pod| !pod.step().is_finished());
            pod.and_then(|pod| pod.node.as_ref()) == Some(&node.name)
        };
        self.store.rows(Kind::Pod, None).filter(is_there).cloned().collect()
    }
}
