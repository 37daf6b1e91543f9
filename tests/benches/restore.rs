//! What a restore costs on this side: processor time per MiB of the built-in restorer, the relay
//! into the sandbox included, against `mongorestore`; both with gzip and without. The servers are
//! a process of their own, and only count.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark reports on the terminal, and ends where anything is wrong"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "parts/dump.rs"]
mod dump;
#[path = "parts/processor.rs"]
mod processor;
#[path = "parts/servers.rs"]
mod servers;

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use lifeboat::adapters::docker::container::SandboxSpec;
use lifeboat::adapters::docker::labels::SandboxLabels;
use lifeboat::adapters::docker::{Docker, Surroundings};
use lifeboat::adapters::mongodb::reader::Reader;
use lifeboat::adapters::mongodb::restore::Restorer;
use lifeboat::adapters::mongodb::tool;
use lifeboat::adapters::sandbox::Sandbox;
use lifeboat::domain::engine::Engine;
use lifeboat::domain::settings::ContainerEngine;
use lifeboat::domain::units::ByteSize;
use lifeboat::dump::{BatchSize, Dump, Limits, read_batches, take_census};
use lifeboat::runtime::choose;
use lifeboat::runtime::clock::Clock;
use lifeboat::runtime::relay::{Relay, RelaySocket};
use servers::Servers;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

/// A document of 700 bytes, as the average of a real system is.
const FILLER: usize = 600;
const BLOCK: usize = 16 << 20;
/// So often in each of the collections: 256 MiB altogether.
const TIMES: usize = 4;
const ROUNDS: u32 = 3;

fn main() {
    servers::serve_if_asked();
    let folder = tempfile::tempdir().unwrap();
    let block = dump::block(BLOCK, FILLER);
    let packed = Corpus::write(&folder.path().join("packed"), &block, Packing::Gzip);
    let plain = Corpus::write(&folder.path().join("plain"), &block, Packing::None);
    let servers = Servers::start(&packed.tarball);
    let runtime = Runtime::new().unwrap();
    let mongorestore = find_mongorestore();
    if mongorestore.is_none() {
        println!("SKIPPED: LIFEBOAT_E2E_BIN names no folder with mongorestore");
    }
    for (corpus, name) in [(&packed, "packed"), (&plain, "plain")] {
        let dump = scan(&corpus.tarball);
        let builtin = best(|| {
            let berth = runtime.block_on(Berth::open(servers.address("engine")));
            Cost::of(|| runtime.block_on(restore(&berth.sandbox, &corpus.tarball, &dump)))
        });
        builtin.report(&format!("built-in, {name}"), &dump);
        let Some(program) = &mongorestore else { continue };
        let database = servers.address("database");
        let tool = best(|| Cost::of(|| run_tool(program, database, corpus)));
        tool.report(&format!("mongorestore, {name}"), &dump);
        println!("ratio                  {:.2}", builtin.ratio(&tool));
    }
}

/// A dump as both restorers take it: a tarball, and the same files in a folder.
struct Corpus {
    tarball: PathBuf,
    folder: PathBuf,
    packing: Packing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    None,
    Gzip,
}

impl Corpus {
    fn write(place: &Path, block: &[u8], packing: Packing) -> Self {
        let (tarball, folder) = (place.join("tarball"), place.join("dump"));
        let database = folder.join("bench");
        fs::create_dir_all(&database).unwrap();
        let file = |path: PathBuf| -> Box<dyn Write> {
            match packing {
                Packing::None => Box::new(BufWriter::new(File::create(path).unwrap())),
                Packing::Gzip => {
                    let path = format!("{}.gz", path.display());
                    Box::new(GzEncoder::new(File::create(path).unwrap(), Compression::new(6)))
                }
            }
        };
        for name in dump::COLLECTIONS {
            let path = database.join(name);
            file(path.with_extension("metadata.json")).write_all(dump::METADATA).unwrap();
            let mut documents = file(path.with_extension("bson"));
            (0..TIMES).for_each(|_| documents.write_all(block).unwrap());
        }
        let mut out = File::create(&tarball).unwrap();
        match packing {
            Packing::None => dump::write_tar(&mut out, block, TIMES).unwrap(),
            Packing::Gzip => dump::write_tarball(&mut out, block, TIMES).unwrap(),
        };
        Self { tarball, folder, packing }
    }
}

/// A sandbox as a drill makes it, and the relay into it.
struct Berth {
    sandbox: Sandbox,
    _relay: Relay,
}

impl Berth {
    async fn open(engine: &str) -> Self {
        let now = Clock::system().now();
        let engine = ContainerEngine::At(format!("tcp://{engine}"));
        let docker = Docker::connect(&engine, &Surroundings::default()).await.unwrap();
        let labels = SandboxLabels {
            drill: choose::new_id(now).label(),
            expires: now,
            owner: "bench".to_owned(),
            process: String::new(),
        };
        let spec = SandboxSpec {
            database: Engine::Mongodb,
            image: docker.image("mongo:4.2").await.unwrap().unwrap(),
            memory: ByteSize::gibibytes(1),
            limit: Duration::from_hours(1),
            labels,
        };
        let socket = RelaySocket::new().unwrap();
        let sandbox = docker.create_sandbox(&spec, socket.path()).await.unwrap();
        let relay = Relay::start(&docker, &sandbox, socket).await.unwrap();
        let reader = Reader::sandbox(&sandbox, "bench").unwrap();
        while reader.pulse().await.is_err() {}
        reader.close().await;
        Self { sandbox, _relay: relay }
    }
}

fn scan(tarball: &Path) -> Dump {
    take_census(File::open(tarball).unwrap(), &Limits::default(), &mut |_| {}).unwrap()
}

/// The restore step of a drill.
async fn restore(sandbox: &Sandbox, tarball: &Path, dump: &Dump) {
    let (send, batches) = mpsc::channel(2);
    let (file, layout) = (BufReader::new(File::open(tarball).unwrap()), dump.clone());
    let reading = spawn_blocking(move || {
        read_batches(file, &layout, BatchSize::default(), &mut |batch| match send
            .blocking_send(batch)
        {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        })
    });
    let restorer = Restorer::new(sandbox).unwrap();
    let restoring = restorer.restore(&dump.layout.collections, batches, &|_| {});
    let (read, outcome) = tokio::join!(reading, restoring);
    let inserted: u64 = outcome.unwrap().inserted.values().sum();
    read.unwrap().unwrap();
    assert_eq!(inserted, dump.census.documents());
    restorer.close().await;
}

fn find_mongorestore() -> Option<PathBuf> {
    let program = PathBuf::from(std::env::var_os("LIFEBOAT_E2E_BIN")?).join("mongorestore");
    program.is_file().then_some(program)
}

/// The command of a drill, at another port.
fn run_tool(program: &Path, database: &str, corpus: &Corpus) {
    let port = database.rsplit(':').next().unwrap();
    let command = tool::command(&corpus.folder.to_string_lossy());
    let arguments = command[1..].iter().map(|word| if word == "27017" { port } else { word });
    let packed = (corpus.packing == Packing::Gzip).then_some("--gzip");
    let mut tool = Command::new(program);
    let status = tool.args(arguments).args(packed).stderr(Stdio::null()).status().unwrap();
    assert!(status.success());
}

/// The run of several that took the least processor time.
fn best(mut run: impl FnMut() -> Cost) -> Cost {
    (0..ROUNDS).map(|_| run()).min_by_key(|cost| cost.processor).unwrap()
}

struct Cost {
    processor: Duration,
    elapsed: Duration,
}

impl Cost {
    fn of(run: impl FnOnce()) -> Self {
        let (before, began) = (processor::time(), Instant::now());
        run();
        Self { processor: processor::time().saturating_sub(before), elapsed: began.elapsed() }
    }

    fn report(&self, name: &str, dump: &Dump) {
        let mebibytes = dump.census.bytes().bytes() as f64 / f64::from(1 << 20);
        println!(
            "{name:<22} {:.2} CPU ms/MiB, {:.0} MiB/s",
            self.processor.as_secs_f64() * 1000.0 / mebibytes,
            mebibytes / self.elapsed.as_secs_f64()
        );
    }

    fn ratio(&self, baseline: &Self) -> f64 {
        self.processor.as_secs_f64() / baseline.processor.as_secs_f64()
    }
}
