//! The world's CloudWatch: the real protocols on loopback, with fifteen months of figures of its
//! bucket and some of what else an account measures.

mod alarms;
mod fault;
mod gauges;
mod ledger;
mod operations;
pub mod wire;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::demo::accept::accept;
use crate::demo::answer::{self, Content};
use crate::demo::population::Population;
use crate::demo::request::read_whole;
use crate::demo::s3::REGION;

use operations::{Refusal, elsewhere};
use wire::{Format, Value};

pub use fault::{CloudWatchFault, CloudWatchFaults};
pub use ledger::{Day, Ledger};

/// The service by its name on the wire.
const SERVICE: &str = "GraniteServiceVersion20100801";

/// What the server knows.
#[derive(Debug)]
pub(in crate::demo) struct Account {
    ledger: Arc<Ledger>,
    population: Arc<Population>,
    faults: CloudWatchFaults,
    access_key: String,
    /// How many requests came.
    requests: AtomicUsize,
}

/// A server that listens; it ends, with all its connections, when this is dropped.
#[derive(Debug)]
pub struct CloudWatchServer {
    address: SocketAddr,
    account: Arc<Account>,
    _listener: JoinSet<()>,
}

impl CloudWatchServer {
    /// Binds and serves on a free port of the loopback interface. Only requests that bear this key
    /// are answered; their signature is not looked at.
    pub async fn start(population: Arc<Population>, access_key: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let account = Arc::new(Account {
            ledger: Arc::new(Ledger::new(Arc::clone(&population))),
            population,
            faults: CloudWatchFaults::default(),
            access_key: access_key.to_owned(),
            requests: AtomicUsize::new(0),
        });
        let mut tasks = JoinSet::new();
        let served = Arc::clone(&account);
        tasks.spawn(accept(listener, move |stream| Some(serve(Arc::clone(&served), stream))));
        Ok(Self { address, account, _listener: tasks })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn faults(&self) -> &CloudWatchFaults {
        &self.account.faults
    }

    /// The truth about the bucket.
    pub fn ledger(&self) -> &Ledger {
        &self.account.ledger
    }

    /// How many requests came so far.
    pub fn requests(&self) -> usize {
        self.account.requests.load(Ordering::Relaxed)
    }
}

async fn serve(account: Arc<Account>, stream: TcpStream) {
    let service = service_fn(|request| {
        let account = Arc::clone(&account);
        async move { Ok::<_, Infallible>(account.answer(request).await) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A client that breaks off needs no answer.
    connection.await.ok();
}

impl Account {
    fn now(&self) -> Timestamp {
        self.population.now()
    }

    async fn answer(&self, mut request: Request<Incoming>) -> Response<Content> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let Some((operation, format)) = asked(&request) else {
            return answer::empty(StatusCode::NOT_FOUND);
        };
        let region = match self.region_of(&request) {
            Ok(region) => region,
            Err(refusal) => return refused(format, &refusal),
        };
        let Some(body) = read_whole(request.body_mut()).await else {
            return refused(format, &Refusal::invalid("the request is too large"));
        };
        let answered = format
            .read(&body)
            .map_err(|malformed| Refusal::invalid(malformed.0))
            .and_then(|tree| self.check(&operation).map(|()| tree))
            .and_then(|tree| {
                if region == REGION {
                    self.perform(&operation, &tree)
                } else {
                    Ok(elsewhere(&operation, &tree))
                }
            });
        match answered {
            Ok(value) => written(format, StatusCode::OK, &value),
            Err(refusal) => refused(format, &refusal),
        }
    }

    /// Whose request it is, for which region.
    fn region_of(&self, request: &Request<Incoming>) -> Result<String, Refusal> {
        let denied =
            |code, message: &str| Refusal { status: 403, code, message: message.to_owned() };
        let header = request.headers().get(AUTHORIZATION).and_then(|it| it.to_str().ok());
        let scope = header.and_then(|it| it.split_once("Credential=")).map(|(_, scope)| scope);
        let Some(scope) = scope else {
            return Err(denied(
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
            ));
        };
        let mut parts = scope.split(['/', ',']);
        if parts.next() != Some(self.access_key.as_str()) {
            let message = "The security token included in the request is invalid.";
            return Err(denied("InvalidClientTokenId", message));
        }
        Ok(parts.nth(1).unwrap_or_default().to_owned())
    }

    /// What the faults that are on let through.
    fn check(&self, operation: &str) -> Result<(), Refusal> {
        let refuse = |status, code, message: &str| -> Result<(), Refusal> {
            Err(Refusal { status, code, message: message.to_owned() })
        };
        let is_forbidden =
            ["GetMetricData", "ListMetrics", "DescribeAlarms"].into_iter().any(|own| {
                own == operation && self.faults.is_on(CloudWatchFault::Forbidden { operation: own })
            });
        if self.faults.is_on(CloudWatchFault::Denied) || is_forbidden {
            let message = format!(
                "User: arn:aws:iam::123456789012:user/lifeboat is not authorized to perform: cloudwatch:{operation}"
            );
            return refuse(403, "AccessDenied", &message);
        }
        if self.faults.is_on(CloudWatchFault::Expired) {
            let message = "The security token included in the request is expired";
            return refuse(403, "ExpiredToken", message);
        }
        if self.faults.is_on(CloudWatchFault::Throttled) {
            return refuse(400, "Throttling", "Rate exceeded");
        }
        Ok(())
    }
}

/// The operation that is asked for, and how.
fn asked(request: &Request<Incoming>) -> Option<(String, Format)> {
    if request.method() != Method::POST {
        return None;
    }
    let header = |name: &str| request.headers().get(name).and_then(|it| it.to_str().ok());
    if let Some(target) = header("x-amz-target") {
        let operation = target.strip_prefix(SERVICE)?.strip_prefix('.')?;
        return Some((operation.to_owned(), Format::Json));
    }
    let path = request.uri().path().strip_prefix("/service/")?.strip_prefix(SERVICE)?;
    let operation = path.strip_prefix("/operation/")?;
    let is_cbor = header("smithy-protocol") == Some("rpc-v2-cbor");
    is_cbor.then(|| (operation.to_owned(), Format::Cbor))
}

fn refused(format: Format, refusal: &Refusal) -> Response<Content> {
    let Refusal { status, code, message } = refusal;
    let value = Value::map([
        ("__type", Value::text(format!("com.amazonaws.cloudwatch#{code}"))),
        ("message", Value::text(message.as_str())),
    ]);
    let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = written(format, status, &value);
    if let Ok(name) = HeaderValue::from_str(&format!("{code};Sender")) {
        response.headers_mut().insert(HeaderName::from_static("x-amzn-query-error"), name);
    }
    response
}

fn written(format: Format, status: StatusCode, value: &Value) -> Response<Content> {
    let kind = match format {
        Format::Cbor => "application/cbor",
        Format::Json => "application/x-amz-json-1.0",
    };
    let mut response = answer::whole(status, kind, format.write(value));
    if format == Format::Cbor {
        let protocol = HeaderName::from_static("smithy-protocol");
        response.headers_mut().insert(protocol, HeaderValue::from_static("rpc-v2-cbor"));
    }
    response
}
