//! What is told to people, and when: at a change of state, and once a day while something is wrong.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::checkup::{Checkup, Weight, Word};

/// While something is wrong it is told again after so long.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// What was told of a set last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub word: Word,
    /// The rules that found something that counts now.
    #[serde(default)]
    pub rules: BTreeSet<String>,
    pub since: Timestamp,
    pub at: Timestamp,
}

/// Why something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    Changed { from: Option<Word> },
    Reminder { since: Timestamp },
}

/// Whether anybody is to be told of `checkup`, and what is to be remembered once they were.
pub fn tell(checkup: &Checkup, before: Option<&Told>, now: Timestamp) -> (Option<Occasion>, Told) {
    let counts = |weight| match checkup.word {
        Word::Critical | Word::CouldNotSee => weight == Weight::Critical,
        Word::Ok | Word::Warning => weight >= Weight::Warning,
    };
    let rules: BTreeSet<String> = checkup
        .findings
        .iter()
        .filter(|finding| counts(finding.weight))
        .map(|finding| finding.rule.id().to_owned())
        .collect();
    let word = checkup.word;
    let since = before.filter(|told| told.word == word).map_or(now, |told| told.since);
    let told = Told { word, rules, since, at: now };
    let is_wrong = matches!(word, Word::Critical | Word::CouldNotSee);
    let occasion = match before {
        // A set that is well from the beginning is no news.
        None => (word != Word::Ok).then_some(Occasion::Changed { from: None }),
        Some(before) if before.word != word || !told.rules.is_subset(&before.rules) => {
            Some(Occasion::Changed { from: Some(before.word) })
        }
        Some(before) if is_wrong && now.duration_since(before.at) >= AGAIN => {
            Some(Occasion::Reminder { since })
        }
        Some(_) => None,
    };
    let told = match (occasion, before) {
        // Nobody heard anything: the time of the last message stays.
        (None, Some(before)) => Told { at: before.at, ..told },
        _ => told,
    };
    (occasion, told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::checkup::fixture::checkup;
    use crate::domain::checkup::rule::Rule;
    use crate::domain::slot::State;
    use crate::domain::slot::fixture::at;

    #[test]
    fn one_message_for_each_change_and_one_a_day_while_it_is_bad() {
        let well = || checkup(Word::Ok, &[]);
        let missed = || checkup(Word::Critical, &[(Rule::Slot(State::Missed), Weight::Critical)]);
        let more = || {
            let rules = [Rule::Slot(State::Missed), Rule::Suspended];
            checkup(Word::Critical, &rules.map(|rule| (rule, Weight::Critical)))
        };
        let aged = || checkup(Word::Warning, &[(Rule::Slot(State::Missed), Weight::Warning)]);
        let mut before: Option<Told> = None;
        let mut heard = Vec::new();
        for (hour, seen) in [
            (0, well()),
            (1, missed()),
            (2, missed()),
            (3, more()),
            (4, missed()),
            (26, missed()),
            (28, missed()),
            (29, aged()),
            (80, aged()),
            (81, well()),
            (200, well()),
        ] {
            let now = at("2026-11-20T00:00:00Z") + SignedDuration::from_hours(hour);
            let (occasion, told) = tell(&seen, before.as_ref(), now);
            if occasion.is_some() {
                heard.push(hour);
            }
            before = Some(told);
        }
        // 26 is less than a day behind the last message at 3.
        assert_eq!(heard, [1, 3, 28, 29, 81]);
    }

    #[test]
    fn a_first_look_tells_only_what_is_wrong() {
        let now = at("2026-11-20T00:00:00Z");
        assert_eq!(tell(&checkup(Word::Ok, &[]), None, now).0, None);
        let (occasion, told) = tell(&checkup(Word::CouldNotSee, &[]), None, now);
        assert_eq!(occasion, Some(Occasion::Changed { from: None }));
        assert_eq!((told.since, told.at), (now, now));
    }
}
