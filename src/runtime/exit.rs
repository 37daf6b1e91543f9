//! How a command ends, as scripts see it.

use std::process::ExitCode;

use crate::cli::USAGE;
use crate::domain::verdict::Verdict;

use super::drill::Conclusion;

/// The exit codes of all commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It worked; a drill passed, or passed with warnings; a glance found nothing.
    Well,
    /// A drill failed, or warned under `--strict`; a glance found something.
    Failed,
    /// It could not be found out, or the clean-up failed.
    Unverified,
    /// The command line or the configuration is wrong.
    Usage,
    Cancelled,
}

impl Exit {
    /// What a verdict means for a script. A WARN is a 1 only where that was asked for.
    pub fn of(verdict: Verdict, is_strict: bool) -> Self {
        match verdict {
            Verdict::Warn if is_strict => Self::Failed,
            Verdict::Pass | Verdict::Warn => Self::Well,
            Verdict::Fail => Self::Failed,
            Verdict::CouldNotVerify => Self::Unverified,
        }
    }

    /// What a whole drill means: its verdict, its clean-up, and whether its record is kept.
    pub fn of_drill(conclusion: &Conclusion, is_strict: bool) -> Self {
        if conclusion.record.cancelled {
            return Self::Cancelled;
        }
        let exit = Self::of(conclusion.record.verdict, is_strict);
        let is_whole = conclusion.cleanup.failure.is_none() && conclusion.unrecorded.is_none();
        if is_whole { exit } else { exit.after_failed_clean_up() }
    }

    /// At least a 2: something was left behind that should not be there, or no record was.
    #[must_use]
    pub fn after_failed_clean_up(self) -> Self {
        match self {
            Self::Well | Self::Failed => Self::Unverified,
            other => other,
        }
    }

    pub const fn code(self) -> u8 {
        match self {
            Self::Well => 0,
            Self::Failed => 1,
            Self::Unverified => 2,
            Self::Usage => USAGE,
            Self::Cancelled => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_have_the_codes_that_scripts_rely_on() {
        for (verdict, is_strict, code) in [
            (Verdict::Pass, true, 0),
            (Verdict::Warn, false, 0),
            (Verdict::Warn, true, 1),
            (Verdict::Fail, false, 1),
            (Verdict::CouldNotVerify, false, 2),
        ] {
            assert_eq!(Exit::of(verdict, is_strict).code(), code);
        }
        assert_eq!(Exit::Well.after_failed_clean_up().code(), 2);
        assert_eq!(Exit::Cancelled.after_failed_clean_up().code(), 130);
    }
}
