//! Lifeboat.

pub mod adapters;
pub mod cli;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod domain;
pub mod drill;
pub mod dump;
pub mod journal;
pub mod logging;
pub mod runtime;
