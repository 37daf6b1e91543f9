//! The Backups tab on the embedded world: keys as text, from the table of sets to a scanned object.

use jiff::Timestamp;
use lifeboat::demo::s3::S3Fault;
use lifeboat::demo::truth::{Flaw, PLANTED};

use crate::harness::Rehearsal;

use super::harness::Console;
use super::{LARGE, SMALL};

/// A console on the tab, whose sets have all answered.
async fn opened(size: (u16, u16)) -> (Rehearsal, Console) {
    let rehearsal = Rehearsal::start().await;
    let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, size);
    console.press("<F2>");
    console.wait_until("all answered", is_answered).await;
    (rehearsal, console)
}

fn is_answered(screen: &str) -> bool {
    screen.contains("prod/ingest") && screen.contains("VERDICT") && !screen.contains("looking")
}

/// The run of so many nights ago.
fn night(rehearsal: &Rehearsal, days_ago: u16) -> String {
    let now = rehearsal.clock.now().as_second();
    let midnight = now - now.rem_euclid(86_400) - i64::from(days_ago) * 86_400;
    Timestamp::from_second(midnight).unwrap().strftime("%Y-%m-%d 00:00").to_string()
}

/// Goes to the calendar of production, and there to the run of so many nights ago.
async fn go(console: &mut Console, rehearsal: &Rehearsal, days_ago: u16) -> String {
    console.press("<F2>:backups prod<enter>");
    console
        .wait_until("prod alone", |screen| screen.contains("/prod/") && is_answered(screen))
        .await;
    console.press("v");
    console.press(&"<left>".repeat(usize::from(days_ago)));
    let at = format!(" {}  ", night(rehearsal, days_ago));
    console.wait_until("the run", |screen| screen.contains(&at)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_flaw_that_has_a_state_is_seen_in_the_calendar() {
    for size in [SMALL, LARGE] {
        let (rehearsal, mut console) = opened(size).await;
        let flawed = PLANTED.iter().filter_map(|it| Some((it, it.days_ago?)));
        for (planted, days_ago) in flawed {
            let screen = go(&mut console, &rehearsal, days_ago).await;
            let told = format!("{}: ", planted.slot);
            let line = screen.lines().find(|line| line.contains(&night(&rehearsal, days_ago)));
            assert!(line.unwrap().contains(&told), "{planted:?}:\n{screen}");
            console.press("<esc>");
        }
        console.press("<F2>:backups prod<enter>");
        let screen = console.wait_for("expires never").await;
        assert!(screen.contains("90 days written"), "{screen}");
        console.press("e/auto-delete<enter>n");
        console.wait_for("the tag auto-delete=true").await;
        console.quit().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_sets_stand_in_one_table_and_the_fourth_environment_is_well() {
    let (_rehearsal, mut console) = opened(LARGE).await;
    let screen = console.wait_for("research/media").await;
    for set in ["daily", "registry", "hourly", "archive", "media"] {
        let name = format!("research/{set}");
        let line = screen.lines().find(|line| line.contains(&name)).unwrap();
        assert!(line.contains("ok"), "{line}");
    }
    console.press("G");
    console.press("<enter>");
    console.wait_for("1 351 objects").await;
    // Names that tell the day alone are shown no time for.
    console.press("<esc>:backups research<enter>");
    console.wait_for("/research/").await;
    console.press("g<enter>");
    let screen = console.wait_for("pg_dumpall-2026-11-20.sql.gz").await;
    let line = screen.lines().find(|line| line.contains("pg_dumpall-2026-11-20.sql.gz")).unwrap();
    assert!(line.contains("  2026-11-20  ") && !line.contains("00:00"), "{line}");
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_scan_the_cut_dump_is_partial_and_its_record_is_kept() {
    let (rehearsal, mut console) = opened(LARGE).await;
    let planted = PLANTED.iter().find(|it| it.flaw == Flaw::KilledHalfWay).unwrap();
    let days_ago = planted.days_ago.unwrap();
    go(&mut console, &rehearsal, days_ago).await;
    console.press("s");
    console.wait_for("FAIL: ").await;
    let at = night(&rehearsal, days_ago);
    console
        .wait_until("partial", |screen| {
            screen.lines().any(|line| line.contains(&at) && line.contains("partial: "))
        })
        .await;
    console.press("<enter>");
    console.wait_for("at depth quick by").await;
    console.quit().await;
    assert_eq!(rehearsal.journal().read().unwrap().records().count(), 1);
    rehearsal.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_written_to_disk_once_and_never_over_another() {
    let (rehearsal, mut console) = opened(LARGE).await;
    let folder = tempfile::tempdir().unwrap();
    go(&mut console, &rehearsal, 1).await;
    for (what, told) in [("written", "written: "), ("refused", "nothing is overwritten")] {
        console.press("w");
        console.wait_until(what, |screen| screen.contains("write to the folder: ")).await;
        console.press(&format!("<ctrl-u>{}<enter>", folder.path().display()));
        console.wait_for(told).await;
    }
    console.quit().await;
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    assert_eq!(file.file_name(), "2026-11-19T00_00.tar.gz");
    assert!(file.metadata().unwrap().len() > 1_000_000);
}

/// All files of a folder, by name.
fn files(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut names: Vec<_> =
        entries.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_cancelled_leaves_no_half_file_and_goes_on_where_it_ended() {
    let (rehearsal, mut console) = opened(LARGE).await;
    let folder = tempfile::tempdir().unwrap();
    let [bucket, _] = rehearsal.world.storage_faults();
    bucket.switch_on(S3Fault::Slow { bytes_per_second: 1 << 20 });
    go(&mut console, &rehearsal, 1).await;
    console.press(&format!("w<ctrl-u>{}<enter>", folder.path().display()));
    let is_writing = |screen: &str| screen.contains(" write 2026-11-19") && screen.contains(" % ");
    console.wait_until("writing", is_writing).await;
    console.press("<ctrl-x>");
    console.wait_for("was cancelled; what has come stays beside it").await;
    let left = files(folder.path());
    assert!(!left.is_empty() && left.iter().all(|name| name != "2026-11-19T00_00.tar.gz"));
    bucket.clear();
    console.press("w<enter>");
    console.wait_for("written: ").await;
    assert_eq!(files(folder.path()), ["2026-11-19T00_00.tar.gz"]);
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quitting_ends_a_scan_and_leaves_nothing_of_it() {
    let (rehearsal, mut console) = opened(LARGE).await;
    let [bucket, _] = rehearsal.world.storage_faults();
    bucket.switch_on(S3Fault::Slow { bytes_per_second: 1 << 20 });
    go(&mut console, &rehearsal, 1).await;
    console.press("s");
    console
        .wait_until("scanning", |screen| {
            screen.contains(" scan 2026-11-19") && screen.contains(" % ")
        })
        .await;
    console.quit().await;
    rehearsal.assert_clean();
    let runs = rehearsal.settings.folders.state.join("runs");
    assert!(!runs.is_dir() || files(&runs).is_empty(), "{:?}", files(&runs));
    let reading = rehearsal.journal().read().unwrap();
    let records: Vec<_> = reading.records().collect();
    assert!(records.iter().all(|record| record.cancelled), "it came to no verdict");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_the_job_that_made_it_is_one_key_away_and_so_is_the_way_back() {
    for size in [SMALL, LARGE] {
        let (rehearsal, mut console) = opened(size).await;
        console.wait_until("live everywhere", |screen| screen.matches("● live").count() == 3).await;
        let calendar = go(&mut console, &rehearsal, 1).await;
        assert!(calendar.contains("› calendar"));
        console.press("l");
        let screen = console.wait_for("upload complete").await;
        assert!(screen.contains("Pods › ingest-backup-") && screen.contains("· logs"), "{screen}");
        console.press("-");
        let at = night(&rehearsal, 1);
        console
            .wait_until("back", |screen| screen.contains("› calendar") && screen.contains(&at))
            .await;
        console.press(&"<left>".repeat(40));
        console.press("l");
        console.wait_for("no Job is known of this run").await;
        console.quit().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_storage_says_of_each_objects_expiry_stands_beside_it() {
    let rehearsal = Rehearsal::start().await;
    let [bucket, _] = rehearsal.world.storage_faults();
    let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, LARGE);
    for (set, told, forbids) in
        [("prod", "never", false), ("staging", "2027-02-19", false), ("dev", "denied", true)]
    {
        console.press(&format!("<F2>:backups {set}<enter>"));
        let alone = format!("/{set}/");
        console
            .wait_until(set, |screen| screen.contains(&alone) && screen.contains("VERDICT"))
            .await;
        if forbids {
            bucket.switch_on(S3Fault::Forbidden { operation: "HeadObject" });
        }
        console.press("<enter>");
        let is_told = |screen: &str| {
            let newest = screen.lines().find(|line| line.contains("2026-11-20T00_00.tar.gz"));
            newest.is_some_and(|line| line.contains(told))
        };
        console.wait_until(told, is_told).await;
    }
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_handed_over_to_the_drill() {
    let (rehearsal, mut console) = opened(LARGE).await;
    go(&mut console, &rehearsal, 3).await;
    console.press("r");
    let screen = console.wait_for("Odds").await;
    assert!(screen.contains("2026-11-17T00_00.tar.gz"), "{screen}");
    console.press("<enter>");
    console.wait_for("picked by name").await;
    console.press("<esc>");
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_that_hangs_keeps_nobody_else_waiting_and_a_forbidden_one_names_the_action() {
    let rehearsal = Rehearsal::start().await;
    let [bucket, _] = rehearsal.world.storage_faults();
    bucket.switch_on(S3Fault::Hang);
    let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, LARGE);
    console.press("<F2>");
    let screen = console
        .wait_until("the others", |screen| {
            let ok = |line: &&str| line.contains("research/") && line.contains(" ok");
            screen.lines().filter(ok).count() >= 5
        })
        .await;
    let prod = screen.lines().find(|line| line.contains("prod/ingest")).unwrap();
    assert!(prod.contains("looking …"), "{prod}");
    bucket.clear();
    bucket.switch_on(S3Fault::Forbidden { operation: "ListObjectsV2" });
    console.press("<ctrl-r>");
    console.wait_until("refused", |screen| screen.matches("could not see").count() == 3).await;
    console.press("e");
    console.wait_for("s3:ListBucket").await;
    bucket.clear();
    console.press("<esc><ctrl-r>");
    console.wait_until("seen", |screen| !screen.contains("could not see")).await;
    console.quit().await;
}
