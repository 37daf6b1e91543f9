//! One file or folder per outside system: the only places that name its SDK.

pub mod aws;
pub mod error;
pub mod kubernetes;
pub mod sandbox;
