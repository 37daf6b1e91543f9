//! What is listed and watched: where the API has it, and how one object of it is read.

use http::Request;
use http::request::Builder;

use crate::adapters::kubernetes::connect::{Cluster, escaped};
use crate::adapters::kubernetes::refusal::{Attempt, Verb};
use crate::domain::news::Scope;

/// One resource of the API, whose objects are read as `T`.
#[derive(Debug)]
pub struct Resource<T> {
    /// `/api/v1`, `/apis/apps/v1`.
    pub(super) group: &'static str,
    /// `pods`.
    pub(super) plural: &'static str,
    /// Of its fields: only what it chooses is asked for.
    pub(super) fields: Option<&'static str>,
    /// Reads one object. `None`: it is none of those that are shown.
    pub(super) decode: Decode<T>,
}

pub(super) type Decode<T> = fn(&[u8]) -> Result<Option<T>, serde_json::Error>;

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
