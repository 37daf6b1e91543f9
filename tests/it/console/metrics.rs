//! The Metrics tab on the embedded world: its jump, its gap and its leftover, seen and explained.

use std::time::{Duration, Instant};

use lifeboat::demo::cloudwatch::CloudWatchFault;
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

#[tokio::test(flavor = "multi_thread")]
async fn what_cloudwatch_refuses_is_a_sentence_and_the_listing_is_there() {
    for (fault, said) in [
        (CloudWatchFault::Denied, "cloudwatch:GetMetricData"),
        (CloudWatchFault::Expired, "ExpiredToken"),
        (CloudWatchFault::Throttled, "Throttl"),
    ] {
        let rehearsal = Rehearsal::start().await;
        rehearsal.world.cloudwatch().faults().switch_on(fault);
        let mut console = open(&rehearsal, LARGE);
        console.press("<F3>");
        let is_said = |screen: &str| screen.contains(said) && screen.contains("listed ");
        console.wait_until(said, is_said).await;
        console.quit().await;
    }
}
