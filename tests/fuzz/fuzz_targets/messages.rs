//! See the body in `src`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: lifeboat_fuzz::plant("messages"),
    |bytes: &[u8]| lifeboat_fuzz::run("messages", bytes)
);
