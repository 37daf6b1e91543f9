//! A checkup to begin a test with.

use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::{Checkup, Finding, Weight, Word};
use crate::domain::environment::{EnvironmentName, SetKind, SetName};
use crate::domain::known::Known;
use crate::domain::units::ByteSize;

pub(super) fn checkup(word: Word, findings: &[(Rule, Weight)]) -> Checkup {
    let finding = |(rule, weight): &(Rule, Weight)| Finding::new(*rule, *weight, "found");
    Checkup {
        environment: EnvironmentName("prod".to_owned()),
        set: SetName("ingest".to_owned()),
        production: true,
        kind: SetKind::Scheduled,
        word,
        line: String::new(),
        findings: findings.iter().map(finding).collect(),
        slots: Vec::new(),
        next: None,
        newest: None,
        proven: None,
        objects: 0,
        bytes: ByteSize::default(),
        oldest: None,
        columns: Vec::new(),
        cluster: Vec::new(),
        cronjob: Known::Unasked,
        verification: Known::Unasked,
        trend: Vec::new(),
        failure: None,
    }
}
