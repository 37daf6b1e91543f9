//! Rules A5 to A7: did everything in the dump come back? Tolerance zero.

use crate::domain::census::{CollectionKind, DumpCensus, LiveCensus};
use crate::domain::restore::RestoreReport;
use crate::domain::units::{Count, plural};

use super::{Inquiry, Judgement, Rule, Severity};

/// All three rules over one restore.
pub fn judge(dump: &DumpCensus, restored: &LiveCensus, report: &RestoreReport) -> Vec<Judgement> {
    vec![a5_counts(dump, restored), a6_tool(report), a7_indexes(dump, restored)]
}

/// A5: each collection holds exactly as many documents as the dump. Proves data when one of them
/// is not empty.
pub fn a5_counts(dump: &DumpCensus, restored: &LiveCensus) -> Judgement {
    let mut inquiry = Inquiry::of(Rule::A5);
    for (namespace, dumped) in dump.judged() {
        let found = restored.collections.get(namespace).map_or(0, |live| live.documents);
        inquiry.proves |= dumped.documents > 0 && found > 0;
        if found < dumped.documents {
            let lost = dumped.documents - found;
            let of = Count(dumped.documents);
            let reason = if found == 0 {
                format!("none of {of} documents came back")
            } else {
                format!("{} of {of} lost by the restore", plural(lost, "document"))
            };
            inquiry.find(Severity::Fail, Some(namespace), reason);
        } else if found > dumped.documents {
            let surplus = plural(found - dumped.documents, "document");
            let reason = format!("{surplus} more than the dump holds: the sandbox was not empty");
            inquiry.find(Severity::Fail, Some(namespace), reason);
        }
    }
    inquiry.close()
}

/// A6: the tool refused nothing, skipped nothing and ended well. mongorestore ends with 0 although
/// documents were refused, so all of its words count; where it did not say how many it refused,
/// nobody knows.
pub fn a6_tool(report: &RestoreReport) -> Judgement {
    let mut inquiry = Inquiry::of(Rule::A6);
    let tool = report.tool;
    // A failed index is told below; everything else that ended the tool badly is told once, here.
    let bad_end = report.exit_code.filter(|code| *code != 0 && report.failed_indexes.is_empty());
    let said = |words: Option<&String>| words.map(|words| format!(": {words}")).unwrap_or_default();
    let first = report.complaints.first();
    if let Some(refused) = report.refused.filter(|refused| *refused > 0) {
        let refused = plural(refused, "document");
        let reason = format!("{refused} refused by the server{}", said(first));
        inquiry.find(Severity::Fail, None, reason);
    } else if let (Some(_), None) = (first, bad_end) {
        let reason = format!("{tool} went on through an error{}", said(first));
        inquiry.find(Severity::Fail, None, reason);
    }
    for file in &report.skipped_files {
        let reason = format!("{tool} skipped {file}: it did not know what to do with it");
        inquiry.find(Severity::Fail, None, reason);
    }
    if let Some(code) = bad_end {
        let last = said(report.complaints.last());
        inquiry.find(Severity::Fail, None, format!("{tool} ended with {code}{last}"));
    }
    for failed in &report.failed_indexes {
        let index =
            failed.name.as_ref().map_or("an index".to_owned(), |name| format!("index {name}"));
        let reason = format!("{index} could not be built: {}", failed.why);
        inquiry.find(Severity::Fail, Some(&failed.namespace), reason);
    }
    if report.refused.is_none() && inquiry.findings.is_empty() {
        let reason = format!("{tool} did not say how many documents were refused");
        inquiry.find(Severity::CouldNotVerify, None, reason);
    }
    inquiry.close()
}

/// A7: each index of the dump's metadata is there and does the same.
pub fn a7_indexes(dump: &DumpCensus, restored: &LiveCensus) -> Judgement {
    let mut inquiry = Inquiry::of(Rule::A7);
    for (namespace, dumped) in dump.judged() {
        let Some(live) = restored.collections.get(namespace) else {
            if !dumped.indexes.is_empty() {
                let reason = "the collection and its indexes were not restored";
                inquiry.find(Severity::Fail, Some(namespace), reason);
            }
            continue;
        };
        if dumped.kind == CollectionKind::TimeSeries {
            continue;
        }
        for index in &dumped.indexes {
            if !live.indexes.iter().any(|other| other.does_the_same_as(index)) {
                let reason = format!("index {} was not restored: {index}", index.name);
                inquiry.find(Severity::Fail, Some(namespace), reason);
            }
        }
        for index in &live.indexes {
            if !dumped.indexes.iter().any(|other| other.does_the_same_as(index))
                && index.name != "_id_"
            {
                let reason = format!("index {} is not in the dump: {index}", index.name);
                inquiry.find(Severity::Info, Some(namespace), reason);
            }
        }
    }
    inquiry.close()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use bson::doc;
    use jiff::Timestamp;

    use super::*;
    use crate::domain::census::{DumpedCollection, LiveCollection, Namespace};
    use crate::domain::index::IndexSpec;
    use crate::domain::restore::{FailedIndex, Tool};

    fn file() -> Namespace {
        Namespace::new("admin", "file")
    }

    fn index(definition: &bson::Document) -> IndexSpec {
        IndexSpec::from_document(definition).unwrap()
    }

    fn dumped(documents: u64) -> DumpCensus {
        let collection = DumpedCollection {
            documents,
            indexes: vec![index(&doc! {"key": {"a": 1}, "name": "a_1", "unique": true})],
            has_metadata: true,
            has_data: true,
            ..DumpedCollection::default()
        };
        DumpCensus { collections: BTreeMap::from([(file(), collection)]), ..DumpCensus::default() }
    }

    fn live(documents: u64, indexes: Vec<IndexSpec>) -> LiveCensus {
        let collection = LiveCollection { documents, indexes, ..LiveCollection::default() };
        LiveCensus {
            host: "sandbox".to_owned(),
            version: "4.2.24".to_owned(),
            read_at: Timestamp::UNIX_EPOCH,
            collections: BTreeMap::from([(file(), collection)]),
        }
    }

    fn report() -> RestoreReport {
        RestoreReport {
            tool: Tool::Mongorestore,
            tool_version: None,
            restored: BTreeMap::new(),
            refused: Some(0),
            complaints: Vec::new(),
            skipped_files: Vec::new(),
            failed_indexes: Vec::new(),
            exit_code: Some(0),
        }
    }

    #[test]
    fn equal_counts_prove_and_one_lost_document_fails() {
        assert!(a5_counts(&dumped(3), &live(3, vec![])).proves());
        assert!(a5_counts(&dumped(3), &live(3, vec![])).findings().is_empty());
        let lost = a5_counts(&dumped(3), &live(2, vec![]));
        assert_eq!(lost.findings().first().unwrap().reason, "1 document of 3 lost by the restore");
    }

    #[test]
    fn a_restore_that_brought_nothing_fails_and_proves_nothing() {
        let judged = a5_counts(&dumped(3), &live(0, vec![]));
        assert!(!judged.proves());
        assert_eq!(judged.findings().first().unwrap().reason, "none of 3 documents came back");
    }

    #[test]
    fn a_sandbox_that_was_not_empty_fails() {
        assert_eq!(a5_counts(&dumped(3), &live(4, vec![])).findings().len(), 1);
    }

    #[test]
    fn empty_collections_prove_nothing() {
        let judged = a5_counts(&dumped(0), &live(0, vec![]));
        assert!(judged.findings().is_empty() && !judged.proves());
    }

    #[test]
    fn a_content_tool_passes() {
        assert!(a6_tool(&report()).findings().is_empty());
    }

    #[test]
    fn refused_documents_fail_although_the_tool_ended_well() {
        let refused = RestoreReport {
            refused: Some(2),
            complaints: vec!["E11000 duplicate key".to_owned()],
            ..report()
        };
        assert_eq!(
            a6_tool(&refused).findings().first().unwrap().reason,
            "2 documents refused by the server: E11000 duplicate key"
        );
    }

    #[test]
    fn skipped_files_a_bad_end_and_failed_indexes_fail() {
        let skipped =
            RestoreReport { skipped_files: vec!["admin/file.bson".to_owned()], ..report() };
        assert_eq!(a6_tool(&skipped).findings().len(), 1);
        let ended = RestoreReport { exit_code: Some(1), ..report() };
        assert_eq!(a6_tool(&ended).findings().len(), 1);
        let index = RestoreReport {
            exit_code: Some(1),
            failed_indexes: vec![FailedIndex {
                namespace: file(),
                name: Some("a_1".to_owned()),
                why: "duplicate key".to_owned(),
            }],
            ..report()
        };
        let judged = a6_tool(&index);
        assert_eq!(judged.findings().len(), 1);
        let reason = &judged.findings().first().unwrap().reason;
        assert_eq!(reason, "index a_1 could not be built: duplicate key");
    }

    #[test]
    fn an_index_that_the_tool_does_not_name_is_called_one() {
        let why = "duplicate key".to_owned();
        let index = FailedIndex { namespace: file(), name: None, why };
        let judged = a6_tool(&RestoreReport { failed_indexes: vec![index], ..report() });
        let reason = &judged.findings().first().unwrap().reason;
        assert_eq!(reason, "an index could not be built: duplicate key");
    }

    #[test]
    fn a_tool_that_never_said_how_many_it_refused_verifies_nothing() {
        let judged = a6_tool(&RestoreReport { refused: None, ..report() });
        let finding = judged.findings().first().unwrap();
        assert_eq!(finding.severity, Severity::CouldNotVerify);
        let killed = a6_tool(&RestoreReport { refused: None, exit_code: Some(137), ..report() });
        let severities: Vec<_> = killed.findings().iter().map(|found| found.severity).collect();
        assert_eq!(severities, [Severity::Fail]);
    }

    #[test]
    fn an_error_that_the_tool_went_on_through_fails_although_its_totals_say_zero() {
        let complaints = vec!["E11000 duplicate key".to_owned()];
        let judged = a6_tool(&RestoreReport { complaints, ..report() });
        let finding = judged.findings().first().unwrap();
        assert_eq!(finding.severity, Severity::Fail);
        assert_eq!(finding.reason, "mongorestore went on through an error: E11000 duplicate key");
    }

    #[test]
    fn restored_indexes_pass_a_missing_one_fails_and_an_extra_one_is_told() {
        let whole = vec![index(&doc! {"key": {"a": 1.0}, "name": "a_1", "unique": true, "v": 2})];
        assert!(a7_indexes(&dumped(1), &live(1, whole)).findings().is_empty());
        let plain = vec![index(&doc! {"key": {"a": 1}, "name": "a_1"})];
        let judged = a7_indexes(&dumped(1), &live(1, plain));
        let severities: Vec<_> = judged.findings().iter().map(|found| found.severity).collect();
        assert_eq!(severities, [Severity::Fail, Severity::Info]);
    }
}
