//! Lets the database driver reach a sandbox that has no network: a unix socket in a private folder,
//! and for each connection to it a program inside the container that copies bytes.
//!
//! Invariant: when a [`Relay`] is dropped, its socket is gone and nothing of it runs in the sandbox.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener as StdUnixListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::adapters::docker::Docker;
use crate::adapters::docker::container::ContainerState;
use crate::adapters::docker::exit::explain_exit;
use crate::adapters::docker::tunnel::Tunnel;
use crate::adapters::error::AdapterError;
use crate::adapters::sandbox::Sandbox;
use crate::domain::failure::{Failure, FailureKind};

/// More connections wait in line: each is a shell and two copies inside the sandbox.
const CONNECTIONS: usize = 32;
/// How much is read from the driver at once.
const CHUNK: usize = 128 << 10;
/// How long a connection that the driver has closed may take to end in the sandbox.
const FAREWELL: Duration = Duration::from_secs(5);
/// How much of the sandbox's log explains its end.
const LAST_WORDS: usize = 20;

/// How the folders of all relays begin, and what the socket in each is called.
const FOLDER: &str = "lifeboat-relay-";
const SOCKET: &str = "server.sock";

/// A private folder with a socket that is listened on from the beginning, before there is a sandbox:
/// where nobody listens, whoever made it was killed.
#[derive(Debug)]
pub struct RelaySocket {
    listener: StdUnixListener,
    folder: TempDir,
}

impl RelaySocket {
    pub fn new() -> io::Result<Self> {
        // The folder guards the socket: whoever may connect reads the restored data.
        let only_us = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix(FOLDER).permissions(only_us).tempdir()?;
        let listener = StdUnixListener::bind(folder.path().join(SOCKET))?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener, folder })
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }
}

/// Removes the folders of relays that were killed: those whose socket nobody listens on.
pub fn sweep_sockets() {
    let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten();
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(FOLDER)
            && entry.file_type().is_ok_and(|kind| kind.is_dir());
        let socket = entry.path().join(SOCKET);
        // Another user's is closed to us.
        let is_dead = || match std::os::unix::net::UnixStream::connect(&socket) {
            Ok(_) => false,
            Err(error) => error.kind() == io::ErrorKind::ConnectionRefused,
        };
        if is_ours && is_dead() {
            remove(&socket);
            if let Err(error) = std::fs::remove_dir(entry.path()) {
                tracing::debug!(%error, "a dead relay's folder was not removed");
            }
        }
    }
}

/// The relay of one sandbox, for as long as it is held.
#[derive(Debug)]
pub struct Relay {
    ended: watch::Receiver<Option<Failure>>,
    /// Aborts the listener, and with it every connection, when dropped.
    _serving: JoinSet<()>,
    _folder: TempDir,
}

impl Relay {
    /// Serves the sandbox's socket. The server inside need not be up yet: connections that come
    /// too early end at once.
    pub async fn start(
        docker: &Docker,
        sandbox: &Sandbox,
        socket: RelaySocket,
    ) -> Result<Self, Failure> {
        let gate = Gate { docker: docker.clone(), sandbox: sandbox.clone() };
        if let Err(error) = docker.check_tunnel(sandbox).await {
            return Err(gate.explain(error).await);
        }
        let RelaySocket { listener, folder } = socket;
        let listener = UnixListener::from_std(listener).map_err(|error| {
            let path = sandbox.socket().display();
            Failure::new(FailureKind::Unexpected, format!("listening on {path}: {error}"))
        })?;
        let (tell, ended) = watch::channel(None);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let failure = gate.serve(listener).await;
            tell.send_replace(Some(failure));
        });
        Ok(Self { ended, _serving: serving, _folder: folder })
    }

    /// Waits until the sandbox cannot be reached any more, and says why.
    pub async fn ended(&self) -> Failure {
        let mut ended = self.ended.clone();
        let found = ended.wait_for(Option::is_some).await.ok();
        found.and_then(|failure| failure.clone()).unwrap_or_else(|| {
            Failure::new(FailureKind::Unexpected, "the relay to the sandbox was ended")
        })
    }
}

#[derive(Clone)]
struct Gate {
    docker: Docker,
    sandbox: Sandbox,
}

impl Gate {
    /// Accepts connections until the sandbox has ended; then nothing listens any more, so that the
    /// driver does not try to start a program there twice a second.
    async fn serve(self, listener: UnixListener) -> Failure {
        let mut connections = JoinSet::new();
        let end = self.end();
        tokio::pin!(end);
        let failure = loop {
            tokio::select! {
                failure = &mut end => break failure,
                accepted = listener.accept(), if connections.len() < CONNECTIONS => match accepted {
                    Ok((client, _)) => {
                        connections.spawn(self.clone().relay(client));
                    }
                    Err(error) => {
                        let path = self.sandbox.socket().display();
                        let what = format!("accepting a connection on {path}: {error}");
                        break Failure::new(FailureKind::Unexpected, what);
                    }
                },
                Some(ended) = connections.join_next() => if let Ok(Some(failure)) = ended {
                    break failure;
                },
            }
        };
        remove(self.sandbox.socket());
        failure
    }

    /// Waits for the sandbox's end, and explains it.
    async fn end(&self) -> Failure {
        match self.docker.exited(&self.sandbox).await {
            Ok(state) => self.last_words(&state).await,
            Err(error) => error.into(),
        }
    }

    /// What `error` means: the end of the sandbox, if it has ended.
    async fn explain(&self, error: AdapterError) -> Failure {
        match self.docker.state(&self.sandbox).await {
            Ok(ContainerState::Running) | Err(_) => error.into(),
            Ok(state) => self.last_words(&state).await,
        }
    }

    async fn last_words(&self, state: &ContainerState) -> Failure {
        let log = self.docker.log_tail(&self.sandbox, LAST_WORDS).await.unwrap_or_default();
        explain_exit(self.sandbox.database(), state, &log)
    }

    /// Serves one connection. Where the engine itself does not answer, this says so: the line that would
    /// tell of the sandbox's end may hang.
    async fn relay(self, client: UnixStream) -> Option<Failure> {
        match self.docker.tunnel(&self.sandbox).await {
            Ok(tunnel) => {
                pump(client, tunnel).await;
                None
            }
            Err(error) => {
                tracing::warn!(sandbox = self.sandbox.name(), %error, "no way into the sandbox");
                self.docker.state(&self.sandbox).await.err().map(Failure::from)
            }
        }
    }
}

/// Copies both ways until either side ends.
async fn pump(client: UnixStream, tunnel: Tunnel) {
    let Tunnel { mut output, mut input } = tunnel;
    let (mut from_client, mut to_client) = client.into_split();
    let up = async {
        let mut chunk = vec![0; CHUNK];
        loop {
            let count = from_client.read(&mut chunk).await?;
            match chunk.get(..count) {
                None | Some([]) => return input.shutdown().await,
                Some(bytes) => input.write_all(bytes).await?,
            }
        }
    };
    let down = async {
        loop {
            match output.next().await {
                Ok(Some(bytes)) => to_client.write_all(&bytes).await?,
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "a connection to the sandbox broke");
                    break;
                }
            }
        }
        let complaints = output.complaints();
        if !complaints.is_empty() {
            tracing::debug!(complaints, "a connection to the sandbox ended");
        }
        io::Result::Ok(())
    };
    tokio::pin!(up, down);
    let parting: io::Result<()> = tokio::select! {
        ended = &mut down => ended,
        ended = &mut up => {
            // The copies inside end when they see our end; waiting for that leaves none behind.
            tokio::time::timeout(FAREWELL, &mut down).await.ok();
            ended
        }
    };
    if let Err(error) = parting {
        tracing::debug!(%error, "the driver hung up on the sandbox");
    }
}

fn remove(socket: &Path) {
    if let Err(error) = std::fs::remove_file(socket) {
        tracing::debug!(%error, "a relay's socket was gone already");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sockets_folder_is_ours_alone_and_goes_with_it() {
        let socket = RelaySocket::new().unwrap();
        let folder = socket.path().parent().unwrap().to_owned();
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert!(socket.path().to_string_lossy().ends_with(".sock"));
        drop(socket);
        assert!(!folder.exists());
    }

    #[test]
    fn only_the_folder_of_a_relay_that_was_killed_is_swept() {
        let serving = RelaySocket::new().unwrap();
        let RelaySocket { listener, folder: killed } = RelaySocket::new().unwrap();
        drop(listener);
        sweep_sockets();
        assert!(serving.path().exists());
        assert!(!killed.path().exists());
    }
}
