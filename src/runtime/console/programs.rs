//! Programs that get the terminal for a while: a shell in a container, the login of a cluster.

use std::convert::Infallible;
use std::future::pending;
use std::io::{self, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::{ChildStderr, Command};
use tokio::time::timeout;

use crate::domain::deed::{Deed, What};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::Kubeconfig;
use crate::domain::text::shown;

/// A program with its arguments, as a user would type it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
    pub(super) role: Role,
}

/// What a program is for. It says what its exit status means, and what becomes of its error output, which
/// is on the terminal in any case but gone from sight as soon as the console is back: the last line is
/// told when a shell could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A shell by `kubectl exec`, which ends as the last command in it did, and says that it did.
    PodShell,
    /// A shell by `docker exec` or `podman exec`, which ends as the last command in it did, too.
    EngineShell,
    /// What it says may be nobody's business.
    Login,
}

/// The container has no such program, or may not run it; docker itself ends with 125 where it fails.
const NOT_RUN: [i32; 2] = [126, 127];
const ENGINE_FAILED: i32 = 125;

impl Role {
    /// Whether an exit status is that of the last command in a shell that was opened.
    fn is_of_the_last_command(self, code: i32, last_line: Option<&str>) -> bool {
        let has_run = !NOT_RUN.contains(&code);
        match self {
            // https://github.com/kubernetes/kubectl/blob/v0.34.3/pkg/cmd/util/helpers.go
            Self::PodShell => {
                let told = format!("command terminated with exit code {code}");
                has_run && last_line == Some(&told)
            }
            // https://docs.docker.com/engine/containers/run/#exit-status
            Self::EngineShell => has_run && code != ENGINE_FAILED,
            Self::Login => false,
        }
    }
}

/// bash where the image has it.
const SHELL: &str = "command -v bash >/dev/null 2>&1 && exec bash || exec sh";

/// The shell that a deed asks for; `None` for other deeds.
pub(super) fn shell(deed: &Deed, context: &str, kubeconfig: &Kubeconfig) -> Option<Program> {
    let What::Shell { pod, container } = &deed.what else { return None };
    let arguments = [
        "--namespace",
        &*deed.namespace,
        "exec",
        "--stdin",
        "--tty",
        pod,
        "--container",
        container,
        "--",
        "sh",
        "-c",
        SHELL,
    ];
    Some(kubectl(context, kubeconfig, &arguments, Role::PodShell))
}

/// What logs in to a cluster: AWS's own login where its program asks for one, else whatever the
/// kubeconfig's login program asks on the terminal.
pub(super) fn login(context: &str, kubeconfig: &Kubeconfig, aws_profile: Option<&str>) -> Program {
    match aws_profile {
        Some(profile) => Program {
            name: "aws".to_owned(),
            arguments: ["sso", "login", "--profile", profile].map(str::to_owned).into(),
            role: Role::Login,
        },
        None => kubectl(context, kubeconfig, &["get", "--raw", "/version"], Role::Login),
    }
}

/// A shell in the container called `name`, at the engine with this address.
pub(super) fn sandbox_shell(engine: &str, name: &str) -> Program {
    let (program, host) = if is_installed("docker") || !is_installed("podman") {
        ("docker", vec!["--host"])
    } else {
        ("podman", vec!["--remote", "--url"])
    };
    let exec = [engine, "exec", "--interactive", "--tty", name, "sh", "-c", SHELL];
    let arguments = host.into_iter().chain(exec).map(str::to_owned).collect();
    Program { name: program.to_owned(), arguments, role: Role::EngineShell }
}

/// Whether a program is where programs are looked for.
fn is_installed(name: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(name).is_file())
}

fn kubectl(context: &str, kubeconfig: &Kubeconfig, rest: &[&str], role: Role) -> Program {
    let mut arguments = Vec::with_capacity(rest.len() + 4);
    if let Kubeconfig::At(path) = kubeconfig {
        let path: &PathBuf = path;
        arguments.extend(["--kubeconfig".to_owned(), path.display().to_string()]);
    }
    arguments.extend(["--context".to_owned(), context.to_owned()]);
    arguments.extend(rest.iter().map(|argument| (*argument).to_owned()));
    Program { name: "kubectl".to_owned(), arguments, role }
}

/// How long after the end of a program its interrupt is still waited for.
const INTERRUPTED: Duration = Duration::from_millis(250);
/// How long its last words are waited for: whatever it leaves running may keep its output open.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// How much of its last words is kept, and how much of the last line is told.
const MOST_KEPT: usize = 4 << 10;
const MOST_TOLD: usize = 200;

impl Program {
    /// Runs it on the terminal until it ends.
    pub(super) async fn run(&self) -> Result<(), Failure> {
        let mut command = Command::new(&self.name);
        command.args(&self.arguments);
        command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(match self.role {
            Role::PodShell | Role::EngineShell => Stdio::piped(),
            Role::Login => Stdio::inherit(),
        });
        let ended = end(command).await;
        let (status, last_words) = ended.map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                let what = format!("`{}` is not installed, or not in PATH", self.name);
                Failure::new(FailureKind::Missing, what)
            } else {
                let what = format!("starting `{}`: {error}", self.name);
                Failure::new(FailureKind::Unexpected, what)
            }
        })?;
        // As shells have it: 128 and the signal's number.
        let is_interrupted =
            matches!((status.code(), status.signal()), (Some(130), _) | (None, Some(2)));
        if is_interrupted {
            // The same interrupt comes to this process, and may be told of later than the end of the
            // other: by then the terminal must still be lent, or it would end the console.
            tokio::time::sleep(INTERRUPTED).await;
        }
        let last_line = last_line(&last_words);
        let is_opened = |code| self.role.is_of_the_last_command(code, last_line.as_deref());
        let text = match status.code() {
            Some(0) => return Ok(()),
            Some(code) if is_opened(code) => return Ok(()),
            _ if is_interrupted => format!("{} was interrupted", self.name),
            _ => {
                let why = last_line.map(|line| format!(": {line}"));
                format!("{} ended with {}{}", self.name, told(status), why.unwrap_or_default())
            }
        };
        Err(Failure::new(FailureKind::Unexpected, text))
    }
}

/// Runs it, and keeps the end of what it writes to its error output, where that is piped.
async fn end(mut command: Command) -> io::Result<(ExitStatus, Vec<u8>)> {
    let mut child = command.spawn()?;
    let mut last_words = Vec::new();
    let Some(mut output) = child.stderr.take() else {
        return Ok((child.wait().await?, last_words));
    };
    let status = tokio::select! {
        status = child.wait() => status?,
        never = async {
            pass_on(&mut output, &mut last_words).await;
            pending::<Infallible>().await
        } => match never {},
    };
    timeout(LAST_WORDS, pass_on(&mut output, &mut last_words)).await.ok();
    Ok((status, last_words))
}

/// Shows what a program writes, until it writes no more.
async fn pass_on(output: &mut ChildStderr, last_words: &mut Vec<u8>) {
    let mut chunk = [0; 1024];
    while let Ok(length @ 1..) = output.read(&mut chunk).await {
        let Some(words) = chunk.get(..length) else { return };
        // A terminal that is gone is noticed by what paints on it.
        io::stderr().write_all(words).ok();
        last_words.extend_from_slice(words);
        last_words.drain(..last_words.len().saturating_sub(MOST_KEPT));
    }
}

fn last_line(words: &[u8]) -> Option<String> {
    let words = String::from_utf8_lossy(words);
    let line = words.lines().map(str::trim).rfind(|line| !line.is_empty())?;
    Some(shown(line).chars().take(MOST_TOLD).collect())
}

/// `exit status 3`.
fn told(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit status {code}"),
        None => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::environment::EnvironmentName;

    #[test]
    fn a_shell_is_opened_in_the_container_that_was_chosen() {
        let deed = Deed {
            environment: EnvironmentName("dev".to_owned()),
            namespace: "default".into(),
            what: What::Shell { pod: "api-0".into(), container: "app".into() },
        };
        let program = shell(&deed, "dev", &Kubeconfig::At("/tmp/config".into())).unwrap();
        assert_eq!(program.name, "kubectl");
        let line = program.arguments.join(" ");
        let expected = "--kubeconfig /tmp/config --context dev --namespace default exec --stdin --tty \
                        api-0 --container app -- sh -c";
        assert!(line.starts_with(expected), "{line}");
    }

    #[test]
    fn a_login_is_the_one_that_the_context_uses() {
        let own = login("prod", &Kubeconfig::Found, None);
        assert_eq!(own.arguments, ["--context", "prod", "get", "--raw", "/version"]);
        let aws = login("prod", &Kubeconfig::Found, Some("ops"));
        assert_eq!((aws.name.as_str(), aws.arguments[3].as_str()), ("aws", "ops"));
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named() {
        let program = Program {
            name: "no-such-program".to_owned(),
            arguments: Vec::new(),
            role: Role::Login,
        };
        let failure = program.run().await.unwrap_err();
        assert_eq!(failure.what, "`no-such-program` is not installed, or not in PATH");
    }

    fn script(text: &str, role: Role) -> Program {
        let arguments = ["-c", text].map(str::to_owned).into();
        Program { name: "sh".to_owned(), arguments, role }
    }

    #[tokio::test]
    async fn a_shell_that_could_not_be_opened_says_why_after_the_screen_is_back() {
        let text = r"echo first >&2; printf 'error: no such \033[2Jcontainer\n\n' >&2; exit 3";
        let failure = script(text, Role::PodShell).run().await.unwrap_err();
        let expected = "sh ended with exit status 3: error: no such";
        assert!(failure.what.starts_with(expected), "{failure}");
        assert!(!failure.what.contains('\u{1b}'), "{failure}");
        let failure = script("exit 3", Role::PodShell).run().await.unwrap_err();
        assert_eq!(failure.what, "sh ended with exit status 3");
    }

    #[tokio::test]
    async fn a_shell_that_was_opened_has_ended_well_however_its_last_command_did() {
        for (role, text, is_well) in [
            (Role::PodShell, "echo 'command terminated with exit code 1' >&2; exit 1", true),
            (Role::PodShell, "echo 'command terminated with exit code 130' >&2; exit 130", true),
            (Role::PodShell, "echo 'command terminated with exit code 127' >&2; exit 127", false),
            (Role::PodShell, "echo 'error: lost connection to pod' >&2; exit 1", false),
            (Role::EngineShell, "exit 1", true),
            (Role::EngineShell, "echo 'no such container' >&2; exit 125", false),
            (Role::EngineShell, "echo 'not found' >&2; exit 127", false),
            (Role::Login, "exit 1", false),
        ] {
            assert_eq!(script(text, role).run().await.is_ok(), is_well, "{role:?}: {text}");
        }
    }

    #[tokio::test]
    async fn a_program_that_leaves_something_running_is_not_waited_for() {
        let text = "sleep 60 & echo gone >&2; exit 1";
        let program = script(text, Role::PodShell);
        let ended = timeout(Duration::from_secs(20), program.run()).await;
        let failure = ended.unwrap().unwrap_err();
        assert_eq!(failure.what, "sh ended with exit status 1: gone");
    }
}
