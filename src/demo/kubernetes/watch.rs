//! Watches: what changes, as it changes. Nothing wakes up where nobody watches.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::unfold;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::demo::kubernetes::accept::{Included, Shape};
use crate::demo::kubernetes::fault::ApiFault;
use crate::demo::kubernetes::http::{Answer, JSON, Refusal, made};
use crate::demo::kubernetes::list::too_old;
use crate::demo::kubernetes::object::{Kind, Row};
use crate::demo::kubernetes::render::{self, Form};
use crate::demo::kubernetes::resource::Resource;
use crate::demo::kubernetes::route::Asked;
use crate::demo::kubernetes::select::Selection;
use crate::demo::kubernetes::store::{Change, TooOld};
use crate::demo::kubernetes::{KubernetesServer, table};

/// A watch looks at most so often.
const PAUSE: Duration = Duration::from_millis(250);
/// How often a watch says how far it has come.
const BOOKMARKS: Duration = Duration::from_secs(30);
/// How long a watch lasts where the client does not say.
const LONGEST: Duration = Duration::from_mins(30);
/// So many changes are written at a time.
const MOST: usize = 200;

struct Watch {
    server: Arc<KubernetesServer>,
    resource: &'static Resource,
    kind: Kind,
    selection: Selection,
    shape: Shape,
    included: Included,
    /// The version up to which everything has been said.
    version: u64,
    /// What is there already, to be told before anything else.
    initial: VecDeque<Arc<Row>>,
    tells_columns: bool,
    ends: Instant,
    cut: Option<Instant>,
    bookmark: Option<Instant>,
    changed: watch::Receiver<u64>,
    faults: watch::Receiver<Vec<ApiFault>>,
    is_over: bool,
}

impl KubernetesServer {
    pub(super) fn watch(self: &Arc<Self>, asked: Asked<'_>) -> Answer {
        let Asked { resource, kind, namespace, query, shape } = asked;
        if query.get("sendInitialEvents").is_some() {
            return Err(Refusal::invalid(
                "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: \
                 sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
            ));
        }
        if self.faults().is_on(ApiFault::WatchGone) {
            return Err(too_old(TooOld::Unknown));
        }
        let selection = Selection::new(namespace, query, resource)?;
        let included = Included::of(query.get("includeObject"))?;
        let wanted = query.get("resourceVersion").filter(|version| *version != "0");
        let (mut initial, mut version) = (VecDeque::new(), 0);
        let wanted = wanted.map(str::parse::<u64>).transpose().map_err(|_| {
            Refusal::new(StatusCode::BAD_REQUEST, "BadRequest", "Invalid value: resourceVersion")
        })?;
        let changed = self.changed();
        self.look(|cluster| {
            version = wanted.unwrap_or(cluster.store.version());
            if wanted.is_none() {
                let rows = cluster.store.rows(kind, selection.namespace.as_deref());
                initial.extend(rows.filter(|row| selection.takes(row)).cloned());
            }
            // Only what is older than the server is refused at once.
            match cluster.store.since(version).err() {
                Some(TooOld::Unknown) => Err(too_old(TooOld::Unknown)),
                Some(TooOld::Forgotten(_)) | None => Ok(()),
            }
        })?;
        let now = Instant::now();
        let seconds = query.get("timeoutSeconds").and_then(|it| it.parse().ok());
        let lasts = seconds.filter(|it| *it > 0).map_or(LONGEST, Duration::from_secs);
        let watch = Watch {
            server: Arc::clone(self),
            resource,
            kind,
            selection,
            shape,
            included,
            version,
            initial,
            tells_columns: true,
            ends: now + lasts,
            cut: self.faults().watch_ends_after().map(|after| now + after),
            bookmark: query.is_set("allowWatchBookmarks").then(|| now + BOOKMARKS),
            changed,
            faults: self.faults().subscribe(),
            is_over: false,
        };
        made(
            JSON,
            unfold(watch, |mut watch| async {
                let part = watch.next().await?;
                Some((part, watch))
            }),
        )
    }
}

impl Watch {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        if self.is_over {
            return None;
        }
        loop {
            if let Some(interruption) = self.interruption() {
                self.is_over = true;
                return Some(interruption);
            }
            self.server.faults().answers().await;
            let mut text = String::new();
            let due = self.tell(&mut text);
            if !text.is_empty() {
                return Some(Ok(text.into()));
            }
            let far = self.ends;
            let (bookmark, cut) = (self.bookmark.unwrap_or(far), self.cut.unwrap_or(far));
            tokio::select! {
                () = sleep_until(self.ends) => return None,
                () = sleep_until(cut), if self.cut.is_some() => {}
                () = sleep_until(bookmark), if self.bookmark.is_some() => {
                    self.bookmark = Some(Instant::now() + BOOKMARKS);
                    return Some(Ok(line("BOOKMARK", &self.milestone()).into()));
                }
                () = sleep_until(due.unwrap_or(far)) => {}
                changed = self.changed.changed() => {
                    changed.ok()?;
                    tokio::time::sleep(PAUSE).await;
                }
                changed = self.faults.changed() => changed.ok()?,
            }
        }
    }

    /// How a fault ends the watch, if one does.
    fn interruption(&mut self) -> Option<io::Result<Bytes>> {
        self.faults.borrow_and_update();
        let faults = self.server.faults();
        let cut = || Err(io::ErrorKind::ConnectionReset.into());
        if faults.is_on(ApiFault::WatchGone) {
            return Some(Ok(line("ERROR", &too_old(TooOld::Unknown).status()).into()));
        }
        let namespace = self.selection.namespace.as_deref();
        if faults.is_on(ApiFault::Unauthorized) || faults.forbids(namespace) {
            return Some(cut());
        }
        let Some(after) = faults.watch_ends_after() else {
            self.cut = None;
            return None;
        };
        let at = *self.cut.get_or_insert(Instant::now() + after);
        (at <= Instant::now()).then(cut)
    }

    /// Writes what has happened; when something will.
    fn tell(&mut self, text: &mut String) -> Option<Instant> {
        let server = Arc::clone(&self.server);
        let now = server.look(|cluster| cluster.now());
        while let Some(row) = self.initial.pop_front() {
            self.write(text, "ADDED", &row, now);
            if text.len() > 64 << 10 {
                return None;
            }
        }
        let mut changes = Vec::new();
        let (found, due) = server.look(|cluster| {
            let found = cluster.store.since(self.version).map(|newer| {
                let of_kind = newer.filter(|change| change.kind == self.kind);
                changes.extend(of_kind.take(MOST).cloned());
            });
            let newest = cluster.store.version();
            let found = found.map(|()| newest);
            (found, cluster.next_due().map(|due| due.duration_since(cluster.now())))
        });
        let newest = match found {
            Ok(newest) => newest,
            Err(old) => {
                self.is_over = true;
                text.push_str(&line("ERROR", &too_old(old).status()));
                return None;
            }
        };
        let are_all = changes.len() < MOST;
        for change in changes {
            self.tell_of(text, &change, now);
            self.version = change.version;
        }
        if are_all {
            self.version = newest;
        }
        due.map(|due| {
            let wait = Duration::try_from(due).unwrap_or_default();
            Instant::now() + wait.clamp(PAUSE, LONGEST)
        })
    }

    /// What a change is to somebody who sees a selection only.
    fn tell_of(&mut self, text: &mut String, change: &Change, now: Timestamp) {
        let seen = |row: &&Arc<Row>| self.selection.takes(row);
        let before = change.before.as_ref().filter(seen);
        let after = change.after.as_ref().filter(seen);
        let (kind, row) = match (before, after) {
            (None, None) => return,
            (None, Some(row)) => ("ADDED", row),
            (Some(_), Some(row)) => ("MODIFIED", row),
            (Some(row), None) => ("DELETED", row),
        };
        let row = Row { version: change.version, ..(**row).clone() };
        self.write(text, kind, &row, now);
    }

    fn write(&mut self, text: &mut String, kind: &str, row: &Row, now: Timestamp) {
        let object = match self.shape {
            Shape::Table => {
                let columns = std::mem::take(&mut self.tells_columns)
                    .then(|| table::definitions(self.resource));
                json!({
                    "kind": "Table",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": {"resourceVersion": row.version.to_string()},
                    "columnDefinitions": columns,
                    "rows": [table::row(row, self.resource, self.included, now)],
                })
                .to_string()
            }
            Shape::Metadata => render::write(row, self.resource, Form::Metadata, false),
            Shape::Object | Shape::Aggregated | Shape::Message => {
                render::write(row, self.resource, Form::Whole, false)
            }
        };
        text.extend(["{\"type\":\"", kind, "\",\"object\":", &object, "}\n"]);
    }

    /// How far the watch has come, in an object that says nothing else.
    fn milestone(&self) -> Value {
        let metadata = json!({"resourceVersion": self.version.to_string()});
        match self.shape {
            Shape::Table => json!({
                "kind": "Table",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": metadata,
                "columnDefinitions": null,
                "rows": [],
            }),
            Shape::Metadata => json!({
                "kind": "PartialObjectMetadata",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": metadata,
            }),
            Shape::Object | Shape::Aggregated | Shape::Message => json!({
                "kind": self.resource.name,
                "apiVersion": self.resource.api_version(),
                "metadata": metadata,
            }),
        }
    }
}

fn line(kind: &str, object: &Value) -> String {
    format!("{{\"type\":\"{kind}\",\"object\":{object}}}\n")
}
