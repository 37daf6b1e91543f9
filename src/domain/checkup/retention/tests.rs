//! The written retention beside what a storage tells, in both directions.

use super::*;
use crate::domain::backup::{Backup, BackupKey};
use crate::domain::bucket::{Expiry, Tag};
use crate::domain::checkup::evidence::Observed;
use crate::domain::slot::fixture::{at, backup, set};
use crate::domain::slot::timetable::Timetable;
use crate::domain::units::ByteSize;

const NOW: &str = "2026-11-20T09:30:00Z";

fn night(days: i64) -> Timestamp {
    at("2026-11-20T00:00:00Z") - SignedDuration::from_hours(24 * days)
}

fn sample(expires_after: Option<i64>) -> Known<Sample> {
    let last_modified = night(0);
    let expires = expires_after.map(|days| Expiry {
        at: last_modified + SignedDuration::from_hours(24 * days),
        rule: "expire".to_owned(),
    });
    Known::Told(Sample {
        key: BackupKey("prod/newest.gz".to_owned()),
        size: ByteSize(5000),
        last_modified,
        expires,
        tags: Known::Told(Vec::new()),
        encryption: None,
        locked_until: None,
        storage_class: None,
        archive: None,
    })
}

fn tag_rule() -> LifecycleRule {
    let tag = Tag { key: "auto-delete".to_owned(), value: "true".to_owned() };
    LifecycleRule {
        name: "expire".to_owned(),
        is_enabled: true,
        tags: vec![tag],
        expires_days: Some(90),
        ..LifecycleRule::default()
    }
}

fn facts(expires_after: Option<i64>, lifecycle: Known<Vec<LifecycleRule>>) -> Facts {
    let newest = sample(expires_after);
    Facts { lifecycle, oldest: newest.clone(), newest, ..Facts::UNASKED }
}

fn judged(
    keep: Keep,
    nights: std::ops::Range<i64>,
    facts: Facts,
    first: Option<Timestamp>,
) -> Option<(&'static str, Weight, String)> {
    let set = BackupSet { keep: Some(keep), ..set() };
    let now = at(NOW);
    let mut catalogue = Catalogue::new(Timetable::of(&set, now), now);
    for days in nights {
        let backup: Backup = backup(night(days), 5000);
        catalogue.take(backup, None);
    }
    let evidence = Evidence {
        facts,
        before: first.map(|first| Observed { first: Some(first), ..Observed::default() }),
        ..Evidence::of(Ok(catalogue.clone()))
    };
    let found = finding(&set, &catalogue, &evidence, now)?;
    Some((found.rule.id(), found.weight, found.reason))
}

#[test]
fn what_expires_as_written_is_no_finding() {
    let rules = || Known::Told(vec![tag_rule()]);
    for after in [90, 91, 92] {
        assert_eq!(judged(Keep::Days(90), 0..91, facts(Some(after), rules()), None), None);
    }
    // A storage that removes by script, and one that does not tell.
    assert_eq!(judged(Keep::Days(90), 0..91, facts(None, Known::NotOffered), None), None);
    assert_eq!(judged(Keep::Days(90), 0..91, Facts::UNASKED, None), None);
}

#[test]
fn a_rule_that_misses_its_objects_is_told_before_anything_is_too_old_and_after() {
    let rules = || Known::Told(vec![tag_rule()]);
    let (rule, weight, reason) = judged(Keep::Days(90), 0..30, facts(None, rules()), None).unwrap();
    assert_eq!((rule, weight), ("retention", Weight::Warning));
    assert!(reason.contains("asks for the tag auto-delete=true"), "{reason}");
    let (_, _, reason) = judged(Keep::Days(90), 0..97, facts(None, rules()), None).unwrap();
    assert!(reason.starts_with("90 d are written, and 2026-08-16T00_00.gz is 96 d old: the rule"));
    let without = facts(None, Known::Told(Vec::new()));
    let (_, weight, _) = judged(Keep::Days(90), 0..30, without, None).unwrap();
    assert_eq!(weight, Weight::Note);
}

#[test]
fn an_expiry_for_another_day_than_is_written_is_told() {
    let rules = || Known::Told(vec![tag_rule()]);
    let of = |after| judged(Keep::Days(90), 0..30, facts(Some(after), rules()), None).unwrap();
    assert_eq!(of(30).0, "pruned");
    assert_eq!(of(365).0, "retention");
}

#[test]
fn a_storage_that_tells_no_expiry_per_object_is_believed_by_its_rule() {
    let by_prefix = |days| {
        let rule = LifecycleRule {
            tags: Vec::new(),
            prefix: "prod/".to_owned(),
            expires_days: Some(days),
            ..tag_rule()
        };
        facts(None, Known::Told(vec![rule]))
    };
    assert_eq!(judged(Keep::Days(90), 0..91, by_prefix(90), None), None);
    assert_eq!(judged(Keep::Days(90), 0..30, by_prefix(30), None).unwrap().0, "pruned");
    let column = by_prefix(90).columns().remove(0);
    assert_eq!(
        (column.text.as_str(), column.is_grey),
        ("90 d by the rule `expire`; not told per object", true)
    );
    // What is too old shows that the rule does nothing.
    assert!(judged(Keep::Days(90), 0..97, by_prefix(90), None).unwrap().2.contains("96 d old"));
    // Whether a rule by tag reaches an object whose tags nobody may see is not known.
    let Known::Told(newest) = sample(None) else { unreachable!() };
    let unseen = Known::Denied { action: "s3:GetObjectTagging".to_owned() };
    let newest = Known::Told(Sample { tags: unseen, ..newest });
    let by_tag = Facts { newest, ..facts(None, Known::Told(vec![tag_rule()])) };
    assert_eq!(judged(Keep::Days(90), 0..30, by_tag, None).unwrap().0, "retention");
}

#[test]
fn a_count_is_kept_within_one() {
    let count = |nights| judged(Keep::Count(28), nights, Facts::UNASKED, None);
    assert_eq!(count(0..28), None);
    assert_eq!(count(0..29), None);
    assert_eq!(count(0..31).unwrap().0, "retention");
    assert_eq!(count(0..5), None, "a young set");
    let grown = judged(Keep::Count(28), 0..5, Facts::UNASKED, Some(night(100))).unwrap();
    assert_eq!(grown.0, "pruned");
}
