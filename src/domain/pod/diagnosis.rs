//! stub
use crate::domain::{node::Node, pod::Pod, severity::Severity};
use jiff::Timestamp;
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    pub severity: Severity,
    pub reason: Box<str>,
    pub since: Option<Timestamp>,
    pub recheck: Option<Timestamp>,
}
pub fn diagnose(pod: &Pod, _: Option<&Node>, _: Timestamp) -> Diagnosis {
    Diagnosis {
        severity: if pod.statuses.iter().all(|s| s.ready) {
            Severity::Fine
        } else {
            Severity::Critical
        },
        reason: "".into(),
        since: None,
        recheck: None,
    }
}
