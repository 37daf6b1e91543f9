//! Downloading one object: ranges side by side, each straight to its place in the file. Memory does
//! not grow with the object, and a lost connection costs only what was on its way.

use std::pin::pin;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::StalledStreamProtectionConfig;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use bytes::Bytes;
use futures_util::future::OptionFuture;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::{select, time};

use crate::adapters::aws::connection::STALL;
use crate::adapters::error::AdapterError;
use crate::adapters::s3::S3;
use crate::adapters::s3::object;
use crate::adapters::s3::part::{PartFile, Piece};
use crate::adapters::s3::refusal::Attempt;
use crate::domain::backup::Backup;
use crate::domain::failure::FailureKind;
use crate::domain::units::ByteSize;

const PIECE: usize = 8 << 20;
const AT_ONCE: usize = 4;
/// Bytes are written in portions of about this size: the fewer writes, the less the pieces wait for
/// one another at the file.
const PORTION: usize = 1 << 20;
/// How long bytes may wait for more before they are written and shown to readers.
const LINGER: Duration = Duration::from_millis(100);

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transferred {
    /// With what an earlier download left.
    pub done: ByteSize,
    pub total: ByteSize,
}

impl S3 {
    /// Downloads what `part` still misses of its object. Dropping the future ends the download and
    /// fails the readers that wait for it; what has arrived stays for the next attempt.
    pub async fn download(
        &self,
        part: &PartFile,
        observe: &(dyn Fn(Transferred) + Sync),
    ) -> Result<(), AdapterError> {
        let running = Running::start(part);
        let outcome = self.fill(part, observe).await;
        if let Err(error) = &outcome {
            running.failed(error);
        }
        outcome
    }

    async fn fill(
        &self,
        part: &PartFile,
        observe: &(dyn Fn(Transferred) + Sync),
    ) -> Result<(), AdapterError> {
        let backup = &part.object().backup;
        let attempt = self.attempt("downloading", backup.url(), "s3:GetObject");
        part.object().check_readable(&attempt)?;
        let client = self.client(&backup.bucket).await?;
        let source = Source { client, attempt, part, observe };
        let pieces = part.frontier.gaps(part.length()).into_iter().flat_map(|gap| {
            let end = gap.end;
            gap.step_by(PIECE).map(move |start| start..end.min(start + PIECE as u64))
        });
        stream::iter(pieces)
            .map(|range| async { source.fetch(part.piece(range)?).await })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }
}

/// Wakes the readers whatever ends the download. Once all bytes are there, it changes nothing.
struct Running<'a>(&'a PartFile);

impl<'a> Running<'a> {
    fn start(part: &'a PartFile) -> Self {
        part.frontier.start();
        Self(part)
    }

    fn failed(&self, error: &AdapterError) {
        self.0.frontier.stop(&error.to_string());
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.frontier.stop("the download was cancelled");
    }
}

/// Where the bytes come from, and who watches.
struct Source<'a> {
    client: Client,
    attempt: Attempt<'a>,
    part: &'a PartFile,
    observe: &'a (dyn Fn(Transferred) + Sync),
}

impl Source<'_> {
    /// Fetches one piece, going on where a connection was lost. Gives up only when several attempts
    /// in a row brought nothing.
    async fn fetch(&self, mut piece: Piece<'_>) -> Result<(), AdapterError> {
        let mut pauses = pauses();
        loop {
            let before = piece.left();
            let Err(error) = self.stream(&mut piece).await else { return Ok(()) };
            if !matches!(error.kind, FailureKind::Unreachable | FailureKind::TimedOut) {
                return Err(error);
            }
            if piece.left() != before {
                pauses = self::pauses();
            }
            let Some(pause) = pauses.next() else { return Err(error) };
            tracing::warn!(position = piece.left().start, %error, ?pause, "a connection was lost");
            time::sleep(pause).await;
        }
    }

    /// One request for what the piece still misses.
    async fn stream(&self, piece: &mut Piece<'_>) -> Result<(), AdapterError> {
        let mut body = self.request(piece).await?;
        let ended = loop {
            let (portion, ended) = self.gather(&mut body).await;
            // What came before a connection was lost counts.
            self.write(piece, portion).await?;
            if let Some(ended) = ended {
                break ended;
            }
        };
        ended?;
        if piece.left().is_empty() {
            return Ok(());
        }
        Err(self.attempt.failed(FailureKind::Unreachable, "the answer ended too early"))
    }

    /// The next portion, and how the answer ended, where it has. What came is not held back for long.
    async fn gather(&self, body: &mut ByteStream) -> (Portion, Option<Result<(), AdapterError>>) {
        let mut portion = Portion::default();
        let mut linger = pin!(None);
        while portion.length < PORTION {
            let next = select! {
                biased;
                next = time::timeout(STALL, body.try_next()) => next,
                // Begins with the first bytes.
                Some(()) = OptionFuture::from(linger.as_mut().as_pin_mut()) => break,
            };
            match next {
                Ok(Ok(Some(bytes))) => {
                    portion.push(bytes);
                    if linger.is_none() {
                        linger.set(Some(time::sleep(LINGER)));
                    }
                }
                Ok(Ok(None)) => return (portion, Some(Ok(()))),
                Ok(Err(error)) => {
                    let lost =
                        self.attempt.failed(FailureKind::Unreachable, "the connection was lost");
                    let lost = AdapterError { source: Some(Box::new(error)), ..lost };
                    return (portion, Some(Err(lost)));
                }
                Err(_) => {
                    let silent = format!("no byte came for {} s", STALL.as_secs());
                    let silent = self.attempt.failed(FailureKind::TimedOut, silent);
                    return (portion, Some(Err(silent)));
                }
            }
        }
        (portion, None)
    }

    async fn request(&self, piece: &Piece<'_>) -> Result<ByteStream, AdapterError> {
        let Backup { bucket, key, etag, .. } = &self.part.object().backup;
        let left = piece.left();
        let answer = self
            .client
            .get_object()
            .bucket(bucket)
            .key(&key.0)
            .range(format!("bytes={}-{}", left.start, left.end - 1))
            .if_match(format!("\"{etag}\""))
            .customize()
            .config_override(
                // Both are done here, where it is known how far the piece has come.
                aws_sdk_s3::Config::builder()
                    .retry_config(RetryConfig::disabled())
                    .stalled_stream_protection(StalledStreamProtectionConfig::disabled()),
            )
            .send()
            .await
            .map_err(|error| {
                let refused = self.attempt.refused(error);
                let archived = refused.reason.contains("InvalidObjectState");
                let thaw = archived.then(|| self.part.object().how_to_thaw(&self.attempt));
                AdapterError { advice: refused.advice.or(thaw), ..refused }
            })?;
        self.check(&answer, left.start)?;
        Ok(answer.body)
    }

    /// Not every storage heeds `If-Match` and `Range`.
    fn check(&self, answer: &GetObjectOutput, start: u64) -> Result<(), AdapterError> {
        let backup = &self.part.object().backup;
        if answer.e_tag().is_some_and(|etag| object::unquoted(etag) != backup.etag) {
            return Err(self.attempt.replaced());
        }
        let begins = match answer.content_range() {
            Some(range) => range.starts_with(&format!("bytes {start}-")),
            None => start == 0 && answer.content_length() == i64::try_from(self.part.length()).ok(),
        };
        if begins {
            return Ok(());
        }
        Err(self.attempt.failed(FailureKind::Unexpected, "the answer is not the range asked for"))
    }

    async fn write(&self, piece: &mut Piece<'_>, portion: Portion) -> Result<(), AdapterError> {
        let left = piece.left();
        if portion.length as u64 > left.end - left.start {
            let reason = "the answer is longer than the range asked for";
            return Err(self.attempt.failed(FailureKind::Unexpected, reason));
        }
        if portion.length > 0 {
            let done = piece.write(portion.frames).await?;
            (self.observe)(Transferred { done, total: self.part.object().backup.size });
        }
        Ok(())
    }
}

/// Bytes that came one after another, as the connection handed them out: nothing is copied between
/// the network and the file.
#[derive(Debug, Default)]
struct Portion {
    frames: Vec<Bytes>,
    length: usize,
}

impl Portion {
    fn push(&mut self, frame: Bytes) {
        self.length += frame.len();
        self.frames.push(frame);
    }
}

/// Pauses between attempts that bring nothing: about half a minute altogether.
fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(250))
        .with_max_delay(Duration::from_secs(10))
        .with_max_times(7)
        .with_jitter()
        .build()
}
