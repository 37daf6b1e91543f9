//! A drill under way: its progress and its log are folds over what it reports.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::cell::Tone;
use crate::domain::text::shown;
use crate::drill::event::{DrillEvent, Happened, Held, Step};
use crate::drill::plan::DrillPlan;
use crate::drill::progress::{DrillProgress, StepState};
use crate::drill::record::Record;

use super::effect::Order;
use super::message::{Began, Ended};

/// The newest lines of the log; what is noted is in the log file too.
const LINES: usize = 2000;

#[derive(Debug)]
pub struct Run {
    pub order: Order,
    pub plan: DrillPlan,
    /// When its times are counted from.
    pub began: Timestamp,
    pub progress: DrillProgress,
    pub log: Vec<LogLine>,
    /// Until when the sandbox stays.
    pub held: Option<Held>,
    /// The result, once it is known.
    pub record: Option<Arc<Record>>,
    pub ended: Option<Ended>,
    /// It was asked to end.
    pub is_cancelled: bool,
}

/// One line of the live log. Its text is safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    pub at: Duration,
    pub step: Step,
    pub text: String,
    pub tone: Tone,
}

impl Run {
    pub fn new(began: Began) -> Self {
        Self {
            order: began.order,
            plan: began.plan,
            began: began.at,
            progress: DrillProgress::default(),
            log: Vec::new(),
            held: None,
            record: None,
            ended: None,
            is_cancelled: false,
        }
    }

    /// Since it began.
    pub fn elapsed(&self, now: Timestamp) -> Duration {
        Duration::try_from(now.duration_since(self.began)).unwrap_or_default()
    }

    pub fn apply(&mut self, event: DrillEvent) {
        self.progress.apply(&event);
        let (text, tone) = match event.what {
            Happened::Started => ("begins".to_owned(), Tone::Muted),
            Happened::Advanced(_) | Happened::Parts(_) => return,
            Happened::Concluded(record) => {
                let text = format!("{}: {}", record.verdict, record.sentence());
                self.record = Some(Arc::new(*record));
                (text, Tone::Accent)
            }
            Happened::Held(held) => {
                self.held = Some(held);
                return;
            }
            Happened::Noted(text) => (text, Tone::Plain),
            Happened::Passed { summary } => (summary, Tone::Fine),
            Happened::Failed(failure) => (failure.to_string(), Tone::Critical),
            Happened::Skipped { why } => (format!("skipped: {why}"), Tone::Muted),
        };
        if self.log.len() >= LINES {
            self.log.remove(0);
        }
        let text = shown(&text).into_owned();
        self.log.push(LogLine { at: event.at, step: event.step, text, tone });
    }

    /// Whether its sandbox is kept for a closer look.
    pub fn is_holding(&self) -> bool {
        matches!(self.progress.step(Step::Hold).state, StepState::Running(_))
    }

    /// Whether its record is in the journal.
    pub fn is_recorded(&self) -> bool {
        matches!(self.progress.step(Step::Record).state, StepState::Passed { .. })
    }

    pub fn is_cleaning_up(&self) -> bool {
        matches!(self.progress.step(Step::CleanUp).state, StepState::Running(_))
    }

    /// The steps that this drill comes to.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        let hidden = self.plan.hidden_steps();
        Step::ALL.into_iter().filter(move |step| !hidden.contains(step))
    }

    /// The step that is told where there is room for one: the last that runs.
    pub fn current(&self) -> Option<Step> {
        self.progress.running().last().copied()
    }
}
