//! What is wrong with a node.

use jiff::Timestamp;

use crate::domain::diagnosis::{Diagnosis, Rule, Signs, because, with_cause};
use crate::domain::node::Node;
use crate::domain::pod::{Condition, ConditionStatus};
use crate::domain::severity::Severity;

/// What a kubelet runs short of.
const PRESSURES: [(&str, &str); 3] = [
    ("MemoryPressure", "short of memory"),
    ("DiskPressure", "short of disk"),
    ("PIDPressure", "short of process ids"),
];

impl Node {
    /// Whether it is ready; else the condition that says so, where there is one.
    pub fn readiness(&self) -> Result<(), Option<&Condition>> {
        match self.condition("Ready") {
            Some(ready) if ready.status == ConditionStatus::True => Ok(()),
            other => Err(other),
        }
    }

    fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| *condition.kind == *kind)
    }
}

/// The judgement of `node`. Time alone never changes it.
pub fn diagnose_node(node: &Node) -> Diagnosis {
    let mut signs = Signs::new(Timestamp::UNIX_EPOCH);
    if let Err(condition) = node.readiness() {
        let since = condition.and_then(|condition| condition.since);
        signs.add(Rule::NodeNotReady.since(since), Severity::Critical, || {
            with_cause("NotReady", &condition.map(cause).unwrap_or_default())
        });
    }
    let holds = |kind: &str| {
        node.condition(kind).filter(|condition| condition.status == ConditionStatus::True)
    };
    if let Some(condition) = holds("NetworkUnavailable") {
        let sign = Rule::NodeNetwork.since(condition.since);
        signs.add(sign, Severity::Critical, || with_cause("no network", &cause(condition)));
    }
    for (kind, what) in PRESSURES {
        if let Some(condition) = holds(kind) {
            let sign = Rule::NodePressure.since(condition.since);
            signs.add(sign, Severity::Warning, || with_cause(what, &cause(condition)));
        }
    }
    if node.is_cordoned {
        signs.add(Rule::Cordoned.since(None), Severity::Busy, || "cordoned".to_owned());
    }
    signs.finish()
}

fn cause(condition: &Condition) -> String {
    because(condition.reason.as_deref(), condition.message.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pod::{Resources, Uid};

    fn node(conditions: &[(&str, ConditionStatus)]) -> Node {
        let condition = |(kind, status): &(&str, ConditionStatus)| Condition {
            kind: (*kind).into(),
            status: *status,
            reason: Some("Because".into()),
            message: None,
            since: Some(Timestamp::UNIX_EPOCH),
        };
        Node {
            uid: Uid("n".into()),
            name: "node-1".into(),
            created: None,
            labels: [].into(),
            conditions: conditions.iter().map(condition).collect(),
            is_cordoned: false,
            taints: Vec::new(),
            allocatable: Resources::default(),
            pods: None,
            version: None,
            internal_ip: None,
        }
    }

    #[test]
    fn each_rule_speaks_of_its_broken_node_and_of_no_healthy_one() {
        use ConditionStatus::{False, True, Unknown};
        let healthy = [("Ready", True), ("MemoryPressure", False), ("NetworkUnavailable", False)];
        let fine = diagnose_node(&node(&healthy));
        assert_eq!((fine.severity, &*fine.reason), (Severity::Fine, ""));
        for (conditions, rule, reason) in [
            (&[("Ready", False)][..], Rule::NodeNotReady, "NotReady: Because"),
            (&[("Ready", Unknown)], Rule::NodeNotReady, "NotReady: Because"),
            (&[], Rule::NodeNotReady, "NotReady"),
            (
                &[("Ready", True), ("MemoryPressure", True)],
                Rule::NodePressure,
                "short of memory: Because",
            ),
            (
                &[("Ready", True), ("NetworkUnavailable", True)],
                Rule::NodeNetwork,
                "no network: Because",
            ),
        ] {
            let diagnosis = diagnose_node(&node(conditions));
            assert_eq!((diagnosis.rule, &*diagnosis.reason), (rule, reason));
            assert!(diagnosis.severity.is_fault());
        }
        let cordoned = diagnose_node(&Node { is_cordoned: true, ..node(&healthy) });
        assert_eq!((cordoned.severity, cordoned.rule), (Severity::Busy, Rule::Cordoned));
    }
}
