//! What is heard is of the namespaces that are watched: news of others, which were under way when other
//! namespaces were chosen, are not taken.

use std::sync::Arc;

use crate::app::cluster::Cluster;
use crate::domain::news::{Delta, Kind, Namespaces, News, Scope};

impl Cluster {
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
