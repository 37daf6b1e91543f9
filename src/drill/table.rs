//! The side-by-side table: one row a collection, what the dump, the copy and the source hold of it.

use serde::{Deserialize, Serialize};

use crate::domain::census::{CollectionKind, DumpCensus, LiveCensus, LiveCollection, Namespace};
use crate::domain::verdict::completeness::drift;
use crate::domain::verdict::{Finding, Judgement, Severity};

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
    /// The findings in words, worst first; else how the source has drifted.
    pub why: String,
}

impl Row {
    /// The verdict's word for this row; `-` where nothing was compared.
    pub const fn word(&self) -> &'static str {
        match self.severity {
            Some(Severity::Fail) => "FAIL",
            Some(Severity::CouldNotVerify) => "UNKNOWN",
            Some(Severity::Warn) => "WARN",
            Some(Severity::Info) => "INFO",
            None if self.restored.is_some() || self.source_now.is_some() => "PASS",
            None => "-",
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

/// All collections, `first` ones first, the rest by name. `system.*` and views are left out.
pub fn rows(columns: Columns<'_>, judgements: &[Judgement], first: &[Namespace]) -> Vec<Row> {
    let mut names: Vec<&Namespace> = Vec::new();
    names.extend(columns.dump.into_iter().flat_map(|dump| dump.judged().map(|(name, _)| name)));
    for census in [columns.restored, columns.source].into_iter().flatten() {
        names.extend(
            census.collections.iter().filter(|(_, live)| shown(live)).map(|(name, _)| name),
        );
    }
    names.retain(|name| !name.is_system());
    names.sort_by_key(|name| {
        (first.iter().position(|other| other == *name).unwrap_or(usize::MAX), *name)
    });
    names.dedup();
    names.into_iter().map(|name| row(name, columns, judgements)).collect()
}

fn shown(live: &LiveCollection) -> bool {
    live.kind != CollectionKind::View
}

fn row(namespace: &Namespace, columns: Columns<'_>, judgements: &[Judgement]) -> Row {
    let dumped = columns.dump.and_then(|dump| dump.collections.get(namespace));
    let restored = columns.restored.and_then(|census| census.collections.get(namespace));
    let source = columns.source.and_then(|census| census.collections.get(namespace));
    let mut findings: Vec<&Finding> = judgements
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
        why,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::census::DumpedCollection;
    use crate::domain::verdict::{Outcome, Rule};

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
        let names: Vec<_> =
            rows(columns, &[], &first).into_iter().map(|row| row.namespace.collection).collect();
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
        let judged = [Judgement { rule: Rule::B2, outcome }];
        let columns = Columns { dump: Some(&dump), restored: Some(&restored), source: None };
        let row = rows(columns, &judged, &[]).remove(0);
        assert_eq!(row.word(), "FAIL");
        assert_eq!(row.why, "B2: missing at least 64; B2: 8 imported since");
    }

    #[test]
    fn what_was_not_compared_is_not_passed() {
        let dump = dump(&["file"]);
        let columns = Columns { dump: Some(&dump), ..Columns::default() };
        assert_eq!(rows(columns, &[], &[]).remove(0).word(), "-");
    }
}
