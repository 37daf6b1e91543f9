//! Keys and commands of the Pods tab on the embedded world, each as the table of keys has it.

use super::{LARGE, SMALL, opened};

#[tokio::test(flavor = "multi_thread")]
async fn a_favourite_namespace_shows_its_pods_and_the_others_come_back() {
    let (_rehearsal, mut console) = opened(LARGE).await;
    console.press("1");
    console
        .wait_until("only default", |screen| {
            screen.contains("only default")
                && screen.contains("mongo-0")
                && !screen.contains("coredns")
        })
        .await;
    console.press("2");
    let screen = console
        .wait_until("only kube-system", |screen| {
            screen.contains("only kube-system") && screen.contains("coredns")
        })
        .await;
    assert!(!screen.contains("mongo-0"), "{screen}");
    console.press("0");
    console.wait_for("all namespaces").await;
    console.press("0");
    let both = |screen: &str| screen.contains("coredns") && screen.contains("mongo-0");
    console.wait_until("both again", both).await;
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sorted_by_is_seen_however_narrow_the_screen_is() {
    let (_rehearsal, mut console) = opened(SMALL).await;
    for (key, heading) in [("R", "RESTARTS"), ("M", " MEM"), ("P", "NAMESPACE")] {
        console.press(key);
        console.wait_for(heading).await;
    }
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn older_lines_are_loaded_from_the_top_of_a_log_until_it_begins() {
    let (_rehearsal, mut console) = opened(LARGE).await;
    console.press("/mongo-0<enter>");
    console.wait_until("one pod", |screen| screen.contains("/mongo-0")).await;
    console.press("l");
    console.wait_for("1 000 lines").await;
    console.press("gk");
    console.wait_for("older lines above").await;
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_are_cleared_with_the_byte_that_a_terminal_sends_for_it() {
    let (_rehearsal, mut console) = opened(LARGE).await;
    console.press("<space><space>");
    console.wait_for("2 marked").await;
    console.press("<ctrl-4>");
    console.wait_until("none marked", |screen| !screen.contains("marked")).await;
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialog_says_what_its_keys_are_and_a_command_that_does_not_exist_is_named() {
    let (_rehearsal, mut console) = opened(LARGE).await;
    console.press(":env dev<enter>");
    console.wait_for("only dev").await;
    console.press("<ctrl-d>?");
    console.wait_for("`?` does nothing here; `tab` moves").await;
    for command in ["note", "since"] {
        console.press(&format!("<esc>:{command} x<enter>"));
        console.wait_for(&format!("there is no command `{command}`")).await;
    }
    for key in ["a", "i"] {
        console.press(key);
        console.wait_for(&format!("`{key}` does nothing here")).await;
    }
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn production_and_for_how_long_it_is_unlocked_have_room_at_80_columns() {
    let (_rehearsal, mut console) = opened(SMALL).await;
    let prod = |screen: &str| {
        let line = screen.lines().find(|line| line.starts_with("  prod "));
        line.unwrap_or_default().to_owned()
    };
    console
        .wait_until("production, and its backups", |screen| {
            prod(screen).contains("PRODUCTION") && prod(screen).contains("backup")
        })
        .await;
    console.press(":pods prod /mongo<enter>");
    console.wait_for("only prod  /mongo").await;
    console.press("<ctrl-d>prod<tab><enter>");
    console
        .wait_until("unlocked", |screen| prod(screen).contains("PRODUCTION  UNLOCKED 10m"))
        .await;
    console.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workload_has_the_logs_of_all_its_pods_together() {
    let (_rehearsal, mut console) = opened(LARGE).await;
    console.press(":workloads /ingest-core<enter>");
    console.wait_for("Workloads  [1 of").await;
    console.press("l");
    let logs =
        |screen: &str| screen.contains("ingest-core · logs") && screen.contains("containers");
    console.wait_until("the logs of its pods", logs).await;
    console.press("<esc>:nodes<enter>");
    console.wait_for("Nodes  [").await;
    console.press("l");
    console.wait_for("`l` does nothing here").await;
    console.quit().await;
}
