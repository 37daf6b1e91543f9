//! The real parts: where they are, programs that are started and ended, and waiting for them.

use std::env;
use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything here may take before the test fails.
pub const PATIENCE: Duration = Duration::from_mins(2);
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// The value of a part, or the end of the test with a loud word about what is missing.
macro_rules! part {
    ($part:expr) => {
        match $part {
            Ok(part) => part,
            Err(why) => {
                fn here() {}
                $crate::parts::skip(std::any::type_name_of_val(&here), &why);
                return;
            }
        }
    };
}

pub fn skip(here: &str, why: &str) {
    let test = here.trim_end_matches("::here");
    eprintln!("SKIPPED: {test}: {why}");
}

/// What a variable of `tests/run` says, or why the tests cannot go on without it.
pub fn named_by(variable: &str) -> Result<String, String> {
    match env::var(variable) {
        Ok(value) if !value.is_empty() => Ok(value),
        _ => Err(format!("{variable} is not set; `tests/run --prepare` prepares the part")),
    }
}

/// A program of the folder that a variable names.
pub fn program(variable: &str, name: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(named_by(variable)?).join(name);
    if path.is_file() { Ok(path) } else { Err(format!("{} is not there", path.display())) }
}

/// A server that ends with this value, and also when the whole test program is killed.
#[derive(Debug)]
pub struct Server {
    shell: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts `command` in a folder of its own, and waits until it listens on `address`.
    pub fn start(command: &Command, address: SocketAddr) -> Self {
        // The shell's input ends with us, whatever becomes of us.
        const UNTIL_INPUT_ENDS: &str = r#"
            trap : INT TERM
            scratch=$(mktemp -d) && cd "$scratch" || exit
            "$@" & server=$!
            read -r _
            kill $server; wait $server; rm -r "$scratch"
        "#;
        let mut shell = Command::new("sh");
        shell.args(["-c", UNTIL_INPUT_ENDS, "sh"]).arg(command.get_program());
        shell.args(command.get_args());
        for (name, value) in command.get_envs() {
            shell.env(name, value.unwrap_or(OsStr::new("")));
        }
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let shell = shell.spawn().unwrap();
        until("a server listens", || TcpStream::connect(address).ok());
        Self { shell, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        self.shell.wait().ok();
    }
}

/// An address on which nothing listens.
pub fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// Runs a command to its end and returns what it printed; whatever fails is shown.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} ended with {}:\n{out}{err}", output.status);
    out.into_owned()
}

/// Looks again and again until there is something to see.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(BETWEEN_LOOKS);
    }
}
