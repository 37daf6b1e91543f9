//! Logs of containers that wait, are cut, start again, or end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{clock, environment};
use crate::adapters::kubernetes::tests::{Part, Scripted, answering, parts, refuses, says};
use crate::domain::log::{LogNews, LogRequest, LogSource, LogStart};
use crate::runtime::console::connect::Line;
use crate::runtime::console::log_stream::follow;

/// What comes within an hour: lines as their texts, other news by name.
async fn followed(
    pods: &[&str],
    follows: bool,
    mut answer: impl FnMut(&str) -> Scripted + Send + 'static,
) -> (Vec<String>, Vec<String>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let cluster = answering(move |question| {
        log.lock().unwrap().push(question.to_owned());
        answer(question)
    });
    let line = Arc::new(Line::over(environment(), cluster, clock()));
    let lines = BTreeMap::from([(environment(), line)]);
    let source = |pod: &&str| LogSource {
        environment: environment(),
        namespace: Arc::from("default"),
        pod: (*pod).into(),
        container: "api".into(),
    };
    let request = LogRequest {
        sources: pods.iter().map(source).collect(),
        previous: false,
        start: LogStart::Tail(10),
        follow: follows,
    };
    let (sink, mut news) = mpsc::channel(4);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { follow(request, &lines, sink, CancellationToken::new()).await });
    let mut told = Vec::new();
    timeout(Duration::from_hours(1), async {
        while let Some(news) = news.recv().await {
            match news {
                LogNews::Lines(lines) => {
                    told.extend(lines.iter().map(|line| line.text.to_string()));
                }
                LogNews::Gap { .. } => told.push("(gap)".to_owned()),
                LogNews::Waiting { why, .. } => told.push(format!("({why})")),
                LogNews::Failing { failure, .. } => told.push(format!("(failing: {failure})")),
                LogNews::Resumed { .. } => told.push("(resumed)".to_owned()),
                LogNews::Ended { failure: None, .. } => told.push("(end)".to_owned()),
                LogNews::Ended { failure: Some(failure), .. } => told.push(format!("({failure})")),
            }
        }
    })
    .await
    .ok();
    let asked = asked.lock().unwrap().clone();
    (told, asked)
}

fn stamped(second: u32, text: &str) -> String {
    format!("2026-03-01T09:12:{second:02}Z {text}\n")
}

const RUNNING: &str = r#"{"status":{"phase":"Running"}}"#;

#[tokio::test(start_paused = true)]
async fn a_log_that_is_not_followed_ends() {
    let (told, asked) = followed(&["a"], false, |_| says(stamped(1, "one") + "two")).await;
    assert_eq!(told, ["one", "two", "(end)"]);
    assert_eq!(asked.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn several_logs_are_told_as_one() {
    let (told, _) = followed(&["a", "b"], false, |question| {
        if question.contains("/a/") {
            says(stamped(1, "a1") + &stamped(3, "a3"))
        } else {
            parts([Part::Pause(Duration::from_millis(100)), Part::Text(stamped(2, "b2"))])
        }
    })
    .await;
    let lines: Vec<_> = told.iter().filter(|text| *text != "(end)").collect();
    assert_eq!(lines, ["a1", "b2", "a3"]);
    assert_eq!(told.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn after_a_cut_the_log_goes_on_and_a_cut_that_lasts_is_said() {
    let opened = AtomicUsize::new(0);
    let (told, asked) = followed(&["a"], true, move |question| {
        if !question.contains("/log?") {
            return says(r#"{"status":{"phase":"Succeeded"}}"#);
        }
        let one = Part::Text(stamped(1, "one"));
        let two = Part::Text(stamped(2, "two"));
        match opened.fetch_add(1, Ordering::Relaxed) {
            0 => parts([one, Part::Cut]),
            1 => refuses(503, "the kubelet is away"),
            _ => parts([one, two]),
        }
    })
    .await;
    let said = "(failing: reading pods/log default/a of prod: the kubelet is away)";
    assert_eq!(told, ["one", said, "(resumed)", "two", "(end)"]);
    assert!(asked[1].contains("sinceTime=2026-03-01T09%3A12%3A01Z"), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_container_that_waits_is_waited_for_and_one_that_starts_again_is_followed() {
    let opened = AtomicUsize::new(0);
    let (told, _) = followed(&["a"], true, move |question| {
        if !question.contains("/log?") {
            return says(RUNNING);
        }
        match opened.fetch_add(1, Ordering::Relaxed) {
            0..3 => refuses(
                400,
                "container \"api\" in pod \"a\" is waiting to start: ContainerCreating",
            ),
            3 => says(stamped(1, "one")),
            4 => says(stamped(5, "one of the next")),
            _ => refuses(404, "not found"),
        }
    })
    .await;
    assert_eq!(
        told,
        [
            "(waiting to start: ContainerCreating)",
            "(resumed)",
            "one",
            "(gap)",
            "one of the next",
            "(end)"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_pod_on_no_node_is_waited_for_and_that_is_said_once() {
    let opened = AtomicUsize::new(0);
    let (told, _) = followed(&["a"], true, move |question| {
        let is_placed = opened.load(Ordering::Relaxed) > 40;
        match (question.contains("/log?"), is_placed) {
            (false, false) => says(r#"{"spec":{},"status":{"phase":"Pending"}}"#),
            (false, true) => says(r#"{"spec":{"nodeName":"n"},"status":{"phase":"Succeeded"}}"#),
            (true, true) => says(stamped(1, "one")),
            // The server answers so itself, without a kubelet.
            (true, false) => {
                opened.fetch_add(1, Ordering::Relaxed);
                says("")
            }
        }
    })
    .await;
    assert_eq!(told, ["(the pod is on no node yet)", "(resumed)", "one", "(end)"]);
}

#[tokio::test(start_paused = true)]
async fn a_silent_container_of_a_pod_that_got_its_node_is_no_longer_waited_for() {
    let opened = AtomicUsize::new(0);
    let (told, _) = followed(&["a"], true, move |question| {
        if !question.contains("/log?") {
            return says(r#"{"status":{"phase":"Pending"}}"#);
        }
        match opened.fetch_add(1, Ordering::Relaxed) {
            0 => says(""),
            _ => parts([Part::Hang]),
        }
    })
    .await;
    assert_eq!(told, ["(the pod is on no node yet)", "(resumed)"]);
}

#[tokio::test(start_paused = true)]
async fn a_container_that_keeps_ending_is_not_asked_for_all_the_time() {
    let (told, asked) = followed(&["a"], true, |question| {
        if question.contains("/log?") { says(stamped(1, "one")) } else { says(RUNNING) }
    })
    .await;
    assert_eq!(told, ["one"]);
    // Twice in five seconds at most, for an hour.
    assert!(asked.len() < 2 * 3600 / 3, "{}", asked.len());
}

#[tokio::test(start_paused = true)]
async fn a_log_that_is_cut_at_each_line_is_not_asked_for_all_the_time() {
    let began = tokio::time::Instant::now();
    let (told, asked) = followed(&["a"], true, move |question| {
        if !question.contains("/log?") {
            return says(RUNNING);
        }
        let at = "2026-03-01T09:12:00Z".parse::<jiff::Timestamp>().unwrap() + began.elapsed();
        says(format!("{at} line\n"))
    })
    .await;
    // Every five seconds at most, each time with a look at the pod.
    let asked = asked.iter().filter(|question| question.contains("/log?")).count();
    assert!((700..1000).contains(&asked), "{asked} times");
    assert!(told.len() > 700, "{} lines", told.len());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_said() {
    let (told, _) = followed(&["a"], true, |_| refuses(403, "no")).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("get pods/log in the namespace default"), "{told:?}");
    let (told, asked) = followed(&["a"], false, |_| refuses(500, "broken")).await;
    assert_eq!(asked.len(), 4);
    assert!(told.last().unwrap().ends_with("broken)"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_log_is_opened_again_from_where_it_was() {
    let (told, asked) = followed(&["a"], true, |question| {
        if question.contains("/log?") {
            parts([Part::Text(stamped(1, "one")), Part::Hang])
        } else {
            says(RUNNING)
        }
    })
    .await;
    assert_eq!(told, ["one"]);
    assert!((25..=31).contains(&asked.len()), "{}", asked.len());
}
