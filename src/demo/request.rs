//! Requests over HTTP as all servers of the world read them: queries, escapes, bodies.

use std::collections::BTreeMap;
use std::pin::Pin;

use bytes::Bytes;
use hyper::body::{Body as _, Incoming};

/// The parameters behind the question mark.
#[derive(Debug, Clone, Default)]
pub(in crate::demo) struct Query(BTreeMap<String, String>);

impl Query {
    pub(in crate::demo) fn parse(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        )
    }

    pub(in crate::demo) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(in crate::demo) fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| matches!(value, "1" | "true" | "True"))
    }
}

/// The next part of a body; `None` at its end or when the client broke off.
pub(in crate::demo) async fn next_part(body: &mut Incoming) -> Option<Bytes> {
    loop {
        let frame =
            std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
        if let Ok(part) = frame.ok()?.into_data() {
            return Some(part);
        }
    }
}

/// What a body of a request may weigh, archives aside.
const LARGEST_BODY: usize = 4 << 20;

/// A whole body; `None` where it is too large.
pub(in crate::demo) async fn read_whole(body: &mut Incoming) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    while let Some(part) = next_part(body).await {
        whole.extend_from_slice(&part);
        if whole.len() > LARGEST_BODY {
            return None;
        }
    }
    Some(whole)
}

/// Undoes the escapes of a URL.
pub(in crate::demo) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after.split_at_checked(2)) {
            (b'%', Some((digits, after))) => {
                let digits = std::str::from_utf8(digits).ok();
                match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    Some(decoded) => {
                        bytes.push(decoded);
                        rest = after;
                    }
                    None => bytes.push(b'%'),
                }
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_a_url_are_undone() {
        assert_eq!(decode("mongo%3A4.2+x%"), "mongo:4.2 x%");
        assert_eq!(decode("100%zz"), "100%zz");
    }

    #[test]
    fn what_is_set_to_nothing_is_not_there() {
        let query = Query::parse("a=1&b=&c=x%3Dy&d");
        assert!(query.is_set("a") && query.get("b").is_none() && query.get("d").is_none());
        assert_eq!(query.get("c"), Some("x=y"));
    }
}
