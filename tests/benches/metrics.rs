//! The Metrics tab of a console that has just been started: how soon its chart is painted, from the key
//! that opens it, where an earlier console has filled the cache; and where none has.
//!
//! The baseline is the first visit, which asks CloudWatch and lists the bucket on loopback.
//! `LIFEBOAT_BENCH_PROGRAM` names another build of the console than this profile's.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark reports on the terminal, and ends where anything is wrong"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "parts/figures.rs"]
mod figures;
#[path = "parts/home.rs"]
mod home;
#[path = "parts/subject.rs"]
mod subject;
#[path = "parts/terminal.rs"]
#[expect(dead_code, reason = "another benchmark looks closer at the process")]
mod terminal;
#[path = "parts/world.rs"]
#[expect(dead_code, reason = "another benchmark looks at its clusters")]
mod world;

use std::path::Path;
use std::time::Duration;

use terminal::Terminal;
use world::World;

const ROUNDS: usize = 15;
const F3: &str = "\x1bOR";

fn main() {
    let world = World::serve(&[]);
    let cold = (0..ROUNDS).map(|_| visit(tempfile::tempdir().unwrap().path(), &world)).collect();
    let home = tempfile::tempdir().unwrap();
    visit(home.path(), &world);
    let warm = (0..ROUNDS).map(|_| visit(home.path(), &world)).collect();
    figures::tell("an empty cache", cold, "none: the baseline");
    figures::tell("a warm cache", warm, "100 ms");
}

/// Opens the tab and leaves once everything is there; how long its chart took.
fn visit(home: &Path, world: &World) -> Duration {
    let mut console = open(home, world);
    console.wait("the tabs", |text| text.contains("3 Metrics"));
    let pressed = console.press(F3);
    let is_charted = |text: &str| text.contains("GiB ┤") && text.contains("as of ");
    let shown = console.wait("the chart", is_charted);
    console.wait("the rest", |text| text.contains("listed ") && !text.contains("asking"));
    console.quit();
    shown.saturating_duration_since(pressed)
}

/// The console of a user who has nothing but this folder and the world's bucket.
fn open(home: &Path, world: &World) -> Terminal {
    let config = r#"
        [[storage]]
        name = "near"
        region = "us-east-1"
        [[environment]]
        name = "prod"
        production = true
        [[environment.backup]]
        name = "ingest"
        kind = "scheduled"
        engine = "mongodb"
        storage = "near"
        bucket = "ingest-db-backup"
        prefix = "prod/"
        name_format = "%Y-%m-%dT%H_%M.tar.gz"
        schedule = "0 0 * * *"
        "#;
    let variables = [
        ("AWS_ACCESS_KEY_ID", Path::new("lifeboat")),
        ("AWS_SECRET_ACCESS_KEY", Path::new("lifeboat-demo")),
        ("AWS_ENDPOINT_URL_S3", Path::new(world.address("S3"))),
        ("AWS_ENDPOINT_URL_CLOUDWATCH", Path::new(world.address("CloudWatch"))),
    ];
    home::open(home, config, &variables)
}
