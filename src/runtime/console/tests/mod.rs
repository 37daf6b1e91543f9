//! The console's background against a cluster in this process, in a time that only moves when nothing
//! else does.

mod batches;
mod feeds;
mod interleaves;
mod logs;
mod looks;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::adapters::kubernetes::tests::{Part, Scripted, answering, parts, refuses, says};
use crate::domain::environment::EnvironmentName;
use crate::domain::news::{Delta, Kind, News, Scope};
use crate::domain::trust::Trust;
use crate::runtime::clock::Clock;
use crate::runtime::console::cluster::{ClusterFeed, ClusterNews, Namespaces};
use crate::runtime::console::connect::Line;

pub(super) fn environment() -> EnvironmentName {
    EnvironmentName("prod".to_owned())
}

pub(super) fn clock() -> Clock {
    Clock::starting_at("2026-03-01T09:00:00Z".parse::<Timestamp>().unwrap())
}

pub(super) fn scope(namespace: &str) -> Scope {
    Scope::Namespace(Arc::from(namespace))
}

pub(super) fn pod(name: &str, version: u32) -> String {
    format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"default","uid":"u-{name}","resourceVersion":"{version}"}},"spec":{{}},"status":{{"phase":"Running"}}}}"#
    )
}

pub(super) fn list(items: &[String], metadata: &str) -> Scripted {
    says(format!(r#"{{"metadata":{{{metadata}}},"items":[{}]}}"#, items.join(",")))
}

pub(super) fn change(kind: &str, object: &str) -> Part {
    Part::Text(format!(r#"{{"type":"{kind}","object":{object}}}"#) + "\n")
}

/// What a cluster without anything in it answers.
pub(super) fn quiet(question: &str) -> Scripted {
    if question.contains("metrics.k8s.io") {
        refuses(404, "not found")
    } else if question.contains("watch=true") {
        parts([Part::Hang])
    } else {
        list(&[], r#""resourceVersion":"5""#)
    }
}

/// A feed that runs, and what it was asked for.
pub(super) struct Running {
    pub(super) news: mpsc::Receiver<ClusterNews>,
    pub(super) namespaces: watch::Sender<Namespaces>,
    pub(super) line: Arc<Line>,
    pub(super) asked: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

pub(super) fn running(
    namespaces: &[&str],
    mut answer: impl FnMut(&str) -> Scripted + Send + 'static,
) -> Running {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let cluster = answering(move |question| {
        log.lock().unwrap().push(question.to_owned());
        answer(question)
    });
    let line = Arc::new(Line::over(environment(), cluster, clock()));
    let namespaces = namespaces.iter().map(|name| Arc::from(*name)).collect();
    let (namespaces, chosen) = watch::channel(Namespaces::These(namespaces));
    let (sink, news) = mpsc::channel(4);
    let feed = ClusterFeed { line: Arc::clone(&line), namespaces: chosen, clock: clock(), sink };
    let mut tasks = JoinSet::new();
    tasks.spawn(feed.run(CancellationToken::new()));
    Running { news, namespaces, line, asked, _tasks: tasks }
}

impl Running {
    /// All news until one is what is looked for.
    pub(super) async fn until(&mut self, wanted: impl Fn(&News) -> bool) -> Vec<News> {
        let mut all = Vec::new();
        let waiting = async {
            loop {
                let batch = self.news.recv().await.expect("the feed has ended");
                assert_eq!(batch.environment, environment());
                let is_found = batch.news.iter().any(&wanted);
                all.extend(batch.news);
                if is_found {
                    break;
                }
            }
        };
        let is_in_time = timeout(Duration::from_hours(1), waiting).await.is_ok();
        assert!(is_in_time, "it never came: {all:#?}");
        all
    }

    /// All news of so long.
    pub(super) async fn during(&mut self, span: Duration) -> Vec<News> {
        let mut all = Vec::new();
        timeout(span, async {
            while let Some(batch) = self.news.recv().await {
                all.extend(batch.news);
            }
        })
        .await
        .ok();
        all
    }

    pub(super) fn asked_for(&self, part: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|question| question.contains(part)).count()
    }
}

pub(super) fn is_trust(
    kind: Kind,
    namespace: &str,
    wanted: fn(&Trust) -> bool,
) -> impl Fn(&News) -> bool {
    let wanted_scope = scope(namespace);
    move |news| {
        matches!(news, News::Standing { kind: of, scope, trust }
            if *of == kind && *scope == wanted_scope && wanted(trust))
    }
}

pub(super) fn is_live(trust: &Trust) -> bool {
    *trust == Trust::Live
}

/// The pods that are told of, in the order of telling.
pub(super) fn told(news: &[News]) -> Vec<String> {
    let mut told = Vec::new();
    for news in news {
        match news {
            News::Pods(Delta::Began(_)) => told.push("began".to_owned()),
            News::Pods(Delta::Page { rows, .. }) => {
                told.extend(rows.iter().map(|pod| pod.name.to_string()));
            }
            News::Pods(Delta::Complete(_)) => told.push("complete".to_owned()),
            News::Pods(Delta::BrokeOff(_)) => told.push("broke off".to_owned()),
            News::Pods(Delta::Changed { applied, gone }) => {
                told.extend(applied.iter().map(|pod| format!("+{}", pod.name)));
                told.extend(gone.iter().map(|uid| format!("-{uid}")));
            }
            News::Printed { rows, .. } => told.push(format!("printed {}", rows.len())),
            _ => {}
        }
    }
    told
}
