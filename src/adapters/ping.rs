//! A watchdog's address: it is asked for, and when nobody does so any more it raises an alarm.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::adapters::error::{AdapterError, System};
use crate::domain::failure::FailureKind;

const PATIENCE: Duration = Duration::from_secs(10);

/// Which moment of a run is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Start,
    Success,
}

/// Asks for `url`, with `/start` behind it at a start. The address is a secret: it is never shown.
pub async fn ping(url: &SecretString, moment: Moment) -> Result<(), AdapterError> {
    let client = reqwest::Client::builder().timeout(PATIENCE).build().map_err(|error| {
        failed(FailureKind::Unexpected, "no client could be made".into(), error)
    })?;
    let url = url.expose_secret().trim_end_matches('/');
    let url = match moment {
        Moment::Start => format!("{url}/start"),
        Moment::Success => url.to_owned(),
    };
    let sent = client.get(url).send().await.map_err(|error| {
        let (kind, reason) = if error.is_timeout() {
            (FailureKind::TimedOut, "no answer")
        } else {
            (FailureKind::Unreachable, "no connection")
        };
        failed(kind, reason.to_owned(), error)
    })?;
    let status = sent.status();
    sent.error_for_status()
        .map(|_| ())
        .map_err(|error| failed(FailureKind::Unexpected, format!("the answer was {status}"), error))
}

fn failed(kind: FailureKind, reason: String, error: reqwest::Error) -> AdapterError {
    AdapterError {
        system: System::Ping,
        operation: "pinging",
        target: "the address of `ping_url_env`".to_owned(),
        kind,
        reason,
        advice: None,
        // The error's own text quotes the address.
        source: Some(Box::new(error.without_url())),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn start_and_success_are_told_apart_and_the_address_is_never_shown() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hidden", listener.local_addr().unwrap());
        let url = SecretString::from(url);
        for (moment, path, status) in [
            (Moment::Start, "GET /hidden/start ", "200 OK"),
            (Moment::Success, "GET /hidden ", "404 Not Found"),
        ] {
            let answering = async {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap();
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                String::from_utf8_lossy(&request[..length]).into_owned()
            };
            let (request, pinged) = tokio::join!(answering, ping(&url, moment));
            assert!(request.starts_with(path), "{request}");
            assert_eq!(pinged.is_ok(), status == "200 OK");
            if let Err(error) = pinged {
                let all = format!("{error} {error:?} {}", crate::adapters::error::chain(&error));
                assert!(!all.contains("hidden"), "{all}");
            }
        }
    }
}
