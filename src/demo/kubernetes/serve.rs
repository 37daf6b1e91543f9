//! Connections of clients.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::demo::kubernetes::KubernetesServer;

/// Accepts connections until the future is dropped, which ends them all.
pub async fn listen(server: Arc<KubernetesServer>, listener: TcpListener) {
    /// Between attempts when the process has no file descriptor left.
    const PAUSE: Duration = Duration::from_millis(50);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
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

async fn serve(server: Arc<KubernetesServer>, stream: TcpStream) {
    let service = service_fn(|request| {
        let answer = Arc::clone(&server).answer(request);
        async { Ok::<_, Infallible>(answer.await) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A client that breaks off needs no answer.
    connection.await.ok();
}
