//! The embedded world: in-process servers that speak the real protocols, and what they are filled with.

pub mod truth;

pub mod fault;

pub mod population;

pub mod s3;
