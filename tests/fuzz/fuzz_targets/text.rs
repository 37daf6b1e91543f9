//! See the body in `src`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: lifeboat_fuzz::plant("text"),
    |bytes: &[u8]| lifeboat_fuzz::run("text", bytes)
);
