//! The world's S3 server: the real protocol on loopback, read-only, with the population's backups.

mod access;
mod body;
mod bucket;
mod fault;
mod listing;
mod operations;

#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::demo::accept::accept;
use crate::demo::population::Population;
use crate::demo::s3::access::ReadOnly;
use crate::demo::s3::bucket::Bucket;

pub use crate::demo::s3::fault::{S3Fault, S3Faults};
pub use crate::demo::s3::operations::REGION;

/// A server that has not been bound to an address yet.
pub struct S3Server {
    service: S3Service,
    faults: Arc<S3Faults>,
}

/// A server that listens; it ends, with all its connections, when this is dropped.
#[derive(Debug)]
pub struct S3Endpoint {
    address: SocketAddr,
    faults: Arc<S3Faults>,
    _listener: JoinSet<()>,
}

impl S3Server {
    /// Only requests signed with these keys are answered.
    pub fn new(population: Arc<Population>, access_key: &str, secret_key: &SecretString) -> Self {
        let faults = Arc::new(S3Faults::default());
        let mut builder = S3ServiceBuilder::new(Bucket::new(population, faults.clone()));
        builder.set_auth(SimpleAuth::from_single(access_key, secret_key.expose_secret()));
        builder.set_access(ReadOnly { faults: faults.clone() });
        Self { service: builder.build(), faults }
    }

    /// Binds and serves; port 0 for any that is free.
    pub async fn listen(self, address: SocketAddr) -> io::Result<S3Endpoint> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let mut tasks = JoinSet::new();
        let service = self.service;
        tasks.spawn(accept(listener, move |stream| Some(converse(stream, service.clone()))));
        Ok(S3Endpoint { address, faults: self.faults, _listener: tasks })
    }
}

impl S3Endpoint {
    /// `http://127.0.0.1:PORT`, for path-style requests.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn faults(&self) -> &S3Faults {
        &self.faults
    }
}

async fn converse(stream: TcpStream, service: S3Service) {
    // A client that hangs up in the middle is its own business.
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
}
