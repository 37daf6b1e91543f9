//! Containers: made, started, looked at, ended, removed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use hyper::body::Incoming;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::demo::docker::archive::Listing;
use crate::demo::docker::container::{Container, Mount, Parts, Phase, Program, State};
use crate::demo::docker::http::{
    Answer, Query, Refused, empty, growing, has_label, json_with, labels, next_part, ok, words,
};
use crate::demo::docker::{DockerServer, Engine, Fault};
use crate::demo::mongo::{Configuration, MongoServer};

/// Where the images want volumes.
const IMAGE_VOLUMES: [&str; 2] = ["/data/configdb", "/data/db"];
/// What the engine shows where nothing has happened yet.
const NEVER: &str = "0001-01-01T00:00:00Z";
/// Between a start and the engine's disappearance: the answer is still sent.
const LAST_WORDS: Duration = Duration::from_millis(50);

impl DockerServer {
    pub(super) fn create_container(&self, query: &Query, request: Value) -> Answer {
        let wanted = request.get("Image").and_then(Value::as_str).unwrap_or_default();
        let image = self.image(wanted)?;
        let own_entrypoint = words(request.get("Entrypoint")).filter(|words| !words.is_empty());
        let own_command = words(request.get("Cmd")).filter(|words| !words.is_empty());
        let argv = match (own_entrypoint, own_command) {
            (Some(entrypoint), command) => [entrypoint, command.unwrap_or_default()].concat(),
            (None, Some(command)) => [vec!["docker-entrypoint.sh".to_owned()], command].concat(),
            (None, None) => vec!["docker-entrypoint.sh".to_owned(), "mongod".to_owned()],
        };
        let now = (self.clock)();
        let mut engine = self.engine();
        let id = engine.next_id();
        let name = query.get("name").map(|name| name.trim_start_matches('/').to_owned());
        let name =
            name.unwrap_or_else(|| format!("demo_{}", id.chars().take(6).collect::<String>()));
        if let Some(other) = engine.containers.iter().find(|other| other.name == name) {
            let message = format!(
                "Conflict. The container name \"/{name}\" is already in use by container \"{}\". You have \
                 to remove (or rename) that container to be able to reuse that name.",
                other.id
            );
            return Err(Refused::conflict(message));
        }
        let mongo = Program::of(&argv).is_server().then(|| {
            let configuration = Configuration::new(image.version.clone(), Arc::clone(&self.clock));
            Arc::new(MongoServer::new(configuration))
        });
        let mounts = engine.mount(&request, now);
        let labels = labels(request.get("Labels"));
        let parts = Parts {
            id: id.clone(),
            name,
            created: now,
            image,
            labels,
            argv,
            request,
            mounts,
            mongo,
        };
        let container = Container::new(parts);
        container.suffer(self.fault());
        engine.containers.push(Arc::new(container));
        json_with(StatusCode::CREATED, &json!({"Id": id, "Warnings": []}))
    }

    pub(super) fn start(self: &Arc<Self>, name: &str) -> Answer {
        let container = self.container(name)?;
        match container.state().phase {
            Phase::Running => return empty(StatusCode::NOT_MODIFIED),
            // What its server held is gone.
            Phase::Exited if container.mongo.is_some() => {
                let message = "the demo's engine starts a server only once";
                return Err(Refused::new(StatusCode::INTERNAL_SERVER_ERROR, message));
            }
            Phase::Created | Phase::Exited => {}
        }
        if let Some(program) = Program::of(&container.argv).missing() {
            container.update(|state| state.exit_code = 127);
            return Err(Refused::bad_request(format!(
                "failed to create task for container: failed to create shim task: OCI runtime create \
                 failed: runc create failed: unable to start container process: exec: \"{program}\": \
                 executable file not found in $PATH: unknown"
            )));
        }
        let now = (self.clock)();
        container.update(|state| {
            *state = State { phase: Phase::Running, started: Some(now), ..State::default() };
        });
        self.spawn(Arc::clone(self).run(container));
        if self.fault() == Some(Fault::EngineGoneAfterStart) {
            let server = Arc::clone(self);
            self.spawn(async move {
                tokio::time::sleep(LAST_WORDS).await;
                server.fault.send_if_modified(|fault| {
                    let is_due = *fault == Some(Fault::EngineGoneAfterStart);
                    if is_due {
                        *fault = Some(Fault::EngineGone);
                    }
                    is_due
                });
            });
        }
        empty(StatusCode::NO_CONTENT)
    }

    pub(super) fn kill(&self, name: &str, query: &Query) -> Answer {
        let container = self.container(name)?;
        let signal = match query.get("signal").unwrap_or("KILL").trim_start_matches("SIG") {
            "TERM" | "15" => 15,
            "INT" | "2" => 2,
            _ => 9,
        };
        if !container.is_running() {
            let message =
                format!("cannot kill container: {name}: container {} is not running", container.id);
            return Err(Refused::conflict(message));
        }
        container.update(|state| state.signal = Some(signal));
        empty(StatusCode::NO_CONTENT)
    }

    pub(super) async fn stop(&self, name: &str) -> Answer {
        let container = self.container(name)?;
        if !container.is_running() {
            return empty(StatusCode::NOT_MODIFIED);
        }
        // A program that is the first of its container ignores what it does not handle.
        let signal = if container.mongo.is_some() { 15 } else { 9 };
        container.update(|state| state.signal = Some(signal));
        container.becomes(|state| state.phase != Phase::Running).await;
        empty(StatusCode::NO_CONTENT)
    }

    pub(super) fn wait(&self, name: &str, query: &Query) -> Answer {
        let container = self.container(name)?;
        let condition = query.get("condition").unwrap_or("not-running").to_owned();
        let before = container.state().finished;
        let (sender, answer) = growing("application/json");
        self.spawn(async move {
            let is_met = |state: &State| match condition.as_str() {
                "removed" => state.is_removed,
                "next-exit" => state.phase == Phase::Exited && state.finished != before,
                _ => state.phase != Phase::Running,
            } || state.is_removed;
            let state = tokio::select! {
                state = container.becomes(is_met) => state,
                () = sender.closed() => return,
            };
            let line = json!({"StatusCode": state.exit_code});
            sender.send(Bytes::from(format!("{line}\n"))).await.ok();
        });
        answer
    }

    pub(super) fn remove(&self, name: &str, query: &Query) -> Answer {
        let container = self.container(name)?;
        if container.is_running() {
            if !query.is_set("force") {
                let message = format!(
                    "cannot remove container \"/{}\": container is running: stop the container before \
                     removing or force remove",
                    container.name
                );
                return Err(Refused::conflict(message));
            }
            container.update(|state| state.signal = Some(9));
        }
        self.forget(&container, query.is_set("v"));
        empty(StatusCode::NO_CONTENT)
    }

    /// Drops a container, what ran in it, and the volumes that nobody named.
    pub(super) fn forget(&self, container: &Container, with_volumes: bool) {
        let mut engine = self.engine();
        engine.containers.retain(|other| other.id != container.id);
        engine.execs.retain(|_, exec| !exec.is_in(container));
        if with_volumes {
            let own = |name: &String| container.uses_volume(name);
            engine.volumes.retain(|name, volume| !(volume.is_anonymous && own(name)));
        }
        container.update(|state| state.is_removed = true);
    }

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

    pub(super) async fn put_archive(
        &self,
        name: &str,
        query: &Query,
        body: &mut Incoming,
    ) -> Answer {
        let container = self.container(name)?;
        let path = query.get("path").unwrap_or("/");
        let is_there = matches!(path.trim_end_matches('/'), "" | "/data" | "/tmp" | "/var")
            || container.mounts.iter().any(|mount| path.starts_with(&mount.target));
        if !is_there {
            return Err(no_such_file(&container, path));
        }
        let mut listing = Listing::default();
        while let Some(part) = next_part(body).await {
            if !listing.feed(&part) {
                return Err(Refused::bad_request("archive/tar: invalid tar header"));
            }
        }
        container.add_uploads(listing.finish());
        empty(StatusCode::OK)
    }

    pub(super) fn archive(&self, name: &str, query: &Query) -> Answer {
        let container = self.container(name)?;
        Err(no_such_file(&container, query.get("path").unwrap_or_default()))
    }

    /// Names and sizes of what was copied into a container.
    pub fn uploads(&self, container: &str) -> Vec<(String, u64)> {
        let found = self.container(container).map(|container| container.uploads());
        found.unwrap_or_default().into_iter().map(|member| (member.name, member.size)).collect()
    }
}

impl Engine {
    /// What a container mounts; volumes that are not there yet are made.
    fn mount(&mut self, request: &Value, now: Timestamp) -> Vec<Mount> {
        let mut mounts = Vec::new();
        let listed = |at: &str| request.pointer(at).and_then(Value::as_array).into_iter().flatten();
        for mount in listed("/HostConfig/Mounts") {
            let text =
                |key: &str| mount.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (source, target) = (text("Source"), text("Target"));
            let volume = (text("Type") == "volume").then(|| {
                let labels = labels(mount.pointer("/VolumeOptions/Labels"));
                self.mounted(&source, labels, now)
            });
            mounts.push(Mount { source: volume.clone().unwrap_or(source), volume, target });
        }
        for bind in listed("/HostConfig/Binds").filter_map(Value::as_str) {
            let mut parts = bind.split(':');
            let (source, target) =
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let is_volume = !source.starts_with('/');
            let volume = is_volume.then(|| self.mounted(source, BTreeMap::new(), now));
            mounts.push(Mount { volume, source: source.to_owned(), target: target.to_owned() });
        }
        let own = request.get("Volumes").and_then(Value::as_object).into_iter().flatten();
        let own: Vec<String> = own.map(|(target, _)| target.clone()).collect();
        for target in IMAGE_VOLUMES.map(str::to_owned).into_iter().chain(own) {
            if mounts.iter().all(|mount| mount.target != target) {
                let name = self.mounted("", BTreeMap::new(), now);
                mounts.push(Mount { volume: Some(name.clone()), source: name, target });
            }
        }
        mounts
    }

    /// The name of a volume that is there; without a name it is one that nobody named.
    fn mounted(&mut self, name: &str, labels: BTreeMap<String, String>, now: Timestamp) -> String {
        let is_anonymous = name.is_empty();
        let name = if is_anonymous { self.next_id() } else { name.to_owned() };
        let volume = self.volume(&name, labels, now);
        volume.is_anonymous |= is_anonymous;
        name
    }
}

fn no_such_file(container: &Container, path: &str) -> Refused {
    Refused::not_found(format!("Could not find the file {path} in container {}", container.id))
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
