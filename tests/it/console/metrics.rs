//! The Metrics tab on the embedded world: its jump, its gap and its leftover, seen and explained.

use std::time::{Duration, Instant};

use lifeboat::demo::cloudwatch::CloudWatchFault;
use lifeboat::demo::s3::S3Fault;
use lifeboat::domain::units::Count;

use crate::harness::Rehearsal;

use super::harness::Console;
use super::{LARGE, SMALL};

/// The world's newest point is of two days ago.
const NEWEST: &str = "as of 2026-11-18";

fn open(rehearsal: &Rehearsal, size: (u16, u16)) -> Console {
    Console::open(rehearsal.settings.clone(), rehearsal.clock, size)
}

#[tokio::test(flavor = "multi_thread")]
async fn jump_gap_and_leftover_are_seen_and_explained() {
    let rehearsal = Rehearsal::start().await;
    let mut console = open(&rehearsal, LARGE);
    console.press("<F3>");
    console.wait_for(NEWEST).await;
    console.press("3");
    let wanted = ["the bucket grew by", "not measured between", "more than the listing"];
    let is_said = |screen: &str| wanted.iter().all(|text| screen.contains(text));
    let screen = console.wait_until("explained", is_said).await;
    assert!(screen.contains("271 parts of uploads") && screen.contains("archive/"), "{screen}");
    assert!(
        screen.contains("48 h late") && screen.contains("a month at the prices of"),
        "{screen}"
    );
    console.press("e");
    console.wait_for("aws cloudwatch get-metric-data").await;
    console.press("<esc>v");
    let newest = rehearsal.world.cloudwatch().ledger().day(2);
    let exact = Count(newest.standard + newest.former).to_string();
    console.wait_for(&exact).await;
    console.press("v");
    console.wait_for("backups").await;
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_visit_paints_at_once_and_asks_nobody() {
    let rehearsal = Rehearsal::start().await;
    let mut console = open(&rehearsal, SMALL);
    console.press("<F3>");
    console
        .wait_until("complete", |screen| screen.contains(NEWEST) && !screen.contains("asking"))
        .await;
    console.quit().await;
    let asked = rehearsal.world.cloudwatch().requests();
    let mut console = open(&rehearsal, SMALL);
    console.wait_for("3 Metrics").await;
    #[expect(clippy::disallowed_methods, reason = "it is the wall clock that counts here")]
    let began = Instant::now();
    console.press("<F3>");
    console
        .wait_until("complete", |screen| screen.contains(NEWEST) && !screen.contains("asking"))
        .await;
    // A development build on a busy machine; a tenth of this is what is promised.
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(rehearsal.world.cloudwatch().requests(), asked);
    console.press("<ctrl-r>");
    let asking = async {
        while rehearsal.world.cloudwatch().requests() == asked {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asking).await.unwrap();
    console.quit().await;
}

/// What is said where words are broken at the ends of lines.
fn says(screen: &str, words: &str) -> bool {
    // On a wide screen the chart stands beside.
    let room = if screen.lines().any(|line| line.chars().count() > 80) { 70 } else { 80 };
    let lines: Vec<String> = screen.lines().map(|it| it.chars().take(room).collect()).collect();
    lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ").contains(words)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cloudwatch_refuses_is_a_sentence_and_the_listing_is_there() {
    for (fault, said) in [
        (CloudWatchFault::Denied, "access denied (AccessDenied); do the keys of the storage"),
        (CloudWatchFault::Expired, "the login has expired (ExpiredToken); check the keys"),
        (CloudWatchFault::Throttled, "takes no more requests now (Throttling); look again"),
    ] {
        for size in [SMALL, LARGE] {
            let rehearsal = Rehearsal::start().await;
            rehearsal.world.cloudwatch().faults().switch_on(fault);
            let mut console = open(&rehearsal, size);
            console.press("<F3>");
            let is_said = |screen: &str| says(screen, said) && screen.contains("listed ");
            let screen = console.wait_until(said, is_said).await;
            assert!(screen.contains("from listings of earlier visits"), "{screen}");
            console.wait_for("alarms not known").await;
            console.press("vv");
            console.wait_until("alarms", |screen| says(screen, said)).await;
            console.quit().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_login_each_place_says_so_and_the_other_storage_is_there() {
    let mut rehearsal = Rehearsal::start().await;
    let storage = &mut rehearsal.settings.storages[0];
    (storage.keys, storage.profile) = (None, Some("nobody-is-called-so".to_owned()));
    let mut console = open(&rehearsal, SMALL);
    console.press("<F3>");
    let is_said = |screen: &str| says(screen, "`aws sso login --profile nobody-is-called-so`");
    console.wait_until("how to log in", is_said).await;
    console.press("j");
    console.wait_for("85 objects").await;
    console.press("G");
    console.wait_until("how to log in", is_said).await;
    console.press("vv");
    console.wait_until("how to log in", is_said).await;
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_wrong_region_the_bucket_is_not_known_and_its_listing_is_there() {
    let mut rehearsal = Rehearsal::start().await;
    let bucket = rehearsal.world.storage_faults()[0];
    bucket.switch_on(S3Fault::Forbidden { operation: "HeadBucket" });
    rehearsal.settings.storages[0].region = Some("eu-west-1".to_owned());
    let mut console = open(&rehearsal, SMALL);
    console.press("<F3>");
    let words = "CloudWatch in eu-west-1 does not know the bucket; is it in another region";
    let is_said = |screen: &str| says(screen, words) && screen.contains("listed ");
    console.wait_until(words, is_said).await;
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_that_is_not_allowed_leaves_what_the_others_tell() {
    for operation in ["GetMetricData", "ListMetrics", "DescribeAlarms"] {
        let rehearsal = Rehearsal::start().await;
        let faults = rehearsal.world.cloudwatch().faults();
        faults.switch_on(CloudWatchFault::Forbidden { operation });
        let mut console = open(&rehearsal, LARGE);
        let words = format!("do the keys of the storage `world` allow cloudwatch:{operation}?");
        let is_said = |screen: &str| says(screen, &words);
        console.press("<F3>");
        match operation {
            "GetMetricData" => {
                console.wait_until(&words, is_said).await;
                console.wait_for("3 alarms on, 2 of ours").await;
            }
            "ListMetrics" => {
                console.wait_for(NEWEST).await;
                console.wait_for("3 alarms on, 2 of ours").await;
                console.press("/EC2 CPU<enter>");
                console.wait_until(&words, is_said).await;
                console.press("<esc>/Errors<enter>");
                console.wait_for("AWS/Lambda Errors, Sum").await;
                console.wait_for("critical").await;
            }
            _ => {
                console.wait_for(NEWEST).await;
                console.wait_for("alarms not known").await;
                console.press("vv");
                // There is nothing beside them.
                console.wait_for(&words).await;
            }
        }
        console.quit().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_result_of_many_that_is_held_back_is_named_and_the_others_are_there() {
    for (status, why) in [
        ("Forbidden", "access denied; do the keys of the storage `world` allow"),
        ("InternalError", "CloudWatch itself failed"),
        ("PartialData", "only a part of the points came"),
    ] {
        let rehearsal = Rehearsal::start().await;
        let faults = rehearsal.world.cloudwatch().faults();
        faults.switch_on(CloudWatchFault::Held { of: "NumberOfObjects", status });
        faults.switch_on(CloudWatchFault::Held { of: "i-0f84d2c7a61b09e35", status });
        let mut console = open(&rehearsal, LARGE);
        console.press("<F3>");
        let words = format!("the number of objects: {why}");
        let is_said = |screen: &str| says(screen, &words) && screen.contains(NEWEST);
        let screen = console.wait_until(&words, is_said).await;
        assert!(screen.contains("! in part"), "{screen}");
        console.press("/EC2 CPU<enter>");
        let words = format!("i-0f84d2c7a61b09e35: {why}");
        let is_said = |screen: &str| says(screen, &words) && screen.contains("i-0c5e1f2a9b3d47e61");
        console.wait_until(&words, is_said).await;
        console.quit().await;
    }
}
