//! A user of the program: with an own home, configuration and bucket, and a name that no other test has.

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use crate::dumps::Dump;
use crate::engine;
use crate::parts::{run, until};
use crate::storage::Storage;
use crate::terminal::Terminal;
use crate::world::World;

#[derive(Debug)]
pub struct User {
    pub name: String,
    pub bucket: String,
    /// Where the storage is; a test may put something between.
    pub endpoint: String,
    /// The source's connection string.
    pub source: String,
    /// What the configuration says of drills.
    pub drill: String,
    folder: TempDir,
    storage: &'static Storage,
    stamp: &'static str,
    /// Unlabelled volumes that were there before; `None` without an engine.
    volumes: Option<BTreeSet<String>>,
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ended {
    /// `None` where it was killed.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A run of the program under way; killed where a test does not wait for its end.
#[derive(Debug)]
pub struct Running<'a> {
    user: &'a User,
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl User {
    pub fn of(world: &'static World) -> Self {
        static USERS: AtomicU32 = AtomicU32::new(0);
        let name = format!("e2e-{}-{}", process::id(), USERS.fetch_add(1, Ordering::Relaxed));
        let folder = tempfile::Builder::new().prefix("lifeboat-e2e-").tempdir().unwrap();
        for place in ["home", "tmp", "runtime", "output"] {
            fs::create_dir(folder.path().join(place)).unwrap();
        }
        world.storage.create_bucket(&name);
        let image = env::var(engine::IMAGE).unwrap_or_else(|_| "lifeboat-test/mongo".to_owned());
        Self {
            bucket: name.clone(),
            endpoint: world.storage.url(),
            source: world.source.uri(),
            drill: format!("image = \"{image}\""),
            folder,
            storage: &world.storage,
            stamp: &world.stamp,
            volumes: env::var_os(engine::IMAGE).map(|_| engine::volumes_of_nobody()),
            name,
        }
    }

    /// Stores a backup, named as the backup job names it; returns its key.
    pub fn store(&self, dump: &Dump) -> String {
        self.store_bytes(&dump.pack(self.stamp))
    }

    pub fn store_bytes(&self, bytes: &[u8]) -> String {
        let key = format!("prod/{}.tar.gz", self.stamp);
        self.storage.put(&self.bucket, &key, bytes);
        key
    }

    /// Runs the program to its end.
    pub fn lifeboat(&self, arguments: &[&str]) -> Ended {
        self.start(&mut self.command(arguments)).end()
    }

    /// Starts the program and returns at once.
    pub fn begin(&self, arguments: &[&str]) -> Running<'_> {
        self.start(&mut self.command(arguments))
    }

    /// Opens the console in a terminal.
    pub fn console(&self) -> Terminal {
        let command = self.command(&[]);
        let variables: Vec<(&str, &Path)> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_str()?, Path::new(value?))))
            .collect();
        Terminal::start(Path::new(command.get_program()), &variables)
    }

    pub fn start(&self, command: &mut Command) -> Running<'_> {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        let number = RUNS.fetch_add(1, Ordering::Relaxed);
        let [out, err] = ["out", "err"].map(|end| self.place(&format!("output/{number}.{end}")));
        command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
        Running { user: self, child: command.spawn().unwrap(), out, err }
    }

    /// The program with this user's surroundings and nothing of ours.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let configuration = self.place("config.toml");
        fs::write(&configuration, self.configuration()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_lifeboat"));
        command
            .args(arguments)
            .stdin(Stdio::null())
            .env_clear()
            .envs(["PATH"].into_iter().filter_map(|name| Some((name, env::var_os(name)?))))
            .envs(engine::variables())
            .env("USER", &self.name)
            .env("HOME", self.place("home"))
            .env("TMPDIR", self.place("tmp"))
            .env("XDG_RUNTIME_DIR", self.place("runtime"))
            .envs(
                ["CONFIG", "CACHE", "DATA", "STATE"]
                    .map(|kind| (format!("XDG_{kind}_HOME"), self.place(&kind.to_lowercase()))),
            )
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("LIFEBOAT_CONFIG", configuration)
            .env("LIFEBOAT_E2E_SOURCE", &self.source);
        command
    }

    fn configuration(&self) -> String {
        let Self { endpoint, bucket, drill, .. } = self;
        format!(
            r#"
[[storage]]
name = "local"
region = "us-east-1"
endpoint = "{endpoint}"
[[environment]]
name = "prod"
production = true
[[environment.backup]]
name = "ingest"
kind = "scheduled"
engine = "mongodb"
storage = "local"
bucket = "{bucket}"
prefix = "prod/"
name_format = "%Y-%m-%dT%H_%M.tar.gz"
schedule = "0 0 * * *"
created_field = "submissionDate"
changed_field = "updateDate"
[environment.backup.source]
uri_env = "LIFEBOAT_E2E_SOURCE"
[drill]
{drill}
"#
        )
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The file of the drill under way, if there is one.
    fn run_file(&self) -> Option<Value> {
        let file = files(&self.place("state/lifeboat/runs"))
            .into_iter()
            .find(|path| path.extension().is_some_and(|extension| extension == "json"))?;
        serde_json::from_slice(&fs::read(file).ok()?).ok()
    }

    /// The records of all drills, oldest first, each with its clean-up.
    pub fn records(&self) -> Vec<Value> {
        let listed = self.lifeboat(&["history", "--json"]).with_code(0).out;
        let newest_first = listed.lines().map(|line| serde_json::from_str(line).unwrap());
        let mut records: Vec<Value> = newest_first.collect();
        records.reverse();
        records
    }

    /// Waits until a drill, headless or in the console, has come to a step.
    pub fn wait_for_step(&self, step: &str) {
        until(step, || (self.run_file()?["steps"][0] == step).then_some(()));
    }

    pub fn cached_files(&self) -> Vec<PathBuf> {
        files(&self.place("cache"))
    }

    /// A drill leaves its record and nothing else: no container, volume, download, run or socket.
    pub fn assert_nothing_left(&self) {
        assert_eq!(self.cached_files(), [] as [PathBuf; 0]);
        assert_eq!(files(&self.place("state/lifeboat/runs")), [] as [PathBuf; 0]);
        for folder in ["tmp", "runtime"] {
            let left: Vec<_> = fs::read_dir(self.place(folder)).unwrap().collect();
            assert!(left.is_empty(), "left in {folder}: {left:?}");
        }
        let Some(volumes) = &self.volumes else { return };
        assert_eq!(engine::containers_of(&self.name), [""; 0]);
        assert_eq!(engine::volumes_of(&self.name), [""; 0]);
        // Others may work on the engine at the same time: theirs go by themselves.
        until("no volume without a label is left", || {
            engine::volumes_of_nobody().is_subset(volumes).then_some(())
        });
    }
}

impl Drop for User {
    fn drop(&mut self) {
        if self.volumes.is_some() && std::thread::panicking() {
            engine::remove_all_of(&self.name);
        }
    }
}

impl Running<'_> {
    /// Waits until the drill has come to a step.
    pub fn wait_for_step(&mut self, step: &str) {
        until(step, || {
            let ended = self.child.try_wait().unwrap();
            let (out, err) = (&self.out, &self.err);
            assert!(ended.is_none(), "ended before {step}: {}{}", text(out), text(err));
            let run = self.user.run_file()?;
            (run["steps"][0] == step).then_some(())
        });
    }

    /// Waits until the drill's container is there, and returns its name.
    pub fn wait_for_container(&mut self) -> String {
        until("a container", || engine::containers_of(&self.user.name).pop())
    }

    /// Waits until the program has said something on standard error.
    pub fn wait_for_words(&self, words: &str) {
        until(words, || text(&self.err).contains(words).then_some(()));
    }

    /// Sends a signal: `INT`, `TERM`.
    pub fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        run(Command::new("kill").args(["-s", signal, &id]));
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn end(mut self) -> Ended {
        let status = until("the program ends", || self.child.try_wait().unwrap());
        Ended { code: status.code(), out: text(&self.out), err: text(&self.err) }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Ended {
    #[track_caller]
    pub fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Everything that `--json` printed.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_str(&self.out) {
            Ok(value) => value,
            Err(error) => panic!("{error} in:\n{}\nstderr:\n{}", self.out, self.err),
        }
    }

    #[track_caller]
    pub fn says(&self, words: &str) {
        let found = self.out.contains(words) || self.err.contains(words);
        assert!(found, "`{words}` is not said\nstdout:\n{}\nstderr:\n{}", self.out, self.err);
    }
}

/// What a rule found in a record, as `namespace: reason`.
pub fn findings(record: &Value, rule: &str) -> Vec<String> {
    let judgements = record["judgements"].as_array().unwrap();
    let judged = judgements.iter().find(|judged| judged["rule"] == rule).unwrap();
    let found = judged["findings"].as_array().into_iter().flatten();
    found.map(|finding| format!("{}: {}", finding["namespace"], finding["reason"])).collect()
}

/// The rules that found a failure.
pub fn failed_rules(record: &Value) -> Vec<String> {
    let judgements = record["judgements"].as_array().unwrap();
    let has_failed = |judged: &&Value| {
        let mut found = judged["findings"].as_array().into_iter().flatten();
        found.any(|finding| finding["severity"] == "fail")
    };
    let rules = judgements.iter().filter(has_failed).map(|judged| &judged["rule"]);
    rules.map(|rule| rule.as_str().unwrap().to_owned()).collect()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// All files below a folder; none where there is no such folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files(&entry.path())),
            _ => found.push(entry.path()),
        }
    }
    found
}
