//! The console on the embedded world: the real loop, the real adapters, keys as text.

mod drill;
mod harness;
mod keys;
mod metrics;

use std::time::Duration;

use lifeboat::demo::fault::Fault;
use lifeboat::demo::kubernetes::ApiFault;
use lifeboat::demo::population::Tier;

use crate::harness::Rehearsal;
use harness::Console;

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (200, 50);

async fn opened(size: (u16, u16)) -> (Rehearsal, Console) {
    let rehearsal = Rehearsal::start().await;
    let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, size);
    console.wait_until("live everywhere", |screen| screen.matches("● live").count() == 3).await;
    (rehearsal, console)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_environments_stand_in_one_table_with_kubectls_own_words() {
    let (rehearsal, mut console) = opened((200, 170)).await;
    let screen = console.wait_until("all pods", |screen| screen.contains("CrashLoopBackOff")).await;
    for environment in ["dev", "staging", "prod"] {
        assert!(screen.contains(environment), "{screen}");
    }
    // The truth is data of the world; the table got there over the API.
    let mut missing = Vec::new();
    for expected in rehearsal.world.cluster(Tier::Prod).expected() {
        if ["default", "kube-system"].contains(&&*expected.namespace) {
            let row = screen.lines().find(|line| line.contains(&*expected.name));
            let is_there = row.is_some_and(|row| row.contains(&*expected.ready));
            if !is_there {
                missing.push(format!("{expected:?} in {row:?}"));
            }
        }
    }
    assert!(missing.len() <= 2, "{missing:#?}\n{screen}");
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_narrows_the_table_and_escape_widens_it() {
    let (_rehearsal, mut console) = opened(SMALL).await;
    console.press("/mongo");
    let screen = console.wait_until("filtered", |screen| screen.contains("/mongo")).await;
    assert!(!screen.contains("coredns"), "{screen}");
    console.press("<enter><esc>");
    console.wait_until("all again", |screen| !screen.contains("/mongo")).await;
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_cannot_be_read_says_why_and_hides_nothing() {
    let (_rehearsal, mut console) = opened(LARGE).await;
    console.press("/mongo(");
    let screen = console.wait_for("not a regular expression").await;
    assert!(screen.contains("coredns") || screen.contains("ingest-core"), "{screen}");
    console.press("<esc>");
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_opens_into_its_containers_logs_description_and_yaml() {
    let (_rehearsal, mut console) = opened(LARGE).await;
    console.press("/mongo-0<enter>");
    console.wait_until("one pod", |screen| screen.contains("/mongo-0")).await;
    console.press("<enter>");
    console.wait_for("PROBES").await;
    console.press("q");
    console.press("l");
    console.wait_for("following").await;
    console.press("qd");
    console.wait_for("describe").await;
    console.wait_for("Containers").await;
    console.press("qy");
    console.wait_for("apiVersion: v1").await;
    let screen = console.wait_for("managedFields").await;
    assert!(screen.contains("folded"), "{screen}");
    console.press("qe");
    console.wait_for("kubectl prints").await;
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_view_has_its_rows() {
    let (_rehearsal, mut console) = opened(LARGE).await;
    for (view, heading) in [
        ("workloads", "DRIFT"),
        ("cronjobs", "LAST SUCCESS"),
        ("jobs", "COMPLETIONS"),
        ("events", "LAST SEEN"),
        ("nodes", "VERSION"),
    ] {
        console.press(&format!(":{view}<enter>"));
        // Pods are live before the other kinds are listed.
        let has_rows = |screen: &str| screen.contains(heading) && !screen.contains("[0]");
        console.wait_until(view, has_rows).await;
    }
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_is_deleted_only_after_its_environment_has_been_typed() {
    let (rehearsal, mut console) = opened(LARGE).await;
    console.press(":pods prod /redis<enter>");
    console.wait_until("redis", |screen| screen.contains("/redis")).await;
    console.press("<ctrl-d>");
    console.wait_for("PRODUCTION ").await;
    console.press("<tab><enter>");
    console.wait_for("type `prod` to confirm").await;
    console.press("prod<enter>");
    console.wait_for("is being deleted").await;
    console.wait_for("UNLOCKED").await;
    console.quit().await;
    let lines = rehearsal.settings.folders.state.join("actions.jsonl");
    let text = std::fs::read_to_string(lines).unwrap();
    assert!(text.contains("\"delete-pod\"") && text.contains("prod"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_dead_and_one_refusing_cluster_leave_the_third_alone() {
    let rehearsal = Rehearsal::start().await;
    rehearsal.world.cluster(Tier::Dev).faults().switch_on(ApiFault::Hang);
    rehearsal.world.inject(Fault::Api401);
    let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, LARGE);
    let live = console.wait_until("prod live", |screen| screen.contains("● live"));
    tokio::time::timeout(Duration::from_secs(5), live).await.unwrap();
    console.wait_for("login expired").await;
    console.wait_for("unreachable").await;
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_is_there_at_once_the_next_time_and_marked() {
    let (rehearsal, console) = opened(LARGE).await;
    console.press(":nodes<enter>");
    console.quit().await;
    for tier in Tier::ALL {
        rehearsal.world.cluster(tier).faults().switch_on(ApiFault::Hang);
    }
    let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, LARGE);
    // The view of the last session.
    console.wait_for("Nodes").await;
    console.press(":pods<enter>");
    console.wait_for("mongo-0").await;
    console.wait_for("seen").await;
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_is_too_small_says_so() {
    let rehearsal = Rehearsal::start().await;
    let mut console = Console::open(rehearsal.settings.clone(), rehearsal.clock, (20, 5));
    console.wait_for("too small").await;
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_means_nothing_says_so_and_help_lists_those_that_do() {
    let (_rehearsal, mut console) = opened(SMALL).await;
    console.press("x");
    console.wait_for("`x` does nothing here").await;
    console.press("?");
    console.wait_for("Keys").await;
    console.press("/delete<enter>");
    let screen = console.wait_for("Keys /delete").await;
    assert!(screen.contains("ctrl-d"), "{screen}");
    console.press("<esc>");
    console.quit().await;
}
