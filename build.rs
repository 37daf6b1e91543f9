//! Leaves the tables for unwinding out of the distribution build: it aborts on a panic, and nothing would
//! ever read them. They are an eighth of the binary. A profile cannot say so (`-C force-unwind-tables=no`
//! is for all profiles, or for none), the linker can.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// Added to what the linker does anyway: <https://sourceware.org/binutils/docs/ld/Output-Section-Discarding.html>.
const SCRIPT: &str = "\
SECTIONS { /DISCARD/ : { *(.eh_frame) *(.eh_frame_hdr) *(.gcc_except_table*) } } INSERT AFTER .text;
";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // `PROFILE` says "release" for this one too; its folder has its name: `dist/build/lifeboat-…/out`.
    let profile = out.ancestors().nth(3).and_then(Path::file_name);
    if profile == Some("dist".as_ref()) && env::var("CARGO_CFG_TARGET_OS")? == "linux" {
        let script = out.join("no-unwinding.ld");
        fs::write(&script, SCRIPT)?;
        println!("cargo::rustc-link-arg-bins=-Wl,--no-eh-frame-hdr,-T,{}", script.display());
    }
    Ok(())
}
