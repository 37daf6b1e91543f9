//! Containers: made, started, looked at, ended, removed.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::demo::docker::archive::Listing;
use crate::demo::docker::container::{Container, Parts, Phase, State};
use crate::demo::docker::http::{
    Answer, Query, Refused, empty, growing, json_with, labels, next_part, stat, words,
};
use crate::demo::docker::program::Program;
use crate::demo::docker::{DockerServer, Fault};
use crate::demo::mongo::{Configuration, MongoServer};

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
            let mut configuration =
                Configuration::new(image.version.clone(), Arc::clone(&self.clock));
            configuration.keep = self.keep;
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
            if container.is_removed_at_exit() {
                self.forget(&container, true);
            }
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
        container.add_uploads(path, listing.finish());
        empty(StatusCode::OK)
    }

    /// Says what lies at a path: of files that were copied in, their sizes are known.
    pub(super) fn stat(&self, name: &str, query: &Query) -> Answer {
        let container = self.container(name)?;
        let path = query.get("path").unwrap_or_default();
        let Some(member) = container.upload_at(path) else {
            return Err(no_such_file(&container, path));
        };
        let name = path.rsplit('/').next().unwrap_or(path);
        let found = json!({
            "name": name, "size": member.size, "mode": 0o644, "mtime": "1970-01-01T00:00:00Z",
            "linkTarget": "",
        });
        stat(&found)
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

fn no_such_file(container: &Container, path: &str) -> Refused {
    Refused::not_found(format!("Could not find the file {path} in container {}", container.id))
}
