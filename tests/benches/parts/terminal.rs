//! The shipped console in a terminal of its own: what it paints, when, and what the process takes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const ROWS: NonZeroU16 = NonZeroU16::new(50).unwrap();
const COLUMNS: NonZeroU16 = NonZeroU16::new(200).unwrap();
/// Longer than anything that is measured takes.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) struct Terminal {
    process: Box<dyn Child + Send + Sync>,
    _end: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    painted: Arc<(Mutex<Painted>, Condvar)>,
    pub(crate) began: Instant,
}

struct Painted {
    screen: vt100::Parser,
    at: Instant,
    bytes: u64,
}

impl Terminal {
    /// Starts `program` with nothing in its environment but `variables`.
    pub(crate) fn start(program: &Path, variables: &[(&str, &Path)]) -> Self {
        let size = PtySize { rows: ROWS.get(), cols: COLUMNS.get(), ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        let (mut output, keys) =
            (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let began = Instant::now();
        let screen = vt100::Parser::new(ROWS, COLUMNS, 0);
        let painted = Painted { screen, at: began, bytes: 0 };
        let painted = Arc::new((Mutex::new(painted), Condvar::new()));
        let process = pair.slave.spawn_command(command).unwrap();
        let shown = Arc::clone(&painted);
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let at = Instant::now();
                let mut painted = shown.0.lock().unwrap();
                painted.screen.process(&buffer[..count]);
                painted.at = at;
                painted.bytes += count as u64;
                shown.1.notify_all();
            }
        });
        Self { process, _end: pair.master, keys, painted, began }
    }

    /// Waits until the screen is as `is` says; tells when it was painted so.
    pub(crate) fn wait(&self, what: &str, is: impl Fn(&str) -> bool) -> Instant {
        let until = Instant::now() + PATIENCE;
        let mut painted = self.painted.0.lock().unwrap();
        loop {
            let text = painted.screen.screen().contents();
            if is(&text) {
                return painted.at;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never seen: {what}\n{text}");
            painted = self.painted.1.wait_timeout(painted, left).unwrap().0;
        }
    }

    pub(crate) fn text(&self) -> String {
        self.painted.0.lock().unwrap().screen.screen().contents()
    }

    /// How much has been painted so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.painted.0.lock().unwrap().bytes
    }

    pub(crate) fn press(&mut self, keys: &str) -> Instant {
        let at = Instant::now();
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        at
    }

    /// `VmRSS` and `VmHWM`, in MiB.
    pub(crate) fn memory(&self) -> [f64; 2] {
        let status = fs::read_to_string(format!("{}/status", self.folder())).unwrap();
        ["VmRSS:", "VmHWM:"].map(|name| field(&status, name) as f64 / 1024.0)
    }

    /// How often its threads have gone to sleep while one waits, and so been woken up.
    pub(crate) fn wake_ups_in(&self, time: Duration) -> u64 {
        let before = self.sleeps();
        thread::sleep(time);
        let after = self.sleeps();
        let known = |thread| before.get(thread).copied().unwrap_or(0);
        let lasting = after.iter().map(|(thread, count)| count - known(thread)).sum::<u64>();
        // Whoever has ended has been woken up for that.
        let ended = before.keys().filter(|thread| !after.contains_key(*thread)).count();
        lasting + ended as u64
    }

    fn sleeps(&self) -> BTreeMap<OsString, u64> {
        let threads = fs::read_dir(format!("{}/task", self.folder())).unwrap();
        let counts = threads.filter_map(|thread| {
            let thread = thread.ok()?;
            let status = fs::read_to_string(thread.path().join("status")).ok()?;
            Some((thread.file_name(), field(&status, "voluntary_ctxt_switches:")))
        });
        counts.collect()
    }

    /// User and system time.
    pub(crate) fn processor(&self) -> Duration {
        /// What Linux counts in, on every architecture that it tells programs about.
        const TICK: Duration = Duration::from_millis(10);
        /// `utime` and `stime`, counted behind the name of the program.
        const FIELDS: std::ops::Range<usize> = 11..13;
        let stat = fs::read_to_string(format!("{}/stat", self.folder())).unwrap();
        let fields: Vec<_> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        fields[FIELDS].iter().map(|ticks| ticks.parse::<u32>().unwrap() * TICK).sum()
    }

    /// Quits, and waits until it is gone: it has saved what it saw.
    pub(crate) fn quit(mut self) {
        self.press("\x03");
        self.process.wait().unwrap();
    }

    fn folder(&self) -> String {
        format!("/proc/{}", self.process())
    }

    pub(crate) fn process(&self) -> u32 {
        self.process.process_id().unwrap()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn field(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
