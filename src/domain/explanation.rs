//! What each rule holds, and why it may be wrong: the answer to "explain".

use crate::domain::diagnosis::{Diagnosis, Rule};
use crate::domain::kubectl::Target;

/// The words of one rule.
struct Words {
    holds: &'static str,
    doubt: &'static str,
    next: Next,
}

/// What to look at next.
enum Next {
    Describe,
    Log,
    PreviousLog,
    Events,
    Nothing,
}

/// Explains a judgement: rule, numbers, doubts, and what to do. Safe to show.
pub fn explain(diagnosis: &Diagnosis, target: Target<'_>) -> Vec<String> {
    explain_with(diagnosis, target, Vec::new())
}

/// The same with further numbers.
pub(in crate::domain) fn explain_with(
    diagnosis: &Diagnosis,
    target: Target<'_>,
    numbers: Vec<String>,
) -> Vec<String> {
    let Words { holds, doubt, next } = words(diagnosis.rule);
    let mut lines = vec![format!("rule: {holds}")];
    let severity = diagnosis.severity;
    let since = diagnosis.since.map(|since| format!(", since {since:.0}")).unwrap_or_default();
    lines.push(match &*diagnosis.reason {
        "" => format!("found: {severity}{since}"),
        reason => format!("found: {severity}: {reason}{since}"),
    });
    lines.extend(numbers);
    if let Some(recheck) = diagnosis.recheck {
        lines.push(format!("judged anew: {recheck:.0}, unless it changes before"));
    }
    if !doubt.is_empty() {
        lines.push(format!("may be wrong: {doubt}"));
    }
    let container = diagnosis.container.as_deref();
    let command = match next {
        Next::Describe => Some(target.describe()),
        Next::Log => Some(target.logs(container, false)),
        Next::PreviousLog => Some(target.logs(container, true)),
        Next::Events => Some(target.events()),
        Next::Nothing => None,
    };
    lines.extend(command.map(|command| format!("look: {command}")));
    lines
}

#[expect(clippy::too_many_lines, reason = "a table, one entry for each rule")]
const fn words(rule: Rule) -> Words {
    let (holds, doubt, next) = match rule {
        Rule::Healthy => {
            ("no rule found anything", "what no field tells is not seen", Next::Nothing)
        }
        Rule::Finished => ("it has ended with success", "", Next::Nothing),
        Rule::Failed => (
            "a pod that ended in failure is a finding: for a day where something replaces it, \
             else until it is deleted",
            "a Job may have succeeded at a later try",
            Next::Log,
        ),
        Rule::Evicted => (
            "an evicted pod is a finding for a day: its node ran short of something",
            "the node may have recovered, and the pod run elsewhere",
            Next::Describe,
        ),
        Rule::Terminating => (
            "a pod that outlives its grace period by a minute is a finding; by a quarter of an \
             hour, a critical one",
            "finalizers may wait for something that takes long; this clock and the cluster's \
             may differ",
            Next::Describe,
        ),
        Rule::NodeLost => (
            "nobody hears of this pod any more",
            "it may run on behind a network that is cut",
            Next::Describe,
        ),
        Rule::NodeNotReady => (
            "a pod is no better than its node, whatever its own status says",
            "the kubelet may be cut off while containers go on",
            Next::Describe,
        ),
        Rule::Gated => (
            "a pod with scheduling gates waits for a controller; after an hour it is a finding",
            "queues may hold pods for longer",
            Next::Describe,
        ),
        Rule::Unschedulable => (
            "a pod that no node takes is a finding after two minutes; after ten, a critical one",
            "an autoscaler may need longer to bring a node",
            Next::Events,
        ),
        Rule::Starting => (
            "a start may take two minutes (with a startup probe, five); after ten (thirty) it \
             is critical",
            "a large image, or a volume on its way, takes its time",
            Next::Events,
        ),
        Rule::ImagePull => (
            "an image that cannot be pulled never starts by itself, unless the registry was away",
            "the registry may be back: the back-off lasts up to five minutes",
            Next::Events,
        ),
        Rule::CannotStart => (
            "the kubelet cannot create the container from its specification",
            "a secret or config map that is created later heals it",
            Next::Describe,
        ),
        Rule::Init => (
            "an init container may take five minutes; after thirty it is critical",
            "a migration may take longer",
            Next::Log,
        ),
        Rule::NotReady => (
            "a container that runs and is not ready gets no traffic: two minutes are a start, \
             ten are critical",
            "a leader's standby may be unready on purpose",
            Next::Describe,
        ),
        Rule::GateClosed => (
            "the containers are ready, but a readiness gate is not open",
            "the gate's controller, a load balancer perhaps, may be slow",
            Next::Describe,
        ),
        Rule::CrashLoop => (
            "a container in back-off ends again and again",
            "its newest start may be the one that works",
            Next::PreviousLog,
        ),
        Rule::OutOfMemory => (
            "the kernel ended the container because it reached its memory limit, or the node \
             ran out",
            "a child process may have been the one that was ended",
            Next::PreviousLog,
        ),
        Rule::Exited => (
            "a container of a running pod has failed and does not run: after five minutes, or \
             three restarts, it is critical",
            "a pod that is not to be started again stays so by design",
            Next::Log,
        ),
        Rule::Restarted => (
            "a restart within the last hour is a finding although all is ready now",
            "somebody may have caused it on purpose; how often it happened before is not known \
             by date",
            Next::PreviousLog,
        ),
        Rule::Flapping => (
            "at least three restarts, the last run shorter than ten minutes, and the present \
             one not longer yet",
            "the present run may be the one that lasts",
            Next::PreviousLog,
        ),
        Rule::Unsteady => (
            "at least four changes between ready and not ready within an hour, seen by this \
             console",
            "what changed before the console was watching is not known; a probe may be tighter \
             than the load allows",
            Next::Describe,
        ),
        Rule::Lingering => (
            "one container of a Job's pod completed ten minutes ago, and another still runs: \
             the Job cannot end",
            "the other may have work left",
            Next::Log,
        ),
        Rule::ScaledToZero => (
            "no replica is wanted",
            "somebody may have forgotten to scale it up again",
            Next::Nothing,
        ),
        Rule::Unobserved => {
            ("the controller has not seen the newest generation yet", "", Next::Describe)
        }
        Rule::RolloutStuck => (
            "the rollout made no progress within its deadline",
            "pods that start slowly may still arrive",
            Next::Describe,
        ),
        Rule::CannotCreate => (
            "pods are refused before they exist, for a quota or an admission rule perhaps",
            "",
            Next::Describe,
        ),
        Rule::Down => (
            "none of the wanted pods is ready; a new workload has two minutes",
            "a single pod that is being replaced looks the same for some seconds",
            Next::Describe,
        ),
        Rule::Degraded => (
            "some of the wanted pods are not ready, and no rollout explains it; a new workload \
             has two minutes",
            "a node that is being drained looks the same",
            Next::Describe,
        ),
        Rule::RollingOut => ("pods are being replaced, within the deadline", "", Next::Describe),
        Rule::Paused => ("its rollout is paused: changes wait", "", Next::Describe),
        Rule::NodePressure => {
            ("the kubelet runs short of something and may evict pods", "", Next::Describe)
        }
        Rule::NodeNetwork => ("the node's network is not set up", "", Next::Describe),
        Rule::Cordoned => ("nothing new is scheduled to it", "", Next::Describe),
        Rule::JobFailed => (
            "a Job that has failed for good: critical for a day, then a finding until it is \
             deleted",
            "a later Job of the same schedule may have succeeded",
            Next::Describe,
        ),
        Rule::JobFailing => {
            ("the Job has met a reason to fail, and its pods are being ended", "", Next::Describe)
        }
        Rule::JobRetrying => (
            "pods of it failed, and the back-off limit is not reached",
            "the next try may succeed",
            Next::Describe,
        ),
        Rule::JobIdle => (
            "a Job that is not suspended has no pod: two minutes are a start, ten are critical",
            "",
            Next::Describe,
        ),
        Rule::JobRunning => ("pods of it run", "", Next::Nothing),
        Rule::Suspended => (
            "nothing runs while it is suspended",
            "somebody may have forgotten to resume it",
            Next::Describe,
        ),
        Rule::ScheduleUnreadable => (
            "its schedule or time zone cannot be read here, so that no missed run can be seen",
            "the cluster's own reader may take it",
            Next::Describe,
        ),
        Rule::NeverRuns => {
            ("no date fits its schedule, as the 31st of February would", "", Next::Describe)
        }
        Rule::MissedRun => (
            "a run was due more than an hour ago and did not start; two or more are critical",
            "without a time zone of its own, UTC is assumed; a schedule that was suspended or \
             changed lately looks the same",
            Next::Events,
        ),
        Rule::StillRunning => (
            "a run was due more than an hour ago, while a job of it still runs",
            "its concurrency policy may forbid a second one on purpose",
            Next::Describe,
        ),
        Rule::LastRunFailed => (
            "the last run has ended, and no success was noted since it was due",
            "servers before 1.21 note no success at all",
            Next::Describe,
        ),
    };
    Words { holds, doubt, next }
}
