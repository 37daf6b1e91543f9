//! What the controllers of Deployments and `ReplicaSet`s do: a new template replaces the old one pod by
//! pod, never with less than three quarters of them ready.

use std::sync::Arc;

use jiff::Timestamp;

use crate::demo::kubernetes::cluster::events::Saying;
use crate::demo::kubernetes::cluster::workloads::{count, counts, is_ready};
use crate::demo::kubernetes::cluster::{Cluster, Due};
use crate::demo::kubernetes::object::{
    Counts, Key, Kind, Labels, Object, ReplicaSet, Row, Workload,
};
use crate::demo::kubernetes::plan::Template;

/// How many old `ReplicaSet`s are kept.
const HISTORY: usize = 3;
/// How long a rollout may make no progress, in seconds.
const DEADLINE: i64 = 600;
/// Between two deployments of what is deployed again and again, in seconds.
const DEPLOYS: i64 = 240;

impl Cluster {
    pub(super) fn roll(&mut self, row: &Arc<Row>, workload: &Workload) -> Counts {
        let newest = self.newest_set(row, workload);
        let sets = self.owned(Kind::ReplicaSet, row);
        let is_newest = |set: &&Arc<Row>| set.meta.uid == newest.meta.uid;
        let mut new = self.live(&newest);
        let mut old: Vec<_> =
            sets.iter().filter(|set| !is_newest(set)).flat_map(|set| self.live(set)).collect();
        let replicas = count(workload.replicas);
        let surge = replicas.div_ceil(4);
        let least = replicas - replicas / 4;

        let room = (replicas + surge).saturating_sub(new.len() + old.len());
        for _ in 0..room.min(replicas.saturating_sub(new.len())) {
            let name = format!("{}-{}", newest.meta.key.name, self.suffix());
            let made = self.create_pod(&workload.template, &newest.owner(), &name, None);
            self.tell_of_birth(&newest, &made, "replicaset-controller");
            new.push(made);
        }
        let grace = workload.template.plan.grace;
        while new.len() > replicas {
            let Some(surplus) = new.pop() else { break };
            self.begin_deletion(&surplus, grace);
        }
        // Old pods that are not ready go first: nobody misses them.
        old.sort_by_key(is_ready);
        let new_ready = new.iter().filter(|pod| is_ready(pod)).count();
        let old_ready = old.iter().filter(|pod| is_ready(pod)).count();
        let unready = (new.len() + old.len()).saturating_sub(least + new.len() - new_ready);
        let mut spare = (new_ready + old_ready).saturating_sub(least);
        let mut broken = unready.min(old.len() - old_ready);
        for pod in &old {
            let allowance = if is_ready(pod) { &mut spare } else { &mut broken };
            if let Some(left) = allowance.checked_sub(1) {
                *allowance = left;
                self.begin_deletion(pod, grace);
            }
        }
        for set in self.owned(Kind::ReplicaSet, row) {
            self.count_set(row, &set);
        }
        self.forget_sets(row);
        let live: Vec<_> =
            self.owned(Kind::ReplicaSet, row).iter().flat_map(|set| self.live(set)).collect();
        counts(&live, workload, workload.replicas)
    }

    /// The `ReplicaSet` of the newest template, which may have to be made.
    fn newest_set(&mut self, row: &Arc<Row>, workload: &Workload) -> Arc<Row> {
        let name = format!("{}-{}", row.meta.key.name, workload.template.hash);
        let key = Key::new(&row.meta.key.namespace, &name);
        if let Some(set) = self.store.get(Kind::ReplicaSet, &key).cloned() {
            if let Object::ReplicaSet(found) = &set.object
                && found.revision < workload.revision
            {
                // An old template has come back.
                let set_again = ReplicaSet { revision: workload.revision, ..found.clone() };
                let mut meta = set.meta.clone();
                meta.annotations = Arc::new(revision_annotation(workload.revision));
                return self.put(meta, Object::ReplicaSet(set_again));
            }
            return set;
        }
        self.create_set(row, &workload.template, workload.revision)
    }

    pub(super) fn create_set(
        &mut self,
        row: &Row,
        template: &Arc<Template>,
        revision: u32,
    ) -> Arc<Row> {
        let name = format!("{}-{}", row.meta.key.name, template.hash);
        let key = Key::new(&row.meta.key.namespace, &name);
        let labels = Arc::clone(&template.labels);
        let mut meta = self.meta(key, labels, Some(row.owner()));
        meta.annotations = Arc::new(revision_annotation(revision));
        let set = ReplicaSet {
            template: Arc::clone(template),
            revision,
            replicas: 0,
            counts: Counts::default(),
        };
        self.put(meta, Object::ReplicaSet(set))
    }

    /// Says how many pods a `ReplicaSet` has now.
    fn count_set(&mut self, deployment: &Row, row: &Row) {
        let Object::ReplicaSet(set) = &row.object else { return };
        let live = self.live(row);
        let number = |counted: usize| u32::try_from(counted).unwrap_or(u32::MAX);
        let pods = number(live.len());
        let ready = number(live.iter().filter(|pod| is_ready(pod)).count());
        let counted = Counts { pods, ready, updated: pods, wanted: pods };
        if counted == set.counts && set.replicas == pods {
            return;
        }
        let before = set.replicas;
        let mut meta = row.meta.clone();
        if before != pods {
            meta.generation += 1;
            let direction = if pods > before { "up" } else { "down" };
            let message = format!(
                "Scaled {direction} replica set {} from {before} to {pods}",
                row.meta.key.name
            );
            let saying = Saying::by("deployment-controller", "ScalingReplicaSet", message);
            self.tell(deployment, saying);
        }
        let set = ReplicaSet { replicas: pods, counts: counted, ..set.clone() };
        self.put(meta, Object::ReplicaSet(set));
    }

    fn forget_sets(&mut self, row: &Row) {
        let revision = |row: &Arc<Row>| match &row.object {
            Object::ReplicaSet(set) => set.revision,
            _ => 0,
        };
        let mut empty: Vec<_> = self.owned(Kind::ReplicaSet, row);
        empty.retain(|set| self.owned(Kind::Pod, set).is_empty());
        empty.sort_by_key(revision);
        for set in empty.iter().take(empty.len().saturating_sub(HISTORY)) {
            self.store.remove(Kind::ReplicaSet, &set.meta.key);
        }
    }

    /// Gives a workload another template.
    pub(super) fn replace_template(&mut self, row: &Row, template: Arc<Template>) {
        let Some(workload) = row.as_workload() else { return };
        let mut meta = row.meta.clone();
        let revision = workload.revision + 1;
        meta.generation += 1;
        if workload.kind == Kind::Deployment {
            let mut annotations = (*meta.annotations).clone();
            annotations.extend(revision_annotation(revision));
            meta.annotations = Arc::new(annotations);
        }
        let workload = Workload {
            template,
            revision,
            progressed: self.now,
            is_stuck: false,
            ..workload.clone()
        };
        let (kind, key) = (workload.kind, meta.key.clone());
        self.set_deadline(&key);
        self.put(meta, Object::Workload(workload));
        self.reconcile_workload(kind, &key);
    }

    /// A rollout that makes no progress for so long is stuck.
    pub(super) fn set_deadline(&mut self, workload: &Key) {
        let since = self.now;
        self.in_seconds(DEADLINE, Due::Deadline { workload: workload.clone(), since });
    }

    pub(super) fn miss_deadline(&mut self, key: &Key, since: Timestamp) {
        let Some(row) = self.store.get(Kind::Deployment, key).cloned() else { return };
        let Some(workload) = row.as_workload() else { return };
        if workload.progressed == since && !workload.is_complete() {
            let workload = Workload { is_stuck: true, ..workload.clone() };
            self.put(row.meta.clone(), Object::Workload(workload));
        }
    }

    /// Another build of an image, as a pipeline would deploy it.
    pub(super) fn deploy(&mut self, key: &Key) {
        self.in_seconds(DEPLOYS, Due::Deploy { workload: key.clone() });
        let Some(row) = self.store.get(Kind::Deployment, key).cloned() else { return };
        let Some(workload) = row.as_workload() else { return };
        let mut plan = workload.template.plan.clone();
        let build = workload.revision + 1;
        if let Some(container) = plan.containers.first_mut()
            && let Some((image, _)) = container.image.rsplit_once(':')
        {
            container.image = format!("{image}:2.42.0-rc.{build}");
        }
        self.replace_template(&row, Template::of(plan, &[]));
    }
}

pub(super) fn revision_annotation(revision: u32) -> Labels {
    let revision = revision.to_string();
    super::labels([("deployment.kubernetes.io/revision", revision.as_str())])
}
