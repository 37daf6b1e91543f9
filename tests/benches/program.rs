//! The shipped program from outside: how soon it is there, how much memory it takes, how fast it
//! scans. `LIFEBOAT_BENCH_PROGRAM` names another build of it than this profile's.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark reports on the terminal, and ends where anything is wrong"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "parts/dump.rs"]
mod dump;
#[path = "parts/memory.rs"]
mod memory;
#[path = "parts/processor.rs"]
mod processor;
#[path = "parts/servers.rs"]
mod servers;
#[path = "parts/subject.rs"]
mod subject;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use flate2::bufread::MultiGzDecoder;
use memory::Peak;
use servers::Servers;

/// A document of 700 bytes, as the average of a real system is.
const FILLER: usize = 600;
const BLOCK: usize = 16 << 20;
/// So often in each of the collections: 1 GiB altogether.
const TIMES: usize = 16;
const STARTS: usize = 51;
const ROUNDS: usize = 3;
/// Between two looks at the memory of a process; what it tells never falls.
const LOOK: Duration = Duration::from_millis(2);

fn main() {
    servers::serve_if_asked();
    let home = tempfile::tempdir().unwrap();
    let mut program = Program::at(home.path());

    let mut starts: Vec<_> = (0..STARTS).map(|_| program.time(&["--version"])).collect();
    starts.sort();
    println!("--version              {:?} (median)", starts[STARTS / 2]);
    println!("the world is up after  {:?}", program.time_to_first_line(&["demo", "--serve"]));
    let practice = program.run(&["demo", "drill"]);
    println!("demo drill             {:?}, {}", practice.elapsed, practice.peak);

    let tarball = home.path().join("dump.tar.gz");
    let block = dump::block(BLOCK, FILLER);
    let raw = dump::write_tarball(File::create(&tarball).unwrap(), &block, TIMES).unwrap();
    drop(block);
    println!("\n{} MiB of documents in {} MiB", raw >> 20, length(&tarball) >> 20);
    let servers = Servers::start(&tarball);
    program.configure(&servers);
    let (decoder, scans): (Vec<_>, Vec<_>) = (0..ROUNDS)
        .map(|_| (decode(&tarball), program.run(&["scan", &tarball.to_string_lossy()])))
        .unzip();
    let decoder = decoder.into_iter().min().unwrap();
    let scan = scans.iter().map(|run| run.processor).min().unwrap();
    let peak = scans.iter().map(|run| run.peak).max().unwrap();
    println!("bare decoder           {decoder:?} of processor time");
    let speed = decoder.as_secs_f64() / scan.as_secs_f64();
    println!("scan                   {scan:?} of processor time, {peak}, {speed:.2} of its speed");
    let key = "bench/2026-11-03T00_00.tar.gz";
    let drill = program.run(&["drill", "--object", key, "--tool", "builtin"]);
    println!("drill                  {:?}, {}", drill.elapsed, drill.peak);
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).unwrap().len()
}

/// Unpacks without looking at what comes out.
fn decode(tarball: &Path) -> Duration {
    const BUFFER: usize = 256 << 10;
    let before = processor::time();
    let file = BufReader::with_capacity(BUFFER, File::open(tarball).unwrap());
    let mut decoder = MultiGzDecoder::new(file);
    let mut buffer = vec![0; BUFFER];
    while decoder.read(&mut buffer).unwrap() > 0 {}
    processor::time().saturating_sub(before)
}

/// The program, for a user who has nothing but this folder.
struct Program {
    home: PathBuf,
    variables: Vec<(&'static str, OsString)>,
}

/// What one run took.
struct Run {
    elapsed: Duration,
    processor: Duration,
    peak: Peak,
}

impl Program {
    fn at(home: &Path) -> Self {
        let here = |name| (name, home.as_os_str().to_owned());
        Self { home: home.to_owned(), variables: vec![here("HOME"), here("TMPDIR")] }
    }

    /// Tells it about the servers, and about a backup set in the storage.
    fn configure(&mut self, servers: &Servers) {
        let config = self.home.join("config.toml");
        let storage = servers.address("storage");
        let text = format!(
            r#"
            [[storage]]
            name = "near"
            endpoint = "http://{storage}"
            [[environment]]
            name = "bench"
            production = true
            [[environment.backup]]
            name = "bench"
            kind = "scheduled"
            engine = "mongodb"
            storage = "near"
            bucket = "bucket"
            prefix = "bench/"
            name_format = "%Y-%m-%dT%H_%M.tar.gz"
            schedule = "0 0 * * *"
            keep = {{ days = 90 }}
            [drill]
            depth = "restore"
            image = "mongo:4.2"
            hold = "0s"
            "#
        );
        fs::write(&config, text).unwrap();
        let engine = format!("tcp://{}", servers.address("engine"));
        self.variables.extend([
            ("LIFEBOAT_CONFIG", config.into_os_string()),
            ("DOCKER_HOST", engine.into()),
            ("AWS_ACCESS_KEY_ID", "bench".into()),
            ("AWS_SECRET_ACCESS_KEY", "bench".into()),
        ]);
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(subject::program());
        command.env_clear().envs(self.variables.iter().cloned());
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }

    fn time(&self, arguments: &[&str]) -> Duration {
        let began = Instant::now();
        self.command(arguments).output().unwrap();
        began.elapsed()
    }

    fn time_to_first_line(&self, arguments: &[&str]) -> Duration {
        let began = Instant::now();
        let mut process = self.command(arguments).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let elapsed = began.elapsed();
        process.kill().unwrap();
        process.wait().unwrap();
        assert!(!line.is_empty());
        elapsed
    }

    /// Runs it to its end, which must be a good one, and watches its memory.
    fn run(&self, arguments: &[&str]) -> Run {
        let (before, began) = (processor::time(), Instant::now());
        let mut process = self.command(arguments).spawn().unwrap();
        let mut output = process.stdout.take().unwrap();
        let reading = thread::spawn(move || {
            let mut text = String::new();
            output.read_to_string(&mut text).map(|_| text)
        });
        let mut peak = Peak::default();
        let status = loop {
            peak = peak.max(Peak::of(process.id()).unwrap_or_default());
            if let Some(status) = process.try_wait().unwrap() {
                break status;
            }
            thread::sleep(LOOK);
        };
        let (elapsed, processor) = (began.elapsed(), processor::time().saturating_sub(before));
        let text = reading.join().unwrap().unwrap();
        assert!(status.success(), "{arguments:?} ended with {status}:\n{text}");
        Run { elapsed, processor, peak }
    }
}
