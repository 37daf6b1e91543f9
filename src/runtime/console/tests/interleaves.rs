//! Lines of several logs in the order of time, and readers who are too slow.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::domain::log::{LogLine, LogNews};
use crate::runtime::console::interleave::{Arrived, interleave};

fn line(source: u16, second: u32, text: &str) -> LogLine {
    let at = format!("2026-03-01T09:{:02}:{:02}Z", second / 60, second % 60);
    LogLine { source, at: Some(at.parse().unwrap()), text: text.into() }
}

fn lines(source: u16, seconds: &[u32]) -> Arrived {
    let lines = seconds.iter().map(|second| line(source, *second, "")).collect();
    Arrived { source, news: LogNews::Lines(lines) }
}

/// Each line as its source and its second, `|` between batches, other news by name.
fn written(news: &[LogNews]) -> String {
    let batches = news.iter().map(|news| match news {
        LogNews::Lines(lines) => {
            let lines = lines.iter().map(|line| {
                let second = line.at.map_or(-1, |at| at.as_second() % 3600);
                format!("{}:{second}", line.source)
            });
            lines.collect::<Vec<_>>().join(" ")
        }
        LogNews::Gap { why, .. } => format!("gap {}", why.split(' ').next().unwrap()),
        LogNews::Waiting { .. } => "waiting".to_owned(),
        LogNews::Failing { .. } => "failing".to_owned(),
        LogNews::Resumed { .. } => "resumed".to_owned(),
        LogNews::Ended { source, .. } => format!("end {source}"),
    });
    batches.collect::<Vec<_>>().join(" | ")
}

async fn interleaved(arriving: Vec<(u64, Arrived)>, are_several: bool) -> (String, u128) {
    let (sender, receiver) = mpsc::channel(8);
    let (sink, mut taken) = mpsc::channel(64);
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    tasks.spawn(interleave(receiver, are_several, sink));
    tasks.spawn(async move {
        for (pause, arrived) in arriving {
            sleep(Duration::from_millis(pause)).await;
            sender.send(arrived).await.unwrap();
        }
        sleep(Duration::from_secs(5)).await;
    });
    let first = taken.recv().await.unwrap();
    let at = began.elapsed().as_millis();
    let mut all = vec![first];
    while let Some(news) = taken.recv().await {
        all.push(news);
    }
    (written(&all), at)
}

#[tokio::test(start_paused = true)]
async fn lines_that_arrive_a_little_late_are_put_in_their_place() {
    let arriving = vec![
        (0, lines(0, &[1, 4])),
        (200, lines(1, &[2, 3, 5])),
        (1000, lines(0, &[6])),
        (100, lines(1, &[5])),
    ];
    let (text, at) = interleaved(arriving, true).await;
    assert_eq!(text, "0:1 1:2 1:3 0:4 | 1:5 | 1:5 0:6");
    assert_eq!(at, 300);
}

#[tokio::test(start_paused = true)]
async fn a_single_log_is_not_held_back() {
    let ended = Arrived { source: 0, news: LogNews::Ended { source: 0, failure: None } };
    let arriving =
        vec![(0, lines(0, &[1])), (10, lines(0, &[2])), (10, lines(0, &[3])), (1, ended)];
    let (text, at) = interleaved(arriving, false).await;
    assert_eq!(text, "0:1 | 0:2 0:3 | end 0");
    assert_eq!(at, 0);
}

#[tokio::test(start_paused = true)]
async fn who_reads_too_slowly_is_told_how_much_is_missing() {
    let (sender, receiver) = mpsc::channel(8);
    let (sink, mut taken) = mpsc::channel(1);
    let mut tasks = JoinSet::new();
    tasks.spawn(interleave(receiver, false, sink));
    let mut sent = 0;
    // Nobody takes anything for a minute.
    timeout(Duration::from_mins(1), async {
        for second in (0..).map(|step| step % 3600) {
            let seconds: Vec<_> = std::iter::repeat_n(second, 1000).collect();
            sender.send(lines(0, &seconds)).await.unwrap();
            sent += 1000;
        }
    })
    .await
    .ok();
    drop(sender);
    assert!((40_000..1_000_000).contains(&sent), "{sent}");
    let (mut came, mut missing) = (0, 0);
    while let Some(news) = taken.recv().await {
        match news {
            LogNews::Lines(lines) => came += lines.len(),
            LogNews::Gap { why, .. } => {
                missing += why.split(' ').next().unwrap().parse::<usize>().unwrap();
            }
            LogNews::Waiting { .. }
            | LogNews::Failing { .. }
            | LogNews::Resumed { .. }
            | LogNews::Ended { .. } => panic!("{news:?}"),
        }
    }
    assert!(missing > 0);
    assert_eq!(came + missing, sent);
}
