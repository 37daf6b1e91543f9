//! The words of the console: no IO, no clock, nothing that can fail.

pub mod environment;

pub mod backup;

pub mod engine;

pub mod census;

pub mod index;

pub mod restore;

pub mod verdict;

pub mod loss;

pub mod failure;

pub mod settings;

pub mod units;

pub mod text;
