//! Which workload a pod belongs to, told by the pod alone.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::pod::Pod;
use crate::domain::workload::{Workload, WorkloadKind};

/// What a group of pods has in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkloadKey {
    pub kind: GroupKind,
    pub namespace: Arc<str>,
    pub name: Box<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GroupKind {
    Workload(WorkloadKind),
    /// Jobs that a schedule has made.
    CronJob,
    Job,
    /// Pods that a kubelet starts from its own files; the name is that of the pod without its node.
    Static,
    /// Another kind of controller.
    Other(Arc<str>),
    /// A pod that nothing answers for.
    Alone,
}

impl GroupKind {
    /// The kind as the API names it.
    pub fn word(&self) -> &str {
        match self {
            Self::Workload(kind) => kind.word(),
            Self::CronJob => "CronJob",
            Self::Job => "Job",
            Self::Static => "static Pod",
            Self::Other(kind) => kind,
            Self::Alone => "Pod",
        }
    }
}

impl fmt::Display for GroupKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

impl WorkloadKind {
    /// The kind as the API names it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
        }
    }

    /// The kind as `kubectl` takes it.
    pub const fn argument(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::StatefulSet => "statefulset",
            Self::DaemonSet => "daemonset",
        }
    }
}

impl Workload {
    /// The key of the group of its pods.
    pub fn key(&self) -> WorkloadKey {
        WorkloadKey {
            kind: GroupKind::Workload(self.kind),
            namespace: Arc::clone(&self.namespace),
            name: self.name.clone(),
        }
    }
}

/// The group of `pod`.
pub fn workload_of(pod: &Pod) -> WorkloadKey {
    let (kind, name) = group_of(pod);
    WorkloadKey { kind, namespace: Arc::clone(&pod.namespace), name: name.into() }
}

fn group_of(pod: &Pod) -> (GroupKind, &str) {
    let Some(owner) = &pod.owner else { return (GroupKind::Alone, &pod.name) };
    let name = &*owner.name;
    match &*owner.kind {
        "ReplicaSet" => match pod.label("pod-template-hash").and_then(|hash| without(name, hash)) {
            Some(name) => (GroupKind::Workload(WorkloadKind::Deployment), name),
            None => (GroupKind::Other(Arc::clone(&owner.kind)), name),
        },
        "StatefulSet" => (GroupKind::Workload(WorkloadKind::StatefulSet), name),
        "DaemonSet" => (GroupKind::Workload(WorkloadKind::DaemonSet), name),
        "Job" => match scheduled(name) {
            Some(name) => (GroupKind::CronJob, name),
            None => (GroupKind::Job, name),
        },
        "Node" => (GroupKind::Static, without(&pod.name, name).unwrap_or(&pod.name)),
        _ => (GroupKind::Other(Arc::clone(&owner.kind)), name),
    }
}

/// `api` of `api-5d8f` and `5d8f`.
fn without<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let name = name.strip_suffix(ending)?.strip_suffix('-')?;
    (!name.is_empty() && !ending.is_empty()).then_some(name)
}

/// The `CronJob` of a Job whose name ends in the minute of its run, counted since 1970.
fn scheduled(job: &str) -> Option<&str> {
    let (name, minute) = job.rsplit_once('-')?;
    let is_minute = minute.len() == 8 && minute.bytes().all(|byte| byte.is_ascii_digit());
    (is_minute && minute.starts_with(['2', '3', '4']) && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pod::Owner;
    use crate::domain::pod::fixture::pod;

    #[test]
    fn pods_are_grouped_by_what_answers_for_them() {
        for (pod_name, owner, hash, kind, name) in [
            ("api-5d8f-x", Some(("ReplicaSet", "api-5d8f")), Some("5d8f"), "Deployment", "api"),
            ("api-5d8f-x", Some(("ReplicaSet", "api-5d8f")), None, "ReplicaSet", "api-5d8f"),
            ("api-5d8f-x", Some(("ReplicaSet", "api-5d8f")), Some("77"), "ReplicaSet", "api-5d8f"),
            ("db-0", Some(("StatefulSet", "db")), None, "StatefulSet", "db"),
            ("node-x", Some(("DaemonSet", "node")), None, "DaemonSet", "node"),
            ("b-29401620-x", Some(("Job", "backup-29401620")), None, "CronJob", "backup"),
            ("m-x", Some(("Job", "migrate-2")), None, "Job", "migrate-2"),
            ("etcd-node-1", Some(("Node", "node-1")), None, "static Pod", "etcd"),
            ("run-1", Some(("Workflow", "run")), None, "Workflow", "run"),
            ("shell", None, None, "Pod", "shell"),
        ] {
            let mut pod = pod(pod_name);
            pod.owner = owner.map(|(kind, name)| Owner { kind: kind.into(), name: name.into() });
            pod.labels =
                hash.iter().map(|hash| ("pod-template-hash".into(), (*hash).into())).collect();
            let key = workload_of(&pod);
            assert_eq!((key.kind.word(), &*key.name), (kind, name), "{pod_name}");
            assert_eq!(key.namespace, pod.namespace);
        }
    }
}
