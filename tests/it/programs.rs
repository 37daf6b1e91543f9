//! The console in a real terminal, which it gives to other programs: stand-ins for kubectl, first in PATH.

use std::fs;
use std::io::{Read as _, Write};
use std::num::NonZero;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// `lifeboat demo` in a terminal of 80x24.
struct Console {
    screen: Arc<Mutex<vt100::Parser>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    _folder: TempDir,
}

impl Console {
    /// Opens it where `kubectl` is this script; without one there is no kubectl at all.
    fn open(script: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if let Some(script) = script {
            let path = folder.path().join("kubectl");
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_lifeboat"));
        command.arg("demo");
        let path = folder.path().display();
        // Without kubectl there is nothing else either: the script needs a shell.
        let others = if script.is_some() { ":/usr/bin:/bin" } else { "" };
        command.env("PATH", format!("{path}{others}"));
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (rows, columns) = (NonZero::new(24).unwrap(), NonZero::new(80).unwrap());
        let screen = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, 0)));
        let shown = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                shown.lock().unwrap().process(bytes.get(..count).unwrap_or_default());
            }
        });
        let mut console = Self { screen, keys, child, _master: pair.master, _folder: folder };
        console.wait_for("● live");
        console
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn shown(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    #[expect(clippy::disallowed_methods, reason = "a terminal tells nobody when it has changed")]
    fn wait_for(&mut self, text: &str) -> String {
        let mut shown = self.shown();
        for _ in 0..400 {
            if shown.contains(text) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
            shown = self.shown();
        }
        assert!(shown.contains(text), "never {text:?}:\n{shown}");
        shown
    }

    fn is_whole(&self) {
        let parser = self.screen.lock().unwrap();
        assert!(parser.screen().alternate_screen());
        let shown = parser.screen().contents();
        assert!(shown.starts_with(" lifeboat   1 Pods"), "{shown}");
        assert!(shown.contains("filter") && shown.contains("prod"), "{shown}");
    }

    fn quit(mut self) {
        self.press(":q\r");
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn a_shell_has_the_terminal_until_it_ends_and_then_the_screen_is_whole_again() {
    let mut console =
        Console::open(Some("echo \"in: $*\"; read line; echo \"got $line\"; sleep 2"));
    console.press(":env dev\r");
    console.wait_for("only dev");
    // Its pods have come.
    console.wait_for("mongo-0");
    console.press("s");
    console.wait_for("Open a shell");
    console.press("\t\r");
    let shown = console.wait_for("exec --stdin --tty");
    assert!(!shown.contains("lifeboat   1 Pods"), "{shown}");
    console.press("jq\r");
    console.wait_for("got jq");
    console.wait_for("lifeboat   1 Pods");
    console.is_whole();
    console.quit();
}

#[test]
fn an_interrupted_login_says_how_it_ended_and_does_not_end_the_console() {
    let mut console = Console::open(Some("echo waiting; exec sleep 60"));
    console.press(":login dev\r");
    console.wait_for("waiting");
    console.press("\u{3}");
    console.wait_for("kubectl was interrupted");
    console.is_whole();
    console.quit();
}

#[test]
fn a_login_that_fails_or_is_not_there_is_said() {
    let mut failing = Console::open(Some("echo no; exit 3"));
    failing.press(":login dev\r");
    failing.wait_for("kubectl ended with exit status 3");
    failing.is_whole();
    failing.quit();
    let mut missing = Console::open(None);
    missing.press(":login dev\r");
    missing.wait_for("`kubectl` is not installed, or not in PATH");
    missing.is_whole();
    missing.quit();
}
