//! Tells what a drill does: as events to whoever watches, in the run file, and in its own fold.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use crate::domain::failure::Failure;
use crate::drill::event::{Advance, DrillEvent, Happened, Held, Part, Step};
use crate::drill::progress::{DrillProgress, Stage};
use crate::drill::record::Record;
use crate::runtime::clock::Clock;
use crate::runtime::runs::{Run, RunFile};

/// Between two reports of one step's advance; nobody reads faster.
const PACE: Duration = Duration::from_millis(50);
/// The same for its collections, of which there may be many.
const PARTS: Duration = Duration::from_millis(150);

#[derive(Debug)]
pub struct Reporter {
    clock: Clock,
    began: Duration,
    events: Sender<DrillEvent>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    progress: DrillProgress,
    advanced: BTreeMap<Step, Duration>,
    parted: BTreeMap<Step, Duration>,
    bytes: BTreeMap<Step, u64>,
    notes: Vec<String>,
    has_resumed: bool,
    sandbox_log: Vec<String>,
    run: Option<RunFile>,
}

impl Inner {
    /// Follows an event; the run file says from then on what a drill that is killed was at.
    fn apply(&mut self, event: &DrillEvent) {
        self.progress.apply(event);
        let running = self.progress.running();
        if !running.is_empty() {
            self.write_run(|run| run.steps = running);
        }
    }

    fn write_run(&mut self, change: impl FnOnce(&mut Run)) {
        if let Some(run) = &mut self.run
            && let Err(error) = run.change(change)
        {
            tracing::warn!(%error, "the run file cannot be written");
        }
    }
}

impl Reporter {
    pub fn new(clock: Clock, events: Sender<DrillEvent>, run: Option<RunFile>) -> Self {
        let inner = Inner {
            progress: DrillProgress::default(),
            advanced: BTreeMap::new(),
            parted: BTreeMap::new(),
            bytes: BTreeMap::new(),
            notes: Vec::new(),
            has_resumed: false,
            sandbox_log: Vec::new(),
            run,
        };
        Self { clock, began: clock.elapsed(), events, inner: Mutex::new(inner) }
    }

    /// Runs one step, which ends with its value and a summary, or with a failure.
    pub async fn step<T>(
        &self,
        step: Step,
        work: impl Future<Output = Result<(T, String), Failure>>,
    ) -> Result<T, Failure> {
        self.start(step).await;
        match work.await {
            Ok((value, summary)) => {
                self.send(step, Happened::Passed { summary }).await;
                Ok(value)
            }
            Err(failure) => {
                tracing::error!(%step, failure = %failure, "a step failed");
                self.send(step, Happened::Failed(failure.clone())).await;
                Err(failure)
            }
        }
    }

    async fn start(&self, step: Step) {
        tracing::info!(%step, "a step begins");
        self.send(step, Happened::Started).await;
    }

    pub async fn skip(&self, step: Step, why: &str) {
        self.send(step, Happened::Skipped { why: why.to_owned() }).await;
    }

    /// How far a step is; called as often as the caller likes.
    pub fn advance(&self, step: Step, advance: Advance) {
        let at = self.at();
        {
            let mut inner = self.lock();
            if advance.unit == crate::drill::event::Unit::Bytes {
                inner.bytes.insert(step, advance.done);
            }
            let last = inner.advanced.get(&step);
            if last.is_some_and(|last| at.saturating_sub(*last) < PACE) {
                return;
            }
            inner.advanced.insert(step, at);
        }
        let event = DrillEvent { at, step, what: Happened::Advanced(advance) };
        self.lock().progress.apply(&event);
        // A watcher that is behind misses one of many.
        self.events.try_send(event).ok();
    }

    /// How far a step is with its collections; called as often as the caller likes.
    pub fn parts(&self, step: Step, parts: impl FnOnce() -> Vec<Part>) {
        let at = self.at();
        {
            let mut inner = self.lock();
            let last = inner.parted.get(&step);
            if last.is_some_and(|last| at.saturating_sub(*last) < PARTS) {
                return;
            }
            inner.parted.insert(step, at);
        }
        self.all_parts(step, parts());
    }

    /// How far a step came with all of its collections in the end.
    pub fn all_parts(&self, step: Step, parts: Vec<Part>) {
        let event = DrillEvent { at: self.at(), step, what: Happened::Parts(parts) };
        self.events.try_send(event).ok();
    }

    /// The sandbox stays; whoever watches sees until when.
    pub(super) async fn held(&self, held: Held) {
        self.send(Step::Hold, Happened::Held(held)).await;
    }

    /// A line for the log that whoever watches may see too.
    pub fn note(&self, step: Step, text: impl Into<String>) {
        let text = text.into();
        tracing::info!(%step, text, "noted");
        let event = DrillEvent { at: self.at(), step, what: Happened::Noted(text) };
        self.events.try_send(event).ok();
    }

    /// A line that belongs in the record.
    pub fn remember(&self, step: Step, text: impl Into<String>) {
        let text = text.into();
        self.lock().notes.push(text.clone());
        self.note(step, text);
    }

    /// An engine has answered: what a killed drill leaves is there.
    pub fn engine_reached(&self, address: &str) {
        self.lock().write_run(|run| run.engine = Some(address.to_owned()));
    }

    /// The result is known: if it cannot be recorded now, a later sweep does it.
    pub async fn concluded(&self, record: &Record) {
        self.lock().write_run(|run| {
            run.record = record.clone();
            run.is_concluded = true;
        });
        self.send(Step::Record, Happened::Concluded(Box::new(record.clone()))).await;
    }

    /// What the sandbox said last, before it goes.
    pub fn keep_log(&self, lines: Vec<String>) {
        self.lock().sandbox_log = lines;
    }

    pub fn sandbox_log(&self) -> Vec<String> {
        self.lock().sandbox_log.clone()
    }

    /// Some of the download was here already.
    pub fn resumed(&self) {
        self.lock().has_resumed = true;
    }

    pub fn has_resumed(&self) -> bool {
        self.lock().has_resumed
    }

    pub fn notes(&self) -> Vec<String> {
        self.lock().notes.clone()
    }

    pub fn stages(&self) -> Vec<Stage> {
        let inner = self.lock();
        inner.progress.stages(&inner.bytes, self.at())
    }

    pub fn progress(&self) -> DrillProgress {
        self.lock().progress.clone()
    }

    /// The run has left its record and is cleaned up.
    pub fn finish(&self) {
        if let Some(run) = self.lock().run.take()
            && let Err(error) = run.finish()
        {
            tracing::warn!(%error, "the run file cannot be removed");
        }
    }

    /// The run has ended and has left something, or no record.
    pub fn abandon(&self) {
        if let Some(run) = self.lock().run.take()
            && let Err(error) = run.abandon()
        {
            tracing::warn!(%error, "the run file cannot be written");
        }
    }

    async fn send(&self, step: Step, what: Happened) {
        let event = DrillEvent { at: self.at(), step, what };
        self.lock().apply(&event);
        // Nobody watches: the drill goes on, and its record tells.
        self.events.send(event).await.ok();
    }

    /// Since the drill began.
    pub fn at(&self) -> Duration {
        self.clock.elapsed().saturating_sub(self.began)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
