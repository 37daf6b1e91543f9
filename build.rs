//! Leaves the tables for unwinding out of the distribution build: it aborts on a panic, and nothing would
//! ever read them. They are an eighth of the binary. A profile cannot say so (`-C force-unwind-tables=no`
//! is for all profiles, or for none), the linker can.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

/// Added to what the linker does anyway: <https://sourceware.org/binutils/docs/ld/Output-Section-Discarding.html>.
const SCRIPT: &str = "\
SECTIONS { /DISCARD/ : { *(.eh_frame) *(.eh_frame_hdr) *(.gcc_except_table*) } } INSERT AFTER .text;
";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    // Of all profiles, only `dist` is built for size.
    if env::var("OPT_LEVEL")? == "z" && env::var("CARGO_CFG_TARGET_OS")? == "linux" {
        let script = Path::new(&env::var("OUT_DIR")?).join("no-unwinding.ld");
        fs::write(&script, SCRIPT)?;
        println!("cargo::rustc-link-arg-bins=-Wl,--no-eh-frame-hdr,-T,{}", script.display());
    }
    Ok(())
}
