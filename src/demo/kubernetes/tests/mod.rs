//! A plain HTTP client against the server, in virtual time: the world's clock follows tokio's.

mod changes;
mod crowd;
mod faults;
mod lists;
mod logs;
mod printer;
mod troubles;
mod watches;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ::http::{Method, Request};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::*;

const DAY: &str = "2026-11-20T09:30:00Z";
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";
const TOKEN: &str = "let-me-in";

/// A server that listens, until this is dropped.
pub(super) struct Served {
    pub(super) server: Arc<KubernetesServer>,
    address: SocketAddr,
    tasks: JoinSet<()>,
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) code: u16,
    pub(super) text: String,
}

/// An answer that goes on, line by line.
pub(super) struct Lines {
    body: Incoming,
    rest: String,
    ready: VecDeque<String>,
    _task: JoinSet<()>,
}

pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: String,
}

pub(super) fn server(tier: Tier, crowd: usize) -> KubernetesServer {
    let start: Timestamp = DAY.parse().unwrap();
    let began = Instant::now();
    let clock: Clock = Arc::new(move || start + began.elapsed());
    let population = Population::new(1, start);
    let token = SecretString::from(TOKEN);
    KubernetesServer::new(Opening { population: &population, tier, seed: 1, crowd, clock, token })
}

pub(super) async fn served(tier: Tier) -> Served {
    with_crowd(tier, 0).await
}

pub(super) async fn with_crowd(tier: Tier, crowd: usize) -> Served {
    let server = Arc::new(server(tier, crowd));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(listen(Arc::clone(&server), listener));
    Served { server, address, tasks }
}

impl Served {
    pub(super) async fn ask(&self, ask: Ask<'_>) -> Answered {
        let (response, mut task) = self.send(ask).await;
        let code = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        task.abort_all();
        Answered { code, text: String::from_utf8(bytes.into()).unwrap() }
    }

    async fn send(&self, ask: Ask<'_>) -> (::http::Response<Incoming>, JoinSet<()>) {
        assert!(!self.tasks.is_empty(), "the listener lives");
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let mut task = JoinSet::new();
        task.spawn(async { connection.await.unwrap_or_default() });
        let mut request =
            Request::builder().method(ask.method).uri(ask.path).header("host", "cluster");
        if ask.headers.iter().all(|(name, _)| *name != "authorization") {
            request = request.header("authorization", format!("Bearer {TOKEN}"));
        }
        for (name, value) in ask.headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(ask.body))).unwrap();
        (sender.send_request(request).await.unwrap(), task)
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let answered = self.try_get(path, &[]).await;
        assert_eq!(answered.code, 200, "{path}: {}", answered.text);
        answered.json()
    }

    pub(super) async fn try_get(&self, path: &str, headers: &[(&str, &str)]) -> Answered {
        self.ask(Ask { method: Method::GET, path, headers, body: String::new() }).await
    }

    pub(super) async fn table(&self, path: &str) -> Value {
        let answered = self.try_get(path, &[("accept", TABLE)]).await;
        assert_eq!(answered.code, 200, "{path}: {}", answered.text);
        answered.json()
    }

    pub(super) async fn patch(&self, path: &str, kind: &str, body: Value) -> Answered {
        let media = format!("application/{kind}+json");
        let headers = [("content-type", media.as_str())];
        let (method, body) = (Method::PATCH, body.to_string());
        self.ask(Ask { method, path, headers: &headers, body }).await
    }

    pub(super) async fn delete(&self, path: &str, options: Value) -> Answered {
        let (method, body) = (Method::DELETE, options.to_string());
        self.ask(Ask { method, path, headers: &[], body }).await
    }

    /// Opens something that goes on.
    pub(super) async fn follow(&self, path: &str) -> Lines {
        self.follow_as(path, "application/json").await
    }

    pub(super) async fn follow_as(&self, path: &str, accept: &str) -> Lines {
        let headers = [("accept", accept)];
        let ask = Ask { method: Method::GET, path, headers: &headers, body: String::new() };
        let (response, task) = self.send(ask).await;
        assert_eq!(response.status().as_u16(), 200, "{path}");
        let (rest, ready) = (String::new(), VecDeque::new());
        Lines { body: response.into_body(), rest, ready, _task: task }
    }

    /// The truth about a pod whose name begins so.
    pub(super) fn pod(&self, prefix: &str) -> ExpectedPod {
        self.pods(prefix).into_iter().next().unwrap_or_else(|| panic!("no pod {prefix}"))
    }

    pub(super) fn pods(&self, prefix: &str) -> Vec<ExpectedPod> {
        let mut pods = self.server.expected();
        pods.retain(|pod| pod.name.starts_with(prefix));
        pods
    }

    /// Waits until the truth about the pods is so, at most half an hour.
    pub(super) async fn until(&self, mut is_so: impl FnMut(&[ExpectedPod]) -> bool) {
        for _ in 0..18_000 {
            if is_so(&self.server.expected()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("it never came true: {:#?}", self.server.expected());
    }
}

impl Answered {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Lines {
    /// The next line; `None` at the end, an error where it broke off.
    pub(super) async fn next(&mut self) -> Result<Option<String>, hyper::Error> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Ok(Some(line));
            }
            let Some(frame) = self.body.frame().await else { return Ok(None) };
            let Ok(bytes) = frame?.into_data() else { continue };
            self.rest.push_str(std::str::from_utf8(&bytes).unwrap());
            while let Some((line, rest)) = self.rest.split_once('\n') {
                self.ready.push_back(line.to_owned());
                self.rest = rest.to_owned();
            }
        }
    }

    pub(super) async fn event(&mut self) -> Value {
        let line = self.next().await.unwrap().expect("the watch goes on");
        serde_json::from_str(&line).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_finds_out_what_there_is_and_who_it_is() {
    let served = served(Tier::Prod).await;
    assert_eq!(served.get("/version").await["major"], "1");
    assert_eq!(served.get("/api").await["versions"][0], "v1");
    let groups = served.get("/apis").await;
    let names: Vec<_> = groups["groups"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert!(names.contains(&&Value::from("metrics.k8s.io")), "{names:?}");
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    let all = served.try_get("/apis", &[("accept", accept)]).await.json();
    assert_eq!(all["kind"], "APIGroupDiscoveryList");
    let refused = served.try_get("/openapi/v3", &[]).await;
    assert_eq!((refused.code, &refused.json()["kind"]), (501, &Value::from("Status")));
    assert_eq!(served.try_get("/apis/apps/v2", &[]).await.code, 404);
    assert_eq!(served.try_get("/api/v1/secrets", &[]).await.code, 404);
    let metrics = served.get("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods").await;
    assert!(metrics["items"].as_array().unwrap().len() > 10);
    let nodes = served.get("/apis/metrics.k8s.io/v1beta1/nodes").await;
    assert_eq!(nodes["items"].as_array().unwrap().len(), 6);
}
