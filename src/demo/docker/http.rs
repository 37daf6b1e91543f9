//! Requests and answers of the API: filters, JSON bodies, refusals, bodies that grow.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{Response, StatusCode};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::demo::answer;

pub(super) use crate::demo::answer::Content;
use crate::demo::request::read_whole;
pub(super) use crate::demo::request::{Query, decode, next_part};

pub(super) type Answer = Result<Response<Content>, Refused>;

/// A refused request, as the engine words it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl Refused {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn answer(&self) -> Response<Content> {
        answer::json(self.status, &json!({"message": self.message}))
    }
}

pub(super) fn ok(value: &Value) -> Answer {
    json_with(StatusCode::OK, value)
}

#[expect(clippy::unnecessary_wraps, reason = "every answer is one of a route's results")]
pub(super) fn json_with(status: StatusCode, value: &Value) -> Answer {
    Ok(answer::json(status, value))
}

#[expect(clippy::unnecessary_wraps, reason = "every answer is one of a route's results")]
pub(super) fn text(body: &'static str) -> Answer {
    Ok(answer::whole(StatusCode::OK, "text/plain; charset=utf-8", body))
}

#[expect(clippy::unnecessary_wraps, reason = "every answer is one of a route's results")]
pub(super) fn empty(status: StatusCode) -> Answer {
    Ok(answer::empty(status))
}

/// What lies at a path inside a container, told in a header.
pub(super) fn stat(found: &Value) -> Answer {
    let mut response = empty(StatusCode::OK)?;
    if let Ok(told) = http::HeaderValue::from_str(&base64(found.to_string().as_bytes())) {
        response.headers_mut().insert("x-docker-container-path-stat", told);
    }
    Ok(response)
}

/// As RFC 4648 has it.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place)) as usize & 63;
            let sign = ALPHABET.get(index).copied().unwrap_or(b'=');
            text.push(if place <= group.len() { char::from(sign) } else { '=' });
        }
    }
    text
}

/// An answer whose body is what will be sent into the channel.
pub(super) fn growing(kind: &'static str) -> (mpsc::Sender<Bytes>, Answer) {
    let (sender, receiver) = mpsc::channel(16);
    (sender, Ok(answer::made(kind, ReceiverStream::new(receiver).map(Ok))))
}

/// A JSON body; an empty one is an empty object.
pub(super) async fn read_json(body: &mut Incoming) -> Result<Value, Refused> {
    let whole = read_whole(body).await;
    let whole = whole.ok_or_else(|| Refused::bad_request("request body too large"))?;
    if whole.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(&whole)
        .map_err(|error| Refused::bad_request(format!("invalid JSON: {error}")))
}

impl Query {
    /// The values of one filter: `{"label": ["a=b"]}`, or as older clients write it
    /// `{"label": {"a=b": true}}`.
    pub(super) fn filter(&self, name: &str) -> Vec<String> {
        let filters: Value = self
            .get("filters")
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        match filters.get(name) {
            Some(Value::Array(values)) => {
                values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
            }
            Some(Value::Object(values)) => values.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }
}

/// Whether labels carry `key` or `key=value`.
pub(super) fn has_label(labels: &BTreeMap<String, String>, wanted: &str) -> bool {
    match wanted.split_once('=') {
        Some((key, value)) => labels.get(key).is_some_and(|found| found == value),
        None => labels.contains_key(wanted),
    }
}

/// The labels of a request to create something.
pub(super) fn labels(value: Option<&Value>) -> BTreeMap<String, String> {
    let labels = value.and_then(Value::as_object).into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// The words of a command line, which may be given as one string.
pub(super) fn words(value: Option<&Value>) -> Option<Vec<String>> {
    match value? {
        Value::String(word) => Some(vec![word.clone()]),
        Value::Array(words) => {
            Some(words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_in_both_spellings() {
        for text in [r#"{"label":["a=b","c"]}"#, r#"{"label":{"a=b":true,"c":true}}"#] {
            let query = Query::parse(&format!("all=1&filters={}", text.replace('"', "%22")));
            assert_eq!(query.filter("label"), ["a=b", "c"]);
            assert!(query.is_set("all"));
        }
        assert!(Query::parse("").filter("label").is_empty());
    }

    #[test]
    fn base64_is_padded() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }
}
