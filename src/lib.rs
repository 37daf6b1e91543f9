//! Lifeboat.

pub mod adapters;
#[cfg(feature = "demo")]
pub mod demo;
pub mod domain;
