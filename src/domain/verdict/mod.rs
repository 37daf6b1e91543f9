//! The numbered rules that judge a backup (censuses in, findings out), and how they combine.
//!
//! Three questions that are never mixed in one number: fidelity (did everything in the dump come
//! back?), completeness (does the dump hold what the source held at T0?), plausibility (is it in
//! line with earlier drills?). "Not run" is never "passed": no green without a rule that proves data.

pub mod completeness;
pub mod dump;
pub mod fidelity;
pub mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::census::Namespace;
use crate::domain::settings::Depth;

/// The rules, in the order in which they are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// The archive is whole.
    A1,
    /// Every document is framed.
    A2,
    /// Data and metadata pair up.
    A3,
    /// The tool's last word is there.
    A4,
    /// Restored as many documents as the dump holds.
    A5,
    /// The tool reports no loss.
    A6,
    /// Indexes came back.
    A7,
    /// The dump is of this source.
    B0,
    /// Collections that the source had then are in the dump.
    B1,
    /// Collections younger than the backup.
    #[serde(rename = "B1'")]
    B1Younger,
    /// Collections that only the dump has.
    #[serde(rename = "B1''")]
    B1OnlyInDump,
    /// As many documents from before T0 as the source still has.
    B2,
    /// No document from after the dump's end.
    #[serde(rename = "B2'")]
    B2Upper,
}

impl Rule {
    pub const ALL: [Self; 13] = [
        Self::A1,
        Self::A2,
        Self::A3,
        Self::A4,
        Self::A5,
        Self::A6,
        Self::A7,
        Self::B0,
        Self::B1,
        Self::B1Younger,
        Self::B1OnlyInDump,
        Self::B2,
        Self::B2Upper,
    ];

    pub const fn id(self) -> &'static str {
        match self {
            Self::A1 => "A1",
            Self::A2 => "A2",
            Self::A3 => "A3",
            Self::A4 => "A4",
            Self::A5 => "A5",
            Self::A6 => "A6",
            Self::A7 => "A7",
            Self::B0 => "B0",
            Self::B1 => "B1",
            Self::B1Younger => "B1'",
            Self::B1OnlyInDump => "B1''",
            Self::B2 => "B2",
            Self::B2Upper => "B2'",
        }
    }

    /// The depth from which on the rule is asked.
    pub const fn depth(self) -> Depth {
        match self {
            Self::A1 | Self::A2 | Self::A3 | Self::A4 => Depth::Quick,
            Self::A5 | Self::A6 | Self::A7 => Depth::Restore,
            Self::B0
            | Self::B1
            | Self::B1Younger
            | Self::B1OnlyInDump
            | Self::B2
            | Self::B2Upper => Depth::Compare,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.id())
    }
}

/// How bad a finding is; the worst one decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Info,
    Warn,
    CouldNotVerify,
    Fail,
}

impl Severity {
    /// The same words as the verdict's.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warn => Verdict::Warn.word(),
            Self::CouldNotVerify => Verdict::CouldNotVerify.word(),
            Self::Fail => Verdict::Fail.word(),
        }
    }
}

/// One thing that a rule has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub rule: Rule,
    pub severity: Severity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Namespace>,
    /// Numbers and where to look; lower case, no full stop.
    pub reason: String,
}

/// What one rule came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    pub rule: Rule,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Outcome {
    Ran {
        /// Whether data was really looked at: without such a rule there is no green.
        proves: bool,
        findings: Vec<Finding>,
    },
    NotRun {
        why: String,
    },
}

impl Judgement {
    pub fn not_run(rule: Rule, why: impl Into<String>) -> Self {
        Self { rule, outcome: Outcome::NotRun { why: why.into() } }
    }

    pub fn findings(&self) -> &[Finding] {
        match &self.outcome {
            Outcome::Ran { findings, .. } => findings,
            Outcome::NotRun { .. } => &[],
        }
    }

    pub const fn has_run(&self) -> bool {
        matches!(self.outcome, Outcome::Ran { .. })
    }

    pub fn proves(&self) -> bool {
        matches!(self.outcome, Outcome::Ran { proves: true, .. })
    }
}

/// Collects what one rule finds.
struct Inquiry {
    rule: Rule,
    proves: bool,
    findings: Vec<Finding>,
}

impl Inquiry {
    const fn of(rule: Rule) -> Self {
        Self { rule, proves: false, findings: Vec::new() }
    }

    fn find(&mut self, severity: Severity, about: Option<&Namespace>, reason: impl Into<String>) {
        self.findings.push(Finding {
            rule: self.rule,
            severity,
            namespace: about.cloned(),
            reason: reason.into(),
        });
    }

    fn close(self) -> Judgement {
        let Self { rule, proves, findings } = self;
        Judgement { rule, outcome: Outcome::Ran { proves, findings } }
    }
}

/// What a drill came to; the worst finding wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Pass,
    Warn,
    CouldNotVerify,
    Fail,
}

impl Verdict {
    /// Combines what the rules of `depth` came to.
    pub fn of(depth: Depth, judgements: &[Judgement]) -> Self {
        let worst =
            judgements.iter().flat_map(Judgement::findings).map(|found| found.severity).max();
        match worst {
            Some(Severity::Fail) => Self::Fail,
            Some(Severity::CouldNotVerify) => Self::CouldNotVerify,
            _ if !is_proven(depth, judgements) => Self::CouldNotVerify,
            Some(Severity::Warn) => Self::Warn,
            Some(Severity::Info) | None => Self::Pass,
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Warn => "WARN",
            Self::CouldNotVerify => "COULD NOT VERIFY",
            Self::Fail => "FAIL",
        }
    }

    /// What is said behind a backup's name: `is proven, with warnings`.
    pub fn sentence(self, depth: Depth) -> String {
        match self {
            Self::Pass => format!("is {}", depth.praise()),
            Self::Warn => format!("is {}, with warnings", depth.praise()),
            Self::CouldNotVerify => "could not be verified: nothing is proven".to_owned(),
            Self::Fail => format!("is not {}", depth.praise()),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// Whether the rules that prove data at `depth` have really seen some: A2 a document, A5 a
/// collection that is not empty, B1 and B2 something that the source still has from before T0.
pub fn is_proven(depth: Depth, judgements: &[Judgement]) -> bool {
    let proves = |rule| judgements.iter().any(|judged| judged.rule == rule && judged.proves());
    let needed: &[Rule] = match depth {
        Depth::Quick => &[Rule::A2],
        Depth::Restore => &[Rule::A2, Rule::A5],
        Depth::Compare => &[Rule::A2, Rule::A5, Rule::B1, Rule::B2],
    };
    needed.iter().all(|rule| proves(*rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(rule: Rule, proves: bool, severities: &[Severity]) -> Judgement {
        let mut inquiry = Inquiry::of(rule);
        inquiry.proves = proves;
        for severity in severities {
            inquiry.find(*severity, None, "because");
        }
        inquiry.close()
    }

    #[test]
    fn without_a_rule_that_proves_data_nothing_is_green() {
        assert_eq!(Verdict::of(Depth::Quick, &[]), Verdict::CouldNotVerify);
        let empty = [ran(Rule::A1, false, &[]), ran(Rule::A2, false, &[])];
        assert_eq!(Verdict::of(Depth::Quick, &empty), Verdict::CouldNotVerify);
        assert_eq!(Verdict::of(Depth::Quick, &[ran(Rule::A2, true, &[])]), Verdict::Pass);
    }

    #[test]
    fn a_deeper_depth_needs_its_own_proof() {
        let quick = [ran(Rule::A2, true, &[]), ran(Rule::A5, true, &[])];
        assert_eq!(Verdict::of(Depth::Restore, &quick), Verdict::Pass);
        assert_eq!(Verdict::of(Depth::Compare, &quick), Verdict::CouldNotVerify);
    }

    #[test]
    fn the_worst_finding_decides() {
        let with =
            |severities: &[Severity]| Verdict::of(Depth::Quick, &[ran(Rule::A2, true, severities)]);
        assert_eq!(with(&[Severity::Info]), Verdict::Pass);
        assert_eq!(with(&[Severity::Warn, Severity::Info]), Verdict::Warn);
        assert_eq!(with(&[Severity::CouldNotVerify, Severity::Warn]), Verdict::CouldNotVerify);
        assert_eq!(with(&[Severity::CouldNotVerify, Severity::Fail]), Verdict::Fail);
    }

    #[test]
    fn a_warning_without_proof_is_not_a_pass_with_warnings() {
        let judged = [ran(Rule::A2, false, &[Severity::Warn])];
        assert_eq!(Verdict::of(Depth::Quick, &judged), Verdict::CouldNotVerify);
    }

    #[test]
    fn only_compare_and_deeper_is_called_proven() {
        assert_eq!(Verdict::Pass.sentence(Depth::Quick), "is intact");
        assert_eq!(Verdict::Warn.sentence(Depth::Restore), "is restorable, with warnings");
        assert_eq!(Verdict::Pass.sentence(Depth::Compare), "is proven");
        assert_eq!(Verdict::Fail.sentence(Depth::Compare), "is not proven");
    }

    #[test]
    fn every_sentence_has_its_own_verb() {
        for verdict in [Verdict::Pass, Verdict::Warn, Verdict::CouldNotVerify, Verdict::Fail] {
            for depth in Depth::ALL {
                let sentence = verdict.sentence(depth);
                assert!(
                    sentence.starts_with("is ") || sentence.starts_with("could "),
                    "{sentence}"
                );
            }
        }
    }

    #[test]
    fn findings_and_verdicts_share_their_words() {
        for severity in [Severity::Warn, Severity::CouldNotVerify, Severity::Fail] {
            let judged = [ran(Rule::A2, true, &[severity])];
            assert_eq!(Verdict::of(Depth::Quick, &judged).word(), severity.word());
        }
    }
}
