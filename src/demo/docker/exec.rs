//! Programs that are run inside a container: the relay to its server, a shell, and few more.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use crate::demo::docker::DockerServer;
use crate::demo::docker::container::{Container, Phase};
use crate::demo::docker::http::{Answer, Refused, json_with, ok, words};
use crate::demo::docker::shell::{has_program, is_interactive, line_of};
use crate::demo::docker::stream::{Framing, Stdio, Stream};
use crate::demo::docker::terminal;
use crate::demo::mongo::serve_connection;

/// What tells the relay from every other script.
const SERVER_ADDRESS: &str = "/dev/tcp/127.0.0.1/27017";
/// As bash fails when nothing listens there.
const REFUSED: &str = "bash: connect: Connection refused\n\
                       bash: line 1: /dev/tcp/127.0.0.1/27017: Connection refused\n";
/// How the relay's script says so.
const REFUSED_CODE: i32 = 7;
const KILLED: i32 = 137;
/// As the engine says it of a program that the container does not have.
const NOT_FOUND_CODE: i32 = 127;

pub(super) struct Exec {
    pub(super) id: String,
    container: Arc<Container>,
    argv: Vec<String>,
    tty: bool,
    progress: Mutex<Progress>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Created,
    Running,
    Ended(i32),
}

impl Exec {
    pub(super) fn is_running(&self) -> bool {
        self.progress() == Progress::Running
    }

    pub(super) fn is_in(&self, container: &Container) -> bool {
        self.container.id == container.id
    }

    pub(super) fn framing(&self) -> Framing {
        Framing::of(self.tty)
    }

    fn progress(&self) -> Progress {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, progress: Progress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }
}

impl DockerServer {
    pub(super) fn create_exec(&self, name: &str, request: &Value) -> Answer {
        let container = self.container(name)?;
        if !container.is_running() {
            return Err(Refused::conflict(format!("container {} is not running", container.id)));
        }
        let Some(argv) = words(request.get("Cmd")).filter(|argv| !argv.is_empty()) else {
            return Err(Refused::bad_request("no exec command specified"));
        };
        let tty = request.get("Tty").and_then(Value::as_bool).unwrap_or(false);
        let mut engine = self.engine();
        let id = engine.next_id();
        let progress = Mutex::new(Progress::Created);
        let exec = Exec { id: id.clone(), container, argv, tty, progress };
        engine.execs.insert(id.clone(), Arc::new(exec));
        json_with(StatusCode::CREATED, &json!({"Id": id}))
    }

    /// Marks an exec as begun; it begins only once.
    pub(super) fn begin_exec(&self, id: &str) -> Result<Arc<Exec>, Refused> {
        let exec = self.exec(id)?;
        match exec.progress() {
            Progress::Created if exec.container.is_running() => exec.set(Progress::Running),
            Progress::Created => {
                let message = format!("container {} is not running", exec.container.id);
                return Err(Refused::conflict(message));
            }
            _ => return Err(Refused::conflict(format!("exec command {id} has already run"))),
        }
        Ok(exec)
    }

    pub(super) fn inspect_exec(&self, id: &str) -> Answer {
        let exec = self.exec(id)?;
        let code = match exec.progress() {
            Progress::Ended(code) => Some(code),
            Progress::Created | Progress::Running => None,
        };
        let (entrypoint, arguments) = exec
            .argv
            .split_first()
            .map_or((None, &[][..]), |(first, rest)| (Some(first.as_str()), rest));
        ok(&json!({
            "ID": exec.id,
            "ContainerID": exec.container.id,
            "Running": exec.is_running(),
            "ExitCode": code,
            "Pid": if exec.is_running() { 42 } else { 0 },
            "ProcessConfig": {"tty": exec.tty, "entrypoint": entrypoint, "arguments": arguments},
            "OpenStdin": true,
            "OpenStdout": true,
            "OpenStderr": true,
            "CanRemove": false,
        }))
    }

    /// Runs an exec to its end, which is the container's at the latest.
    pub(super) async fn run_exec(
        &self,
        exec: &Exec,
        mut stdio: Stdio<impl AsyncRead + AsyncWrite + Unpin>,
    ) {
        let container_ends = exec.container.becomes(|state| state.phase != Phase::Running);
        let code = tokio::select! {
            // A client that broke off is not told how it went.
            code = self.converse(exec, &mut stdio) => code.unwrap_or(KILLED),
            _ = container_ends => KILLED,
        };
        // Who sees the end of the stream asks for the code at once.
        exec.set(Progress::Ended(code));
        stdio.shutdown().await.ok();
    }

    async fn converse(
        &self,
        exec: &Exec,
        stdio: &mut Stdio<impl AsyncRead + AsyncWrite + Unpin>,
    ) -> io::Result<i32> {
        let program = exec.argv.first().map_or("", String::as_str);
        if !has_program(program) {
            let message = format!(
                "OCI runtime exec failed: exec failed: unable to start container process: exec: \
                 \"{program}\": executable file not found in $PATH: unknown\r\n"
            );
            stdio.print(Stream::Stdout, &message).await?;
            return Ok(NOT_FOUND_CODE);
        }
        if line_of(&exec.argv).is_some_and(|line| line.contains(SERVER_ADDRESS)) {
            return relay(&exec.container, stdio).await;
        }
        let surroundings = self.surroundings(&exec.container);
        if !is_interactive(&exec.argv) {
            let outcome = surroundings.run(&exec.argv).await;
            stdio.print(Stream::Stdout, &outcome.stdout).await?;
            stdio.print(Stream::Stderr, &outcome.stderr).await?;
            if !outcome.is_shell {
                return Ok(outcome.code);
            }
        }
        if exec.tty {
            terminal::type_into(stdio, &surroundings).await
        } else {
            terminal::read_from(stdio, &surroundings).await
        }
    }

    fn exec(&self, id: &str) -> Result<Arc<Exec>, Refused> {
        let exec = self.engine().execs.get(id).cloned();
        exec.ok_or_else(|| Refused::not_found(format!("No such exec instance: {id}")))
    }
}

/// Makes the exec's streams a connection to the container's server.
async fn relay(
    container: &Container,
    stdio: &mut Stdio<impl AsyncRead + AsyncWrite + Unpin>,
) -> io::Result<i32> {
    let Some(mongo) = container.mongo.as_ref().filter(|_| container.state().is_ready) else {
        stdio.print(Stream::Stderr, REFUSED).await?;
        return Ok(REFUSED_CODE);
    };
    serve_connection(stdio, Arc::clone(mongo)).await;
    Ok(0)
}
