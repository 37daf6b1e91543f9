//! Which request is answered by whom, and whether it is answered at all.

use std::sync::Arc;

use http::header::{ACCEPT, AUTHORIZATION};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::json;

use crate::demo::kubernetes::accept::{Included, Shape};
use crate::demo::kubernetes::fault::ApiFault;
use crate::demo::kubernetes::http::{
    Answer, Content, Refusal, json_with, ok, read_object, text_with,
};
use crate::demo::kubernetes::object::{Key, Kind};
use crate::demo::kubernetes::render::{self, Form};
use crate::demo::kubernetes::resource::{Resource, Source};
use crate::demo::kubernetes::{KubernetesServer, USER, discovery, table};
use crate::demo::request::{Query, decode};

/// A request for objects that are stored.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) resource: &'static Resource,
    pub(super) kind: Kind,
    pub(super) namespace: Option<&'a str>,
    pub(super) query: &'a Query,
    pub(super) shape: Shape,
}

/// What a path behind a group and version names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target<'a> {
    pub(super) resource: &'static Resource,
    pub(super) namespace: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) part: Option<&'a str>,
}

impl KubernetesServer {
    pub(super) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Content> {
        self.faults().answers().await;
        let accept =
            request.headers().get(ACCEPT).and_then(|it| it.to_str().ok()).map(str::to_owned);
        let routed = self.route(request, accept.as_deref()).await;
        routed.unwrap_or_else(|refused| refused.answer(accept.as_deref()))
    }

    async fn route(
        self: &Arc<Self>,
        mut request: Request<Incoming>,
        accept: Option<&str>,
    ) -> Answer {
        self.know(&request)?;
        let path = decode(request.uri().path());
        let query = Query::parse(request.uri().query().unwrap_or_default());
        let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let target = match segments.as_slice() {
            ["api", "v1", rest @ ..] if !rest.is_empty() => target("", "v1", rest)?,
            ["apis", group, version, rest @ ..] if !rest.is_empty() => {
                target(group, version, rest)?
            }
            about => return self.tell_about(about, Shape::of(accept, false)?),
        };
        let verb = verb(request.method(), &query, &target);
        let has_message = verb == "list" && target.resource.source == Source::Stored(Kind::Pod);
        let shape = Shape::of(accept, has_message)?;
        self.permit(verb, &target)?;
        if matches!(target.part, Some("exec" | "attach" | "portforward" | "proxy")) {
            return Err(Refusal::not_here(match target.part {
                Some("portforward") => "has no ports behind its pods: port-forward is not possible",
                _ => "has no shells: there is nothing to execute or attach to in its pods",
            }));
        }
        match (verb, target.name) {
            ("list" | "watch", None) => self.answer_many(verb, &target, &query, shape),
            ("get", Some(name)) => self.answer_get(&target, name, &query, shape),
            ("patch", Some(name)) => self.patch(&target, name, &query, request).await,
            ("delete", Some(name)) => self.delete(&target, name, &query, request).await,
            ("create", None) => {
                let body = read_object(&mut request).await?;
                self.create(&target, &query, &body)
            }
            _ => Err(Refusal::not_allowed()),
        }
    }

    /// Who asks: a wrong token is refused. None at all is let in, because kubectl sends none where
    /// there is no TLS, whatever its kubeconfig says.
    fn know(&self, request: &Request<Incoming>) -> Result<(), Refusal> {
        let is_known = request.headers().get(AUTHORIZATION).is_none_or(|credentials| {
            let token = credentials.to_str().ok().and_then(|it| it.strip_prefix("Bearer "));
            self.is_token(token)
        });
        if is_known && !self.faults().is_on(ApiFault::Unauthorized) {
            return Ok(());
        }
        Err(Refusal::new(StatusCode::UNAUTHORIZED, "Unauthorized", "Unauthorized"))
    }

    fn permit(&self, verb: &str, target: &Target<'_>) -> Result<(), Refusal> {
        let Target { resource, namespace, name, part } = *target;
        let is_review = resource.source == Source::Review;
        if is_review || !self.faults().forbids(namespace) {
            return Ok(());
        }
        let name = name.map(|name| format!(" \"{name}\"")).unwrap_or_default();
        let part = part.map(|part| format!("/{part}")).unwrap_or_default();
        let place = match namespace {
            Some(namespace) => format!("in the namespace \"{namespace}\""),
            None => "at the cluster scope".to_owned(),
        };
        let message = format!(
            "{}{name} is forbidden: User \"{USER}\" cannot {verb} resource \"{}{part}\" in API group \"{}\" {place}",
            resource.qualified(),
            resource.plural,
            resource.group,
        );
        Err(Refusal::new(StatusCode::FORBIDDEN, "Forbidden", message))
    }

    fn tell_about(&self, path: &[&str], shape: Shape) -> Answer {
        let is_aggregated = shape == Shape::Aggregated;
        let found = match path {
            ["version"] => Some(discovery::version()),
            ["api" | "apis"] if is_aggregated => {
                let body = discovery::aggregated(path == ["api"]).to_string();
                let kind = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
                return text_with(StatusCode::OK, kind, body);
            }
            ["api"] => Some(discovery::versions(self.address())),
            ["apis"] => Some(discovery::groups()),
            ["apis", group] => discovery::group(group),
            ["api", version] => discovery::resources("", version),
            ["apis", group, version] => discovery::resources(group, version),
            ["healthz" | "livez" | "readyz", ..] => {
                return text_with(StatusCode::OK, "text/plain; charset=utf-8", "ok");
            }
            ["openapi", ..] => return Err(Refusal::not_here("has no OpenAPI description")),
            _ => None,
        };
        ok(&found.ok_or_else(Refusal::no_such_path)?)
    }

    fn answer_many(
        self: &Arc<Self>,
        verb: &str,
        target: &Target<'_>,
        query: &Query,
        shape: Shape,
    ) -> Answer {
        let Target { resource, namespace, .. } = *target;
        let is_watch = verb == "watch";
        match resource.source {
            Source::Stored(kind) => {
                let asked = Asked { resource, kind, namespace, query, shape };
                if is_watch { self.watch(asked) } else { self.list(asked) }
            }
            Source::PodMetrics | Source::NodeMetrics if !is_watch => {
                self.list_metrics(resource, namespace, query)
            }
            _ => Err(Refusal::not_allowed()),
        }
    }

    fn answer_get(
        self: &Arc<Self>,
        target: &Target<'_>,
        name: &str,
        query: &Query,
        shape: Shape,
    ) -> Answer {
        let Target { resource, namespace, part, .. } = *target;
        let key = Key::new(namespace.unwrap_or_default(), name);
        let kind = match (resource.source, part) {
            (Source::Stored(Kind::Pod), Some("log")) => {
                return self.logs(&key.namespace, name, query);
            }
            (Source::Stored(kind), None | Some("status")) => kind,
            (Source::PodMetrics | Source::NodeMetrics, None) => {
                return self.get_metrics(resource, &key, shape);
            }
            _ => return Err(Refusal::no_such_path()),
        };
        let (now, row) =
            self.look(|cluster| (cluster.now(), cluster.store.get(kind, &key).cloned()));
        let row = row.ok_or_else(|| Refusal::not_found(&resource.qualified(), name))?;
        match shape {
            Shape::Table => {
                let included = Included::of(query.get("includeObject"))?;
                ok(&json!({
                    "kind": "Table",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": {"resourceVersion": row.version.to_string()},
                    "columnDefinitions": table::definitions(resource),
                    "rows": [table::row(&row, resource, included, now)],
                }))
            }
            Shape::Metadata => json_text(render::write(&row, resource, Form::Metadata, false)),
            Shape::Object | Shape::Aggregated | Shape::Message => {
                json_text(render::write(&row, resource, Form::Whole, false))
            }
        }
    }

    /// What is only created to be answered: may I, and who am I.
    pub(super) fn review(&self, resource: &Resource, body: &serde_json::Value) -> Answer {
        let mut answer = body.clone();
        let namespace = body
            .pointer("/spec/resourceAttributes/namespace")
            .and_then(serde_json::Value::as_str)
            .filter(|namespace| !namespace.is_empty());
        let status = if resource.name == "SelfSubjectReview" {
            json!({"userInfo": {"username": USER, "groups": ["system:masters", "system:authenticated"]}})
        } else {
            json!({"allowed": !self.faults().forbids(namespace)})
        };
        if let Some(fields) = answer.as_object_mut() {
            fields.insert("kind".to_owned(), resource.name.into());
            fields.insert("apiVersion".to_owned(), resource.api_version().into());
            fields.insert("status".to_owned(), status);
        }
        json_with(StatusCode::CREATED, &answer)
    }
}

fn json_text(text: String) -> Answer {
    text_with(StatusCode::OK, crate::demo::kubernetes::http::JSON, text)
}

/// Reads what stands behind a group and version.
fn target<'a>(group: &str, version: &str, rest: &[&'a str]) -> Result<Target<'a>, Refusal> {
    let find = |plural| Resource::find(group, version, plural).ok_or_else(Refusal::no_such_path);
    let (namespace, plural, name, part) = match *rest {
        ["namespaces", namespace, plural, ref rest @ ..]
            if Resource::find(group, version, plural).is_some_and(|it| it.is_namespaced) =>
        {
            (Some(namespace), plural, rest.first().copied(), rest.get(1).copied())
        }
        [plural, ref rest @ ..] => (None, plural, rest.first().copied(), rest.get(1).copied()),
        [] => return Err(Refusal::no_such_path()),
    };
    let resource = find(plural)?;
    if resource.is_namespaced && namespace.is_none() && name.is_some() {
        return Err(Refusal::no_such_path());
    }
    Ok(Target { resource, namespace, name, part })
}

/// In the words of an authorizer.
fn verb(method: &Method, query: &Query, target: &Target<'_>) -> &'static str {
    match (method.as_str(), target.name) {
        ("GET" | "HEAD", Some(_)) => "get",
        ("GET" | "HEAD", None) if query.is_set("watch") => "watch",
        ("GET" | "HEAD", None) => "list",
        ("POST", _) => "create",
        ("PATCH", _) => "patch",
        ("PUT", _) => "update",
        ("DELETE", Some(_)) => "delete",
        ("DELETE", None) => "deletecollection",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_resources_objects_and_their_parts() {
        let pod = target("", "v1", &["namespaces", "default", "pods", "a", "log"]).unwrap();
        assert_eq!(pod.resource.name, "Pod");
        assert_eq!((pod.namespace, pod.name, pod.part), (Some("default"), Some("a"), Some("log")));
        let all = target("apps", "v1", &["deployments"]).unwrap();
        assert_eq!((all.resource.name, all.namespace, all.name), ("Deployment", None, None));
        let namespace = target("", "v1", &["namespaces", "default"]).unwrap();
        assert_eq!((namespace.resource.name, namespace.name), ("Namespace", Some("default")));
        let metrics = target("metrics.k8s.io", "v1beta1", &["nodes"]).unwrap();
        assert_eq!(metrics.resource.name, "NodeMetrics");
        assert!(target("apps", "v1", &["pods"]).is_err());
        assert!(target("", "v1", &["pods", "a"]).is_err());
    }
}
