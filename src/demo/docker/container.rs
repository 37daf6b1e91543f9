//! One container: what it was made of, how it is, what it wrote.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use crate::demo::docker::Fault;
use crate::demo::docker::archive::Member;
use crate::demo::docker::images::Image;
use crate::demo::docker::logs::Output;
use crate::demo::docker::mounts::Mount;
use crate::demo::mongo::{self, MongoServer};

/// How many names of uploaded files are remembered.
const REMEMBERED: usize = 10_000;

pub(super) struct Container {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) created: Timestamp,
    pub(super) image: Image,
    pub(super) labels: BTreeMap<String, String>,
    /// Entrypoint and command.
    pub(super) argv: Vec<String>,
    /// As it was asked for, to be given back by an inspection.
    pub(super) request: Value,
    pub(super) mounts: Vec<Mount>,
    /// What runs is a server, and this is it.
    pub(super) mongo: Option<Arc<MongoServer>>,
    pub(super) output: Output,
    state: watch::Sender<State>,
    /// What was copied in, each with the folder that it was unpacked into.
    uploads: Mutex<Vec<(String, Member)>>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) phase: Phase,
    /// The server listens.
    pub(super) is_ready: bool,
    pub(super) exit_code: i32,
    pub(super) oom_killed: bool,
    pub(super) started: Option<Timestamp>,
    pub(super) finished: Option<Timestamp>,
    /// A signal that was sent and not yet obeyed.
    pub(super) signal: Option<u8>,
    pub(super) is_removed: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Phase {
    #[default]
    Created,
    Running,
    Exited,
}

/// What a container is made of.
pub(super) struct Parts {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) created: Timestamp,
    pub(super) image: Image,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) argv: Vec<String>,
    pub(super) request: Value,
    pub(super) mounts: Vec<Mount>,
    pub(super) mongo: Option<Arc<MongoServer>>,
}

impl Container {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { id, name, created, image, labels, argv, request, mounts, mongo } = parts;
        let (output, state, uploads) =
            (Output::default(), watch::Sender::default(), Mutex::default());
        Self {
            id,
            name,
            created,
            image,
            labels,
            argv,
            request,
            mounts,
            mongo,
            output,
            state,
            uploads,
        }
    }

    pub(super) fn state(&self) -> State {
        self.state.borrow().clone()
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut State)) {
        self.state.send_modify(change);
    }

    /// Waits until the container is as asked for.
    pub(super) async fn becomes(&self, wanted: impl FnMut(&State) -> bool) -> State {
        let mut states = self.state.subscribe();
        let found = states.wait_for(wanted).await.map(|state| state.clone());
        // The sender lives as long as the container.
        found.unwrap_or_default()
    }

    pub(super) fn is_running(&self) -> bool {
        self.state.borrow().phase == Phase::Running
    }

    pub(super) fn has_terminal(&self) -> bool {
        self.request.get("Tty").and_then(Value::as_bool).unwrap_or(false)
    }

    pub(super) fn is_removed_at_exit(&self) -> bool {
        self.request.pointer("/HostConfig/AutoRemove").and_then(Value::as_bool).unwrap_or(false)
    }

    pub(super) fn uses_volume(&self, name: &str) -> bool {
        self.mounts.iter().any(|mount| mount.volume.as_deref() == Some(name))
    }

    /// Passes the engine's fault on to the server inside.
    pub(super) fn suffer(&self, fault: Option<Fault>) {
        let Some(mongo) = &self.mongo else { return };
        match fault {
            Some(Fault::Oom { after_bytes }) => mongo.inject(mongo::Fault::Die { after_bytes }),
            Some(Fault::DiskFull { after_bytes, .. }) => {
                mongo.inject(mongo::Fault::DiskFull { after_bytes });
            }
            Some(Fault::Server(fault)) => mongo.inject(fault),
            _ => mongo.heal(),
        }
    }

    /// Remembers what was copied into a folder.
    pub(super) fn add_uploads(&self, folder: &str, members: Vec<Member>) {
        let mut uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        let room = REMEMBERED.saturating_sub(uploads.len());
        uploads.extend(members.into_iter().take(room).map(|member| (folder.to_owned(), member)));
    }

    /// The newest file that was copied to this path.
    pub(super) fn upload_at(&self, path: &str) -> Option<Member> {
        let uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = |path: &str| -> Vec<String> {
            path.split('/')
                .filter(|part| !part.is_empty() && *part != ".")
                .map(str::to_owned)
                .collect()
        };
        let wanted = parts(path);
        let is_it = |(folder, member): &&(String, Member)| {
            [parts(folder), parts(&member.name)].concat() == wanted
        };
        uploads.iter().rev().find(is_it).map(|(_, member)| member.clone())
    }

    /// Names and sizes of what was copied in.
    pub(super) fn uploads(&self) -> Vec<Member> {
        let uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        uploads.iter().map(|(_, member)| member.clone()).collect()
    }
}
