//! Batches: each object once, lists in their order, no more than four a second.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::environment;
use crate::domain::news::{Delta, Kind, News, Scope};
use crate::domain::node::Node;
use crate::domain::pod::{Resources, Uid};
use crate::domain::trust::Trust;
use crate::runtime::console::cluster::ClusterNews;
use crate::runtime::console::coalesce::{changed, coalesce};

fn uid(name: &str) -> Uid {
    Uid(Arc::from(name))
}

fn node(name: &str, pods: u32) -> Arc<Node> {
    Arc::new(Node {
        uid: uid(name),
        name: Arc::from(name),
        created: None,
        labels: [].into(),
        conditions: Vec::new(),
        is_cordoned: false,
        taints: Vec::new(),
        allocatable: Resources::default(),
        pods: Some(pods),
        version: None,
        internal_ip: None,
    })
}

fn applied(nodes: &[(&str, u32)]) -> News {
    let applied = nodes.iter().map(|(name, pods)| node(name, *pods)).collect();
    News::Nodes(Delta::Changed { applied, gone: Vec::new() })
}

fn gone(name: &str) -> News {
    News::Nodes(Delta::Changed { applied: Vec::new(), gone: vec![uid(name)] })
}

fn page(name: &str) -> News {
    let rows = vec![node(name, 1)];
    News::Nodes(Delta::Page { scope: Scope::Cluster, rows, remaining: None })
}

fn standing(trust: Trust) -> News {
    News::Standing { kind: Kind::Node, scope: Scope::Cluster, trust }
}

/// What a reader gets of these news, and when: in milliseconds.
async fn batches(news: Vec<(u64, News)>) -> Vec<(u128, Vec<News>)> {
    let (sender, receiver) = mpsc::channel(8);
    let (sink, mut batches) = mpsc::channel::<ClusterNews>(8);
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    tasks.spawn(coalesce(environment(), receiver, sink));
    tasks.spawn(async move {
        for (pause, news) in news {
            sleep(Duration::from_millis(pause)).await;
            sender.send(news).await.unwrap();
        }
    });
    let mut all = Vec::new();
    while let Some(batch) = batches.recv().await {
        all.push((began.elapsed().as_millis(), batch.news));
    }
    all
}

#[tokio::test(start_paused = true)]
async fn the_first_comes_at_once_and_the_rest_together() {
    let found = batches(vec![
        (0, applied(&[("a", 1)])),
        (10, applied(&[("a", 2), ("b", 1)])),
        (100, gone("b")),
        (100, applied(&[("a", 3), ("c", 1)])),
        (500, applied(&[("a", 4)])),
    ])
    .await;
    let second = News::Nodes(Delta::Changed {
        applied: vec![node("a", 3), node("c", 1)],
        gone: vec![uid("b")],
    });
    let News::Nodes(Delta::Changed { applied: mut seen, gone }) = found[1].1[0].clone() else {
        panic!("{found:?}");
    };
    seen.sort_by(|one, other| one.uid.cmp(&other.uid));
    assert_eq!(News::Nodes(Delta::Changed { applied: seen, gone }), second);
    assert_eq!(found[0], (0, vec![applied(&[("a", 1)])]));
    assert_eq!(found[2], (710, vec![applied(&[("a", 4)])]));
    assert_eq!((found.len(), found[1].0, found[1].1.len()), (3, 250, 1));
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_is_not_gone() {
    let found = batches(vec![
        (0, standing(Trust::Live)),
        (0, gone("a")),
        (0, applied(&[("a", 2)])),
        (0, applied(&[("b", 1)])),
        (0, gone("b")),
    ])
    .await;
    let all: Vec<_> = found.into_iter().flat_map(|(_, news)| news).collect();
    let expected =
        News::Nodes(Delta::Changed { applied: vec![node("a", 2)], gone: vec![uid("b")] });
    assert_eq!(all, [standing(Trust::Live), expected]);
}

#[tokio::test(start_paused = true)]
async fn changes_do_not_cross_a_list() {
    let news = [
        applied(&[("a", 1)]),
        News::Nodes(Delta::Began(Scope::Cluster)),
        page("a"),
        News::Nodes(Delta::Complete(Scope::Cluster)),
        applied(&[("a", 2)]),
        standing(Trust::Connecting),
        applied(&[("b", 2)]),
        standing(Trust::Live),
    ];
    let found = batches(news.iter().cloned().map(|news| (0, news)).collect()).await;
    let all: Vec<_> = found.into_iter().flat_map(|(_, news)| news).collect();
    let mut expected = news[..4].to_vec();
    expected.extend([applied(&[("a", 2), ("b", 2)]), standing(Trust::Live)]);
    assert_eq!(all, expected);
}

#[tokio::test(start_paused = true)]
async fn that_a_list_has_begun_waits_for_what_it_brings() {
    let began = || News::Nodes(Delta::Began(Scope::Cluster));
    let found = batches(vec![(0, began()), (170, page("a")), (10, page("b"))]).await;
    assert_eq!(found, [(170, vec![began(), page("a")]), (420, vec![page("b")])]);
}

#[tokio::test(start_paused = true)]
async fn who_sends_too_much_has_to_wait() {
    let (sender, receiver) = mpsc::channel(1);
    let (sink, batches) = mpsc::channel::<ClusterNews>(1);
    let mut tasks = JoinSet::new();
    tasks.spawn(coalesce(environment(), receiver, sink));
    let mut sent = 0;
    while let Ok(Ok(())) =
        tokio::time::timeout(Duration::from_mins(1), sender.send(applied(&[("a", 1)]))).await
    {
        sent += 1;
    }
    assert!(sent < 10_000, "{sent}");
    drop(batches);
}

#[tokio::test(start_paused = true)]
async fn what_is_full_is_sent_at_once() {
    let names: Vec<_> = (0..4096).map(|number| number.to_string()).collect();
    let nodes: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let full = || applied(&nodes);
    let found = batches(vec![(0, page("a")), (10, full()), (10, page("b"))]).await;
    assert_eq!(found, [(0, vec![page("a")]), (10, vec![full()]), (260, vec![page("b")])]);
}

#[test]
fn a_piece_of_a_watch_names_each_object_once() {
    let changes =
        [Ok(node("a", 1)), Err(uid("b")), Ok(node("b", 1)), Ok(node("c", 1)), Err(uid("a"))];
    assert_eq!(
        changed(changes.into_iter()),
        Delta::Changed { applied: vec![node("b", 1), node("c", 1)], gone: vec![uid("a")] }
    );
}

#[tokio::test(start_paused = true)]
async fn how_far_pods_can_be_trusted_is_told_at_once_with_what_came_before_it() {
    let live = || News::Standing { kind: Kind::Pod, scope: Scope::Cluster, trust: Trust::Live };
    let news = vec![(0, page("a")), (10, page("b")), (20, live()), (10, page("c"))];
    let found = batches(news).await;
    let expected = [(0, vec![page("a")]), (30, vec![page("b"), live()]), (280, vec![page("c")])];
    assert_eq!(found, expected);
}
