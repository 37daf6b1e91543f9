//! Kubernetes: what a new configuration needs of it, and what its API sends.

mod discovery;
pub mod wire;

pub use discovery::{BackupJob, Contexts};
