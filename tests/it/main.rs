//! The integration tests: one binary, one module per subject.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod architecture;
mod check;
mod cluster;
mod command_line;
mod console;
mod drill;
mod drill_pages;
mod engine;
mod fetch;
mod fuzz;
mod harness;
mod keymap;
mod kubectl;
mod kubernetes;
mod metrics_pages;
mod programs;
mod reading;
mod screens;
mod terminal;
mod typed;
mod usage;
