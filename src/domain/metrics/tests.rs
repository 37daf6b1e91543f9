//! What is said of buckets, against small ones made by hand.

use super::difference::{Cause, Difference, cause_of, jump_sentence};
use super::listing::{Extent, Figures, Leftover, Listed, OldVersions, Tally};
use super::recording::Recordings;
use super::*;
use crate::domain::known::Known;
use crate::domain::series::{Change, Jump};
use crate::domain::slot::fixture::at;

const DAY: Duration = Duration::from_hours(24);

fn day(number: u32) -> Timestamp {
    at(&format!("2026-11-{number:02}T00:00:00Z"))
}

fn class(key: &str, days: &[(u32, f64)]) -> ClassSeries {
    let points = days.iter().map(|(number, value)| Point::new(day(*number), *value));
    let class = StorageClass::of(key).unwrap();
    ClassSeries { class, bytes: Series::new(DAY, points) }
}

fn measured(classes: Vec<ClassSeries>) -> Measured {
    Measured {
        region: "us-east-1".to_owned(),
        classes,
        objects: Series::new(DAY, []),
        unseen: Vec::new(),
    }
}

fn total(classes: Vec<ClassSeries>) -> Vec<(u32, f64)> {
    let total = measured(classes).total();
    let number = |point: &Point| {
        (1..30).find(|number| day(*number) == point.at).map(|number| (number, point.value))
    };
    total.points().iter().map(|point| number(point).unwrap()).collect()
}

fn bucket() -> Bucket {
    let share = |environment: &str, prefix: &str| Share {
        environment: EnvironmentName(environment.to_owned()),
        prefix: prefix.to_owned(),
        production: environment == "prod",
    };
    Bucket {
        id: BucketId { storage: StorageName("aws".to_owned()), name: "backups".to_owned() },
        shares: vec![share("prod", "prod/"), share("prod", "prod/old/"), share("dev", "dev/")],
        is_measured: true,
    }
}

fn listed(objects: &[(&str, u64, &str)]) -> Listed {
    let bucket = bucket();
    let mut tally = Tally::new(&bucket, at("2026-11-20T09:30:00Z"));
    for (key, size, stored) in objects {
        tally.take(key, ByteSize(*size), at(stored));
    }
    tally.conclude(Extent::Whole, Known::Told(OldVersions::default()), Known::Told(Vec::new()))
}

fn upload(begun: &str, bytes: u64) -> Leftover {
    let parts = Some(Figures { objects: 3, bytes: ByteSize(bytes) });
    Leftover { key: "archive/x.tar".to_owned(), begun: at(begun), parts }
}

#[test]
fn where_one_class_was_not_measured_the_sum_is_a_gap() {
    let standard = class("StandardStorage", &[(10, 5.0), (11, 6.0), (12, 7.0)]);
    let holed = class("StandardIAStorage", &[(10, 1.0), (12, 1.0)]);
    assert_eq!(total(vec![standard.clone(), holed]), [(10, 6.0), (12, 8.0)]);
    let late = class("StandardIAStorage", &[(10, 1.0), (11, 1.0)]);
    assert_eq!(total(vec![standard, late]), [(10, 6.0), (11, 7.0)]);
}

#[test]
fn a_class_that_came_or_went_is_no_gap() {
    let standard: Vec<_> = (10..=20).map(|number| (number, 5.0)).collect();
    let gone = class("StandardIAStorage", &[(10, 1.0), (11, 1.0)]);
    let come = class("GlacierStorage", &[(20, 2.0)]);
    let total = total(vec![class("StandardStorage", &standard), gone, come]);
    assert_eq!((total[0], total[1]), ((10, 6.0), (11, 6.0)));
    assert_eq!(total[2], (12, 5.0));
    assert_eq!(total.last(), Some(&(20, 7.0)));
}

#[test]
fn growth_is_that_of_the_days_since_the_newest_jump() {
    let level = |number: u32| if number < 12 { 1000.0 } else { 9000.0 };
    let days: Vec<_> = (1..=24).map(|it| (it, level(it) + 10.0 * f64::from(it))).collect();
    let bytes = class("StandardStorage", &days).bytes;
    let calm = since_jump(&bytes);
    assert_eq!(calm.first().unwrap().at, day(12));
    assert_eq!(calm.growth_per_day(), Some(10.0));
    assert_eq!(since_jump(&calm), calm);
    let grown = growth(&bytes).unwrap();
    assert_eq!((grown.per_day, grown.since), (10.0, day(12)));
}

#[test]
fn an_object_belongs_to_the_longest_prefix_that_fits() {
    let listed = listed(&[
        ("prod/a", 10, "2026-10-01T00:00:00Z"),
        ("prod/old/a", 20, "2026-10-01T00:00:00Z"),
        ("dev/a", 30, "2026-11-19T00:05:00Z"),
        ("README", 5, "2026-10-01T00:00:00Z"),
    ]);
    let bytes: Vec<_> = listed.shares.iter().map(|(_, figures)| figures.bytes.bytes()).collect();
    assert_eq!(bytes, [10, 20, 30]);
    assert_eq!((listed.elsewhere.objects, listed.whole.bytes), (1, ByteSize(65)));
    assert_eq!(listed.stored_since(day(18)).bytes, ByteSize(30));
    assert_eq!(listed.stored_since(day(20)).objects, 0);
}

#[test]
fn a_difference_is_explained_part_by_part() {
    let measured = measured(vec![class("StandardStorage", &[(17, 1.0), (18, 1_190.0)])]);
    let mut listed =
        listed(&[("prod/a", 1000, "2026-10-01T00:00:00Z"), ("prod/b", 60, "2026-11-19T00:05:00Z")]);
    listed.old_versions = Known::Told(OldVersions {
        versions: Figures { objects: 2, bytes: ByteSize(50) },
        delete_markers: 1,
    });
    listed.uploads = Known::Told(vec![upload("2026-10-20T10:00:00Z", 100)]);
    let difference = Difference::of(&measured, &listed).unwrap();
    let parts: Vec<_> = difference.parts.iter().map(|part| (part.cause, part.bytes)).collect();
    let expected = [(Cause::OldVersions, 50), (Cause::Uploads, 100), (Cause::StoredSince, -60)];
    assert_eq!(parts, expected);
    assert_eq!((difference.bytes(), difference.rest), (130, 40));
    assert_eq!(
        difference.sentences(),
        [
            "CloudWatch (as of 2026-11-18) has 130 B more than the listing",
            "50 B are 2 old versions, which a listing does not show",
            "100 B are 3 parts of uploads that nobody completed: paid for, and in no listing",
            "60 B are 1 object stored since, which CloudWatch has not seen yet",
            "40 B are left that no listing shows: perhaps removed since 2026-11-18",
        ]
    );
}

#[test]
fn what_may_not_be_seen_is_a_doubt_and_never_a_zero() {
    let measured = measured(vec![class("StandardStorage", &[(18, 10.0)])]);
    let mut listed = listed(&[("prod/a", 10, "2026-10-01T00:00:00Z")]);
    let denied = || "s3:ListBucketVersions".to_owned();
    listed.old_versions = Known::Denied { action: denied() };
    listed.extent = Extent::Cut;
    let difference = Difference::of(&measured, &listed).unwrap();
    assert_eq!(
        difference.sentences(),
        [
            "CloudWatch (as of 2026-11-18) and the listing agree",
            "old versions: not allowed: needs s3:ListBucketVersions",
            "the listing was ended before its end",
        ]
    );
}

#[test]
fn a_difference_to_figures_of_long_ago_admits_what_it_does_not_know() {
    let doubts = |newest: u32| {
        let measured = measured(vec![class("StandardStorage", &[(newest, 10.0)])]);
        let listed = listed(&[("prod/a", 70, "2026-11-02T00:00:00Z")]);
        Difference::of(&measured, &listed).unwrap().doubts
    };
    assert!(doubts(18).is_empty());
    assert_eq!(doubts(1), ["of what was stored since, only the last ten days are known"]);
}

#[test]
fn a_jump_is_laid_to_an_upload_that_began_then_and_is_most_of_it() {
    let jump = |by: f64| Jump {
        change: Change { from: Point::new(day(9), 1000.0), to: Point::new(day(10), 1000.0 + by) },
        usual: 3.0,
    };
    let mut listed = listed(&[]);
    listed.uploads =
        Known::Told(vec![upload("2026-11-02T10:00:00Z", 900), upload("2026-11-09T10:00:00Z", 900)]);
    assert_eq!(cause_of(&jump(1000.0), &listed).unwrap().begun, at("2026-11-09T10:00:00Z"));
    assert_eq!(cause_of(&jump(5000.0), &listed), None);
    assert_eq!(cause_of(&jump(-1000.0), &listed), None);
    assert_eq!(
        jump_sentence(&jump(1000.0), Some(&listed)),
        "the bucket grew by 1000 B between 2026-11-09 and 2026-11-10: the upload of archive/x.tar began on 2026-11-09 and was never completed"
    );
    assert_eq!(
        jump_sentence(&jump(-10.0), None),
        "the bucket shrank by 10 B between 2026-11-09 and 2026-11-10"
    );
}

#[test]
fn of_each_day_the_last_whole_listing_is_kept_for_fifteen_months() {
    let mut recordings = Recordings::default();
    let mut one = listed(&[("prod/a", 10, "2026-10-01T00:00:00Z")]);
    recordings = recordings.with(&one);
    one.at = at("2026-11-20T18:00:00Z");
    one.whole.bytes = ByteSize(12);
    recordings = recordings.with(&one);
    assert_eq!(recordings.bytes().points(), [Point::new(day(20), 12.0)]);
    assert_eq!(recordings.bytes_of(&one.shares[0].0).points(), [Point::new(day(20), 10.0)]);
    one.extent = Extent::Cut;
    one.at = at("2026-11-21T18:00:00Z");
    recordings = recordings.with(&one);
    assert_eq!(recordings.bytes().points().len(), 1);
    one.extent = Extent::Whole;
    for days in 0..500 {
        one.at = day(1).saturating_add(SignedDuration::from_hours(24 * days)).unwrap();
        recordings = recordings.with(&one);
    }
    assert_eq!(recordings.objects().points().len(), 460);
    let text = serde_json::to_string(&recordings).unwrap();
    assert_eq!(serde_json::from_str::<Recordings>(&text).unwrap(), recordings);
}
