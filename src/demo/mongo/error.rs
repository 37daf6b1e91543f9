//! How a command is refused: the server's own codes, names and words.

use bson::{Document, doc};

/// A refused command, as the reply `{ok: 0, ..}` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: i32,
    pub(super) name: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: i32, name: &'static str, message: impl Into<String>) -> Self {
        Self { code, name, message: message.into() }
    }

    pub(super) fn bad_value(message: impl Into<String>) -> Self {
        Self::new(2, "BadValue", message)
    }

    pub(super) fn failed_to_parse(message: impl Into<String>) -> Self {
        Self::new(9, "FailedToParse", message)
    }

    pub(super) fn unauthorized(database: &str, command: &str) -> Self {
        Self::new(
            13,
            "Unauthorized",
            format!("not authorized on {database} to execute command {command}"),
        )
    }

    pub(super) fn namespace_not_found(message: impl Into<String>) -> Self {
        Self::new(26, "NamespaceNotFound", message)
    }

    pub(super) fn on_view(namespace: &str) -> Self {
        Self::new(
            166,
            "CommandNotSupportedOnView",
            format!("Namespace {namespace} is a view, not a collection"),
        )
    }

    pub(super) fn unknown_command(name: &str) -> Self {
        Self::new(59, "CommandNotFound", format!("no such command: '{name}'"))
    }

    pub(super) fn out_of_disk() -> Self {
        Self::new(14031, "OutOfDiskSpace", "No space left on device")
    }

    pub(super) fn timed_out() -> Self {
        Self::new(50, "MaxTimeMSExpired", "operation exceeded time limit")
    }

    pub(super) fn reply(&self) -> Document {
        doc! {"ok": 0.0, "errmsg": &self.message, "code": self.code, "codeName": self.name}
    }
}
