//! What is known and heard is of the namespaces that are watched: news of others, which were under way
//! when other namespaces were chosen, are not taken.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::cluster::{Badge, Cluster, Recollection};
use crate::app::tally::Tally;
use crate::domain::news::{Delta, Kind, Namespaces, News, Scope};

impl Cluster {
    /// Other namespaces are watched from now on. What is known of them stays until a whole list has
    /// replaced it; what is of others is forgotten.
    pub(super) fn choose(&mut self, chosen: &Namespaces, now: Timestamp) {
        let seen = self.last_seen(now);
        let before = std::mem::replace(&mut self.chosen, chosen.clone());
        let names: Option<HashSet<Arc<str>>> = match chosen {
            Namespaces::All => None,
            Namespaces::One(name) => Some([Arc::clone(name)].into()),
            Namespaces::Configured => {
                Some(self.namespaces.iter().map(|name| Arc::from(name.as_str())).collect())
            }
        };
        let scopes = names.iter().flatten().cloned().map(Scope::Namespace);
        let kept: HashSet<Scope> = scopes.filter(|scope| self.watches(&before, scope)).collect();
        let stays = |name: &str| names.as_ref().is_none_or(|names| names.contains(name));
        self.pods.choose(stays, &kept);
        self.deployments.choose(stays, &kept);
        self.stateful_sets.choose(stays, &kept);
        self.daemon_sets.choose(stays, &kept);
        self.jobs.choose(stays, &kept);
        self.cronjobs.choose(stays, &kept);
        self.events.choose(stays, &kept);
        self.printed.retain(|name, _| stays(name));
        self.trust.retain(|(kind, scope), _| *kind == Kind::Node || kept.contains(scope));
        self.tally = Tally::of(&self.pods);
        let pods = &self.pods;
        self.readiness.retain(|uid, _| pods.get(uid).is_some());
        if kept.is_empty() {
            self.watched_since = None;
            self.remembered = seen.filter(|_| !pods.is_empty());
        }
    }

    /// Until when what is known of the pods was true, where that can be told.
    fn last_seen(&self, now: Timestamp) -> Option<Recollection> {
        match self.badge() {
            Badge::Live => Some(Recollection::OtherNamespaces(now)),
            Badge::Stale { since, .. } => Some(Recollection::OtherNamespaces(since)),
            Badge::None
            | Badge::Connecting
            | Badge::LoginExpired { .. }
            | Badge::Unreachable { .. } => self.remembered,
        }
    }

    /// Whether who watches `chosen` watches in this scope.
    pub(super) fn watches(&self, chosen: &Namespaces, scope: &Scope) -> bool {
        match (chosen, scope) {
            (Namespaces::All, Scope::Cluster) => true,
            (Namespaces::All, Scope::Namespace(_))
            | (Namespaces::One(_) | Namespaces::Configured, Scope::Cluster) => false,
            (Namespaces::One(one), Scope::Namespace(name)) => one == name,
            (Namespaces::Configured, Scope::Namespace(name)) => {
                self.namespaces.iter().any(|configured| **configured == **name)
            }
        }
    }

    fn is_watched(&self, scope: &Scope) -> bool {
        self.watches(&self.chosen, scope)
    }

    pub(super) fn is_chosen(&self, namespace: &Arc<str>) -> bool {
        self.chosen == Namespaces::All || self.is_watched(&Scope::Namespace(Arc::clone(namespace)))
    }

    /// The part of the news that is of what is watched.
    pub(super) fn within(&self, news: News) -> Option<News> {
        Some(match news {
            News::Pods(delta) => News::Pods(self.keep(delta, |pod| &pod.namespace)?),
            News::Workloads(kind, delta) => {
                News::Workloads(kind, self.keep(delta, |workload| &workload.namespace)?)
            }
            News::Jobs(delta) => News::Jobs(self.keep(delta, |job| &job.namespace)?),
            News::CronJobs(delta) => {
                News::CronJobs(self.keep(delta, |cronjob| &cronjob.namespace)?)
            }
            News::Events(delta) => News::Events(self.keep(delta, |event| &event.namespace)?),
            News::Printed { namespace, rows } => {
                if !self.is_chosen(&namespace) {
                    return None;
                }
                News::Printed { namespace, rows }
            }
            News::Standing { kind, scope, trust } => {
                if kind != Kind::Node && !self.is_watched(&scope) {
                    return None;
                }
                News::Standing { kind, scope, trust }
            }
            News::Nodes(_) | News::PodUsage(_) | News::NodeUsage(_) => news,
        })
    }

    fn keep<T>(&self, delta: Delta<T>, namespace: fn(&T) -> &Arc<str>) -> Option<Delta<T>> {
        match delta {
            Delta::Changed { mut applied, gone } => {
                applied.retain(|object| self.is_chosen(namespace(object)));
                Some(Delta::Changed { applied, gone })
            }
            Delta::Began(ref scope)
            | Delta::Complete(ref scope)
            | Delta::BrokeOff(ref scope)
            | Delta::Page { ref scope, .. } => self.is_watched(scope).then_some(delta),
        }
    }
}
