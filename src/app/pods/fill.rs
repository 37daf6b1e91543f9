//! The rows of each view, out of what the clusters told.

use std::collections::HashMap;
use std::sync::Arc;

use crate::app::cluster::Cluster;
use crate::app::pods::Pods;
use crate::app::pods::layer::Body;
use crate::app::pods::location::{Location, Subset, View};
use crate::app::rows::{
    Cells as _, ContainerRow, Context, Demand, Member, NodeRow, Place, PodRow, Row, grouped,
    workload,
};
use crate::domain::pod::Pod;
use crate::domain::severity::Severity;
use crate::domain::workload::WorkloadKind;

impl Pods {
    /// Makes the rows of the table on top anew.
    pub fn fill(&mut self, clusters: &[Cluster], context: &Context<'_>) {
        let shown: Vec<&Cluster> = self.shown(clusters).collect();
        let layer = self.top_mut();
        let rows = match &layer.location {
            Location::Table { view, subset } => rows(*view, subset, &shown),
            Location::Containers { place, uid, .. } => {
                let cluster = clusters.iter().find(|cluster| cluster.place == *place);
                let pod = cluster.and_then(|cluster| cluster.pods.get(uid));
                let rows = pod.map(ContainerRow::of).unwrap_or_default();
                rows.into_iter().map(|row| Row::Container(Arc::new(row))).collect()
            }
            Location::Describe(_)
            | Location::Raw(_)
            | Location::Explain { .. }
            | Location::Logs { .. } => return,
        };
        if let Body::Table(table) = &mut layer.body {
            table.fill(rows, context);
        }
    }

    /// The clusters that are shown.
    pub fn shown<'a>(
        &self,
        clusters: &'a [Cluster],
    ) -> impl Iterator<Item = &'a Cluster> + use<'a> {
        let only = self.only;
        clusters.iter().filter(move |cluster| {
            cluster.context.is_some() && only.is_none_or(|place| cluster.place == place)
        })
    }
}

fn rows(view: View, subset: &Subset, clusters: &[&Cluster]) -> Vec<Row> {
    match view {
        View::Pods => pods(subset, clusters),
        View::Workloads => workloads(clusters),
        View::CronJobs => {
            let rows = clusters.iter().flat_map(|cluster| cluster.cronjobs.rows());
            rows.map(|row| Row::CronJob(Arc::clone(row))).collect()
        }
        View::Jobs => {
            let rows = clusters.iter().flat_map(|cluster| cluster.jobs.rows());
            let rows = rows.filter(|row| match subset {
                Subset::OfCronJob { place, namespace, name } => {
                    let owner = row.job.owner.as_ref();
                    row.place == *place
                        && row.job.namespace == *namespace
                        && owner.is_some_and(|it| &*it.kind == "CronJob" && *it.name == **name)
                }
                Subset::All
                | Subset::OfWorkload { .. }
                | Subset::OnNode { .. }
                | Subset::OfJob { .. } => true,
            });
            rows.map(|row| Row::Job(Arc::clone(row))).collect()
        }
        View::Events => {
            let rows = clusters.iter().flat_map(|cluster| cluster.events.rows());
            rows.map(|row| Row::Event(Arc::clone(row))).collect()
        }
        View::Nodes => clusters.iter().flat_map(|cluster| nodes(cluster)).collect(),
    }
}

/// The pods of a subset.
pub(super) fn pods(subset: &Subset, clusters: &[&Cluster]) -> Vec<Row> {
    let mut rows = Vec::new();
    for cluster in clusters {
        let selector = selector(subset, cluster);
        let of_cluster = cluster.pods.rows().filter(|row| match subset {
            Subset::All => true,
            Subset::OfWorkload { namespace, .. } => {
                row.pod.namespace == *namespace
                    && selector.is_some_and(|selector| selects(selector, &row.pod))
            }
            Subset::OnNode { place, name } => {
                row.place == *place && row.pod.node.as_ref() == Some(name)
            }
            Subset::OfJob { place, namespace, name } => {
                let owner = row.pod.owner.as_ref();
                row.place == *place
                    && row.pod.namespace == *namespace
                    && owner.is_some_and(|it| &*it.kind == "Job" && *it.name == **name)
            }
            Subset::OfCronJob { .. } => false,
        });
        rows.extend(of_cluster.map(|row| Row::Pod(Arc::clone(row))));
        if *subset == Subset::All {
            rows.extend(cluster.printed().map(|row| Row::Printed(Arc::clone(row))));
        }
    }
    rows
}

type Selector = [(Arc<str>, Box<str>)];

/// What picks the pods of a workload in this cluster, where it has it.
fn selector<'a>(subset: &Subset, cluster: &'a Cluster) -> Option<&'a Selector> {
    let Subset::OfWorkload { kind, namespace, name } = subset else { return None };
    let found = cluster.workloads().find(|row| {
        let workload = &row.workload;
        workload.kind == *kind && workload.namespace == *namespace && workload.name == *name
    })?;
    Some(&found.workload.selector)
}

fn selects(selector: &Selector, pod: &Pod) -> bool {
    !selector.is_empty() && selector.iter().all(|pair| pod.labels.contains(pair))
}

/// What the pods of a workload say together.
#[derive(Default)]
struct Sum<'a> {
    worst: Option<&'a Arc<PodRow>>,
    restarts: u32,
}

impl<'a> Sum<'a> {
    fn add(&mut self, row: &'a Arc<PodRow>) {
        self.restarts = self.restarts.saturating_add(row.printed.restarts);
        if self.worst.is_none_or(|worst| worst.severity() < row.severity()) {
            self.worst = Some(row);
        }
    }
}

fn workloads(clusters: &[&Cluster]) -> Vec<Row> {
    let places: Vec<Place> = clusters.iter().map(|cluster| cluster.place).collect();
    let mut members = Vec::new();
    for cluster in clusters {
        let mut sums: HashMap<(WorkloadKind, &str, Box<str>), Sum<'_>> = HashMap::new();
        for row in cluster.pods.rows() {
            if let Some((kind, name)) = workload(&row.pod) {
                sums.entry((kind, &row.pod.namespace, name)).or_default().add(row);
            }
        }
        members.extend(cluster.workloads().map(|row| {
            let workload = &row.workload;
            let key = (workload.kind, &*workload.namespace, workload.name.clone());
            let sum = sums.get(&key);
            let worst = sum.and_then(|sum| sum.worst);
            Member {
                row: Arc::clone(row),
                worst: worst.map(Arc::clone),
                restarts: sum.map_or(0, |sum| sum.restarts),
            }
        }));
    }
    let is_seen = |place: Place, kind: WorkloadKind, namespace: &Arc<str>| {
        let cluster = clusters.iter().find(|cluster| cluster.place == place);
        cluster.is_some_and(|cluster| cluster.sees(kind, namespace))
    };
    let groups = grouped(&places, members, is_seen);
    groups.into_iter().map(|group| Row::Workload(Arc::new(group))).collect()
}

fn nodes(cluster: &Cluster) -> Vec<Row> {
    let mut demands: HashMap<&str, Demand> = HashMap::new();
    for row in cluster.pods.rows().filter(|row| row.severity() != Severity::Done) {
        if let Some(node) = &row.pod.node {
            let demand = demands.entry(node).or_default();
            demand.pods += 1;
            for container in &*row.pod.containers {
                demand.cpu += container.requests.cpu.map_or(0, |cpu| cpu.0);
                demand.memory += container.requests.memory.map_or(0, |memory| memory.0);
            }
        }
    }
    let is_partial = !cluster.watches_all_pods();
    let rows = cluster.nodes.rows().map(|row| {
        let demand = demands.get(&*row.node.name).copied().unwrap_or_default();
        let demand = Demand { is_partial, ..demand };
        Row::Node(Arc::new(NodeRow { demand, ..NodeRow::clone(row) }))
    });
    rows.collect()
}
