//! One container: what it was made of, how it is, what it wrote.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use crate::demo::docker::Fault;
use crate::demo::docker::archive::Member;
use crate::demo::docker::images::Image;
use crate::demo::docker::logs::Output;
use crate::demo::docker::shell::{has_program, seconds};
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
    uploads: Mutex<Vec<Member>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// `None` for a folder of the host.
    pub(super) volume: Option<String>,
    pub(super) source: String,
    pub(super) target: String,
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

/// What a container's command line runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    /// The command without what wraps it.
    pub(super) argv: Vec<String>,
    /// After which `timeout` ends it.
    pub(super) limit: Option<Duration>,
}

impl Program {
    /// Looks through `timeout` and the image's entrypoint.
    pub(super) fn of(argv: &[String]) -> Self {
        let (mut rest, mut limit) = (argv, None);
        while let [wrapper, after @ ..] = rest {
            match wrapper.rsplit('/').next() {
                Some("timeout") => {
                    let mut after = after;
                    loop {
                        match after {
                            [flag, _, then @ ..] if matches!(flag.as_str(), "-k" | "-s") => {
                                after = then;
                            }
                            [flag, then @ ..] if flag.starts_with('-') => after = then,
                            [duration, then @ ..] => {
                                limit = seconds(duration);
                                after = then;
                                break;
                            }
                            [] => break,
                        }
                    }
                    rest = after;
                }
                Some("docker-entrypoint.sh") => rest = after,
                _ => break,
            }
        }
        let mut argv = rest.to_vec();
        // The entrypoint takes flags alone for those of the server.
        if argv.first().is_none_or(|first| first.starts_with('-')) {
            argv.insert(0, "mongod".to_owned());
        }
        Self { argv, limit }
    }

    pub(super) fn is_server(&self) -> bool {
        let name = self.argv.first().and_then(|program| program.rsplit('/').next());
        name == Some("mongod") && !self.argv.iter().any(|flag| flag == "--version")
    }

    /// The program that the image lacks, if it lacks it.
    pub(super) fn missing(&self) -> Option<&str> {
        self.argv.first().map(String::as_str).filter(|program| !has_program(program))
    }
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

    /// Remembers what was copied in.
    pub(super) fn add_uploads(&self, members: Vec<Member>) {
        let mut uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        let room = REMEMBERED.saturating_sub(uploads.len());
        uploads.extend(members.into_iter().take(room));
    }

    /// Names and sizes of what was copied in.
    pub(super) fn uploads(&self) -> Vec<Member> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_behind_what_wraps_it() {
        let three_hours = Some(Duration::from_hours(3));
        let table = [
            ("docker-entrypoint.sh mongod", "mongod", None),
            ("docker-entrypoint.sh --quiet", "mongod --quiet", None),
            ("timeout -k 30 10800 docker-entrypoint.sh mongod --x", "mongod --x", three_hours),
            ("/usr/bin/timeout 3h sh -c true", "sh -c true", three_hours),
            ("cat /proc/cpuinfo", "cat /proc/cpuinfo", None),
        ];
        for (line, expected, limit) in table {
            let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let program = Program::of(&argv);
            assert_eq!((program.argv.join(" ").as_str(), program.limit), (expected, limit));
            assert_eq!(program.is_server(), expected.starts_with("mongod"), "{line}");
        }
    }
}
