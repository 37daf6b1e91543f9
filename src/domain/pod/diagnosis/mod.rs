//! What is wrong with a pod: the worst of its containers, its place and its end. `kubectl`'s STATUS
//! is not asked, since it hides one container behind another.

mod container;
mod message;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use crate::domain::diagnosis::{
    Diagnosis, Rule, STARTING, Signs, Step, because, minutes, short, with_cause,
};
use crate::domain::node::Node;
use crate::domain::pod::diagnosis::container::Containers;
use crate::domain::pod::diagnosis::message::unschedulable;
use crate::domain::pod::readiness::Readiness;
use crate::domain::pod::{Condition, ConditionStatus, ContainerState, Pod};
use crate::domain::severity::Severity;

/// What has been replaced, and what has ended, is news for a day.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A failed pod that something replaces.
const REPLACED: &[Step] =
    &[(SignedDuration::ZERO, Some(Severity::Warning)), (DAY, Some(Severity::Done))];

/// Counted from the end of the grace period, which kubelets overrun by some seconds.
const TERMINATING: &[Step] = &[
    (SignedDuration::ZERO, Some(Severity::Busy)),
    (minutes(1), Some(Severity::Warning)),
    (minutes(15), Some(Severity::Critical)),
];

/// Gates are opened by a controller, or never.
const GATED: &[Step] =
    &[(SignedDuration::ZERO, Some(Severity::Busy)), (minutes(60), Some(Severity::Warning))];

/// One container of a Job's pod has ended, and another goes on.
const LINGERING: &[Step] = &[(SignedDuration::ZERO, None), (minutes(10), Some(Severity::Warning))];

/// What is known of a pod beside itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen<'a> {
    /// The one it runs on.
    pub node: Option<&'a Node>,
    /// How often it has changed while somebody was watching.
    pub readiness: Option<&'a Readiness>,
}

/// The judgement of `pod`, which runs on `node` where that is known, at one look.
pub fn diagnose(pod: &Pod, node: Option<&Node>, now: Timestamp) -> Diagnosis {
    diagnose_seen(pod, Seen { node, readiness: None }, now)
}

/// The judgement of `pod` with all that is known of it.
pub fn diagnose_seen(pod: &Pod, seen: Seen<'_>, now: Timestamp) -> Diagnosis {
    let Seen { node, readiness: changes } = seen;
    let mut signs = Signs::new(now);
    match &*pod.phase {
        "Succeeded" => {
            let since = pod.last_end().or(pod.created);
            signs.add(Rule::Finished.since(since), Severity::Done, String::new);
        }
        "Failed" => failed(pod, &mut signs),
        _ => {
            place(pod, node, &mut signs);
            match pod.deleting {
                Some(end) => terminating(end, &mut signs),
                None if is_waiting_for_a_node(pod) => scheduling(pod, &mut signs),
                None => {
                    Containers::of(pod).judge(&mut signs);
                    readiness(pod, &mut signs);
                    unsteady(changes, &mut signs, now);
                    lingering(pod, &mut signs);
                }
            }
        }
    }
    signs.finish()
}

impl Pod {
    /// When the last of its containers ended for good.
    fn last_end(&self) -> Option<Timestamp> {
        let ends = self.statuses.iter().chain(&self.init_statuses).map(|status| &status.state);
        ends.filter_map(|state| state.termination()?.finished).max()
    }

    /// Since when it is known not to be ready.
    fn not_ready_since(&self) -> Option<Timestamp> {
        let ready = self.condition("Ready")?;
        (ready.status != ConditionStatus::True).then_some(ready.since).flatten()
    }

    /// When it began to start: the newest date that a start leaves.
    fn start(&self) -> Option<Timestamp> {
        let scheduled = self.condition("PodScheduled").and_then(|condition| condition.since);
        self.created.max(scheduled).max(self.not_ready_since())
    }
}

fn failed(pod: &Pod, signs: &mut Signs) {
    let since = pod.last_end().or_else(|| pod.not_ready_since()).or(pod.created);
    let is_evicted = pod.reason.as_deref() == Some("Evicted");
    let rule = if is_evicted { Rule::Evicted } else { Rule::Failed };
    let culprit = Containers::of(pod).culprit();
    let reason = |_| match (&pod.reason, &culprit) {
        _ if is_evicted => {
            with_cause("evicted", &short(pod.message.as_deref().unwrap_or_default()))
        }
        (None, Some((_, fact))) => format!("failed: {fact}"),
        _ => with_cause("failed", &because(pod.reason.as_deref(), pod.message.as_deref())),
    };
    let mut sign = rule.since(since);
    if let Some((container, _)) = &culprit {
        sign = sign.of(container);
    }
    match pod.owner {
        Some(_) => signs.climb(sign, REPLACED, reason),
        // Nothing starts it again: it stays a finding.
        None => signs.add(sign, Severity::Warning, || reason(Severity::Warning)),
    }
}

fn terminating(end: Timestamp, signs: &mut Signs) {
    signs.climb(Rule::Terminating.since(Some(end)), TERMINATING, |severity| {
        if severity == Severity::Busy { "terminating" } else { "stuck terminating" }.to_owned()
    });
}

/// Whether anybody still hears of it.
fn place(pod: &Pod, node: Option<&Node>, signs: &mut Signs) {
    if pod.reason.as_deref() == Some("NodeLost") || &*pod.phase == "Unknown" {
        signs.add(Rule::NodeLost.since(pod.not_ready_since()), Severity::Critical, || {
            with_cause("node lost", &short(pod.message.as_deref().unwrap_or_default()))
        });
    }
    if let Some(node) = node
        && let Err(why) = node.readiness()
    {
        let since = why.and_then(|condition| condition.since);
        signs.add(Rule::NodeNotReady.since(since), Severity::Critical, || {
            "node NotReady".to_owned()
        });
    }
}

fn is_waiting_for_a_node(pod: &Pod) -> bool {
    pod.node.is_none() && &*pod.phase == "Pending"
}

fn scheduling(pod: &Pod, signs: &mut Signs) {
    let condition = pod.condition("PodScheduled");
    let since = condition.and_then(|condition| condition.since).or(pod.created);
    let reason = condition.and_then(|condition| condition.reason.as_deref());
    let is_refused =
        |condition: &&Condition| condition.status == ConditionStatus::False && reason.is_some();
    if reason == Some("SchedulingGated") {
        signs.climb(Rule::Gated.since(since), GATED, |_| "held by scheduling gates".to_owned());
    } else if let Some(condition) = condition.filter(is_refused) {
        signs.climb(Rule::Unschedulable.since(since), STARTING, |_| {
            let message = condition.message.as_deref().or(reason).unwrap_or_default();
            with_cause("unschedulable", &unschedulable(message))
        });
    } else {
        signs.climb(Rule::Starting.since(since), STARTING, |_| "waits for a scheduler".to_owned());
    }
}

/// What keeps a pod from being ready although its containers are.
fn readiness(pod: &Pod, signs: &mut Signs) {
    let Some(ready) = pod.condition("Ready") else { return };
    let all_are_ready = !pod.statuses.is_empty() && pod.statuses.iter().all(|one| one.ready);
    if ready.status == ConditionStatus::True || !all_are_ready {
        return;
    }
    let is_closed = |gate: &str| {
        !pod.condition(gate).is_some_and(|condition| condition.status == ConditionStatus::True)
    };
    if let Some(gate) = pod.readiness_gates.iter().find(|gate| is_closed(gate)) {
        signs.climb(Rule::GateClosed.since(ready.since), STARTING, |_| {
            format!("not ready: gate {} is closed", short(gate))
        });
    } else {
        signs.climb(Rule::NotReady.since(ready.since), STARTING, |_| {
            with_cause("not ready", &because(ready.reason.as_deref(), ready.message.as_deref()))
        });
    }
}

/// A pod that is ready now and not a moment later.
fn unsteady(changes: Option<&Readiness>, signs: &mut Signs, now: Timestamp) {
    let Some(flapping) = changes.and_then(|changes| changes.flapping(now)) else { return };
    signs.recheck(flapping.until);
    signs.add(Rule::Unsteady.since(Some(flapping.first)), Severity::Warning, || {
        match flapping.looked {
            None => format!("flapping: {} ready changes/h", flapping.count),
            Some(since) => {
                let since = since.strftime("%H:%M UTC");
                format!("flapping: {} ready changes, watched since {since}", flapping.count)
            }
        }
    });
}

/// A Job's pod does not end before its last container does.
fn lingering(pod: &Pod, signs: &mut Signs) {
    if pod.owner.as_ref().is_none_or(|owner| &*owner.kind != "Job") {
        return;
    }
    let is_running = |state: &ContainerState| matches!(state, ContainerState::Running { .. });
    let Some(goes_on) = pod.statuses.iter().find(|status| is_running(&status.state)) else {
        return;
    };
    let ended = pod.statuses.iter().filter_map(|status| {
        let end = status.state.termination().filter(|end| end.exit_code == 0)?;
        Some((end.finished, &status.name))
    });
    if let Some((since, name)) = ended.max() {
        signs.climb(Rule::Lingering.since(since).of(&goes_on.name), LINGERING, |_| {
            format!("{} completed, but {} still runs", short(name), short(&goes_on.name))
        });
    }
}
