//! The feed of one environment: everything that the console shows of its cluster, for as long as it
//! runs, as batches of news. One dead namespace, kind or login delays nothing else.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::adapters::kubernetes::resource::{
    CRON_JOBS, DAEMON_SETS, DEPLOYMENTS, JOBS, NODES, PODS, Resource, STATEFUL_SETS, WARNINGS,
};
use crate::domain::environment::EnvironmentName;
use crate::domain::news::{Delta, Kind, News, Scope};
use crate::runtime::clock::Clock;
use crate::runtime::console::coalesce::{Object, coalesce};
use crate::runtime::console::connect::Line;
use crate::runtime::console::usage;
use crate::runtime::console::watcher::{Desk, Watcher};

/// News that wait to be gathered: a page of a list each, at most.
const WAITING: usize = 8;
/// How many lists of a cluster are read at a time.
const LISTS: usize = 4;

/// What is new in one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterNews {
    pub environment: EnvironmentName,
    pub news: Vec<News>,
}

/// The namespaces that are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namespaces {
    All,
    These(Vec<Arc<str>>),
}

impl Namespaces {
    /// The scopes in which what is in namespaces is listed.
    pub fn scopes(&self) -> Vec<Scope> {
        match self {
            Self::All => vec![Scope::Cluster],
            Self::These(names) => names.iter().cloned().map(Scope::Namespace).collect(),
        }
    }
}

/// Feeds the console from one cluster.
pub struct ClusterFeed {
    /// `Line::retry` makes everything that waits try again at once.
    pub line: Arc<Line>,
    pub namespaces: watch::Receiver<Namespaces>,
    pub clock: Clock,
    pub sink: mpsc::Sender<ClusterNews>,
}

impl ClusterFeed {
    /// Runs until it is cancelled, or nobody takes news any more.
    pub async fn run(self, cancel: CancellationToken) {
        cancel.run_until_cancelled(self.feed()).await;
    }

    async fn feed(self) {
        let Self { line, namespaces, clock, sink } = self;
        let (news, gathered) = mpsc::channel(WAITING);
        let environment = line.environment().clone();
        let scopes = namespaces.borrow().scopes().len();
        let desk = Desk {
            line,
            news,
            clock,
            lists: Arc::new(Semaphore::new(LISTS)),
            pods_ahead: Arc::new(watch::Sender::new(scopes)),
        };
        tokio::select! {
            () = coalesce(environment, gathered, sink) => {}
            () = attend(desk, namespaces) => {}
        }
    }
}

/// Watches what is in the chosen namespaces, and what is in none.
async fn attend(desk: Desk, mut namespaces: watch::Receiver<Namespaces>) {
    let mut tasks = JoinSet::new();
    let mut attended: Vec<AbortHandle> = Vec::new();
    let cluster = Watching { desk: &desk, scope: &Scope::Cluster };
    cluster.start(&mut tasks, Kind::Node, NODES, |_, delta| News::Nodes(delta));
    tasks.spawn(usage::keep(desk.clone(), namespaces.clone()));
    loop {
        // Whoever chose twice in between has forgotten what was told of some that seem to stay.
        attended.drain(..).for_each(|watcher| watcher.abort());
        for scope in namespaces.borrow_and_update().scopes() {
            attended.extend(Watching { desk: &desk, scope: &scope }.start_all(&mut tasks));
        }
        loop {
            tokio::select! {
                changed = namespaces.changed() => {
                    if changed.is_ok() {
                        break;
                    }
                    // They will never change again.
                    while tasks.join_next().await.is_some() {}
                    return;
                }
                Some(_) = tasks.join_next() => {}
            }
        }
    }
}

/// Starts watchers in one scope.
struct Watching<'a> {
    desk: &'a Desk,
    scope: &'a Scope,
}

impl Watching<'_> {
    fn start_all(&self, tasks: &mut JoinSet<()>) -> Vec<AbortHandle> {
        let workloads = News::Workloads;
        vec![
            self.start(tasks, Kind::Pod, PODS, |_, delta| News::Pods(delta)),
            self.start(tasks, Kind::Deployment, DEPLOYMENTS, workloads),
            self.start(tasks, Kind::StatefulSet, STATEFUL_SETS, workloads),
            self.start(tasks, Kind::DaemonSet, DAEMON_SETS, workloads),
            self.start(tasks, Kind::Job, JOBS, |_, delta| News::Jobs(delta)),
            self.start(tasks, Kind::CronJob, CRON_JOBS, |_, delta| News::CronJobs(delta)),
            self.start(tasks, Kind::Event, WARNINGS, |_, delta| News::Events(delta)),
        ]
    }

    fn start<T: Object + Send + Sync + 'static>(
        &self,
        tasks: &mut JoinSet<()>,
        kind: Kind,
        resource: Resource<T>,
        news: fn(Kind, Delta<T>) -> News,
    ) -> AbortHandle {
        let (desk, scope) = (self.desk.clone(), self.scope.clone());
        tasks.spawn(Watcher { desk, resource, kind, scope, news }.run())
    }
}
