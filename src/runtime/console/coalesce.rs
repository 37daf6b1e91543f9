//! News in batches: a burst of changes becomes one batch in which each object is named once, and no
//! more than four batches a second are sent. What there is at the beginning is sent at once, and so are
//! a batch that is full and how far the pods can be trusted: somebody waits for a list to be whole.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::domain::environment::EnvironmentName;
use crate::domain::event::Event;
use crate::domain::job::{CronJob, Job};
use crate::domain::news::{Delta, Kind, News, Scope};
use crate::domain::node::Node;
use crate::domain::pod::{Pod, Uid};
use crate::domain::workload::Workload;
use crate::runtime::console::cluster::ClusterNews;

/// Between two batches.
const INTERVAL: Duration = Duration::from_millis(250);
/// A batch of so many objects takes no more, and is sent at once.
const MOST: usize = 4096;

/// Passes news on until nobody sends any more, or nobody wants them.
pub(super) async fn coalesce(
    environment: EnvironmentName,
    mut news: mpsc::Receiver<News>,
    sink: mpsc::Sender<ClusterNews>,
) {
    let mut ready = Instant::now();
    while let Some(first) = news.recv().await {
        let mut batch = Batch::default();
        batch.push(first);
        let mut has_ended = false;
        while !has_ended && !batch.is_awaited && batch.objects < MOST {
            let next = if batch.is_only_a_beginning() {
                news.recv().await
            } else {
                tokio::select! {
                    biased;
                    () = sleep_until(ready) => match news.try_recv() {
                        Ok(next) => Some(next),
                        Err(_) => break,
                    },
                    next = news.recv() => next,
                }
            };
            match next {
                Some(next) => batch.push(next),
                None => has_ended = true,
            }
        }
        if !batch.is_awaited && batch.objects < MOST {
            sleep_until(ready).await;
        }
        let batch = ClusterNews { environment: environment.clone(), news: batch.settle() };
        if sink.send(batch).await.is_err() {
            return;
        }
        ready = Instant::now() + INTERVAL;
    }
}

/// News that wait to be sent, in the order in which they came.
#[derive(Debug, Default)]
struct Batch {
    news: Vec<News>,
    objects: usize,
    /// Whether it tells how far pods can be trusted, which changes seldom.
    is_awaited: bool,
}

impl Batch {
    fn push(&mut self, news: News) {
        self.objects += 1 + weight(&news);
        self.is_awaited |= matches!(&news, News::Standing { kind: Kind::Pod, .. });
        self.news.push(news);
    }

    /// That a list has begun is not worth a batch of its own.
    fn is_only_a_beginning(&self) -> bool {
        self.news.iter().all(begins)
    }

    /// Names each object once between two lists of its kind: as it is at last.
    fn settle(self) -> Vec<News> {
        let mut later = Later::default();
        let mut kept: Vec<_> =
            self.news.into_iter().rev().filter_map(|news| later.filter(news)).collect();
        kept.reverse();
        let mut settled: Vec<News> = Vec::with_capacity(kept.len());
        // Where the changes of a kind are gathered, until a list of it goes on.
        let mut places: HashMap<Kind, usize> = HashMap::new();
        for news in kept {
            let Some((kind, is_change)) = kind_of(&news) else {
                settled.push(news);
                continue;
            };
            let place = places.get(&kind).copied().filter(|_| is_change);
            if let Some(gathered) = place.and_then(|place| settled.get_mut(place)) {
                gather(gathered, news);
                continue;
            }
            if is_change {
                places.insert(kind, settled.len());
            } else {
                places.remove(&kind);
            }
            settled.push(news);
        }
        settled
    }
}

/// What is told later than what is looked at, going backwards.
#[derive(Default)]
struct Later {
    objects: HashMap<Kind, HashSet<Uid>>,
    standings: HashSet<(Kind, Scope)>,
    has_pod_usage: bool,
    has_node_usage: bool,
}

impl Later {
    fn filter(&mut self, mut news: News) -> Option<News> {
        let is_worth_it = match &mut news {
            News::Pods(delta) => self.objects(Kind::Pod, delta),
            News::Workloads(kind, delta) => self.objects(*kind, delta),
            News::Jobs(delta) => self.objects(Kind::Job, delta),
            News::CronJobs(delta) => self.objects(Kind::CronJob, delta),
            News::Nodes(delta) => self.objects(Kind::Node, delta),
            News::Events(delta) => self.objects(Kind::Event, delta),
            News::Printed { .. } => true,
            News::PodUsage(_) => !std::mem::replace(&mut self.has_pod_usage, true),
            News::NodeUsage(_) => !std::mem::replace(&mut self.has_node_usage, true),
            News::Standing { kind, scope, .. } => self.standings.insert((*kind, scope.clone())),
        };
        is_worth_it.then_some(news)
    }

    fn objects<T: Object>(&mut self, kind: Kind, delta: &mut Delta<T>) -> bool {
        let later = self.objects.entry(kind).or_default();
        match delta {
            Delta::Changed { applied, gone } => {
                applied.retain(|object| later.insert(object.uid().clone()));
                gone.retain(|uid| later.insert(uid.clone()));
                !applied.is_empty() || !gone.is_empty()
            }
            Delta::Began(_) | Delta::Page { .. } | Delta::Complete(_) | Delta::BrokeOff(_) => {
                later.clear();
                true
            }
        }
    }
}

/// Adds later changes of the same kind.
fn gather(gathered: &mut News, news: News) {
    match (gathered, news) {
        (News::Pods(all), News::Pods(more)) => append(all, more),
        (News::Workloads(_, all), News::Workloads(_, more)) => append(all, more),
        (News::Jobs(all), News::Jobs(more)) => append(all, more),
        (News::CronJobs(all), News::CronJobs(more)) => append(all, more),
        (News::Nodes(all), News::Nodes(more)) => append(all, more),
        (News::Events(all), News::Events(more)) => append(all, more),
        // Places are kept by kind.
        _ => {}
    }
}

fn append<T>(all: &mut Delta<T>, more: Delta<T>) {
    if let (
        Delta::Changed { applied, gone },
        Delta::Changed { applied: more_applied, gone: more_gone },
    ) = (all, more)
    {
        applied.extend(more_applied);
        gone.extend(more_gone);
    }
}

/// The kind of a delta, and whether it is one of changes.
fn kind_of(news: &News) -> Option<(Kind, bool)> {
    fn of<T>(kind: Kind, delta: &Delta<T>) -> (Kind, bool) {
        (kind, matches!(delta, Delta::Changed { .. }))
    }
    Some(match news {
        News::Pods(delta) => of(Kind::Pod, delta),
        News::Workloads(kind, delta) => of(*kind, delta),
        News::Jobs(delta) => of(Kind::Job, delta),
        News::CronJobs(delta) => of(Kind::CronJob, delta),
        News::Nodes(delta) => of(Kind::Node, delta),
        News::Events(delta) => of(Kind::Event, delta),
        News::Printed { .. } | News::PodUsage(_) | News::NodeUsage(_) | News::Standing { .. } => {
            return None;
        }
    })
}

fn begins(news: &News) -> bool {
    fn is<T>(delta: &Delta<T>) -> bool {
        matches!(delta, Delta::Began(_))
    }
    match news {
        News::Pods(delta) => is(delta),
        News::Workloads(_, delta) => is(delta),
        News::Jobs(delta) => is(delta),
        News::CronJobs(delta) => is(delta),
        News::Nodes(delta) => is(delta),
        News::Events(delta) => is(delta),
        News::Printed { .. } | News::PodUsage(_) | News::NodeUsage(_) | News::Standing { .. } => {
            false
        }
    }
}

fn weight(news: &News) -> usize {
    fn of<T>(delta: &Delta<T>) -> usize {
        match delta {
            Delta::Began(_) | Delta::Complete(_) | Delta::BrokeOff(_) => 0,
            Delta::Page { rows, .. } => rows.len(),
            Delta::Changed { applied, gone } => applied.len() + gone.len(),
        }
    }
    match news {
        News::Pods(delta) => of(delta),
        News::Workloads(_, delta) => of(delta),
        News::Jobs(delta) => of(delta),
        News::CronJobs(delta) => of(delta),
        News::Nodes(delta) => of(delta),
        News::Events(delta) => of(delta),
        News::Printed { rows, .. } => rows.len(),
        News::PodUsage(Ok(rows)) => rows.len(),
        News::NodeUsage(Ok(rows)) => rows.len(),
        News::PodUsage(Err(_)) | News::NodeUsage(Err(_)) | News::Standing { .. } => 0,
    }
}

/// What has an identity.
pub(super) trait Object {
    fn uid(&self) -> &Uid;
}

macro_rules! objects {
    ($($object:ty),*) => {
        $(impl Object for $object {
            fn uid(&self) -> &Uid {
                &self.uid
            }
        })*
    };
}

objects!(Pod, Workload, Job, CronJob, Node, Event);

/// The changes of one piece of a watch as a delta: each object as it is at last.
pub(super) fn changed<T: Object>(
    changes: impl DoubleEndedIterator<Item = Result<Arc<T>, Uid>>,
) -> Delta<T> {
    let mut later = HashSet::new();
    let (mut applied, mut gone) = (Vec::new(), Vec::new());
    for change in changes.rev() {
        match change {
            Ok(object) if later.insert(object.uid().clone()) => applied.push(object),
            Err(uid) if later.insert(uid.clone()) => gone.push(uid),
            Ok(_) | Err(_) => {}
        }
    }
    applied.reverse();
    gone.reverse();
    Delta::Changed { applied, gone }
}
