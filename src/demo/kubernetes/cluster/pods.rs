//! The lives of pods: made, scheduled, step by step, deleted, gone.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::demo::kubernetes::cluster::events::Saying;
use crate::demo::kubernetes::cluster::{Cluster, Due};
use crate::demo::kubernetes::object::{
    Deletion, Key, Kind, Labels, Object, Owner, Row, Text, uid_text,
};
use crate::demo::kubernetes::plan::Template;
use crate::demo::kubernetes::pod::{End, Pod};
use crate::demo::kubernetes::render::fill;
use crate::demo::kubernetes::step::{Conditions, Of};

impl Cluster {
    /// A new pod at the beginning of its script; `node` where no scheduler is asked.
    pub(super) fn create_pod(
        &mut self,
        template: &Arc<Template>,
        owner: &Arc<Owner>,
        name: &str,
        node: Option<Text>,
    ) -> Arc<Row> {
        let key = Key::new(template.plan.namespace, name);
        let labels = pod_labels(template, owner, name);
        let mut meta = self.meta(key, labels, Some(Arc::clone(owner)));
        meta.annotations = Arc::clone(&template.annotations);
        let mut pod = Pod::new(Arc::clone(template), template.plan.script, self.now);
        pod.node = node;
        pod.enter(0, self.now);
        self.go_on(Row { version: 0, meta, object: Object::Pod(pod) })
    }

    /// A step is over.
    pub(super) fn step(&mut self, key: &Key, uid: u128, at: usize) {
        let Some(mut row) = self.same(Kind::Pod, key, uid) else { return };
        let Object::Pod(pod) = &mut row.object else { return };
        if pod.at != at || pod.lost.is_some() || row.meta.deletion.is_some() {
            return;
        }
        pod.enter(pod.script.number_after(at), self.now);
        let has_place = !matches!(pod.step().conditions, Conditions::Unscheduled(_));
        if has_place && pod.scheduled.is_none() {
            pod.scheduled = Some(self.now);
            if pod.node.is_none() {
                pod.node = self.some_node();
            }
        }
        let row = self.go_on(row);
        self.reconcile(&row);
    }

    /// Stores a pod that has just begun a step.
    fn go_on(&mut self, row: Row) -> Arc<Row> {
        let until = row.as_pod().map(|pod| (pod.at, pod.until(&row.meta)));
        if let Some((at, Some(until))) = until {
            let (pod, uid) = (row.meta.key.clone(), row.meta.uid);
            self.schedule(until, Due::Step { pod, uid, at });
        }
        let row = self.store.put(row);
        self.tell_of_step(&row);
        row
    }

    fn tell_of_step(&mut self, row: &Row) {
        let Some(pod) = row.as_pod() else { return };
        let inits = pod.template.plan.inits.len();
        for tell in pod.step().tells {
            let numbers = match tell.of {
                Of::Pod => 0..1,
                Of::EachInit => 0..inits,
                Of::EachContainer => inits..pod.template.len(),
            };
            for number in numbers {
                let container = pod.template.container(number);
                let is_of_kubelet = tell.component == "kubelet";
                self.tell(
                    row,
                    Saying {
                        is_warning: tell.is_warning,
                        reason: tell.reason,
                        message: fill(tell.message, row, pod, container),
                        component: tell.component,
                        host: pod.node.clone().filter(|_| is_of_kubelet),
                        container: container
                            .filter(|_| tell.of != Of::Pod)
                            .map(|container| container.name.as_str()),
                    },
                );
            }
        }
    }

    /// Deletes a pod as its owner does: politely.
    pub(super) fn begin_deletion(&mut self, row: &Row, grace: u32) {
        let mut row = row.clone();
        let Object::Pod(pod) = &row.object else { return };
        if row.meta.deletion.is_some() && grace > 0 {
            return;
        }
        let (key, uid) = (row.meta.key.clone(), row.meta.uid);
        let runs = pod.scheduled.is_some() && !pod.step().is_finished();
        let (is_lost, template) = (pod.lost.is_some(), Arc::clone(&pod.template));
        let host = pod.node.clone();
        if grace == 0 || !runs {
            self.store.remove(Kind::Pod, &key);
            return;
        }
        row.meta.deletion = Some(Deletion { at: self.after(grace.into()), grace });
        let row = self.store.put(row);
        if is_lost {
            return;
        }
        for container in &template.plan.containers {
            let message = format!("Stopping container {}", container.name);
            let saying = Saying { host: host.clone(), ..Saying::by("kubelet", "Killing", message) };
            self.tell(&row, Saying { container: Some(&container.name), ..saying });
        }
        let spread = SignedDuration::from_millis(
            i64::try_from(self.numbers.below(3_000)).unwrap_or_default(),
        );
        let at = self.after(2).checked_add(spread).unwrap_or(self.now);
        self.schedule(at.min(self.after(grace.into())), Due::Stop { pod: key, uid });
    }

    /// The containers of a deleted pod have ended.
    pub(super) fn stop(&mut self, key: &Key, uid: u128) {
        let Some(mut row) = self.same(Kind::Pod, key, uid) else { return };
        let Object::Pod(pod) = &mut row.object else { return };
        if pod.lost.is_some() {
            return;
        }
        pod.has_stopped = true;
        pod.ready_since = self.now;
        for instance in pod.instances.iter_mut().filter(|instance| instance.is_running()) {
            if let Some(run) = &mut instance.run {
                run.end = Some(End { at: self.now, exit: 143, reason: "Error" });
            }
        }
        self.store.put(row);
        self.in_seconds(1, Due::Gone { pod: key.clone(), uid });
    }

    pub(super) fn bury(&mut self, key: &Key, uid: u128) {
        if self.same(Kind::Pod, key, uid).is_none() {
            return;
        }
        if let Some(row) = self.store.remove(Kind::Pod, key) {
            self.reconcile(&row);
        }
    }

    /// A node that answers, by chance.
    fn some_node(&mut self) -> Option<Text> {
        let is_ready = |row: &&Arc<Row>| match &row.object {
            Object::Node(node) => node.ready,
            _ => false,
        };
        let nodes: Vec<Text> = self
            .store
            .rows(Kind::Node, None)
            .filter(is_ready)
            .map(|row| row.meta.key.name.clone())
            .collect();
        let at = usize::try_from(self.numbers.below(nodes.len() as u64)).unwrap_or(0);
        nodes.get(at).cloned()
    }

    /// A pod goes on where it stopped, because its node answers again.
    pub(super) fn resume(&mut self, row: &Row) {
        let Some(pod) = row.as_pod() else { return };
        let (key, uid) = (row.meta.key.clone(), row.meta.uid);
        if row.meta.deletion.is_some() {
            self.in_seconds(2, Due::Stop { pod: key, uid });
        } else if let Some(until) = pod.until(&row.meta) {
            let at = pod.at;
            self.schedule(until.max(self.after(2)), Due::Step { pod: key, uid, at });
        }
    }
}

/// Most pods share the labels of their template; some say too which one they are.
pub(super) fn pod_labels(template: &Template, owner: &Owner, name: &str) -> Arc<Labels> {
    let mut own = match template.plan.kind {
        Kind::StatefulSet | Kind::Job => (*template.labels).clone(),
        _ => return Arc::clone(&template.labels),
    };
    if template.plan.kind == Kind::StatefulSet {
        own.insert("statefulset.kubernetes.io/pod-name".into(), name.into());
    } else {
        let uid = uid_text(owner.uid);
        for prefix in ["", "batch.kubernetes.io/"] {
            own.insert(format!("{prefix}controller-uid").into(), uid.as_str().into());
            own.insert(format!("{prefix}job-name").into(), owner.name.clone());
        }
    }
    Arc::new(own)
}
