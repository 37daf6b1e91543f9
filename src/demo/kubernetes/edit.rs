//! Requests that change something: patches, new jobs, deletions.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::demo::kubernetes::KubernetesServer;
use crate::demo::kubernetes::cluster::Changed;
use crate::demo::kubernetes::http::{Answer, Refusal, json_with, ok, read_object};
use crate::demo::kubernetes::object::{Key, Kind, Row, uid_text};
use crate::demo::kubernetes::patch::{self, Patch};
use crate::demo::kubernetes::render;
use crate::demo::kubernetes::resource::Source;
use crate::demo::kubernetes::route::Target;
use crate::demo::request::Query;

impl KubernetesServer {
    pub(super) async fn patch(
        self: &Arc<Self>,
        target: &Target<'_>,
        name: &str,
        query: &Query,
        mut request: Request<Incoming>,
    ) -> Answer {
        let (kind, key) = Self::named(target, name, "patch")?;
        if target.part.is_some() {
            return Err(Refusal::not_allowed());
        }
        let media = request.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let patch = Patch::of(media.unwrap_or_default())?;
        let body = read_object(&mut request).await?;
        let is_rehearsal = query.get("dryRun").is_some();
        self.look(|cluster| {
            let row = cluster.store.get(kind, &key).cloned();
            let row = row.ok_or_else(|| Refusal::not_found(&target.resource.qualified(), name))?;
            let before = render::value(&row, target.resource);
            let mut after = before.clone();
            patch::apply(&mut after, &body, patch)?;
            if after.get("metadata").is_none() {
                return Err(Refusal::invalid("the patch leaves no object"));
            }
            if is_rehearsal {
                return ok(&after);
            }
            cluster.take_over(&row, &Changed { before: &before, after: &after })?;
            let row = cluster.store.get(kind, &key).cloned().unwrap_or(row);
            ok(&render::value(&row, target.resource))
        })
    }

    pub(super) async fn delete(
        self: &Arc<Self>,
        target: &Target<'_>,
        name: &str,
        query: &Query,
        mut request: Request<Incoming>,
    ) -> Answer {
        let (kind, key) = Self::named(target, name, "delete")?;
        let options = read_object(&mut request).await?;
        let grace = query.get("gracePeriodSeconds").and_then(|it| it.parse().ok());
        let asked = options.get("gracePeriodSeconds").and_then(Value::as_u64);
        let grace = grace.or_else(|| asked.and_then(|it| u32::try_from(it).ok()));
        let uid = options.pointer("/preconditions/uid").and_then(Value::as_str);
        self.look(|cluster| {
            let row = cluster.store.get(kind, &key).cloned();
            let row = row.ok_or_else(|| Refusal::not_found(&target.resource.qualified(), name))?;
            if uid.is_some_and(|uid| uid != uid_text(row.meta.uid)) {
                return Err(changed_meanwhile(target, &row));
            }
            if query.get("dryRun").is_some() || options.get("dryRun").is_some() {
                return ok(&render::value(&row, target.resource));
            }
            let row = cluster.delete(&row, grace);
            ok(&render::value(&row, target.resource))
        })
    }

    pub(super) fn create(
        self: &Arc<Self>,
        target: &Target<'_>,
        query: &Query,
        body: &Value,
    ) -> Answer {
        if target.resource.source == Source::Review {
            return self.review(target.resource, body);
        }
        let Some(namespace) = target.namespace.filter(|_| target.resource.has_verb("create"))
        else {
            return Err(Refusal::not_allowed());
        };
        if query.get("dryRun").is_some() {
            return json_with(StatusCode::CREATED, body);
        }
        let row = self.look(|cluster| cluster.accept_job(namespace, body))?;
        json_with(StatusCode::CREATED, &render::value(&row, target.resource))
    }

    /// What a request to change something names, if it may be changed so.
    fn named(target: &Target<'_>, name: &str, verb: &str) -> Result<(Kind, Key), Refusal> {
        match target.resource.source {
            Source::Stored(kind) if target.resource.has_verb(verb) => {
                Ok((kind, Key::new(target.namespace.unwrap_or_default(), name)))
            }
            _ => Err(Refusal::not_allowed()),
        }
    }
}

fn changed_meanwhile(target: &Target<'_>, row: &Row) -> Refusal {
    let name = &row.meta.key.name;
    let message = format!(
        "Operation cannot be fulfilled on {} \"{name}\": the UID in the precondition does not match the UID in record",
        target.resource.qualified()
    );
    let mut refusal = Refusal::new(StatusCode::CONFLICT, "Conflict", message);
    refusal.details = json!({"name": &**name, "kind": target.resource.plural});
    refusal
}
