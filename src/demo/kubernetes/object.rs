//! What a cluster holds: compact rows, from which JSON is made when somebody reads it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::demo::kubernetes::plan::Template;
use crate::demo::kubernetes::pod::Pod;

pub(super) type Text = Arc<str>;
pub(super) type Labels = BTreeMap<Text, Text>;

/// The kinds that are stored; what metrics tell is made when read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Namespace,
    Node,
    Pod,
    Event,
    Service,
    Endpoints,
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
}

/// Namespace and name, in the order of a listing; a cluster's own objects have no namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) namespace: Text,
    pub(super) name: Text,
}

impl Key {
    pub(super) fn new(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }
}

/// An object at one moment, with the version in which it became so.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) version: u64,
    pub(super) meta: Meta,
    pub(super) object: Object,
}

#[derive(Debug, Clone)]
pub(super) struct Meta {
    pub(super) key: Key,
    pub(super) uid: u128,
    pub(super) created: Timestamp,
    pub(super) labels: Arc<Labels>,
    pub(super) annotations: Arc<Labels>,
    pub(super) owner: Option<Arc<Owner>>,
    pub(super) generation: u32,
    pub(super) deletion: Option<Deletion>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) kind: Kind,
    pub(super) name: Text,
    pub(super) uid: u128,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deletion {
    pub(super) at: Timestamp,
    pub(super) grace: u32,
}

#[derive(Debug, Clone)]
pub(super) enum Object {
    Namespace,
    Node(Node),
    Pod(Pod),
    Event(Event),
    Service(Service),
    Workload(Workload),
    ReplicaSet(ReplicaSet),
    Job(Job),
    CronJob(CronJob),
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) ready: bool,
    /// Of its Ready condition.
    pub(super) since: Timestamp,
    pub(super) heartbeat: Timestamp,
    pub(super) number: u32,
    pub(super) cpu_millis: u64,
    pub(super) memory_mib: u64,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct About {
    pub(super) kind: Kind,
    pub(super) key: Key,
    pub(super) uid: u128,
    /// `spec.containers{name}`.
    pub(super) field: Option<Text>,
}

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) about: About,
    pub(super) reason: &'static str,
    pub(super) message: Text,
    pub(super) is_warning: bool,
    pub(super) component: &'static str,
    pub(super) host: Option<Text>,
    pub(super) last: Timestamp,
    pub(super) count: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) address: Text,
    pub(super) port: u16,
    pub(super) selector: Arc<Labels>,
}

/// A Deployment, `StatefulSet` or `DaemonSet`.
#[derive(Debug, Clone)]
pub(super) struct Workload {
    pub(super) kind: Kind,
    pub(super) template: Arc<Template>,
    pub(super) revision: u32,
    pub(super) replicas: u32,
    pub(super) counts: Counts,
    /// When it last made progress, and since when it has been (un)available.
    pub(super) progressed: Timestamp,
    pub(super) available_since: Timestamp,
    /// Its rollout has made no progress for too long.
    pub(super) is_stuck: bool,
}

impl Workload {
    /// Whether every pod is of the newest template, and ready.
    pub(super) fn is_complete(&self) -> bool {
        let Counts { pods, ready, updated, .. } = self.counts;
        [pods, ready, updated].iter().all(|count| *count == self.replicas)
    }
}

/// How many pods there are of a workload, as its controller has seen them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) pods: u32,
    pub(super) ready: u32,
    /// Of the newest template.
    pub(super) updated: u32,
    pub(super) wanted: u32,
}

#[derive(Debug, Clone)]
pub(super) struct ReplicaSet {
    pub(super) template: Arc<Template>,
    pub(super) revision: u32,
    pub(super) replicas: u32,
    pub(super) counts: Counts,
}

#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) template: Arc<Template>,
    pub(super) started: Timestamp,
    pub(super) finished: Option<Finished>,
    pub(super) counts: JobCounts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Finished {
    pub(super) at: Timestamp,
    pub(super) well: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct JobCounts {
    pub(super) active: u32,
    pub(super) succeeded: u32,
    pub(super) failed: u32,
}

#[derive(Debug, Clone)]
pub(super) struct CronJob {
    pub(super) template: Arc<Template>,
    pub(super) schedule: Text,
    pub(super) time_zone: Option<Text>,
    pub(super) is_suspended: bool,
    pub(super) last_schedule: Option<Timestamp>,
    pub(super) last_success: Option<Timestamp>,
    /// How many jobs are kept that ended well, and how many that did not.
    pub(super) keep: (usize, usize),
    /// Jobs that run.
    pub(super) active: Vec<Arc<Owner>>,
}

impl Row {
    pub(super) fn kind(&self) -> Kind {
        match &self.object {
            Object::Namespace => Kind::Namespace,
            Object::Node(_) => Kind::Node,
            Object::Pod(_) => Kind::Pod,
            Object::Event(_) => Kind::Event,
            Object::Service(_) => Kind::Service,
            Object::Workload(workload) => workload.kind,
            Object::ReplicaSet(_) => Kind::ReplicaSet,
            Object::Job(_) => Kind::Job,
            Object::CronJob(_) => Kind::CronJob,
        }
    }

    pub(super) fn as_pod(&self) -> Option<&Pod> {
        match &self.object {
            Object::Pod(pod) => Some(pod),
            _ => None,
        }
    }

    pub(super) fn as_workload(&self) -> Option<&Workload> {
        match &self.object {
            Object::Workload(workload) => Some(workload),
            _ => None,
        }
    }

    pub(super) fn owner(&self) -> Arc<Owner> {
        Arc::new(Owner { kind: self.kind(), name: self.meta.key.name.clone(), uid: self.meta.uid })
    }

    pub(super) fn is_owned_by(&self, uid: u128) -> bool {
        self.meta.owner.as_ref().is_some_and(|owner| owner.uid == uid)
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.meta.deletion.is_some()
    }
}

/// As the API writes it.
pub(super) fn uid_text(uid: u128) -> String {
    let hex = format!("{uid:032x}");
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default().to_owned();
    [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
}

/// Whole seconds, as the API writes stamps.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
