//! The resources that the API offers, as discovery tells them.

use crate::demo::kubernetes::object::Kind;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// Where the objects come from.
    pub(super) source: Source,
    pub(super) group: &'static str,
    pub(super) version: &'static str,
    pub(super) plural: &'static str,
    pub(super) singular: &'static str,
    /// As `kind` names it.
    pub(super) name: &'static str,
    pub(super) short: &'static [&'static str],
    pub(super) is_namespaced: bool,
    pub(super) verbs: &'static [&'static str],
    pub(super) subresources: &'static [Subresource],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Stored(Kind),
    PodMetrics,
    NodeMetrics,
    /// Only created, never kept.
    Review,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subresource {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) verbs: &'static [&'static str],
}

const READ: &[&str] = &["get", "list", "watch"];
const PATCHED: &[&str] = &["get", "list", "patch", "watch"];
const POD: &[&str] = &["delete", "get", "list", "patch", "watch"];
const JOB: &[&str] = &["create", "delete", "get", "list", "watch"];
const MEASURED: &[&str] = &["get", "list"];
const CREATED: &[&str] = &["create"];

static POD_PARTS: [Subresource; 4] = [
    Subresource { name: "log", kind: "Pod", verbs: &["get"] },
    Subresource { name: "exec", kind: "PodExecOptions", verbs: &["create", "get"] },
    Subresource { name: "attach", kind: "PodAttachOptions", verbs: &["create", "get"] },
    Subresource { name: "portforward", kind: "PodPortForwardOptions", verbs: &["create", "get"] },
];

const fn stored(kind: Kind, group: &'static str, names: [&'static str; 3]) -> Resource {
    let [plural, singular, name] = names;
    Resource {
        source: Source::Stored(kind),
        group,
        version: "v1",
        plural,
        singular,
        name,
        short: &[],
        is_namespaced: true,
        verbs: READ,
        subresources: &[],
    }
}

pub(super) static RESOURCES: [Resource; 17] = [
    Resource {
        short: &["ns"],
        is_namespaced: false,
        ..stored(Kind::Namespace, "", ["namespaces", "namespace", "Namespace"])
    },
    Resource {
        short: &["no"],
        is_namespaced: false,
        ..stored(Kind::Node, "", ["nodes", "node", "Node"])
    },
    Resource {
        short: &["po"],
        verbs: POD,
        subresources: &POD_PARTS,
        ..stored(Kind::Pod, "", ["pods", "pod", "Pod"])
    },
    Resource { short: &["ev"], ..stored(Kind::Event, "", ["events", "event", "Event"]) },
    Resource { short: &["svc"], ..stored(Kind::Service, "", ["services", "service", "Service"]) },
    Resource {
        short: &["ep"],
        ..stored(Kind::Endpoints, "", ["endpoints", "endpoints", "Endpoints"])
    },
    Resource {
        short: &["deploy"],
        verbs: PATCHED,
        ..stored(Kind::Deployment, "apps", ["deployments", "deployment", "Deployment"])
    },
    Resource {
        short: &["rs"],
        ..stored(Kind::ReplicaSet, "apps", ["replicasets", "replicaset", "ReplicaSet"])
    },
    Resource {
        short: &["sts"],
        verbs: PATCHED,
        ..stored(Kind::StatefulSet, "apps", ["statefulsets", "statefulset", "StatefulSet"])
    },
    Resource {
        short: &["ds"],
        verbs: PATCHED,
        ..stored(Kind::DaemonSet, "apps", ["daemonsets", "daemonset", "DaemonSet"])
    },
    Resource { verbs: JOB, ..stored(Kind::Job, "batch", ["jobs", "job", "Job"]) },
    Resource {
        short: &["cj"],
        verbs: PATCHED,
        ..stored(Kind::CronJob, "batch", ["cronjobs", "cronjob", "CronJob"])
    },
    Resource {
        short: &["ev"],
        ..stored(Kind::Event, "events.k8s.io", ["events", "event", "Event"])
    },
    Resource {
        source: Source::PodMetrics,
        version: "v1beta1",
        verbs: MEASURED,
        ..stored(Kind::Pod, "metrics.k8s.io", ["pods", "", "PodMetrics"])
    },
    Resource {
        source: Source::NodeMetrics,
        version: "v1beta1",
        is_namespaced: false,
        verbs: MEASURED,
        ..stored(Kind::Node, "metrics.k8s.io", ["nodes", "", "NodeMetrics"])
    },
    Resource {
        source: Source::Review,
        is_namespaced: false,
        verbs: CREATED,
        ..stored(
            Kind::Namespace,
            "authorization.k8s.io",
            ["selfsubjectaccessreviews", "selfsubjectaccessreview", "SelfSubjectAccessReview"],
        )
    },
    Resource {
        source: Source::Review,
        is_namespaced: false,
        verbs: CREATED,
        ..stored(
            Kind::Namespace,
            "authentication.k8s.io",
            ["selfsubjectreviews", "selfsubjectreview", "SelfSubjectReview"],
        )
    },
];

impl Resource {
    pub(super) fn find(group: &str, version: &str, plural: &str) -> Option<&'static Self> {
        let mut all = RESOURCES.iter();
        all.find(|it| it.group == group && it.version == version && it.plural == plural)
    }

    /// The first resource of what is stored.
    pub(super) fn of(kind: Kind) -> &'static Self {
        let [first, ..] = &RESOURCES;
        RESOURCES.iter().find(|it| it.source == Source::Stored(kind)).unwrap_or(first)
    }

    /// `apps/v1`, `v1`.
    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `deployments.apps`, `pods`.
    pub(super) fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    pub(super) fn has_verb(&self, verb: &str) -> bool {
        self.verbs.contains(&verb)
    }

    /// Whether `kubectl get all` shows it.
    pub(super) fn is_in_all(&self) -> bool {
        let shown = [
            Kind::Pod,
            Kind::Service,
            Kind::Deployment,
            Kind::ReplicaSet,
            Kind::StatefulSet,
            Kind::DaemonSet,
            Kind::Job,
            Kind::CronJob,
        ];
        shown.iter().any(|kind| self.source == Source::Stored(*kind))
    }
}
