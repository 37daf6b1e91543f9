//! The commands that need no console: each prints what it found and ends with a code.

pub mod paint;
pub mod side_by_side;
pub mod steps;
