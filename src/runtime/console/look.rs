//! One look at an environment: every list once, for as long as something of it comes. What could not be
//! listed is said, and never passes for empty.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::adapters::kubernetes::connect::Cluster;
use crate::adapters::kubernetes::list::Listing;
use crate::adapters::kubernetes::refusal::{Refusal, Sort};
use crate::adapters::kubernetes::resource::{
    CRON_JOBS, DAEMON_SETS, DEPLOYMENTS, JOBS, NODES, PODS, Resource, STATEFUL_SETS,
};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::job::{CronJob, Job};
use crate::domain::news::{Kind, Scope};
use crate::domain::node::Node;
use crate::domain::pod::Pod;
use crate::domain::workload::Workload;
use crate::runtime::console::cluster::Namespaces;
use crate::runtime::console::connect::{Lapse, Line};

/// What an environment held at one moment.
#[derive(Debug, Default)]
pub struct Look {
    pub pods: Vec<Arc<Pod>>,
    pub workloads: Vec<Arc<Workload>>,
    pub nodes: Vec<Arc<Node>>,
    pub cron_jobs: Vec<Arc<CronJob>>,
    pub jobs: Vec<Arc<Job>>,
    /// What is not known, and why.
    pub missed: Vec<Missed>,
}

/// A list that could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    pub kind: Kind,
    pub scope: Scope,
    pub sort: Sort,
    pub why: Failure,
}

/// Looks at one environment, whose login may take so long; a list may take as long as it goes on. Fails
/// where nothing at all could be learned.
pub async fn look(line: &Line, namespaces: &Namespaces, login: Duration) -> Result<Look, Lapse> {
    let late = |_| {
        let what =
            format!("logging in to {}: not done in {} s", line.environment(), login.as_secs());
        Lapse { sort: Sort::TimedOut, why: Failure::new(FailureKind::TimedOut, what) }
    };
    let cluster = timeout(login, line.cluster()).await.map_err(late)??;
    let scopes = namespaces.scopes();
    let eye = Eye { cluster: &cluster, scopes: &scopes };
    let (pods, nodes, deployments, stateful_sets, daemon_sets, cron_jobs, jobs) = tokio::join!(
        eye.list(Kind::Pod, PODS),
        eye.list_in(&[Scope::Cluster], Kind::Node, NODES),
        eye.list(Kind::Deployment, DEPLOYMENTS),
        eye.list(Kind::StatefulSet, STATEFUL_SETS),
        eye.list(Kind::DaemonSet, DAEMON_SETS),
        eye.list(Kind::CronJob, CRON_JOBS),
        eye.list(Kind::Job, JOBS),
    );
    let mut look = Look::default();
    let mut is_answered = false;
    let missed = &mut look.missed;
    let answered = &mut is_answered;
    look.pods = seen(pods, missed, answered);
    look.nodes = seen(nodes, missed, answered);
    for workloads in [deployments, stateful_sets, daemon_sets] {
        look.workloads.extend(seen(workloads, missed, answered));
    }
    look.cron_jobs = seen(cron_jobs, missed, answered);
    look.jobs = seen(jobs, missed, answered);
    match look.missed.first() {
        Some(first) if !is_answered => Err(Lapse { sort: first.sort, why: first.why.clone() }),
        _ => Ok(look),
    }
}

type Seen<T> = Vec<Result<Vec<Arc<T>>, Missed>>;

struct Eye<'a> {
    cluster: &'a Cluster,
    scopes: &'a [Scope],
}

impl Eye<'_> {
    async fn list<T>(&self, kind: Kind, resource: Resource<T>) -> Seen<T> {
        self.list_in(self.scopes, kind, resource).await
    }

    async fn list_in<T>(&self, scopes: &[Scope], kind: Kind, resource: Resource<T>) -> Seen<T> {
        let lists = scopes.iter().map(async |scope| {
            let rows = async {
                let mut listing = Listing::new(self.cluster, resource, scope);
                let mut rows = Vec::new();
                while let Some(page) = listing.next().await? {
                    rows.extend(page.rows);
                }
                Ok::<_, Refusal>(rows)
            };
            rows.await.map_err(|refusal| {
                let Lapse { sort, why } = refusal.into();
                Missed { kind, scope: scope.clone(), sort, why }
            })
        });
        join_all(lists).await
    }
}

fn seen<T>(lists: Seen<T>, missed: &mut Vec<Missed>, is_answered: &mut bool) -> Vec<Arc<T>> {
    let mut rows = Vec::new();
    for list in lists {
        match list {
            Ok(more) => {
                *is_answered = true;
                rows.extend(more);
            }
            Err(it) => missed.push(it),
        }
    }
    rows
}
