//! Lifeboat proves that a randomly picked backup really restores.
//!
//! In reading order: [`domain`] has the words and the rules that judge; [`dump`] reads a tarball;
//! [`drill`] describes a restore test as data; [`adapters`] speak to the outside, one place per
//! system; [`journal`] keeps records; [`config`] reads the file; [`runtime`] makes it all happen;
//! [`cli`] and [`logging`] are the edge. [`demo`] is the embedded world that everything is tested in.
//!
//! `domain`, `dump` and `drill` are the core: no async, no SDK, no clock, so they can neither block
//! nor be flaky. No adapter knows another; only `runtime` sees both sides, and only `runtime` and
//! `demo` spawn tasks. `tests/it/architecture.rs` holds the table.

pub mod domain;

pub mod dump;

pub mod drill;

pub mod app;

pub mod ui;

pub mod adapters;

pub mod journal;

pub mod config;

pub mod runtime;

pub mod cli;

pub mod logging;

#[cfg(feature = "demo")]
pub mod demo;
