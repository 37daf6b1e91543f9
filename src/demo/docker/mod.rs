//! A container engine in this process: the Docker API over HTTP, whose containers are `MongoServer`s
//! that an exec reaches, and faults to practise with.

mod archive;
mod container;
mod containers;
mod exec;
mod http;
mod images;
mod inspection;
mod line;
mod logs;
mod mounts;
mod process;
mod program;
mod route;
mod serve;
mod shell;
mod stream;
mod system;
mod terminal;
mod volumes;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use crate::demo::docker::serve::listen;

use crate::demo::docker::container::Container;
use crate::demo::docker::exec::Exec;
use crate::demo::docker::http::Refused;
use crate::demo::docker::images::Image;
use crate::demo::docker::volumes::Volume;
use crate::demo::mongo::{self, Clock, Keep, MongoServer};

/// What can be made to go wrong with the engine; one fault at a time. Those of servers take hold of
/// containers that run and of those to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Every connection is closed at once, open ones and new ones.
    EngineGone,
    /// The same, from the moment the next container has been started.
    EngineGoneAfterStart,
    /// A container runs out of memory once so much has been inserted into its server.
    Oom { after_bytes: u64 },
    /// The engine's disk has `free` bytes, and inserts fail once so much has been written.
    DiskFull { free: u64, after_bytes: u64 },
    /// A registry refuses to serve.
    PullRefused,
    /// No image is there, and none of the name can be pulled.
    NoSuchImage,
    /// The fault of each container's server.
    Server(mongo::Fault),
}

/// One engine; any number of connections share it.
pub struct DockerServer {
    clock: Clock,
    keep: Keep,
    engine: Mutex<Engine>,
    fault: watch::Sender<Option<Fault>>,
    /// What runs by itself: containers and what is attached to them.
    tasks: Mutex<JoinSet<()>>,
}

/// What the engine holds.
#[derive(Default)]
struct Engine {
    images: Vec<Image>,
    /// In the order of creation.
    containers: Vec<Arc<Container>>,
    volumes: BTreeMap<String, Volume>,
    execs: BTreeMap<String, Arc<Exec>>,
    made: u64,
}

/// What a drill should have removed, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOver {
    pub containers: Vec<String>,
    pub volumes: Vec<String>,
    /// Execs whose program still runs.
    pub execs: Vec<String>,
}

impl LeftOver {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl DockerServer {
    /// An engine with the image `mongo:4.2` and nothing else.
    pub fn new(clock: Clock) -> Self {
        let engine = Engine {
            images: images::known("mongo", "4.2").into_iter().collect(),
            ..Engine::default()
        };
        Self {
            clock,
            keep: Keep::Documents,
            engine: Mutex::new(engine),
            fault: watch::Sender::new(None),
            tasks: Mutex::default(),
        }
    }

    /// What the servers in its containers keep of what is inserted; everything, unless said here.
    #[must_use]
    pub fn keeping(self, keep: Keep) -> Self {
        Self { keep, ..self }
    }

    /// Switches a fault on, in place of the one before.
    pub fn inject(&self, fault: Fault) {
        self.fault.send_replace(Some(fault));
        for container in &self.engine().containers {
            container.suffer(Some(fault));
        }
    }

    /// Switches the fault off.
    pub fn heal(&self) {
        self.fault.send_replace(None);
        for container in &self.engine().containers {
            container.suffer(None);
        }
    }

    /// What there is besides images.
    pub fn left_over(&self) -> LeftOver {
        let engine = self.engine();
        let running = engine.execs.values().filter(|exec| exec.is_running());
        LeftOver {
            containers: engine.containers.iter().map(|container| container.name.clone()).collect(),
            volumes: engine.volumes.keys().cloned().collect(),
            execs: running.map(|exec| exec.id.clone()).collect(),
        }
    }

    /// The server inside a container, for a look past the API.
    pub fn server_in(&self, container: &str) -> Option<Arc<MongoServer>> {
        self.container(container).ok()?.mongo.clone()
    }

    fn fault(&self) -> Option<Fault> {
        *self.fault.borrow()
    }

    /// Waits until connections are no longer welcome.
    async fn hangs_up(&self) {
        // The sender lives as long as the engine.
        self.fault.subscribe().wait_for(|fault| *fault == Some(Fault::EngineGone)).await.ok();
    }

    fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A container by name, id, or an unambiguous beginning of its id.
    fn container(&self, wanted: &str) -> Result<Arc<Container>, Refused> {
        let engine = self.engine();
        let exact = |container: &&Arc<Container>| {
            container.name == wanted.trim_start_matches('/') || container.id == wanted
        };
        if let Some(container) = engine.containers.iter().find(exact) {
            return Ok(Arc::clone(container));
        }
        let mut begun = engine.containers.iter().filter(|it| it.id.starts_with(wanted));
        match (begun.next(), begun.next()) {
            (Some(container), None) if !wanted.is_empty() => Ok(Arc::clone(container)),
            _ => Err(Refused::not_found(format!("No such container: {wanted}"))),
        }
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Ends all that runs by itself.
    fn end(&self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

impl Engine {
    /// A new id, as long as the engine's ids are.
    fn next_id(&mut self) -> String {
        self.made += 1;
        hash(&format!("made {}", self.made))
    }
}

/// How long a server takes until it listens.
const START: Duration = Duration::from_millis(300);

/// 64 hex digits.
fn hash(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}
