//! Logs: every way to ask for a part of them.

use serde_json::Value;

use super::*;

async fn log(served: &Served, pod: &str, query: &str) -> Vec<String> {
    let path = format!("/api/v1/namespaces/default/pods/{pod}/log?{query}");
    let answered = served.try_get(&path, &[]).await;
    assert_eq!(answered.code, 200, "{path}: {}", answered.text);
    answered.text.lines().map(str::to_owned).collect()
}

fn time(line: &str) -> Timestamp {
    line.split(' ').next().unwrap().parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_part_of_a_log_is_a_part_of_the_whole() {
    let served = served(Tier::Prod).await;
    let all = log(&served, "mongo-0", "timestamps=true").await;
    assert!(all.len() > 10_000 && all.is_sorted_by_key(|line| time(line)));
    let tail = log(&served, "mongo-0", "timestamps=true&tailLines=7").await;
    assert_eq!(tail, all[all.len() - 7..]);
    let since = log(&served, "mongo-0", "timestamps=true&sinceSeconds=60").await;
    let now: Timestamp = DAY.parse().unwrap();
    let recent: Vec<_> =
        all.iter().filter(|line| now.duration_since(time(line)).as_secs_f64() < 60.0).collect();
    assert_eq!(since.iter().collect::<Vec<_>>(), recent);
    let since = log(&served, "mongo-0", "timestamps=1&sinceTime=2026-11-20T09:29:00Z").await;
    assert_eq!(since.iter().collect::<Vec<_>>(), recent);
    let plain = log(&served, "mongo-0", "tailLines=1").await;
    assert!(all.last().unwrap().ends_with(&plain[0]));
    let path = "/api/v1/namespaces/default/pods/mongo-0/log?limitBytes=33";
    assert_eq!(served.try_get(path, &[]).await.text.len(), 33);
}

#[tokio::test(start_paused = true)]
async fn who_follows_gets_each_line_once_as_it_is_written() {
    let served = served(Tier::Prod).await;
    let name = served.pod("ingest-core").name;
    let path = format!(
        "/api/v1/namespaces/default/pods/{name}/log?follow=true&tailLines=2&timestamps=true&container=ingest-core"
    );
    let mut lines = served.follow(&path).await;
    let mut followed = Vec::new();
    while followed.len() < 50 {
        followed.push(lines.next().await.unwrap().unwrap());
    }
    let query = "timestamps=true&container=ingest-core&tailLines=60";
    let all = log(&served, &name, query).await;
    let first = all.iter().position(|line| *line == followed[0]).unwrap();
    assert_eq!(followed, all[first..first + 50]);
    let seconds = time(&followed[49]).duration_since(time(&followed[0])).as_secs();
    assert!((10..60).contains(&seconds), "a few lines a second, not 50 in {seconds} s");
}

#[tokio::test(start_paused = true)]
async fn following_ends_with_the_container_and_its_last_words() {
    let served = served(Tier::Prod).await;
    served
        .until(|pods| {
            pods.iter()
                .any(|it| it.name.starts_with("ingest-staging-manager") && it.status == "Running")
        })
        .await;
    let name = served.pod("ingest-staging-manager").name;
    let path = format!("/api/v1/namespaces/default/pods/{name}/log?follow=true");
    let mut lines = served.follow(&path).await;
    let mut all = Vec::new();
    while let Some(line) = lines.next().await.unwrap() {
        all.push(line);
    }
    assert!(all.last().unwrap().contains("AccessDenied"), "{all:?}");
    assert!(all.iter().any(|line| line.contains("\u{1b}[31m")), "in colours");
    served.until(|pods| pods.iter().any(|it| it.name == name && it.status == "Running")).await;
    assert_eq!(log(&served, &name, "previous=true").await, all);
}

#[tokio::test(start_paused = true)]
async fn a_container_that_has_not_started_says_why_there_is_no_log() {
    let served = served(Tier::Staging).await;
    served.until(|pods| pods.iter().any(|pod| pod.status == "ImagePullBackOff")).await;
    let pods = served.pods("ingest-exporter");
    let name = &pods.iter().find(|pod| pod.status == "ImagePullBackOff").unwrap().name;
    let refused = async |path: &str| {
        let answered =
            served.try_get(&format!("/api/v1/namespaces/default/pods/{path}"), &[]).await;
        assert_eq!(answered.code, 400, "{}", answered.text);
        answered.json()["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        refused(&format!("{name}/log")).await,
        format!(
            "container \"ingest-exporter\" in pod \"{name}\" is waiting to start: trying and failing to pull image"
        )
    );
    assert_eq!(
        refused("mongo-0/log?container=nothing").await,
        "container nothing is not valid for pod mongo-0"
    );
    assert_eq!(
        refused("mongo-0/log?sinceTime=yesterday").await,
        "sinceTime: Invalid value: not a time"
    );
    let ui = served.pod("ingest-ui").name;
    assert_eq!(
        refused(&format!("{ui}/log")).await,
        format!(
            "a container name must be specified for pod {ui}, choose one of: [ingest-ui] or one of the init containers: [log-shipper]"
        )
    );
    assert_eq!(
        refused(&format!("{ui}/log?container=ingest-ui&previous=true")).await,
        format!("previous terminated container \"ingest-ui\" in pod \"{ui}\" not found")
    );
}

#[tokio::test(start_paused = true)]
async fn some_lines_would_take_over_a_terminal_and_some_are_json() {
    let served = served(Tier::Dev).await;
    let name = served.pod("ingest-validator").name;
    let hostile = log(&served, &name, "tailLines=200").await.join("\n");
    for escape in ["\u{1b}]52;c;", "\u{1b}]0;", "\u{1b}[5A", "\u{9b}31m", "\u{1b}[?1049h"] {
        assert!(hostile.contains(escape), "{escape:?}");
    }
    let name = served.pod("ingest-state-tracker").name;
    for line in log(&served, &name, "tailLines=20").await {
        let line: Value = serde_json::from_str(&line).unwrap();
        assert!(line["level"].is_string() && line["msg"].is_string());
    }
}
