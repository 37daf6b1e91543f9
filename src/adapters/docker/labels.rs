//! What marks a drill's containers and volumes, so that they are found again whatever happened.

use std::collections::HashMap;

use jiff::Timestamp;

pub(super) const DRILL: &str = "lifeboat.drill";
const EXPIRES: &str = "lifeboat.expires";
const OWNER: &str = "lifeboat.owner";
const PROCESS: &str = "lifeboat.process";

/// The labels of one sandbox, chosen before anything is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxLabels {
    /// The drill's id, a ULID in lower case.
    pub drill: String,
    /// When the container has ended by itself.
    pub expires: Timestamp,
    /// `user@host`.
    pub owner: String,
    /// `pid:start:boot id`.
    pub process: String,
}

impl SandboxLabels {
    pub(super) fn encode(&self) -> HashMap<String, String> {
        HashMap::from([
            (DRILL.to_owned(), self.drill.clone()),
            (EXPIRES.to_owned(), self.expires.to_string()),
            (OWNER.to_owned(), self.owner.clone()),
            (PROCESS.to_owned(), self.process.clone()),
        ])
    }
}

/// The labels as they were found; whatever was written there, something can be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FoundLabels {
    pub(super) drill: String,
    pub(super) expires: Option<Timestamp>,
    pub(super) owner: Option<String>,
    pub(super) process: Option<String>,
}

pub(super) fn decode(mut labels: HashMap<String, String>) -> FoundLabels {
    FoundLabels {
        drill: labels.remove(DRILL).unwrap_or_default(),
        expires: labels.remove(EXPIRES).and_then(|text| text.parse().ok()),
        owner: labels.remove(OWNER),
        process: labels.remove(PROCESS),
    }
}

/// Filters a listing to one drill, or with `None` to all drills.
pub(super) fn filter(drill: Option<&str>) -> HashMap<String, Vec<String>> {
    let wanted = match drill {
        Some(drill) => format!("{DRILL}={drill}"),
        None => DRILL.to_owned(),
    };
    HashMap::from([("label".to_owned(), vec![wanted])])
}

/// The container's name, and the beginning of its volumes' names.
pub(super) fn container_name(drill: &str) -> String {
    format!("lifeboat-drill-{drill}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_back_as_they_were_written() {
        let labels = SandboxLabels {
            drill: "01jd".to_owned(),
            expires: "2026-11-20T10:00:00Z".parse().unwrap(),
            owner: "ada@jump".to_owned(),
            process: "7:1700000000:boot".to_owned(),
        };
        let found = decode(labels.encode());
        assert_eq!(found.drill, labels.drill);
        assert_eq!(found.expires, Some(labels.expires));
        assert_eq!(found.owner, Some(labels.owner));
        assert_eq!(found.process, Some(labels.process));
    }

    #[test]
    fn labels_of_a_stranger_are_shown_as_far_as_they_go() {
        let strange = HashMap::from([
            (DRILL.to_owned(), "x".to_owned()),
            (EXPIRES.to_owned(), "tomorrow".to_owned()),
        ]);
        let found = decode(strange);
        assert_eq!(found, FoundLabels { drill: "x".to_owned(), ..FoundLabels::default() });
    }
}
