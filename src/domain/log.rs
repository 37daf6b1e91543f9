//! Container logs: which, how far back, and what arrives of them.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::environment::EnvironmentName;
use crate::domain::failure::Failure;

/// One container's log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogSource {
    pub environment: EnvironmentName,
    pub namespace: Arc<str>,
    pub pod: Box<str>,
    pub container: Box<str>,
}

/// What is asked of logs. Several sources come interleaved by time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRequest {
    pub sources: Vec<LogSource>,
    /// The container before its last restart.
    pub previous: bool,
    pub start: LogStart,
    pub follow: bool,
}

/// Where reading begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStart {
    /// So many lines before the end.
    Tail(u32),
    /// The beginning of what is kept.
    Head,
    Ago(Duration),
    /// After a line that has been seen, when a stream was cut.
    After(Timestamp),
}

/// A line, without its line break. `at` is the time that the kubelet put before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Its place in the request's sources.
    pub source: u16,
    pub at: Option<Timestamp>,
    /// As it came: escape sequences are interpreted or neutralised where it is shown.
    pub text: Box<str>,
}

/// What arrives of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogNews {
    Lines(Vec<LogLine>),
    /// Lines are missing here, and why: a cut stream that could not be continued, a reader too slow.
    Gap {
        source: Option<u16>,
        why: String,
    },
    /// There is no log yet: the container waits, as the kubelet says it.
    Waiting {
        source: u16,
        why: String,
    },
    /// It cannot be read for now, and is tried again.
    Failing {
        source: u16,
        failure: Failure,
    },
    /// It is read again: what was waited for has come.
    Resumed {
        source: u16,
    },
    /// Nothing more will come of a source; a failure where that was not its own end.
    Ended {
        source: u16,
        failure: Option<Failure>,
    },
}
