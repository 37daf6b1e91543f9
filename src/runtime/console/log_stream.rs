//! Logs of several containers as one stream: each is read by itself, goes on after a cut, and waits
//! for a container that has not started; what arrives is told in the order of time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::adapters::kubernetes::connect::Cluster;
use crate::adapters::kubernetes::logs::{Log, Newest, Outlook, Read, Wanted, outlook};
use crate::adapters::kubernetes::refusal::Sort;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::log::{LogLine, LogNews, LogRequest, LogSource, LogStart};
use crate::runtime::console::connect::{Lapse, Line, Lines};
use crate::runtime::console::interleave::{Arrived, interleave};
use crate::runtime::console::pace::Pace;

/// Pieces of logs that wait to be put in order.
const WAITING: usize = 64;
/// After so long a silence a log is opened anew, since a dead connection is silent as well.
const SILENCE: Duration = Duration::from_mins(2);
/// How long is waited at least, and at most, for a container that starts, or starts again.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(5);
/// How often a log that is not followed is gone on with.
const ATTEMPTS: u32 = 4;

/// Reads what `request` asks for until all of it has ended, it is cancelled, or nobody listens.
pub async fn follow(
    request: LogRequest,
    lines: &Lines,
    sink: mpsc::Sender<LogNews>,
    cancel: CancellationToken,
) {
    let (arrived, waiting) = mpsc::channel(WAITING);
    let mut readers = JoinSet::new();
    let LogRequest { sources, previous, start, follow } = request;
    let count = sources.len();
    for (number, source) in (0_u16..).zip(sources) {
        let wanted = Wanted { previous, start, follow };
        let line = lines.get(&source.environment).map(Arc::clone);
        let reader = Reader { number, source, wanted, arrived: arrived.clone() };
        readers.spawn(reader.run(line));
    }
    drop(arrived);
    let interleaved = interleave(waiting, count > 1, sink);
    // Readers end with this future: they are dropped with their set.
    cancel.run_until_cancelled(interleaved).await;
}

/// Reads one container's log.
struct Reader {
    number: u16,
    source: LogSource,
    wanted: Wanted,
    arrived: mpsc::Sender<Arrived>,
}

/// Nobody listens any more.
struct Unheard;

/// Why a log is not read on.
enum Stop {
    /// It is read on after a pause.
    Pause {
        why: Option<Failure>,
        at_most: Duration,
    },
    /// The container has not started.
    Waiting(String),
    /// Nothing more will come.
    Ended(Option<Failure>),
    Unheard,
}

impl From<Unheard> for Stop {
    fn from(_: Unheard) -> Self {
        Self::Unheard
    }
}

/// What is known between two attempts.
#[derive(Default)]
struct Progress {
    newest: Option<Newest>,
    /// It was an empty one, of a pod on no node.
    is_unplaced: bool,
    pace: Pace,
    attempts: u32,
    /// What was told last of why nothing comes.
    told: Option<String>,
}

impl Reader {
    async fn run(self, line: Option<Arc<Line>>) {
        let Some(line) = line else {
            let what = format!("reading the log of {}: no such environment", self.source.pod);
            let failure = Some(Failure::new(FailureKind::Missing, what));
            self.tell(LogNews::Ended { source: self.number, failure }).await.ok();
            return;
        };
        let mut progress = Progress::default();
        loop {
            let stop = self.read(&line, &mut progress).await;
            progress.attempts += 1;
            let pause = match stop {
                Stop::Unheard => return,
                Stop::Ended(failure) => {
                    self.tell(LogNews::Ended { source: self.number, failure }).await.ok();
                    return;
                }
                Stop::Waiting(why) => {
                    let is_new = progress.told.as_ref() != Some(&why);
                    progress.told = Some(why.clone());
                    let news = LogNews::Waiting { source: self.number, why };
                    if is_new && self.tell(news).await.is_err() {
                        return;
                    }
                    progress.pace.next().clamp(SHORTEST, LONGEST)
                }
                Stop::Pause { why: None, at_most } => progress.pace.next().min(at_most),
                Stop::Pause { why: Some(failure), at_most } => {
                    if !self.wanted.follow && progress.attempts >= ATTEMPTS {
                        let failure = Some(failure);
                        self.tell(LogNews::Ended { source: self.number, failure }).await.ok();
                        return;
                    }
                    if self.complain(&mut progress, &failure).await.is_err() {
                        return;
                    }
                    progress.pace.next().min(at_most)
                }
            };
            if !pause.is_zero() {
                line.pause(pause).await;
            }
        }
    }

    /// Says once that a log cannot be read for now. At first it is only tried again.
    async fn complain(&self, progress: &mut Progress, failure: &Failure) -> Result<(), Unheard> {
        let why = failure.to_string();
        if progress.attempts < 2 || progress.told.as_ref() == Some(&why) {
            return Ok(());
        }
        progress.told = Some(why);
        self.tell(LogNews::Failing { source: self.number, failure: failure.clone() }).await
    }

    /// Reads until there is a reason not to go on.
    async fn read(&self, line: &Line, progress: &mut Progress) -> Stop {
        let cluster = match line.cluster().await {
            Ok(cluster) => cluster,
            Err(lapse) => return self.refused(lapse, progress),
        };
        let stop = self.read_from(&cluster, progress).await;
        match stop {
            Ok(stop) => stop,
            Err(lapse) => {
                if lapse.sort == Sort::LoginExpired && line.refused(&cluster, &lapse).await {
                    return Stop::Pause { why: None, at_most: Duration::MAX };
                }
                self.refused(lapse, progress)
            }
        }
    }

    async fn read_from(&self, cluster: &Cluster, progress: &mut Progress) -> Result<Stop, Lapse> {
        let Self { source, wanted, .. } = self;
        let mut wanted = *wanted;
        let mut has_gap = false;
        if progress.newest.is_some_and(|newest| newest.is_unstamped()) {
            // Where it was read to cannot be told.
            wanted.start = LogStart::Tail(0);
            progress.newest = None;
            has_gap = true;
        }
        let was_unplaced = std::mem::take(&mut progress.is_unplaced);
        let mut log = Log::open(cluster, source, wanted, progress.newest).await?;
        let opened = Instant::now();
        if !was_unplaced && self.resume(progress).await.is_err() {
            return Ok(Stop::Unheard);
        }
        if has_gap && self.gap().await.is_err() {
            return Ok(Stop::Unheard);
        }
        loop {
            // The log of a pod on no node ends at once: one that does not is one.
            let is_owed = progress.told.is_some();
            let silence = if is_owed { SHORTEST } else { SILENCE };
            let Ok(next) = timeout(silence, log.next()).await else {
                if is_owed {
                    if self.resume(progress).await.is_err() {
                        return Ok(Stop::Unheard);
                    }
                    continue;
                }
                if wanted.follow {
                    return Ok(Stop::Pause { why: None, at_most: Duration::ZERO });
                }
                let what = format!("reading the log of {}: nothing more came", source.pod);
                let why = Some(Failure::new(FailureKind::TimedOut, what));
                return Ok(Stop::Pause { why, at_most: LONGEST });
            };
            match next? {
                Some(read) => {
                    let is_new = !read.lines.is_empty();
                    if self.resume(progress).await.is_err() || self.arrive(read).await.is_err() {
                        return Ok(Stop::Unheard);
                    }
                    progress.newest = Some(log.newest());
                    if is_new {
                        progress.attempts = 0;
                    }
                    // One that brings something and is cut at once would else be opened all the time.
                    if is_new && opened.elapsed() >= SHORTEST {
                        progress.pace.reset();
                    }
                }
                None if !wanted.follow => return Ok(Stop::Ended(None)),
                None => {
                    return Ok(match outlook(cluster, source).await? {
                        Outlook::Over if !was_unplaced => Stop::Ended(None),
                        Outlook::Unplaced => {
                            progress.is_unplaced = true;
                            Stop::Waiting("the pod is on no node yet".to_owned())
                        }
                        // Cut, or the container will be started again, or it has run since.
                        Outlook::Over | Outlook::More => {
                            Stop::Pause { why: None, at_most: LONGEST }
                        }
                    });
                }
            }
        }
    }

    /// Says that what was told to wait or to fail goes on.
    async fn resume(&self, progress: &mut Progress) -> Result<(), Unheard> {
        match progress.told.take() {
            Some(_) => self.tell(LogNews::Resumed { source: self.number }).await,
            None => Ok(()),
        }
    }

    /// What a refusal means for the log.
    fn refused(&self, lapse: Lapse, progress: &Progress) -> Stop {
        let Lapse { sort, why } = lapse;
        match sort {
            Sort::Missing if progress.newest.is_some() => Stop::Ended(None),
            Sort::Conflict if why.what.contains("waiting to start") && self.wanted.follow => {
                // `… in pod "x" is waiting to start: ContainerCreating`
                let said = why.what.split_once("is waiting to start").map(|(_, said)| said);
                let said = said.unwrap_or_default().trim_start_matches(':').trim();
                Stop::Waiting(format!("waiting to start: {said}"))
            }
            Sort::Missing | Sort::Forbidden | Sort::Conflict | Sort::Gone => Stop::Ended(Some(why)),
            Sort::LoginExpired | Sort::Unreachable | Sort::TimedOut | Sort::Unexpected => {
                Stop::Pause { why: Some(why), at_most: Duration::MAX }
            }
        }
    }

    async fn arrive(&self, read: Read) -> Result<(), Unheard> {
        if read.has_gap {
            self.gap().await?;
        }
        if read.lines.is_empty() {
            return Ok(());
        }
        let source = self.number;
        let lines = read.lines.into_iter();
        let lines = lines.map(|line| LogLine { source, at: line.at, text: line.text });
        self.tell(LogNews::Lines(lines.collect())).await
    }

    async fn gap(&self) -> Result<(), Unheard> {
        let why = "lines may be missing here: the container was started again, or its log rotated";
        self.tell(LogNews::Gap { source: Some(self.number), why: why.to_owned() }).await
    }

    async fn tell(&self, news: LogNews) -> Result<(), Unheard> {
        let arrived = Arrived { source: self.number, news };
        self.arrived.send(arrived).await.map_err(|_| Unheard)
    }
}
