//! The integration tests: one binary, one module per subject.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod architecture;
mod command_line;
mod drill;
mod engine;
mod fetch;
mod harness;
mod kubernetes;
mod reading;
