//! Puts the lines of several logs in the order of their times. A line is held back for a moment, since
//! an earlier one of another log may still be on its way; a reader who is too slow loses lines, and is
//! told how many.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, sleep_until};

use crate::domain::log::{LogLine, LogNews};

/// How long a line is held back.
const HOLD: Duration = Duration::from_millis(300);
/// Between two batches, and how many lines one holds.
const INTERVAL: Duration = Duration::from_millis(100);
const BATCH: usize = 5000;
/// With so many lines waiting, no more are read.
const FULL: usize = 20_000;
/// Who takes nothing for so long is too slow.
const TOO_SLOW: Duration = Duration::from_secs(2);

/// Something of one source.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) source: u16,
    pub(super) news: LogNews,
}

/// Passes on what arrives until everything has ended, or nobody takes it.
pub(super) async fn interleave(
    mut arriving: mpsc::Receiver<Arrived>,
    are_several: bool,
    sink: mpsc::Sender<LogNews>,
) {
    let hold = if are_several { HOLD } else { Duration::ZERO };
    let mut waiting = Held::default();
    let mut has_ended = false;
    let mut next_batch = Instant::now();
    let mut taken = Instant::now();
    loop {
        let now = Instant::now();
        if waiting.items.is_empty() {
            if has_ended {
                return;
            }
            // Nothing to do, and nothing to wake up for.
            match arriving.recv().await {
                Some(arrived) => waiting.add(arrived, Instant::now()),
                None => has_ended = true,
            }
            taken = Instant::now();
            continue;
        }
        let due = if has_ended { now } else { waiting.oldest().map_or(now, |at| at + hold) };
        let at = due.max(next_batch);
        if now >= at {
            match waiting.release(now, if has_ended { Duration::ZERO } else { hold }, &sink) {
                Ok(Some(Sent::Lines)) => {
                    taken = now;
                    next_batch = now + INTERVAL;
                }
                Ok(Some(Sent::Other)) => taken = now,
                Ok(None) if now.duration_since(taken) >= TOO_SLOW && waiting.count >= FULL => {
                    waiting.drop_oldest();
                    taken = now;
                }
                Ok(None) => next_batch = now + INTERVAL,
                Err(Closed) => return,
            }
            continue;
        }
        tokio::select! {
            arrived = arriving.recv(), if !has_ended && waiting.count < FULL => match arrived {
                Some(arrived) => waiting.add(arrived, Instant::now()),
                None => has_ended = true,
            },
            () = sleep_until(at) => {}
        }
    }
}

/// Nobody takes anything any more.
struct Closed;

enum Sent {
    Lines,
    Other,
}

/// What is held back.
#[derive(Default)]
struct Held {
    items: Vec<Item>,
    /// The newest time of each source: what has none belongs there.
    times: HashMap<u16, Timestamp>,
    count: usize,
    arrivals: u64,
    dropped: usize,
}

struct Item {
    at: Timestamp,
    /// Breaks ties: what came first stays first.
    order: u64,
    arrived: Instant,
    what: What,
}

enum What {
    Line(LogLine),
    News(LogNews),
}

impl Held {
    fn add(&mut self, arrived: Arrived, now: Instant) {
        let Arrived { source, news } = arrived;
        match news {
            LogNews::Lines(lines) => {
                for line in lines {
                    let at = line.at;
                    self.put(source, at, now, What::Line(line));
                }
            }
            LogNews::Gap { .. }
            | LogNews::Waiting { .. }
            | LogNews::Failing { .. }
            | LogNews::Resumed { .. }
            | LogNews::Ended { .. } => self.put(source, None, now, What::News(news)),
        }
    }

    fn put(&mut self, source: u16, at: Option<Timestamp>, arrived: Instant, what: What) {
        let newest = self.times.entry(source).or_insert(Timestamp::MIN);
        // The lines of one source stay in their order, whatever their times say.
        *newest = at.map_or(*newest, |at| at.max(*newest));
        self.items.push(Item { at: *newest, order: self.arrivals, arrived, what });
        self.arrivals += 1;
        self.count += 1;
    }

    fn oldest(&self) -> Option<Instant> {
        self.items.iter().map(|item| item.arrived).min()
    }

    /// Sends what has been held back for long enough, and all that is earlier; `None` where
    /// nothing was taken.
    fn release(
        &mut self,
        now: Instant,
        hold: Duration,
        sink: &mpsc::Sender<LogNews>,
    ) -> Result<Option<Sent>, Closed> {
        self.items.sort_by_key(|item| (item.at, item.order));
        let is_due = |item: &Item| now.duration_since(item.arrived) >= hold;
        let due = self.items.iter().rposition(is_due).map_or(0, |place| place + 1).min(BATCH);
        let permit = match sink.try_reserve() {
            Ok(permit) => permit,
            Err(TrySendError::Full(())) => return Ok(None),
            Err(TrySendError::Closed(())) => return Err(Closed),
        };
        if self.dropped > 0 {
            let dropped = std::mem::take(&mut self.dropped);
            let why = format!(
                "{dropped} lines were left out here: they came faster than they were taken"
            );
            permit.send(LogNews::Gap { source: None, why });
            return Ok(Some(Sent::Other));
        }
        let is_line = |item: &Item| matches!(item.what, What::Line(_));
        let run = self.items.iter().take(due).take_while(|item| is_line(item)).count();
        let mut items = self.items.drain(..run.max(1).min(due));
        let news = match items.next().map(|item| item.what) {
            None => return Ok(None),
            Some(What::News(news)) => news,
            Some(What::Line(first)) => {
                let mut lines = Vec::with_capacity(run);
                lines.push(first);
                lines.extend(items.by_ref().filter_map(|item| match item.what {
                    What::Line(line) => Some(line),
                    What::News(_) => None,
                }));
                LogNews::Lines(lines)
            }
        };
        drop(items);
        self.count = self.items.len();
        let sent = if run > 0 { Sent::Lines } else { Sent::Other };
        permit.send(news);
        Ok(Some(sent))
    }

    /// Keeps the newer half of the lines, and all that is no line.
    fn drop_oldest(&mut self) {
        let mut left = self.items.len() / 2;
        self.items.sort_by_key(|item| (item.at, item.order));
        let before = self.items.len();
        self.items.retain(|item| {
            let is_dropped = left > 0 && matches!(item.what, What::Line(_));
            left = left.saturating_sub(1);
            !is_dropped
        });
        self.dropped += before - self.items.len();
        self.count = self.items.len();
    }
}
