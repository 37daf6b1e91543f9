//! What the controllers of `StatefulSet`s and `DaemonSet`s do, and how all of them count.

use std::sync::Arc;

use crate::demo::kubernetes::cluster::Cluster;
use crate::demo::kubernetes::cluster::events::Saying;
use crate::demo::kubernetes::object::{Counts, Key, Kind, Object, Row, Text, Workload};
use crate::demo::kubernetes::plan::letters;
use crate::demo::kubernetes::pod::Pod;
use crate::demo::kubernetes::store::Owned;

impl Cluster {
    /// Has the controller of what owns a row look again.
    pub(super) fn reconcile(&mut self, row: &Row) {
        let Some(owner) = row.meta.owner.clone() else { return };
        let namespace = row.meta.key.namespace.clone();
        let key = Key { namespace, name: owner.name.clone() };
        match owner.kind {
            Kind::ReplicaSet => {
                if let Some(set) = self.same(Kind::ReplicaSet, &key, owner.uid) {
                    self.reconcile(&set);
                }
            }
            Kind::Job => self.reconcile_job(&key),
            kind => self.reconcile_workload(kind, &key),
        }
    }

    pub(super) fn reconcile_workload(&mut self, kind: Kind, key: &Key) {
        let Some(row) = self.store.get(kind, key).cloned() else { return };
        let Some(workload) = row.as_workload() else { return };
        let counts = match kind {
            Kind::Deployment => self.roll(&row, workload),
            Kind::StatefulSet => self.order(&row, workload),
            Kind::DaemonSet => self.cover(&row, workload),
            _ => return,
        };
        if counts == workload.counts {
            return;
        }
        let mut workload = workload.clone();
        let least = workload.replicas - workload.replicas / 4;
        if (counts.ready >= least) != (workload.counts.ready >= least) {
            workload.available_since = self.now;
        }
        workload.counts = counts;
        workload.progressed = self.now;
        workload.is_stuck = false;
        if kind == Kind::Deployment && !workload.is_complete() {
            self.set_deadline(key);
        }
        self.put(row.meta.clone(), Object::Workload(workload));
    }

    /// The pods of an owner that are neither deleted nor at their end.
    pub(super) fn live(&self, owner: &Row) -> Vec<Arc<Row>> {
        self.owned(Kind::Pod, owner)
            .into_iter()
            .filter(|row| !row.is_deleted())
            .filter(|row| row.as_pod().is_some_and(|pod| !pod.step().is_finished()))
            .collect()
    }

    pub(super) fn owned(&self, kind: Kind, owner: &Row) -> Vec<Arc<Row>> {
        let prefix = format!("{}-", owner.meta.key.name);
        let by = Owned { prefix: &prefix, uid: owner.meta.uid };
        self.store.owned(kind, &owner.meta.key.namespace, &by)
    }

    /// One pod after the other, each with its own name: `mongo-0`, `mongo-1`.
    fn order(&mut self, row: &Arc<Row>, workload: &Workload) -> Counts {
        let owner = row.owner();
        let name = |ordinal: u32| format!("{}-{ordinal}", row.meta.key.name);
        let key = |ordinal: u32| Key::new(&row.meta.key.namespace, &name(ordinal));
        let mut all_ready = true;
        for ordinal in 0..workload.replicas {
            if let Some(pod) = self.store.get(Kind::Pod, &key(ordinal)) {
                all_ready &= is_ready(pod);
                continue;
            }
            if all_ready {
                let made = self.create_pod(&workload.template, &owner, &name(ordinal), None);
                self.tell_of_birth(row, &made, "statefulset-controller");
            }
            all_ready = false;
        }
        let pods = self.owned(Kind::Pod, row);
        let old = pods
            .iter()
            .filter(|pod| !is_of(pod, workload))
            .max_by_key(|pod| pod.meta.key.name.clone());
        if let Some(old) = old.filter(|old| all_ready || !is_ready(old)) {
            self.begin_deletion(old, workload.template.plan.grace);
        }
        let surplus = pods.iter().rev().take(pods.len().saturating_sub(count(workload.replicas)));
        for pod in surplus {
            self.begin_deletion(pod, workload.template.plan.grace);
        }
        counts(&self.live(row), workload, workload.replicas)
    }

    /// One pod on each node.
    fn cover(&mut self, row: &Arc<Row>, workload: &Workload) -> Counts {
        let owner = row.owner();
        let nodes: Vec<Text> =
            self.store.rows(Kind::Node, None).map(|node| node.meta.key.name.clone()).collect();
        let pods = self.owned(Kind::Pod, row);
        let is_on = |pod: &Arc<Row>, node: &Text| {
            pod.as_pod().and_then(|it| it.node.as_ref()) == Some(node)
        };
        for node in &nodes {
            if !pods.iter().any(|pod| is_on(pod, node)) {
                let name = format!("{}-{}", row.meta.key.name, self.suffix());
                let made = self.create_pod(&workload.template, &owner, &name, Some(node.clone()));
                self.tell_of_birth(row, &made, "daemonset-controller");
            }
        }
        let live = self.live(row);
        let old = live.iter().find(|pod| !is_of(pod, workload));
        if let Some(old) = old.filter(|_| live.len() == nodes.len() && live.iter().all(is_ready)) {
            self.begin_deletion(old, workload.template.plan.grace);
        }
        let wanted = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
        counts(&self.live(row), workload, wanted)
    }

    pub(super) fn tell_of_birth(&mut self, owner: &Row, pod: &Row, component: &'static str) {
        let message = match owner.kind() {
            Kind::StatefulSet => {
                let name = &owner.meta.key.name;
                format!("create Pod {} in StatefulSet {name} successful", pod.meta.key.name)
            }
            _ => format!("Created pod: {}", pod.meta.key.name),
        };
        self.tell(owner, Saying::by(component, "SuccessfulCreate", message));
    }

    /// The end of a generated name.
    pub(super) fn suffix(&mut self) -> String {
        letters(self.numbers.below(u64::MAX), 5)
    }
}

pub(super) fn is_ready(row: &Arc<Row>) -> bool {
    !row.is_deleted() && row.as_pod().is_some_and(Pod::is_ready)
}

/// Whether a pod is of the newest template.
fn is_of(row: &Row, workload: &Workload) -> bool {
    row.as_pod().is_some_and(|pod| pod.template.hash == workload.template.hash)
}

pub(super) fn counts(live: &[Arc<Row>], workload: &Workload, wanted: u32) -> Counts {
    let number = |counted: usize| u32::try_from(counted).unwrap_or(u32::MAX);
    Counts {
        pods: number(live.len()),
        ready: number(live.iter().filter(|row| is_ready(row)).count()),
        updated: number(live.iter().filter(|row| is_of(row, workload)).count()),
        wanted,
    }
}

pub(super) fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
