//! A pod: what is wrong first, then each container, then what it stands on.

use serde_json::Value;

use crate::domain::describe::values::{entries, flag, instant, list, number, pairs, text, when};
use crate::domain::describe::{Context, container, verdict};
use crate::domain::document::{Document, Emphasis};

pub(super) fn write(document: &mut Document, pod: &Value, context: &Context<'_>) {
    document.section("Status");
    verdict(document, context);
    document.field("phase", text(pod, "/status/phase").unwrap_or("<unknown>"));
    for (key, path) in [("reason", "/status/reason"), ("message", "/status/message")] {
        if let Some(value) = text(pod, path) {
            document.judged(key, Some(Emphasis::Warning), value);
        }
    }
    if let Some(started) = instant(pod, "/status/startTime") {
        document.field("started", &when(started, context.now));
    }
    document.field("node", text(pod, "/spec/nodeName").unwrap_or("<none>"));
    if let Some(nominated) = text(pod, "/status/nominatedNodeName") {
        document.field("nominated node", nominated);
    }
    document.field("ip", text(pod, "/status/podIP").unwrap_or("<none>"));
    for (key, path) in [
        ("qos class", "/status/qosClass"),
        ("service account", "/spec/serviceAccountName"),
        ("priority", "/spec/priorityClassName"),
        ("restart policy", "/spec/restartPolicy"),
    ] {
        if let Some(value) = text(pod, path) {
            document.field(key, value);
        }
    }
    if let Some(grace) = number(pod, "/spec/terminationGracePeriodSeconds").filter(|it| *it != 30) {
        document.field("grace period", &format!("{grace} s"));
    }
    for (title, specifications, statuses) in [
        ("Init containers", "/spec/initContainers", "/status/initContainerStatuses"),
        ("Containers", "/spec/containers", "/status/containerStatuses"),
        ("Debug containers", "/spec/ephemeralContainers", "/status/ephemeralContainerStatuses"),
    ] {
        let specifications = list(pod, specifications);
        if specifications.is_empty() {
            continue;
        }
        document.section(title);
        for specification in specifications {
            let name = text(specification, "/name");
            let status = list(pod, statuses).iter().find(|status| text(status, "/name") == name);
            container::write(document, specification, status, context);
        }
    }
}

/// Volumes, and what decides where the pod may run.
pub(super) fn surroundings(document: &mut Document, pod: &Value) {
    let volumes = list(pod, "/spec/volumes");
    if !volumes.is_empty() {
        document.section("Volumes");
        for volume in volumes {
            document.field(text(volume, "/name").unwrap_or("?"), &describe_volume(volume));
        }
    }
    document.section("Placement");
    let selector = pairs(pod, "/spec/nodeSelector");
    document.field("node selector", if selector.is_empty() { "<none>" } else { &selector });
    let mut kinds = entries(pod, "/spec/affinity").map(|(kind, _)| kind).collect::<Vec<_>>();
    kinds.sort_unstable();
    if !kinds.is_empty() {
        document.field("affinity", &kinds.join(", "));
    }
    // What every pod tolerates tells nothing.
    let tolerations: Vec<String> = list(pod, "/spec/tolerations")
        .iter()
        .filter(|one| {
            let key = text(one, "/key").unwrap_or_default();
            let is_default = key.starts_with("node.kubernetes.io/")
                && number(one, "/tolerationSeconds") == Some(300);
            !is_default
        })
        .map(toleration)
        .collect();
    document.field("tolerations", &or_none(&tolerations));
}

fn or_none(values: &[String]) -> String {
    if values.is_empty() { "<none> but the usual".to_owned() } else { values.join("\n") }
}

fn toleration(toleration: &Value) -> String {
    let mut shown = text(toleration, "/key").unwrap_or("every taint").to_owned();
    if let Some(value) = text(toleration, "/value") {
        shown = format!("{shown}={value}");
    }
    if let Some(effect) = text(toleration, "/effect") {
        shown = format!("{shown}:{effect}");
    }
    match number(toleration, "/tolerationSeconds") {
        Some(seconds) => format!("{shown} for {seconds} s"),
        None => shown,
    }
}

/// `Secret db-credentials`, `PersistentVolumeClaim data-0`, `EmptyDir in memory, 1Gi`.
fn describe_volume(volume: &Value) -> String {
    let named = [
        ("Secret", "/secret/secretName", "/secret/optional"),
        ("ConfigMap", "/configMap/name", "/configMap/optional"),
        ("PersistentVolumeClaim", "/persistentVolumeClaim/claimName", ""),
        ("HostPath", "/hostPath/path", ""),
        ("NFS", "/nfs/path", ""),
        ("CSI", "/csi/driver", ""),
    ];
    for (kind, path, optional) in named {
        if let Some(name) = text(volume, path) {
            let may_miss = flag(volume, optional) == Some(true);
            return format!("{kind} {name}{}", if may_miss { " (optional)" } else { "" });
        }
    }
    if volume.get("emptyDir").is_some() {
        let mut shown = "EmptyDir".to_owned();
        if text(volume, "/emptyDir/medium") == Some("Memory") {
            shown.push_str(" in memory");
        }
        if let Some(limit) = text(volume, "/emptyDir/sizeLimit") {
            shown.push_str(", at most ");
            shown.push_str(limit);
        }
        return shown;
    }
    if volume.get("projected").is_some() {
        let sources = list(volume, "/projected/sources");
        let kinds: Vec<&str> =
            sources.iter().flat_map(|source| entries(source, "").map(|(kind, _)| kind)).collect();
        return format!("Projected {}", kinds.join(", "));
    }
    let kind = entries(volume, "").map(|(kind, _)| kind).find(|kind| *kind != "name");
    kind.unwrap_or("<unknown>").to_owned()
}
