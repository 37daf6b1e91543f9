//! What an engine's refusal means: its words and the errors of the way to it, in our sentences.

use std::error::Error as StdError;
use std::io;

use bollard::errors::Error;

use crate::adapters::error::{AdapterError, System};
use crate::domain::engine::Engine;
use crate::domain::failure::FailureKind;
use crate::drill::recipe;

const LACKS_PROGRAM: &str = "the image lacks the program that was to run";

/// A refusal's meaning: the sort, one sentence and one next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) kind: FailureKind,
    pub(super) reason: String,
    pub(super) advice: Option<String>,
}

impl Meaning {
    pub(super) fn new(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), advice: None }
    }

    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    pub(super) fn of(
        self,
        operation: &'static str,
        target: impl Into<String>,
        source: Option<Error>,
    ) -> AdapterError {
        AdapterError {
            system: System::Docker,
            operation,
            target: target.into(),
            kind: self.kind,
            reason: self.reason,
            advice: self.advice,
            source: source.map(Into::into),
        }
    }
}

/// An engine's error while `operation` was tried on `target`.
pub(super) fn refused(
    operation: &'static str,
    target: impl Into<String>,
    error: Error,
) -> AdapterError {
    meaning(&error).of(operation, target, Some(error))
}

/// An address or a Docker configuration that leads nowhere.
pub(super) fn unusable(target: impl Into<String>, reason: &str) -> AdapterError {
    Meaning::new(FailureKind::Missing, reason).of("finding the container engine at", target, None)
}

impl AdapterError {
    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

pub(super) fn is_missing(error: &Error) -> bool {
    matches!(error, Error::DockerResponseServerError { status_code: 404, .. })
}

/// What to do about an image that cannot be a sandbox.
pub(super) fn official_image(database: Engine) -> String {
    let image = recipe::server(database).official_image;
    format!("name an official image, such as `{image}`, in `[drill] image`")
}

/// Whether a program could not be run because the image does not have it.
pub(super) fn lacks_program(error: &AdapterError) -> bool {
    error.reason == LACKS_PROGRAM
}

pub(super) fn meaning(error: &Error) -> Meaning {
    match error {
        Error::DockerResponseServerError { status_code, message } => {
            let kind = match status_code {
                401 | 403 => FailureKind::Denied,
                404 => FailureKind::Missing,
                _ => FailureKind::Unexpected,
            };
            said(message).unwrap_or_else(|| Meaning::new(kind, one_line(message)))
        }
        Error::DockerStreamError { error } => {
            said(error).unwrap_or_else(|| Meaning::new(FailureKind::Unexpected, one_line(error)))
        }
        Error::RequestTimeoutError => {
            Meaning::new(FailureKind::TimedOut, "the engine did not answer in time")
                .advise("look whether the engine is busy or stuck: `docker info`")
        }
        Error::SocketNotFoundError(_) => absent(),
        Error::IOError { err } => way(Some(err), error),
        _ => way(io_error(error), error),
    }
}

/// The io error at the bottom of a chain.
fn io_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    let mut found = None;
    let mut next = Some(error);
    while let Some(error) = next {
        found = error.downcast_ref().or(found);
        next = error.source();
    }
    found
}

/// What an error on the way to the engine means.
fn way(found: Option<&io::Error>, error: &Error) -> Meaning {
    match found.map(io::Error::kind) {
        Some(io::ErrorKind::PermissionDenied) => {
            Meaning::new(FailureKind::Denied, "this user may not use the engine's socket").advise(
                "join the group that owns the socket (`sudo usermod -aG docker $USER`, then log in \
                 again), or use a rootless engine",
            )
        }
        Some(io::ErrorKind::NotFound) => absent(),
        Some(io::ErrorKind::ConnectionRefused) => Meaning::new(
            FailureKind::Unreachable,
            "nothing answers there: the engine is not running",
        )
        .advise(
            "start it: `sudo systemctl start docker`, Docker Desktop, or `podman machine start`",
        ),
        Some(io::ErrorKind::TimedOut | io::ErrorKind::HostUnreachable) => {
            Meaning::new(FailureKind::Unreachable, "the engine's host does not answer")
        }
        Some(
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted,
        ) => Meaning::new(FailureKind::Unreachable, "the engine hung up"),
        _ => {
            let text = crate::adapters::error::chain(error);
            if text.contains("certificate") {
                Meaning::new(FailureKind::Unreachable, one_line(&text))
                    .advise("check ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH")
            } else if text.contains("connection closed") {
                Meaning::new(FailureKind::Unreachable, "the engine hung up")
            } else {
                Meaning::new(FailureKind::Unexpected, one_line(&text))
            }
        }
    }
}

fn absent() -> Meaning {
    Meaning::new(FailureKind::Missing, "there is no engine's socket")
        .advise("start Docker or Podman, or name the engine with DOCKER_HOST")
}

/// Words that engines use in any answer, in their meaning.
fn said(text: &str) -> Option<Meaning> {
    let said = |words: &str| text.contains(words);
    let meaning = if said("no space left on device") {
        Meaning::new(FailureKind::Unexpected, "the engine's disk is full")
            .advise("make room for the engine: `docker system df` shows what takes it")
    } else if said("exec format error") {
        Meaning::new(FailureKind::Unexpected, "the image is made for another processor")
            .advise("name an image of this engine's architecture in `[drill] image`")
    } else if (said("executable file") && said("not found"))
        || said("no such file or directory: unknown")
    {
        Meaning::new(FailureKind::Missing, LACKS_PROGRAM)
            .advise("name the database's official image in `[drill] image`")
    } else if said("is not running") {
        Meaning::new(FailureKind::Missing, "the sandbox is not running any more")
    } else if said("No such container") || said("no such container") {
        Meaning::new(FailureKind::Missing, "the sandbox is gone")
    } else if said("cannot allocate memory") {
        Meaning::new(FailureKind::Unexpected, "the engine's host is out of memory")
            .advise("lower `[drill] memory`, or stop other containers")
    } else {
        return None;
    };
    Some(meaning)
}

/// Text from an engine on one line of bounded length.
pub(super) fn one_line(text: &str) -> String {
    const LONGEST: usize = 300;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut characters = words.chars();
    let head: String = characters.by_ref().take(LONGEST).collect();
    if characters.next().is_some() { head + "…" } else { head }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(status_code: u16, message: &str) -> Error {
        Error::DockerResponseServerError { status_code, message: message.to_owned() }
    }

    #[test]
    fn each_refusal_has_its_sort_and_its_sentence() {
        let io = |kind| Error::IOError { err: io::Error::from(kind) };
        for (error, kind, words) in [
            (io(io::ErrorKind::PermissionDenied), FailureKind::Denied, "may not use"),
            (io(io::ErrorKind::NotFound), FailureKind::Missing, "no engine's socket"),
            (io(io::ErrorKind::ConnectionRefused), FailureKind::Unreachable, "not running"),
            (io(io::ErrorKind::BrokenPipe), FailureKind::Unreachable, "hung up"),
            (Error::RequestTimeoutError, FailureKind::TimedOut, "in time"),
            (server(403, "no"), FailureKind::Denied, "no"),
            (server(404, "No such container: x"), FailureKind::Missing, "is gone"),
            (server(409, "container x is not running"), FailureKind::Missing, "not running"),
            (
                server(500, "write /data: no space left on device"),
                FailureKind::Unexpected,
                "disk is full",
            ),
            (
                server(400, "OCI runtime create failed: exec /x: exec format error: unknown"),
                FailureKind::Unexpected,
                "another processor",
            ),
            (
                server(400, r#"exec: "timeout": executable file not found in $PATH: unknown"#),
                FailureKind::Missing,
                "lacks the program",
            ),
        ] {
            let meaning = meaning(&error);
            assert_eq!(meaning.kind, kind, "{error}");
            assert!(meaning.reason.contains(words), "{error}: {}", meaning.reason);
        }
    }

    #[test]
    fn an_unknown_refusal_keeps_the_engines_words_on_one_line() {
        let meaning = meaning(&server(500, "first\n\tsecond"));
        assert_eq!(meaning.reason, "first second");
        assert_eq!(one_line(&"x".repeat(1000)).chars().count(), 301);
    }

    #[test]
    fn an_error_says_what_was_tried_on_what() {
        let error = refused("starting", "lifeboat-drill-x", server(404, "No such container: x"));
        assert_eq!(error.to_string(), "starting lifeboat-drill-x: the sandbox is gone");
        assert!(error.source.is_some());
    }
}
