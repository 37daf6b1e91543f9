//! Lifeboat.

pub mod adapters;
pub mod domain;
pub mod drill;
pub mod dump;
pub mod journal;
pub mod runtime;
