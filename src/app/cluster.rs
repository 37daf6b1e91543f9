//! What is known of one environment's cluster, and how far it can be trusted.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::rows::{
    CronJobRow, EventRow, JobRow, NodeRow, Place, PodRow, PrintedRow, WorkloadRow,
};
use crate::app::store::Store;
use crate::app::tally::Tally;
use crate::domain::environment::{Environment, EnvironmentName};
use crate::domain::failure::Failure;
use crate::domain::news::{Delta, Kind, Namespaces, News, Scope};
use crate::domain::node::Node;
use crate::domain::pod::diagnosis::Seen;
use crate::domain::pod::readiness::Readiness;
use crate::domain::pod::{Pod, Uid};
use crate::domain::trust::Trust;
use crate::domain::usage::{NodeUsage, PodUsage};

/// One environment, as far as it has been heard of.
#[derive(Debug)]
pub struct Cluster {
    pub place: Place,
    pub name: EnvironmentName,
    pub production: bool,
    pub writable: bool,
    /// The kubeconfig context; `None` where the configuration names none.
    pub context: Option<String>,
    /// The namespaces that the configuration names.
    pub namespaces: Vec<String>,
    /// Those that are watched.
    pub chosen: Namespaces,
    pub pods: Store<PodRow>,
    pub deployments: Store<WorkloadRow>,
    pub stateful_sets: Store<WorkloadRow>,
    pub daemon_sets: Store<WorkloadRow>,
    pub jobs: Store<JobRow>,
    pub cronjobs: Store<CronJobRow>,
    pub nodes: Store<NodeRow>,
    pub events: Store<EventRow>,
    /// Pods that the server has printed and not yet listed.
    pub(super) printed: HashMap<Arc<str>, Vec<Arc<PrintedRow>>>,
    pub(super) tally: Tally,
    pub(super) trust: BTreeMap<(Kind, Scope), Trust>,
    node_usage: HashMap<Arc<str>, NodeUsage>,
    /// Why there are no metrics, where there are none.
    pub no_metrics: Option<Failure>,
    /// What is shown of the pods until the cluster answers.
    pub remembered: Option<Recollection>,
    /// Since when the pods are watched, and those of which readiness has changed since.
    pub(super) watched_since: Option<Timestamp>,
    pub(super) readiness: HashMap<Uid, Readiness>,
}

/// Where rows are from that nobody watches, and when they were true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recollection {
    LastSession(Timestamp),
    /// Of this session, before other namespaces were chosen: what is listed now is more of it.
    OtherNamespaces(Timestamp),
}

impl Recollection {
    pub const fn at(self) -> Timestamp {
        match self {
            Self::LastSession(at) | Self::OtherNamespaces(at) => at,
        }
    }
}

/// An environment's badge: one word, and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Badge {
    /// The configuration names no cluster.
    None,
    Connecting,
    Live,
    Stale {
        since: Timestamp,
        why: Failure,
    },
    LoginExpired {
        why: Failure,
    },
    Unreachable {
        why: Failure,
    },
}

impl Cluster {
    pub fn new(place: Place, environment: &Environment) -> Self {
        let kubernetes = environment.kubernetes.as_ref();
        Self {
            place,
            name: environment.name.clone(),
            production: environment.production,
            writable: environment.writable,
            context: kubernetes.map(|it| it.context.clone()),
            namespaces: kubernetes.map(|it| it.namespaces.clone()).unwrap_or_default(),
            chosen: Namespaces::Configured,
            pods: Store::default(),
            deployments: Store::default(),
            stateful_sets: Store::default(),
            daemon_sets: Store::default(),
            jobs: Store::default(),
            cronjobs: Store::default(),
            nodes: Store::default(),
            events: Store::default(),
            printed: HashMap::new(),
            tally: Tally::default(),
            trust: BTreeMap::new(),
            node_usage: HashMap::new(),
            no_metrics: None,
            remembered: None,
            watched_since: None,
            readiness: HashMap::new(),
        }
    }

    /// Whether the pods of all namespaces are watched.
    pub fn watches_all_pods(&self) -> bool {
        self.trust.contains_key(&(Kind::Pod, Scope::Cluster))
    }

    /// Fills in what the last session saw, which counts until the cluster answers. Nobody would answer
    /// about namespaces that are not watched any more.
    pub fn remember(&mut self, at: Timestamp, mut pods: Vec<Arc<Pod>>, now: Timestamp) {
        let place = self.place;
        pods.retain(|pod| self.is_chosen(&pod.namespace));
        let delta = Delta::Changed { applied: pods, gone: Vec::new() };
        self.pods.absorb(delta, |pod| PodRow::new(place, pod, Seen::default(), now));
        self.tally = Tally::of(&self.pods);
        self.remembered = Some(Recollection::LastSession(at));
    }

    /// Takes a piece of news; returns the kind of which something now reads differently. What is said
    /// of a whole environment counts as said of its pods.
    pub fn absorb(&mut self, news: News, now: Timestamp) -> Option<Kind> {
        let place = self.place;
        let news = self.within(news)?;
        let (kind, is_news) = match news {
            News::Pods(delta) => (Kind::Pod, self.absorb_pods(delta, now)),
            News::Workloads(kind, delta) => {
                let store = match kind {
                    Kind::StatefulSet => &mut self.stateful_sets,
                    Kind::DaemonSet => &mut self.daemon_sets,
                    Kind::Deployment
                    | Kind::Pod
                    | Kind::Job
                    | Kind::CronJob
                    | Kind::Node
                    | Kind::Event => &mut self.deployments,
                };
                (kind, store.absorb(delta, |workload| WorkloadRow::new(place, workload, now)))
            }
            News::Jobs(delta) => {
                (Kind::Job, self.jobs.absorb(delta, |job| JobRow::new(place, job, now)))
            }
            News::CronJobs(delta) => {
                let row = |cronjob| CronJobRow::new(place, cronjob, now);
                (Kind::CronJob, self.cronjobs.absorb(delta, row))
            }
            News::Nodes(delta) => return self.absorb_nodes(delta, now),
            News::Events(delta) => {
                (Kind::Event, self.events.absorb(delta, |event| EventRow { place, event }))
            }
            News::Printed { namespace, rows } => {
                let row = |pod| {
                    let namespace = Arc::clone(&namespace);
                    Arc::new(PrintedRow { place, namespace, pod })
                };
                let rows = rows.into_iter().map(row).collect();
                self.printed.insert(Arc::clone(&namespace), rows);
                (Kind::Pod, true)
            }
            News::PodUsage(usage) => (Kind::Pod, self.absorb_usage(usage)),
            News::NodeUsage(Ok(usage)) => {
                self.node_usage =
                    usage.into_iter().map(|usage| (Arc::clone(&usage.name), usage)).collect();
                let known = &self.node_usage;
                let measured = |row: &NodeRow| {
                    let usage = known.get(&row.node.name).cloned();
                    NodeRow { usage, ..row.clone() }
                };
                (Kind::Node, self.nodes.renew(|_| true, measured))
            }
            News::NodeUsage(Err(_)) => return None,
            News::Standing { kind, scope, trust } => {
                if kind == Kind::Pod && trust == Trust::Live {
                    self.watched_since.get_or_insert(now);
                }
                let is_news = self.trust.insert((kind, scope), trust.clone()) != Some(trust);
                if self.is_answered() {
                    self.remembered = None;
                }
                (Kind::Pod, is_news)
            }
        };
        is_news.then_some(kind)
    }

    fn absorb_pods(&mut self, delta: Delta<Pod>, now: Timestamp) -> bool {
        if let Delta::Complete(scope) = &delta {
            match scope {
                Scope::Cluster => self.printed.clear(),
                Scope::Namespace(name) => drop(self.printed.remove(name)),
            }
        }
        self.watch_readiness(&delta, now);
        let (place, nodes) = (self.place, by_name(&self.nodes));
        let readiness = &self.readiness;
        let is_news = self.pods.absorb(delta, |pod| {
            let node = pod.node.as_ref().and_then(|name| nodes.get(name)).map(|row| &*row.node);
            let seen = Seen { node, readiness: readiness.get(&pod.uid) };
            PodRow::new(place, pod, seen, now)
        });
        let pods = &self.pods;
        self.readiness.retain(|uid, _| pods.get(uid).is_some());
        self.tally = Tally::of(&self.pods);
        is_news
    }

    /// Notes which pods have become ready, or no longer are, since they were told of last.
    fn watch_readiness(&mut self, delta: &Delta<Pod>, now: Timestamp) {
        let Some(since) = self.watched_since else { return };
        let (Delta::Changed { applied: pods, .. } | Delta::Page { rows: pods, .. }) = delta else {
            return;
        };
        for pod in pods {
            let Some(before) = self.pods.get(&pod.uid) else { continue };
            let mut seen = Readiness::looking_since(since);
            let known = self.readiness.get_mut(&pod.uid);
            let is_known = known.is_some();
            let seen = known.unwrap_or(&mut seen);
            seen.see(&before.pod, pod, now);
            if !is_known && !seen.is_empty() {
                let seen = seen.clone();
                self.readiness.insert(pod.uid.clone(), seen);
            }
        }
    }

    /// A node that gets lost, or comes back, changes what is to be said of its pods.
    fn absorb_nodes(&mut self, delta: Delta<Node>, now: Timestamp) -> Option<Kind> {
        let place = self.place;
        let usage = &self.node_usage;
        let before = unready(&self.nodes);
        let is_news = self.nodes.absorb(delta, |node| {
            let usage = usage.get(&node.name).cloned();
            NodeRow { usage, ..NodeRow::new(place, node) }
        });
        let after = unready(&self.nodes);
        if before != after {
            // Most of what a node tells is how much room it has left.
            let is_changed = |name: &Arc<str>| before.get(name) != after.get(name);
            if self.judge(now, |row| row.pod.node.as_ref().is_some_and(is_changed)) {
                return Some(Kind::Pod);
            }
        }
        is_news.then_some(Kind::Node)
    }

    fn absorb_usage(&mut self, usage: Result<Vec<PodUsage>, Failure>) -> bool {
        match usage {
            Err(failure) => {
                let is_news = self.no_metrics.as_ref() != Some(&failure);
                self.no_metrics = Some(failure);
                let had = |row: &PodRow| row.used.is_some();
                self.pods.renew(had, |row| PodRow { used: None, ..row.clone() }) | is_news
            }
            Ok(usage) => {
                self.no_metrics = None;
                let known = |it: PodUsage| ((it.namespace, it.name), it.containers);
                let mut known: HashMap<_, _> = usage.into_iter().map(known).collect();
                self.pods.renew(
                    |_| true,
                    |row| {
                        let key = (Arc::clone(&row.pod.namespace), row.pod.name.clone());
                        let mut row = row.clone();
                        row.measure(known.remove(&key));
                        row
                    },
                )
            }
        }
    }

    /// Judges the pods again that `which` picks.
    fn judge(&mut self, now: Timestamp, which: impl Fn(&PodRow) -> bool) -> bool {
        let (nodes, readiness) = (by_name(&self.nodes), &self.readiness);
        let is_news = self.pods.renew(which, |row| {
            let node = row.pod.node.as_ref().and_then(|name| nodes.get(name)).map(|it| &*it.node);
            row.judged(Seen { node, readiness: readiness.get(&row.pod.uid) }, now)
        });
        if is_news {
            self.tally = Tally::of(&self.pods);
        }
        is_news
    }

    /// Time alone has changed some judgements.
    pub fn grow_older(&mut self, now: Timestamp) -> bool {
        let is_due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        is_due(self.tally.next_judgement) && self.judge(now, |row| is_due(row.diagnosis.recheck))
    }

    /// When time alone will change a judgement next.
    pub const fn next_judgement(&self) -> Option<Timestamp> {
        self.tally.next_judgement
    }

    /// What the server has printed and not yet listed.
    pub fn printed(&self) -> impl Iterator<Item = &Arc<PrintedRow>> {
        let known: HashSet<(&str, &str)> = if self.printed.is_empty() {
            HashSet::new()
        } else {
            self.pods.rows().map(|row| (&*row.pod.namespace, &*row.pod.name)).collect()
        };
        let rows = self.printed.values().flatten();
        rows.filter(move |row| !known.contains(&(&*row.namespace, &*row.pod.name)))
    }

    pub fn workloads(&self) -> impl Iterator<Item = &Arc<WorkloadRow>> {
        let stores = [&self.deployments, &self.stateful_sets, &self.daemon_sets];
        stores.into_iter().flat_map(Store::rows)
    }

    /// How many pods are badly off: critical ones, and warnings.
    pub const fn ailing(&self) -> [usize; 2] {
        [self.tally.critical, self.tally.warnings]
    }
}

/// The nodes that are not ready, and since when, where that is known.
fn unready(nodes: &Store<NodeRow>) -> HashMap<Arc<str>, Option<Timestamp>> {
    let rows = nodes.rows().filter_map(|row| {
        let why = row.node.readiness().err()?;
        Some((Arc::clone(&row.node.name), why.and_then(|condition| condition.since)))
    });
    rows.collect()
}

fn by_name(nodes: &Store<NodeRow>) -> HashMap<Arc<str>, Arc<NodeRow>> {
    nodes.rows().map(|row| (Arc::clone(&row.node.name), Arc::clone(row))).collect()
}
