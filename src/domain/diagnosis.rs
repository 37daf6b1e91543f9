//! What is wrong with an object, in words, and when time alone may change that.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::severity::Severity;
use crate::domain::text::shown;

/// The judgement of one object: its worst sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    pub severity: Severity,
    /// The rule that spoke.
    pub rule: Rule,
    /// In words that are safe to show; empty where all is well. Holds no age: see `since`.
    pub reason: Box<str>,
    /// The container that it is about.
    pub container: Option<Box<str>>,
    /// Since when, as far as that is known.
    pub since: Option<Timestamp>,
    /// Until then the judgement holds unless the object changes; `None`: for ever.
    pub recheck: Option<Timestamp>,
}

/// The rules, in no order. [`crate::domain::explanation`] has the words of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    Healthy,
    Finished,
    // Pods
    Failed,
    Evicted,
    Terminating,
    NodeLost,
    NodeNotReady,
    Gated,
    Unschedulable,
    Starting,
    ImagePull,
    CannotStart,
    CrashLoop,
    OutOfMemory,
    Exited,
    Init,
    NotReady,
    GateClosed,
    Restarted,
    Flapping,
    Unsteady,
    Lingering,
    // Workloads
    ScaledToZero,
    Unobserved,
    RolloutStuck,
    CannotCreate,
    Down,
    Degraded,
    RollingOut,
    Paused,
    // Nodes
    NodePressure,
    NodeNetwork,
    Cordoned,
    // Jobs
    JobFailed,
    JobFailing,
    JobRetrying,
    JobIdle,
    JobRunning,
    Suspended,
    // CronJobs
    ScheduleUnreadable,
    NeverRuns,
    MissedRun,
    StillRunning,
    LastRunFailed,
}

/// A severity from a moment on, counted from when something began; `None`: no sign.
pub(in crate::domain) type Step = (SignedDuration, Option<Severity>);

pub(in crate::domain) const fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count * 60)
}

/// A start that nobody worries about for two minutes.
pub(in crate::domain) const STARTING: &[Step] = &[
    (SignedDuration::ZERO, Some(Severity::Busy)),
    (minutes(2), Some(Severity::Warning)),
    (minutes(10), Some(Severity::Critical)),
];

/// Work before the start, which may take its time.
pub(in crate::domain) const SLOW: &[Step] = &[
    (SignedDuration::ZERO, Some(Severity::Busy)),
    (minutes(5), Some(Severity::Warning)),
    (minutes(30), Some(Severity::Critical)),
];

/// The signs of one object, of which the worst is kept, and of equals the first.
pub(in crate::domain) struct Signs {
    now: Timestamp,
    worst: Option<Diagnosis>,
    recheck: Option<Timestamp>,
}

/// One sign, before its severity is known.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain) struct Sign<'a> {
    pub(in crate::domain) rule: Rule,
    pub(in crate::domain) container: Option<&'a str>,
    pub(in crate::domain) since: Option<Timestamp>,
}

impl Rule {
    pub(in crate::domain) const fn since<'a>(self, since: Option<Timestamp>) -> Sign<'a> {
        Sign { rule: self, container: None, since }
    }
}

impl<'a> Sign<'a> {
    pub(in crate::domain) const fn of(self, container: &'a str) -> Self {
        Self { container: Some(container), ..self }
    }
}

impl Signs {
    pub(in crate::domain) const fn new(now: Timestamp) -> Self {
        Self { now, worst: None, recheck: None }
    }

    /// A sign that time does not change.
    pub(in crate::domain) fn add(
        &mut self,
        sign: Sign<'_>,
        severity: Severity,
        reason: impl FnOnce() -> String,
    ) {
        if self.worst.as_ref().is_some_and(|worst| worst.severity >= severity) {
            return;
        }
        self.worst = Some(Diagnosis {
            severity,
            rule: sign.rule,
            reason: reason().into(),
            container: sign.container.map(Box::from),
            since: sign.since,
            recheck: None,
        });
    }

    /// A sign whose severity depends on how long it has lasted: that of the last step reached.
    /// Without a date the second step holds, since nobody can tell that it is fresh.
    pub(in crate::domain) fn climb(
        &mut self,
        sign: Sign<'_>,
        steps: &[Step],
        reason: impl FnOnce(Severity) -> String,
    ) {
        self.climb_from(sign, sign.since, steps, reason);
    }

    /// The same, counted from another moment than the one that is shown.
    pub(in crate::domain) fn climb_from(
        &mut self,
        sign: Sign<'_>,
        start: Option<Timestamp>,
        steps: &[Step],
        reason: impl FnOnce(Severity) -> String,
    ) {
        let severity = match start {
            None => steps.get(1).or(steps.first()).and_then(|(_, severity)| *severity),
            Some(since) => {
                let elapsed = self.now.duration_since(since);
                let reached = steps.iter().rposition(|(from, _)| *from <= elapsed).unwrap_or(0);
                // A date that no calendar has is never reached.
                let next = steps.get(reached + 1);
                let next = next.and_then(|(from, _)| since.checked_add(*from).ok());
                self.recheck = earlier(self.recheck, next);
                steps.get(reached).and_then(|(_, severity)| *severity)
            }
        };
        if let Some(severity) = severity {
            self.add(sign, severity, || reason(severity));
        }
    }

    /// Something else than the steps of a sign will change the judgement at `when`.
    pub(in crate::domain) fn recheck(&mut self, when: Option<Timestamp>) {
        self.recheck = earlier(self.recheck, when.filter(|when| *when > self.now));
    }

    /// The worst sign; without any, all is well.
    pub(in crate::domain) fn finish(self) -> Diagnosis {
        let recheck = self.recheck;
        let worst = self.worst.unwrap_or_else(|| Diagnosis {
            severity: Severity::Fine,
            rule: Rule::Healthy,
            reason: Box::default(),
            container: None,
            since: None,
            recheck: None,
        });
        Diagnosis { recheck, ..worst }
    }
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// How much of a cluster's sentence fits into a reason.
const LONGEST: usize = 140;

/// A cluster's sentence, safe to show, without its full stop, and not longer than a line or two.
pub(in crate::domain) fn short(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", shown(text.get(..end).unwrap_or_default()).trim_end()),
        None => shown(text).into_owned(),
    }
}

/// `reason: message`, or whichever there is.
pub(in crate::domain) fn because(reason: Option<&str>, message: Option<&str>) -> String {
    let filled = |text: Option<&str>| text.filter(|text| !text.trim().is_empty()).map(short);
    match (filled(reason), filled(message)) {
        (Some(reason), Some(message)) => format!("{reason}: {message}"),
        (reason, message) => reason.or(message).unwrap_or_default(),
    }
}

/// `what: why`, or only `what` where nothing is known of the why.
pub(in crate::domain) fn with_cause(what: &str, why: &str) -> String {
    if why.is_empty() { what.to_owned() } else { format!("{what}: {why}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_sign_climbs_with_time_and_says_when_it_will_again() {
        for (now, severity, recheck) in [
            (-5, Severity::Busy, Some(120)),
            (119, Severity::Busy, Some(120)),
            (120, Severity::Warning, Some(600)),
            (600, Severity::Critical, None),
        ] {
            let mut signs = Signs::new(at(now));
            signs.climb(Rule::Starting.since(Some(at(0))), STARTING, |severity| {
                severity.to_string()
            });
            let diagnosis = signs.finish();
            assert_eq!(diagnosis.severity, severity, "at {now}");
            assert_eq!(diagnosis.recheck, recheck.map(at), "at {now}");
        }
    }

    #[test]
    fn a_start_without_a_date_is_not_taken_for_a_fresh_one() {
        let mut signs = Signs::new(at(0));
        signs.climb(Rule::Starting.since(None), STARTING, |_| String::new());
        assert_eq!(signs.finish().severity, Severity::Warning);
    }

    #[test]
    fn the_worst_sign_wins_and_of_equals_the_first() {
        let mut signs = Signs::new(at(0));
        signs.add(Rule::Restarted.since(None), Severity::Warning, || "a".to_owned());
        signs.add(Rule::CrashLoop.since(None), Severity::Critical, || "b".to_owned());
        signs.add(Rule::NodeLost.since(None), Severity::Critical, || "c".to_owned());
        assert_eq!(&*signs.finish().reason, "b");
    }

    #[test]
    fn sentences_are_cut_and_neutralised() {
        assert_eq!(short(" no such image.\n"), "no such image");
        assert_eq!(short("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
        assert_eq!(short(&"ä".repeat(500)).chars().count(), LONGEST + 1);
        assert_eq!(because(Some("Evicted"), Some("")), "Evicted");
        assert_eq!(because(None, None), "");
    }
}
