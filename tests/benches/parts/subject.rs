//! What is measured: the program of this profile, or the one that `LIFEBOAT_BENCH_PROGRAM` names.

use std::path::PathBuf;

pub(crate) fn program() -> PathBuf {
    let other = std::env::var_os("LIFEBOAT_BENCH_PROGRAM");
    other.unwrap_or(env!("CARGO_BIN_EXE_lifeboat").into()).into()
}
