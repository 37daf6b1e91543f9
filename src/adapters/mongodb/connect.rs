//! How the driver reaches a server: a source by its connection string, a sandbox by its socket.

use std::time::Duration;

use mongodb::Client;
use mongodb::options::{
    ClientOptions, ReadPreference, SelectionCriteria, ServerAddress, ServerMonitoringMode,
};
use secrecy::{ExposeSecret, SecretString};

use crate::adapters::error::AdapterError;
use crate::adapters::mongodb::explain::{Attempt, Place};
use crate::adapters::sandbox::Sandbox;
use crate::domain::failure::FailureKind;

/// How long the driver looks for a server before it says that there is none.
const SELECTION: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);
/// What the server's own log and `currentOp` call us.
const APPLICATION: &str = "lifeboat";

/// A client, and what its server is called in texts: never with user or password.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) host: String,
    pub(super) place: Place,
}

impl Connection {
    pub(super) fn attempt(&self, operation: &'static str, subject: &str) -> Attempt {
        let target = match self.place {
            Place::Remote | Place::Loopback => format!("{subject} on {}", self.host),
            Place::Sandbox => format!("{subject} in the sandbox"),
        };
        Attempt { operation, target, place: self.place }
    }
}

/// A client for reading the server that `uri` names; nothing has been asked of it yet.
pub(super) async fn source(uri: &SecretString) -> Result<Connection, AdapterError> {
    let attempt = Attempt {
        operation: "reading the connection string of",
        target: "the source".to_owned(),
        place: Place::Remote,
    };
    let uri = uri.expose_secret();
    let mut options = ClientOptions::parse(uri).await.map_err(|error| {
        if uri.contains('@') && !matches!(*error.kind, mongodb::error::ErrorKind::DnsResolve { .. })
        {
            unreadable(&attempt)
        } else {
            attempt.explain(error)
        }
    })?;
    let place = if options.hosts.iter().all(is_loopback) { Place::Loopback } else { Place::Remote };
    // Behind a port-forward the members' own names cannot be reached, so nobody asks for them.
    if place == Place::Loopback && options.hosts.len() == 1 && options.repl_set_name.is_none() {
        options.direct_connection.get_or_insert(true);
    }
    options.app_name = Some(APPLICATION.to_owned());
    options.server_selection_timeout.get_or_insert(SELECTION);
    options.connect_timeout.get_or_insert(CONNECT);
    options.max_pool_size = Some(2);
    options.selection_criteria.get_or_insert(SelectionCriteria::ReadPreference(
        ReadPreference::SecondaryPreferred { options: None },
    ));
    let host = options.hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let client = Client::with_options(options).map_err(|error| attempt.explain(error))?;
    Ok(Connection { client, host, place })
}

/// The driver's own words may quote a password that was not written as a connection string wants.
fn unreadable(attempt: &Attempt) -> AdapterError {
    AdapterError {
        advice: Some(
            "write mongodb://user:password@host:port/?options, and any of `: / ? # [ ] @ %` inside \
             user or password as %XX"
                .to_owned(),
        ),
        ..attempt.failed(FailureKind::Unexpected, "it is not a connection string")
    }
}

fn is_loopback(address: &ServerAddress) -> bool {
    match address {
        ServerAddress::Tcp { host, .. } => {
            host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
        _ => true,
    }
}

/// A client for the server in a sandbox, with at most `connections` of them beside the monitor's:
/// each is a process in the container.
pub(super) fn sandbox(sandbox: &Sandbox, connections: u32) -> Result<Connection, AdapterError> {
    let options = ClientOptions::builder()
        .hosts(vec![ServerAddress::Unix { path: sandbox.socket().to_owned() }])
        .app_name(APPLICATION.to_owned())
        .direct_connection(true)
        // `Poll` does without the second monitor, and the long beat without most of its questions.
        .server_monitoring_mode(ServerMonitoringMode::Poll)
        .heartbeat_freq(Duration::from_mins(1))
        .max_pool_size(connections)
        .max_connecting(connections)
        .connect_timeout(CONNECT)
        .server_selection_timeout(SELECTION)
        .retry_writes(false)
        .retry_reads(false)
        .build();
    let host = sandbox.name().to_owned();
    let attempt =
        Attempt { operation: "reaching", target: "the sandbox".to_owned(), place: Place::Sandbox };
    let client = Client::with_options(options).map_err(|error| attempt.explain(error))?;
    Ok(Connection { client, host, place: Place::Sandbox })
}
