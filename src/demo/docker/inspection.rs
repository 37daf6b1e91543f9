//! How containers look from outside: one by one, and in a list.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::demo::docker::DockerServer;
use crate::demo::docker::container::{Container, Phase};
use crate::demo::docker::http::{Answer, Query, has_label, ok};

/// What the engine shows where nothing has happened yet.
const NEVER: &str = "0001-01-01T00:00:00Z";

impl DockerServer {
    pub(super) fn list_containers(&self, query: &Query) -> Answer {
        let (wanted, names) = (query.filter("label"), query.filter("name"));
        let (statuses, ids) = (query.filter("status"), query.filter("id"));
        let all = query.is_set("all") || !statuses.is_empty();
        let engine = self.engine();
        let found = engine.containers.iter().rev().filter(|container| {
            (all || container.is_running())
                && wanted.iter().all(|label| has_label(&container.labels, label))
                && (names.is_empty()
                    || names
                        .iter()
                        .any(|part| container.name.contains(part.trim_start_matches('/'))))
                && (ids.is_empty() || ids.iter().any(|id| container.id.starts_with(id)))
                && (statuses.is_empty()
                    || statuses.iter().any(|status| status == word(container.state().phase)))
        });
        let limit = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
        let now = (self.clock)();
        let listed: Vec<Value> =
            found.take(limit).map(|container| summary(container, now)).collect();
        ok(&Value::Array(listed))
    }

    pub(super) fn inspect_container(&self, name: &str) -> Answer {
        ok(&inspected(&*self.container(name)?))
    }
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Created => "created",
        Phase::Running => "running",
        Phase::Exited => "exited",
    }
}

/// The line of a listing.
fn summary(container: &Container, now: Timestamp) -> Value {
    let state = container.state();
    let since = |at: Option<Timestamp>| ago(now.as_second() - at.unwrap_or(now).as_second());
    let status = match state.phase {
        Phase::Created => "Created".to_owned(),
        Phase::Running => format!("Up {}", since(state.started)),
        Phase::Exited => format!("Exited ({}) {} ago", state.exit_code, since(state.finished)),
    };
    json!({
        "Id": container.id,
        "Names": [format!("/{}", container.name)],
        "Image": container.request.get("Image"),
        "ImageID": container.image.id,
        "Command": container.argv.join(" "),
        "Created": container.created.as_second(),
        "Ports": [],
        "Labels": container.labels,
        "State": word(state.phase),
        "Status": status,
        "HostConfig": {"NetworkMode": network(container)},
        "NetworkSettings": {"Networks": {}},
        "Mounts": mounts(container),
    })
}

/// How long something is ago, as the engine words it.
fn ago(seconds: i64) -> String {
    match seconds {
        ..1 => "Less than a second".to_owned(),
        1 => "1 second".to_owned(),
        2..60 => format!("{seconds} seconds"),
        60..120 => "About a minute".to_owned(),
        120..3600 => format!("{} minutes", seconds / 60),
        3600..7200 => "About an hour".to_owned(),
        7200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn network(container: &Container) -> Value {
    let wanted = container.request.pointer("/HostConfig/NetworkMode").and_then(Value::as_str);
    Value::from(wanted.filter(|mode| !mode.is_empty()).unwrap_or("bridge"))
}

fn mounts(container: &Container) -> Vec<Value> {
    let shown = container.mounts.iter().map(|mount| {
        let kind = if mount.volume.is_some() { "volume" } else { "bind" };
        json!({"Type": kind, "Name": mount.volume, "Source": mount.source, "Destination": mount.target,
            "Driver": "local", "Mode": "", "RW": true, "Propagation": ""})
    });
    shown.collect()
}

fn inspected(container: &Container) -> Value {
    let state = container.state();
    let time = |at: Option<Timestamp>| at.map_or(NEVER.to_owned(), |at| at.to_string());
    let is_running = state.phase == Phase::Running;
    let mut config = container.request.clone();
    if let Some(config) = config.as_object_mut() {
        config.remove("HostConfig");
        config.remove("NetworkingConfig");
        config.insert("Labels".to_owned(), json!(container.labels));
        config.insert("Tty".to_owned(), json!(container.has_terminal()));
        for (key, default) in
            [("Cmd", json!(["mongod"])), ("Entrypoint", json!(["docker-entrypoint.sh"]))]
        {
            if config.get(key).is_none_or(Value::is_null) {
                config.insert(key.to_owned(), default);
            }
        }
    }
    let (path, arguments) =
        container.argv.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let mut host = container.request.get("HostConfig").cloned().unwrap_or_else(|| json!({}));
    if let Some(host) = host.as_object_mut() {
        host.insert("NetworkMode".to_owned(), network(container));
    }
    json!({
        "Id": container.id,
        "Name": format!("/{}", container.name),
        "Created": container.created.to_string(),
        "Path": path,
        "Args": arguments,
        "Image": container.image.id,
        "Platform": "linux",
        "Driver": "overlay2",
        "RestartCount": 0,
        "State": {
            "Status": word(state.phase),
            "Running": is_running,
            "Paused": false,
            "Restarting": false,
            "OOMKilled": state.oom_killed,
            "Dead": false,
            "Pid": if is_running { 4242 } else { 0 },
            "ExitCode": state.exit_code,
            "Error": "",
            "StartedAt": time(state.started),
            "FinishedAt": time(state.finished),
        },
        "Config": config,
        "HostConfig": host,
        "Mounts": mounts(container),
        "NetworkSettings": {"Ports": {}, "Networks": {}},
    })
}
