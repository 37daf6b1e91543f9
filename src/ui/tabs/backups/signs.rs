//! The sign of each state, told apart by its shape as well as by its colour; and what words look like.

use crate::domain::checkup::{Weight, Word};
use crate::domain::slot::State;
use crate::ui::theme::Role;

/// The sign of a run.
pub(super) const fn sign(state: State) -> (&'static str, Role) {
    match state {
        State::Ok => ("▪", Role::Fine),
        State::Expected => ("○", Role::Muted),
        State::Running => ("◌", Role::Busy),
        State::Late => ("◔", Role::Warning),
        State::Missed => ("✘", Role::Critical),
        State::FailedJob => ("J", Role::Critical),
        State::Zero => ("0", Role::Critical),
        State::TooSmall => ("▂", Role::Critical),
        State::Partial => ("◧", Role::Critical),
        State::Duplicate => ("=", Role::Critical),
        State::Expired => ("·", Role::Muted),
        State::Suspended => ("‖", Role::Critical),
        State::SkippedDst => ("~", Role::Muted),
        State::NoData => ("?", Role::Stale),
    }
}

pub(super) const fn role_of_word(word: Word) -> Role {
    match word {
        Word::Ok => Role::Fine,
        Word::Warning => Role::Warning,
        Word::Critical => Role::Critical,
        Word::CouldNotSee => Role::Stale,
    }
}

pub(super) const fn role_of_weight(weight: Weight) -> Role {
    match weight {
        Weight::Note => Role::Muted,
        Weight::Warning => Role::Warning,
        Weight::Critical => Role::Critical,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::ui::paint::width;

    #[test]
    fn every_state_has_a_shape_of_its_own_one_cell_wide() {
        let signs: HashSet<&str> = State::ALL.iter().map(|state| sign(*state).0).collect();
        assert_eq!(signs.len(), State::ALL.len());
        assert!(signs.iter().all(|sign| width(sign) == 1));
    }
}
