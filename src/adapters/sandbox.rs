//! The throwaway container of one drill, and the only thing that a restore can address.

use std::path::{Path, PathBuf};

use crate::domain::engine::Engine;

/// A running container that this run created, reached through a unix socket that the relay serves.
/// Invariant: only the Docker adapter constructs one, so that a restore cannot be pointed elsewhere.
#[derive(Debug, Clone)]
pub struct Sandbox {
    name: String,
    socket: PathBuf,
    database: Engine,
}

impl Sandbox {
    pub(in crate::adapters) fn new(name: String, socket: PathBuf, database: Engine) -> Self {
        Self { name, socket, database }
    }

    /// The container's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the driver connects; the name ends in `.sock`, as the driver wants it.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Which database's server runs in it.
    pub fn database(&self) -> Engine {
        self.database
    }
}
