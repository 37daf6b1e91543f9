//! The questions before something is changed: which environment, which object, what will happen.
#![expect(clippy::wildcard_enum_match_arm, reason = "most rows cannot be changed")]

use std::sync::Arc;

use crate::app::cluster::Cluster;
use crate::app::overlay::{Button, Dialog, Then};
use crate::app::pods::Pods;
use crate::app::rows::{Cells as _, Place, PodRow, Row, workload};
use crate::domain::deed::{Deed, What};

impl Pods {
    /// The deeds that delete the chosen pods.
    pub fn deletions(&self, clusters: &[Cluster]) -> Vec<Deed> {
        let chosen = self.top().table().map(|table| table.chosen()).unwrap_or_default();
        let deeds = chosen.into_iter().filter_map(|row| match row {
            Row::Pod(row) => deed(
                clusters,
                row.place,
                &row.pod.namespace,
                What::DeletePod { name: row.pod.name.clone(), uid: row.pod.uid.clone() },
            ),
            _ => None,
        });
        deeds.collect()
    }

    /// The deed that restarts the workload of the row under the cursor.
    pub fn restart(&self, clusters: &[Cluster]) -> Option<Deed> {
        match self.top().table()?.selected()? {
            Row::Pod(row) => restart_of(row, clusters),
            Row::Container(row) => restart_of(&row.pod, clusters),
            Row::Workload(group) => {
                // Over several environments it is not clear which one is meant.
                let what = What::RestartWorkload { kind: group.kind, name: group.name.clone() };
                deed(clusters, group.place()?, &group.namespace, what)
            }
            _ => None,
        }
    }

    /// Why there is nothing to restart under the cursor.
    pub fn no_restart(&self) -> &'static str {
        match self.top().table().and_then(|table| table.selected()) {
            Some(Row::Workload(_)) => "it is in several environments; `:env` chooses one of them",
            Some(Row::Pod(_) | Row::Container(_)) => "its pod is of no workload",
            _ => "only workloads are restarted, and those that pods are of",
        }
    }

    pub fn run_now(&self, clusters: &[Cluster]) -> Option<Deed> {
        let Row::CronJob(row) = self.top().table()?.selected()? else { return None };
        let what = What::RunCronJob { name: row.cronjob.name.clone() };
        deed(clusters, row.place, &row.cronjob.namespace, what)
    }

    pub fn suspend(&self, clusters: &[Cluster]) -> Option<Deed> {
        let Row::CronJob(row) = self.top().table()?.selected()? else { return None };
        let name = row.cronjob.name.clone();
        let what = if row.cronjob.is_suspended {
            What::ResumeCronJob { name }
        } else {
            What::SuspendCronJob { name }
        };
        deed(clusters, row.place, &row.cronjob.namespace, what)
    }

    /// A shell in the container under the cursor, or in the first one of the pod.
    pub fn shell(&self, clusters: &[Cluster]) -> Option<Deed> {
        let (pod, container) = match self.top().table()?.selected()? {
            Row::Pod(row) => (row, row.pod.containers.first()?.name.clone()),
            Row::Container(row) => (&row.pod, row.container.name.clone()),
            _ => return None,
        };
        let what = What::Shell { pod: pod.pod.name.clone(), container };
        deed(clusters, pod.place, &pod.pod.namespace, what)
    }
}

/// The deed that restarts the workload that a pod is of.
fn restart_of(row: &PodRow, clusters: &[Cluster]) -> Option<Deed> {
    let (kind, name) = workload(&row.pod)?;
    deed(clusters, row.place, &row.pod.namespace, What::RestartWorkload { kind, name })
}

fn deed(clusters: &[Cluster], place: Place, namespace: &Arc<str>, what: What) -> Option<Deed> {
    let cluster = clusters.iter().find(|cluster| cluster.place == place)?;
    Some(Deed { environment: cluster.name.clone(), namespace: Arc::clone(namespace), what })
}

/// What is asked before `deeds`, which are all of one environment.
pub(in crate::app) fn dialog(
    deeds: Vec<Deed>,
    cluster: &Cluster,
    is_unlocked: bool,
) -> Option<Dialog> {
    const SHOWN: usize = 6;
    let first = deeds.first()?;
    let count = deeds.len();
    let mut lines: Vec<String> = deeds
        .iter()
        .take(SHOWN)
        .map(|deed| format!("{}/{}", deed.namespace, deed.what.object()))
        .collect();
    if count > SHOWN {
        lines.push(format!("… and {} more", count - SHOWN));
    }
    lines.push(String::new());
    lines.push(consequence(&first.what).to_owned());
    let (title, verb) = match &first.what {
        What::DeletePod { .. } if count > 1 => (format!("Delete {count} pods"), "Delete"),
        What::DeletePod { .. } => ("Delete pod".to_owned(), "Delete"),
        What::RestartWorkload { .. } => ("Restart workload".to_owned(), "Restart"),
        What::RunCronJob { .. } => ("Run CronJob now".to_owned(), "Run now"),
        What::SuspendCronJob { .. } => ("Suspend CronJob".to_owned(), "Suspend"),
        What::ResumeCronJob { .. } => ("Resume CronJob".to_owned(), "Resume"),
        What::RescheduleCronJob { .. } => ("Reschedule CronJob".to_owned(), "Reschedule"),
        What::Shell { .. } => ("Open a shell".to_owned(), "Open"),
    };
    Some(Dialog {
        title,
        lines,
        verb,
        environment: cluster.name.clone(),
        production: cluster.production,
        button: Button::Cancel,
        typed: (cluster.production && !is_unlocked).then(String::new),
        deeds,
        more: None,
        then: Then::Deeds,
    })
}

const fn consequence(what: &What) -> &'static str {
    match what {
        What::DeletePod { .. } => {
            "It ends within its grace period; its controller makes a new one."
        }
        What::RestartWorkload { .. } => "All its pods are replaced, as its update strategy has it.",
        What::RunCronJob { .. } => "A job is made from it now, beside those of its schedule.",
        What::SuspendCronJob { .. } => "No job is made until it is resumed; running ones go on.",
        What::ResumeCronJob { .. } => "Jobs are made again from the next time of its schedule.",
        What::RescheduleCronJob { .. } => "Jobs that run go on; the next begin at the new times.",
        What::Shell { .. } => "What is typed there changes a running container.",
    }
}
