//! Watches: the changes of one resource from a version on, line by line, until the server ends them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use kube::core::Status;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::timeout;

use crate::adapters::kubernetes::connect::{Answer, Cluster};
use crate::adapters::kubernetes::page::row;
use crate::adapters::kubernetes::refusal::{Attempt, Refusal, Verb};
use crate::adapters::kubernetes::resource::Resource;
use crate::domain::news::Scope;
use crate::domain::pod::Uid;

/// After so long without a byte a connection is dead: the server sends a bookmark each minute. Of
/// events it sends none, so that a quiet watch of them is opened again for nothing now and then.
const SILENCE: Duration = Duration::from_secs(100);
/// The server ends a watch after so long by itself, and it is opened again.
const LIFE: &str = "290";
/// More than any object that a cluster can store.
const LONGEST_LINE: usize = 16 << 20;

/// A watch that is open.
pub struct Watch<T> {
    answer: Answer,
    attempt: Attempt,
    resource: Resource<T>,
    version: Box<str>,
    /// Of a line that is not whole yet.
    begun: Vec<u8>,
}

/// What one line of a watch says of an object.
#[derive(Debug, PartialEq, Eq)]
pub enum Change<T> {
    Applied(Arc<T>),
    Gone(Uid),
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    object: &'a RawValue,
}

#[derive(Deserialize)]
struct Known {
    metadata: Identity,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    uid: Option<Arc<str>>,
    resource_version: Option<Box<str>>,
}

impl<T> Watch<T> {
    /// Watches what has changed in `scope` since `version`.
    pub async fn open(
        cluster: &Cluster,
        resource: Resource<T>,
        scope: &Scope,
        version: &str,
    ) -> Result<Self, Refusal> {
        let attempt = resource.attempt(cluster, Verb::Watch, scope);
        let query = [
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", LIFE),
            ("resourceVersion", version),
        ];
        // Compressed, lines would wait for each other.
        let request =
            resource.request(scope, &query).header(http::header::ACCEPT_ENCODING, "identity");
        let answer = cluster.open(&attempt, request, Vec::new()).await?;
        Ok(Self { answer, attempt, resource, version: version.into(), begun: Vec::new() })
    }

    /// The newest version that is known: where a next watch begins.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The next changes, which may be none (the version may have moved on); `None` when the watch
    /// has ended, or its connection is dead.
    pub async fn next(&mut self) -> Result<Option<Vec<Change<T>>>, Refusal> {
        let Self { answer, attempt, resource, version, begun } = self;
        let mut changes = Vec::new();
        let mut lines = Lines { attempt, resource: *resource, version, changes: &mut changes };
        let read = answer.chunk(|chunk| lines.read(begun, chunk));
        match timeout(SILENCE, read).await {
            Ok(Ok(Some(read))) => read.map(|()| Some(changes)),
            Ok(Ok(None)) => Ok(None),
            Ok(Err(error)) => {
                self.log(&error);
                Ok(None)
            }
            Err(_) => {
                self.log(&io::Error::from(io::ErrorKind::TimedOut));
                Ok(None)
            }
        }
    }

    /// Whether the server is still there shows when the watch is opened again.
    fn log(&self, error: &io::Error) {
        let resource = self.resource.plural;
        tracing::debug!(%error, resource, "a watch broke off");
    }
}

struct Lines<'a, T> {
    attempt: &'a Attempt,
    resource: Resource<T>,
    version: &'a mut Box<str>,
    changes: &'a mut Vec<Change<T>>,
}

impl<T> Lines<'_, T> {
    fn read(&mut self, begun: &mut Vec<u8>, chunk: &[u8]) -> Result<(), Refusal> {
        let mut lines = chunk.split(|byte| *byte == b'\n');
        // What follows the last line break is the beginning of a line, or nothing.
        let rest = lines.next_back().unwrap_or_default();
        for line in lines {
            if begun.is_empty() {
                self.line(line)?;
            } else {
                begun.extend_from_slice(line);
                let whole = std::mem::take(begun);
                self.line(&whole)?;
            }
        }
        begun.extend_from_slice(rest);
        if begun.len() > LONGEST_LINE {
            return Err(self.attempt.nonsense("a change is too long"));
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Refusal> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let unreadable = |error: serde_json::Error| {
            self.attempt.nonsense(format!("a change cannot be read: {error}"))
        };
        let Line { kind, object } = serde_json::from_slice(line).map_err(unreadable)?;
        let object = object.get().as_bytes();
        if kind == "ERROR" {
            let status: Status = serde_json::from_slice(object).map_err(unreadable)?;
            return Err(self.attempt.status(&status));
        }
        let Known { metadata } = serde_json::from_slice(object).map_err(unreadable)?;
        match kind {
            "ADDED" | "MODIFIED" => {
                let decoded = (self.resource.decode)(object).map(|(row, _)| row);
                self.changes.extend(row(decoded, self.resource.plural).map(Change::Applied));
            }
            "DELETED" => self.changes.extend(metadata.uid.map(|uid| Change::Gone(Uid(uid)))),
            // A bookmark, or something new.
            _ => {}
        }
        if let Some(version) = metadata.resource_version {
            *self.version = version;
        }
        Ok(())
    }
}
