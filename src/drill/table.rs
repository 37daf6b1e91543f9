//! The side-by-side table: one row a collection, what the dump, the copy and the source hold of it.

use serde::{Deserialize, Serialize};

use crate::domain::census::{
    CollectionKind, DumpCensus, DumpedCollection, LiveCensus, LiveCollection, Namespace,
};
use crate::domain::settings::Depth;
use crate::domain::verdict::completeness::{comparable, drift};
use crate::domain::verdict::{Finding, Judgement, Rule, Severity};

/// One collection. `None` in a column: not there, or not asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub namespace: Namespace,
    pub dumped: Option<u64>,
    pub restored: Option<u64>,
    /// What the source still holds from before the dump began.
    pub source_before: Option<u64>,
    pub source_now: Option<u64>,
    /// The worst that a rule found here; `None` where nothing was found.
    pub severity: Option<Severity>,
    /// What was shown of it, where no rule found anything.
    pub shown: Shown,
    /// The findings in words, worst first; else how the source has drifted.
    pub why: String,
}

/// What was shown of one collection. "Not looked at" is never "passed".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// What the asked depth is there to prove: its rules have seen data of this collection.
    Proven,
    /// All of it came back; it was not compared, or the source has nothing left to compare it with.
    Restored,
    /// It holds no document anywhere.
    Empty,
    Nothing,
}

impl Row {
    /// The verdict's word for this row; `-` where nothing was looked at.
    pub const fn word(&self) -> &'static str {
        match (self.severity, self.shown) {
            (Some(severity), _) => severity.word(),
            (None, Shown::Proven) => "PASS",
            (None, Shown::Restored) => "restored",
            (None, Shown::Empty) => "empty",
            (None, Shown::Nothing) => "-",
        }
    }
}

/// What there is to put side by side.
#[derive(Debug, Clone, Copy, Default)]
pub struct Columns<'a> {
    pub dump: Option<&'a DumpCensus>,
    pub restored: Option<&'a LiveCensus>,
    pub source: Option<&'a LiveCensus>,
}

/// What was asked of the rules, and what they came to.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    pub depth: Depth,
    pub judgements: &'a [Judgement],
}

/// All collections, `first` ones first, the rest by name. `system.*` and views are left out.
pub fn rows(columns: Columns<'_>, judged: Judged<'_>, first: &[Namespace]) -> Vec<Row> {
    let mut names: Vec<&Namespace> = Vec::new();
    names.extend(columns.dump.into_iter().flat_map(|dump| dump.judged().map(|(name, _)| name)));
    for census in [columns.restored, columns.source].into_iter().flatten() {
        names.extend(
            census.collections.iter().filter(|(_, live)| !is_view(live)).map(|(name, _)| name),
        );
    }
    names.retain(|name| !name.is_system());
    names.sort_by_key(|name| {
        (first.iter().position(|other| other == *name).unwrap_or(usize::MAX), *name)
    });
    names.dedup();
    names.into_iter().map(|name| row(name, columns, judged)).collect()
}

fn is_view(live: &LiveCollection) -> bool {
    live.kind == CollectionKind::View
}

fn row(namespace: &Namespace, columns: Columns<'_>, judged: Judged<'_>) -> Row {
    let dumped = columns.dump.and_then(|dump| dump.collections.get(namespace));
    let restored = columns.restored.and_then(|census| census.collections.get(namespace));
    let source = columns.source.and_then(|census| census.collections.get(namespace));
    let mut findings: Vec<&Finding> = judged
        .judgements
        .iter()
        .flat_map(Judgement::findings)
        .filter(|finding| finding.namespace.as_ref() == Some(namespace))
        .collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let words: Vec<_> =
        findings.iter().map(|finding| format!("{}: {}", finding.rule, finding.reason)).collect();
    let why = match (words.is_empty(), source, restored) {
        (false, ..) => words.join("; "),
        (true, Some(source), Some(copy)) => {
            drift(source, copy).unwrap_or_else(|| "unchanged".to_owned())
        }
        _ => String::new(),
    };
    Row {
        namespace: namespace.clone(),
        dumped: dumped.map(|dumped| dumped.documents),
        restored: restored.map(|live| live.documents),
        source_before: source.and_then(|live| live.windows.as_ref()).map(|windows| windows.before),
        source_now: source.map(|live| live.documents),
        severity: findings.first().map(|finding| finding.severity),
        shown: Sides { dumped, restored, source }.shown(judged),
        why,
    }
}

/// One collection as each side holds it.
struct Sides<'a> {
    dumped: Option<&'a DumpedCollection>,
    restored: Option<&'a LiveCollection>,
    source: Option<&'a LiveCollection>,
}

impl Sides<'_> {
    fn shown(&self, judged: Judged<'_>) -> Shown {
        let has_run =
            |rule| judged.judgements.iter().any(|judged| judged.rule == rule && judged.has_run());
        let lives = || [self.restored, self.source].into_iter().flatten();
        let dumped = self.dumped.map_or(0, |dumped| dumped.documents);
        if dumped == 0 {
            let is_empty = lives().all(|live| live.documents == 0);
            return if is_empty { Shown::Empty } else { Shown::Nothing };
        }
        let came_back = has_run(Rule::A5) && self.restored.is_some_and(|it| it.documents == dumped);
        match judged.depth {
            Depth::Quick if has_run(Rule::A2) && !is_broken(judged.judgements) => Shown::Proven,
            Depth::Restore if came_back => Shown::Proven,
            Depth::Compare if came_back => {
                let has_compared = has_run(Rule::B1) && has_run(Rule::B2);
                if has_compared && self.has_old_documents() {
                    Shown::Proven
                } else {
                    Shown::Restored
                }
            }
            _ => Shown::Nothing,
        }
    }

    /// Whether copy and source have documents from before the dump that can be held together.
    fn has_old_documents(&self) -> bool {
        let (Some(copy), Some(source)) = (self.restored, self.source) else { return false };
        let before = source.windows.as_ref().map_or(0, |windows| windows.before);
        before > 0 && comparable(source, copy).is_some_and(|before| before > 0)
    }
}

/// Whether the dump itself is broken: what was read of it before the break proves nothing.
fn is_broken(judgements: &[Judgement]) -> bool {
    let of_dump = judgements.iter().filter(|judged| judged.rule.depth() == Depth::Quick);
    of_dump.flat_map(Judgement::findings).any(|finding| finding.severity == Severity::Fail)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::census::{Birth, Windows};
    use crate::domain::verdict::Outcome;

    fn dump(names: &[&str]) -> DumpCensus {
        let collections = names.iter().map(|name| {
            let dumped = DumpedCollection { documents: 2, ..DumpedCollection::default() };
            (Namespace::new("admin", *name), dumped)
        });
        DumpCensus { collections: collections.collect(), ..DumpCensus::default() }
    }

    fn live(name: &str, documents: u64) -> LiveCensus {
        let live = LiveCollection { documents, ..LiveCollection::default() };
        LiveCensus {
            host: String::new(),
            version: String::new(),
            read_at: jiff::Timestamp::UNIX_EPOCH,
            collections: BTreeMap::from([(Namespace::new("admin", name), live)]),
        }
    }

    #[test]
    fn named_collections_come_first_and_system_ones_not_at_all() {
        let dump = dump(&["a", "file", "system.version", "project"]);
        let columns = Columns { dump: Some(&dump), ..Columns::default() };
        let first = [Namespace::new("admin", "project"), Namespace::new("admin", "absent")];
        let names: Vec<_> = rows(columns, judged(Depth::Compare, &[]), &first)
            .into_iter()
            .map(|row| row.namespace.collection)
            .collect();
        assert_eq!(names, ["project", "a", "file"]);
    }

    #[test]
    fn a_row_shows_its_worst_finding_first() {
        let (dump, restored) = (dump(&["file"]), live("file", 2));
        let finding = |rule, severity, reason: &str| Finding {
            rule,
            severity,
            namespace: Some(Namespace::new("admin", "file")),
            reason: reason.to_owned(),
        };
        let outcome = Outcome::Ran {
            proves: true,
            findings: vec![
                finding(Rule::B2, Severity::Warn, "8 imported since"),
                finding(Rule::B2, Severity::Fail, "missing at least 64"),
            ],
        };
        let judgements = [Judgement { rule: Rule::B2, outcome }];
        let columns = Columns { dump: Some(&dump), restored: Some(&restored), source: None };
        let row = rows(columns, judged(Depth::Compare, &judgements), &[]).remove(0);
        assert_eq!(row.word(), "FAIL");
        assert_eq!(row.why, "B2: missing at least 64; B2: 8 imported since");
    }

    const fn judged(depth: Depth, judgements: &[Judgement]) -> Judged<'_> {
        Judged { depth, judgements }
    }

    /// The word for `admin.file` at `depth`, after `ran` rules that found nothing.
    fn word(columns: Columns<'_>, depth: Depth, ran: &[Rule]) -> &'static str {
        let outcome = Outcome::Ran { proves: true, findings: Vec::new() };
        let judgements: Vec<_> =
            ran.iter().map(|rule| Judgement { rule: *rule, outcome: outcome.clone() }).collect();
        rows(columns, judged(depth, &judgements), &[]).remove(0).word()
    }

    fn dated(name: &str, documents: u64, before: u64) -> LiveCensus {
        let windows = Windows {
            birth: Birth::Id,
            before,
            after: 0,
            imported: 0,
            changed: None,
            oldest: None,
        };
        let mut census = live(name, documents);
        census.collections.values_mut().for_each(|live| live.windows = Some(windows.clone()));
        census
    }

    const ALL: [Rule; 4] = [Rule::A2, Rule::A5, Rule::B1, Rule::B2];

    #[test]
    fn what_was_not_looked_at_is_not_passed() {
        let dump = dump(&["file"]);
        let columns = Columns { dump: Some(&dump), ..Columns::default() };
        assert_eq!(word(columns, Depth::Quick, &[]), "-");
        assert_eq!(word(columns, Depth::Quick, &[Rule::A2]), "PASS");
        assert_eq!(word(columns, Depth::Restore, &[Rule::A2]), "-");
    }

    #[test]
    fn a_collection_that_was_restored_and_never_compared_is_only_restored() {
        let (dump, restored) = (dump(&["file"]), live("file", 2));
        let columns = Columns { dump: Some(&dump), restored: Some(&restored), source: None };
        assert_eq!(word(columns, Depth::Compare, &[Rule::A2, Rule::A5]), "restored");
        assert_eq!(word(columns, Depth::Restore, &[Rule::A2, Rule::A5]), "PASS");
        assert_eq!(word(columns, Depth::Restore, &[Rule::A2]), "-");
    }

    #[test]
    fn a_collection_passes_the_comparison_where_the_source_still_has_old_documents() {
        let (dump, restored) = (dump(&["file"]), dated("file", 2, 2));
        for (source, expected) in [
            (dated("file", 5, 1), "PASS"),
            (dated("file", 5, 0), "restored"),
            (live("file", 5), "restored"),
        ] {
            let columns =
                Columns { dump: Some(&dump), restored: Some(&restored), source: Some(&source) };
            assert_eq!(word(columns, Depth::Compare, &ALL), expected);
        }
    }

    #[test]
    fn an_empty_collection_is_called_empty() {
        let (restored, source) = (live("file", 0), live("file", 0));
        let mut dump = dump(&["file"]);
        dump.collections.values_mut().for_each(|dumped| dumped.documents = 0);
        let columns =
            Columns { dump: Some(&dump), restored: Some(&restored), source: Some(&source) };
        assert_eq!(word(columns, Depth::Compare, &ALL), "empty");
        let grown = live("file", 3);
        let columns = Columns { source: Some(&grown), ..columns };
        assert_eq!(word(columns, Depth::Compare, &ALL), "-");
    }

    #[test]
    fn nothing_of_a_broken_dump_passes() {
        let dump = dump(&["file"]);
        let columns = Columns { dump: Some(&dump), ..Columns::default() };
        let cut = Finding {
            rule: Rule::A1,
            severity: Severity::Fail,
            namespace: None,
            reason: "the archive is cut".to_owned(),
        };
        let judgements = [
            Judgement {
                rule: Rule::A1,
                outcome: Outcome::Ran { proves: false, findings: vec![cut] },
            },
            Judgement { rule: Rule::A2, outcome: Outcome::Ran { proves: true, findings: vec![] } },
        ];
        assert_eq!(rows(columns, judged(Depth::Quick, &judgements), &[]).remove(0).word(), "-");
    }
}
