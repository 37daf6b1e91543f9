//! What carries out the Drill tab's effects: looks, checks, the drill itself, what was left behind.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::adapters::s3::S3;
use crate::app::drill::effect::{DrillEffect, Order, SetRef};
use crate::app::drill::message::{Began, DrillMessage, Ended, Look};
use crate::app::effect::{Generation, Lane};
use crate::app::message::Message;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::Depth;
use crate::drill::event::{DrillEvent, Happened};
use crate::drill::plan::{DrillId, Trigger};
use crate::journal::{Journal, Line, Note, Reading};
use crate::runtime::choose::{self, Chosen, Picked, Request, Situation, Wanted};
use crate::runtime::drill::Drill;
use crate::runtime::drill::hold::Hold;
use crate::runtime::drill::launch::{announce, notify};
use crate::runtime::drill::reporter::Reporter;
use crate::runtime::preflight::Preflight;
use crate::runtime::process::owner;
use crate::runtime::runs::RunFile;
use crate::runtime::sweep;
use crate::runtime::training::Trainer;

use super::lanes::Lanes;
use super::leftovers::leftovers;
use super::office::{Office, pasts};
use super::programs::{self, Program};

/// Events that may wait; advances beyond are dropped, ends are not.
pub(super) const EVENTS: usize = 256;
/// Between two batches of events: nobody reads faster, and the loop has other things to do.
const BETWEEN: Duration = Duration::from_millis(100);
/// How long an end of the console waits for a drill's clean-up.
pub(super) const FAREWELL: Duration = Duration::from_mins(1);

/// Where drills are carried out.
pub(super) struct Desk {
    office: Office,
    /// Reads: dropped at the end.
    tracker: TaskTracker,
    lanes: Lanes,
    /// Drills, which are waited for at the end.
    drills: TaskTracker,
    running: Option<Running>,
    /// The seed of the first pick, where one was chosen.
    seed: Option<u64>,
    trainer: Option<Trainer>,
}

/// What the embedded world gives a console besides settings.
#[derive(Debug, Default)]
pub(super) struct Gift {
    /// The seed of the first pick.
    pub(super) seed: Option<u64>,
    pub(super) trainer: Option<Trainer>,
}

/// How the drill that runs is spoken to.
struct Running {
    cancel: CancellationToken,
    hold: Hold,
}

impl Desk {
    pub(super) fn new(
        office: Office,
        (tracker, root): (TaskTracker, CancellationToken),
        Gift { seed, trainer }: Gift,
    ) -> Self {
        Self {
            office,
            lanes: Lanes::new(tracker.clone(), root),
            tracker,
            drills: TaskTracker::new(),
            running: None,
            seed,
            trainer,
        }
    }

    /// Does what is asked for; a program that is to have the terminal is given back.
    pub(super) fn perform(&mut self, effect: DrillEffect) -> Option<Program> {
        let office = self.office.clone();
        match effect {
            DrillEffect::Look { generation, set } => {
                let seed = self.seed.take().unwrap_or_else(choose::new_seed);
                self.lanes.replace(Lane::Shelf, async move {
                    let look = Box::new(office.look(&set, seed).await);
                    office.tell(DrillMessage::Looked { generation, look }).await;
                });
            }
            DrillEffect::DrawSeed => {
                self.tracker.spawn(async move {
                    office.tell(DrillMessage::SeedDrawn(choose::new_seed())).await;
                });
            }
            DrillEffect::Check { generation, order } => {
                let checking = async move { Box::pin(office.check(generation, order)).await };
                self.lanes.replace(Lane::Checks, checking);
            }
            DrillEffect::Start(order) => self.start(order),
            DrillEffect::Cancel => {
                if let Some(running) = &self.running {
                    running.cancel.cancel();
                }
            }
            DrillEffect::Release => {
                if let Some(running) = &self.running {
                    running.hold.release();
                }
            }
            DrillEffect::Extend(by) => {
                if let Some(running) = &self.running {
                    running.hold.extend(by);
                }
            }
            DrillEffect::OpenShell(held) => {
                return Some(programs::sandbox_shell(&held.engine, &held.sandbox));
            }
            DrillEffect::Note { id, text } => {
                self.tracker.spawn(async move {
                    let result = office.note(id, text).await;
                    office.tell(DrillMessage::Noted { id, result }).await;
                });
            }
            DrillEffect::FindLeftovers => {
                self.lanes.replace(Lane::Leftovers, async move {
                    let found = leftovers(&office.settings, office.clock.now()).await;
                    office.tell(DrillMessage::LeftoversFound(found)).await;
                });
            }
            DrillEffect::Train(name) => {
                if let Some(trainer) = &self.trainer {
                    trainer.switch(name);
                }
            }
            DrillEffect::Sweep(broken_off) => {
                self.tracker.spawn(async move {
                    let now = office.clock.now();
                    let found = sweep::look(&office.settings, now).await;
                    let failure = found.unknown.clone();
                    let swept = sweep::sweep(&office.settings, found, (&[], broken_off), now).await;
                    let failures = swept.failures.into_iter().chain(failure).collect();
                    office.tell(DrillMessage::Swept { removed: swept.removed, failures }).await;
                });
            }
        }
        None
    }

    pub(super) fn cancel(&mut self, lane: Lane) {
        self.lanes.cancel(lane);
    }

    fn start(&mut self, order: Order) {
        let (cancel, hold) = (CancellationToken::new(), Hold::default());
        self.running = Some(Running { cancel: cancel.clone(), hold: hold.clone() });
        let office = self.office.clone();
        self.drills.spawn(async move { Box::pin(office.drill(order, cancel, hold)).await });
    }

    /// Ends the drill that runs, and waits for its clean-up; an end that was waited for already is
    /// not waited for again.
    pub(super) async fn stop(self, has_waited: bool) {
        if let Some(running) = &self.running {
            running.cancel.cancel();
        }
        self.drills.close();
        let patience = if has_waited { Duration::ZERO } else { FAREWELL };
        // What stays is found by its label at the next start.
        timeout(patience, self.drills.wait()).await.ok();
    }
}

impl Office {
    async fn tell(&self, message: DrillMessage) {
        // The loop has ended when nobody receives.
        self.messages.send(Message::Drill(message)).await.ok();
    }

    async fn look(&self, set: &SetRef, seed: u64) -> Look {
        let reading = match self.reading().await {
            Ok(reading) => reading,
            Err(failure) => {
                // Without it nobody knows what was tested.
                let pool = Err(failure.clone());
                return Look { pasts: Err(failure), unread: Vec::new(), pool, seed };
            }
        };
        let pool = async {
            let set = self.set(set)?;
            let storage = choose::storage(&self.settings, set)?;
            let s3 = S3::connect(storage).await?;
            let now = self.clock.now();
            let situation = Situation::of(&self.settings, storage, &reading, now);
            choose::pool(&s3, set, &self.settings.drill, situation).await
        };
        let pool = pool.await;
        let unread = reading.problems.iter().map(|problem| {
            let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
            format!("{}{line}: {}", problem.file.display(), problem.what)
        });
        let unread = unread.collect();
        let pasts = pasts(reading);
        Look { pasts: Ok(pasts), unread, pool, seed }
    }

    /// The drill that is ordered, planned; nothing has happened yet.
    fn plan(&self, order: &Order, reading: &Reading) -> Result<Chosen, Failure> {
        let set = self.set(&order.set)?;
        let storage = choose::storage(&self.settings, set)?;
        let is_held = order.depth >= Depth::Restore;
        let request = Request {
            wanted: Wanted::Named(order.object.key.0.clone()),
            depth: Some(order.depth),
            tool: order.tool,
            image: None,
            hold: if is_held { self.settings.drill.hold } else { Duration::ZERO },
            keep_download: false,
            trigger: Trigger::Wizard,
        };
        let (object, selection) = (order.object.clone(), order.selection.clone());
        let picked = Picked { object, selection };
        let situation = Situation::of(&self.settings, storage, reading, self.clock.now());
        choose::plan(set, &self.settings.drill, &request, picked, situation)
    }

    async fn check(&self, generation: Generation, order: Order) {
        let planned = async {
            let reading = self.reading().await?;
            let chosen = self.plan(&order, &reading)?;
            Ok::<_, Failure>((reading, chosen))
        };
        let (reading, chosen) = match planned.await {
            Ok(planned) => planned,
            Err(failure) => return self.tell(DrillMessage::Refused(failure)).await,
        };
        let (tell, mut told) = mpsc::channel(8);
        let preflight = Preflight {
            settings: &self.settings,
            plan: &chosen.plan,
            expected: chosen.expected.clone(),
            reading: &reading,
            tell,
        };
        let looking = async move { Box::pin(preflight.look()).await };
        let telling = async {
            while let Some(checked) = told.recv().await {
                self.tell(DrillMessage::Checked { generation, checked }).await;
            }
        };
        tokio::join!(looking, telling);
        self.tell(DrillMessage::CheckedAll { generation }).await;
    }

    /// The whole drill, from the order to the clean-up.
    async fn drill(&self, order: Order, cancel: CancellationToken, hold: Hold) {
        let (drill, run) = match self.prepare(&order).await {
            Ok((drill, run)) => (Drill { hold, ..drill }, run),
            Err(failure) => return self.tell(DrillMessage::Refused(failure)).await,
        };
        let (send, events) = mpsc::channel(EVENTS);
        let (plan, at) = (drill.plan.clone(), self.clock.now());
        self.tell(DrillMessage::Began(Box::new(Began { order, plan, at }))).await;
        let reporter = Reporter::new(self.clock, send, Some(run));
        let drilling = async {
            let conclusion = Box::pin(drill.run(&reporter, &cancel)).await;
            // Whoever passes events on ends when nobody can tell any more.
            drop(reporter);
            conclusion
        };
        let passing = self.pass_on(events, |events| Message::Drill(DrillMessage::Happened(events)));
        let (conclusion, ()) = tokio::join!(drilling, passing);
        let untold = notify(&self.settings, self.clock, &conclusion).await;
        let (cleanup, unrecorded) = (conclusion.cleanup, conclusion.unrecorded);
        self.tell(DrillMessage::Ended(Box::new(Ended { cleanup, unrecorded, untold }))).await;
    }

    /// The drill that is ordered, announced; nothing has happened yet.
    pub(super) async fn prepare(&self, order: &Order) -> Result<(Drill, RunFile), Failure> {
        let reading = self.reading().await?;
        let chosen = self.plan(order, &reading)?;
        let storage = choose::storage(&self.settings, &chosen.plan.set)?;
        let s3 = S3::connect(storage).await?;
        let run = announce(&self.settings, &chosen.plan)?;
        Ok((Drill::of(&self.settings, self.clock, s3, chosen), run))
    }

    /// Passes events on in batches, of which what has been overtaken is left out.
    pub(super) async fn pass_on(
        &self,
        mut events: mpsc::Receiver<DrillEvent>,
        message: impl Fn(Vec<DrillEvent>) -> Message,
    ) {
        while let Some(first) = events.recv().await {
            let mut batch = vec![first];
            while let Ok(event) = events.try_recv() {
                batch.push(event);
            }
            // The loop has ended when nobody receives.
            self.messages.send(message(coalesced(batch))).await.ok();
            sleep(BETWEEN).await;
        }
    }

    async fn note(&self, id: DrillId, text: String) -> Result<String, Failure> {
        let journal = Journal::at(&self.settings.folders.journal);
        let note = Note { at: self.clock.now(), actor: owner(), text };
        let written = spawn_blocking(move || journal.append(id.0, &Line::Note(note))).await;
        let written = written.unwrap_or_else(|stopped| {
            let what = format!("writing to the journal: {stopped}");
            Err(Failure::new(FailureKind::Unexpected, what))
        });
        written.map(|()| "noted in the record".to_owned())
    }
}

/// The events without those that a later one of the same step has overtaken.
fn coalesced(batch: Vec<DrillEvent>) -> Vec<DrillEvent> {
    let mut kept: Vec<DrillEvent> = Vec::with_capacity(batch.len());
    for event in batch {
        let moves = |event: &DrillEvent| match event.what {
            Happened::Advanced(_) => Some((event.step, false)),
            Happened::Parts(_) => Some((event.step, true)),
            _ => None,
        };
        if let Some(kind) = moves(&event) {
            kept.retain(|earlier| moves(earlier) != Some(kind));
        }
        kept.push(event);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::event::{Advance, Step};

    #[test]
    fn what_has_been_overtaken_is_left_out_and_ends_are_not() {
        let event = |step, what| DrillEvent { at: Duration::ZERO, step, what };
        let advanced = |done| Happened::Advanced(Advance::bytes(done, None, ""));
        let batch = vec![
            event(Step::Scan, Happened::Started),
            event(Step::Scan, advanced(1)),
            event(Step::Download, advanced(5)),
            event(Step::Scan, advanced(2)),
            event(Step::Scan, Happened::Passed { summary: String::new() }),
        ];
        let kept = coalesced(batch);
        assert_eq!(kept.len(), 4);
        assert_eq!(kept[2], event(Step::Scan, advanced(2)));
    }
}
