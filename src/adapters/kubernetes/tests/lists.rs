//! Lists: pages, answers in pieces, and what a server may do instead of answering.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{PODS, Part, Scripted, cluster, default, hangs, parts, refuses, says};
use crate::adapters::kubernetes::connect::Packing;
use crate::adapters::kubernetes::list::Listing;
use crate::adapters::kubernetes::refusal::{Refusal, Sort};

fn page(names: &[&str], metadata: &str) -> String {
    let items: Vec<_> =
        names.iter().map(|name| format!(r#"{{"metadata":{{"name":"{name}"}}}}"#)).collect();
    format!(r#"{{"kind":"PodList","metadata":{{{metadata}}},"items":[{}]}}"#, items.join(","))
}

/// The names of each page, and the version.
async fn listed(
    answers: impl IntoIterator<Item = Scripted>,
) -> Result<(Vec<Vec<String>>, String), Refusal> {
    let (cluster, _) = cluster(answers);
    let mut listing = Listing::new(&cluster, PODS, &default());
    let mut pages = Vec::new();
    while let Some(page) = listing.next().await? {
        pages.push(page.rows.iter().map(|row| (**row).clone()).collect());
    }
    Ok((pages, listing.version().unwrap().to_owned()))
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let first = page(&["a", "b"], r#""continue":"x=/","remainingItemCount":1"#);
    let last = page(&["c"], r#""resourceVersion":"7""#);
    let (cluster, asked) = cluster([says(first), says(last)]);
    let mut listing = Listing::new(&cluster, PODS, &default());
    let page = listing.next().await.unwrap().unwrap();
    assert_eq!((page.rows.len(), page.remaining, page.is_last), (2, Some(1), false));
    assert_eq!(listing.version(), None);
    let page = listing.next().await.unwrap().unwrap();
    assert_eq!((page.rows.len(), page.remaining, page.is_last), (1, None, true));
    assert_eq!(listing.next().await.unwrap(), None);
    assert_eq!(listing.version(), Some("7"));
    let path = "GET /api/v1/namespaces/default/pods?limit=500";
    assert_eq!(*asked.lock().unwrap(), [path.to_owned(), format!("{path}&continue=x%3D%2F")]);
}

#[tokio::test(start_paused = true)]
async fn the_next_page_is_asked_for_while_one_is_read() {
    let first = page(&["a", "b"], r#""continue":"x""#);
    let (head, tail) = first.split_at(first.len() - 20);
    let slowly = [
        Part::Text(head.to_owned()),
        Part::Pause(Duration::from_secs(1)),
        Part::Text(tail.to_owned()),
    ];
    let last = page(&["c"], r#""resourceVersion":"7""#);
    let (cluster, asked) = cluster([parts(slowly), says(last)]);
    let mut listing = Listing::new(&cluster, PODS, &default());
    assert_eq!(listing.next().await.unwrap().unwrap().rows.len(), 2);
    assert_eq!(asked.lock().unwrap().len(), 2, "nothing more was asked in that second");
    assert_eq!(listing.next().await.unwrap().unwrap().rows.len(), 1);
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn how_fast_a_small_first_page_comes_tells_whether_others_come_packed() {
    let large = |next: &str| {
        let names: Vec<_> = (0..50).map(|number| format!("{number:0>9000}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        page(&names, next)
    };
    for (pause, expected) in [(0, Some(Packing::Plain)), (1, Some(Packing::Packed))] {
        let text = large(r#""continue":"x","remainingItemCount":1"#);
        let (head, tail) = text.split_at(text.len() / 2);
        let first = parts([
            Part::Text(head.to_owned()),
            Part::Pause(Duration::from_secs(pause)),
            Part::Text(tail.to_owned()),
        ]);
        let last = page(&["c"], r#""resourceVersion":"7""#);
        let (mut cluster, asked) = cluster([first, says(last)]);
        cluster.packing = Arc::default();
        let mut listing = Listing::new(&cluster, PODS, &default());
        assert_eq!(listing.next().await.unwrap().unwrap().rows.len(), 50);
        assert_eq!(listing.next().await.unwrap().unwrap().rows.len(), 1);
        assert_eq!(cluster.packing.get().copied(), expected);
        let path = "GET /api/v1/namespaces/default/pods?limit=";
        let expected = [format!("{path}50"), format!("{path}500&continue=x")];
        assert_eq!(*asked.lock().unwrap(), expected);
    }
}

#[tokio::test]
async fn a_first_page_that_is_too_small_tells_nothing() {
    let (mut cluster, _) = cluster([says(page(&["c"], r#""resourceVersion":"7""#))]);
    cluster.packing = Arc::default();
    let mut listing = Listing::new(&cluster, PODS, &default());
    assert_eq!(listing.next().await.unwrap().unwrap().rows.len(), 1);
    assert_eq!(cluster.packing.get(), None);
}

#[tokio::test]
async fn the_order_of_metadata_and_items_does_not_matter_nor_where_the_answer_is_cut() {
    let text = r#"{"items":[{"metadata":{"name":"a}\""}},{"metadata":{"name":"unwanted"}},
        {"metadata":{"no name":1}},{"metadata":{"name":"b"}}],"metadata":{"resourceVersion":"9"}}"#;
    for at in 1..text.len() {
        let (head, tail) = text.split_at(at);
        let pieces = [head, tail].map(|piece| Part::Text(piece.to_owned()));
        let (pages, version) = listed([parts(pieces)]).await.unwrap();
        assert_eq!(pages, [["a}\"", "b"]], "cut at {at}");
        assert_eq!(version, "9");
    }
}

#[tokio::test]
async fn a_server_that_answers_with_everything_at_once_still_gives_rows_in_portions() {
    let names: Vec<_> = (0..1200).map(|number| format!("pod-{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let text = page(&names, r#""resourceVersion":"1""#);
    let pieces: Vec<_> = text
        .as_bytes()
        .chunks(4096)
        .map(|piece| Part::Text(String::from_utf8(piece.to_vec()).unwrap()))
        .collect();
    let (pages, _) = listed([parts(pieces)]).await.unwrap();
    assert!(pages.len() >= 2, "{}", pages.len());
    assert!(pages.iter().all(|page| page.len() < 700));
    assert_eq!(pages.concat(), names);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_begin_to_answer_is_noticed() {
    let began = Instant::now();
    let refusal = listed([hangs()]).await.unwrap_err();
    assert_eq!(refusal.sort, Sort::TimedOut);
    assert_eq!(began.elapsed().as_secs(), 10);
    assert_eq!(refusal.error.to_string(), "listing pods in default of prod: no answer in 10 s");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_stops_is_noticed_but_one_that_is_slow_is_borne() {
    let text = page(&["a"], r#""resourceVersion":"1""#);
    let slow = text
        .chars()
        .flat_map(|letter| [Part::Pause(Duration::from_secs(9)), Part::Text(letter.to_string())]);
    assert_eq!(listed([parts(slow)]).await.unwrap().0, [["a"]]);
    let stops = [Part::Text("{\"items\":[".to_owned()), Part::Hang];
    assert_eq!(listed([parts(stops)]).await.unwrap_err().sort, Sort::TimedOut);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_list() {
    let half = r#"{"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a"}}"#;
    assert_eq!(listed([says(half)]).await.unwrap_err().sort, Sort::Unexpected);
    let cut = parts([Part::Text(half.to_owned()), Part::Cut]);
    assert_eq!(listed([cut]).await.unwrap_err().sort, Sort::Unreachable);
    assert_eq!(listed([says("<html>")]).await.unwrap_err().sort, Sort::Unexpected);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for (status, sort) in [
        (401, Sort::LoginExpired),
        (403, Sort::Forbidden),
        (404, Sort::Missing),
        (410, Sort::Gone),
        (500, Sort::Unexpected),
        (503, Sort::Unreachable),
    ] {
        assert_eq!(listed([refuses(status, "no")]).await.unwrap_err().sort, sort, "{status}");
    }
    let html = Scripted { status: Some(401), ..says("<html>log in</html>") };
    assert_eq!(listed([html]).await.unwrap_err().sort, Sort::LoginExpired);
}
