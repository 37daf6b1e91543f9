//! Kubernetes: what a new configuration needs of it, and what its API sends.

pub mod connect;
pub mod deeds;
mod discovery;
pub mod list;
mod login;
pub mod logs;
mod page;
pub mod printed;
pub mod protobuf;
mod proxy;
pub mod read;
pub mod refusal;
pub mod resource;
pub mod split;
mod status;
pub mod watch;
pub mod wire;

#[cfg(test)]
#[cfg(feature = "demo")]
pub(crate) mod tests;

pub use discovery::{BackupJob, Contexts};
