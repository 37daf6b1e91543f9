//! The state machine of a drill: a fold over its events.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::failure::Failure;

use super::event::{Advance, DrillEvent, Happened, Part, Step, Unit};

/// Where one step stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StepState {
    #[default]
    Waiting,
    Running(Option<Advance>),
    Passed {
        summary: String,
    },
    Failed(Failure),
    Skipped {
        why: String,
    },
    /// Begun, and ended from outside.
    Interrupted,
    /// An earlier step failed, or the drill was cancelled: never to be read as "passed".
    NotRun,
}

/// One step with its times, counted from the drill's start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepProgress {
    pub state: StepState,
    pub started: Option<Duration>,
    pub ended: Option<Duration>,
    /// How far it is with each collection that it has come to.
    pub parts: Vec<Part>,
}

impl StepProgress {
    /// How long it took, or has been running at `now`.
    pub fn elapsed(&self, now: Duration) -> Duration {
        let end = self.ended.unwrap_or(now);
        self.started.map_or(Duration::ZERO, |started| end.saturating_sub(started))
    }

    /// Units a second since it began, once a moment has passed.
    pub fn rate(&self, now: Duration) -> Option<f64> {
        let StepState::Running(Some(advance)) = &self.state else { return None };
        let seconds = self.elapsed(now).as_secs_f64();
        (seconds >= 0.5).then(|| advance.done as f64 / seconds)
    }

    /// Time left at the rate so far.
    pub fn left(&self, now: Duration) -> Option<Duration> {
        let StepState::Running(Some(advance)) = &self.state else { return None };
        let left = advance.total?.saturating_sub(advance.done) as f64;
        let rate = self.rate(now).filter(|rate| *rate > 0.0)?;
        Duration::try_from_secs_f64(left / rate).ok()
    }
}

/// The state of a whole drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillProgress {
    steps: BTreeMap<Step, StepProgress>,
}

impl Default for DrillProgress {
    fn default() -> Self {
        Self { steps: Step::ALL.into_iter().map(|step| (step, StepProgress::default())).collect() }
    }
}

/// One step as the record keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    pub name: Step,
    /// Seconds from the drill's start.
    pub start: f64,
    pub seconds: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    pub status: StageStatus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageStatus {
    Passed,
    Failed,
    Interrupted,
}

impl DrillProgress {
    pub fn apply(&mut self, event: &DrillEvent) {
        let step = self.steps.entry(event.step).or_default();
        match &event.what {
            Happened::Started => {
                step.started = Some(event.at);
                step.ended = None;
                step.parts.clear();
                step.state = StepState::Running(None);
            }
            Happened::Advanced(advance) => step.state = StepState::Running(Some(advance.clone())),
            Happened::Parts(parts) => step.parts.clone_from(parts),
            Happened::Noted(_) | Happened::Concluded(_) | Happened::Held(_) => {}
            Happened::Passed { summary } => {
                step.ended = Some(event.at);
                step.state = StepState::Passed { summary: summary.clone() };
            }
            Happened::Failed(failure) => {
                step.ended = Some(event.at);
                step.state = StepState::Failed(failure.clone());
            }
            Happened::Skipped { why } => step.state = StepState::Skipped { why: why.clone() },
        }
        match event.what {
            Happened::Failed(_) => self.give_up_after(event.step),
            _ if event.step == Step::CleanUp => self.close(event.at),
            _ => {}
        }
    }

    /// What waits for a step that failed will not run any more. What overlaps with it goes on.
    /// Recording and cleaning up come on every way out.
    fn give_up_after(&mut self, failed: Step) {
        for (step, progress) in &mut self.steps {
            if *step > failed && *step < Step::Record && progress.state == StepState::Waiting {
                progress.state = StepState::NotRun;
            }
        }
    }

    /// Once the clean-up has begun, what still runs was interrupted.
    fn close(&mut self, at: Duration) {
        for (step, progress) in &mut self.steps {
            match progress.state {
                StepState::Running(_) if *step < Step::CleanUp => {
                    progress.ended = progress.ended.or(Some(at));
                    progress.state = StepState::Interrupted;
                }
                StepState::Waiting if *step < Step::CleanUp => progress.state = StepState::NotRun,
                _ => {}
            }
        }
    }

    pub fn step(&self, step: Step) -> &StepProgress {
        static WAITING: StepProgress = StepProgress {
            state: StepState::Waiting,
            started: None,
            ended: None,
            parts: Vec::new(),
        };
        self.steps.get(&step).unwrap_or(&WAITING)
    }

    pub fn steps(&self) -> impl Iterator<Item = (Step, &StepProgress)> {
        self.steps.iter().map(|(step, progress)| (*step, progress))
    }

    /// The first step that failed.
    pub fn failure(&self) -> Option<(Step, &Failure)> {
        self.steps.iter().find_map(|(step, progress)| match &progress.state {
            StepState::Failed(failure) => Some((*step, failure)),
            _ => None,
        })
    }

    /// The steps that run, in order.
    pub fn running(&self) -> Vec<Step> {
        let running = self.steps.iter().filter(|(_, it)| matches!(it.state, StepState::Running(_)));
        running.map(|(step, _)| *step).collect()
    }

    /// The steps that began, for the record that is written at `now`.
    pub fn stages(&self, bytes: &BTreeMap<Step, u64>, now: Duration) -> Vec<Stage> {
        let stage = |(step, progress): (Step, &StepProgress)| {
            let started = progress.started?;
            let status = match progress.state {
                StepState::Passed { .. } => StageStatus::Passed,
                StepState::Failed(_) => StageStatus::Failed,
                _ => StageStatus::Interrupted,
            };
            Some(Stage {
                name: step,
                start: seconds(started),
                seconds: seconds(progress.elapsed(now)),
                bytes: bytes.get(&step).copied(),
                status,
            })
        };
        self.steps().filter_map(stage).collect()
    }

    /// From the drill's start to the last document restored: what an incident would take.
    pub fn recovery_time(&self) -> Option<Duration> {
        let restore = self.step(Step::Restore);
        matches!(restore.state, StepState::Passed { .. }).then_some(restore.ended).flatten()
    }
}

/// Seconds to the millisecond: records are read by people too.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}

impl Advance {
    pub fn bytes(done: u64, total: Option<u64>, detail: impl Into<String>) -> Self {
        Self { done, total, unit: Unit::Bytes, detail: detail.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::FailureKind;

    fn after(events: &[(u64, Step, Happened)]) -> DrillProgress {
        let mut progress = DrillProgress::default();
        for (at, step, what) in events {
            let at = Duration::from_secs(*at);
            progress.apply(&DrillEvent { at, step: *step, what: what.clone() });
        }
        progress
    }

    fn passed() -> Happened {
        Happened::Passed { summary: "done".to_owned() }
    }

    fn failed() -> Happened {
        Happened::Failed(Failure::new(FailureKind::Unexpected, "no space left"))
    }

    #[test]
    fn a_failed_restore_leaves_comparison_not_run_and_still_cleans_up() {
        let progress = after(&[
            (0, Step::Restore, Happened::Started),
            (5, Step::Restore, failed()),
            (5, Step::Record, Happened::Started),
            (6, Step::Record, passed()),
            (6, Step::CleanUp, Happened::Started),
            (7, Step::CleanUp, passed()),
        ]);
        assert_eq!(progress.step(Step::Compare).state, StepState::NotRun);
        assert!(matches!(progress.step(Step::CleanUp).state, StepState::Passed { .. }));
        assert_eq!(progress.failure().unwrap().0, Step::Restore);
        assert_eq!(progress.recovery_time(), None);
    }

    #[test]
    fn a_cancelled_step_and_its_stage_are_interrupted() {
        let begun = (1, Step::Download, Happened::Started);
        // The record is written before the clean-up begins.
        let stages =
            after(std::slice::from_ref(&begun)).stages(&BTreeMap::new(), Duration::from_secs(3));
        let download = stages.first().unwrap();
        assert_eq!((download.seconds, download.status), (2.0, StageStatus::Interrupted));
        let progress = after(&[begun, (3, Step::CleanUp, Happened::Started)]);
        assert_eq!(progress.step(Step::Download).state, StepState::Interrupted);
        assert_eq!(progress.step(Step::Restore).state, StepState::NotRun);
    }

    #[test]
    fn a_sandbox_that_is_started_again_takes_its_second_time() {
        let progress = after(&[
            (1, Step::StartSandbox, Happened::Started),
            (2, Step::StartSandbox, passed()),
            (5, Step::StartSandbox, Happened::Started),
            (9, Step::StartSandbox, passed()),
        ]);
        let took = progress.step(Step::StartSandbox).elapsed(Duration::from_secs(20));
        assert_eq!(took, Duration::from_secs(4));
    }

    #[test]
    fn a_running_step_knows_its_rate_and_time_left() {
        let advance = Advance::bytes(100, Some(400), "");
        let progress = after(&[
            (0, Step::Download, Happened::Started),
            (2, Step::Download, Happened::Advanced(advance)),
        ]);
        let step = progress.step(Step::Download);
        assert_eq!(step.rate(Duration::from_secs(2)), Some(50.0));
        assert_eq!(step.left(Duration::from_secs(2)), Some(Duration::from_secs(6)));
    }

    #[test]
    fn recovery_time_ends_with_the_restore() {
        let progress = after(&[
            (0, Step::Download, Happened::Started),
            (4, Step::Restore, Happened::Started),
            (9, Step::Restore, passed()),
            (20, Step::Compare, Happened::Started),
        ]);
        assert_eq!(progress.recovery_time(), Some(Duration::from_secs(9)));
    }
}
