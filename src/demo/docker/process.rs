//! What goes on inside a running container.

use std::future::pending;
use std::sync::Arc;

use crate::demo::docker::container::{Container, Phase};
use crate::demo::docker::program::Program;
use crate::demo::docker::shell::{Outcome, Surroundings};
use crate::demo::docker::stream::Stream;
use crate::demo::docker::{DockerServer, Fault, START};
use crate::demo::mongo::MongoServer;

/// What the engine's disk has left as long as nothing is wrong with it.
const FREE: u64 = 60 << 30;

const KILL: u8 = 9;
const TERMINATE: u8 = 15;

#[derive(Debug, Clone, Copy, Default)]
struct End {
    code: i32,
    oom_killed: bool,
}

impl DockerServer {
    /// Runs a container to its end.
    pub(super) async fn run(self: Arc<Self>, container: Arc<Container>) {
        let program = Program::of(&container.argv);
        let limit = async {
            match program.limit {
                Some(limit) => tokio::time::sleep(limit).await,
                None => pending().await,
            }
        };
        let signal = async {
            container.becomes(|state| state.signal.is_some()).await.signal.unwrap_or(KILL)
        };
        let life = async {
            match &container.mongo {
                Some(mongo) => self.run_server(&container, mongo).await,
                None => self.run_program(&container, &program).await,
            }
        };
        let end = tokio::select! {
            end = life => end,
            () = limit => End { code: 124, ..End::default() },
            signal = signal => End { code: exit_code(signal, &container), ..End::default() },
        };
        if let Some(mongo) = &container.mongo {
            mongo.stop();
        }
        let now = (self.clock)();
        container.update(|state| {
            state.phase = Phase::Exited;
            state.is_ready = false;
            state.exit_code = end.code;
            state.oom_killed = end.oom_killed;
            state.finished = Some(now);
            state.signal = None;
        });
        if container.is_removed_at_exit() {
            self.forget(&container, true);
        }
    }

    async fn run_server(&self, container: &Container, mongo: &MongoServer) -> End {
        let version = &container.image.version;
        self.write(container, "CONTROL", &format!("MongoDB starting : db version v{version}"));
        tokio::time::sleep(START).await;
        self.write(container, "NETWORK", "waiting for connections on port 27017");
        container.update(|state| state.is_ready = true);
        mongo.stopped().await;
        // Nobody but the fault ends the server before its container.
        End { code: 128 + i32::from(KILL), oom_killed: true }
    }

    async fn run_program(&self, container: &Container, program: &Program) -> End {
        let surroundings = self.surroundings(container);
        let Outcome { stdout, stderr, code, .. } = surroundings.run(&program.argv).await;
        container.output.push(Stream::Stdout, (self.clock)(), &stdout);
        container.output.push(Stream::Stderr, (self.clock)(), &stderr);
        End { code, ..End::default() }
    }

    /// What programs inside the container see.
    pub(super) fn surroundings(&self, container: &Container) -> Surroundings {
        let free = match self.fault() {
            Some(Fault::DiskFull { free, .. }) => free,
            _ => FREE,
        };
        Surroundings {
            mounts: container.mounts.iter().map(|mount| mount.target.clone()).collect(),
            free,
            version: container.image.version.clone(),
            hostname: container.id.chars().take(12).collect(),
        }
    }

    /// Writes a line as a server of the container's version writes them.
    fn write(&self, container: &Container, component: &str, message: &str) {
        let now = (self.clock)();
        let major: u32 =
            container.image.version.split('.').next().and_then(|it| it.parse().ok()).unwrap_or(0);
        let is_structured = major > 4 || container.image.version.starts_with("4.4");
        let line = if is_structured {
            let at = serde_json::json!({"$date": now.to_string()});
            serde_json::json!({"t": at, "s": "I", "c": component, "id": 1, "ctx": "initandlisten", "msg": message})
                .to_string()
        } else {
            format!("{now} I  {component:<8} [initandlisten] {message}")
        };
        container.output.push(Stream::Stdout, now, &format!("{line}\n"));
    }
}

fn exit_code(signal: u8, container: &Container) -> i32 {
    // A server ends in good order when it is asked to.
    if signal == TERMINATE && container.mongo.is_some() { 0 } else { 128 + i32::from(signal) }
}
