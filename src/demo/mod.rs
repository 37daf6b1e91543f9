//! The embedded world: in-process servers on loopback that speak the real protocols.

pub mod docker;
pub mod mongo;
