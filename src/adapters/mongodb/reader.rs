//! A server that is only read: every command goes through the allow-list.

use std::fmt;
use std::time::Duration;

use bson::{Bson, Document, doc};
use futures_util::TryStreamExt;
use mongodb::options::{ReadPreference, SelectionCriteria};
use secrecy::SecretString;

use crate::adapters::error::AdapterError;
use crate::adapters::mongodb::allow_list::Allowed;
use crate::adapters::mongodb::connect::{self, Connection};
use crate::adapters::mongodb::explain::{Attempt, Place};
use crate::adapters::sandbox::Sandbox;
use crate::domain::census::ADMIN;
use crate::domain::failure::FailureKind;
use crate::domain::units::Span;

/// How long one question may take on the server, unless told otherwise.
const PATIENCE: Duration = Duration::from_mins(1);
/// What a source is given to breathe between two collections.
const PAUSE: Duration = Duration::from_millis(50);
/// Connections into a sandbox while it is read.
const CONNECTIONS: u32 = 2;

/// A server, source or sandbox alike, that can be asked and cannot be changed.
pub struct Reader {
    connection: Connection,
    comment: String,
    patience: Duration,
    pub(super) pause: Duration,
}

/// A server's sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    /// The server's process, where it says: an image's entry point may start a temporary one first.
    pub pid: Option<i64>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reader").field("host", &self.host()).finish_non_exhaustive()
    }
}

impl Reader {
    /// Reaches a source, so that a wrong address or password is known at once.
    pub async fn source(uri: &SecretString, comment: &str) -> Result<Self, AdapterError> {
        let reader = Self::new(connect::source(uri).await?, comment, PAUSE);
        reader.version().await?;
        Ok(reader)
    }

    /// Turns to the server in a sandbox, which may not have started yet: ask for its pulse.
    pub fn sandbox(sandbox: &Sandbox, comment: &str) -> Result<Self, AdapterError> {
        Ok(Self::new(connect::sandbox(sandbox, CONNECTIONS)?, comment, Duration::ZERO))
    }

    fn new(connection: Connection, comment: &str, pause: Duration) -> Self {
        Self { connection, comment: comment.to_owned(), patience: PATIENCE, pause }
    }

    /// How long one question may take on the server.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Host names without credentials, or the sandbox's name.
    pub fn host(&self) -> &str {
        &self.connection.host
    }

    /// One sign of life. A server is ready when two, a second apart, come from the same process.
    pub async fn pulse(&self) -> Result<Pulse, AdapterError> {
        self.ask("reaching", ADMIN, doc! {"ping": 1}).await?;
        let status = self.ask("reaching", ADMIN, doc! {"serverStatus": 1}).await?;
        Ok(Pulse { pid: status.get("pid").and_then(integer) })
    }

    /// The server's version as it says it: `4.2.24`.
    pub async fn version(&self) -> Result<String, AdapterError> {
        let answer = self.ask("reaching", ADMIN, doc! {"buildInfo": 1}).await?;
        match answer.get_str("version") {
            Ok(version) => Ok(version.to_owned()),
            Err(_) => Err(self.malformed("reaching", ADMIN, "no version")),
        }
    }

    /// Closes the connections; dropping the reader does so too, only later.
    pub async fn close(self) {
        self.connection.client.shutdown().immediate(true).await;
    }

    /// Sends a command that only reads and returns its answer.
    pub(super) async fn ask(
        &self,
        operation: &'static str,
        database: &str,
        command: Document,
    ) -> Result<Document, AdapterError> {
        let attempt = self.attempt(operation, database, &command);
        let command = self.guard(&attempt, command)?;
        let database = self.connection.client.database(database);
        let answer = database.run_command(command).selection_criteria(self.preference());
        self.in_time(&attempt, async { answer.await }).await
    }

    /// Sends a command that only reads and returns all that its cursor gives.
    pub(super) async fn ask_for_all(
        &self,
        operation: &'static str,
        database: &str,
        command: Document,
    ) -> Result<Vec<Document>, AdapterError> {
        let attempt = self.attempt(operation, database, &command);
        let command = self.guard(&attempt, command)?;
        let database = self.connection.client.database(database);
        let cursor = database.run_cursor_command(command).selection_criteria(self.preference());
        self.in_time(&attempt, async { cursor.await?.try_collect().await }).await
    }

    /// An answer that is not what the command promises.
    pub(super) fn malformed(
        &self,
        operation: &'static str,
        subject: &str,
        what: &str,
    ) -> AdapterError {
        let attempt = self.connection.attempt(operation, subject);
        attempt.failed(FailureKind::Unexpected, format!("the answer holds {what}"))
    }

    fn attempt(&self, operation: &'static str, database: &str, command: &Document) -> Attempt {
        let subject = match command.values().next() {
            Some(Bson::String(collection)) => format!("{database}.{collection}"),
            _ => database.to_owned(),
        };
        self.connection.attempt(operation, &subject)
    }

    /// The one gate: what is not on the list goes no further. Only the commands that may take long
    /// carry our comment, as servers before 4.4 refuse it on the others.
    fn guard(&self, attempt: &Attempt, command: Document) -> Result<Document, AdapterError> {
        let allowed = Allowed::check(command)
            .map_err(|refusal| attempt.failed(FailureKind::Denied, refusal))?;
        let mut command = allowed.into_command();
        if command.contains_key("aggregate") || command.contains_key("find") {
            command.insert("comment", &self.comment);
        }
        let patience = i64::try_from(self.patience.as_millis()).unwrap_or(i64::MAX);
        command.insert("maxTimeMS", patience);
        Ok(command)
    }

    /// The connection string's own preference, else rather a secondary: a drill is no reason to
    /// burden a primary.
    fn preference(&self) -> SelectionCriteria {
        self.connection.client.selection_criteria().cloned().unwrap_or(
            SelectionCriteria::ReadPreference(ReadPreference::SecondaryPreferred { options: None }),
        )
    }

    /// Waits a little longer than the server may take: it should be the one that gives up.
    async fn in_time<T>(
        &self,
        attempt: &Attempt,
        answer: impl Future<Output = mongodb::error::Result<T>>,
    ) -> Result<T, AdapterError> {
        let error = match tokio::time::timeout(self.patience * 5 / 4, answer).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => attempt.explain(error),
            Err(_) => attempt.failed(FailureKind::TimedOut, "no answer"),
        };
        if error.kind != FailureKind::TimedOut {
            return Err(error);
        }
        let reason = format!("took longer than {}", Span(self.patience));
        let advice = match attempt.place {
            Place::Sandbox => "the sandbox may need more memory",
            Place::Remote | Place::Loopback => "try at a quieter hour, or read from a secondary",
        };
        Err(AdapterError { reason, advice: Some(advice.to_owned()), ..error })
    }
}

/// A whole number in any of BSON's spellings.
pub(super) fn integer(value: &Bson) -> Option<i64> {
    match value {
        Bson::Int32(number) => Some(i64::from(*number)),
        Bson::Int64(number) => Some(*number),
        #[expect(clippy::cast_possible_truncation, reason = "counts of servers are whole")]
        Bson::Double(number) if number.fract() == 0.0 => Some(*number as i64),
        _ => None,
    }
}
