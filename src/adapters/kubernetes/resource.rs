//! What is listed and watched: where the API has it, and how one object of it is read.

use http::Request;
use http::request::Builder;

use crate::adapters::kubernetes::connect::{Cluster, escaped};
use crate::adapters::kubernetes::protobuf;
use crate::adapters::kubernetes::refusal::{Attempt, Verb};
use crate::adapters::kubernetes::split::first;
use crate::adapters::kubernetes::wire::{
    Wire, WireCronJob, WireDaemonSet, WireDeployment, WireEvent, WireJob, WireNode, WireNodeUsage,
    WirePod, WirePodUsage, WireStatefulSet,
};
use crate::domain::event::Event;
use crate::domain::job::{CronJob, Job};
use crate::domain::news::{Kind, Scope};
use crate::domain::node::Node;
use crate::domain::pod::Pod;
use crate::domain::usage::{NodeUsage, PodUsage};
use crate::domain::workload::Workload;

/// One resource of the API, whose objects are read as `T`.
#[derive(Debug)]
pub struct Resource<T> {
    /// `/api/v1`, `/apis/apps/v1`.
    pub(super) group: &'static str,
    /// `pods`.
    pub(super) plural: &'static str,
    /// Of its fields: only what it chooses is asked for.
    pub(super) fields: Option<&'static str>,
    /// Reads the object at the beginning, and says how long it is. `None`: it is none of those that are
    /// shown.
    pub(super) decode: Decode<T>,
    /// Reads one from protocol buffers, where that is worth the while.
    pub(super) decode_protobuf: Option<DecodeProtobuf<T>>,
}

impl<T> Resource<T> {
    const fn of<W: Wire<Row = T>>(group: &'static str, plural: &'static str) -> Self {
        let decode = |bytes: &[u8]| {
            let (object, length): (W, usize) = first(bytes)?;
            Ok((Some(object.into_row()), length))
        };
        Self { group, plural, fields: None, decode, decode_protobuf: None }
    }
}

const CORE: &str = "/api/v1";
const APPS: &str = "/apis/apps/v1";
const BATCH: &str = "/apis/batch/v1";
const METRICS: &str = "/apis/metrics.k8s.io/v1beta1";

/// The others are few, or small.
pub const PODS: Resource<Pod> = Resource {
    decode_protobuf: Some(|bytes| {
        let object: WirePod = protobuf::read(bytes, protobuf::POD)?;
        Ok(Some(object.into_row()))
    }),
    ..Resource::of::<WirePod>(CORE, "pods")
};
pub const NODES: Resource<Node> = Resource::of::<WireNode>(CORE, "nodes");
pub const DEPLOYMENTS: Resource<Workload> = Resource::of::<WireDeployment>(APPS, "deployments");
pub const STATEFUL_SETS: Resource<Workload> = Resource::of::<WireStatefulSet>(APPS, "statefulsets");
pub const DAEMON_SETS: Resource<Workload> = Resource::of::<WireDaemonSet>(APPS, "daemonsets");
pub const JOBS: Resource<Job> = Resource::of::<WireJob>(BATCH, "jobs");
pub const CRON_JOBS: Resource<CronJob> = Resource::of::<WireCronJob>(BATCH, "cronjobs");
/// There are many others, which nobody reads.
pub const WARNINGS: Resource<Event> =
    Resource { fields: Some("type=Warning"), ..Resource::of::<WireEvent>(CORE, "events") };
/// Measured, and neither paged nor watched.
pub const POD_USAGE: Resource<PodUsage> = Resource::of::<WirePodUsage>(METRICS, "pods");
pub const NODE_USAGE: Resource<NodeUsage> = Resource {
    group: METRICS,
    plural: "nodes",
    fields: None,
    decode: |bytes| {
        let (object, length): (WireNodeUsage, usize) = first(bytes)?;
        Ok((object.into_row(), length))
    },
    decode_protobuf: None,
};

/// Where the API has the objects of a kind.
pub(super) const fn place(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Pod => (PODS.group, PODS.plural),
        Kind::Deployment => (DEPLOYMENTS.group, DEPLOYMENTS.plural),
        Kind::StatefulSet => (STATEFUL_SETS.group, STATEFUL_SETS.plural),
        Kind::DaemonSet => (DAEMON_SETS.group, DAEMON_SETS.plural),
        Kind::Job => (JOBS.group, JOBS.plural),
        Kind::CronJob => (CRON_JOBS.group, CRON_JOBS.plural),
        Kind::Node => (NODES.group, NODES.plural),
        Kind::Event => (WARNINGS.group, WARNINGS.plural),
    }
}

pub(super) type Decode<T> = fn(&[u8]) -> Result<(Option<T>, usize), serde_json::Error>;
pub(super) type DecodeProtobuf<T> = fn(&[u8]) -> Result<Option<T>, protobuf::Error>;

impl<T> Clone for Resource<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Resource<T> {}

impl<T> Resource<T> {
    pub const fn plural(&self) -> &'static str {
        self.plural
    }

    pub(super) fn attempt(&self, cluster: &Cluster, verb: Verb, scope: &Scope) -> Attempt {
        let namespace = match scope {
            Scope::Cluster => None,
            Scope::Namespace(namespace) => Some(namespace.clone()),
        };
        Attempt { namespace, ..cluster.attempt(verb, self.plural) }
    }

    /// A request for its objects in `scope`.
    pub(super) fn request(&self, scope: &Scope, query: &[(&str, &str)]) -> Builder {
        let fields = self.fields.map(|fields| ("fieldSelector", fields));
        let query = fields.iter().chain(query);
        Request::get(address(self.group, self.plural, scope, query))
    }
}

/// `/api/v1/namespaces/default/pods?limit=500`.
pub(super) fn address<'a>(
    group: &str,
    plural: &str,
    scope: &Scope,
    query: impl IntoIterator<Item = &'a (&'a str, &'a str)>,
) -> String {
    let mut address = match scope {
        Scope::Cluster => format!("{group}/{plural}"),
        Scope::Namespace(namespace) => {
            format!("{group}/namespaces/{}/{plural}", escaped(namespace))
        }
    };
    let mut mark = '?';
    for (name, value) in query {
        address.push(mark);
        address.push_str(name);
        address.push('=');
        address.push_str(&escaped(value));
        mark = '&';
    }
    address
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn addresses_hold_nothing_that_means_something_there() {
        let scope = Scope::Namespace(Arc::from("a/../b"));
        let query = [("limit", "5"), ("continue", "x&y=")];
        assert_eq!(
            address("/api/v1", "pods", &scope, &query),
            "/api/v1/namespaces/a%2F..%2Fb/pods?limit=5&continue=x%26y%3D"
        );
        assert_eq!(address("/api/v1", "nodes", &Scope::Cluster, &[]), "/api/v1/nodes");
    }
}
