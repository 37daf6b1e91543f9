//! A cluster's API server in this process: enough of the Kubernetes API for kubectl and for clients
//! that list, watch and follow, over a cluster that lives: pods crash, are deployed, deleted, lost.
//!
//! The clusters of the three environments hold what `blueprint` says; `cluster` lets it live; `render`
//! and `table` write it down. What kubectl prints of a pod is written by hand beside each step of its
//! script.

mod accept;
mod age;
mod blueprint;
mod cluster;
mod discovery;
mod edit;
mod fault;
mod http;
mod list;
mod logs;
mod metrics;
mod object;
mod patch;
mod plan;
mod pod;
mod protobuf;
mod render;
mod resource;
mod route;
mod script;
mod select;
mod serve;
mod step;
mod store;
mod table;
mod voice;
mod watch;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::{Mutex, OnceLock, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch::{Receiver, Sender};

use crate::demo::kubernetes::cluster::Cluster;
use crate::demo::kubernetes::object::Kind;
use crate::demo::mongo::Clock;
use crate::demo::population::{Population, Tier};

pub use crate::demo::kubernetes::fault::{ApiFault, ApiFaults};
pub use crate::demo::kubernetes::serve::listen;

/// Whom the bearer of the token is known as.
const USER: &str = "lifeboat";

/// One API server; any number of connections share it.
pub struct KubernetesServer {
    clock: Clock,
    token: SecretString,
    cluster: Mutex<Cluster>,
    /// The newest version.
    changed: Sender<u64>,
    faults: ApiFaults,
    address: OnceLock<String>,
}

/// What a server is before it serves.
pub struct Opening<'a> {
    pub population: &'a Population,
    pub tier: Tier,
    pub seed: u64,
    /// So many pods more than the environment has, for measuring.
    pub crowd: usize,
    pub clock: Clock,
    /// What clients bear who bear anything.
    pub token: SecretString,
}

/// What `kubectl get pods` must print of a pod: the stored truth, at this moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExpectedPod {
    pub namespace: String,
    pub name: String,
    pub ready: String,
    pub status: String,
    pub restarts: String,
}

impl KubernetesServer {
    pub fn new(opening: Opening<'_>) -> Self {
        let Opening { population, tier, seed, crowd, clock, token } = opening;
        let cluster = Cluster::opened(population, tier, seed, crowd);
        Self {
            clock,
            token,
            changed: Sender::new(cluster.store.version()),
            cluster: Mutex::new(cluster),
            faults: ApiFaults::default(),
            address: OnceLock::new(),
        }
    }

    /// Says where it is reached, which discovery repeats.
    pub fn is_at(&self, address: SocketAddr) {
        self.address.get_or_init(|| address.to_string());
    }

    pub fn faults(&self) -> &ApiFaults {
        &self.faults
    }

    /// All pods as kubectl must print them now, in its order.
    pub fn expected(&self) -> Vec<ExpectedPod> {
        self.look(|cluster| {
            let now = cluster.now();
            let pods = cluster.store.rows(Kind::Pod, None);
            let printed = pods.filter_map(|row| Some((row, row.as_pod()?.printed(&row.meta, now))));
            let expected = printed.map(|(row, printed)| ExpectedPod {
                namespace: row.meta.key.namespace.to_string(),
                name: row.meta.key.name.to_string(),
                ready: printed.ready.to_owned(),
                status: printed.status.to_owned(),
                restarts: printed.restarts,
            });
            expected.collect()
        })
    }

    /// Looks at the cluster, or changes it, as it is by now.
    fn look<T>(&self, look: impl FnOnce(&mut Cluster) -> T) -> T {
        let mut cluster = self.cluster.lock().unwrap_or_else(PoisonError::into_inner);
        cluster.settle((self.clock)());
        let seen = look(&mut cluster);
        let version = cluster.store.version();
        drop(cluster);
        self.changed.send_if_modified(|known| std::mem::replace(known, version) != version);
        seen
    }

    fn changed(&self) -> Receiver<u64> {
        self.changed.subscribe()
    }

    fn is_token(&self, token: Option<&str>) -> bool {
        token == Some(self.token.expose_secret())
    }

    fn address(&self) -> &str {
        self.address.get().map_or("127.0.0.1", String::as_str)
    }
}
