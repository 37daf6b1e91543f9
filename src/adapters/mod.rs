//! One file or folder per outside system: the only places that name its SDK.

pub mod error;
pub mod mongodb;
pub mod sandbox;
