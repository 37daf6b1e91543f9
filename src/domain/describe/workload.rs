//! What keeps pods running, and what runs them once.

use serde_json::Value;

use crate::domain::age::age;
use crate::domain::describe::values::{entries, flag, instant, list, number, pairs, text, when};
use crate::domain::describe::{Context, container, verdict};
use crate::domain::document::{Document, Emphasis};

/// Deployments, `StatefulSets`, `DaemonSets` and `ReplicaSets`.
pub(super) fn replicas(document: &mut Document, object: &Value, context: &Context<'_>) {
    document.section("Status");
    verdict(document, context);
    let counted = |paths: &[&str]| paths.iter().find_map(|path| number(object, path));
    let wanted = counted(&["/spec/replicas", "/status/desiredNumberScheduled"]);
    let ready = counted(&["/status/readyReplicas", "/status/numberReady"]).unwrap_or(0);
    let wanted_text = wanted.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let emphasis = match wanted {
        Some(wanted) if ready < wanted => Some(Emphasis::Warning),
        _ => None,
    };
    document.judged("ready", emphasis, &format!("{ready} of {wanted_text}"));
    for (key, paths) in [
        ("updated", ["/status/updatedReplicas", "/status/updatedNumberScheduled"]),
        ("available", ["/status/availableReplicas", "/status/numberAvailable"]),
        ("unavailable", ["/status/unavailableReplicas", "/status/numberUnavailable"]),
        ("misscheduled", ["/status/numberMisscheduled", ""]),
    ] {
        if let Some(count) = counted(&paths) {
            document.field(key, &count.to_string());
        }
    }
    let seen = number(object, "/status/observedGeneration");
    if let (Some(seen), Some(written)) = (seen, number(object, "/metadata/generation"))
        && seen < written
    {
        document.judged("controller", Some(Emphasis::Warning), "has not seen the last change yet");
    }
    if flag(object, "/spec/paused") == Some(true) {
        document.judged("rollout", Some(Emphasis::Warning), "paused");
    }
    if let Some(strategy) = strategy(object) {
        document.field("strategy", &strategy);
    }
    let selector = pairs(object, "/spec/selector/matchLabels");
    document.field("selector", if selector.is_empty() { "<none>" } else { &selector });
    template(document, object, "/spec/template", context);
}

/// `RollingUpdate, maxSurge 25%, maxUnavailable 25%`.
fn strategy(object: &Value) -> Option<String> {
    let strategy =
        object.pointer("/spec/strategy").or_else(|| object.pointer("/spec/updateStrategy"))?;
    let mut parts = vec![text(strategy, "/type")?.to_owned()];
    let limits = entries(strategy, "/rollingUpdate");
    parts.extend(limits.map(|(key, value)| format!("{key} {}", super::values::scalar(value))));
    Some(parts.join(", "))
}

pub(super) fn job(document: &mut Document, job: &Value, context: &Context<'_>) {
    document.section("Status");
    verdict(document, context);
    if flag(job, "/spec/suspend") == Some(true) {
        document.judged("suspended", Some(Emphasis::Warning), "yes");
    }
    let count = |path| number(job, path).unwrap_or(0);
    let failed = count("/status/failed");
    document.field("active", &count("/status/active").to_string());
    let wanted = number(job, "/spec/completions").map(|all| format!(" of {all}"));
    let done = format!("{}{}", count("/status/succeeded"), wanted.unwrap_or_default());
    document.field("succeeded", &done);
    document.judged("failed", (failed > 0).then_some(Emphasis::Bad), &failed.to_string());
    let started = instant(job, "/status/startTime");
    let completed = instant(job, "/status/completionTime");
    for (key, instant) in [("started", started), ("completed", completed)] {
        if let Some(instant) = instant {
            document.field(key, &when(instant, context.now));
        }
    }
    if let (Some(started), Some(completed)) = (started, completed) {
        document.field("duration", &age(started, completed));
    }
    limits_of_job(document, job, "/spec");
    template(document, job, "/spec/template", context);
}

fn limits_of_job(document: &mut Document, object: &Value, at: &str) {
    for (key, field, unit) in [
        ("parallelism", "parallelism", ""),
        ("tries", "backoffLimit", " more after the first"),
        ("deadline", "activeDeadlineSeconds", " s"),
        ("removed after", "ttlSecondsAfterFinished", " s"),
    ] {
        if let Some(value) = number(object, &format!("{at}/{field}")) {
            document.field(key, &format!("{value}{unit}"));
        }
    }
}

pub(super) fn cronjob(document: &mut Document, cronjob: &Value, context: &Context<'_>) {
    document.section("Status");
    verdict(document, context);
    let suspended = flag(cronjob, "/spec/suspend") == Some(true);
    let emphasis = suspended.then_some(Emphasis::Warning);
    document.judged("suspended", emphasis, if suspended { "yes" } else { "no" });
    document.field("schedule", text(cronjob, "/spec/schedule").unwrap_or("<none>"));
    let zone = text(cronjob, "/spec/timeZone");
    document.field("time zone", zone.unwrap_or("that of the cluster's controller"));
    for (key, path) in
        [("last run", "/status/lastScheduleTime"), ("last success", "/status/lastSuccessfulTime")]
    {
        let instant = instant(cronjob, path);
        document
            .field(key, &instant.map_or_else(|| "never".to_owned(), |at| when(at, context.now)));
    }
    let active: Vec<&str> =
        list(cronjob, "/status/active").iter().filter_map(|one| text(one, "/name")).collect();
    document
        .field("running now", &if active.is_empty() { "none".into() } else { active.join(", ") });
    document.field("overlap", text(cronjob, "/spec/concurrencyPolicy").unwrap_or("Allow"));
    for (key, path, unit) in [
        ("starts within", "/spec/startingDeadlineSeconds", " s of its time"),
        ("keeps", "/spec/successfulJobsHistoryLimit", " that succeeded"),
        ("keeps", "/spec/failedJobsHistoryLimit", " that failed"),
    ] {
        if let Some(value) = number(cronjob, path) {
            document.field(key, &format!("{value}{unit}"));
        }
    }
    limits_of_job(document, cronjob, "/spec/jobTemplate/spec");
    template(document, cronjob, "/spec/jobTemplate/spec/template", context);
}

/// The containers that its pods get.
fn template(document: &mut Document, object: &Value, at: &str, context: &Context<'_>) {
    for (title, field) in [
        ("Init containers of its pods", "initContainers"),
        ("Containers of its pods", "containers"),
    ] {
        let containers = list(object, &format!("{at}/spec/{field}"));
        if containers.is_empty() {
            continue;
        }
        document.section(title);
        for specification in containers {
            container::specified(document, specification, context);
        }
    }
}
