//! Reading a mongodump tarball from any `impl Read`, in two passes and bounded memory; blocking.
//!
//! Pass 1, [`take_census`], finds what is there and what is wrong with it. It has to be a pass of
//! its own: tar keeps the order of a directory, so the options of a collection and the version of
//! the server often come after the data. Pass 2 is either [`read_batches`], which the built-in
//! restorer inserts, or [`write_clean_tar`], which `mongorestore` reads.
//!
//! The bytes go through these layers, each in its file:
//!
//! ```text
//! source > stream (gzip, counted, guarded) > archive (tar, safe members) > member (what a file is)
//!                                            documents, metadata (what it says) > layout (the whole)
//! ```

mod archive;
mod batches;
mod census;
mod clean;
mod documents;
mod layout;
mod limits;
mod magic;
mod member;
mod metadata;
mod stream;

#[cfg(test)]
mod tests;

pub use batches::{Batch, BatchSize, read_batches};
pub use census::{ScanProgress, take_census};
pub use clean::{clean_files, write_clean_tar};
pub use layout::{CollectionLayout, Dump, Layout};
pub use limits::Limits;
