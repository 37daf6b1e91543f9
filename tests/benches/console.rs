//! The shipped console in a terminal, on a world that another process serves: what it holds, how soon
//! rows are there, how soon a key shows, and what it does while nothing happens.
//!
//! The baseline is a bare paged LIST of the same pods from the same server.
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
#[path = "parts/lister.rs"]
mod lister;
#[path = "parts/subject.rs"]
mod subject;
#[path = "parts/terminal.rs"]
mod terminal;
#[path = "parts/world.rs"]
mod world;

use std::fmt::Write as _;
use std::fs;
use std::thread;
use std::time::Duration;

use figures::tell;
use lister::{Lister, Reading};
use tempfile::TempDir;
use terminal::Terminal;
use world::World;

const MANY: usize = 10_000;
const SOME: usize = 1850;
const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "prod"];
const ROUNDS: usize = 3;
/// Memory is looked at after what pods use has been asked for twice.
const SETTLED: Duration = Duration::from_secs(40);
/// Behind the first usage and before the second, nothing is asked.
const QUIET: Duration = Duration::from_secs(20);
const KEYS: usize = 40;
const PAUSE: Duration = Duration::from_millis(70);
const EVENTS: usize = 12;

fn main() {
    println!("each figure: the best of {ROUNDS}, the median of many, or one as it is");
    many();
    let world = World::serve(&["--pods", &SOME.to_string()]);
    let home = Home::new(&world, &ENVIRONMENTS, "");
    let console = home.open();
    console.wait("three live clusters", |text| {
        ENVIRONMENTS.iter().all(|name| is_live(text, name)) && count(text) > 3 * SOME
    });
    thread::sleep(SETTLED);
    tell_memory("3 x 1,850 pods", &console);
    drop((console, world));
    idle();
}

fn many() {
    let world = World::serve(&["--pods", &format!("prod={MANY}")]);
    let lister = Lister::new(world.address("the cluster of prod"));
    let all = lister.names().len();
    let best = |reading| (0..ROUNDS).map(|_| lister.list(reading)).min().unwrap();
    let ((bytes, length), (json, _)) = (best(Reading::Bytes), best(Reading::Json));
    let (messages, short) = best(Reading::Messages);
    println!(
        "\nbare list of {all} pods, {} MiB: {bytes:.2?}, read as JSON: {json:.2?}; as protocol buffers, {} MiB: {messages:.2?}",
        length >> 20,
        short >> 20
    );
    let mut last = None;
    let starts: Vec<[Duration; 3]> = (0..ROUNDS)
        .map(|_| {
            let home = Home::new(&world, &["prod"], "");
            let console = home.open();
            let first = console.wait("a row", |text| count(text) > 0);
            let shown = console.wait("all rows", |text| count(text) >= all);
            let whole = console.wait("live", |text| is_live(text, "prod"));
            let times = [first, shown, whole].map(|at| at - console.began);
            last = Some((console, home));
            times
        })
        .collect();
    let best = |at: usize| starts.iter().map(|times| times[at]).min().unwrap();
    println!("first row after        {:.0?}", best(0));
    println!("all rows after         {:.0?}  (aim: 2 s)", best(1));
    println!(
        "live after             {:.2?}, {:.2} of the bare list (aim: at most 1.2), {:.2} of the one read as JSON, {:.2} of the one as protocol buffers",
        best(2),
        best(2).as_secs_f64() / bytes.as_secs_f64(),
        best(2).as_secs_f64() / json.as_secs_f64(),
        best(2).as_secs_f64() / messages.as_secs_f64(),
    );
    let (mut console, home) = last.unwrap();
    thread::sleep(SETTLED);
    tell_memory("10,000 pods", &console);
    keys(&mut console);
    events(&mut console, &lister);
    tell_load(&console);
    console.quit();
    drop(world);
    // Nobody answers: what is painted comes from the snapshot.
    let paints = (0..ROUNDS).map(|_| {
        let console = home.open();
        console.wait("the pods of last time", |text| count(text) > MANY) - console.began
    });
    println!("first paint, snapshot  {:.0?}  (aim: 100 ms)", paints.min().unwrap());
}

/// Moves the cursor, and filters by a text that is typed.
fn keys(console: &mut Terminal) {
    // As far as the end of its name.
    let cursor = |text: &str| -> Option<String> {
        let line = text.lines().find(|line| line.contains('▌'))?;
        Some(line.chars().take(60).collect())
    };
    let moves = (0..KEYS).map(|_| {
        let before = cursor(&console.text());
        let pressed = console.press("j");
        let shown = console.wait("the next row", |text| cursor(text) != before);
        thread::sleep(PAUSE);
        shown.saturating_duration_since(pressed)
    });
    tell("`j` to frame", moves.collect(), "16 ms");
    let mut typing = Vec::new();
    for _ in 0..3 {
        console.press("/");
        thread::sleep(PAUSE);
        let mut typed = "/".to_owned();
        for letter in "batch-align-0".chars() {
            typed.push(letter);
            let pressed = console.press(&letter.to_string());
            let shown = console.wait("the filtered rows", |text| {
                text.lines().any(|line| line.contains(" of ") && line.trim_end().ends_with(&typed))
            });
            typing.push(shown.saturating_duration_since(pressed));
            thread::sleep(PAUSE);
        }
        console.press("\x1b");
        console.wait("all rows", |text| count(text) > MANY);
    }
    tell("filter key to frame", typing, "16 ms");
}

/// Ends pods one by one, and waits until the table says so.
fn events(console: &mut Terminal, lister: &Lister) {
    console.press("/batch-align-000\r");
    console.wait("the pods of one workload", |text| text.contains("[40 of "));
    let names: Vec<_> =
        lister.names().into_iter().filter(|name| name.starts_with("batch-align-000")).collect();
    let times = names.iter().take(EVENTS).map(|name| {
        let asked = lister.delete(name);
        let ends = |line: &str| line.contains(name.as_str()) && line.contains("Terminating");
        let shown = console.wait("its end", |text| text.lines().any(ends));
        thread::sleep(PAUSE);
        shown.saturating_duration_since(asked)
    });
    tell("change to frame", times.collect(), "16 ms and the 250 ms between two batches");
    console.press("/");
    thread::sleep(PAUSE);
    console.press("\x1b");
    console.wait("all rows", |text| count(text) > MANY);
}

/// What a crowd that changes each second costs.
fn tell_load(console: &Terminal) {
    let before = console.processor();
    thread::sleep(QUIET);
    let taken = console.processor().saturating_sub(before);
    let share = taken.as_secs_f64() / QUIET.as_secs_f64();
    println!("pods change each second {:.1} % of a core", share * 100.0);
}

fn idle() {
    let world = World::serve(&[]);
    // Its pods neither crash nor start.
    let home = Home::new(&world, &["dev"], r#", namespaces = ["kube-system"]"#);
    let mut console = home.open();
    console.wait("live", |text| is_live(text, "dev"));
    // Nothing that is younger than ten minutes, whose age would be told in seconds.
    console.press("/age>15m status=Running\r");
    thread::sleep(Duration::from_secs(4));
    let bytes = console.bytes();
    let wake_ups = console.wake_ups_in(QUIET);
    let minutes = QUIET.as_secs_f64() / 60.0;
    println!(
        "\nidle                   {:.0} bytes painted and {:.0} wake-ups a minute (aim: none, under 60)",
        (console.bytes() - bytes) as f64 / minutes,
        wake_ups as f64 / minutes,
    );
}

fn tell_memory(what: &str, console: &Terminal) {
    let [now, peak] = console.memory();
    println!("{what:<22} {now:.1} MiB, at most {peak:.1}  (aim: 60)");
}

/// How many rows the title says there are: `Pods  [10 037]`, `[40 of 10 037]`.
fn count(text: &str) -> usize {
    let title = text.lines().find_map(|line| line.split_once('[')?.1.split_once(']'));
    let shown = title.and_then(|(numbers, _)| numbers.split(" of ").next()).unwrap_or_default();
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

fn is_live(text: &str, environment: &str) -> bool {
    text.lines().any(|line| line.contains(environment) && line.contains("● live"))
}

/// The folder of a user who looks at these environments.
struct Home {
    folder: TempDir,
    config: String,
}

impl Home {
    fn new(world: &World, environments: &[&str], more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = String::new();
        for name in environments {
            writeln!(
                config,
                "[[environment]]\nname = \"{name}\"\nkubernetes = {{ context = \"{name}\"{more} }}"
            )
            .unwrap();
        }
        fs::copy(&world.kubeconfig, folder.path().join("kubeconfig")).unwrap();
        Self { folder, config }
    }

    fn open(&self) -> Terminal {
        let kubeconfig = self.folder.path().join("kubeconfig");
        home::open(self.folder.path(), &self.config, &[("KUBECONFIG", &kubeconfig)])
    }
}
