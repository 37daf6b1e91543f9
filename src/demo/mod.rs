//! The embedded world: in-process servers that speak the real protocols, and what they are filled with.

mod accept;
mod answer;
mod clusters;
mod crowd;
mod folder;
mod request;
mod research;
mod world;

pub mod truth;

pub mod fault;

pub mod depot;

pub mod population;

pub mod s3;

pub mod mongo;

pub mod docker;

pub mod kubernetes;

pub use crowd::Crowd;
pub use folder::sweep;
pub use world::{Genesis, Tour, World};
