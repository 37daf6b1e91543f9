//! The few programs that every container has, and a shell for one line of them.

use std::time::Duration;

use crate::demo::docker::line::{Connector, Step, parse};
use crate::demo::docker::system::PROCESSORS;

/// What the programs can ask about.
#[derive(Debug, Clone, Default)]
pub(super) struct Surroundings {
    /// Where volumes are mounted.
    pub(super) mounts: Vec<String>,
    /// Bytes that the engine's disk has left.
    pub(super) free: u64,
    /// The server's version: `4.2.24`.
    pub(super) version: String,
    pub(super) hostname: String,
}

/// What a program wrote and how it ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) code: i32,
    /// Whether a line has made way for a shell that reads what it is to do.
    pub(super) is_shell: bool,
}

/// What the engine's disk holds in all.
const DISK: u64 = 100 << 30;

const EXECUTABLES: [&str; 16] = [
    "bash",
    "cat",
    "df",
    "docker-entrypoint.sh",
    "echo",
    "false",
    "hostname",
    "id",
    "mongod",
    "nproc",
    "pwd",
    "sh",
    "sleep",
    "timeout",
    "true",
    "uname",
];
/// What only a shell knows.
const BUILTINS: [&str; 3] = ["command", "exit", "type"];

/// Whether a program of this name, or at this path, is in the container.
pub(super) fn has_program(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    EXECUTABLES.contains(&name)
}

/// The line of a shell that is to run one: `sh -c LINE`.
pub(super) fn line_of(argv: &[String]) -> Option<&str> {
    match argv {
        [shell, flag, line, ..]
            if is_shell(shell) && flag.starts_with('-') && flag.ends_with('c') =>
        {
            Some(line)
        }
        _ => None,
    }
}

/// A shell that reads what it is to do: `bash`, `sh -i`.
pub(super) fn is_interactive(argv: &[String]) -> bool {
    matches!(argv, [shell, flags @ ..]
        if is_shell(shell) && flags.iter().all(|flag| matches!(flag.as_str(), "-i" | "-l" | "-s")))
}

fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "bash"))
}

impl Surroundings {
    /// Runs a program that the container has.
    pub(super) async fn run(&self, argv: &[String]) -> Outcome {
        match line_of(argv) {
            Some(line) => self.run_line(line).await,
            None => self.run_program(argv).await,
        }
    }

    /// Runs a line of a shell: programs joined by `&&`, `||` and `;`.
    pub(super) async fn run_line(&self, line: &str) -> Outcome {
        let mut whole = Outcome::default();
        let steps = match parse(line) {
            Ok(steps) => steps,
            Err(unexpected) => {
                let stderr = format!("sh: 1: Syntax error: \"{unexpected}\" unexpected\n");
                return Outcome { stderr, code: 2, ..whole };
            }
        };
        for step in steps {
            let is_due = match step.after {
                Connector::Always => true,
                Connector::Success => whole.code == 0,
                Connector::Failure => whole.code != 0,
            };
            let Some(program) = step.words.first().filter(|_| is_due) else { continue };
            if program == "exit" {
                let given = step.words.get(1).and_then(|code| code.parse().ok());
                whole.code = given.unwrap_or(whole.code);
                break;
            }
            // The program takes the place of the shell: nothing of the line comes behind it.
            let replacement = step.words.strip_prefix(&["exec".to_owned()]);
            if replacement.is_some_and(is_interactive) {
                return Outcome { is_shell: true, ..whole };
            }
            let mut outcome = self.run_known(replacement.unwrap_or(&step.words)).await;
            step.redirect(&mut outcome);
            whole.stdout.push_str(&outcome.stdout);
            whole.stderr.push_str(&outcome.stderr);
            whole.code = outcome.code;
            if replacement.is_some() {
                break;
            }
        }
        whole
    }

    async fn run_known(&self, words: &[String]) -> Outcome {
        let Some(program) = words.first() else { return Outcome::default() };
        if has_program(program) || BUILTINS.contains(&program.as_str()) {
            return self.run_program(words).await;
        }
        let stderr = format!("sh: 1: {program}: not found\n");
        Outcome { stderr, code: 127, ..Outcome::default() }
    }

    async fn run_program(&self, argv: &[String]) -> Outcome {
        let words: Vec<&str> = argv.iter().map(String::as_str).collect();
        let Some((program, arguments)) = words.split_first() else { return Outcome::default() };
        match (program.rsplit('/').next().unwrap_or(program), arguments) {
            ("true", _) => Outcome::default(),
            ("echo", ["-n", words @ ..]) => Outcome::printed(words.join(" ")),
            ("echo", words) => Outcome::printed(format!("{}\n", words.join(" "))),
            ("nproc", _) => Outcome::printed(format!("{PROCESSORS}\n")),
            ("pwd", _) => Outcome::printed("/\n"),
            ("id", ["-u"]) => Outcome::printed("0\n"),
            ("id", _) => Outcome::printed("uid=0(root) gid=0(root) groups=0(root)\n"),
            ("hostname", _) => Outcome::printed(format!("{}\n", self.hostname)),
            ("uname", ["-m"]) => Outcome::printed("x86_64\n"),
            ("uname", _) => Outcome::printed("Linux\n"),
            ("cat", ["/proc/cpuinfo"]) => Outcome::printed(cpuinfo()),
            ("cat", [path, ..]) => {
                Outcome::failed(format!("cat: {path}: No such file or directory\n"))
            }
            ("mongod", ["--version", ..]) => {
                Outcome::printed(format!("db version v{}\n", self.version))
            }
            ("df", arguments) => self.df(arguments),
            ("command", ["-v", name]) | ("type", ["-P", name]) => match name {
                name if BUILTINS.contains(name) => Outcome::printed(format!("{name}\n")),
                name if has_program(name) => Outcome::printed(format!("/usr/bin/{name}\n")),
                _ => Outcome { code: 1, ..Outcome::default() },
            },
            ("sleep", [duration]) => {
                tokio::time::sleep(seconds(duration).unwrap_or(Duration::MAX)).await;
                Outcome::default()
            }
            _ => Outcome { code: 1, ..Outcome::default() },
        }
    }

    /// The table that POSIX asks for.
    fn df(&self, arguments: &[&str]) -> Outcome {
        let unit = if arguments.iter().any(|it| matches!(*it, "-B1" | "-PB1")) { 1 } else { 1024 };
        let path = arguments.iter().find(|argument| !argument.starts_with('-')).unwrap_or(&"/");
        let mount = self.mounts.iter().filter(|mount| path.starts_with(mount.as_str())).max();
        let mount = match (mount, *path) {
            (Some(mount), _) => mount.as_str(),
            (None, "/" | "/data" | "/etc" | "/tmp" | "/usr" | "/var") => "/",
            _ => return Outcome::failed(format!("df: {path}: No such file or directory\n")),
        };
        let used = DISK.saturating_sub(self.free);
        let percent = (used * 100).div_ceil(DISK);
        let unit_name = if unit == 1 { "1-blocks" } else { "1024-blocks" };
        Outcome::printed(format!(
            "Filesystem     {unit_name:>12} {:>12} {:>12} Capacity Mounted on\n\
             /dev/vda1      {:>12} {:>12} {:>12} {percent:>7}% {mount}\n",
            "Used",
            "Available",
            DISK / unit,
            used / unit,
            self.free / unit,
        ))
    }
}

impl Outcome {
    fn printed(text: impl Into<String>) -> Self {
        Self { stdout: text.into(), ..Self::default() }
    }

    fn failed(text: impl Into<String>) -> Self {
        Self { stderr: text.into(), code: 1, ..Self::default() }
    }
}

/// A duration as `sleep` and `timeout` take it: `30`, `1.5`, `3h`, `infinity`.
pub(super) fn seconds(text: &str) -> Option<Duration> {
    let (number, unit) = match text.char_indices().next_back()? {
        (at, 's') => (text.get(..at)?, 1.0),
        (at, 'm') => (text.get(..at)?, 60.0),
        (at, 'h') => (text.get(..at)?, 3600.0),
        (at, 'd') => (text.get(..at)?, 86_400.0),
        _ => (text, 1.0),
    };
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * unit).ok()
}

fn cpuinfo() -> String {
    let processor = |number| {
        format!(
            "processor\t: {number}\nvendor_id\t: GenuineIntel\nmodel name\t: demo\n\
             flags\t\t: fpu tsc msr sse sse2 ssse3 sse4_1 sse4_2 avx avx2\n\n"
        )
    };
    (0..PROCESSORS).map(processor).collect()
}

impl Step {
    fn redirect(&self, outcome: &mut Outcome) {
        for (from, to) in &self.redirections {
            let taken = match from.as_str() {
                "2" => std::mem::take(&mut outcome.stderr),
                _ => std::mem::take(&mut outcome.stdout),
            };
            match to.as_str() {
                "&1" => outcome.stdout.push_str(&taken),
                "&2" => outcome.stderr.push_str(&taken),
                // There is no file that anybody could read again.
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings() -> Surroundings {
        Surroundings {
            mounts: vec!["/data/db".to_owned(), "/drill".to_owned()],
            free: 60 << 30,
            version: "4.2.24".to_owned(),
            hostname: "box".to_owned(),
        }
    }

    async fn check(line: &str, stdout: &str, code: i32) {
        let outcome = surroundings().run_line(line).await;
        assert_eq!((outcome.stdout.as_str(), outcome.code), (stdout, code), "{line}: {outcome:?}");
    }

    #[tokio::test]
    async fn lines_are_run_as_a_shell_runs_them() {
        check("echo a 'b  c' \"d\"; echo e", "a b  c d\ne\n", 0).await;
        check("true && echo yes || echo no", "yes\n", 0).await;
        check("false && echo yes || echo no", "no\n", 0).await;
        check("command -v mongorestore >/dev/null && mongorestore --version", "", 1).await;
        check("command -v mongosh || command -v mongo || exit 3; echo x", "", 3).await;
        check("command -v sh >/dev/null 2>&1 && echo has", "has\n", 0).await;
        check("mongosh --version 2>/dev/null", "", 127).await;
        check("echo wrong >&2", "", 0).await;
        check("nproc", "4\n", 0).await;
        check("exec echo a && echo b", "a\n", 0).await;
        check("exec mongosh || echo b", "", 127).await;
        check("echo $HOME", "", 2).await;
        check("cat /proc/cpuinfo | grep avx", "", 2).await;
    }

    #[tokio::test]
    async fn a_line_makes_way_for_a_shell_where_it_says_so() {
        let line = "command -v bash >/dev/null 2>&1 && exec bash || exec sh";
        assert!(surroundings().run_line(line).await.is_shell);
        assert!(!surroundings().run_line("exec sh -c true").await.is_shell);
    }

    #[tokio::test]
    async fn df_prints_the_table_of_the_volume() {
        let argv: Vec<String> = ["df", "-Pk", "/drill/dump"].map(str::to_owned).into();
        let outcome = surroundings().run(&argv).await;
        let line: Vec<&str> = outcome.stdout.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(line, ["/dev/vda1", "104857600", "41943040", "62914560", "40%", "/drill"]);
        let absent: Vec<String> = ["df", "-Pk", "/nowhere"].map(str::to_owned).into();
        assert_eq!(surroundings().run(&absent).await.code, 1);
    }

    #[test]
    fn durations_are_read_as_the_tools_do() {
        assert_eq!(seconds("10800"), Some(Duration::from_hours(3)));
        assert_eq!(seconds("3h"), Some(Duration::from_hours(3)));
        assert_eq!(seconds("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(seconds("infinity"), None);
    }
}
