//! A Slack incoming webhook: one message, one answer.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::adapters::error::{AdapterError, System};
use crate::domain::failure::FailureKind;
use crate::domain::verdict::{Judgement, Severity};
use crate::drill::record::{Cleanup, Record};
use crate::drill::report::line;

const PATIENCE: Duration = Duration::from_secs(10);

/// Posts `text` (Slack's own markup) to the webhook. The address is a secret: it is never shown.
pub async fn post(webhook: &SecretString, text: &str) -> Result<(), AdapterError> {
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .build()
        .map_err(|error| failed(FailureKind::Unexpected, "no client could be made", error))?;
    let body = serde_json::json!({"text": text});
    let sent = client.post(webhook.expose_secret()).json(&body).send().await;
    let answer = sent.map_err(|error| {
        let (kind, reason) = if error.is_timeout() {
            (FailureKind::TimedOut, "no answer")
        } else {
            (FailureKind::Unreachable, "no connection")
        };
        failed(kind, reason, error)
    })?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => {
            let kind = match status.as_u16() {
                401 | 403 => FailureKind::Denied,
                404 | 410 => FailureKind::Missing,
                _ => FailureKind::Unexpected,
            };
            Err(AdapterError {
                advice: Some("make a new incoming webhook and set its variable".to_owned()),
                ..refused(kind, format!("the answer was {status}"))
            })
        }
    }
}

/// What Slack is told of a drill: the verdict, its reason, what would be lost, and a clean-up that
/// failed.
pub fn message(record: &Record, cleanup: &Cleanup) -> String {
    let mut lines = vec![format!(
        "*{}* restore drill of {} `{}`: {}",
        record.verdict,
        escape(&format!("{}/{}", record.environment, record.set)),
        escape(record.object.name()),
        escape(&record.sentence())
    )];
    let findings = record.judgements.iter().flat_map(Judgement::findings);
    let serious = findings.filter(|finding| finding.severity >= Severity::Warn);
    // Of equally bad ones the first: rules are in order.
    let worst =
        serious.reduce(|worst, other| if other.severity > worst.severity { other } else { worst });
    lines.extend(worst.map(|finding| escape(&line(finding))));
    lines.extend(
        record
            .failed
            .as_ref()
            .map(|failed| escape(&format!("{} failed: {}", failed.step, failed.failure))),
    );
    lines.extend(record.loss.as_ref().map(|loss| escape(&loss.sentence())));
    lines.extend(
        cleanup.failure.as_ref().map(|failure| escape(&format!("clean-up FAILED: {failure}"))),
    );
    lines.join("\n")
}

/// What Slack acts on in a text from outside.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn failed(kind: FailureKind, reason: &str, error: reqwest::Error) -> AdapterError {
    // The error's own text quotes the address.
    AdapterError { source: Some(Box::new(error.without_url())), ..refused(kind, reason.to_owned()) }
}

fn refused(kind: FailureKind, reason: String) -> AdapterError {
    AdapterError {
        system: System::Slack,
        operation: "posting to",
        target: "the Slack webhook".to_owned(),
        kind,
        reason,
        advice: None,
        source: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_mention_anybody() {
        assert_eq!(escape("<!channel> a&b"), "&lt;!channel&gt; a&amp;b");
    }

    #[tokio::test]
    async fn the_address_is_never_shown() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let webhook = SecretString::from("http://127.0.0.1:9/services/T0/B0/hidden");
        let error = post(&webhook, "hello").await.unwrap_err();
        let all = format!("{error} {error:?} {}", crate::adapters::error::chain(&error));
        assert!(!all.contains("hidden"), "{all}");
        assert_eq!(error.kind, FailureKind::Unreachable);
    }

    /// Answers one request with `status` and returns what was posted.
    async fn answer(listener: tokio::net::TcpListener, status: &str) -> String {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let mut length = 0;
        while !String::from_utf8_lossy(&request[..length]).ends_with('}') {
            length += stream.read(&mut request[length..]).await.unwrap();
        }
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    }

    #[tokio::test]
    async fn a_message_is_posted_and_a_webhook_that_is_gone_is_said_to_be() {
        rustls::crypto::ring::default_provider().install_default().ok();
        for (status, kind) in [("200 OK", None), ("404 Not Found", Some(FailureKind::Missing))] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let webhook = SecretString::from(format!("http://{address}/services/x"));
            let (request, posted) =
                tokio::join!(answer(listener, status), post(&webhook, "drill passed"));
            assert!(request.contains(r#"{"text":"drill passed"}"#), "{request}");
            assert_eq!(posted.err().map(|error| error.kind), kind);
        }
    }
}
