//! One result of many that was not told, or not all of it: each answer of CloudWatch holds many.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::failure::Failure;

/// A figure that was asked for and not told, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unseen {
    pub what: String,
    /// Without a word on what was tried: all of it was tried at once.
    pub why: Failure,
}

impl fmt::Display for Unseen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.what, self.why)
    }
}

/// A sentence for each reason: what has the same one is told together.
pub fn sentences(unseen: &[Unseen]) -> Vec<String> {
    /// What follows these is counted.
    const NAMED: usize = 3;
    let mut reasons: Vec<(&Failure, Vec<&str>)> = Vec::new();
    for it in unseen {
        match reasons.iter_mut().find(|(why, _)| **why == it.why) {
            Some((_, whats)) => whats.push(&it.what),
            None => reasons.push((&it.why, vec![&it.what])),
        }
    }
    let sentence = |(why, whats): (&Failure, Vec<&str>)| {
        let named = whats.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        match whats.len().saturating_sub(NAMED) {
            0 => format!("{named}: {why}"),
            more => format!("{named} and {more} more: {why}"),
        }
    };
    reasons.into_iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::FailureKind;

    #[test]
    fn what_has_the_same_reason_is_told_in_one_sentence() {
        let unseen = |what: &str, why: &str| Unseen {
            what: what.to_owned(),
            why: Failure::new(FailureKind::Denied, why),
        };
        let all = [
            unseen("a", "access denied"),
            unseen("b", "CloudWatch itself failed"),
            unseen("c", "access denied"),
            unseen("d", "access denied"),
            unseen("e", "access denied"),
            unseen("f", "access denied"),
        ];
        let expected =
            ["a, c, d and 2 more: access denied", "b: CloudWatch itself failed"].map(str::to_owned);
        assert_eq!(sentences(&all), expected);
        assert_eq!(all[0].to_string(), "a: access denied");
    }
}
