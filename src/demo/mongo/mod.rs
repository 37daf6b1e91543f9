//! A MongoDB server in this process: the wire protocol, the commands that dumps, restores and counts
//! need, and faults to practise with. Documents are stored, or made when they are read.

mod candidates;
mod catalog;
mod command;
mod compare;
mod cursor;
mod define;
mod documents;
mod error;
mod fault;
mod filter;
mod group;
mod identity;
mod insert;
mod listing;
mod log;
mod pipeline;
mod project;
mod read;
mod scan;
mod serve;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bson::doc;
use jiff::Timestamp;
use tokio::sync::watch;

pub use crate::demo::mongo::catalog::Collection;
pub use crate::demo::mongo::documents::{Documents, Keep};
pub use crate::demo::mongo::fault::Fault;
pub use crate::demo::mongo::log::CommandLog;
pub use crate::demo::mongo::serve::{listen, serve_connection};

use crate::demo::mongo::catalog::Catalog;
use crate::demo::mongo::cursor::Cursors;
use crate::domain::census::{ADMIN, CONFIG, LOCAL};

/// The world's time, which is an input.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a server is, before anything happens to it.
#[derive(Clone)]
pub struct Configuration {
    /// As the server reports it: `4.2.24`.
    pub version: String,
    /// The feature compatibility version; the version's series where none is given.
    pub feature_compatibility: Option<String>,
    /// Whether every write is refused, whoever asks.
    pub read_only: bool,
    pub keep: Keep,
    pub clock: Clock,
    /// Where the names of commands are recorded.
    pub log: Arc<CommandLog>,
}

impl Configuration {
    /// A server that takes writes and keeps what it is given.
    pub fn new(version: impl Into<String>, clock: Clock) -> Self {
        Self {
            version: version.into(),
            feature_compatibility: None,
            read_only: false,
            keep: Keep::Documents,
            clock,
            log: Arc::default(),
        }
    }
}

/// One server; any number of connections share it.
pub struct MongoServer {
    configuration: Configuration,
    started: Timestamp,
    catalog: RwLock<Catalog>,
    cursors: Cursors,
    state: watch::Sender<State>,
    inserted: AtomicU64,
    inserted_bytes: AtomicU64,
    connections: AtomicU64,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    fault: Option<Fault>,
    stopped: bool,
}

impl MongoServer {
    /// A server with what a new one has: its own collections in `admin`, `config` and `local`.
    pub fn new(configuration: Configuration) -> Self {
        let server = Self {
            started: (configuration.clock)(),
            configuration,
            catalog: RwLock::default(),
            cursors: Cursors::default(),
            state: watch::Sender::new(State::default()),
            inserted: AtomicU64::new(0),
            inserted_bytes: AtomicU64::new(0),
            connections: AtomicU64::new(0),
        };
        let feature_compatibility = server.feature_compatibility();
        let version = doc! {"_id": "featureCompatibilityVersion", "version": feature_compatibility};
        let started = bson::DateTime::from_millis(server.started.as_millisecond());
        let startup =
            doc! {"_id": "mongo-1", "hostname": "mongo", "startTime": started, "pid": 1_i64};
        server.put(ADMIN, "system.version", Collection::stored([version]));
        server.put(CONFIG, "system.sessions", Collection::stored([]));
        let capped = doc! {"capped": true, "size": 10_485_760};
        server.put(LOCAL, "startup_log", Collection::stored([startup]).with_options(capped));
        server
    }

    /// Puts a collection in place, read-only server or not.
    pub fn put(&self, database: &str, name: &str, collection: Collection) {
        self.catalog_mut().put(database, name, collection);
    }

    /// Switches a fault on, in place of the one before.
    pub fn inject(&self, fault: Fault) {
        self.state.send_modify(|state| state.fault = Some(fault));
    }

    /// Switches the fault off.
    pub fn heal(&self) {
        self.state.send_modify(|state| state.fault = None);
    }

    /// Ends the server: every connection is closed, none is served any more.
    pub fn stop(&self) {
        self.state.send_modify(|state| state.stopped = true);
    }

    /// Waits until the server has been stopped, or has died of [`Fault::Die`].
    pub async fn stopped(&self) {
        // The sender lives as long as the server.
        self.state.subscribe().wait_for(|state| state.stopped).await.ok();
    }

    /// The command names that were recorded.
    pub fn log(&self) -> &Arc<CommandLog> {
        &self.configuration.log
    }

    /// How many documents clients have inserted, and how many bytes.
    pub fn inserted(&self) -> (u64, u64) {
        (self.inserted.load(Ordering::Relaxed), self.inserted_bytes.load(Ordering::Relaxed))
    }

    fn fault(&self) -> Option<Fault> {
        self.state.borrow().fault
    }

    /// Waits until connections are no longer welcome.
    async fn hangs_up(&self) {
        let is_over = |state: &State| state.stopped || state.fault == Some(Fault::Unreachable);
        self.state.subscribe().wait_for(is_over).await.ok();
    }

    fn feature_compatibility(&self) -> String {
        let Configuration { version, feature_compatibility, .. } = &self.configuration;
        feature_compatibility
            .clone()
            .unwrap_or_else(|| version.split('.').take(2).collect::<Vec<_>>().join("."))
    }

    fn catalog(&self) -> RwLockReadGuard<'_, Catalog> {
        self.catalog.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn catalog_mut(&self) -> RwLockWriteGuard<'_, Catalog> {
        self.catalog.write().unwrap_or_else(PoisonError::into_inner)
    }
}
