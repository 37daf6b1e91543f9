//! Each rule on a broken and a healthy twin.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::*;
use crate::domain::census::{CollectionUuid, DumpedCollection, Windows};
use crate::domain::verdict::Outcome;

/// A dump, its copy and its source; healthy until a test breaks one of them.
struct Case {
    dump: DumpCensus,
    restored: LiveCensus,
    source: LiveCensus,
    sample: Option<IdSample>,
}

fn live(documents: u64, before: u64) -> LiveCollection {
    let windows =
        Windows { birth: Birth::Id, before, after: 0, imported: 0, changed: None, oldest: None };
    LiveCollection {
        documents,
        uuid: Some(CollectionUuid::new([1; 16])),
        windows: Some(windows),
        ..LiveCollection::default()
    }
}

fn census(collections: &[(&str, LiveCollection)]) -> LiveCensus {
    LiveCensus {
        host: "db".to_owned(),
        version: "4.2.24".to_owned(),
        read_at: Timestamp::UNIX_EPOCH,
        collections: collections
            .iter()
            .map(|(name, live)| (Namespace::new("admin", *name), live.clone()))
            .collect(),
    }
}

impl Case {
    /// 1,000 documents in the dump; the source has deleted 13 of them and born 100 since.
    fn healthy() -> Self {
        let dumped = DumpedCollection {
            documents: 1000,
            uuid: Some(CollectionUuid::new([1; 16])),
            has_metadata: true,
            has_data: true,
            ..DumpedCollection::default()
        };
        Self {
            dump: DumpCensus {
                collections: BTreeMap::from([(Namespace::new("admin", "file"), dumped)]),
                ..DumpCensus::default()
            },
            restored: census(&[("file", live(1000, 1000))]),
            source: census(&[("file", live(1087, 987))]),
            sample: None,
        }
    }

    fn source(&mut self) -> &mut LiveCollection {
        self.source.collections.get_mut(&Namespace::new("admin", "file")).unwrap()
    }

    fn restored(&mut self) -> &mut LiveCollection {
        self.restored.collections.get_mut(&Namespace::new("admin", "file")).unwrap()
    }

    fn ask(&self, rule: fn(Evidence<'_>) -> Judgement) -> Judgement {
        rule(Evidence {
            dump: &self.dump,
            restored: &self.restored,
            source: &self.source,
            sample: self.sample,
        })
    }
}

fn severities(judgement: &Judgement) -> Vec<Severity> {
    judgement.findings().iter().map(|finding| finding.severity).collect()
}

#[test]
fn a_healthy_backup_has_no_finding_and_is_proven() {
    let case = Case::healthy();
    for rule in
        [b0_identity, b1_present, b1_younger, b1_only_in_dump, b2_lower_bound, b2_upper_bound]
    {
        assert_eq!(severities(&case.ask(rule)), []);
    }
    assert!(case.ask(b1_present).proves() && case.ask(b2_lower_bound).proves());
}

#[test]
fn a_dump_of_another_database_fails() {
    let mut case = Case::healthy();
    case.source().uuid = Some(CollectionUuid::new([2; 16]));
    assert_eq!(severities(&case.ask(b0_identity)), [Severity::Fail]);
}

#[test]
fn one_recreated_collection_among_others_is_a_warning() {
    let mut case = Case::healthy();
    let other = Namespace::new("admin", "project");
    let dumped = case.dump.collections.values().next().unwrap().clone();
    case.dump.collections.insert(other.clone(), dumped);
    let recreated = LiveCollection { uuid: Some(CollectionUuid::new([9; 16])), ..live(5, 0) };
    case.source.collections.insert(other, recreated);
    assert_eq!(severities(&case.ask(b0_identity)), [Severity::Warn]);
}

#[test]
fn without_identities_a_sample_of_old_ids_decides() {
    let mut case = Case::healthy();
    case.source().uuid = None;
    assert!(matches!(case.ask(b0_identity).outcome, Outcome::NotRun { .. }));
    case.sample = Some(IdSample { asked: 100, found: 100 });
    assert_eq!(severities(&case.ask(b0_identity)), []);
    case.sample = Some(IdSample { asked: 100, found: 99 });
    assert_eq!(severities(&case.ask(b0_identity)), [Severity::Fail]);
}

#[test]
fn where_nothing_was_sampled_the_reason_names_what_is_missing() {
    let reason = |case: &Case| match case.ask(b0_identity).outcome {
        Outcome::NotRun { why } => why,
        Outcome::Ran { .. } => String::new(),
    };
    let mut case = Case::healthy();
    case.source().uuid = None;
    assert!(reason(&case).starts_with("the source tells no identities"));
    case.dump.collections.values_mut().for_each(|dumped| dumped.uuid = None);
    assert!(reason(&case).starts_with("neither dump nor source"));
    case.source().uuid = Some(CollectionUuid::new([1; 16]));
    assert!(reason(&case).starts_with("the dump carries no identities"));
}

#[test]
fn identities_that_only_the_dump_has_call_for_a_sample() {
    let mut case = Case::healthy();
    assert!(has_identities(&case.dump, &case.source));
    case.source().uuid = None;
    assert!(!has_identities(&case.dump, &case.source));
}

#[test]
fn a_collection_that_the_dump_lacks_fails_where_the_source_had_it_then() {
    let mut case = Case::healthy();
    case.source.collections.insert(Namespace::new("admin", "project"), live(10, 4));
    let judged = case.ask(b1_present);
    assert_eq!(severities(&judged), [Severity::Fail]);
    assert_eq!(
        judged.findings().first().unwrap().reason,
        "is not in the dump, although the source has 4 documents from before it"
    );
}

#[test]
fn a_collection_that_was_imported_since_is_a_warning() {
    let mut case = Case::healthy();
    let mut imported = live(10, 10);
    imported.windows.as_mut().unwrap().imported = 10;
    case.source.collections.insert(Namespace::new("admin", "project"), imported);
    assert_eq!(severities(&case.ask(b1_present)), [Severity::Warn]);
}

#[test]
fn a_collection_younger_than_the_backup_is_told_and_no_more() {
    let mut case = Case::healthy();
    case.source.collections.insert(Namespace::new("admin", "exportJob"), live(112, 0));
    assert_eq!(severities(&case.ask(b1_present)), []);
    assert_eq!(severities(&case.ask(b1_younger)), [Severity::Info]);
}

#[test]
fn a_collection_that_only_the_dump_has_is_a_warning() {
    let mut case = Case::healthy();
    case.restored.collections.insert(Namespace::new("admin", "old"), live(1, 1));
    assert_eq!(severities(&case.ask(b1_only_in_dump)), [Severity::Warn]);
}

#[test]
fn documents_that_the_source_still_has_from_then_must_be_in_the_dump() {
    let mut case = Case::healthy();
    case.source().windows.as_mut().unwrap().before = 1072;
    let judged = case.ask(b2_lower_bound);
    assert_eq!(severities(&judged), [Severity::Fail]);
    assert!(judged.findings().first().unwrap().reason.starts_with("missing at least 72 documents"));
}

#[test]
fn a_shortfall_is_first_reduced_by_what_was_imported_since() {
    let mut case = Case::healthy();
    let windows = case.source().windows.as_mut().unwrap();
    (windows.before, windows.imported) = (1008, 8);
    assert_eq!(severities(&case.ask(b2_lower_bound)), [Severity::Warn]);
    case.source().windows.as_mut().unwrap().before = 1009;
    assert_eq!(severities(&case.ask(b2_lower_bound)), [Severity::Warn, Severity::Fail]);
}

#[test]
fn an_empty_copy_of_a_full_collection_fails() {
    let mut case = Case::healthy();
    *case.restored() = LiveCollection { windows: None, ..live(0, 0) };
    assert_eq!(severities(&case.ask(b2_lower_bound)), [Severity::Fail]);
    assert_eq!(severities(&case.ask(b1_present)), [Severity::Fail]);
}

#[test]
fn where_nothing_tells_a_birth_a_smaller_copy_cannot_be_verified() {
    let mut case = Case::healthy();
    case.source().windows = None;
    let judged = case.ask(b2_lower_bound);
    assert_eq!(severities(&judged), [Severity::CouldNotVerify]);
    let reason = &judged.findings().first().unwrap().reason;
    assert!(reason.starts_with("87 fewer than the source now has"), "{reason}");
    assert!(!judged.proves());
}

#[test]
fn where_nothing_tells_a_birth_a_copy_of_the_same_size_is_a_warning() {
    let mut case = Case::healthy();
    case.source().windows = None;
    case.source().documents = 1000;
    let judged = case.ask(b2_lower_bound);
    assert_eq!(severities(&judged), [Severity::Warn]);
    assert!(!judged.proves());
}

#[test]
fn a_copy_that_goes_by_another_birth_is_not_passed_either() {
    let mut case = Case::healthy();
    case.restored().windows.as_mut().unwrap().birth = Birth::Field("created".to_owned());
    assert_eq!(severities(&case.ask(b2_lower_bound)), [Severity::CouldNotVerify]);
}

#[test]
fn a_collection_of_unknown_age_that_the_dump_lacks_cannot_be_verified() {
    let mut case = Case::healthy();
    let undated = LiveCollection { windows: None, ..live(10, 0) };
    case.source.collections.insert(Namespace::new("admin", "project"), undated);
    assert_eq!(severities(&case.ask(b1_present)), [Severity::CouldNotVerify]);
}

#[test]
fn a_source_without_anything_from_before_proves_nothing() {
    let mut case = Case::healthy();
    case.source().windows.as_mut().unwrap().before = 0;
    assert!(!case.ask(b1_present).proves() && !case.ask(b2_lower_bound).proves());
}

#[test]
fn documents_younger_than_the_dump_are_a_warning() {
    let mut case = Case::healthy();
    case.restored().windows.as_mut().unwrap().after = 3;
    assert_eq!(severities(&case.ask(b2_upper_bound)), [Severity::Warn]);
}

#[test]
fn without_a_known_beginning_nothing_is_proven_and_nothing_called_missing() {
    let mut case = Case::healthy();
    case.source().windows.as_mut().unwrap().before = 5000;
    let Case { dump, restored, source, sample } = &case;
    let evidence = Evidence { dump, restored, source, sample: *sample };
    let judged = judge(evidence, BeganFrom::LastModified);
    assert!(!judged.iter().any(Judgement::proves));
    let worst = judged.iter().flat_map(Judgement::findings).map(|found| found.severity).max();
    assert_eq!(worst, Some(Severity::CouldNotVerify));
}
