//! The world's S3 server: the real protocol on loopback, read-only, with the population's backups.

mod access;
mod body;
mod bucket;
mod depot;
mod fault;
mod listing;
mod operations;

#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::demo::accept::accept;
use crate::demo::answer::dated;
use crate::demo::depot::Depot;
use crate::demo::mongo::Clock;
use crate::demo::population::Population;
use crate::demo::s3::access::ReadOnly;
use crate::demo::s3::bucket::Bucket;
use crate::demo::s3::depot::Shelf;

pub use crate::demo::s3::fault::{S3Fault, S3Faults};
pub use crate::demo::s3::operations::REGION;

/// A server that has not been bound to an address yet.
pub struct S3Server {
    service: S3Service,
    faults: Arc<S3Faults>,
    clock: Clock,
}

/// What requests must be signed with to be answered.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    pub access_key: &'a str,
    pub secret_key: &'a SecretString,
}

/// A server that listens; it ends, with all its connections, when this is dropped.
#[derive(Debug)]
pub struct S3Endpoint {
    address: SocketAddr,
    faults: Arc<S3Faults>,
    /// How many requests came.
    requests: Arc<AtomicUsize>,
    _listener: JoinSet<()>,
}

impl S3Server {
    /// The first team's storage.
    pub fn new(population: Arc<Population>, keys: Keys<'_>, clock: Clock) -> Self {
        let faults = Arc::new(S3Faults::default());
        let builder = S3ServiceBuilder::new(Bucket::new(population, faults.clone()));
        Self::guarded(builder, faults, keys, clock)
    }

    /// The second team's storage.
    pub fn of_depot(depot: Arc<Depot>, keys: Keys<'_>, clock: Clock) -> Self {
        let builder = S3ServiceBuilder::new(Shelf { depot });
        Self::guarded(builder, Arc::default(), keys, clock)
    }

    fn guarded(
        mut builder: S3ServiceBuilder,
        faults: Arc<S3Faults>,
        keys: Keys<'_>,
        clock: Clock,
    ) -> Self {
        let secret_key = keys.secret_key.expose_secret();
        builder.set_auth(SimpleAuth::from_single(keys.access_key, secret_key));
        builder.set_access(ReadOnly { faults: faults.clone() });
        // Its answers tell the world's time, and who asks may sign by that.
        let mut config = S3Config::default();
        config.presigned_url_max_skew_time_secs = u32::MAX;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        Self { service: builder.build(), faults, clock }
    }

    /// Binds and serves; port 0 for any that is free.
    pub async fn listen(self, address: SocketAddr) -> io::Result<S3Endpoint> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let mut tasks = JoinSet::new();
        let Self { service, faults, clock } = self;
        let requests = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&requests);
        let serve = move |stream| {
            let counted = Arc::clone(&counted);
            Some(converse(stream, service.clone(), Arc::clone(&clock), counted))
        };
        tasks.spawn(accept(listener, serve));
        Ok(S3Endpoint { address, faults, requests, _listener: tasks })
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

    /// How many requests came so far.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

async fn converse(stream: TcpStream, service: S3Service, clock: Clock, requests: Arc<AtomicUsize>) {
    let service = service_fn(|request: Request<Incoming>| {
        requests.fetch_add(1, Ordering::Relaxed);
        let (answer, clock) = (Service::call(&service, request), Arc::clone(&clock));
        async move { answer.await.map(|answer| dated(answer, clock())) }
    });
    // A client that hangs up in the middle is its own business.
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
}
