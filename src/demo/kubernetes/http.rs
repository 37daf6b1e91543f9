//! Answers of the API: objects, refusals as it words them, bodies that are made while they are sent.

use std::io;

use bytes::Bytes;
use futures_util::Stream;
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::demo::answer;
use crate::demo::kubernetes::accept::Shape;
use crate::demo::kubernetes::protobuf;
use crate::demo::request::read_whole;

pub(super) use crate::demo::answer::{Content, JSON};

pub(super) type Answer = Result<Response<Content>, Refusal>;

/// A refused request, with the words of a `Status`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    pub(super) code: StatusCode,
    pub(super) reason: &'static str,
    pub(super) message: String,
    pub(super) details: Value,
}

impl Refusal {
    pub(super) fn new(code: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: Value::Null }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub(super) fn not_found(resource: &str, name: &str) -> Self {
        let message = format!("{resource} \"{name}\" not found");
        let mut refusal = Self::new(StatusCode::NOT_FOUND, "NotFound", message);
        let kind = resource.split('.').next().unwrap_or_default();
        refusal.details = json!({"name": name, "kind": kind});
        refusal
    }

    /// A path that leads nowhere.
    pub(super) fn no_such_path() -> Self {
        let message = "the server could not find the requested resource";
        Self::new(StatusCode::NOT_FOUND, "NotFound", message)
    }

    pub(super) fn not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", message)
    }

    /// What was asked for is too old.
    pub(super) fn expired(message: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, "Expired", message)
    }

    /// What this world leaves out, on purpose.
    pub(super) fn not_here(what: &str) -> Self {
        let message = format!("the embedded world {what}");
        Self::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
    }

    pub(super) fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.code.as_u16(),
        });
        if let Some(fields) = status.as_object_mut().filter(|_| !self.details.is_null()) {
            fields.insert("details".to_owned(), self.details.clone());
        }
        status
    }

    /// The refusal, in protocol buffers where a client would rather have those.
    pub(super) fn answer(&self, accept: Option<&str>) -> Response<Content> {
        match Shape::of(accept, true) {
            Ok(Shape::Message) => {
                answer::whole(self.code, protobuf::MEDIA, protobuf::status(&self.status()))
            }
            _ => answer::json(self.code, &self.status()),
        }
    }
}

pub(super) fn ok(value: &Value) -> Answer {
    json_with(StatusCode::OK, value)
}

pub(super) fn json_with(code: StatusCode, value: &Value) -> Answer {
    text_with(code, JSON, value.to_string())
}

#[expect(clippy::unnecessary_wraps, reason = "every answer is one of a route's results")]
pub(super) fn text_with(code: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    Ok(answer::whole(code, kind, body))
}

/// An answer whose body is made part by part, as long as the client reads.
#[expect(clippy::unnecessary_wraps, reason = "every answer is one of a route's results")]
pub(super) fn made(
    kind: &'static str,
    parts: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Answer {
    Ok(answer::made(kind, parts))
}

/// The object in a body; null where there is none.
pub(super) async fn read_object(request: &mut Request<Incoming>) -> Result<Value, Refusal> {
    let media = request.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let is_protobuf = media.is_some_and(|media| media.starts_with(protobuf::MEDIA));
    let whole = read_whole(request.body_mut()).await.ok_or_else(|| {
        let message = "Request entity too large: limit is 4194304";
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", message)
    })?;
    if whole.is_empty() {
        return Ok(Value::Null);
    }
    if is_protobuf {
        return protobuf::read(&whole);
    }
    serde_json::from_slice(&whole).map_err(|error| {
        Refusal::bad_request(format!("the body of the request is not JSON: {error}"))
    })
}
