//! Lists, page by page, each read while it arrives: what is held of an answer is one object at most.
//! The next page is asked for while this one is read: servers tell at its beginning where the list goes on.
//! The first page of a cluster is small and comes as it is: how fast tells whether others come packed.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, MaybeDone, maybe_done};
use http::header::{ACCEPT, ACCEPT_ENCODING};
use tokio::time::Instant;

use crate::adapters::kubernetes::connect::{Answer, Cluster, Packing};
use crate::adapters::kubernetes::page::PageReader;
use crate::adapters::kubernetes::protobuf;
use crate::adapters::kubernetes::refusal::{Attempt, Refusal, Verb};
use crate::adapters::kubernetes::resource::Resource;
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
    state: State<T>,
    early: Option<Early>,
    rows: Vec<Arc<T>>,
}

enum State<T> {
    /// The next page has to be asked for; from this place on.
    Ahead(Option<Box<str>>),
    Reading(Box<Reading<T>>),
    /// All pages are read; the version that the list shows.
    Whole(Box<str>),
}

struct Reading<T> {
    answer: Answer,
    /// Since when, and how much has come, of a page that tells how others are best sent.
    probe: Option<(Instant, usize)>,
    reader: PageReader<T>,
    /// Where the list goes on has been looked for.
    is_told: bool,
}

/// The page from a place on, which has been asked for early.
struct Early {
    place: Box<str>,
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
                    let reader = PageReader::of(&answer, self.resource);
                    let reading = Reading { answer, probe, reader, is_told: false };
                    self.state = State::Reading(Box::new(reading));
                }
                State::Reading(reading) => {
                    let Reading { answer, probe, reader, is_told } = &mut **reading;
                    let rows = &mut self.rows;
                    let step = answer.next(&self.attempt, |chunk| {
                        if let Some((_, length)) = probe {
                            *length += chunk.len();
                        }
                        reader.feed(chunk, rows)
                    });
                    let (read, has_ended) = match beside(&mut self.early, step).await? {
                        Some(read) => (read, false),
                        None => (reader.flush(rows), true),
                    };
                    read.map_err(|why| self.attempt.nonsense(why.to_string()))?;
                    // With a probe it has to be found out how the next page is asked for.
                    let is_due = probe.is_none() && !*is_told;
                    if let Some(beginning) = is_due.then(|| reader.beginning()).flatten() {
                        *is_told = true;
                        if let Some(place) = beginning.goes_on() {
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
    async fn page(&mut self, place: Option<Box<str>>) -> Result<Answer, Refusal> {
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
        if self.resource.decode_protobuf.is_some() {
            request = request.header(ACCEPT, protobuf::PREFERRED);
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
        let mut metadata = reading.reader.finish().map_err(|why| self.attempt.nonsense(why))?;
        let remaining = metadata.remaining_item_count.and_then(|count| count.try_into().ok());
        let version = metadata.resource_version.take().unwrap_or_default();
        let go_on = metadata.goes_on();
        let is_last = go_on.is_none();
        self.state = match go_on {
            Some(place) => State::Ahead(Some(place)),
            None => State::Whole(version),
        };
        let rows = std::mem::take(&mut self.rows);
        Ok(Page { rows, remaining, is_last })
    }
}

/// How answers are best sent over a network that takes so long for so many bytes.
fn packing(length: usize, time: Duration) -> Option<Packing> {
    let is_fast = length as f64 > FAST * time.as_secs_f64();
    (length >= TELLING).then_some(if is_fast { Packing::Plain } else { Packing::Packed })
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
