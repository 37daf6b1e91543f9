//! One container: how it is, how it ended before, what it asks for.

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::age::age;
use crate::domain::describe::Context;
use crate::domain::describe::values::{entries, flag, instant, list, number, pairs, text, when};
use crate::domain::document::{Document, Emphasis, Line};

pub(super) fn write(
    document: &mut Document,
    specification: &Value,
    status: Option<&Value>,
    context: &Context<'_>,
) {
    let name = text(specification, "/name").unwrap_or("?");
    let sidecar = text(specification, "/restartPolicy") == Some("Always");
    let line = Line::default().plain("  ").with(Emphasis::Key, name);
    document.push(if sidecar { line.with(Emphasis::Faint, "  sidecar") } else { line });
    match status {
        Some(status) => states(document, status, context.now),
        None => document.detail("state", "<unknown>"),
    }
    asked(document, specification, name, context);
}

/// The same for a container that is only a plan: of a pod template.
pub(super) fn specified(document: &mut Document, specification: &Value, context: &Context<'_>) {
    let name = text(specification, "/name").unwrap_or("?");
    document.push(Line::default().plain("  ").with(Emphasis::Key, name));
    asked(document, specification, name, context);
}

fn asked(document: &mut Document, specification: &Value, name: &str, context: &Context<'_>) {
    document.detail("image", text(specification, "/image").unwrap_or("<none>"));
    amounts(document, specification, name, context);
    for (key, path) in [
        ("liveness", "/livenessProbe"),
        ("readiness", "/readinessProbe"),
        ("startup", "/startupProbe"),
    ] {
        if let Some(probe) = specification.pointer(path) {
            document.detail(key, &describe_probe(probe));
        }
    }
    let ports: Vec<String> = list(specification, "/ports").iter().map(port).collect();
    if !ports.is_empty() {
        document.detail("ports", &ports.join(", "));
    }
    for (key, path) in [("command", "/command"), ("arguments", "/args")] {
        let words: Vec<&str> = list(specification, path).iter().filter_map(Value::as_str).collect();
        if !words.is_empty() {
            document.detail(key, &words.join(" "));
        }
    }
    environment(document, specification);
    for mount in list(specification, "/volumeMounts") {
        let path = text(mount, "/mountPath").unwrap_or("?");
        let volume = text(mount, "/name").unwrap_or("?");
        let mode = if flag(mount, "/readOnly") == Some(true) { " (read-only)" } else { "" };
        document.detail("mount", &format!("{path} from {volume}{mode}"));
    }
}

fn states(document: &mut Document, status: &Value, now: Timestamp) {
    let (state, emphasis) = describe_state(status, "/state", now);
    document.judged_detail("state", emphasis, &state);
    let is_over = status.pointer("/state/terminated").is_some();
    if flag(status, "/ready") == Some(false) && !is_over {
        document.judged_detail("ready", Some(Emphasis::Warning), "no");
    }
    if status.pointer("/lastState/terminated").is_some() {
        let (last, emphasis) = describe_state(status, "/lastState", now);
        document.judged_detail("before", emphasis, &last);
    }
    if let Some(restarts) = number(status, "/restartCount") {
        let emphasis = (restarts > 0).then_some(Emphasis::Warning);
        document.judged_detail("restarts", emphasis, &restarts.to_string());
    }
}

/// `running for 3h (since …)`, `waiting: CrashLoopBackOff`, `OOMKilled, exit code 137, 4m ago (…)`.
fn describe_state(status: &Value, at: &str, now: Timestamp) -> (String, Option<Emphasis>) {
    let Some(state) = status.pointer(at) else { return ("<unknown>".to_owned(), None) };
    if let Some(running) = state.get("running") {
        let since = instant(running, "/startedAt");
        let since = since.map_or_else(String::new, |since| format!(" for {}", age(since, now)));
        return (format!("running{since}"), Some(Emphasis::Good));
    }
    if let Some(ended) = state.get("terminated") {
        return describe_end(ended, now);
    }
    let reason = text(state, "/waiting/reason");
    let mut shown = format!("waiting: {}", reason.unwrap_or("no reason given"));
    if let Some(message) = text(state, "/waiting/message") {
        shown.push('\n');
        shown.push_str(message);
    }
    let is_usual = reason.is_none_or(|it| ["ContainerCreating", "PodInitializing"].contains(&it));
    (shown, Some(if is_usual { Emphasis::Warning } else { Emphasis::Bad }))
}

fn describe_end(ended: &Value, now: Timestamp) -> (String, Option<Emphasis>) {
    let code = number(ended, "/exitCode").unwrap_or_default();
    let reason = text(ended, "/reason").unwrap_or("ended");
    let mut parts = vec![reason.to_owned(), format!("exit code {code}{}", meaning(code))];
    if let Some(signal) = number(ended, "/signal").filter(|signal| *signal != 0) {
        parts.push(format!("signal {signal}"));
    }
    let (started, finished) = (instant(ended, "/startedAt"), instant(ended, "/finishedAt"));
    if let Some(finished) = finished {
        parts.push(when(finished, now));
    }
    if let (Some(started), Some(finished)) = (started, finished)
        && finished >= started
    {
        parts.push(format!("after {}", age(started, finished)));
    }
    let mut shown = parts.join(", ");
    if let Some(message) = text(ended, "/message") {
        shown.push('\n');
        shown.push_str(message.trim_end());
    }
    (shown, (code != 0).then_some(Emphasis::Bad))
}

/// Exit codes that mean the same everywhere.
const fn meaning(code: i64) -> &'static str {
    match code {
        126 => " (not executable)",
        127 => " (command not found)",
        130 => " (interrupted)",
        134 => " (aborted)",
        137 => " (killed)",
        139 => " (segmentation fault)",
        143 => " (asked to end)",
        _ => "",
    }
}

/// Requests, limits, and what is used of them.
fn amounts(document: &mut Document, specification: &Value, name: &str, context: &Context<'_>) {
    for (key, path) in [("requests", "/resources/requests"), ("limits", "/resources/limits")] {
        let amounts = pairs(specification, path).replace('=', " ");
        document.detail(key, if amounts.is_empty() { "<none>" } else { &amounts });
    }
    let used =
        context.usage.and_then(|usage| usage.iter().find(|container| *container.name == *name));
    if let Some(used) = used {
        document.detail("uses", &format!("cpu {}, memory {}", used.cpu, used.memory));
    }
}

/// `http :8080/health every 10 s, 3 failures allowed, 1 s each`.
fn describe_probe(probe: &Value) -> String {
    let port =
        |path: &str| probe.pointer(path).map_or_else(|| "?".to_owned(), super::values::scalar);
    let how = if probe.get("httpGet").is_some() {
        let path = text(probe, "/httpGet/path").unwrap_or("/");
        format!("http :{}{path}", port("/httpGet/port"))
    } else if probe.get("tcpSocket").is_some() {
        format!("tcp :{}", port("/tcpSocket/port"))
    } else if probe.get("grpc").is_some() {
        format!("grpc :{}", port("/grpc/port"))
    } else {
        let words: Vec<&str> =
            list(probe, "/exec/command").iter().filter_map(Value::as_str).collect();
        format!("runs {}", words.join(" "))
    };
    let amount = |path, default| number(probe, path).unwrap_or(default);
    let shown = format!(
        "{how} every {} s, fails after {} of {} s each",
        amount("/periodSeconds", 10),
        amount("/failureThreshold", 3),
        amount("/timeoutSeconds", 1),
    );
    match number(probe, "/initialDelaySeconds").filter(|delay| *delay > 0) {
        Some(delay) => format!("{shown}, begins after {delay} s"),
        None => shown,
    }
}

fn port(port: &Value) -> String {
    let number = number(port, "/containerPort").unwrap_or_default();
    let protocol = text(port, "/protocol").unwrap_or("TCP");
    match text(port, "/name") {
        Some(name) => format!("{number}/{protocol} {name}"),
        None => format!("{number}/{protocol}"),
    }
}

/// Names, and where their values come from; the values themselves are in the YAML.
fn environment(document: &mut Document, specification: &Value) {
    let variables = list(specification, "/env").iter().map(|variable| {
        let name = text(variable, "/name").unwrap_or("?");
        let source = entries(variable, "/valueFrom").next();
        match source {
            Some((kind, from)) => {
                let kind = kind.trim_end_matches("KeyRef").trim_end_matches("Ref");
                let place = text(from, "/name").or_else(|| text(from, "/fieldPath"));
                format!("{name} ({kind} {})", place.unwrap_or("?"))
            }
            None => name.to_owned(),
        }
    });
    let whole = list(specification, "/envFrom").iter().flat_map(|from| {
        entries(from, "").filter(|(kind, _)| *kind != "prefix").map(|(kind, from)| {
            format!(
                "all of {} {}",
                kind.trim_end_matches("Ref"),
                text(from, "/name").unwrap_or("?")
            )
        })
    });
    let all: Vec<String> = variables.chain(whole).collect();
    if !all.is_empty() {
        document.detail("environment", &all.join("\n"));
    }
}
