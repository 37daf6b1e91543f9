//! Connections of clients.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::demo::docker::{DockerServer, Fault};

/// Accepts connections until the future is dropped, which ends all that the engine runs.
pub async fn listen(server: Arc<DockerServer>, listener: TcpListener) {
    /// Between attempts when the process has no file descriptor left.
    const PAUSE: Duration = Duration::from_millis(50);
    let ending = Ending(Arc::clone(&server));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(_) if ending.0.fault() == Some(Fault::EngineGone) => {}
                Ok((stream, _)) => {
                    stream.set_nodelay(true).ok();
                    connections.spawn(serve(Arc::clone(&server), stream));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// What the engine runs by itself ends with the listener.
struct Ending(Arc<DockerServer>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end();
    }
}

async fn serve(server: Arc<DockerServer>, stream: TcpStream) {
    let service = service_fn(|request| {
        let answer = Arc::clone(&server).answer(request);
        async { Ok::<_, Infallible>(answer.await) }
    });
    let connection = http1::Builder::new()
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::select! {
        biased;
        () = server.hangs_up() => {}
        // A client that breaks off needs no answer.
        ended = connection => drop(ended),
    }
}
