//! The restore test as data, no IO: what is planned, what is picked, what happened, what is kept.

pub mod plan;

pub mod dice;

pub mod recipe;

pub mod event;

pub mod progress;

pub mod table;

pub mod record;

pub mod report;

pub mod past;

pub mod preflight;

#[cfg(test)]
pub(crate) mod fixture;
