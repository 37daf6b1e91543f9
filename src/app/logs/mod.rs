//! The log of one container or of several: what has arrived, and how it is read.
//!
//! Invariant: nothing is left out silently. Lines that were dropped, not kept, cut off or hidden stand
//! in the text as what they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::effect::Generation;
use crate::app::pager::{Page, Pager, Row};
use crate::domain::ansi;
use crate::domain::event::Event;
use crate::domain::failure::Failure;
use crate::domain::log::{LogNews, LogRequest, LogSource, LogStart};
use crate::domain::text::shown;

mod act;
mod label;
mod older;
pub mod ring;
#[cfg(test)]
mod tests;

pub use act::{LogAction, window};
use label::labels;
use older::Older;
use ring::{Entry, Keep, LogLimits, Ring};

/// How many lines before the end are read where nothing else is asked for.
pub const TAIL: u32 = 1000;
/// `08-24 11:56:03.123 `, in universal time.
const TIME: usize = 19;
/// For marks and for the line that was jumped to.
const SIGN: usize = 2;

/// The state of one log.
#[derive(Debug)]
pub struct LogView {
    pub title: String,
    request: LogRequest,
    /// All that could be shown together, and what of it was asked for at first.
    all: Vec<LogSource>,
    few: Vec<LogSource>,
    /// One for each source.
    labels: Vec<String>,
    ring: Ring,
    pager: Pager,
    has_times: bool,
    /// How many lines came while the end was not followed.
    unseen: u64,
    /// The sources that have no log yet, and why.
    waiting: BTreeMap<u16, String>,
    /// The sources that cannot be read for now, and why.
    failing: BTreeMap<u16, Failure>,
    /// The sources of which nothing more will come.
    ended: Vec<u16>,
    /// One of them did not come to its own end.
    has_broken_off: bool,
    /// Older lines that are under way.
    older: Option<Older>,
    /// Nothing is before the first line.
    begins_here: bool,
    /// Those of the pod, shown while there is no log.
    pub events: Vec<Arc<Event>>,
    /// The question that asked for them.
    pub events_asked: Option<Generation>,
}

/// How the log arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flow {
    /// Nothing has arrived yet.
    Loading,
    /// There is no log yet, and why.
    Waiting(String),
    /// A source cannot be read for now, and why; it is tried again.
    Failing(String),
    Following,
    /// It comes on, but what is read stays where it is; so many lines are new.
    Paused(u64),
    /// Nothing more will come.
    Ended,
    /// Nor is it known what there would have been.
    BrokenOff,
}

/// What stands before a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gutter<'a> {
    /// As `08-24 11:56:03.123`; `None` where times are not shown or not known.
    pub at: Option<Timestamp>,
    /// Which source it is, where there are several.
    pub source: Option<(u16, &'a str)>,
}

/// A line to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown<'a> {
    Line {
        gutter: Gutter<'a>,
        styled: ansi::Styled,
    },
    /// What is said of the log itself.
    Remark {
        text: String,
        is_bad: bool,
    },
}

impl LogView {
    pub fn new(request: LogRequest, title: String) -> Self {
        Self::with_limits(request, title, LogLimits::default())
    }

    pub fn with_limits(request: LogRequest, title: String, limits: LogLimits) -> Self {
        let keep = keep(&request);
        let mut view = Self {
            title,
            labels: labels(&request.sources),
            all: request.sources.clone(),
            few: few(&request.sources),
            request,
            ring: Ring::new(limits, keep),
            pager: Pager::default(),
            has_times: false,
            unseen: 0,
            waiting: BTreeMap::new(),
            failing: BTreeMap::new(),
            ended: Vec::new(),
            has_broken_off: false,
            older: None,
            begins_here: false,
            events: Vec::new(),
            events_asked: None,
        };
        if keep == Keep::First {
            view.pager = Pager::at_top();
        }
        view
    }

    /// Names the other containers that could be shown too.
    pub fn offer(&mut self, others: &[LogSource]) {
        if self.all == self.request.sources && others.iter().any(|one| !self.all.contains(one)) {
            self.few.clone_from(&self.request.sources);
        }
        for source in others {
            if !self.all.contains(source) {
                self.all.push(source.clone());
            }
        }
    }

    /// What is being read.
    pub const fn request(&self) -> &LogRequest {
        &self.request
    }

    /// Takes what has arrived.
    pub fn arrived(&mut self, news: LogNews) {
        match news {
            LogNews::Lines(lines) => {
                for line in lines {
                    self.waiting.remove(&line.source);
                    // Who reads from the beginning reads what comes as it comes.
                    if !self.pager.is_at_end() && keep(&self.request) == Keep::Newest {
                        self.unseen += 1;
                    }
                    self.push(Entry::Line(line));
                }
            }
            LogNews::Gap { source, why } => {
                let of = source.map(|source| self.prefix(source)).unwrap_or_default();
                self.remark(&format!("── {of}lines are missing here: {why} ──"), true);
            }
            LogNews::Waiting { source, why } => {
                if self.waiting.get(&source) != Some(&why) {
                    let text = format!("── {}no log yet: {why} ──", self.prefix(source));
                    self.waiting.insert(source, why);
                    self.remark(&text, false);
                }
            }
            LogNews::Failing { source, failure } => {
                let text = format!(
                    "── {}not read for now, tried again: {failure} ──",
                    self.prefix(source)
                );
                self.failing.insert(source, failure);
                self.remark(&text, true);
            }
            LogNews::Resumed { source } => {
                self.waiting.remove(&source);
                if self.failing.remove(&source).is_some() {
                    let text = format!("── {}read again ──", self.prefix(source));
                    self.remark(&text, false);
                }
            }
            LogNews::Ended { source, failure } => {
                self.waiting.remove(&source);
                self.failing.remove(&source);
                if !self.ended.contains(&source) {
                    self.ended.push(source);
                }
                let of = self.prefix(source);
                match failure {
                    Some(failure) => {
                        self.remark(&format!("── {of}the log breaks off: {failure} ──"), true);
                        self.has_broken_off = true;
                        if self.is_empty() && self.has_ended() {
                            // A sentence is all there is to read.
                            self.pager.wrap();
                        }
                    }
                    None => self.remark(&format!("── {of}the log ends here ──"), false),
                }
            }
        }
        self.pager.forget(self.ring.first_kept());
    }

    fn remark(&mut self, text: &str, is_bad: bool) {
        self.push(Entry::Remark { text: shown(text).into_owned(), is_bad });
    }

    fn push(&mut self, entry: Entry) {
        if let Some(line) = self.ring.push(entry) {
            self.pager.learn(&self.ring, line);
        }
    }

    /// `api: `, where there are several sources.
    fn prefix(&self, source: u16) -> String {
        self.label(source).map(|label| format!("{label}: ")).unwrap_or_default()
    }

    fn label(&self, source: u16) -> Option<&str> {
        let several = self.request.sources.len() > 1;
        self.labels.get(usize::from(source)).filter(|_| several).map(String::as_str)
    }

    /// Whether no line of the log has arrived.
    pub const fn is_empty(&self) -> bool {
        self.ring.count() == 0
    }

    /// How many lines of the log are kept.
    pub const fn count(&self) -> usize {
        self.ring.count()
    }

    /// Whether nothing more will come.
    fn has_ended(&self) -> bool {
        self.ended.len() >= self.request.sources.len()
    }

    pub fn flow(&self) -> Flow {
        let all_ended = self.has_ended();
        if let Some(failure) = self.failing.values().next().filter(|_| !all_ended) {
            return Flow::Failing(shown(&failure.to_string()).into_owned());
        }
        match self.waiting.values().next() {
            _ if all_ended && self.has_broken_off => Flow::BrokenOff,
            _ if all_ended => Flow::Ended,
            Some(why) if self.is_empty() => Flow::Waiting(shown(why).into_owned()),
            None if self.is_empty() => Flow::Loading,
            Some(_) | None if self.pager.is_at_end() => Flow::Following,
            Some(_) | None => Flow::Paused(self.unseen),
        }
    }

    pub const fn pager(&self) -> &Pager {
        &self.pager
    }

    pub const fn has_times(&self) -> bool {
        self.has_times
    }

    /// The place among the matches of the search, and how many there are.
    pub fn search_place(&self) -> Option<(usize, usize)> {
        self.pager.search_place(&self.ring)
    }

    /// How many cells stand before each line.
    pub fn gutter(&self) -> usize {
        let times = if self.has_times { TIME } else { 0 };
        SIGN + times + self.label_width().map_or(0, |width| width + 1)
    }

    /// How wide the labels of the sources are, where there are several.
    pub fn label_width(&self) -> Option<usize> {
        let several = self.request.sources.len() > 1;
        let width = |label: &String| unicode_width::UnicodeWidthStr::width(label.as_str());
        several.then(|| self.labels.iter().map(width).max().unwrap_or(0))
    }

    /// What fills a page of this size, the gutter included.
    pub fn rows(&self, page: Page) -> Vec<Row> {
        self.pager.rows(&self.ring, page.without(self.gutter()))
    }

    /// A line to draw.
    pub fn line(&self, line: u64) -> Shown<'_> {
        match self.ring.get(line) {
            Some(Entry::Line(line)) => Shown::Line {
                gutter: Gutter {
                    at: line.at.filter(|_| self.has_times),
                    source: self.label(line.source).map(|label| (line.source, label)),
                },
                styled: ansi::parse(&line.text),
            },
            Some(Entry::Remark { text, is_bad }) => {
                Shown::Remark { text: text.clone(), is_bad: *is_bad }
            }
            None => {
                let text = self.ring.remark(line).unwrap_or_default();
                Shown::Remark { text, is_bad: true }
            }
        }
    }

    /// A line as it is saved: with all that is shown of it.
    fn export_line(&self, line: u64) -> String {
        match self.line(line) {
            Shown::Line { gutter, styled } => {
                let mut text = String::new();
                if let Some(at) = gutter.at {
                    write!(text, "{at} ").ok();
                }
                if let Some((_, label)) = gutter.source {
                    write!(text, "{label} ").ok();
                }
                text.push_str(styled.text.trim_end());
                text
            }
            Shown::Remark { text, .. } => text,
        }
    }
}

/// `08-24 11:56:03.123`.
pub fn time_of_line(at: Timestamp) -> String {
    at.strftime("%m-%d %H:%M:%S%.3f").to_string()
}

const fn keep(request: &LogRequest) -> Keep {
    match request.start {
        LogStart::Head => Keep::First,
        LogStart::Tail(_) | LogStart::Ago(_) | LogStart::After(_) => Keep::Newest,
    }
}

/// The first container of each pod.
fn few(sources: &[LogSource]) -> Vec<LogSource> {
    let mut few: Vec<LogSource> = Vec::new();
    for source in sources {
        let is_same_pod = |one: &LogSource| {
            (&one.environment, &one.namespace, &one.pod)
                == (&source.environment, &source.namespace, &source.pod)
        };
        if !few.iter().any(is_same_pod) {
            few.push(source.clone());
        }
    }
    few
}
