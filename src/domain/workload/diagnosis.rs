//! What is wrong with a workload.

use jiff::{SignedDuration, Timestamp};

use crate::domain::diagnosis::{Diagnosis, Rule, Signs, Step, minutes, short, with_cause};
use crate::domain::pod::{Condition, ConditionStatus};
use crate::domain::severity::Severity;
use crate::domain::workload::{Workload, WorkloadKind};

/// A new workload without a ready pod.
const FIRST_START: &[Step] =
    &[(SignedDuration::ZERO, Some(Severity::Busy)), (minutes(2), Some(Severity::Critical))];

/// Some pods run, and some are missing.
const FEW: &[Step] =
    &[(SignedDuration::ZERO, Some(Severity::Busy)), (minutes(2), Some(Severity::Warning))];

/// The judgement of `workload`.
pub fn diagnose_workload(workload: &Workload, now: Timestamp) -> Diagnosis {
    let mut signs = Signs::new(now);
    conditions(workload, &mut signs);
    if workload.wanted == 0 {
        if workload.kind != WorkloadKind::DaemonSet {
            let sign = Rule::ScaledToZero.since(None);
            signs.add(sign, Severity::Done, || "scaled to zero".to_owned());
        }
        return signs.finish();
    }
    if workload.generation > workload.observed_generation {
        signs.add(Rule::Unobserved.since(None), Severity::Busy, || {
            "its controller has not seen the newest change yet".to_owned()
        });
    }
    replicas(workload, &mut signs);
    if workload.is_paused {
        signs.add(Rule::Paused.since(None), Severity::Busy, || "rollout paused".to_owned());
    }
    signs.finish()
}

/// What its controller says itself.
fn conditions(workload: &Workload, signs: &mut Signs) {
    if let Some(stuck) = workload.condition("Progressing", ConditionStatus::False)
        && stuck.reason.as_deref() == Some("ProgressDeadlineExceeded")
    {
        signs.add(Rule::RolloutStuck.since(stuck.since), Severity::Critical, || {
            with_cause("rollout stuck", &short(stuck.message.as_deref().unwrap_or_default()))
        });
    }
    if let Some(failure) = workload.condition("ReplicaFailure", ConditionStatus::True) {
        signs.add(Rule::CannotCreate.since(failure.since), Severity::Critical, || {
            with_cause("cannot create pods", &short(failure.message.as_deref().unwrap_or_default()))
        });
    }
}

fn replicas(workload: &Workload, signs: &mut Signs) {
    let Workload { wanted, ready, updated, .. } = *workload;
    let unavailable = workload.condition("Available", ConditionStatus::False);
    let since = unavailable.and_then(|condition| condition.since);
    let text = || format!("{ready} of {wanted} ready");
    if ready == 0 {
        // Without a date of its own, only a new workload is given time.
        let start = since.max(workload.created);
        signs.climb_from(Rule::Down.since(since), start, FIRST_START, |_| text());
    } else if workload.is_rolling_out() {
        signs.add(Rule::RollingOut.since(None), Severity::Busy, || {
            format!("rolling out: {updated} of {wanted} updated, {ready} ready")
        });
    } else if ready < wanted {
        signs.climb_from(Rule::Degraded.since(since), workload.created, FEW, |_| text());
    }
}

impl Workload {
    /// The condition of this type, if its status is this one.
    fn condition(&self, kind: &str, status: ConditionStatus) -> Option<&Condition> {
        let mut conditions = self.conditions.iter();
        conditions.find(|condition| &*condition.kind == kind && condition.status == status)
    }

    /// Whether pods are being replaced, and the controller does not complain.
    pub fn is_rolling_out(&self) -> bool {
        let is_under_way = match self.condition("Progressing", ConditionStatus::True) {
            // A Deployment says so itself.
            Some(progress) => progress.reason.as_deref() == Some("ReplicaSetUpdated"),
            None => self.kind != WorkloadKind::Deployment,
        };
        self.updated < self.wanted && is_under_way
            || self.kind == WorkloadKind::Deployment && is_under_way && self.ready < self.wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pod::fixture::{ago, condition, now};
    use crate::domain::workload::fixture::deployment;

    fn check(workload: &Workload, severity: Severity, rule: Rule, reason: &str) {
        let found = diagnose_workload(workload, now());
        assert_eq!((found.severity, found.rule, &*found.reason), (severity, rule, reason));
    }

    fn saying(kind: &str, status: ConditionStatus, reason: &str) -> Workload {
        let mut workload = deployment("api", 3);
        let mut condition = condition(kind, status, 60);
        condition.reason = Some(reason.into());
        condition.message = Some("quota exceeded.".into());
        workload.conditions = vec![condition];
        workload
    }

    #[test]
    fn a_workload_with_all_its_pods_is_fine() {
        check(&deployment("api", 3), Severity::Fine, Rule::Healthy, "");
        let deployed = saying("Progressing", ConditionStatus::True, "NewReplicaSetAvailable");
        check(&deployed, Severity::Fine, Rule::Healthy, "");
        let zero = deployment("api", 0);
        check(&zero, Severity::Done, Rule::ScaledToZero, "scaled to zero");
        let nowhere = Workload { kind: WorkloadKind::DaemonSet, ..zero };
        check(&nowhere, Severity::Fine, Rule::Healthy, "");
    }

    #[test]
    fn missing_pods_are_a_finding_unless_the_workload_is_new() {
        let few = Workload { ready: 2, ..deployment("api", 3) };
        check(&few, Severity::Warning, Rule::Degraded, "2 of 3 ready");
        let down = Workload { ready: 0, ..deployment("api", 3) };
        check(&down, Severity::Critical, Rule::Down, "0 of 3 ready");
        let new = Workload { created: ago(60), ..down.clone() };
        check(&new, Severity::Busy, Rule::Down, "0 of 3 ready");
        let new = Workload { created: ago(60), ..few };
        check(&new, Severity::Busy, Rule::Degraded, "2 of 3 ready");
        let mut fallen = down;
        fallen.conditions = vec![condition("Available", ConditionStatus::False, 60)];
        check(&fallen, Severity::Busy, Rule::Down, "0 of 3 ready");
        fallen.conditions = vec![condition("Available", ConditionStatus::False, 120)];
        check(&fallen, Severity::Critical, Rule::Down, "0 of 3 ready");
    }

    #[test]
    fn a_rollout_is_busy_until_its_controller_complains() {
        let mut rolling = saying("Progressing", ConditionStatus::True, "ReplicaSetUpdated");
        (rolling.updated, rolling.ready) = (1, 2);
        let reason = "rolling out: 1 of 3 updated, 2 ready";
        check(&rolling, Severity::Busy, Rule::RollingOut, reason);
        let stuck = saying("Progressing", ConditionStatus::False, "ProgressDeadlineExceeded");
        let reason = "rollout stuck: quota exceeded";
        check(&stuck, Severity::Critical, Rule::RolloutStuck, reason);
        let refused = saying("ReplicaFailure", ConditionStatus::True, "FailedCreate");
        let reason = "cannot create pods: quota exceeded";
        check(&refused, Severity::Critical, Rule::CannotCreate, reason);
        let daemon = Workload { kind: WorkloadKind::DaemonSet, updated: 1, ..deployment("d", 3) };
        let reason = "rolling out: 1 of 3 updated, 3 ready";
        check(&daemon, Severity::Busy, Rule::RollingOut, reason);
        let paused = Workload { is_paused: true, ..deployment("api", 3) };
        check(&paused, Severity::Busy, Rule::Paused, "rollout paused");
        let unseen = Workload { generation: 3, ..deployment("api", 3) };
        let reason = "its controller has not seen the newest change yet";
        check(&unseen, Severity::Busy, Rule::Unobserved, reason);
    }
}
