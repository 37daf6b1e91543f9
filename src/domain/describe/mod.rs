//! An object in words, like `kubectl describe`, but what matters in an incident comes first.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::age::age;
use crate::domain::describe::values::{entries, instant, list, pairs, scalar, text, when};
use crate::domain::document::{Document, Emphasis, Line};
use crate::domain::event::Event;
use crate::domain::failure::Failure;
use crate::domain::usage::ContainerUsage;

mod cluster;

mod container;

mod pod;

mod values;

mod workload;

/// What is known beside the object itself.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Our verdict on it, where there is one, and how grave it is.
    pub reason: Option<(&'a str, Emphasis)>,
    pub events: &'a [Arc<Event>],
    /// Why the events could not be read.
    pub events_failure: Option<&'a Failure>,
    pub usage: Option<&'a [ContainerUsage]>,
    pub now: Timestamp,
}

/// The sections of an object of any kind.
pub fn document(object: &Value, context: &Context<'_>) -> Document {
    let mut document = Document::default();
    match text(object, "/kind").unwrap_or_default() {
        "Pod" => pod::write(&mut document, object, context),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" => {
            workload::replicas(&mut document, object, context);
        }
        "Job" => workload::job(&mut document, object, context),
        "CronJob" => workload::cronjob(&mut document, object, context),
        "Node" => cluster::node(&mut document, object, context),
        _ => cluster::other(&mut document, object, context),
    }
    conditions(&mut document, object, context.now);
    if text(object, "/kind") == Some("Pod") {
        pod::surroundings(&mut document, object);
    }
    metadata(&mut document, object, context.now);
    events(&mut document, context);
    document
}

/// The first lines of every kind: what we make of it.
fn verdict(document: &mut Document, context: &Context<'_>) {
    if let Some((reason, emphasis)) = context.reason.filter(|(reason, _)| !reason.is_empty()) {
        document.judged("why", Some(emphasis), reason);
    }
}

fn conditions(document: &mut Document, object: &Value, now: Timestamp) {
    let conditions = list(object, "/status/conditions");
    if conditions.is_empty() {
        return;
    }
    document.section("Conditions");
    let fields = conditions.iter().map(|condition| {
        let kind = text(condition, "/type").unwrap_or("?");
        let status = text(condition, "/status").unwrap_or("Unknown");
        let mut value = status.to_owned();
        if let Some(reason) = text(condition, "/reason") {
            value.push_str("  ");
            value.push_str(reason);
        }
        if let Some(since) = instant(condition, "/lastTransitionTime") {
            value.push_str("  for ");
            value.push_str(&age(since, now));
        }
        if let Some(message) = text(condition, "/message") {
            value.push('\n');
            value.push_str(message);
        }
        (kind, judge(kind, status), value)
    });
    document.fields(&fields.collect::<Vec<_>>());
}

/// Which conditions are good to have differs by their names.
fn judge(kind: &str, status: &str) -> Option<Emphasis> {
    let is_trouble = kind.ends_with("Pressure")
        || kind.ends_with("Failure")
        || ["NetworkUnavailable", "Failed", "FailureTarget", "DisruptionTarget"].contains(&kind);
    let is_good = ["Ready", "ContainersReady", "Initialized", "PodScheduled", "Available"];
    match status {
        "True" if is_trouble => Some(Emphasis::Bad),
        "False" if is_good.contains(&kind) => Some(Emphasis::Warning),
        "Unknown" => Some(Emphasis::Warning),
        _ => None,
    }
}

fn metadata(document: &mut Document, object: &Value, now: Timestamp) {
    document.section("Object");
    for (key, path) in [("kind", "/kind"), ("name", "/metadata/name")] {
        document.field(key, text(object, path).unwrap_or("<unknown>"));
    }
    for (key, path) in [("namespace", "/metadata/namespace"), ("uid", "/metadata/uid")] {
        if let Some(value) = text(object, path) {
            document.field(key, value);
        }
    }
    if let Some(created) = instant(object, "/metadata/creationTimestamp") {
        document.field("created", &when(created, now));
    }
    if let Some(deleting) = instant(object, "/metadata/deletionTimestamp") {
        document.judged("deleting", Some(Emphasis::Warning), &when(deleting, now));
    }
    for owner in list(object, "/metadata/ownerReferences") {
        let kind = text(owner, "/kind").unwrap_or("?");
        document.field("owner", &format!("{kind}/{}", text(owner, "/name").unwrap_or("?")));
    }
    let labels = pairs(object, "/metadata/labels");
    document.field("labels", if labels.is_empty() { "<none>" } else { &labels });
    for (key, value) in entries(object, "/metadata/annotations") {
        // Whole objects are kept in annotations; YAML shows them.
        let value = scalar(value);
        if key.ends_with("last-applied-configuration") {
            continue;
        }
        document.field("annotation", &format!("{key}={}", first_line(&value)));
    }
}

/// What of a long value fits a description.
fn first_line(value: &str) -> String {
    const LONGEST: usize = 160;
    let line = value.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None if line.len() < value.len() => format!("{line}…"),
        None => line.to_owned(),
    }
}

fn events(document: &mut Document, context: &Context<'_>) {
    document.section("Events");
    if let Some(failure) = context.events_failure {
        document.judged("unknown", Some(Emphasis::Warning), &failure.to_string());
    } else if context.events.is_empty() {
        document.push(Line::default().with(Emphasis::Faint, "  none"));
    }
    for line in event_lines(context.events, context.now) {
        document.push(line);
    }
}

/// Events as lines, the newest first: `  2m   ×14  BackOff  the message`.
pub fn event_lines(events: &[Arc<Event>], now: Timestamp) -> Vec<Line> {
    let mut events: Vec<&Arc<Event>> = events.iter().collect();
    events.sort_by_key(|event| std::cmp::Reverse((event.last, event.first)));
    let reasons = events.iter().map(|event| event.reason.chars().count()).max().unwrap_or(0);
    let wide = |text: String, cells: usize| format!("{text:<cells$}");
    events
        .into_iter()
        .map(|event| {
            let seen = event.last.or(event.first);
            let ago = seen.map_or_else(|| "?".to_owned(), |seen| age(seen, now));
            let count = if event.count > 1 { format!("×{}", event.count) } else { String::new() };
            let reason = wide(event.reason.to_string(), reasons + 2);
            let line = Line::default().with(Emphasis::Faint, &wide(format!("  {ago}"), 9));
            let line = line.with(Emphasis::Faint, &wide(count, 6));
            let emphasis = if event.is_warning { Emphasis::Warning } else { Emphasis::Key };
            line.with(emphasis, &reason).plain(event.message.trim_end())
        })
        .collect()
}

#[cfg(test)]
mod tests;
