//! The adapter against servers in this process, which answer as a test wants.

mod deeds;
mod lists;
mod logs;
mod reads;
mod watches;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::unfold;
use http::{Request, Response};
use http_body_util::StreamBody;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Frame;
use kube::Client;
use kube::client::Body;
use serde::Deserialize;
use tokio::time::sleep;

use crate::adapters::kubernetes::connect::Cluster;
use crate::adapters::kubernetes::resource::Resource;
use crate::adapters::kubernetes::split::first;
use crate::domain::news::Scope;

/// A part of an answer's body.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Text(String),
    Pause(Duration),
    /// The connection is reset.
    Cut,
    /// Nothing ever comes.
    Hang,
}

/// An answer: its status and its body. Without a status nothing is ever answered.
#[derive(Debug, Clone)]
pub(crate) struct Scripted {
    status: Option<u16>,
    parts: VecDeque<Part>,
}

pub(crate) fn says(text: impl Into<String>) -> Scripted {
    parts([Part::Text(text.into())])
}

pub(crate) fn parts(parts: impl IntoIterator<Item = Part>) -> Scripted {
    Scripted { status: Some(200), parts: parts.into_iter().collect() }
}

pub(crate) fn refuses(status: u16, message: &str) -> Scripted {
    let text = serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status, "message": message,
    });
    let text = text.to_string();
    Scripted { status: Some(status), ..says(text) }
}

pub(crate) fn hangs() -> Scripted {
    Scripted { status: None, parts: VecDeque::new() }
}

/// What was asked: method, path and query, body.
pub(super) type Asked = Arc<Mutex<Vec<String>>>;

/// A cluster that gives these answers one after the other.
pub(super) fn cluster(answers: impl IntoIterator<Item = Scripted>) -> (Cluster, Asked) {
    let mut answers: VecDeque<_> = answers.into_iter().collect();
    let asked = Asked::default();
    let log = Arc::clone(&asked);
    let answer = move |question: &str| {
        log.lock().unwrap().push(question.to_owned());
        answers.pop_front().expect("one question too many")
    };
    (answering(answer), asked)
}

/// A cluster that answers each question: method, path and query, body.
pub(crate) fn answering(answer: impl FnMut(&str) -> Scripted + Send + 'static) -> Cluster {
    let answer = Arc::new(Mutex::new(answer));
    let service = tower::service_fn(move |request: Request<Body>| {
        let answer = Arc::clone(&answer);
        async move {
            let line = format!("{} {}", request.method(), request.uri());
            let body = request.into_body().collect_bytes().await.unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            let question = format!("{line} {body}");
            let answer = (*answer.lock().unwrap())(question.trim());
            let Some(status) = answer.status else { pending().await };
            let answer = Response::builder().status(status).body(body_of(answer.parts));
            Ok::<_, Infallible>(answer.unwrap())
        }
    });
    Cluster::over(Client::new(service, "default"), "prod")
}

fn body_of(parts: VecDeque<Part>) -> UnsyncBoxBody<Bytes, io::Error> {
    let frames = unfold(parts, |mut parts| async {
        loop {
            return match parts.pop_front()? {
                Part::Text(text) => Some((Ok(Frame::data(Bytes::from(text))), parts)),
                Part::Pause(pause) => {
                    sleep(pause).await;
                    continue;
                }
                Part::Cut => Some((Err(io::ErrorKind::ConnectionReset.into()), parts)),
                Part::Hang => pending().await,
            };
        }
    });
    UnsyncBoxBody::new(StreamBody::new(frames))
}

/// An object of which only the name is read.
#[derive(Debug, Deserialize)]
struct Named {
    metadata: Name,
}

#[derive(Debug, Deserialize)]
struct Name {
    name: String,
}

pub(super) const PODS: Resource<String> = Resource {
    group: "/api/v1",
    plural: "pods",
    fields: None,
    decode: |bytes| {
        let (named, length): (Named, usize) = first(bytes)?;
        Ok((Some(named.metadata.name).filter(|name| name != "unwanted"), length))
    },
    decode_protobuf: None,
};

pub(super) fn default() -> Scope {
    Scope::Namespace(Arc::from("default"))
}
