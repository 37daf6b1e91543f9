//! Rules A1 to A4: is the dump itself whole? They need nothing but one pass over the object.

use crate::domain::census::{CollectionKind, Defect, DefectLayer, DumpCensus};
use crate::domain::units::{ByteSize, Count};

use super::{Inquiry, Judgement, Rule, Severity};

/// Defects reported one by one; more are summed up in one line.
const SHOWN: usize = 20;

/// All four rules over one census. `size` is the object's, where it is known from outside;
/// `earlier_prelude` says whether an earlier record of the same set had a `prelude.json`.
pub fn judge(dump: &DumpCensus, size: Option<ByteSize>, earlier_prelude: bool) -> Vec<Judgement> {
    vec![
        a1_archive(dump, size),
        a2_documents(dump),
        a3_pairs(dump),
        a4_marker(dump, earlier_prelude),
    ]
}

/// A1: the compression's checksum and the archive's end were reached, and the size is the object's.
pub fn a1_archive(dump: &DumpCensus, size: Option<ByteSize>) -> Judgement {
    let mut inquiry = Inquiry::of(Rule::A1);
    report(&mut inquiry, dump, DefectLayer::Archive);
    if let Some(size) = size
        && inquiry.findings.is_empty()
        && size != dump.packed
    {
        inquiry.find(
            Severity::Fail,
            None,
            format!(
                "{} bytes were read of an object of {}",
                Count(dump.packed.bytes()),
                Count(size.bytes())
            ),
        );
    }
    inquiry.close()
}

/// A2: every `.bson` is a run of documents of a possible length that ends where one ends. Proves
/// data when at least one document was read.
pub fn a2_documents(dump: &DumpCensus) -> Judgement {
    let mut inquiry = Inquiry::of(Rule::A2);
    inquiry.proves = dump.documents() > 0;
    report(&mut inquiry, dump, DefectLayer::Documents);
    if !inquiry.proves && inquiry.findings.is_empty() {
        let reason = "the dump holds no document, so nothing can be proven";
        inquiry.find(Severity::CouldNotVerify, None, reason);
    }
    inquiry.close()
}

/// A3: each `NAME.metadata.json` that is no view's has its `NAME.bson`, and each `NAME.bson` its
/// metadata. mongodump writes metadata first, so a lone one is a dump that was interrupted.
pub fn a3_pairs(dump: &DumpCensus) -> Judgement {
    let mut inquiry = Inquiry::of(Rule::A3);
    report(&mut inquiry, dump, DefectLayer::Pairing);
    // After a break in the archive nothing can be said of files that lie behind it.
    if dump.defects.iter().any(|defect| defect.layer == DefectLayer::Archive) {
        return inquiry.close();
    }
    for (namespace, found) in &dump.collections {
        if found.kind == CollectionKind::View {
            continue;
        }
        match (found.has_metadata, found.has_data) {
            (true, false) => inquiry.find(
                Severity::Fail,
                Some(namespace),
                "metadata without data: the dump was interrupted before this collection",
            ),
            (false, true) if !namespace.is_system() => inquiry.find(
                Severity::Fail,
                Some(namespace),
                "data without metadata: options and indexes of this collection are lost",
            ),
            _ => {}
        }
    }
    inquiry.close()
}

/// A4: `prelude.json`, the last file that mongodump 100.12 and later writes, is there.
pub fn a4_marker(dump: &DumpCensus, earlier_prelude: bool) -> Judgement {
    if dump.has_prelude {
        return Inquiry::of(Rule::A4).close();
    }
    if !earlier_prelude {
        let why = "no prelude.json: mongodump before 100.12 writes none";
        return Judgement::not_run(Rule::A4, why);
    }
    let mut inquiry = Inquiry::of(Rule::A4);
    inquiry.find(
        Severity::Fail,
        None,
        "prelude.json is missing, which mongodump writes last and earlier backups of this set had: \
         the dump was interrupted, or its tool was replaced by an older one",
    );
    inquiry.close()
}

fn report(inquiry: &mut Inquiry, dump: &DumpCensus, layer: DefectLayer) {
    let defects: Vec<_> = dump.defects.iter().filter(|defect| defect.layer == layer).collect();
    for defect in defects.iter().take(SHOWN) {
        inquiry.find(Severity::Fail, None, place(defect));
    }
    if let Some(more) = defects.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        inquiry.find(Severity::Fail, None, format!("and {more} more like these"));
    }
}

/// `admin/file.bson at byte 1 024: the document is cut`.
fn place(defect: &Defect) -> String {
    match (defect.file.is_empty(), defect.offset) {
        (true, None) => defect.what.clone(),
        (true, Some(offset)) => format!("at byte {}: {}", Count(offset), defect.what),
        (false, None) => format!("{}: {}", defect.file, defect.what),
        (false, Some(offset)) => {
            format!("{} at byte {}: {}", defect.file, Count(offset), defect.what)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::census::{DumpedCollection, Namespace};
    use crate::domain::verdict::Outcome;

    fn healthy() -> DumpCensus {
        let collection = |documents| DumpedCollection {
            documents,
            has_metadata: true,
            has_data: true,
            ..DumpedCollection::default()
        };
        let mut dump = DumpCensus { packed: ByteSize(100), ..DumpCensus::default() };
        dump.collections.insert(Namespace::new("admin", "file"), collection(3));
        dump.collections.insert(Namespace::new("admin", "project"), collection(0));
        dump.collections.insert(
            Namespace::new("admin", "open"),
            DumpedCollection {
                kind: CollectionKind::View,
                has_metadata: true,
                ..DumpedCollection::default()
            },
        );
        dump
    }

    fn reasons(judgement: &Judgement) -> Vec<&str> {
        judgement.findings().iter().map(|finding| finding.reason.as_str()).collect()
    }

    fn with_defect(layer: DefectLayer) -> DumpCensus {
        let mut dump = healthy();
        dump.defects.push(Defect {
            layer,
            file: "admin/file.bson".to_owned(),
            offset: Some(2048),
            what: "the document is cut".to_owned(),
        });
        dump
    }

    #[test]
    fn a_whole_archive_passes_and_a_cut_one_is_named_with_its_place() {
        assert!(a1_archive(&healthy(), Some(ByteSize(100))).findings().is_empty());
        let broken = a1_archive(&with_defect(DefectLayer::Archive), Some(ByteSize(100)));
        assert_eq!(reasons(&broken), ["admin/file.bson at byte 2 048: the document is cut"]);
    }

    #[test]
    fn an_archive_of_another_size_than_its_object_fails() {
        let judged = a1_archive(&healthy(), Some(ByteSize(101)));
        assert_eq!(reasons(&judged), ["100 bytes were read of an object of 101"]);
    }

    #[test]
    fn framed_documents_prove_data_and_a_broken_frame_fails() {
        assert!(a2_documents(&healthy()).proves());
        let broken = a2_documents(&with_defect(DefectLayer::Documents));
        assert_eq!(broken.findings().len(), 1);
        assert_eq!(broken.findings().first().unwrap().severity, Severity::Fail);
    }

    #[test]
    fn a_dump_without_documents_proves_nothing() {
        let judged = a2_documents(&DumpCensus::default());
        assert!(!judged.proves());
        assert_eq!(judged.findings().first().unwrap().severity, Severity::CouldNotVerify);
    }

    #[test]
    fn files_that_pair_pass_and_lone_ones_fail() {
        assert!(a3_pairs(&healthy()).findings().is_empty());
        let mut dump = healthy();
        let file = dump.collections.get_mut(&Namespace::new("admin", "file")).unwrap();
        file.has_data = false;
        let project = dump.collections.get_mut(&Namespace::new("admin", "project")).unwrap();
        project.has_metadata = false;
        let judged = a3_pairs(&dump);
        assert_eq!(judged.findings().len(), 2);
        assert!(reasons(&judged).iter().any(|reason| reason.contains("interrupted")));
    }

    #[test]
    fn behind_a_break_in_the_archive_no_file_is_called_missing() {
        let mut dump = with_defect(DefectLayer::Archive);
        let file = dump.collections.get_mut(&Namespace::new("admin", "file")).unwrap();
        file.has_data = false;
        assert!(a3_pairs(&dump).findings().is_empty());
    }

    #[test]
    fn a_missing_prelude_fails_only_where_earlier_backups_had_one() {
        assert!(matches!(a4_marker(&healthy(), false).outcome, Outcome::NotRun { .. }));
        assert_eq!(a4_marker(&healthy(), true).findings().len(), 1);
        let marked = DumpCensus { has_prelude: true, ..healthy() };
        assert!(a4_marker(&marked, true).findings().is_empty());
    }
}
