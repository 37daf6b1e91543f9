//! What is asked of all pods of a cluster at once, counted when they change: it is asked far more often.

use jiff::Timestamp;

use crate::app::rows::PodRow;
use crate::app::store::Store;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::severity::Severity;

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) critical: usize,
    pub(super) warnings: usize,
    /// When time alone will change a judgement next.
    pub(super) next_judgement: Option<Timestamp>,
}

impl Tally {
    pub(super) fn of(pods: &Store<PodRow>) -> Self {
        let mut tally = Self::default();
        for row in pods.rows() {
            let Diagnosis { severity, recheck, .. } = row.diagnosis;
            tally.critical += usize::from(severity == Severity::Critical);
            tally.warnings += usize::from(severity == Severity::Warning);
            let recheck = recheck.into_iter().chain(tally.next_judgement);
            tally.next_judgement = recheck.min();
        }
        tally
    }
}
