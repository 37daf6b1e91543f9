//! Single objects as the API has them, the events about one, and the names of namespaces.

use std::sync::Arc;

use http::Request;
use serde::Deserialize;
use serde_json::Value;

use crate::adapters::kubernetes::connect::{Cluster, escaped};
use crate::adapters::kubernetes::refusal::{Attempt, Refusal, Verb};
use crate::adapters::kubernetes::resource::{address, place};
use crate::adapters::kubernetes::wire::{List, Wire, WireEvent};
use crate::domain::event::Event;
use crate::domain::news::{Kind, Scope};
use crate::domain::pod::Uid;

const NAMES: &str = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

/// One object of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    pub kind: Kind,
    /// `None` for what is in no namespace.
    pub namespace: Option<Arc<str>>,
    pub name: Box<str>,
}

impl Address {
    pub(super) fn attempt(&self, cluster: &Cluster, verb: Verb) -> Attempt {
        let (_, plural) = place(self.kind);
        let attempt = cluster.attempt(verb, plural);
        Attempt { namespace: self.namespace.clone(), name: Some(self.name.clone()), ..attempt }
    }

    /// `/api/v1/namespaces/default/pods/api-0`.
    pub(super) fn path(&self) -> String {
        let (group, plural) = place(self.kind);
        let scope = self.namespace.clone().map_or(Scope::Cluster, Scope::Namespace);
        format!("{}/{}", address(group, plural, &scope, &[]), escaped(&self.name))
    }
}

/// The whole object.
pub async fn object(cluster: &Cluster, address: &Address) -> Result<Value, Refusal> {
    let attempt = address.attempt(cluster, Verb::Get);
    cluster.ask(&attempt, Request::get(address.path()), Vec::new()).await
}

/// The events about one object, warnings and others, the newest last.
pub async fn events_of(
    cluster: &Cluster,
    namespace: &Arc<str>,
    uid: &Uid,
) -> Result<Vec<Event>, Refusal> {
    let attempt =
        Attempt { namespace: Some(Arc::clone(namespace)), ..cluster.attempt(Verb::List, "events") };
    let about = format!("involvedObject.uid={uid}");
    let scope = Scope::Namespace(Arc::clone(namespace));
    let query = [("fieldSelector", about.as_str()), ("limit", "500")];
    let address = address("/api/v1", "events", &scope, &query);
    let events: List<WireEvent> = cluster.ask(&attempt, Request::get(address), Vec::new()).await?;
    let mut events: Vec<_> = events.items.into_iter().map(Wire::into_row).collect();
    events.sort_by_key(|event| event.last);
    Ok(events)
}

/// The names of all namespaces, in the server's order.
pub async fn namespaces(cluster: &Cluster) -> Result<Vec<Arc<str>>, Refusal> {
    #[derive(Deserialize)]
    struct Names {
        items: Vec<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        metadata: Name,
    }
    #[derive(Deserialize)]
    struct Name {
        name: Arc<str>,
    }
    let attempt = cluster.attempt(Verb::List, "namespaces");
    let request = Request::get("/api/v1/namespaces").header(http::header::ACCEPT, NAMES);
    let names: Names = cluster.ask(&attempt, request, Vec::new()).await?;
    Ok(names.items.into_iter().map(|item| item.metadata.name).collect())
}
