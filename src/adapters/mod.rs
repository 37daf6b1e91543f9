//! One file or folder per outside system: the only places that name its SDK.

pub mod aws;
mod clock;
pub mod cloudwatch;
pub mod docker;
pub mod error;
pub mod kubernetes;
pub mod mongodb;
pub mod ping;
pub mod s3;
pub mod sandbox;
pub mod slack;
