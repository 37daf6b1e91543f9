//! Findings about this machine's clock, beside those of whoever answered.

use jiff::{SignedDuration, Timestamp};

use crate::domain::checkup::rule::Rule;
use crate::domain::checkup::{Finding, Weight};
use crate::domain::units::Span;

/// Answers take seconds, and clocks that are kept right differ by less than one.
const APART: SignedDuration = SignedDuration::from_mins(3);

/// What another's clock read when it answered, and what ours did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockReading {
    /// Whose clock it is: `the cluster of prod`.
    pub whose: String,
    pub theirs: Timestamp,
    pub ours: Timestamp,
}

impl ClockReading {
    /// By how much ours is ahead.
    fn ahead(&self) -> SignedDuration {
        self.ours.duration_since(self.theirs)
    }

    fn is_apart(&self) -> bool {
        self.ahead().abs() > APART
    }
}

/// Whether this machine's clock is wrong, as far as the others tell. Where they do not agree with each
/// other it is said who agrees with whom: then it need not be ours that is wrong.
pub(super) fn finding(clocks: &[ClockReading]) -> Option<Finding> {
    let first = clocks.iter().find(|clock| clock.is_apart())?;
    let by = Span(first.ahead().unsigned_abs());
    let side = if first.ahead().is_positive() { "ahead of" } else { "behind" };
    let mut reason = format!("this machine's clock is {by} {side} that of {}", first.whose);
    for other in clocks.iter().filter(|other| *other != first) {
        let text = match (other.is_apart(), other.theirs.duration_since(first.theirs).abs()) {
            (_, apart) if apart <= APART => format!(" and of {}", other.whose),
            (false, _) => format!(", and agrees with that of {}", other.whose),
            (true, _) => format!(", and {} has a third time", other.whose),
        };
        reason.push_str(&text);
    }
    reason.push_str(": ages here are wrong");
    Some(Finding::new(Rule::Skew, Weight::Critical, reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::slot::fixture::at;

    fn check(clocks: &[(&str, &str)], expected: Option<&str>) {
        let ours = at("2026-11-20T12:00:00Z");
        let reading = |(whose, theirs): &(&str, &str)| ClockReading {
            whose: (*whose).to_owned(),
            theirs: at(theirs),
            ours,
        };
        let clocks: Vec<_> = clocks.iter().map(reading).collect();
        let reason = finding(&clocks).map(|finding| finding.reason);
        assert_eq!(reason.as_deref(), expected);
    }

    #[test]
    fn a_clock_that_is_hours_off_is_told_and_seconds_are_forgiven() {
        check(&[], None);
        check(&[("the storage", "2026-11-20T11:57:00Z")], None);
        check(
            &[("the storage", "2026-11-20T10:00:00Z")],
            Some("this machine's clock is 2h00m ahead of that of the storage: ages here are wrong"),
        );
        check(
            &[("the storage", "2026-11-20T14:00:00Z"), ("the cluster", "2026-11-20T14:00:09Z")],
            Some(
                "this machine's clock is 2h00m behind that of the storage and of the cluster: \
                 ages here are wrong",
            ),
        );
    }

    #[test]
    fn it_is_said_who_agrees_with_us() {
        check(
            &[("the storage", "2026-11-20T10:00:00Z"), ("the cluster", "2026-11-20T12:00:01Z")],
            Some(
                "this machine's clock is 2h00m ahead of that of the storage, and agrees with that \
                 of the cluster: ages here are wrong",
            ),
        );
    }
}
