//! Connections of clients.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::demo::accept::accept;
use crate::demo::answer::dated;
use crate::demo::kubernetes::KubernetesServer;

/// Accepts connections until the future is dropped, which ends them all.
pub async fn listen(server: Arc<KubernetesServer>, listener: TcpListener) {
    accept(listener, |stream| Some(serve(Arc::clone(&server), stream))).await;
}

async fn serve(server: Arc<KubernetesServer>, stream: TcpStream) {
    let service = service_fn(|request| {
        let (answer, server) = (Arc::clone(&server).answer(request), Arc::clone(&server));
        async move { Ok::<_, Infallible>(dated(answer.await, (server.clock)())) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A client that breaks off needs no answer.
    connection.await.ok();
}
