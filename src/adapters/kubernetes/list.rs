//! Lists, page by page, each read while it arrives: what is held of an answer is one object at most.
//! The next page is asked for while this one is read: servers tell at its beginning where the list goes on.
//! The first page of a cluster is small and comes as it is: how fast tells whether others come packed.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, MaybeDone, maybe_done};
use http::header::ACCEPT_ENCODING;
use serde::Deserialize;
use tokio::time::Instant;

use crate::adapters::kubernetes::connect::{Answer, Cluster, Packing};
use crate::adapters::kubernetes::refusal::{Attempt, Refusal, Verb};
use crate::adapters::kubernetes::resource::Resource;
use crate::adapters::kubernetes::split::{Splitter, element};
use crate::domain::news::Scope;

/// How many objects are asked for at once, and how many rows are handed out at once at most: some
/// servers answer with more than was asked for.
const PAGE: usize = 500;
/// So many are asked for at first where nobody knows how far the server is.
const FIRST: usize = 50;
/// Less than this tells nothing of the network.
const TELLING: usize = 256 << 10;
/// In bytes a second. Servers pack about as fast.
const FAST: f64 = 25e6;

/// A list that is being read.
pub struct Listing<T> {
    cluster: Cluster,
    resource: Resource<T>,
    scope: Scope,
    attempt: Attempt,
    state: State,
    early: Option<Early>,
    rows: Vec<Arc<T>>,
}

enum State {
    /// The next page has to be asked for; from this place on.
    Ahead(Option<String>),
    Reading(Box<Reading>),
    /// All pages are read; the version that the list shows.
    Whole(Box<str>),
}

struct Reading {
    answer: Answer,
    /// Since when, and how much has come, of a page that tells how others are best sent.
    probe: Option<(Instant, usize)>,
    splitter: Splitter,
    /// Where the list goes on has been looked for.
    is_told: bool,
}

/// The page from a place on, which has been asked for early.
struct Early {
    place: String,
    answer: MaybeDone<Opening>,
}

type Opening = BoxFuture<'static, Result<Answer, Refusal>>;

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
            early: None,
            rows: Vec::new(),
        }
    }

    /// The next rows; `None` behind the last.
    pub async fn next(&mut self) -> Result<Option<Page<T>>, Refusal> {
        loop {
            match &mut self.state {
                State::Whole(_) => return Ok(None),
                State::Ahead(place) => {
                    let place = place.clone();
                    let is_probe = self.is_probe(place.as_deref());
                    let answer = self.page(place).await?;
                    let probe = is_probe.then(|| (Instant::now(), 0));
                    let splitter = Splitter::new("items");
                    let reading = Reading { answer, probe, splitter, is_told: false };
                    self.state = State::Reading(Box::new(reading));
                }
                State::Reading(reading) => {
                    let Reading { answer, probe, splitter, is_told } = &mut **reading;
                    let Resource { plural, decode, .. } = self.resource;
                    let rows = &mut self.rows;
                    let mut read = |bytes: &[u8], _: &[u8]| {
                        element(bytes, decode, |read| rows.extend(row(read, plural)))
                    };
                    let step = answer.next(&self.attempt, |chunk| {
                        if let Some((_, length)) = probe {
                            *length += chunk.len();
                        }
                        splitter.feed(chunk, &mut read)
                    });
                    let (read, has_ended) = match beside(&mut self.early, step).await? {
                        Some(read) => (read, false),
                        None => (splitter.flush(read), true),
                    };
                    read.map_err(|why| self.attempt.nonsense(why.to_string()))?;
                    // With a probe it has to be found out how the next page is asked for.
                    let is_due = probe.is_none() && !*is_told;
                    if let Some(beginning) = splitter.beginning().filter(|_| is_due) {
                        *is_told = true;
                        if let Some(place) = continues(beginning) {
                            let answer = maybe_done(self.opening(Some(&place)));
                            self.early = Some(Early { place, answer });
                        }
                    }
                    if self.rows.len() > PAGE {
                        let rows = self.rows.drain(..PAGE).collect();
                        return Ok(Some(Page { rows, remaining: None, is_last: false }));
                    }
                    if has_ended {
                        return self.end_page().map(Some);
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

    /// The page from `place` on, which may be on its way already.
    async fn page(&mut self, place: Option<String>) -> Result<Answer, Refusal> {
        if let Some(mut early) = self.early.take()
            && place.as_ref() == Some(&early.place)
        {
            (&mut early.answer).await;
            if let Some(answer) = Pin::new(&mut early.answer).take_output() {
                return answer;
            }
        }
        self.opening(place.as_deref()).await
    }

    /// Whether the page from `place` on is to tell how far the server is.
    fn is_probe(&self, place: Option<&str>) -> bool {
        place.is_none() && self.cluster.packing.get().is_none()
    }

    fn opening(&self, place: Option<&str>) -> Opening {
        let is_probe = self.is_probe(place);
        let limit = if is_probe { FIRST } else { PAGE }.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(place.map(|place| ("continue", place)));
        let mut request = self.resource.request(&self.scope, &query);
        if is_probe || self.cluster.packing.get() == Some(&Packing::Plain) {
            request = request.header(ACCEPT_ENCODING, "identity");
        }
        let (cluster, attempt) = (self.cluster.clone(), self.attempt.clone());
        Box::pin(async move { cluster.open(&attempt, request, Vec::new()).await })
    }

    fn end_page(&mut self) -> Result<Page<T>, Refusal> {
        let State::Reading(reading) = std::mem::replace(&mut self.state, State::Ahead(None)) else {
            return Err(self.attempt.nonsense("the list has no end"));
        };
        let told = reading.probe.and_then(|(began, length)| packing(length, began.elapsed()));
        if let Some(packing) = told {
            // Another list may have found out before.
            self.cluster.packing.get_or_init(|| packing);
        }
        let metadata =
            reading.splitter.finish().map_err(|why| self.attempt.nonsense(why.to_string()))?;
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

/// How answers are best sent over a network that takes so long for so many bytes.
fn packing(length: usize, time: Duration) -> Option<Packing> {
    let is_fast = length as f64 > FAST * time.as_secs_f64();
    (length >= TELLING).then_some(if is_fast { Packing::Plain } else { Packing::Packed })
}

/// Where a list goes on, if the part of the envelope before its first object tells.
fn continues(envelope: &[u8]) -> Option<String> {
    let whole = [envelope, b"]}"].concat();
    let envelope: Envelope = serde_json::from_slice(&whole).ok()?;
    envelope.metadata.go_on.filter(|place| !place.is_empty())
}

/// Waits for `step`; what was asked for early goes on meanwhile.
async fn beside<F: Future>(early: &mut Option<Early>, step: F) -> F::Output {
    let mut step = pin!(step);
    poll_fn(|context| {
        if let Some(early) = early {
            // Its answer is kept in it.
            let _: std::task::Poll<()> = Pin::new(&mut early.answer).poll(context);
        }
        step.as_mut().poll(context)
    })
    .await
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
