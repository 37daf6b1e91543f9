//! Lifeboat.

pub mod adapters;
pub mod cli;
pub mod config;
pub mod domain;
pub mod logging;
pub mod runtime;
