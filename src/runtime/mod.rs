//! Where things happen: only here (and in `demo`) are tasks spawned and clocks read.

pub mod check;
pub mod choose;
pub mod clock;
pub mod console;
#[cfg(feature = "demo")]
pub mod demo;
pub mod discovery;
mod disk;
pub mod drill;
pub mod exit;
pub mod headless;
pub mod interrupt;
mod preflight;
pub mod process;
pub mod relay;
pub mod runs;
pub mod sweep;
pub mod training;
pub mod usage;
