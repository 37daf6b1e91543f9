//! The signs of single containers.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use crate::domain::diagnosis::{
    Rule, SLOW, STARTING, Sign, Signs, Step, because, minutes, short, with_cause,
};
use crate::domain::pod::diagnosis::message::image_pull;
use crate::domain::pod::{ConditionStatus, ContainerState, ContainerStatus, Pod, Termination};
use crate::domain::severity::Severity;

/// A restart is news for an hour.
const RESTARTED: &[Step] = &[(SignedDuration::ZERO, Some(Severity::Warning)), (minutes(60), None)];

/// The longest back-off of a kubelet is five minutes: what ended longer ago is not started again.
const EXITED: &[Step] =
    &[(SignedDuration::ZERO, Some(Severity::Warning)), (minutes(5), Some(Severity::Critical))];

/// A run that is shorter than this is no recovery.
const SHORT_RUN: SignedDuration = minutes(10);
const FLAPPING: &[Step] = &[(SignedDuration::ZERO, Some(Severity::Critical)), (SHORT_RUN, None)];

/// How many restarts it takes to speak of a habit.
const MANY: i32 = 3;

/// The containers of one pod.
pub(super) struct Containers<'a> {
    pod: &'a Pod,
    /// Whether a container must be named to know which is meant.
    is_ambiguous: bool,
}

impl<'a> Containers<'a> {
    pub(super) fn of(pod: &'a Pod) -> Self {
        Self { pod, is_ambiguous: pod.containers.len() + pod.init_containers.len() > 1 }
    }

    pub(super) fn judge(&self, signs: &mut Signs) {
        let is_held = self.judge_init(signs);
        let is_initialized = self
            .pod
            .condition("Initialized")
            .is_some_and(|condition| condition.status == ConditionStatus::True);
        if is_held && !is_initialized {
            return;
        }
        if self.pod.statuses.is_empty() {
            signs.climb(Rule::Starting.since(self.pod.start()), STARTING, |severity| {
                with_cause(starting(severity), "no container is reported yet")
            });
        }
        for status in &self.pod.statuses {
            self.judge_one(status, signs);
        }
    }

    /// The first failed container of a pod that has ended, and what became of it.
    pub(super) fn culprit(&self) -> Option<(&'a str, String)> {
        let mut statuses = self.pod.init_statuses.iter().chain(&self.pod.statuses);
        statuses.find_map(|status| {
            let end = status.state.termination().filter(|end| end.exit_code != 0)?;
            let fact = format!("{}{}", self.end(status, end), self.named(status));
            Some((&*status.name, fact))
        })
    }

    /// Whether an init container keeps the others from starting.
    fn judge_init(&self, signs: &mut Signs) -> bool {
        for (index, status) in self.pod.init_statuses.iter().enumerate() {
            let is_sidecar = self.pod.is_sidecar(&status.name);
            if status.state.termination().is_some_and(|end| end.exit_code == 0) {
                continue;
            }
            if is_sidecar && status.started == Some(true) {
                self.judge_one(status, signs);
                continue;
            }
            match &status.state {
                ContainerState::Running { started } if !is_sidecar => {
                    let sign = Rule::Init.since(*started).of(&status.name);
                    signs.climb(sign, SLOW, |severity| {
                        let what = if severity == Severity::Busy { "init" } else { "init stuck" };
                        let of = self.pod.init_containers.len();
                        format!("{what}: {} ({}/{of})", short(&status.name), index + 1)
                    });
                }
                ContainerState::Running { .. }
                | ContainerState::Empty
                | ContainerState::Waiting { .. }
                | ContainerState::Terminated(_) => self.judge_one(status, signs),
            }
            return true;
        }
        false
    }

    fn judge_one(&self, status: &'a ContainerStatus, signs: &mut Signs) {
        match &status.state {
            ContainerState::Waiting { reason, message } => {
                let reason = reason.as_deref().unwrap_or_default();
                self.waiting(status, reason, message.as_deref(), signs);
            }
            ContainerState::Terminated(end) if end.exit_code == 0 => {}
            ContainerState::Terminated(end) => self.ended(status, end, signs),
            ContainerState::Running { started } => {
                self.history(status, *started, signs);
                self.unready(status, *started, signs);
            }
            ContainerState::Empty => self.starts(status, "its state is not reported", signs),
        }
    }

    fn waiting(
        &self,
        status: &'a ContainerStatus,
        reason: &str,
        message: Option<&str>,
        signs: &mut Signs,
    ) {
        let sign = |rule: Rule| rule.since(self.pod.start()).of(&status.name);
        match reason {
            "CrashLoopBackOff" => self.crash_loop(status, signs),
            "ErrImagePull"
            | "ImagePullBackOff"
            | "InvalidImageName"
            | "ErrImageNeverPull"
            | "ImageInspectError"
            | "RegistryUnavailable"
            | "SignatureValidationFailed" => {
                // It is tried again, unless it is the first try that failed.
                let is_first = reason == "ErrImagePull";
                let severity = if is_first { Severity::Warning } else { Severity::Critical };
                signs.add(sign(Rule::ImagePull), severity, || {
                    let image = self.pod.container(&status.name).map_or("", |one| &one.image);
                    format!("{}{}", image_pull(reason, message, image), self.named(status))
                });
            }
            "CreateContainerConfigError"
            | "CreateContainerError"
            | "RunContainerError"
            | "PreCreateHookError"
            | "PreStartHookError"
            | "PostStartHookError"
            | "StartError"
            | "ContainerCannotRun" => {
                signs.add(sign(Rule::CannotStart), Severity::Critical, || {
                    let why = because(Some(reason), message);
                    format!("{}{}", with_cause("cannot start", &why), self.named(status))
                });
            }
            "" => self.starts(status, "no reason is given", signs),
            _ => self.starts(status, &because(Some(reason), message), signs),
        }
    }

    fn starts(&self, status: &'a ContainerStatus, why: &str, signs: &mut Signs) {
        let sign = Rule::Starting.since(self.pod.start()).of(&status.name);
        signs.climb(sign, STARTING, |severity| {
            format!("{}{}", with_cause(starting(severity), why), self.named(status))
        });
    }

    fn crash_loop(&self, status: &'a ContainerStatus, signs: &mut Signs) {
        let end = status.last_state.termination();
        let since = end.and_then(|end| end.finished);
        let is_memory = end.is_some_and(Termination::is_out_of_memory);
        let rule = if is_memory { Rule::OutOfMemory } else { Rule::CrashLoop };
        signs.add(rule.since(since).of(&status.name), Severity::Critical, || match end {
            Some(end) if is_memory => self.out_of_memory(status, end),
            Some(end) => {
                let fact = self.end(status, end);
                format!("CrashLoopBackOff: {fact}{}{}", times(status), self.named(status))
            }
            None => format!("CrashLoopBackOff{}{}", times(status), self.named(status)),
        });
    }

    fn ended(&self, status: &'a ContainerStatus, end: &Termination, signs: &mut Signs) {
        let sign = |rule: Rule| rule.since(end.finished).of(&status.name);
        let reason =
            || format!("ended: {}{}{}", self.end(status, end), times(status), self.named(status));
        if end.is_out_of_memory() {
            signs.add(sign(Rule::OutOfMemory), Severity::Critical, || {
                self.out_of_memory(status, end)
            });
        } else if status.restarts >= MANY {
            signs.add(sign(Rule::Exited), Severity::Critical, reason);
        } else {
            signs.climb(sign(Rule::Exited), EXITED, |_| reason());
        }
    }

    /// What a container that runs has been through.
    fn history(&self, status: &'a ContainerStatus, started: Option<Timestamp>, signs: &mut Signs) {
        let Some(end) = status.last_state.termination().filter(|_| status.restarts > 0) else {
            return;
        };
        let run = end.finished.zip(end.started).map(|(end, start)| end.duration_since(start));
        let is_short = run.is_some_and(|run| run < SHORT_RUN);
        if started.is_some() && is_short && status.restarts >= MANY {
            let sign = Rule::Flapping.since(end.finished).of(&status.name);
            signs.climb_from(sign, started, FLAPPING, |_| {
                let seconds = run.map_or(0, |run| run.as_secs().max(0));
                let fact = self.end(status, end);
                let named = self.named(status);
                format!("flapping: {fact}{}, its last run took {seconds} s{named}", times(status))
            });
        }
        // What nobody can date is not taken for news.
        if end.finished.is_some() {
            let sign = Rule::Restarted.since(end.finished).of(&status.name);
            signs.climb(sign, RESTARTED, |_| {
                let fact = self.end(status, end);
                format!("restarted{}, last: {fact}{}", times(status), self.named(status))
            });
        }
    }

    fn unready(&self, status: &'a ContainerStatus, started: Option<Timestamp>, signs: &mut Signs) {
        if status.ready {
            return;
        }
        let since = self.pod.not_ready_since().max(started);
        let has_startup = self.pod.container(&status.name).is_some_and(|one| one.probes.startup);
        let named = self.named(status);
        if has_startup && status.started == Some(false) {
            let sign: Sign<'_> = Rule::Starting.since(started).of(&status.name);
            signs.climb(sign, SLOW, |severity| {
                format!("{}: its startup probe has not passed{named}", starting(severity))
            });
        } else {
            let sign = Rule::NotReady.since(since).of(&status.name);
            signs.climb(sign, STARTING, |_| format!("not ready{named}"));
        }
    }

    fn out_of_memory(&self, status: &ContainerStatus, end: &Termination) -> String {
        format!("OOMKilled{}{}{}", times(status), self.limit(status, end), self.named(status))
    }

    /// How it ended: `exit 1`, `OOMKilled, limit 512Mi`.
    fn end(&self, status: &ContainerStatus, end: &Termination) -> String {
        match end.reason.as_deref() {
            _ if end.is_out_of_memory() => format!("OOMKilled{}", self.limit(status, end)),
            None | Some("" | "Error" | "Completed") if end.signal != 0 => {
                format!("signal {}", end.signal)
            }
            None | Some("" | "Error" | "Completed") => format!("exit {}", end.exit_code),
            Some(reason) => format!("{}, exit {}", short(reason), end.exit_code),
        }
    }

    /// `, limit 512Mi` after a lack of memory.
    fn limit(&self, status: &ContainerStatus, end: &Termination) -> String {
        if !end.is_out_of_memory() {
            return String::new();
        }
        let limit = self.pod.container(&status.name).and_then(|one| one.limits.memory);
        limit
            .map_or_else(|| ", no limit".to_owned(), |limit| format!(", limit {}", limit.written()))
    }

    /// ` (app)`, where the pod has several containers.
    fn named(&self, status: &ContainerStatus) -> String {
        let mut text = String::new();
        if self.is_ambiguous {
            // Writing to a string cannot fail.
            let _ = write!(text, " ({})", short(&status.name));
        }
        text
    }
}

/// ` ×7`, where it was started again at all.
fn times(status: &ContainerStatus) -> String {
    if status.restarts > 0 { format!(" ×{}", status.restarts) } else { String::new() }
}

const fn starting(severity: Severity) -> &'static str {
    match severity {
        Severity::Done | Severity::Fine | Severity::Busy => "starting",
        Severity::Warning | Severity::Critical => "still starting",
    }
}
