//! The bodies of the fuzz targets: each takes any bytes from outside and fails by panicking, be it in the code that
//! reads them or because what was read breaks a promise. `tests/it/fuzz.rs` runs the same bodies on a stable compiler.

mod database;
mod dump;
mod kubernetes;
mod words;

/// One reader of bytes that come from outside.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    pub body: fn(&[u8]),
    /// Inputs that the reader likes.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

pub const TARGETS: [Target; 12] = [
    Target { name: "dump", body: dump::tarball, seeds: dump::tarballs },
    Target { name: "documents", body: dump::documents, seeds: dump::document_files },
    Target { name: "metadata", body: dump::metadata, seeds: dump::metadata_files },
    Target { name: "config", body: words::config, seeds: words::configs },
    Target { name: "filter", body: words::filter, seeds: words::filters },
    Target { name: "text", body: words::text, seeds: words::texts },
    Target { name: "record", body: words::record, seeds: words::records },
    Target { name: "tool", body: database::tool, seeds: database::tool_logs },
    Target { name: "server_log", body: database::server_log, seeds: database::server_logs },
    Target { name: "pods", body: kubernetes::pods, seeds: kubernetes::pod_lists },
    Target { name: "listing", body: kubernetes::listing, seeds: kubernetes::listings },
    Target { name: "messages", body: kubernetes::messages, seeds: kubernetes::message_lists },
];

/// Writes a target's seeds into `$LIFEBOAT_FUZZ_SEEDS/NAME`, where that is set, before a fuzzer reads what lies there.
pub fn plant(name: &str) {
    let Some(folder) = std::env::var_os("LIFEBOAT_FUZZ_SEEDS") else { return };
    let folder = std::path::Path::new(&folder).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    for target in TARGETS.iter().filter(|target| target.name == name) {
        for (number, seed) in (target.seeds)().iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed).unwrap();
        }
    }
}

/// Runs the body of the target called `name`.
pub fn run(name: &str, bytes: &[u8]) {
    for target in TARGETS.iter().filter(|target| target.name == name) {
        (target.body)(bytes);
    }
}
