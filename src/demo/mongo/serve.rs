//! Connections: one command in, one reply out, until either side hangs up.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bson::RawDocumentBuf;
use bson::raw::{RawBsonRef, RawDocument};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::demo::accept::accept;
use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::wire::Envelope;
use crate::demo::mongo::{Fault, MongoServer, wire};

/// Accepts connections until the future is dropped, which closes them all.
pub async fn listen(server: Arc<MongoServer>, listener: TcpListener) {
    accept(listener, |stream| Some(serve_connection(stream, Arc::clone(&server)))).await;
}

/// Serves one connection until the client hangs up, breaks the protocol, or the server is gone.
pub async fn serve_connection(io: impl AsyncRead + AsyncWrite + Unpin, server: Arc<MongoServer>) {
    let number = server.connections.fetch_add(1, Ordering::Relaxed) + 1;
    tokio::select! {
        biased;
        () = server.hangs_up() => {}
        // A client that breaks off needs no answer.
        ended = converse(io, &server, number) => drop(ended),
    }
}

async fn converse(
    mut io: impl AsyncRead + AsyncWrite + Unpin,
    server: &MongoServer,
    connection: u64,
) -> io::Result<()> {
    let mut message = Vec::new();
    while wire::read_message(&mut io, &mut message).await? {
        let Some(request) = wire::parse(&message) else { break };
        let pause = server.pause(request.body);
        tokio::time::sleep(pause.unwrap_or_else(|limit| limit)).await;
        let answer = match pause {
            Ok(_) => server.answer(&request, connection),
            Err(_) => RawDocumentBuf::try_from(Refusal::timed_out().reply()).unwrap_or_default(),
        };
        // A server that died of this command does not answer it.
        if server.state.borrow().stopped {
            break;
        }
        if request.envelope != (Envelope::Message { wants_reply: false }) {
            io.write_all(&wire::reply(request.id, request.envelope, &answer)).await?;
            io.flush().await?;
        }
    }
    Ok(())
}

impl MongoServer {
    /// How long a slow server thinks; an error is the command's own limit, when that is shorter.
    fn pause(&self, body: &RawDocument) -> Result<Duration, Duration> {
        let Some(Fault::Slow { per_command }) = self.fault() else { return Ok(Duration::ZERO) };
        let limit = match body.get("maxTimeMS") {
            Ok(Some(RawBsonRef::Int32(limit))) => u64::try_from(limit).ok(),
            Ok(Some(RawBsonRef::Int64(limit))) => u64::try_from(limit).ok(),
            _ => None,
        };
        let limit = limit.filter(|limit| *limit > 0).map(Duration::from_millis);
        limit.filter(|limit| *limit < per_command).map_or(Ok(per_command), Err)
    }
}
