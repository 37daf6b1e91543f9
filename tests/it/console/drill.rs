//! The Drill tab on the embedded world: keys as text, from the pick to the record.

use lifeboat::demo::fault::Fault;
use lifeboat::domain::settings::Depth;
use lifeboat::domain::verdict::Verdict;
use lifeboat::drill::event::Step;
use lifeboat::drill::record::Record;
use lifeboat::runtime::choose::Wanted;
use lifeboat::runtime::runs::{Run, RunFile};

use crate::harness::Rehearsal;

use super::harness::Console;
use super::{LARGE, SMALL};

/// A console on the tab, whose backups are listed.
async fn opened(size: (u16, u16)) -> (Rehearsal, Console) {
    let rehearsal = Rehearsal::start().await;
    let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, size);
    console.press("<F4>");
    console.wait_for("Odds").await;
    (rehearsal, console)
}

fn records(rehearsal: &Rehearsal) -> Vec<Record> {
    rehearsal.journal().read().unwrap().records().cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keys_lead_to_a_proven_drill_and_a_clean_machine() {
    let (rehearsal, mut console) = opened(SMALL).await;
    console.press("<enter>");
    console.wait_for("starts by itself").await;
    console.wait_for("is proven").await;
    let screen = console.wait_for("the restored copy goes in").await;
    assert!(screen.contains("biomaterial") && screen.contains("production"), "{screen}");
    console.press("<ctrl-x>");
    console.wait_for("nothing left").await;
    console.quit().await;
    rehearsal.assert_clean();
    let records = records(&rehearsal);
    assert!(records.len() == 1 && records[0].is_proof());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_rehearsed_is_named_on_a_small_screen_below_all_odds() {
    let (_rehearsal, mut console) = opened(SMALL).await;
    let screen = console.wait_for("wrong-bytes").await;
    for text in ["`:train NAME`", "source-unreachable", "prod, over 30 days", "○ missed"] {
        assert!(screen.contains(text), "{text}:\n{screen}");
    }
    console.press(":train refused<enter>");
    let screen = console.wait_for("◆ refused").await;
    assert!(screen.contains("wrong-bytes: `:train NAME`"), "{screen}");
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_goes_on_while_one_is_elsewhere_and_the_header_tells() {
    let (rehearsal, mut console) = opened(LARGE).await;
    rehearsal.world.inject(Fault::Slow);
    console.press("<enter>");
    console.wait_for("starts by itself").await;
    console.press("<enter>");
    console.wait_for("Log").await;
    console.press("<F1>");
    console
        .wait_until("elsewhere", |screen| {
            screen.contains("mongo-0") && screen.contains("drill prod · ")
        })
        .await;
    console.press("<ctrl-c>");
    console.wait_for("Quit during the drill").await;
    console.press("<esc><F4><ctrl-x>");
    let screen = console.wait_for("Cancel the drill in prod").await;
    assert!(screen.contains("[ Let it run ]"), "{screen}");
    console.press("<tab><enter>");
    console.wait_for("CANCELLED").await;
    console.wait_for("removed, nothing left").await;
    console.quit().await;
    rehearsal.assert_clean();
    assert!(records(&rehearsal)[0].cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn quitting_in_hold_cleans_up_before_the_end() {
    let (rehearsal, mut console) = opened(SMALL).await;
    console.press("<enter>");
    console.wait_for("starts by itself").await;
    console.press("<enter>");
    console.wait_for("the restored copy goes in").await;
    console.press("<ctrl-c>");
    console.wait_for("Quit during the drill").await;
    console.press("<tab><enter>");
    console.ended().await;
    rehearsal.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_does_not_answer_blocks_before_anything_is_downloaded() {
    let rehearsal = Rehearsal::start().await;
    let mut settings = rehearsal.settings.clone();
    settings.container_engine =
        lifeboat::domain::settings::ContainerEngine::At("tcp://127.0.0.1:9".to_owned());
    let mut console = Console::open(settings, rehearsal.clock, LARGE);
    console.press("<F4>");
    console.wait_for("1 in ").await;
    console.press("<enter>");
    let screen = console.wait_for("cannot be drilled so").await;
    assert!(screen.contains("✘ engine"), "{screen}");
    console.press("<esc>");
    console.wait_for("Odds").await;
    console.quit().await;
    assert!(records(&rehearsal).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn history_shows_the_spreadsheet_and_the_new_record_and_opens_it() {
    let (rehearsal, mut console) = opened(LARGE).await;
    console.press("j<left><left>");
    console.wait_for("quick").await;
    console.press("<enter>");
    console.wait_for("starts by itself").await;
    console.press("<enter>");
    console.wait_for("is intact").await;
    console.wait_for("nothing left").await;
    console.press(":history prod<enter>");
    console
        .wait_until("both told", |screen| {
            screen.contains("imported") && screen.contains("PASS") && screen.contains("due in")
        })
        .await;
    console.press("<enter>");
    console.wait_for("result").await;
    console.press("i");
    console.wait_for("note:").await;
    console.press("looks fine<enter>");
    console.wait_for("noted in the record").await;
    console.press("e");
    console.wait_for("Rules").await;
    console.press("<esc>w");
    console.wait_for("saved").await;
    console.quit().await;
    let reading = rehearsal.journal().read().unwrap();
    assert!(
        reading.entries.iter().any(|entry| entry.notes.iter().any(|it| it.text == "looks fine"))
    );
    rehearsal.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_ends_in_its_verdict_with_a_reason_and_a_clean_machine() {
    for (fault, word, reason) in [
        (Fault::CutDump, "FAIL", "A1"),
        (Fault::OtherEnvironment, "FAIL", "B0"),
        (Fault::DiskFull, "COULD NOT VERIFY", "restore"),
        (Fault::Oom, "COULD NOT VERIFY", "memory"),
        (Fault::Refused, "FAIL", "A6"),
    ] {
        let rehearsal = Rehearsal::start().await;
        rehearsal.world.inject(fault);
        let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, LARGE);
        console.press("<F4>");
        console.wait_for("Odds").await;
        console.press("<enter>");
        console
            .wait_until("looked at", |screen| {
                screen.contains("starts by itself") || screen.contains("with a warning")
            })
            .await;
        console.press("<enter>");
        let screen = console
            .wait_until(&format!("{fault}: {word}"), |screen| {
                screen.lines().any(|line| line.starts_with(&format!(" {word}  ")))
            })
            .await;
        assert!(screen.contains(reason), "{fault}: {screen}");
        console.press("<ctrl-x>");
        console.wait_for("nothing left").await;
        console.quit().await;
        rehearsal.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_engine_that_went_away_has_left_is_removed_once_it_is_back_and_the_next_drill_begins()
 {
    let (rehearsal, mut console) = opened(LARGE).await;
    rehearsal.world.inject(Fault::EngineGone);
    console.press("<enter>");
    console.wait_for("starts by itself").await;
    console.press("<enter>");
    console.wait_for("clean-up FAILED").await;
    rehearsal.world.heal();
    console.press("<esc>");
    let screen = console.wait_for("Left behind by earlier drills").await;
    assert!(screen.contains("interrupted at clean up"), "{screen}");
    console.press("x");
    console.wait_for("nothing is left").await;
    rehearsal.assert_clean();
    console.press("<enter>");
    console.wait_for("starts by itself").await;
    console.press("<esc>");
    console.quit().await;
}

/// A run file of a drill of prod's newest backup, by a process that this machine does not have.
async fn interrupted(rehearsal: &Rehearsal) -> Run {
    let conclusion = rehearsal.drill_to(Depth::Quick, "prod", Wanted::Latest).await;
    let mut record = conclusion.record;
    record.depth = Depth::Compare;
    record.id = lifeboat::drill::plan::DrillId(ulid::Ulid::from_parts(1, 7));
    Run { process: "1:1:no boot".to_owned(), steps: vec![Step::Restore], ..Run::of(record) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_drill_is_refused_with_who_runs_the_other() {
    let rehearsal = Rehearsal::start().await;
    let run = interrupted(&rehearsal).await;
    let other = RunFile::begin(&rehearsal.settings.folders.state, run).unwrap();
    let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, LARGE);
    console.press("<F4>");
    console.wait_for("Odds").await;
    console.press("<enter>");
    let screen = console.wait_for("cannot be drilled so").await;
    assert!(screen.contains("✘ machine") && screen.contains("drills prod/"), "{screen}");
    other.finish().unwrap();
    console.press("<enter>");
    console.wait_for("starts by itself").await;
    console.press("<esc>");
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_drill_left_is_removed_or_drilled_again() {
    for key in ["x", "r"] {
        let rehearsal = Rehearsal::start().await;
        let run = interrupted(&rehearsal).await;
        drop(RunFile::begin(&rehearsal.settings.folders.state, run).unwrap());
        let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, LARGE);
        let screen = console.wait_for("Left behind by earlier drills").await;
        assert!(screen.contains("interrupted at restore"), "{screen}");
        console.press(key);
        if key == "r" {
            console.wait_for("starts by itself").await;
            console.press("<esc>");
        }
        console.wait_until("closed", |screen| !screen.contains("Left behind")).await;
        console.quit().await;
        let reading = rehearsal.journal().read().unwrap();
        let buried = reading.records().find(|record| record.id.0.timestamp_ms() == 1);
        assert_eq!(buried.unwrap().verdict, Verdict::CouldNotVerify, "after `{key}`");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_does_not_answer_is_told_before_and_is_no_proof_after() {
    let rehearsal = Rehearsal::start().await;
    rehearsal.world.inject(Fault::SourceUnreachable);
    let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, LARGE);
    console.press("<F4>");
    console.wait_for("Odds").await;
    console.press("<enter>");
    let screen = console.wait_for("with a warning").await;
    assert!(screen.contains("! source"), "{screen}");
    console.press("<enter>");
    let first =
        console.wait_until("compared", |screen| screen.contains("drill prod · compare")).await;
    console.wait_until("something moved", |screen| *screen != first).await;
    // Its client gives up after half a minute.
    console.wait_at_most(std::time::Duration::from_mins(1), " COULD NOT VERIFY  ").await;
    console.press("<ctrl-x>");
    console.wait_for("nothing left").await;
    console.quit().await;
    rehearsal.assert_clean();
}
