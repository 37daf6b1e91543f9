//! The program itself in a pseudo-terminal: how it takes the terminal, keeps it quiet, and gives it back.

use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// How long the program may take for anything, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(40);
/// Nothing has happened for so long: it is quiet.
const LULL: Duration = Duration::from_millis(100);

/// What undoes everything that was done to the terminal.
const GIVEN_BACK: [&str; 5] =
    ["\u{1b}[?1049l", "\u{1b}[?25h", "\u{1b}[?2004l", "\u{1b}[?1000l", "\u{1b}[?2026l"];

struct Session {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn std::io::Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    written: Receiver<Vec<u8>>,
    /// All that was written to the terminal.
    bytes: Vec<u8>,
    screen: vt100::Parser,
    /// Removed at the end.
    _home: TempDir,
}

const fn size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// The program as a user with nothing but `home` would start it.
fn program(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_lifeboat"));
    command.args(arguments);
    command.env_clear();
    command.env("PATH", "/usr/bin:/bin");
    command.env("HOME", home);
    command.env("TMPDIR", home);
    command.env("KUBECONFIG", home.join("kubeconfig"));
    command.env("TERM", "xterm-256color");
    for (name, value) in variables {
        command.env(name, value);
    }
    command
}

fn emulator() -> vt100::Parser {
    vt100::Parser::new(NonZero::new(24).unwrap(), NonZero::new(80).unwrap(), 0)
}

impl Session {
    fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let home = TempDir::new().unwrap();
        Self::at(home, arguments, variables)
    }

    fn at(home: TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let pty = native_pty_system().openpty(size((80, 24))).unwrap();
        let child = pty.slave.spawn_command(program(home.path(), arguments, variables)).unwrap();
        let (sender, written) = mpsc::channel();
        let mut reader = pty.master.try_clone_reader().unwrap();
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer.iter().copied().take(count).collect()).is_err() {
                    return;
                }
            }
        });
        let keys = pty.master.take_writer().unwrap();
        let screen = emulator();
        Self { master: pty.master, keys, child, written, bytes: Vec::new(), screen, _home: home }
    }

    /// A demo whose three environments are there.
    fn demo(variables: &[(&str, &str)]) -> Self {
        let mut session = Self::start(&["demo"], variables);
        session.wait_until("three live environments", |it| it.matches("● live").count() == 3);
        session
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn resize(&mut self, to: (u16, u16)) {
        let cells = |count| NonZero::new(count).unwrap();
        self.screen.screen_mut().set_size(cells(to.1), cells(to.0));
        self.master.resize(size(to)).unwrap();
    }

    /// Takes what is written within `wait`; `false` where nothing is.
    fn take(&mut self, wait: Duration) -> bool {
        match self.written.recv_timeout(wait) {
            Ok(bytes) => {
                self.screen.process(&bytes);
                self.bytes.extend(bytes);
                true
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
        }
    }

    fn wait_until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        let deadline = Deadline::new();
        loop {
            let screen = self.screen.screen().contents();
            if wanted(&screen) {
                return;
            }
            assert!(!deadline.has_passed(), "never {what}:\n{screen}");
            self.take(LULL);
        }
    }

    fn wait_for(&mut self, text: &str) {
        self.wait_until(text, |screen| screen.contains(text));
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {id}")]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end; its exit code, and all that was written.
    fn end(mut self) -> (u32, String) {
        let code = wait_for_end(&mut self.child);
        while self.take(LULL) {}
        (code, String::from_utf8_lossy(&self.bytes).into_owned())
    }
}

fn wait_for_end(child: &mut Box<dyn Child + Send + Sync>) -> u32 {
    let deadline = Deadline::new();
    let (_nobody, nothing) = mpsc::channel::<()>();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.exit_code();
        }
        assert!(!deadline.has_passed(), "the program did not end");
        nothing.recv_timeout(LULL).ok();
    }
}

struct Deadline(std::time::Instant);

#[expect(clippy::disallowed_methods, reason = "the program runs by the real clock")]
impl Deadline {
    fn new() -> Self {
        Self(std::time::Instant::now() + PATIENCE)
    }

    fn has_passed(&self) -> bool {
        std::time::Instant::now() > self.0
    }
}

#[track_caller]
fn assert_given_back(written: &str) {
    for sequence in GIVEN_BACK {
        assert!(written.contains(sequence), "never wrote {sequence:?}");
    }
    let (_, after) = written.rsplit_once("\u{1b}[?1049l").unwrap();
    assert!(!after.contains("\u{1b}[?1049h"), "took the screen again: {after:?}");
}

#[test]
fn the_console_opens_reacts_to_keys_and_sizes_and_gives_the_terminal_back() {
    let mut session = Session::demo(&[("COLORTERM", "truecolor")]);
    assert!(session.screen.screen().alternate_screen());
    assert!(session.screen.screen().bracketed_paste());
    // Clicks and the wheel; each movement would wake the console for nothing.
    let mouse = session.screen.screen().mouse_protocol_mode();
    assert_eq!(mouse, vt100::MouseProtocolMode::PressRelease);
    session.wait_for("ingest-");
    let before = session.bytes.len();
    session.press("jjk?");
    session.wait_for("Keys");
    session.press("\u{1b}");
    session.wait_until("the help closed", |screen| !screen.contains("Keys"));
    session.press(":nodes\r");
    session.wait_for("Nodes");
    let painted = String::from_utf8_lossy(session.bytes.split_off(before).as_slice()).into_owned();
    assert!(!painted.contains("\u{1b}[2J"), "a frame clears the screen");
    let (begun, ended) =
        (painted.matches("\u{1b}[?2026h").count(), painted.matches("\u{1b}[?2026l").count());
    // One may be on its way.
    assert!(begun > 3 && begun.abs_diff(ended) <= 1, "{begun} frames begun and {ended} ended");
    session.resize((20, 5));
    session.wait_for("too small");
    session.resize((80, 24));
    session.wait_until("the table again", |screen| screen.contains("Nodes"));
    session.press("\u{3}");
    let (code, written) = session.end();
    assert_eq!(code, 0);
    assert_given_back(&written);
}

#[test]
fn a_clear_of_the_screen_is_part_of_a_frame() {
    let mut session = Session::demo(&[]);
    session.bytes.clear();
    for to in [(100, 30), (60, 12), (80, 24), (200, 50), (80, 24)] {
        session.resize(to);
        session.wait_until("painted", |screen| screen.contains("help"));
    }
    session.press("\u{c}");
    while session.take(LULL * 3) {}
    let written = String::from_utf8_lossy(&session.bytes).into_owned();
    for (at, _) in written.match_indices("\u{1b}[2J") {
        let (before, after) = written.split_at(at);
        let is_inside = before.rfind("\u{1b}[?2026h") > before.rfind("\u{1b}[?2026l");
        assert!(is_inside && after.contains("\u{1b}[?2026l"), "a clear shows by itself");
    }
    session.press("\u{3}");
    assert_given_back(&session.end().1);
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for name in ["TERM", "HUP", "INT", "QUIT"] {
        let session = Session::demo(&[]);
        session.signal(name);
        let (code, written) = session.end();
        assert_eq!(code, 0, "SIG{name}");
        assert_given_back(&written);
    }
}

#[test]
fn a_terminal_that_is_gone_ends_the_program() {
    let home = TempDir::new().unwrap();
    let pty = native_pty_system().openpty(size((80, 24))).unwrap();
    let mut child = pty.slave.spawn_command(program(home.path(), &["demo"], &[])).unwrap();
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut screen = emulator();
    let mut buffer = [0; 8192];
    while !screen.screen().contents().contains("ingest-") {
        let count = reader.read(&mut buffer).unwrap();
        assert!(count > 0, "it ended before anything was shown");
        screen.process(buffer.get(..count).unwrap());
    }
    drop((reader, pty.master));
    wait_for_end(&mut child);
    let left = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let worlds: Vec<_> =
        left.filter(|name| name.to_string_lossy().starts_with("lifeboat-demo-")).collect();
    assert!(worlds.is_empty(), "left behind: {worlds:?}");
}

#[test]
fn without_colours_none_is_written() {
    let mut session = Session::demo(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]);
    session.press("j ?");
    session.wait_for("Keys");
    session.press("\u{3}");
    let (_, written) = session.end();
    for parameters in written.split("\u{1b}[").skip(1).filter_map(|rest| {
        let (parameters, _) = rest.split_once('m')?;
        parameters.chars().all(|it| it.is_ascii_digit() || it == ';').then_some(parameters)
    }) {
        let colours = |code: &str| {
            let code: u32 = code.parse().unwrap_or(0);
            // 39, 49 and 59 take a colour back.
            (30..=38).contains(&code) || (40..=48).contains(&code) || (90..=107).contains(&code)
        };
        assert!(!parameters.split(';').any(colours), "a colour: {parameters}");
    }
}

#[test]
fn a_console_with_nothing_to_tell_writes_nothing() {
    let mut session = Session::start(&[], &[]);
    session.wait_for("no cluster is configured");
    while session.take(LULL * 5) {}
    assert!(!session.take(Duration::from_secs(4)), "{:?}", {
        let at = session.bytes.len().saturating_sub(200);
        String::from_utf8_lossy(session.bytes.get(at..).unwrap()).into_owned()
    });
    session.press("\u{3}");
    assert_given_back(&session.end().1);
}

#[test]
fn a_cluster_that_is_not_there_is_told_and_then_left_in_peace() {
    let home = TempDir::new().unwrap();
    let kubeconfig = "\
apiVersion: v1
kind: Config
current-context: gone
clusters: [{name: gone, cluster: {server: 'http://127.0.0.1:1'}}]
users: [{name: gone, user: {}}]
contexts: [{name: gone, context: {cluster: gone, user: gone}}]
";
    std::fs::write(home.path().join("kubeconfig"), kubeconfig).unwrap();
    let mut session = Session::at(home, &[], &[]);
    session.wait_for("unreachable");
    while session.take(LULL * 10) {}
    // It tries again and again; what is shown stays as it is.
    session.bytes.clear();
    session.take(Duration::from_secs(4));
    let written = String::from_utf8_lossy(&session.bytes).into_owned();
    assert!(written.is_empty(), "{written:?}");
    session.press("\u{3}");
    assert_given_back(&session.end().1);
}
