//! What the world's bucket holds and costs, against the world's own truth.

mod visit;

use jiff::SignedDuration;
use lifeboat::app::fetched::Answer;
use lifeboat::demo::cloudwatch::{CloudWatchFault, Day, Ledger};
use lifeboat::demo::s3::S3Fault;
use lifeboat::demo::truth::{ABANDONED, FORMER, LATE, MISSED_PARTS, UNMEASURED};
use lifeboat::domain::failure::FailureKind;
use lifeboat::domain::metrics::alarm::AlarmState;
use lifeboat::domain::metrics::difference::{Cause, Difference, cause_of};
use lifeboat::domain::metrics::range::Range;
use lifeboat::domain::series::Window;
use lifeboat::domain::severity::Severity;
use lifeboat::domain::units::ByteSize;
use lifeboat::runtime::clock::Clock;
use lifeboat::runtime::usage::{Freshness, Part};

use visit::{DAY, Visit, exact};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn measured_figures_equal_the_truth_to_the_byte_and_what_is_missing_is_a_gap() {
    let visit = Visit::start().await;
    let told = visit.look().await;
    let measured = told.measured();
    let expected = |value: fn(&Day) -> u64| {
        let mut days: Vec<u16> = Ledger::measured().collect();
        days.reverse();
        let points =
            days.into_iter().map(|days| (visit.midnight(days), value(&visit.truth().day(days))));
        points.filter(|(_, value)| *value > 0).collect::<Vec<_>>()
    };
    let class = |key: &str| {
        let found = measured.classes.iter().find(|class| class.class.key() == key);
        exact(&found.unwrap().bytes)
    };
    assert_eq!(class("StandardStorage"), expected(|day| day.standard));
    assert_eq!(class(FORMER.class), expected(|day| day.former));
    assert_eq!(exact(&measured.objects), expected(|day| day.objects));
    assert_eq!(measured.classes.len(), 2, "an absent class is none");
    assert!(measured.unseen.is_empty(), "{:?}", measured.unseen);
    assert_eq!(measured.as_of(), Some(visit.midnight(LATE)));
    assert_eq!(measured.region, "us-east-1");
    let total = measured.total();
    for days in UNMEASURED {
        assert_eq!(total.near(visit.midnight(days)), None);
    }
    assert_eq!(total.points().len(), Ledger::measured().count());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_difference_to_the_listing_is_explained_to_the_byte() {
    let visit = Visit::start().await;
    let told = visit.look().await;
    let (measured, listed) = (told.measured(), told.listed());
    let population = visit.world.population();
    let sizes = population.objects().iter().map(|object| population.size(object.recipe));
    assert_eq!(listed.whole.bytes.bytes(), sizes.sum::<u64>());
    assert_eq!(listed.whole.objects, population.objects().len() as u64);
    let shares: u64 = listed.shares.iter().map(|(_, figures)| figures.bytes.bytes()).sum();
    assert_eq!(shares, listed.whole.bytes.bytes());
    assert_eq!(listed.elsewhere.objects, 0);
    let abandoned = ABANDONED.part * ABANDONED.parts as u64 + ABANDONED.last;
    let missed: u64 = MISSED_PARTS.iter().sum();
    let difference = Difference::of(measured, listed).unwrap();
    let part = |cause| difference.parts.iter().find(|part| part.cause == cause).unwrap();
    assert_eq!(part(Cause::Uploads).bytes.unsigned_abs(), abandoned + missed);
    let as_of = visit.midnight(LATE);
    let stored = population.objects().iter().filter(|it| it.last_modified >= as_of);
    let stored: u64 = stored.map(|object| population.size(object.recipe)).sum();
    assert_eq!(part(Cause::StoredSince).bytes.unsigned_abs(), stored);
    let now = visit.clock.now();
    let removed = population
        .lives(10)
        .into_iter()
        .filter(|life| life.is_there(as_of) && life.expires.is_some_and(|expires| expires <= now));
    let removed: u64 = removed.map(|life| life.size).sum();
    assert_eq!(u64::try_from(difference.rest).unwrap(), removed);
    assert!(removed > 0, "what expires is part of the story");
    let sentences = difference.sentences();
    assert!(sentences[0].contains("more than the listing"), "{sentences:?}");
    assert!(sentences.iter().any(|it| it.contains("that nobody completed")), "{sentences:?}");
    assert!(sentences.iter().any(|it| it.contains("perhaps removed since")), "{sentences:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_jump_is_seen_and_so_is_the_upload_that_made_it() {
    let visit = Visit::start().await;
    let told = visit.look().await;
    let total = told.measured().total();
    let within = Window::before(visit.clock.now(), Range::NinetyDays.length());
    let jumps = total.within(within).jumps();
    assert_eq!(jumps.len(), 1, "{jumps:?}");
    assert_eq!(jumps[0].change.to.at, visit.midnight(ABANDONED.days_ago - 1));
    let upload = cause_of(&jumps[0], told.listed()).unwrap();
    assert!(upload.key.starts_with("archive/"), "{upload:?}");
    assert_eq!(upload.parts.unwrap().objects, ABANDONED.parts as u64 + 1);
    let all = total.jumps();
    let drop = all.iter().find(|jump| jump.change.by() < 0.0).unwrap();
    assert_eq!(drop.change.to.at, visit.midnight(FORMER.days_ago));
    assert!(drop.change.by().abs() > FORMER.bytes as f64 * 0.9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_look_while_figures_are_young_asks_nobody() {
    let visit = Visit::start().await;
    let first = visit.look().await;
    let alarms = visit.parts(async |usage, tell| usage.alarms(Freshness::Kept, tell).await).await;
    visit.panels(Range::TwoWeeks).await;
    let asked = visit.asked();
    assert!(asked.0 > 0 && asked.1 > 0, "{asked:?}");
    let second = visit.look().await;
    assert_eq!((&first.measured, &first.listed), (&second.measured, &second.listed));
    let again = visit.parts(async |usage, tell| usage.alarms(Freshness::Kept, tell).await).await;
    assert_eq!(alarms, again);
    visit.panels(Range::TwoWeeks).await;
    assert_eq!(visit.asked(), asked);
    visit.world.storage_faults()[0].switch_on(S3Fault::Forbidden { operation: "ListObjectsV2" });
    let anew = visit.look_at("ingest-db-backup", Freshness::Anew).await;
    assert!(visit.world.cloudwatch().requests() > asked.0);
    assert!(anew.listed.unwrap().unwrap_err().what.contains("access denied"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_past_its_time_is_told_at_once_and_asked_again() {
    let mut visit = Visit::start().await;
    visit.look().await;
    let asked = visit.asked();
    visit.clock = Clock::starting_at(visit.clock.now() + SignedDuration::from_hours(7));
    assert_eq!(visit.ages("ingest-db-backup").await, [Some(7), Some(0), Some(7), Some(0)]);
    assert!(visit.asked().0 > asked.0 && visit.asked().1 > asked.1);
    assert_eq!(visit.ages("ingest-db-backup").await, [Some(0), Some(0)], "it is young again");
    // The next day nobody answers: what is known is told all the same.
    visit.clock = Clock::starting_at(visit.clock.now() + SignedDuration::from_hours(20));
    visit.world.cloudwatch().faults().switch_on(CloudWatchFault::Denied);
    assert_eq!(visit.ages("ingest-db-backup").await, [Some(20), None, Some(20), Some(0)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_not_whole_is_asked_for_again_soon() {
    let mut visit = Visit::start().await;
    visit.world.cloudwatch().faults().switch_on(CloudWatchFault::Partial);
    assert!(!visit.look().await.measured().unseen.is_empty());
    visit.world.cloudwatch().faults().clear();
    assert!(!visit.look().await.measured().unseen.is_empty(), "not at every look");
    visit.clock = Clock::starting_at(visit.clock.now() + SignedDuration::from_mins(6));
    assert!(visit.look().await.measured().unseen.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_refusal_is_a_sentence_and_leaves_everything_else() {
    let visit = Visit::start().await;
    for (fault, says, advises) in [
        (
            CloudWatchFault::Denied,
            "access denied (AccessDenied)",
            "allow cloudwatch:GetMetricData?",
        ),
        (CloudWatchFault::Expired, "the login has expired (ExpiredToken)", "check the keys"),
        (CloudWatchFault::Throttled, "CloudWatch takes no more requests now", "look again"),
        (
            CloudWatchFault::Forbidden { operation: "GetMetricData" },
            "access denied (AccessDenied)",
            "allow cloudwatch:GetMetricData?",
        ),
    ] {
        visit.world.cloudwatch().faults().switch_on(fault);
        let told = visit.look_at("ingest-db-backup", Freshness::Anew).await;
        let failure = told.failure();
        assert!(failure.what.contains(says), "{fault:?}: {failure}");
        assert!(failure.what.starts_with("asking CloudWatch about s3://"), "{failure}");
        assert!(failure.advice.as_ref().unwrap().contains(advises), "{fault:?}: {failure}");
        assert!(told.listed().whole.objects > 200);
        visit.world.cloudwatch().faults().clear();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_result_of_many_that_is_forbidden_and_points_that_are_held_back_are_named() {
    let visit = Visit::start().await;
    visit.world.cloudwatch().faults().switch_on(CloudWatchFault::Partial);
    let told = visit.look().await;
    let measured = told.measured();
    assert!(measured.objects.is_empty());
    let why: Vec<_> = measured.unseen.iter().map(ToString::to_string).collect();
    let objects = why.iter().find(|it| it.contains("the number of objects")).unwrap();
    assert!(objects.contains("access denied") && objects.contains("cloudwatch:GetMetricData"));
    let bytes = why.iter().find(|it| it.contains("the bytes of Standard:")).unwrap();
    assert!(bytes.contains("only a part of the points came"), "{bytes}");
    assert!(!measured.total().is_empty());
    let difference = Difference::of(measured, told.listed()).unwrap();
    assert!(difference.doubts.iter().any(|it| it.contains("did not tell everything")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_region_and_a_wrong_key_are_told_apart() {
    let mut visit = Visit::start().await;
    // The bucket does not say where it is, and the storage says it wrongly.
    visit.world.storage_faults()[0].switch_on(S3Fault::Forbidden { operation: "HeadBucket" });
    visit.settings.storages[0].region = Some("eu-west-1".to_owned());
    let told = visit.look().await;
    let failure = told.failure();
    assert_eq!(failure.kind, FailureKind::Missing);
    assert!(
        failure.what.ends_with("CloudWatch in eu-west-1 does not know the bucket"),
        "{failure}"
    );
    assert!(failure.advice.as_ref().unwrap().contains("another region"));
    assert!(told.listed().whole.objects > 200);
    visit.settings.storages[0].keys = Some(("somebody".to_owned(), "else".into()));
    let told = visit.look().await;
    assert!(told.failure().what.contains("the keys are not accepted"), "{}", told.failure());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alarms_about_the_bucket_come_first_with_state_since_and_reason() {
    let visit = Visit::start().await;
    let parts = visit.parts(async |usage, tell| usage.alarms(Freshness::Kept, tell).await).await;
    let [Part::Alarms { storage, alarms: Answer::Newest { value: alarms, .. } }] = parts.as_slice()
    else {
        panic!("{parts:?}");
    };
    assert_eq!(storage.0, "world", "the other storage has no CloudWatch");
    let names: Vec<_> = alarms.iter().map(|alarm| alarm.name.as_str()).collect();
    let expected =
        ["ingest-backups", "ingest-db-backup-size", "web-disk", "web-cpu", "ingest-notify-errors"];
    assert_eq!(names, expected);
    let size = &alarms[1];
    assert_eq!(size.state, AlarmState::Alarm);
    assert_eq!(size.touches[0].name, "ingest-db-backup");
    assert!(size.since.unwrap() > visit.midnight(ABANDONED.days_ago));
    assert!(size.about.contains("BucketName=ingest-db-backup"), "{}", size.about);
    assert!(size.reason.starts_with("Threshold Crossed"));
    let forbidden = CloudWatchFault::Forbidden { operation: "DescribeAlarms" };
    visit.world.cloudwatch().faults().switch_on(forbidden);
    let parts = visit.parts(async |usage, tell| usage.alarms(Freshness::Anew, tell).await).await;
    let [Part::Alarms { alarms: Answer::Before { value, .. }, .. }, failed] = parts.as_slice()
    else {
        panic!("{parts:?}");
    };
    assert_eq!(value, alarms, "they are there until it is known that nobody tells newer ones");
    let Part::Alarms { alarms: Answer::Failed(failure), .. } = failed else {
        panic!("{failed:?}");
    };
    assert!(failure.advice.as_ref().unwrap().contains("cloudwatch:DescribeAlarms"), "{failure}");
    assert!(visit.look().await.measured.unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panels_show_each_thing_that_fits_and_judge_its_values() {
    let mut visit = Visit::start().await;
    visit.settings.panels[3].metric = "FreeStorage".to_owned();
    for range in Range::ALL {
        let panels = visit.panels(range).await;
        let cpu = panels["EC2 CPU"].as_ref().unwrap();
        assert_eq!((cpu.series.len(), cpu.more), (2, 0), "{range:?}");
        assert!(cpu.series[0].0.starts_with("i-0c5e"));
        let expected = range.length().as_secs() / range.step().as_secs();
        let points = cpu.series[0].1.points().len() as u64;
        assert!(points >= expected && points <= expected + 48, "{range:?}: {points}");
        assert_eq!(cpu.series[0].1.missing(), 0);
    }
    let panels = visit.panels(Range::TwoWeeks).await;
    let disk = &panels["disk of the web server"].as_ref().unwrap().series[0].1;
    let judge = visit.settings.panels[1].thresholds;
    assert_eq!(judge.judge(disk.last().unwrap().value), Severity::Warning);
    let errors = &panels["errors of ingest-notify"].as_ref().unwrap().series[0].1;
    assert!(errors.extent().unwrap().1 > 1.0, "an outburst three days ago");
    let unknown = panels["free space of ingest-reports"].as_ref().unwrap_err();
    assert!(unknown.what.contains("there are no points of the last two weeks"), "{unknown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_measures_each_listing_is_a_point_of_its_day() {
    let visit = Visit::at("2026-11-19T09:30:00Z").await;
    let told = visit.look_at("research-media", Freshness::Kept).await;
    assert!(told.measured.is_none());
    let listed = told.listed();
    assert_eq!(listed.whole.objects, 1_351);
    assert!(listed.old_versions.told().is_none(), "that storage does not list versions");
    let recorded = told.recordings.as_ref().unwrap();
    assert_eq!(exact(&recorded.bytes()), [(visit.midnight(0), listed.whole.bytes.bytes())]);
    // The next day another visit, to the same folders.
    let mut next = Visit::at(DAY).await;
    next.settings.folders = visit.settings.folders.clone();
    assert!(next.usage().record(&|_| true).await.is_empty());
    let told = next.look_at("research-dumps", Freshness::Kept).await;
    let media = next.look_at("research-media", Freshness::Kept).await.recordings.unwrap();
    assert_eq!(media.bytes().points().len(), 2);
    let share = &next.bucket("research-media").shares[0];
    assert_eq!(media.bytes_of(share), media.bytes());
    assert_eq!(told.recordings.unwrap().objects().points().len(), 1);
    let shares: u64 =
        told.listed.unwrap().unwrap().value.shares.iter().map(|it| it.1.objects).sum();
    assert_eq!(shares, 28 + 28 + 24 + 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_newest_figures_cost_is_estimated_by_class() {
    let visit = Visit::start().await;
    let told = visit.look().await;
    let newest = told.measured().newest();
    assert_eq!(newest.len(), 1, "the former class costs nothing any more");
    let bytes = visit.truth().day(LATE).standard;
    assert_eq!(newest[0].1, ByteSize(bytes));
    let estimate = visit.settings.prices.estimate(&newest);
    let expected = bytes as f64 / (1_u64 << 30) as f64 * 0.023;
    assert!((estimate.total - expected).abs() < 1e-9);
    assert!(estimate.sentence().contains("a month at the prices of"), "{}", estimate.sentence());
}
