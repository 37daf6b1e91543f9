//! What a restore costs on this side: processor time per MiB of the built-in restorer, the relay
//! into the sandbox included, against `mongorestore`. The servers are a process of their own, and
//! only count. `mongorestore` gets the files of the dump unpacked, which is kinder to it than a
//! drill is; the built-in restorer reads the tarball as it was downloaded.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark reports on the terminal, and ends where anything is wrong"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "parts/dump.rs"]
mod dump;
#[path = "parts/servers.rs"]
mod servers;

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use lifeboat::adapters::docker::container::SandboxSpec;
use lifeboat::adapters::docker::labels::SandboxLabels;
use lifeboat::adapters::docker::{Docker, Surroundings};
use lifeboat::adapters::mongodb::reader::Reader;
use lifeboat::adapters::mongodb::restore::Restorer;
use lifeboat::adapters::mongodb::tool;
use lifeboat::adapters::sandbox::Sandbox;
use lifeboat::domain::settings::ContainerEngine;
use lifeboat::domain::units::ByteSize;
use lifeboat::dump::{BatchSize, Dump, Limits, read_batches, take_census};
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
    let corpus = Corpus::write(folder.path());
    let servers = Servers::start(&corpus.tarball);
    let runtime = Runtime::new().unwrap();
    let dump = scan(&corpus.tarball);
    println!("{} of documents, {}", ByteSize(corpus.raw), corpus.describe());

    let builtin = best(|round| {
        let berth = runtime.block_on(Berth::open(servers.address("engine"), round));
        Cost::of(|| runtime.block_on(restore(&berth.sandbox, &corpus.tarball, &dump)))
    });
    builtin.report("built-in, tarball, relay", corpus.raw);
    let Some(mongorestore) = find_mongorestore() else {
        println!("SKIPPED: LIFEBOAT_E2E_BIN names no folder with mongorestore");
        return;
    };
    let database = servers.address("database");
    let tool = best(|_| Cost::of(|| run_tool(&mongorestore, database, &corpus.folder)));
    tool.report("mongorestore, files", corpus.raw);
    println!("ratio                      {:.2}", builtin.ratio(&tool));
}

/// The dump in both shapes.
struct Corpus {
    tarball: PathBuf,
    folder: PathBuf,
    raw: u64,
}

impl Corpus {
    fn write(place: &Path) -> Self {
        let block = dump::block(BLOCK, FILLER);
        let (tarball, folder) = (place.join("dump.tar.gz"), place.join("dump"));
        let raw = dump::write_tarball(File::create(&tarball).unwrap(), &block, TIMES).unwrap();
        let database = folder.join("bench");
        fs::create_dir_all(&database).unwrap();
        for name in dump::COLLECTIONS {
            let metadata = database.join(name).with_extension("metadata.json");
            fs::write(metadata, dump::METADATA).unwrap();
            let file = File::create(database.join(name).with_extension("bson")).unwrap();
            let mut file = BufWriter::new(file);
            for _ in 0..TIMES {
                file.write_all(&block).unwrap();
            }
        }
        Self { tarball, folder, raw }
    }

    fn describe(&self) -> String {
        format!("{} packed", ByteSize(fs::metadata(&self.tarball).unwrap().len()))
    }
}

/// A sandbox as a drill makes it, and the relay into it.
struct Berth {
    sandbox: Sandbox,
    _relay: Relay,
}

impl Berth {
    async fn open(engine: &str, round: u32) -> Self {
        let engine = ContainerEngine::At(format!("tcp://{engine}"));
        let docker = Docker::connect(&engine, &Surroundings::default()).await.unwrap();
        let labels = SandboxLabels {
            drill: format!("bench-{round}"),
            expires: Timestamp::MAX,
            owner: "bench".to_owned(),
            process: String::new(),
        };
        let spec = SandboxSpec {
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
fn run_tool(program: &Path, database: &str, folder: &Path) {
    let port = database.rsplit(':').next().unwrap();
    let command = tool::command(&folder.to_string_lossy());
    let arguments = command[1..].iter().map(|word| if word == "27017" { port } else { word });
    let status = Command::new(program).args(arguments).stderr(Stdio::null()).status().unwrap();
    assert!(status.success());
}

/// The run of several that took the least processor time.
fn best(run: impl FnMut(u32) -> Cost) -> Cost {
    (0..ROUNDS).map(run).min_by_key(|cost| cost.processor).unwrap()
}

struct Cost {
    processor: Duration,
    elapsed: Duration,
}

impl Cost {
    fn of(run: impl FnOnce()) -> Self {
        let (before, began) = (processor_time(), Instant::now());
        run();
        Self { processor: processor_time() - before, elapsed: began.elapsed() }
    }

    fn report(&self, name: &str, bytes: u64) {
        let mebibytes = bytes as f64 / f64::from(1 << 20);
        println!(
            "{name:<26} {:.2} CPU ms/MiB, {:.0} MiB/s",
            self.processor.as_secs_f64() * 1000.0 / mebibytes,
            mebibytes / self.elapsed.as_secs_f64()
        );
    }

    fn ratio(&self, baseline: &Self) -> f64 {
        self.processor.as_secs_f64() / baseline.processor.as_secs_f64()
    }
}

/// User and system time of this process and of the children that it has waited for.
fn processor_time() -> Duration {
    /// What Linux counts in, on every architecture that it tells programs about.
    const TICK: Duration = Duration::from_millis(10);
    /// `utime` to `cstime`, counted behind the name of the program.
    const TIMES: std::ops::Range<usize> = 11..15;
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[TIMES].iter().map(|ticks| ticks.parse::<u32>().unwrap() * TICK).sum()
}
