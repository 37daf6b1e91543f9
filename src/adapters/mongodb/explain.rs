//! The driver's errors in our words: what sort of refusal it was, and what to do about it.

use mongodb::error::{Error, ErrorKind};

use crate::adapters::error::{AdapterError, System};
use crate::domain::failure::FailureKind;
use crate::domain::text::redact;

/// What was tried, on what, and where: the place chooses the advice.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) operation: &'static str,
    /// `admin.file on db-1:27017`; never holds a secret.
    pub(super) target: String,
    pub(super) place: Place,
}

/// Which server was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A source on another machine.
    Remote,
    /// A source behind a loopback address, most likely a port-forward.
    Loopback,
    Sandbox,
}

/// Codes of the server's own errors: <https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml>.
pub(super) mod code {
    pub(in super::super) const UNAUTHORIZED: i32 = 13;
    pub(in super::super) const AUTHENTICATION_FAILED: i32 = 18;
    pub(in super::super) const NAMESPACE_NOT_FOUND: i32 = 26;
    pub(in super::super) const MAX_TIME_EXPIRED: i32 = 50;
    pub(in super::super) const NOT_PRIMARY: [i32; 3] = [10107, 13435, 13436];
    pub(in super::super) const OUT_OF_DISK_SPACE: i32 = 14031;
}

impl Attempt {
    /// A failure in our own words.
    pub(super) fn failed(&self, kind: FailureKind, reason: impl Into<String>) -> AdapterError {
        AdapterError {
            system: System::Mongodb,
            operation: self.operation,
            target: self.target.clone(),
            kind,
            reason: reason.into(),
            advice: None,
            source: None,
        }
    }

    /// The server has no space left for what it should store.
    pub(super) fn disk_is_full(&self) -> AdapterError {
        self.say(Words::of_code(code::OUT_OF_DISK_SPACE, ""))
    }

    /// A failure of the driver or the server. A server's own words stay out of the log but for
    /// the reason: they may quote documents.
    pub(super) fn explain(&self, error: Error) -> AdapterError {
        let words = Words::of(&error.kind, self.place);
        let source: Option<Box<dyn std::error::Error + Send + Sync>> = match *error.kind {
            ErrorKind::Command(_) => None,
            kind => Some(Box::new(kind)),
        };
        AdapterError { source, ..self.say(words) }
    }

    fn say(&self, words: Words) -> AdapterError {
        let advice = words.advice.map(ToOwned::to_owned);
        AdapterError { advice, ..self.failed(words.kind, words.reason) }
    }
}

/// What an error comes to, for the one who reads it.
#[derive(Debug, PartialEq, Eq)]
struct Words {
    kind: FailureKind,
    reason: String,
    advice: Option<&'static str>,
}

impl Words {
    fn new(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), advice: None }
    }

    fn advise(self, advice: &'static str) -> Self {
        Self { advice: Some(advice), ..self }
    }

    fn of(error: &ErrorKind, place: Place) -> Self {
        match error {
            ErrorKind::Command(refusal) => Self::of_code(refusal.code, &refusal.message),
            ErrorKind::Authentication { message, .. } => {
                Self::new(FailureKind::Denied, redact(message)).advise(CREDENTIALS)
            }
            ErrorKind::DnsResolve { message, .. } => {
                Self::new(FailureKind::Unreachable, redact(message)).advise("check the host's name")
            }
            ErrorKind::InvalidTlsConfig { message, .. } => {
                Self::new(FailureKind::Denied, redact(message)).advise("check the tls options")
            }
            ErrorKind::ServerSelection { message, .. }
            | ErrorKind::ConnectionPoolCleared { message, .. } => Self::of_network(message, place),
            ErrorKind::Io(error) => Self::of_network(&error.to_string(), place),
            other => Self::new(FailureKind::Unexpected, redact(&other.to_string())),
        }
    }

    fn of_code(code: i32, message: &str) -> Self {
        let reason = redact(message);
        match code {
            code::UNAUTHORIZED => Self::new(FailureKind::Denied, reason)
                .advise("a drill needs the role `readAnyDatabase` on the source"),
            code::AUTHENTICATION_FAILED => {
                Self::new(FailureKind::Denied, reason).advise(CREDENTIALS)
            }
            code::NAMESPACE_NOT_FOUND => Self::new(FailureKind::Missing, reason),
            code::MAX_TIME_EXPIRED => Self::new(FailureKind::TimedOut, reason),
            code::OUT_OF_DISK_SPACE => Self::new(FailureKind::Unexpected, "the disk is full")
                .advise("free space where the container engine keeps its volumes"),
            code if code::NOT_PRIMARY.contains(&code) => {
                Self::new(FailureKind::Unreachable, reason).advise("the set has no primary now")
            }
            code => Self::new(FailureKind::Unexpected, format!("{reason} (code {code})")),
        }
    }

    /// No server could be reached: the driver describes each one that it tried in one long line.
    fn of_network(message: &str, place: Place) -> Self {
        use FailureKind::{Denied, Unreachable};

        let reason = first_reason(message);
        let text = reason.to_lowercase();
        let says = |any: &[&str]| any.iter().any(|word| text.contains(word));
        if says(&["connection refused", "no such file or directory"]) {
            Self::new(Unreachable, "connection refused").advise(match place {
                Place::Loopback => "is the port-forward running?",
                Place::Remote => "is the server up, and may this machine reach it?",
                Place::Sandbox => "has the server in the sandbox started?",
            })
        } else if says(&["failed to lookup", "name or service not known", "nodename nor servname"])
        {
            Self::new(Unreachable, "the name is not known").advise(match place {
                Place::Loopback => "behind a port-forward, add `directConnection=true`",
                Place::Remote | Place::Sandbox => "check the host's name, or the vpn",
            })
        } else if says(&["certificate", "unknownissuer", "corrupt message", "handshake", "tls"]) {
            Self::new(Denied, "the server's certificate or TLS was not accepted").advise(
                "a private authority needs `tlsCAFile`; a server without TLS needs `tls=false`",
            )
        } else if says(&["unexpected end", "end of file", "connection reset", "broken pipe"]) {
            Self::new(Unreachable, "the connection was closed").advise(match place {
                Place::Loopback => {
                    "has the port-forward ended, or does the server want `tls=true`?"
                }
                Place::Remote => "does the server want `tls=true`?",
                Place::Sandbox => "the sandbox may have run out of memory or disk",
            })
        } else {
            Self::new(Unreachable, redact(reason)).advise(match place {
                Place::Loopback => {
                    "does a MongoDB server listen there, and does it want `tls=true`?"
                }
                Place::Remote => "may this machine reach it, and does it want `tls=true`?",
                Place::Sandbox => "has the server in the sandbox started?",
            })
        }
    }
}

/// What the driver says of the first server that it tried, else what it says of them all.
fn first_reason(message: &str) -> &str {
    let of_server = message.split_once("Error: Kind: ").map(|(_, rest)| rest);
    let of_server = of_server.and_then(|rest| rest.split_once(", labels:")).map(|(kind, _)| kind);
    let of_all = || message.split(". Topology:").next().unwrap_or(message);
    of_server.unwrap_or_else(of_all)
}

const CREDENTIALS: &str = "check user, password and authSource";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reasons_for_an_unreachable_server_are_told_apart() {
        for (message, place, kind, reason, advice) in [
            (
                "Server selection timeout: No available servers. Topology: { Type: Single, Servers: \
                 [ { Address: tls-1:1, Type: Unknown, Error: Kind: I/O error: Connection refused \
                 (os error 111), labels: {}, source: None, server response: None } ] }",
                Place::Loopback,
                FailureKind::Unreachable,
                "connection refused",
                "is the port-forward running?",
            ),
            (
                "Server selection timeout: No available servers. Topology: { Error: Kind: I/O \
                 error: failed to lookup address information: Name or service not known, labels: {} }",
                Place::Remote,
                FailureKind::Unreachable,
                "the name is not known",
                "check the host's name, or the vpn",
            ),
            (
                "Topology: { Error: Kind: I/O error: invalid peer certificate: UnknownIssuer, labels: {} }",
                Place::Remote,
                FailureKind::Denied,
                "the server's certificate or TLS was not accepted",
                "a private authority needs `tlsCAFile`; a server without TLS needs `tls=false`",
            ),
            (
                "unexpected end of file",
                Place::Sandbox,
                FailureKind::Unreachable,
                "the connection was closed",
                "the sandbox may have run out of memory or disk",
            ),
        ] {
            let expected = Words::new(kind, reason).advise(advice);
            assert_eq!(Words::of_network(message, place), expected);
        }
        for (message, reason) in [
            (
                "Server selection timeout: No available servers. Topology: { long }",
                "Server selection timeout: No available servers",
            ),
            (
                "No available servers. Topology: { Error: Kind: Invalid opcode: 1684095520, labels: {} }",
                "Invalid opcode: 1684095520",
            ),
        ] {
            assert_eq!(Words::of_network(message, Place::Remote).reason, reason);
        }
    }
}
