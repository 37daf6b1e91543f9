//! See the body in `src`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: lifeboat_fuzz::plant("server_log"),
    |bytes: &[u8]| lifeboat_fuzz::run("server_log", bytes)
);
