//! The container engine, Docker or Podman: a drill's sandbox is created, fed, watched and removed here.
//!
//! Everything that acts inside a container takes a [`Sandbox`], which only [`Docker::create_sandbox`]
//! returns: no text from outside can point a restore at another container. Which database runs in it
//! is a matter of the [recipe](crate::drill::recipe) alone.
//!
//! [`Sandbox`]: crate::adapters::sandbox::Sandbox

use std::sync::Arc;

use bollard::Docker as Client;

use crate::domain::units::ByteSize;

mod address;
mod connect;
pub mod container;
pub mod cpu;
pub mod exec;
pub mod exit;
pub mod image;
pub mod labels;
pub mod leftovers;
mod lines;
pub mod probe;
pub mod pull;
mod refusal;
pub mod removal;
#[cfg(test)]
mod tests;
pub mod tunnel;

mod upload;

pub use address::Surroundings;

/// One container engine that answered. Clones share the connection's settings.
#[derive(Debug, Clone)]
pub struct Docker {
    client: Client,
    engine: Arc<EngineFacts>,
}

impl Docker {
    pub fn engine(&self) -> &EngineFacts {
        &self.engine
    }
}

/// What the engine says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineFacts {
    pub kind: EngineKind,
    pub version: String,
    /// The version of its API.
    pub api: String,
    pub os: String,
    /// As the kernel names it: `x86_64`, `aarch64`.
    pub architecture: String,
    pub memory: ByteSize,
    pub cpus: u64,
    /// Whether it runs on this very kernel, so that `/proc` here speaks for it.
    pub is_local: bool,
    /// How it was reached; never holds a secret.
    pub address: String,
    /// Where that address was found: `DOCKER_HOST`, `the Docker context colima`.
    pub found_in: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineKind {
    Docker,
    Podman,
}

impl EngineKind {
    /// As journals write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }
}
