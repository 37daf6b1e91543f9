//! A server in this process that speaks just enough of the wire protocol, one answer a command.
#![expect(
    clippy::disallowed_methods,
    reason = "a test's server, which serves each connection in a task of its own"
)]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bson::{Document, doc};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};

use crate::adapters::sandbox::Sandbox;
use crate::domain::engine::Engine;

/// What the server does with a command.
pub(super) enum Answer {
    Document(Document),
    /// Closes the connection.
    HangUp,
    /// Never answers.
    Silence,
}

type Script = dyn Fn(&Document) -> Answer + Send + Sync;

/// Remembers what it was asked; hangs up when dropped.
pub(super) struct FakeServer {
    asked: Arc<Mutex<Vec<Document>>>,
    accepting: tokio::task::JoinHandle<()>,
    folder: Option<tempfile::TempDir>,
    pub(super) port: u16,
}

impl FakeServer {
    pub(super) async fn on_loopback(
        script: impl Fn(&Document) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::default();
        let accepting = tokio::spawn(accept(
            async move || listener.accept().await.unwrap().0,
            Arc::clone(&asked),
            Arc::new(script),
        ));
        Self { asked, accepting, folder: None, port }
    }

    pub(super) fn in_sandbox(
        script: impl Fn(&Document) -> Answer + Send + Sync + 'static,
    ) -> (Self, Sandbox) {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("db.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let asked = Arc::default();
        let accepting = tokio::spawn(accept(
            async move || listener.accept().await.unwrap().0,
            Arc::clone(&asked),
            Arc::new(script),
        ));
        let server = Self { asked, accepting, folder: Some(folder), port: 0 };
        (server, Sandbox::new("lifeboat-test".to_owned(), path, Engine::Mongodb))
    }

    /// The commands so far, without the driver's own.
    pub(super) fn asked(&self) -> Vec<Document> {
        self.asked.lock().unwrap().clone()
    }

    pub(super) fn asked_names(&self) -> Vec<String> {
        self.asked().iter().map(|command| command.keys().next().unwrap().clone()).collect()
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.accepting.abort();
        drop(self.folder.take());
    }
}

async fn accept<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    next: impl AsyncFn() -> S,
    asked: Arc<Mutex<Vec<Document>>>,
    script: Arc<Script>,
) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let (stream, asked, script) = (next().await, Arc::clone(&asked), Arc::clone(&script));
        connections.spawn(async move { serve(stream, &asked, &*script).await.ok() });
    }
}

/// One message in, one message out.
async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    asked: &Mutex<Vec<Document>>,
    script: &Script,
) -> std::io::Result<()> {
    const OP_REPLY: i32 = 1;
    const OP_QUERY: i32 = 2004;
    const OP_MSG: i32 = 2013;
    loop {
        let mut header = [0; 16];
        stream.read_exact(&mut header).await?;
        let word = |at: usize| i32::from_le_bytes(header[at..at + 4].try_into().unwrap());
        let (length, id, opcode) = (word(0), word(4), word(12));
        let mut body = vec![0; usize::try_from(length).unwrap() - 16];
        stream.read_exact(&mut body).await?;
        let command = if opcode == OP_QUERY {
            // Flags, a name that ends with a zero, skip and limit, then the document.
            let end = 4 + body[4..].iter().position(|byte| *byte == 0).unwrap() + 1 + 8;
            Document::from_reader(&body[end..]).unwrap()
        } else {
            Document::from_reader(&body[5..]).unwrap()
        };
        let reply = match command.keys().next().unwrap().as_str() {
            "hello" | "isMaster" | "ismaster" => hello(),
            "endSessions" => doc! {"ok": 1},
            _ => {
                asked.lock().unwrap().push(command.clone());
                match script(&command) {
                    Answer::Document(reply) => reply,
                    Answer::HangUp => return Ok(()),
                    Answer::Silence => std::future::pending().await,
                }
            }
        };
        let (opcode, prefix) = if opcode == OP_QUERY {
            (OP_REPLY, [&[0; 16][..], &1_i32.to_le_bytes()].concat())
        } else {
            (OP_MSG, vec![0; 5])
        };
        let reply = reply.to_vec().unwrap();
        let length = i32::try_from(16 + prefix.len() + reply.len()).unwrap();
        let mut message = Vec::new();
        for word in [length, 1, id, opcode] {
            message.extend(word.to_le_bytes());
        }
        message.extend(prefix);
        message.extend(reply);
        stream.write_all(&message).await?;
    }
}

/// As a server of 4.2 introduces itself.
fn hello() -> Document {
    doc! {
        "ok": 1, "isWritablePrimary": true, "ismaster": true, "minWireVersion": 0,
        "maxWireVersion": 8, "maxBsonObjectSize": 16_777_216,
        "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000,
    }
}
