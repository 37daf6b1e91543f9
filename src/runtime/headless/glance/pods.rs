//! Every pod as a line, in the columns of the table.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::age::age_or_unknown;
use crate::domain::node::Node;
use crate::domain::pod::Pod;
use crate::domain::pod::diagnosis::diagnose;
use crate::domain::pod::printed::{node_text, printed};
use crate::domain::severity::Severity;
use crate::domain::text::shown;

/// One pod. The texts are safe to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct PodLine {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) ready: String,
    pub(super) status: String,
    /// As `kubectl` prints them: `3 (10s ago)`.
    pub(super) restarts: String,
    pub(super) age: String,
    pub(super) node: String,
    pub(super) severity: Severity,
    /// Empty where all is well.
    pub(super) reason: String,
    pub(super) since: Option<Timestamp>,
}

/// Worst first, then by namespace and name.
pub(super) fn lines(pods: &[&Pod], nodes: &[&Node], now: Timestamp) -> Vec<PodLine> {
    let nodes: HashMap<&str, &Node> = nodes.iter().map(|node| (&*node.name, *node)).collect();
    let mut lines: Vec<PodLine> = pods.iter().map(|pod| line(pod, &nodes, now)).collect();
    lines.sort_by(|one, other| {
        let by_severity = other.severity.cmp(&one.severity);
        by_severity.then_with(|| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)))
    });
    lines
}

fn line(pod: &Pod, nodes: &HashMap<&str, &Node>, now: Timestamp) -> PodLine {
    let node = pod.node.as_deref().and_then(|name| nodes.get(name)).copied();
    let columns = printed(pod);
    let diagnosis = diagnose(pod, node, now);
    PodLine {
        namespace: shown(&pod.namespace).into_owned(),
        name: shown(&pod.name).into_owned(),
        ready: columns.ready_text(),
        status: shown(&columns.status).into_owned(),
        restarts: columns.restarts_text(now),
        age: age_or_unknown(pod.created, now),
        node: shown(node_text(pod)).into_owned(),
        severity: diagnosis.severity,
        reason: diagnosis.reason.into(),
        since: diagnosis.since,
    }
}
