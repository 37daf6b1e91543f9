//! End to end: the program as a user runs it, with a Docker engine, an S3 server and a Mongo server that are not
//! ours, and the real mongodump and mongorestore. A test whose parts are missing says SKIPPED; see `tests/run`.

#![expect(unreachable_pub, reason = "nobody is outside of a test program")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests fail by panicking, say what they skip, and wait for real programs"
)]

#[macro_use]
mod parts;

mod dumps;
mod engine;
mod lifeboat;
mod proxy;
mod source;
mod storage;
mod world;

#[path = "../benches/parts/terminal.rs"]
#[expect(dead_code, reason = "a benchmark looks closer")]
mod terminal;

mod broken;
mod cancelled;
mod console;
mod download;
mod isolation;
mod killed;
mod proof;
mod reading;
mod refused;
mod remote;
