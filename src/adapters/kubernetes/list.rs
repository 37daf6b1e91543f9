//! Lists, page by page, each read while it arrives: what is held of an answer is one object at most.

use std::sync::Arc;

use serde::Deserialize;

use crate::adapters::kubernetes::connect::{Answer, Cluster};
use crate::adapters::kubernetes::refusal::{Attempt, Refusal, Verb};
use crate::adapters::kubernetes::resource::Resource;
use crate::adapters::kubernetes::split::Splitter;
use crate::domain::news::Scope;

/// How many objects are asked for at once, and how many rows are handed out at once at most: some
/// servers answer with more than was asked for.
const PAGE: usize = 500;

/// A list that is being read.
pub struct Listing<T> {
    cluster: Cluster,
    resource: Resource<T>,
    scope: Scope,
    attempt: Attempt,
    state: State,
    rows: Vec<Arc<T>>,
}

enum State {
    /// The next page has to be asked for; from this place on.
    Ahead(Option<String>),
    Reading(Box<(Answer, Splitter)>),
    /// All pages are read; the version that the list shows.
    Whole(Box<str>),
}

/// Some rows of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub rows: Vec<Arc<T>>,
    /// How many are still to come, as far as the server tells.
    pub remaining: Option<u64>,
    /// Whether anything is still to come.
    pub is_last: bool,
}

#[derive(Deserialize)]
pub(super) struct Envelope {
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    #[serde(default)]
    resource_version: Box<str>,
    #[serde(default, rename = "continue")]
    go_on: Option<String>,
    remaining_item_count: Option<i64>,
}

impl<T> Listing<T> {
    /// A list of `resource` in `scope`; nothing is asked before the first page is wanted.
    pub fn new(cluster: &Cluster, resource: Resource<T>, scope: &Scope) -> Self {
        Self {
            attempt: resource.attempt(cluster, Verb::List, scope),
            cluster: cluster.clone(),
            resource,
            scope: scope.clone(),
            state: State::Ahead(None),
            rows: Vec::new(),
        }
    }

    /// The next rows; `None` behind the last.
    pub async fn next(&mut self) -> Result<Option<Page<T>>, Refusal> {
        loop {
            match &mut self.state {
                State::Whole(_) => return Ok(None),
                State::Ahead(place) => {
                    let limit = PAGE.to_string();
                    let mut query = vec![("limit", limit.as_str())];
                    query.extend(place.as_deref().map(|place| ("continue", place)));
                    let request = self.resource.request(&self.scope, &query);
                    let answer = self.cluster.open(&self.attempt, request, Vec::new()).await?;
                    self.state = State::Reading(Box::new((answer, Splitter::new("items"))));
                }
                State::Reading(reading) => {
                    let (answer, splitter) = &mut **reading;
                    let rows = &mut self.rows;
                    let decode = self.resource.decode;
                    let plural = self.resource.plural;
                    let read = answer
                        .next(&self.attempt, |chunk| {
                            splitter.feed(chunk, |element, _| {
                                rows.extend(row(decode(element), plural));
                            })
                        })
                        .await?;
                    match read {
                        Some(read) => {
                            read.map_err(|why| self.attempt.nonsense(why.to_string()))?;
                            if self.rows.len() >= PAGE {
                                let rows = std::mem::take(&mut self.rows);
                                return Ok(Some(Page { rows, remaining: None, is_last: false }));
                            }
                        }
                        None => return self.end_page().map(Some),
                    }
                }
            }
        }
    }

    /// The version that the whole list shows, to watch from; `None` while it is not whole.
    pub fn version(&self) -> Option<&str> {
        match &self.state {
            State::Whole(version) => Some(version),
            State::Ahead(_) | State::Reading(_) => None,
        }
    }

    fn end_page(&mut self) -> Result<Page<T>, Refusal> {
        let State::Reading(reading) = std::mem::replace(&mut self.state, State::Ahead(None)) else {
            return Err(self.attempt.nonsense("the list has no end"));
        };
        let metadata = reading.1.finish().map_err(|why| self.attempt.nonsense(why.to_string()))?;
        let metadata = serde_json::from_slice::<Envelope>(&metadata)
            .map_err(|error| self.attempt.nonsense(format!("the list cannot be read: {error}")))?
            .metadata;
        let go_on = metadata.go_on.filter(|place| !place.is_empty());
        let is_last = go_on.is_none();
        self.state = match go_on {
            Some(place) => State::Ahead(Some(place)),
            None => State::Whole(metadata.resource_version),
        };
        let rows = std::mem::take(&mut self.rows);
        let remaining = metadata.remaining_item_count.and_then(|count| count.try_into().ok());
        Ok(Page { rows, remaining, is_last })
    }
}

/// An object that cannot be read is left out, and told to the log: the rest is still worth showing.
pub(super) fn row<T>(
    decoded: Result<Option<T>, serde_json::Error>,
    plural: &'static str,
) -> Option<Arc<T>> {
    match decoded {
        Ok(row) => row.map(Arc::new),
        Err(error) => {
            tracing::warn!(%error, plural, "an object of a cluster cannot be read");
            None
        }
    }
}
