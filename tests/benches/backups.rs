//! The Backups tab on loopback: how soon three sets of 90 objects are told of, and how a hundred thousand
//! objects are listed and scrolled. The real loop, the real adapters, a screen in memory. What the shipped
//! console holds then is looked at in a terminal, with the storage in another process.
//!
//! The baseline is the bare listing of the same objects from the same server.
//! `LIFEBOAT_BENCH_PROGRAM` names another build of the console than this profile's.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark reports on the terminal, and ends where anything is wrong"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[expect(dead_code, reason = "tests use more of it")]
#[path = "../it/console/harness.rs"]
mod harness;
#[path = "parts/home.rs"]
mod home;
#[path = "parts/subject.rs"]
mod subject;
#[path = "parts/terminal.rs"]
#[expect(dead_code, reason = "another benchmark looks closer at the process")]
mod terminal;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use harness::Console;
use lifeboat::adapters::s3::S3;
use lifeboat::demo::depot::{Depot, MEDIA};
use lifeboat::demo::s3::{Keys, S3Endpoint, S3Server};
use lifeboat::demo::{Genesis, World};
use lifeboat::domain::settings::Settings;
use lifeboat::runtime::clock::Clock;

const DAY: &str = "2026-11-20T09:30:00Z";
const SIZE: (u16, u16) = (200, 50);
const ROUNDS: usize = 5;
const FILES: usize = 100_000;
const KEYS: usize = 40;

const SERVE: &str = "serve";
const F2: &str = "\x1bOQ";

fn main() {
    if std::env::args().any(|argument| argument == SERVE) {
        serve();
    } else {
        in_memory();
        memory();
    }
}

#[tokio::main]
async fn in_memory() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let clock = Clock::starting_at(DAY.parse().unwrap());
    let now: lifeboat::demo::mongo::Clock = Arc::new(move || clock.now());
    let world = World::start(Genesis { seed: 1, clock: now }).await.unwrap();
    println!("each figure: the best of {ROUNDS}, or the median of {KEYS}");
    first_paint(&world.settings(), clock).await;
    scrolling(world.settings(), clock).await;
}

async fn first_paint(settings: &Settings, clock: Clock) {
    let mut settings = settings.clone();
    settings.environments.retain(|environment| environment.name.0 != "research");
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let mut console = Console::open(settings.clone(), clock, SIZE);
        let began = Instant::now();
        console.press("<F2>");
        console
            .wait_until("three sets", |screen| {
                let told = |line: &&str| line.contains("/ingest") && line.contains("9h");
                screen.lines().filter(told).count() >= 3
            })
            .await;
        best = best.min(began.elapsed());
        console.quit().await;
    }
    println!("3 x 90 objects, to the first useful paint: {best:.0?}  (aim: 300 ms)");
}

async fn scrolling(mut settings: Settings, clock: Clock) {
    let endpoint = media(clock).await;
    let storage = settings.storages.iter_mut().find(|it| it.name.0 == "ceph").unwrap();
    storage.endpoint = Some(endpoint.url());
    settings.environments.retain(|environment| environment.name.0 == "research");
    settings.environments[0].backups.retain(|set| set.name.0 == "media");
    let storage = settings.storages.iter().find(|it| it.name.0 == "ceph").unwrap();
    let s3 = S3::connect(storage).await.unwrap();
    let set = settings.environments[0].backups[0].clone();
    let began = Instant::now();
    let mut pages = s3.pages(&set, None).await.unwrap();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        count += page.unwrap().len();
    }
    let bare = began.elapsed();
    println!("\nbare listing of {count} objects: {bare:.2?}");
    let mut console = Console::open(settings, clock, SIZE);
    console.press("<F2>");
    console.wait_until("looked at", |screen| !screen.contains("looking")).await;
    let began = Instant::now();
    console.press("<enter>");
    console
        .wait_until("all objects", |screen| {
            screen.contains("100 001 objects") && !screen.contains("so far")
        })
        .await;
    let whole = began.elapsed();
    println!(
        "all of them in the list: {whole:.2?}, {:.2} of the bare listing",
        whole.as_secs_f64() / bare.as_secs_f64()
    );
    for (key, what) in [("j", "a row down"), ("<ctrl-f>", "a page down"), ("k", "a row up")] {
        let mut times = Vec::new();
        for _ in 0..KEYS {
            let before = console.wait_until("anything", |_| true).await;
            let pressed = Instant::now();
            console.press(key);
            console.wait_until(what, |screen| *screen != before).await;
            times.push(pressed.elapsed());
        }
        times.sort_unstable();
        println!("{what}, to the frame: {:.1?}  (aim: 16 ms)", times[KEYS / 2]);
    }
    console.quit().await;
}

const ACCESS_KEY: &str = "lifeboat";
const SECRET_KEY: &str = "lifeboat-demo";

/// A storage with a bucket of many objects, up as long as this is held.
async fn media(clock: Clock) -> S3Endpoint {
    let depot = Arc::new(Depot::new(1, clock.now(), FILES));
    let secret_key = SECRET_KEY.into();
    let keys = Keys { access_key: ACCESS_KEY, secret_key: &secret_key };
    let server = S3Server::of_depot(depot, keys, Arc::new(move || clock.now()));
    server.listen(([127, 0, 0, 1], 0).into()).await.unwrap()
}

/// Serves for ever, and says where.
#[tokio::main]
async fn serve() {
    let endpoint = media(Clock::system()).await;
    println!("{}", endpoint.url());
    std::future::pending::<()>().await;
}

/// What the shipped console holds once it has listed all of them.
fn memory() {
    let (mut storage, address) = another_process();
    let home = tempfile::tempdir().unwrap();
    let config = format!(
        r#"
        [[storage]]
        name = "near"
        endpoint = "{address}"
        [[environment]]
        name = "bench"
        [[environment.backup]]
        name = "media"
        kind = "sync"
        storage = "near"
        bucket = "{MEDIA}"
        schedule = "4 4 * * *"
        "#
    );
    let variables = [
        ("AWS_ACCESS_KEY_ID", Path::new(ACCESS_KEY)),
        ("AWS_SECRET_ACCESS_KEY", Path::new(SECRET_KEY)),
        ("AWS_REGION", Path::new("us-east-1")),
    ];
    let mut console = home::open(home.path(), &config, &variables);
    console.wait("the tabs", |text| text.contains("2 Backups"));
    console.press(F2);
    console.wait("the set", |text| text.contains("media") && !text.contains("looking"));
    console.press("\r");
    let all = format!("{} {:03} objects", FILES / 1000, FILES % 1000 + 1);
    console.wait("all objects", |text| text.contains(&all) && !text.contains("so far"));
    console.press("G");
    let [now, peak] = console.memory();
    println!("{FILES} objects listed: {now:.1} MiB, at most {peak:.1}  (aim: 60)");
    storage.kill().unwrap();
    storage.wait().unwrap();
}

/// This very program once more, as the storage.
fn another_process() -> (Child, String) {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .arg(SERVE)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
    (process, address.trim().to_owned())
}
