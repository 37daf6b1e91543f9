//! What a cluster reports of its objects.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::pod::Uid;
use crate::domain::units::plural;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub uid: Uid,
    pub namespace: Arc<str>,
    pub is_warning: bool,
    /// `BackOff`, `FailedScheduling`, …
    pub reason: Arc<str>,
    pub message: Box<str>,
    /// What it is about.
    pub object: Subject,
    /// How often it was seen.
    pub count: u32,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// The reporting component: `kubelet`.
    pub source: Option<Arc<str>>,
}

impl Event {
    /// What the warning is, in lines of `key: text`.
    pub fn explain(&self) -> Vec<String> {
        let last = self.last.or(self.first).map(|at| format!(", last at {at:.0}"));
        let times = format!("{}{}", plural(self.count.into(), "time"), last.unwrap_or_default());
        let by = self.source.as_deref().map_or_else(String::new, |by| format!(" of {by}"));
        vec![
            format!("rule: a warning{by}, in the cluster's own words"),
            format!("found: {}: {}", self.reason, self.message),
            format!("seen: {times}"),
            "may be wrong: what it warns of may be over".to_owned(),
        ]
    }
}

/// The object that an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    pub kind: Arc<str>,
    pub name: Box<str>,
    pub uid: Option<Uid>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_explained_by_its_words_and_how_often_it_came() {
        let event = Event {
            uid: Uid("e".into()),
            namespace: "default".into(),
            is_warning: true,
            reason: "BackOff".into(),
            message: "Back-off restarting failed container".into(),
            object: Subject { kind: "Pod".into(), name: "api-0".into(), uid: None },
            count: 9,
            first: None,
            last: "2026-11-20T09:26:00Z".parse().ok(),
            source: Some("kubelet".into()),
        };
        assert_eq!(
            event.explain()[..3],
            [
                "rule: a warning of kubelet, in the cluster's own words",
                "found: BackOff: Back-off restarting failed container",
                "seen: 9 times, last at 2026-11-20T09:26:00Z",
            ]
        );
    }
}
