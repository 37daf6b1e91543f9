//! The `CronJob` of a backup set, changed from the Backups tab: shown before, asked for, done, written down.

use std::fs;

use super::harness::Console;
use super::{LARGE, SMALL};
use crate::harness::Rehearsal;

/// A console on dev's only set, which has been seen whole.
async fn opened(size: (u16, u16)) -> (Rehearsal, Console) {
    let rehearsal = Rehearsal::start().await;
    let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, size);
    console.press("<F2>:backups dev<enter>");
    let is_seen = |screen: &str| screen.contains("dev/ingest") && !screen.contains("looking");
    console.wait_until("dev answered", is_seen).await;
    (rehearsal, console)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_shown_before_it_is_changed_and_its_verification_follows() {
    for size in [SMALL, LARGE] {
        let (rehearsal, mut console) = opened(size).await;
        console.press("p");
        let screen = console.wait_for("next runs").await;
        assert!(screen.contains("schedule: 0 0 * * *"), "{screen}");
        console.press("<ctrl-u>0 25 * * *");
        console.wait_for("hour: 25 is not within 0 to 23").await;
        console.press("<ctrl-u>15 3 * * *");
        console.wait_for("Sat 2026-11-21 03:15 · Sun 2026-11-22 03:15").await;
        console.press("<enter>");
        let screen = console.wait_for("`0 0 * * *` becomes `15 3 * * *`").await;
        for told in [
            "Helm's release `mongo` undoes this",
            "helm -n default get values mongo --all",
            "keep the distance: `45 3 * * *`",
            "Reschedule both",
        ] {
            assert!(screen.contains(told), "{told}\n{screen}");
        }
        console.press("<tab><tab><enter>");
        console.wait_for("from now on").await;
        console.press(":cj dev<enter>");
        let both = |screen: &str| screen.contains("15 3 * * *") && screen.contains("45 3 * * *");
        console.wait_until("both moved", both).await;
        let app = console.quit().await;
        assert!(app.rescheduling.is_none());
        let lines = fs::read_to_string(rehearsal.settings.folders.state.join("actions.jsonl"));
        let lines = lines.unwrap();
        assert_eq!(lines.lines().count(), 2, "{lines}");
        assert!(lines.contains(r#""from":"0 0 * * *","to":"15 3 * * *""#), "{lines}");
        assert!(lines.contains(r#""from":"30 0 * * *","to":"45 3 * * *""#), "{lines}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_is_suspended_resumed_and_run_now() {
    let (_rehearsal, mut console) = opened(LARGE).await;
    let is_suspended =
        |screen: &str| screen.contains("the CronJob default/ingest-backup is suspended");
    for (key, asked, answered, suspends) in [
        ("s", "Suspend CronJob in dev", "ingest-backup is suspended", true),
        ("s", "Resume CronJob in dev", "runs by its schedule again", false),
        ("t", "Run CronJob now in dev", "job ingest-backup-manual-", false),
    ] {
        console.press(key);
        console.wait_for(asked).await;
        console.press("<tab><enter>");
        console.wait_for(answered).await;
        let is_seen = |screen: &str| is_suspended(screen) == suspends;
        console.wait_until("it was looked at again", is_seen).await;
    }
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_only_stays_as_it_is_and_a_set_without_a_cronjob_says_so() {
    let rehearsal = Rehearsal::start().await;
    let mut settings = rehearsal.settings.clone();
    for environment in &mut settings.environments {
        environment.writable = false;
    }
    let mut console = Console::open(settings, rehearsal.clock, LARGE);
    console.press("<F2>:backups dev<enter>");
    let is_seen = |screen: &str| screen.contains("dev/ingest") && !screen.contains("looking");
    console.wait_until("dev answered", is_seen).await;
    for key in ["p", "s", "t"] {
        console.press(key);
        console.wait_for("dev is read-only").await;
        console.press("<ctrl-l>");
    }
    console.press(":backups research<enter>");
    console.wait_for("/research/").await;
    console.press("t");
    console.wait_for("names no `cronjob`").await;
    console.quit().await;
}
