//! The steps of a running drill on a terminal: painted again in place, or a line at a time.

use std::io::{self, Write as _};
use std::time::Duration;

use crossterm::cursor::{Hide, MoveUp, Show};
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType};

use crate::domain::text::shown;
use crate::domain::units::{ByteSize, Count, Span};
use crate::drill::event::{Advance, DrillEvent, Happened, Step, Unit};
use crate::drill::progress::{DrillProgress, StepProgress, StepState};

use super::paint::{Paper, Tone, fitted, padded, right, say};

/// Cells of a bar, where there is room and where there is not.
const BAR: usize = 20;
const SHORT_BAR: usize = 10;
/// A terminal narrower than this gets short lines.
const NARROW: usize = 100;

/// Follows one drill.
#[derive(Debug)]
pub struct StepLines {
    paper: Paper,
    progress: DrillProgress,
    /// Lines on the screen that will be painted again.
    painted: u16,
    /// Steps that this drill will not come to, and that are not shown.
    hidden: Vec<Step>,
}

impl StepLines {
    pub fn new(paper: Paper, hidden: Vec<Step>) -> Self {
        Self { paper, progress: DrillProgress::default(), painted: 0, hidden }
    }

    pub fn apply(&mut self, event: &DrillEvent) {
        self.progress.apply(event);
        if !self.paper.live
            && let Some(line) = self.plain_line(event)
        {
            say(&line);
        }
    }

    /// Paints all lines where they are. `now` is counted from the drill's start.
    pub fn paint(&mut self, now: Duration) {
        if !self.paper.live {
            return;
        }
        let lines = self.lines(now);
        let mut screen = io::stdout().lock();
        // A terminal that went away is noticed by whoever waits for the result, not here.
        if self.painted > 0 {
            queue!(screen, MoveUp(self.painted)).ok();
        }
        queue!(screen, Hide).ok();
        for line in &lines {
            queue!(screen, Clear(ClearType::UntilNewLine)).ok();
            writeln!(screen, "{line}").ok();
        }
        queue!(screen, Show).ok();
        screen.flush().ok();
        self.painted = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    }

    /// Something else was written below: the lines are painted again from here on.
    pub fn begin_anew(&mut self) {
        self.painted = 0;
    }

    fn lines(&self, now: Duration) -> Vec<String> {
        let shown = self.progress.steps().filter(|(step, _)| !self.hidden.contains(step));
        shown.map(|(step, progress)| self.line(step, progress, now)).collect()
    }

    /// ```text
    ///   ✔ download       14.8 MiB in 0.4 s, 37.0 MiB/s
    ///   ● restore        ████████░░░░░░░░░░░░  41 %  6.1 MiB of 14.8 MiB  12 MiB/s  0.7 s left
    ///   · count
    /// ```
    fn line(&self, step: Step, progress: &StepProgress, now: Duration) -> String {
        let (sign, tone, text) = match &progress.state {
            StepState::Waiting => ("·", Tone::Quiet, String::new()),
            StepState::Running(advance) => {
                let text = advance.as_ref().map_or_else(
                    || elapsed(progress, now),
                    |advance| self.moving(advance, progress, now),
                );
                ("●", Tone::Busy, text)
            }
            StepState::Passed { summary } => {
                ("✔", Tone::Good, with_time(summary, progress.elapsed(now)))
            }
            StepState::Failed(failure) => ("✘", Tone::Bad, failure.what.clone()),
            StepState::Skipped { why } => ("–", Tone::Quiet, format!("skipped: {why}")),
            StepState::Interrupted => {
                let after = Span(progress.elapsed(now));
                ("✘", Tone::Odd, format!("interrupted after {after}"))
            }
            StepState::NotRun => ("–", Tone::Quiet, "not run".to_owned()),
        };
        let room = self.paper.width.saturating_sub(20);
        let text_tone = match progress.state {
            StepState::Waiting | StepState::Skipped { .. } | StepState::NotRun => Tone::Quiet,
            StepState::Failed(_) => Tone::Bad,
            _ => Tone::Plain,
        };
        format!(
            "  {} {} {}",
            self.paper.ink(tone, sign),
            self.paper.ink(
                if text_tone == Tone::Quiet { Tone::Quiet } else { Tone::Strong },
                &padded(step.word(), 14)
            ),
            self.paper.ink(text_tone, &fitted(&shown(&text), room))
        )
    }

    fn moving(&self, advance: &Advance, progress: &StepProgress, now: Duration) -> String {
        let is_narrow = self.paper.width < NARROW;
        let cells = if is_narrow { SHORT_BAR } else { BAR };
        let done = amount(advance.done, advance.unit);
        let mut parts = Vec::new();
        match advance.total.filter(|total| *total > 0) {
            Some(total) => {
                let share = (advance.done as f64 / total as f64).min(1.0);
                let percent = right(&format!("{:.0} %", share * 100.0), 5);
                parts.push(format!("{} {percent}", bar(share, cells)));
                let total = amount(total, advance.unit);
                parts.push(if is_narrow { done } else { format!("{done} of {total}") });
            }
            None => parts.push(done),
        }
        if let Some(rate) = progress.rate(now).filter(|_| advance.unit == Unit::Bytes) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "for the eye"
            )]
            let rate = rate as u64;
            parts.push(format!("{}/s", amount(rate, advance.unit)));
        }
        parts.push(match progress.left(now) {
            Some(left) => format!("{} left", Span(left)),
            None => Span(progress.elapsed(now)).to_string(),
        });
        if !advance.detail.is_empty() {
            parts.push(advance.detail.clone());
        }
        parts.join("  ")
    }

    /// What a pipe gets: one line when something ends, and what was noted.
    fn plain_line(&self, event: &DrillEvent) -> Option<String> {
        if self.hidden.contains(&event.step) {
            return None;
        }
        let text = match &event.what {
            Happened::Started
            | Happened::Advanced(_)
            | Happened::Parts(_)
            | Happened::Concluded(_)
            | Happened::Held(_) => return None,
            Happened::Noted(text) => text.clone(),
            Happened::Passed { summary } => {
                with_time(summary, self.progress.step(event.step).elapsed(event.at))
            }
            Happened::Failed(failure) => format!("FAILED: {failure}"),
            Happened::Skipped { why } => format!("skipped: {why}"),
        };
        Some(format!("{}: {}", event.step, shown(&text)))
    }
}

fn with_time(summary: &str, took: Duration) -> String {
    if took < Duration::from_millis(50) {
        summary.to_owned()
    } else {
        format!("{summary}, {}", Span(took))
    }
}

fn elapsed(progress: &StepProgress, now: Duration) -> String {
    format!("{} …", Span(progress.elapsed(now)))
}

fn amount(number: u64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => ByteSize(number).to_string(),
        Unit::Collections => format!("{} collections", Count(number)),
    }
}

fn bar(share: f64, cells: usize) -> String {
    let is_full = |cell: usize| (cell as f64 + 0.5) <= share * cells as f64;
    (0..cells).map(|cell| if is_full(cell) { '█' } else { '░' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::{Failure, FailureKind};

    fn follow(width: usize, events: &[(u64, Step, Happened)]) -> Vec<String> {
        let paper = Paper { colour: false, live: true, width };
        let mut lines = StepLines::new(paper, vec![Step::Hold]);
        let mut now = Duration::ZERO;
        for (at, step, what) in events {
            now = Duration::from_millis(*at);
            lines.apply(&DrillEvent { at: now, step: *step, what: what.clone() });
        }
        lines.lines(now)
    }

    #[test]
    fn a_drill_under_way_shows_what_is_done_runs_and_waits() {
        let restored = Advance::bytes(6 << 20, Some(16 << 20), "admin.file");
        let summary = "14.8 MiB".to_owned();
        let lines = follow(
            100,
            &[
                (0, Step::Download, Happened::Started),
                (400, Step::Download, Happened::Passed { summary }),
                (500, Step::Restore, Happened::Started),
                (2500, Step::Restore, Happened::Advanced(restored)),
            ],
        );
        assert_eq!(
            lines,
            [
                "  ✔ download       14.8 MiB, 0.4 s",
                "  · scan           ",
                "  · start sandbox  ",
                "  ● restore        ████████░░░░░░░░░░░░  38 %  6.0 MiB of 16.0 MiB  3.0 MiB/s  3.3 s left  admin.f…",
                "  · count          ",
                "  · compare        ",
                "  · record         ",
                "  · clean up       ",
            ]
        );
    }

    #[test]
    fn a_failure_is_said_and_what_comes_after_is_not_run() {
        let failure = Failure::new(FailureKind::Unreachable, "no engine answers");
        let lines = follow(
            80,
            &[
                (0, Step::StartSandbox, Happened::Started),
                (400, Step::StartSandbox, Happened::Failed(failure)),
            ],
        );
        assert_eq!(lines.get(2).unwrap(), "  ✘ start sandbox  no engine answers");
        assert_eq!(lines.get(3).unwrap(), "  – restore        not run");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        use unicode_width::UnicodeWidthStr as _;
        let long = Advance::bytes(1, Some(2), "a".repeat(200));
        for width in [40, 80, 200] {
            let events = [
                (0, Step::Scan, Happened::Started),
                (900, Step::Scan, Happened::Advanced(long.clone())),
            ];
            assert!(follow(width, &events).iter().all(|line| line.width() <= width));
        }
    }
}
