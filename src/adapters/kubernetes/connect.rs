//! A connection to the cluster of one context: kubeconfig, login, proxy, and how long is waited.

use std::fmt::Write;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::{AsyncBufRead, AsyncBufReadExt, TryStreamExt};
use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderValue, Request, Response};
use http_body_util::BodyExt;
use jiff::Timestamp;
use kube::client::{Body, ClientBuilder};
use kube::config::{KubeConfigOptions, Kubeconfig as File, KubeconfigError};
use kube::{Client, Config};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use tower::util::MapResponseLayer;

use crate::adapters::clock::TheirClock;
use crate::adapters::kubernetes::login::log_in;
use crate::adapters::kubernetes::protobuf;
use crate::adapters::kubernetes::proxy::goes_direct;
use crate::adapters::kubernetes::refusal::{Attempt, Refusal, Verb};
use crate::adapters::kubernetes::status;
use crate::domain::settings::Kubeconfig;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take to begin, and to go on.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// What is asked for whole is small: one object, one status.
const LARGEST_ANSWER: usize = 32 << 20;

/// A cluster that can be asked. Clones share their connections.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    context: Arc<str>,
    expires: Option<Timestamp>,
    clock: TheirClock,
    /// Known once a first page has come.
    pub(super) packing: Arc<OnceLock<Packing>>,
}

/// How long answers are best sent: packing takes a server longer than making them, and three times as
/// long as a fast network needs to carry what it saves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Packed,
    Plain,
}

impl Cluster {
    /// Prepares to reach the cluster of `context`, which runs its login program, if it has one. Reads
    /// files and certificates, which blocks for a moment; the server is not asked yet.
    pub async fn connect(kubeconfig: &Kubeconfig, context: &str) -> Result<Self, Refusal> {
        let attempt = Attempt {
            verb: Verb::Get,
            resource: "the kubeconfig",
            namespace: None,
            name: None,
            context: Arc::from(context),
        };
        let file = read(kubeconfig).map_err(|error| attempt.unprepared(describe(&error)))?;
        let own_proxy = own_proxy(&file, context);
        let options = KubeConfigOptions { context: Some(context.to_owned()), ..Default::default() };
        let mut config = Config::from_custom_kubeconfig(file, &options)
            .await
            .map_err(|error| attempt.unprepared(describe(&error)))?;
        if !own_proxy && goes_direct(&config.cluster_url, std::env::var("NO_PROXY").ok().as_deref())
        {
            config.proxy_url = None;
        }
        config.connect_timeout = Some(CONNECT);
        // Who repeats a request knows how long to wait; a second opinion would hide it.
        config.default_retry = false;
        let expires = log_in(&mut config.auth_info, &attempt).await?;
        let builder = ClientBuilder::try_from(config).map_err(|error| attempt.explain(error))?;
        let clock = TheirClock::default();
        let heard = clock.clone();
        let listening = MapResponseLayer::new(move |answer: Response<_>| {
            if let Some(Ok(date)) = answer.headers().get(DATE).map(|date| date.to_str()) {
                heard.hear(date);
            }
            answer
        });
        let client = builder.with_layer(&listening).build();
        let packing = Arc::default();
        Ok(Self { client, context: attempt.context, expires, clock, packing })
    }

    /// A cluster behind `client`, however far that is.
    pub fn over(client: Client, context: &str) -> Self {
        let packing = Arc::new(OnceLock::from(Packing::Packed));
        let clock = TheirClock::default();
        Self { client, context: Arc::from(context), expires: None, clock, packing }
    }

    /// When its login ends, as far as that is known.
    pub fn expires(&self) -> Option<Timestamp> {
        self.expires
    }

    /// When the cluster last answered, by its own clock.
    pub fn their_time(&self) -> Option<Timestamp> {
        self.clock.read()
    }

    /// Whether it is the same connection, rather than another one to the same cluster.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.context, &other.context)
    }

    pub fn context(&self) -> &str {
        &self.context
    }

    pub(super) fn attempt(&self, verb: Verb, resource: &'static str) -> Attempt {
        let context = Arc::clone(&self.context);
        Attempt { verb, resource, namespace: None, name: None, context }
    }

    /// Asks, and waits until the answer begins.
    pub(super) async fn open(
        &self,
        attempt: &Attempt,
        request: http::request::Builder,
        body: Vec<u8>,
    ) -> Result<Answer, Refusal> {
        let request: Request<Vec<u8>> =
            request.body(body).map_err(|error| attempt.unprepared(error.to_string()))?;
        let answer = timeout(PATIENCE, self.answer(attempt, request.map(Body::from))).await;
        let answer = answer.map_err(|_| attempt.late(PATIENCE))??;
        let is_protobuf = is_protobuf(&answer);
        let bytes = answer.into_body().into_data_stream().map_err(io::Error::other);
        Ok(Answer { bytes: Box::pin(bytes.into_async_read()), is_protobuf })
    }

    /// The answer, unless it is a refusal.
    async fn answer(
        &self,
        attempt: &Attempt,
        request: Request<Body>,
    ) -> Result<Response<Body>, Refusal> {
        let answer = self.client.send(request).await.map_err(|error| attempt.explain(error))?;
        if answer.status().is_client_error() || answer.status().is_server_error() {
            return Err(attempt.status(&status::of(answer).await));
        }
        Ok(answer)
    }

    /// Asks, and reads the whole answer.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        attempt: &Attempt,
        request: http::request::Builder,
        body: Vec<u8>,
    ) -> Result<T, Refusal> {
        let mut answer = self.open(attempt, request, body).await?;
        let mut text = Vec::new();
        while answer.next(attempt, |chunk| text.extend_from_slice(chunk)).await?.is_some() {
            if text.len() > LARGEST_ANSWER {
                return Err(attempt.nonsense("the answer is too long"));
            }
        }
        serde_json::from_slice(&text)
            .map_err(|error| attempt.nonsense(format!("the answer cannot be read: {error}")))
    }
}

/// An answer that has begun.
pub(super) struct Answer {
    bytes: Pin<Box<dyn AsyncBufRead + Send>>,
    is_protobuf: bool,
}

impl Answer {
    /// Whether it comes as protocol buffers rather than as JSON.
    pub(super) fn is_protobuf(&self) -> bool {
        self.is_protobuf
    }

    /// Hands the next bytes to `take`; `None` at the end.
    pub(super) async fn next<R>(
        &mut self,
        attempt: &Attempt,
        take: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>, Refusal> {
        let next = timeout(PATIENCE, self.chunk(take)).await;
        let next = next.map_err(|_| attempt.late(PATIENCE))?;
        next.map_err(|error| attempt.cut(error))
    }

    /// The same without a deadline.
    pub(super) async fn chunk<R>(
        &mut self,
        take: impl FnOnce(&[u8]) -> R,
    ) -> io::Result<Option<R>> {
        let chunk = self.bytes.fill_buf().await?;
        if chunk.is_empty() {
            return Ok(None);
        }
        let length = chunk.len();
        let taken = take(chunk);
        self.bytes.consume_unpin(length);
        Ok(Some(taken))
    }
}

/// Whether an answer is told in protocol buffers.
pub(super) fn is_protobuf(answer: &Response<Body>) -> bool {
    let media = answer.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    media.is_some_and(|media| media.starts_with(protobuf::MEDIA.as_bytes()))
}

/// A part of a path, or a value of a query, with everything that means something there escaped.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            write!(escaped, "%{byte:02X}").ok();
        }
    }
    escaped
}

/// Reads what `kubectl` would: a file that KUBECONFIG names but that is not there counts as empty.
fn read(kubeconfig: &Kubeconfig) -> Result<File, KubeconfigError> {
    match kubeconfig {
        Kubeconfig::At(path) => File::read_from(path),
        Kubeconfig::Found => {
            let Some(paths) = std::env::var_os("KUBECONFIG").filter(|paths| !paths.is_empty())
            else {
                return File::read();
            };
            std::env::split_paths(&paths)
                .filter(|path| path.as_os_str() != "" && Path::exists(path))
                .try_fold(File::default(), |merged, path| merged.merge(File::read_from(path)?))
        }
    }
}

/// Whether the kubeconfig itself names a proxy, which then counts always.
fn own_proxy(file: &File, context: &str) -> bool {
    let named = file.contexts.iter().find(|it| it.name == context);
    let cluster = named.and_then(|it| it.context.as_ref()).map(|it| it.cluster.as_str());
    let cluster = file.clusters.iter().find(|it| Some(it.name.as_str()) == cluster);
    let proxy = cluster.and_then(|it| it.cluster.as_ref()?.proxy_url.as_deref());
    proxy.is_some_and(|proxy| !proxy.is_empty())
}

/// An error of the file, which names places and keys but no values.
fn describe(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::LoadContext(name) => format!("it has no context {name}"),
        KubeconfigError::LoadClusterOfContext(name) => format!("it has no cluster {name}"),
        KubeconfigError::ReadConfig(error, path) => format!("{}: {error}", path.display()),
        KubeconfigError::FindPath => "there is no home folder to look into".to_owned(),
        KubeconfigError::MissingClusterUrl => "the cluster has no server".to_owned(),
        KubeconfigError::Parse(_) => "it is not valid YAML".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::adapters::kubernetes::refusal::Sort;
    use crate::domain::failure::Failure;

    fn kubeconfig(user: &str) -> (tempfile::TempDir, Kubeconfig) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let text = format!(
            r#"{{"contexts": [{{"name": "a", "context": {{"cluster": "c", "user": "u"}}}}],
            "clusters": [{{"name": "c", "cluster": {{"server": "http://127.0.0.1:1"}}}}],
            "users": [{{"name": "u", "user": {user}}}]}}"#
        );
        fs::write(&path, text).unwrap();
        (folder, Kubeconfig::At(path))
    }

    async fn failure(kubeconfig: &Kubeconfig, context: &str) -> (Sort, Failure) {
        let refusal = Cluster::connect(kubeconfig, context).await.err().unwrap();
        (refusal.sort, refusal.into())
    }

    #[tokio::test]
    async fn a_context_that_is_not_there_is_named() {
        let (_folder, kubeconfig) = kubeconfig("{}");
        let (_, failure) = failure(&kubeconfig, "nowhere").await;
        assert_eq!(failure.what, "reading the kubeconfig of nowhere: it has no context nowhere");
        let missing = Kubeconfig::At("/nowhere/config".into());
        let (_, failure) = self::failure(&missing, "a").await;
        assert!(failure.what.contains("/nowhere/config"), "{failure}");
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_unreachable() {
        let (_folder, kubeconfig) = kubeconfig("{}");
        let cluster = Cluster::connect(&kubeconfig, "a").await.unwrap();
        let attempt = cluster.attempt(Verb::List, "pods");
        let asked = cluster.open(&attempt, Request::get("/api/v1/pods"), Vec::new()).await;
        let refusal = asked.err().unwrap();
        assert_eq!(refusal.sort, Sort::Unreachable);
        assert!(refusal.error.reason.to_lowercase().contains("refused"), "{refusal:?}");
    }

    #[tokio::test]
    async fn a_login_program_gives_a_token_and_its_end() {
        let script = r#"printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s","expirationTimestamp":"2030-01-02T03:04:05Z"}}' "$SECRET""#;
        let user = serde_json::json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/sh",
            "args": ["-c", script], "env": [{"name": "SECRET", "value": "hunter2"}],
            "interactiveMode": "Always"}});
        let (_folder, kubeconfig) = kubeconfig(&user.to_string());
        let cluster = Cluster::connect(&kubeconfig, "a").await.unwrap();
        assert_eq!(cluster.expires(), Some("2030-01-02T03:04:05Z".parse().unwrap()));
    }

    #[tokio::test]
    async fn a_login_program_that_fails_is_named_without_its_words() {
        let user = serde_json::json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/sh",
            "args": ["-c", "echo $SECRET; echo $SECRET >&2; exit 3"],
            "env": [{"name": "SECRET", "value": "hunter2"}]}});
        let (_folder, kubeconfig) = kubeconfig(&user.to_string());
        let refusal = Cluster::connect(&kubeconfig, "a").await.err().unwrap();
        assert!(!format!("{refusal:?}").contains("hunter2"));
        assert_eq!(refusal.sort, Sort::LoginExpired);
        assert!(refusal.error.reason.contains("`sh` ended with exit status: 3"), "{refusal:?}");
    }

    #[test]
    fn what_means_something_in_an_address_is_escaped() {
        assert_eq!(escaped("a/b?c=d&é"), "a%2Fb%3Fc%3Dd%26%C3%A9");
        assert_eq!(escaped("kube-system"), "kube-system");
    }
}
