//! MongoDB through its driver: a reader that can only read, and a restorer that can only reach a sandbox.

pub mod census;
pub mod reader;
pub mod restore;
pub mod tool;

mod allow_list;
mod births;
mod connect;
mod explain;
mod identity;
mod insert;
mod refused;
mod sample;
mod windows;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
