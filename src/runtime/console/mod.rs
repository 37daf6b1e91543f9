//! The console's background: what feeds it from clusters.

pub mod cluster;
mod coalesce;
pub mod connect;
mod pace;
mod usage;
mod watcher;
