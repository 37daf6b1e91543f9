//! What a server says when it refuses: a `Status` in the form that was asked for, or whatever a proxy
//! in between answers.

use http::{Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use kube::client::Body;
use kube::core::Status;

use crate::adapters::kubernetes::connect::is_protobuf;
use crate::adapters::kubernetes::protobuf;

/// More than any refusal takes.
const LONGEST: usize = 1 << 20;

/// The status that `answer` brings; where it cannot be read, that of its first line.
pub(super) async fn of(answer: Response<Body>) -> Status {
    let code = answer.status();
    let is_protobuf = is_protobuf(&answer);
    let whole = Limited::new(answer.into_body(), LONGEST).collect().await;
    let whole = whole.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    read(&whole, is_protobuf, code)
}

fn read(whole: &[u8], is_protobuf: bool, code: StatusCode) -> Status {
    let told: Option<Status> = if is_protobuf {
        let status = protobuf::enveloped(whole);
        status.and_then(|status| protobuf::read(status, protobuf::STATUS).ok())
    } else {
        serde_json::from_slice(whole).ok()
    };
    let mut status = told.unwrap_or_else(|| {
        let message = if is_protobuf { "".into() } else { String::from_utf8_lossy(whole) };
        Status::failure(&message, code.canonical_reason().unwrap_or_default())
    });
    if status.code == 0 {
        status.code = code.as_u16();
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_in_whichever_form_it_comes() {
        let json = br#"{"kind":"Status","status":"Failure","reason":"NotFound","message":"pods \"no\" not found","code":404}"#;
        // As a server of version 1.34 sends it.
        let protobuf = b"k8s\0\x0a\x0c\x0a\x02v1\x12\x06Status\x12E\x0a\x06\x0a\0\x12\0\x1a\0\x12\x07Failure\x1a\x13pods \"no\" not found\"\x08NotFound*\x10\x0a\x02no\x12\0\x1a\x04pods(\x002\x000\x94\x03\x1a\0\"\0";
        for (whole, is_protobuf) in [(&json[..], false), (&protobuf[..], true)] {
            let status = read(whole, is_protobuf, StatusCode::BAD_GATEWAY);
            let told = (status.code, status.reason.as_str(), status.message.as_str());
            assert_eq!(told, (404, "NotFound", "pods \"no\" not found"), "{is_protobuf}");
        }
    }

    #[test]
    fn what_is_no_status_keeps_the_code_and_a_text_that_can_be_read() {
        for (whole, is_protobuf, message) in [
            (&b"upstream gone"[..], false, "upstream gone"),
            (b"\xff\xfe", false, "\u{fffd}\u{fffd}"),
            (b"k8s\0\xff", true, ""),
            (b"", true, ""),
        ] {
            let status = read(whole, is_protobuf, StatusCode::BAD_GATEWAY);
            let told = (status.code, status.reason.as_str(), status.message.as_str());
            assert_eq!(told, (502, "Bad Gateway", message), "{whole:?}");
        }
    }
}
