//! Accepting connections, as all servers of the world do.

use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Accepts connections until the future is dropped, which closes them all. `serve` may refuse one,
/// which hangs up on it.
pub(in crate::demo) async fn accept<F: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    serve: impl Fn(TcpStream) -> Option<F>,
) {
    /// Between attempts when the process has no file descriptor left.
    const PAUSE: Duration = Duration::from_millis(50);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    stream.set_nodelay(true).ok();
                    if let Some(serving) = serve(stream) {
                        connections.spawn(serving);
                    }
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}
