//! The console while it drills 1 GiB: how soon a key shows while the dump is scanned, and while it is restored.
//!
//! `LIFEBOAT_BENCH_PROGRAM` names another build of the console than this profile's.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark reports on the terminal, and ends where anything is wrong"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "parts/dump.rs"]
mod dump;
#[path = "parts/figures.rs"]
mod figures;
#[path = "parts/home.rs"]
mod home;
#[path = "parts/servers.rs"]
mod servers;
#[path = "parts/subject.rs"]
mod subject;
#[path = "parts/terminal.rs"]
#[expect(dead_code, reason = "another benchmark looks closer at the process")]
mod terminal;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use servers::Servers;
use terminal::Terminal;

const FILLER: usize = 600;
const BLOCK: usize = 16 << 20;
/// So often in each of the collections: 1 GiB altogether.
const TIMES: usize = 16;
const PAUSE: Duration = Duration::from_millis(70);
const F4: &str = "\x1bOS";
const STEPS: [&str; 2] = ["scan", "restore"];

fn main() {
    servers::serve_if_asked();
    let home = tempfile::tempdir().unwrap();
    let tarball = home.path().join("dump.tar.gz");
    let block = dump::block(BLOCK, FILLER);
    let raw = dump::write_tarball(File::create(&tarball).unwrap(), &block, TIMES).unwrap();
    drop(block);
    let servers = Servers::start(&tarball);
    let mut console = open(home.path(), &servers);
    console.wait("the tabs", |text| text.contains("4 Drill"));
    console.press(F4);
    console.wait("the odds", |text| text.contains("Odds"));
    console.press("\r");
    console.wait("the looks before", |text| text.contains("starts by itself"));
    console.press("\r");
    console.wait("the drill", |text| text.contains(DRILLING));
    let load = fs::read_to_string("/proc/loadavg").unwrap();
    println!("{} MiB of documents, load {}", raw >> 20, load.split(' ').next().unwrap());
    let times = keys(&mut console);
    let load = fs::read_to_string("/proc/loadavg").unwrap();
    for step in STEPS {
        let times = times.get(step).cloned().unwrap_or_default();
        println!("{} keys while it does: {step}", times.len());
        figures::tell("a key to the frame", times, "16 ms");
    }
    println!("load at the end {}", load.split(' ').next().unwrap());
}

/// What the header says of a drill, whatever is shown below it.
const DRILLING: &str = "drill bench ·";

/// A key that only the history has, in the last line but one.
const HISTORY_KEY: &str = "enter record";

/// Goes from the drill to the history and back until the drill has ended; the times by its step.
fn keys(console: &mut Terminal) -> BTreeMap<&'static str, Vec<Duration>> {
    let is_history = |text: &str| text.contains("Drill history");
    let mut times = BTreeMap::<_, Vec<_>>::new();
    loop {
        let text = console.text();
        if !text.contains(DRILLING) {
            return times;
        }
        let before = is_history(&text);
        let pressed = console.press("v");
        // A frame is painted from above: it is whole when the keys below are those of the other view.
        let is_whole = |text: &str| text.contains(HISTORY_KEY) == is_history(text);
        let is_other = |text: &str| is_history(text) != before && is_whole(text);
        let shown = console.wait("the other view", is_other);
        let does = |step: &&str| text.contains(&format!("{DRILLING} {step}"));
        if let Some(step) = STEPS.into_iter().find(does) {
            times.entry(step).or_default().push(shown.saturating_duration_since(pressed));
        }
        thread::sleep(PAUSE);
    }
}

/// The console of a user who has nothing but this folder and a backup set in the storage.
fn open(home: &Path, servers: &Servers) -> Terminal {
    let storage = servers.address("storage");
    let config = format!(
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
        [drill]
        depth = "restore"
        image = "mongo:4.2"
        hold = "0s"
        "#
    );
    let engine = PathBuf::from(format!("tcp://{}", servers.address("engine")));
    let variables = [
        ("DOCKER_HOST", &*engine),
        ("AWS_ACCESS_KEY_ID", Path::new("bench")),
        ("AWS_SECRET_ACCESS_KEY", Path::new("bench")),
    ];
    home::open(home, &config, &variables)
}
