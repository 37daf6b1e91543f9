//! The least that a client of the Kubernetes API can do: lists pods page by page over one connection,
//! and deletes one.

use std::time::{Duration, Instant};

use lifeboat::adapters::kubernetes::protobuf;
use lifeboat::adapters::kubernetes::wire::ListMetadata;
use reqwest::header::ACCEPT;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::runtime::Runtime;

/// As many as the console asks for at a time.
const PAGE: usize = 500;
const JSON: &str = "application/json";

/// What is made of the answers.
#[derive(Clone, Copy)]
pub(crate) enum Reading {
    /// The bytes are thrown away; only the token of the next page is looked for.
    Bytes,
    /// The same of protocol buffers, which the console asks for.
    Messages,
    /// Each page is read as JSON into nothing, which checks that it is JSON.
    Json,
}

#[derive(Deserialize)]
struct Page<T> {
    metadata: Metadata,
    items: Vec<T>,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    r#continue: String,
}

#[derive(Deserialize)]
struct Named {
    metadata: Name,
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

pub(crate) struct Lister {
    runtime: Runtime,
    pods: String,
}

impl Lister {
    /// `address` is that of the server.
    pub(crate) fn new(address: &str) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { runtime, pods: format!("{address}/api/v1/namespaces/default/pods") }
    }

    /// Lists everything with a new connection; how long it took and how many bytes came.
    pub(crate) fn list(&self, reading: Reading) -> (Duration, usize) {
        let began = Instant::now();
        let mut length = 0;
        let media = match reading {
            Reading::Messages => protobuf::MEDIA,
            Reading::Bytes | Reading::Json => JSON,
        };
        self.pages(media, |page| {
            length += page.len();
            match reading {
                Reading::Bytes => token_in(page),
                Reading::Messages => token_of(page),
                Reading::Json => {
                    let page: Page<IgnoredAny> = serde_json::from_slice(page).unwrap();
                    page.metadata.r#continue
                }
            }
        });
        (began.elapsed(), length)
    }

    /// The names of all pods.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.pages(JSON, |page| {
            let page: Page<Named> = serde_json::from_slice(page).unwrap();
            names.extend(page.items.into_iter().map(|pod| pod.metadata.name));
            page.metadata.r#continue
        });
        names
    }

    /// Asks for the end of a pod; tells when it was asked.
    pub(crate) fn delete(&self, name: &str) -> Instant {
        let request = client().delete(format!("{}/{name}", self.pods));
        let asked = Instant::now();
        self.runtime.block_on(async {
            request.send().await.unwrap().error_for_status().unwrap();
        });
        asked
    }

    /// Hands each page to `read`, which gives the token of the next one.
    fn pages(&self, media: &str, mut read: impl FnMut(&[u8]) -> String) {
        let client = client();
        self.runtime.block_on(async {
            let (mut token, mut page) = (String::new(), Vec::new());
            loop {
                let place = if token.is_empty() { token } else { format!("&continue={token}") };
                let address = format!("{}?limit={PAGE}{place}", self.pods);
                let mut answer = client.get(address).header(ACCEPT, media).send().await.unwrap();
                page.clear();
                while let Some(chunk) = answer.chunk().await.unwrap() {
                    page.extend_from_slice(&chunk);
                }
                token = read(&page);
                if token.is_empty() {
                    return;
                }
            }
        });
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// The objects are passed over.
fn token_of(page: &[u8]) -> String {
    let mut splitter = protobuf::Splitter::default();
    splitter.feed(page, |_| {}).unwrap();
    let list: ListMetadata = splitter.finish().unwrap();
    list.goes_on().unwrap_or_default().into()
}

/// The token stands before the objects.
fn token_in(page: &[u8]) -> String {
    let head = String::from_utf8_lossy(&page[..page.len().min(1024)]);
    let metadata = head.split("\"items\"").next().unwrap();
    let token = metadata.split("\"continue\":\"").nth(1);
    token.map_or_else(String::new, |rest| rest.split('"').next().unwrap().to_owned())
}
