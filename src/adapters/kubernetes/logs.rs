//! One container's log as a stream of lines, each with the time that the kubelet put before it. When a
//! stream is cut, it goes on from the last line without telling a line twice; where that cannot be
//! known, it says so.

use http::Request;
use jiff::Timestamp;
use serde_json::Value;

use crate::adapters::kubernetes::connect::{Answer, Cluster, escaped};
use crate::adapters::kubernetes::read::{Address, object};
use crate::adapters::kubernetes::refusal::{Attempt, Refusal, Sort, Verb};
use crate::domain::log::{LogSource, LogStart};
use crate::domain::news::Kind;

/// A longer line is told in parts, as the kubelet itself does it.
const LONGEST_LINE: usize = 256 << 10;

/// What is wanted of one container's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub previous: bool,
    pub start: LogStart,
    pub follow: bool,
}

/// A line, and its time, where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub at: Option<Timestamp>,
    pub text: Box<str>,
}

/// A log that is being read.
pub struct Log {
    answer: Answer,
    attempt: Attempt,
    begun: Vec<u8>,
    /// The newest time of this log, and how many lines had it.
    newest: Newest,
    /// What was told before this stream began.
    before: Option<Newest>,
    /// How many lines at `before` have come again.
    again: usize,
}

/// Where a log has been read to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Newest {
    pub at: Option<Timestamp>,
    lines: usize,
}

impl Newest {
    /// Lines came without their times, so that none can be told from another.
    pub const fn is_unstamped(&self) -> bool {
        self.at.is_none() && self.lines > 0
    }
}

/// What came of a log.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Read {
    pub lines: Vec<Line>,
    /// The log went on later than where it had been read to: what was between is not known.
    pub has_gap: bool,
}

impl Log {
    /// Opens the log of `source`; one that was read `before` goes on there.
    pub async fn open(
        cluster: &Cluster,
        source: &LogSource,
        wanted: Wanted,
        before: Option<Newest>,
    ) -> Result<Self, Refusal> {
        let address = address(source);
        let attempt = Attempt { resource: "pods/log", ..address.attempt(cluster, Verb::Get) };
        let mut path = format!(
            "{}/log?container={}&timestamps=true",
            address.path(),
            escaped(&source.container)
        );
        if wanted.follow {
            path.push_str("&follow=true");
        }
        if wanted.previous {
            path.push_str("&previous=true");
        }
        let start = match before.and_then(|before| before.at) {
            Some(at) => LogStart::After(at),
            None => wanted.start,
        };
        let mut parameter = |name: &str, value: &str| {
            path.extend(["&", name, "=", &escaped(value)]);
        };
        match start {
            LogStart::Head => {}
            LogStart::Tail(lines) => parameter("tailLines", &lines.to_string()),
            LogStart::Ago(span) => {
                parameter("sinceSeconds", &span.as_secs().max(1).to_string());
            }
            LogStart::After(at) => {
                // The API reads whole seconds: what comes again is left out here.
                let second = at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
                parameter("sinceTime", &second);
            }
        }
        let request = Request::get(path).header(http::header::ACCEPT_ENCODING, "identity");
        let answer = cluster.open(&attempt, request, Vec::new()).await?;
        let before = match start {
            LogStart::After(at) => {
                Some(before.unwrap_or(Newest { at: Some(at), lines: usize::MAX }))
            }
            LogStart::Head | LogStart::Tail(_) | LogStart::Ago(_) => None,
        };
        let newest = before.unwrap_or_default();
        Ok(Self { answer, attempt, begun: Vec::new(), newest, before, again: 0 })
    }

    /// The next lines; `None` at the end. A log may be silent for days.
    pub async fn next(&mut self) -> Result<Option<Read>, Refusal> {
        let mut lines = Vec::new();
        let begun = &mut self.begun;
        let read = self.answer.chunk(|chunk| split(begun, chunk, &mut lines)).await;
        let is_end = read.map_err(|error| self.attempt.cut(error))?.is_none();
        if is_end {
            if self.begun.is_empty() {
                return Ok(None);
            }
            lines.push(line(&std::mem::take(&mut self.begun)));
        }
        Ok(Some(self.new_ones(lines)))
    }

    /// Where it has been read to, to go on from there.
    pub fn newest(&self) -> Newest {
        self.newest
    }

    fn new_ones(&mut self, lines: Vec<Line>) -> Read {
        let mut read = Read::default();
        for line in lines {
            if let (Some(before), Some(at)) = (self.before, line.at) {
                if Some(at) < before.at {
                    continue;
                }
                if Some(at) == before.at && self.again < before.lines {
                    self.again += 1;
                    continue;
                }
                // It was read before, so it has to come again, unless it is no longer kept.
                read.has_gap |= before.lines != usize::MAX && self.again == 0;
                self.before = None;
            }
            if line.at == self.newest.at {
                self.newest.lines = self.newest.lines.saturating_add(1);
            } else if line.at.is_some() {
                self.newest = Newest { at: line.at, lines: 1 };
            }
            read.lines.push(line);
        }
        read
    }
}

/// What can still come of a container whose log has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// Nothing: its pod is gone, or done.
    Over,
    /// Its pod is on no node yet: its log is an empty one, which ends at once.
    Unplaced,
    More,
}

/// What can still come of a container whose log has ended.
pub async fn outlook(cluster: &Cluster, source: &LogSource) -> Result<Outlook, Refusal> {
    let pod: Value = match object(cluster, &address(source)).await {
        Ok(pod) => pod,
        Err(refusal) if refusal.sort == Sort::Missing => return Ok(Outlook::Over),
        Err(refusal) => return Err(refusal),
    };
    let phase = pod.pointer("/status/phase").and_then(Value::as_str).unwrap_or_default();
    let policy = pod.pointer("/spec/restartPolicy").and_then(Value::as_str).unwrap_or("Always");
    let statuses = ["/status/containerStatuses", "/status/initContainerStatuses"];
    let statuses = statuses.iter().filter_map(|place| pod.pointer(place)?.as_array()).flatten();
    let mut own = statuses
        .filter(|status| status.get("name").and_then(Value::as_str) == Some(&source.container));
    let ended =
        own.next().and_then(|status| status.pointer("/state/terminated/exitCode")?.as_i64());
    let stays_ended = match ended {
        None => false,
        Some(0) => policy != "Always",
        Some(_) => policy == "Never",
    };
    let node = pod.pointer("/spec/nodeName").and_then(Value::as_str).unwrap_or_default();
    Ok(match phase {
        _ if stays_ended => Outlook::Over,
        "Succeeded" | "Failed" => Outlook::Over,
        "Pending" if node.is_empty() => Outlook::Unplaced,
        _ => Outlook::More,
    })
}

fn address(source: &LogSource) -> Address {
    Address { kind: Kind::Pod, namespace: Some(source.namespace.clone()), name: source.pod.clone() }
}

fn split(begun: &mut Vec<u8>, chunk: &[u8], lines: &mut Vec<Line>) {
    let mut parts = chunk.split(|byte| *byte == b'\n');
    let rest = parts.next_back().unwrap_or_default();
    for part in parts {
        if begun.is_empty() {
            lines.push(line(part));
        } else {
            begun.extend_from_slice(part);
            lines.push(line(&std::mem::take(begun)));
        }
    }
    begun.extend_from_slice(rest);
    if begun.len() > LONGEST_LINE {
        lines.push(line(&std::mem::take(begun)));
    }
}

/// `2026-03-01T09:12:13.123456789Z text`.
fn line(bytes: &[u8]) -> Line {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_suffix('\r').unwrap_or(&text);
    let stamped = text.split_once(' ').or(Some((text, "")));
    let stamped = stamped.and_then(|(at, rest)| Some((at.parse::<Timestamp>().ok()?, rest)));
    match stamped {
        Some((at, rest)) => Line { at: Some(at), text: rest.into() },
        None => Line { at: None, text: text.into() },
    }
}
