//! The columns of `kubectl get pods`, worked out from a pod's JSON by the rules of the server's own
//! printer: the check that what is served and the truth beside it say the same. Left out is what no
//! script has: scheduling gates, containers that end without a reason, lost nodes of old.

use jiff::Timestamp;
use serde_json::Value;

use super::super::age::age;

/// READY, STATUS and RESTARTS.
pub(super) fn printed(pod: &Value, now: Timestamp) -> [String; 3] {
    let status = &pod["status"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let conditions = list(&status["conditions"]);
    let holds = |kind: &str| {
        let found = conditions.iter().find(|it| it["type"] == kind);
        found.is_some_and(|it| it["status"] == "True")
    };
    let mut shown = text(&status["reason"]);
    if shown.is_empty() {
        shown = text(&status["phase"]);
    }
    let inits = list(&pod["spec"]["initContainers"]);
    let is_sidecar = |name: &Value| {
        inits.iter().any(|it| it["name"] == *name && it["restartPolicy"] == "Always")
    };
    let sidecars = inits.iter().filter(|it| it["restartPolicy"] == "Always").count();
    let total = list(&pod["spec"]["containers"]).len() + sidecars;
    let (mut ready, mut restarts, mut newest) = (0, 0, None::<Timestamp>);
    let (mut sidecar_restarts, mut sidecar_last) = (0, None);
    let mut is_initializing = false;
    let ended = |container: &Value| -> Option<Timestamp> {
        container["lastState"]["terminated"]["finishedAt"].as_str()?.parse().ok()
    };
    for (number, container) in list(&status["initContainerStatuses"]).iter().enumerate() {
        let count = container["restartCount"].as_u64().unwrap();
        restarts += count;
        newest = newest.max(ended(container));
        let beside = is_sidecar(&container["name"]);
        if beside {
            sidecar_restarts += count;
            sidecar_last = sidecar_last.max(ended(container));
        }
        let state = &container["state"];
        if state["terminated"]["exitCode"] == 0 {
            continue;
        }
        if beside && container["started"] == true {
            ready += usize::from(container["ready"] == true);
            continue;
        }
        let waiting = text(&state["waiting"]["reason"]);
        shown = if state["terminated"].is_object() {
            format!("Init:{}", text(&state["terminated"]["reason"]))
        } else if !waiting.is_empty() && waiting != "PodInitializing" {
            format!("Init:{waiting}")
        } else {
            format!("Init:{number}/{}", inits.len())
        };
        is_initializing = true;
        break;
    }
    if !is_initializing || holds("Initialized") {
        (restarts, newest) = (sidecar_restarts, sidecar_last);
        let mut has_running = false;
        for container in list(&status["containerStatuses"]).iter().rev() {
            restarts += container["restartCount"].as_u64().unwrap();
            newest = newest.max(ended(container));
            let state = &container["state"];
            if !text(&state["waiting"]["reason"]).is_empty() {
                shown = text(&state["waiting"]["reason"]);
            } else if state["terminated"].is_object() {
                shown = text(&state["terminated"]["reason"]);
            } else if container["ready"] == true && state["running"].is_object() {
                has_running = true;
                ready += 1;
            }
        }
        if shown == "Completed" && has_running {
            (if holds("Ready") { "Running" } else { "NotReady" }).clone_into(&mut shown);
        }
    }
    let is_over = matches!(text(&status["phase"]).as_str(), "Succeeded" | "Failed");
    if pod["metadata"]["deletionTimestamp"].is_string() && !is_over {
        "Terminating".clone_into(&mut shown);
    }
    let restarts = match newest {
        Some(newest) if restarts > 0 => format!("{restarts} ({} ago)", age(newest, now)),
        _ => restarts.to_string(),
    };
    [format!("{ready}/{total}"), shown, restarts]
}
