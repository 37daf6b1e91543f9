//! A storage for tests, in process on loopback: just enough of S3 over HTTP, and faults on demand.

#![expect(clippy::disallowed_methods, reason = "a storage of its own for each test")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PAGE: usize = 1000;

/// One object, and the headers that it is served with.
#[derive(Clone)]
pub(super) struct Stored {
    pub(super) content: Arc<Vec<u8>>,
    pub(super) etag: String,
    pub(super) modified: Timestamp,
    pub(super) headers: Vec<(&'static str, String)>,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: BTreeMap<String, String>,
    pub(super) headers: BTreeMap<String, String>,
}

impl Request {
    pub(super) fn is_get_of_object(&self) -> bool {
        self.method == "GET" && self.path.matches('/').count() > 1
    }
}

/// What is done to one request instead of answering it well.
pub(super) enum Fault {
    Refuse {
        status: u16,
        code: &'static str,
        message: &'static str,
    },
    RefuseWith {
        status: u16,
        header: (&'static str, &'static str),
    },
    /// The connection is cut after so many bytes of the body.
    CutAfter(usize),
    /// Nothing more comes after so many bytes of the body, but the connection stays.
    HangAfter(usize),
}

type Faults = Box<dyn FnMut(&Request) -> Option<Fault> + Send>;

#[derive(Clone)]
pub(super) struct Storage {
    pub(super) address: SocketAddr,
    pub(super) inside: Arc<Mutex<Inside>>,
}

pub(super) struct Inside {
    objects: BTreeMap<String, Stored>,
    requests: Vec<Request>,
    faults: Faults,
}

impl Storage {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let faults: Faults = Box::new(|_| None);
        let inside = Inside { objects: BTreeMap::new(), requests: Vec::new(), faults };
        let address = listener.local_addr().unwrap();
        let storage = Self { address, inside: Arc::new(Mutex::new(inside)) };
        let served = storage.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let served = served.clone();
                tokio::spawn(async move { served.serve(connection).await });
            }
        });
        storage
    }

    /// Stores under `bucket/key`.
    pub(super) fn put(&self, path: &str, stored: Stored) {
        self.inside.lock().unwrap().objects.insert(format!("/{path}"), stored);
    }

    pub(super) fn fail(&self, faults: impl FnMut(&Request) -> Option<Fault> + Send + 'static) {
        self.inside.lock().unwrap().faults = Box::new(faults);
    }

    pub(super) fn heal(&self) {
        self.fail(|_| None);
    }

    /// The requests since the last call.
    pub(super) fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.inside.lock().unwrap().requests)
    }

    async fn serve(&self, mut connection: TcpStream) {
        while let Some(request) = read(&mut connection).await {
            let (answer, fault) = {
                let mut inside = self.inside.lock().unwrap();
                inside.requests.push(request.clone());
                let fault = (inside.faults)(&request);
                (answer(&inside.objects, &request), fault)
            };
            let (answer, cut) = match fault {
                None => (answer, None),
                Some(Fault::Refuse { status, code, message }) => {
                    (Answer::refused(status, code, message), None)
                }
                Some(Fault::RefuseWith { status, header: (name, value) }) => {
                    let headers = vec![(name, value.to_owned())];
                    (Answer { status, headers, body: Vec::new() }, None)
                }
                Some(Fault::CutAfter(bytes)) => (answer, Some((bytes, false))),
                Some(Fault::HangAfter(bytes)) => (answer, Some((bytes, true))),
            };
            let body = if request.method == "HEAD" { &[] } else { &answer.body[..] };
            let sent = cut.map_or(body, |(bytes, _)| &body[..bytes.min(body.len())]);
            // A client that went away is no failure of the test.
            let written = async {
                connection.write_all(answer.head().as_bytes()).await?;
                connection.write_all(sent).await
            };
            if written.await.is_err() || matches!(cut, Some((_, false))) {
                return;
            }
            if cut.is_some() {
                std::future::pending::<()>().await;
            }
        }
    }
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn refused(status: u16, code: &str, message: &str) -> Self {
        let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        Self { status, headers: Vec::new(), body: body.into_bytes() }
    }

    fn head(&self) -> String {
        let mut head = format!("HTTP/1.1 {} x\r\n", self.status);
        if !self.headers.iter().any(|(name, _)| *name == "content-length") {
            write!(head, "content-length: {}\r\n", self.body.len()).unwrap();
        }
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        head + "\r\n"
    }
}

async fn read(connection: &mut TcpStream) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    Some(Request {
        method: method.to_owned(),
        path: unescaped(path).trim_end_matches('/').to_owned(),
        query: pairs.map(|(name, value)| (name.to_owned(), unescaped(value))).collect(),
        headers: lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect(),
    })
}

fn unescaped(text: &str) -> String {
    let mut parts = text.split('%');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push(char::from(u8::from_str_radix(&part[..2], 16).unwrap()));
        plain.push_str(&part[2..]);
    }
    plain
}

fn answer(objects: &BTreeMap<String, Stored>, request: &Request) -> Answer {
    if request.query.contains_key("list-type") {
        return listing(objects, request);
    }
    let Some(stored) = objects.get(&request.path) else {
        return Answer::refused(404, "NoSuchKey", "The specified key does not exist.");
    };
    let etag = format!("\"{}\"", stored.etag);
    if request.headers.get("if-match").is_some_and(|wanted| *wanted != etag) {
        return Answer::refused(412, "PreconditionFailed", "At least one condition failed");
    }
    let mut headers = stored.headers.clone();
    headers.push(("etag", etag));
    headers.push(("last-modified", stored.modified.strftime("%a, %d %b %Y %T GMT").to_string()));
    if request.method == "HEAD" {
        headers.push(("content-length", stored.content.len().to_string()));
        return Answer { status: 200, headers, body: Vec::new() };
    }
    let range = request.headers["range"].strip_prefix("bytes=").unwrap();
    let (start, end) = range.split_once('-').unwrap();
    let (start, end) = (start.parse::<usize>().unwrap(), end.parse::<usize>().unwrap());
    headers.push(("content-range", format!("bytes {start}-{end}/{}", stored.content.len())));
    Answer { status: 206, headers, body: stored.content[start..=end].to_vec() }
}

fn listing(objects: &BTreeMap<String, Stored>, request: &Request) -> Answer {
    let given = |name: &str| request.query.get(name).cloned().unwrap_or_default();
    let bucket = format!("{}/", request.path);
    let after = given("start-after").max(given("continuation-token"));
    let mut keys = objects.iter().filter_map(|(path, stored)| {
        let key = path.strip_prefix(&bucket)?;
        (key.starts_with(&given("prefix")) && *key > *after).then_some((key, stored))
    });
    let page: Vec<_> = keys.by_ref().take(PAGE).collect();
    let mut body = String::from("<ListBucketResult>");
    for (key, stored) in &page {
        let (modified, etag, size) = (stored.modified, &stored.etag, stored.content.len());
        write!(
            body,
            "<Contents><Key>{key}</Key><LastModified>{modified}</LastModified>\
             <ETag>&quot;{etag}&quot;</ETag><Size>{size}</Size>\
             <StorageClass>STANDARD</StorageClass></Contents>"
        )
        .unwrap();
    }
    if let (Some(_), Some((last, _))) = (keys.next(), page.last()) {
        let token = format!("<NextContinuationToken>{last}</NextContinuationToken>");
        body.push_str(&token);
        body.push_str("<IsTruncated>true</IsTruncated>");
    }
    body.push_str("</ListBucketResult>");
    Answer { status: 200, headers: Vec::new(), body: body.into_bytes() }
}
