//! Watches: changes in pieces, bookmarks, ends, and dead connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{PODS, Part, Scripted, cluster, default, parts, refuses, says};
use crate::adapters::kubernetes::refusal::{Refusal, Sort};
use crate::adapters::kubernetes::watch::{Change, Watch};
use crate::domain::pod::Uid;

fn line(kind: &str, name: &str, version: u32) -> String {
    format!(
        r#"{{"type":"{kind}","object":{{"metadata":{{"name":"{name}","uid":"u-{name}","resourceVersion":"{version}"}}}}}}"#
    ) + "\n"
}

fn applied(name: &str) -> Change<String> {
    Change::Applied(Arc::new(name.to_owned()))
}

/// Everything until the watch ends, and the version then.
async fn watched(answer: Scripted) -> Result<(Vec<Change<String>>, String), Refusal> {
    let (cluster, _) = cluster([answer]);
    let mut watch = Watch::open(&cluster, PODS, &default(), "5").await?;
    let mut changes = Vec::new();
    while let Some(more) = watch.next().await? {
        changes.extend(more);
    }
    Ok((changes, watch.version().to_owned()))
}

#[tokio::test]
async fn a_watch_begins_where_the_list_ended_and_asks_for_bookmarks() {
    let (cluster, asked) = cluster([says("")]);
    let mut watch = Watch::open(&cluster, PODS, &default(), "5").await.unwrap();
    assert_eq!(watch.next().await.unwrap(), None);
    assert_eq!(watch.version(), "5");
    assert_eq!(
        *asked.lock().unwrap(),
        ["GET /api/v1/namespaces/default/pods?watch=true&allowWatchBookmarks=true\
          &timeoutSeconds=290&resourceVersion=5"]
    );
}

#[tokio::test]
async fn changes_are_read_wherever_the_lines_are_cut() {
    let text = line("ADDED", "a", 6)
        + &line("MODIFIED", "a", 7)
        + &line("ADDED", "unwanted", 8)
        + "\n"
        + &line("DELETED", "b", 9)
        + &line("BOOKMARK", "", 12);
    for at in 1..text.len() {
        let (head, tail) = text.split_at(at);
        let pieces = [head, tail].map(|piece| Part::Text(piece.to_owned()));
        let (changes, version) = watched(parts(pieces)).await.unwrap();
        let gone = Change::Gone(Uid(Arc::from("u-b")));
        assert_eq!(changes, [applied("a"), applied("a"), gone], "cut at {at}");
        assert_eq!(version, "12");
    }
}

#[tokio::test]
async fn a_version_that_is_no_longer_kept_is_told_apart() {
    assert_eq!(watched(refuses(410, "too old")).await.unwrap_err().sort, Sort::Gone);
    let told = r#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}"#;
    assert_eq!(watched(says(format!("{told}\n"))).await.unwrap_err().sort, Sort::Gone);
}

#[tokio::test]
async fn a_connection_that_is_reset_ends_the_watch_with_what_had_arrived() {
    let whole = Part::Text(line("ADDED", "a", 6));
    let half = Part::Text(r#"{"type":"ADDED","ob"#.to_owned());
    let (changes, version) = watched(parts([whole, half, Part::Cut])).await.unwrap();
    assert_eq!(changes, [applied("a")]);
    assert_eq!(version, "6");
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_given_up_but_bookmarks_keep_it() {
    let began = Instant::now();
    let pause = || Part::Pause(Duration::from_mins(1));
    let bookmark = |version| Part::Text(line("BOOKMARK", "", version));
    let quiet =
        parts([pause(), bookmark(6), pause(), bookmark(7), pause(), bookmark(8), Part::Hang]);
    let (changes, version) = watched(quiet).await.unwrap();
    assert_eq!((changes.len(), version.as_str()), (0, "8"));
    assert_eq!(began.elapsed().as_secs(), 3 * 60 + 100);
}

#[tokio::test]
async fn nonsense_is_not_taken_for_silence() {
    let refusal = watched(says("<html>\n")).await.unwrap_err();
    assert_eq!(refusal.sort, Sort::Unexpected);
}
