//! Answers over HTTP as the world's own servers give them: whole, or made while they are sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderValue, Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use jiff::Timestamp;
use serde_json::Value;

pub(in crate::demo) const JSON: &str = "application/json";

type Parts = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// What an answer carries.
pub(in crate::demo) enum Content {
    Whole(Bytes),
    /// Made part by part; an error breaks the connection off.
    Made(Parts),
}

pub(in crate::demo) fn whole(
    status: StatusCode,
    kind: &'static str,
    body: impl Into<Bytes>,
) -> Response<Content> {
    let mut response = of_kind(kind, Content::Whole(body.into()));
    *response.status_mut() = status;
    response
}

pub(in crate::demo) fn json(status: StatusCode, value: &Value) -> Response<Content> {
    whole(status, JSON, value.to_string())
}

/// Without a body, and without a word about what it would be.
pub(in crate::demo) fn empty(status: StatusCode) -> Response<Content> {
    let mut response = Response::new(Content::Whole(Bytes::new()));
    *response.status_mut() = status;
    response
}

/// An answer whose body is made part by part, as long as the client reads.
pub(in crate::demo) fn made(
    kind: &'static str,
    parts: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Response<Content> {
    of_kind(kind, Content::Made(Box::pin(parts)))
}

fn of_kind(kind: &'static str, content: Content) -> Response<Content> {
    let mut response = Response::new(content);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// The same with the world's time, which is not the machine's.
pub(in crate::demo) fn dated<B>(mut response: Response<B>, now: Timestamp) -> Response<B> {
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Made(parts) => {
                parts.as_mut().poll_next(context).map(|part| part.map(|it| it.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            }
            Self::Made(_) => SizeHint::default(),
        }
    }
}
