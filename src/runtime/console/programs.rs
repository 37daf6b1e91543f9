//! Programs that get the terminal for a while: a shell in a container, the login of a cluster.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::Command;

use crate::domain::deed::{Deed, What};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::Kubeconfig;

/// A program with its arguments, as a user would type it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
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
    Some(kubectl(context, kubeconfig, &arguments))
}

/// What logs in to a cluster: AWS's own login where its program asks for one, else whatever the
/// kubeconfig's login program asks on the terminal.
pub(super) fn login(context: &str, kubeconfig: &Kubeconfig, aws_profile: Option<&str>) -> Program {
    match aws_profile {
        Some(profile) => Program {
            name: "aws".to_owned(),
            arguments: ["sso", "login", "--profile", profile].map(str::to_owned).into(),
        },
        None => kubectl(context, kubeconfig, &["get", "--raw", "/version"]),
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
    Program { name: program.to_owned(), arguments }
}

/// Whether a program is where programs are looked for.
fn is_installed(name: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(name).is_file())
}

fn kubectl(context: &str, kubeconfig: &Kubeconfig, rest: &[&str]) -> Program {
    let mut arguments = Vec::with_capacity(rest.len() + 4);
    if let Kubeconfig::At(path) = kubeconfig {
        let path: &PathBuf = path;
        arguments.extend(["--kubeconfig".to_owned(), path.display().to_string()]);
    }
    arguments.extend(["--context".to_owned(), context.to_owned()]);
    arguments.extend(rest.iter().map(|argument| (*argument).to_owned()));
    Program { name: "kubectl".to_owned(), arguments }
}

/// How long after the end of a program its interrupt is still waited for.
const INTERRUPTED: Duration = Duration::from_millis(250);

impl Program {
    /// Runs it on the terminal until it ends.
    pub(super) async fn run(&self) -> Result<(), Failure> {
        let mut command = Command::new(&self.name);
        command.args(&self.arguments);
        command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
        let status = command.status().await.map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                let what = format!("`{}` is not installed, or not in PATH", self.name);
                Failure::new(FailureKind::Missing, what)
            } else {
                let what = format!("starting `{}`: {error}", self.name);
                Failure::new(FailureKind::Unexpected, what)
            }
        })?;
        let text = match (status.code(), status.signal()) {
            (Some(0), _) => return Ok(()),
            // As shells have it: 128 and the signal's number.
            (Some(130), _) | (None, Some(2)) => {
                // The same interrupt comes to this process, and may be told of later than the end of the
                // other: by then the terminal must still be lent, or it would end the console.
                tokio::time::sleep(INTERRUPTED).await;
                format!("{} was interrupted", self.name)
            }
            _ => format!("{} ended with {}", self.name, ended(status)),
        };
        Err(Failure::new(FailureKind::Unexpected, text))
    }
}

/// `exit status 3`.
fn ended(status: ExitStatus) -> String {
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
        let program = Program { name: "no-such-program".to_owned(), arguments: Vec::new() };
        let failure = program.run().await.unwrap_err();
        assert_eq!(failure.what, "`no-such-program` is not installed, or not in PATH");
    }
}
