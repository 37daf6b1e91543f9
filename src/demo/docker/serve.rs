//! Connections of clients.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::demo::accept::accept;
use crate::demo::docker::{DockerServer, Fault};

/// Accepts connections until the future is dropped, which ends all that the engine runs.
pub async fn listen(server: Arc<DockerServer>, listener: TcpListener) {
    let ending = Ending(Arc::clone(&server));
    accept(listener, |stream| {
        let is_gone = ending.0.fault() == Some(Fault::EngineGone);
        (!is_gone).then(|| serve(Arc::clone(&server), stream))
    })
    .await;
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
