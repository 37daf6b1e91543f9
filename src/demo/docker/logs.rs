//! What a container wrote, kept for those who ask later and for those who follow.

use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;

use crate::demo::docker::DockerServer;
use crate::demo::docker::container::{Container, Phase};
use crate::demo::docker::http::{Answer, Query, Refused, growing};
use crate::demo::docker::stream::{Framing, Stream};

/// How many lines are kept; a demo's container writes a handful.
const KEPT: usize = 10_000;

#[derive(Default)]
pub(super) struct Output {
    lines: Mutex<Vec<Line>>,
    count: watch::Sender<usize>,
}

#[derive(Debug, Clone)]
struct Line {
    stream: Stream,
    at: Timestamp,
    /// With its line feed.
    text: String,
}

/// Which lines somebody wants, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    stdout: bool,
    stderr: bool,
    timestamps: bool,
    framing: Framing,
}

impl Output {
    pub(super) fn push(&self, stream: Stream, at: Timestamp, text: &str) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let room = KEPT.saturating_sub(lines.len());
        let texts = text.split_inclusive('\n').take(room);
        lines.extend(texts.map(|text| Line { stream, at, text: text.to_owned() }));
        self.count.send_replace(lines.len());
    }

    pub(super) fn len(&self) -> usize {
        *self.count.borrow()
    }

    fn frames_from(&self, from: usize, wanted: Wanted) -> Vec<bytes::Bytes> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let found = lines.iter().skip(from).filter(|line| match line.stream {
            Stream::Stdout => wanted.stdout,
            Stream::Stderr => wanted.stderr,
        });
        found
            .map(|line| {
                let text = match (wanted.timestamps, wanted.framing) {
                    (true, _) => format!("{} {}", line.at, line.text),
                    (false, Framing::Terminal) => line.text.replace('\n', "\r\n"),
                    (false, Framing::Frames) => line.text.clone(),
                };
                wanted.framing.frame(line.stream, text.as_bytes())
            })
            .collect()
    }

    fn first_of_tail(&self, tail: Option<usize>) -> usize {
        tail.map_or(0, |tail| self.len().saturating_sub(tail))
    }
}

impl Wanted {
    fn new(query: &Query, container: &Container) -> Self {
        Self {
            stdout: query.is_set("stdout"),
            stderr: query.is_set("stderr"),
            timestamps: query.is_set("timestamps"),
            framing: Framing::of(container.has_terminal()),
        }
    }
}

impl DockerServer {
    pub(super) fn logs(&self, name: &str, query: &Query) -> Answer {
        let container = self.container(name)?;
        let wanted = Wanted::new(query, &container);
        if !wanted.stdout && !wanted.stderr {
            let message = "Bad parameters: you must choose at least one stream";
            return Err(Refused::new(StatusCode::BAD_REQUEST, message));
        }
        let tail = query.get("tail").and_then(|tail| tail.parse().ok());
        let follow = query.is_set("follow");
        let (sender, answer) = growing("application/vnd.docker.multiplexed-stream");
        self.spawn(async move {
            let mut next = container.output.first_of_tail(tail);
            loop {
                let more = wait_for_more(&container, next, follow);
                // Nobody may be listening any more while nothing is written.
                let has_more = tokio::select! {
                    has_more = more => has_more,
                    () = sender.closed() => return,
                };
                if !has_more {
                    return;
                }
                let until = container.output.len();
                for frame in container.output.frames_from(next, wanted) {
                    if sender.send(frame).await.is_err() {
                        return;
                    }
                }
                next = until;
            }
        });
        answer
    }

    /// Sends what a container writes from now on, until it ends.
    pub(super) async fn follow(
        container: Arc<Container>,
        query: Query,
        mut io: impl AsyncWrite + AsyncRead + Unpin,
    ) -> std::io::Result<()> {
        let wanted = Wanted::new(&query, &container);
        let mut next = if query.is_set("logs") { 0 } else { container.output.len() };
        while wait_for_more(&container, next, true).await {
            let until = container.output.len();
            for frame in container.output.frames_from(next, wanted) {
                io.write_all(&frame).await?;
            }
            io.flush().await?;
            next = until;
        }
        io.shutdown().await
    }
}

/// Whether there are lines after `next`, waiting for them while the container may still write.
async fn wait_for_more(container: &Container, next: usize, follow: bool) -> bool {
    let mut count = container.output.count.subscribe();
    let is_over = async {
        if follow {
            container.becomes(|state| state.phase == Phase::Exited || state.is_removed).await;
        }
    };
    tokio::select! {
        biased;
        grown = count.wait_for(|count| *count > next) => grown.is_ok(),
        () = is_over => false,
    }
}
