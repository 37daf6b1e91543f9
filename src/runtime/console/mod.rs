//! The console's background: what feeds it from clusters.

pub mod cluster;
mod coalesce;
pub mod connect;
mod interleave;
pub mod log_stream;
pub mod look;
mod pace;
mod usage;
mod watcher;

#[cfg(test)]
#[cfg(feature = "demo")]
mod tests;
