//! The console's feeds on the clusters of the embedded world, over real connections.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use lifeboat::adapters::kubernetes::deeds::perform;
use lifeboat::adapters::kubernetes::logs;
use lifeboat::adapters::kubernetes::printed::printed;
use lifeboat::adapters::kubernetes::read;
use lifeboat::demo::kubernetes::ApiFault;
use lifeboat::demo::population::Tier;
use lifeboat::domain::deed::{Deed, What};
use lifeboat::domain::environment::EnvironmentName;
use lifeboat::domain::failure::FailureKind;
use lifeboat::domain::log::{LogNews, LogRequest, LogSource, LogStart};
use lifeboat::domain::news::{Delta, Kind, News, Scope};
use lifeboat::domain::pod::{Pod, Uid};
use lifeboat::domain::trust::Trust;
use lifeboat::runtime::console::cluster::{ClusterFeed, ClusterNews, Namespaces};
use lifeboat::runtime::console::connect::{Line, Lines};
use lifeboat::runtime::console::log_stream::follow;
use lifeboat::runtime::console::look::look;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::harness::Rehearsal;

/// Feeds of all environments of a world.
struct Feeds {
    rehearsal: Rehearsal,
    lines: Lines,
    news: mpsc::Receiver<ClusterNews>,
    began: Instant,
    seen: BTreeMap<EnvironmentName, Seen>,
    _namespaces: Vec<watch::Sender<Namespaces>>,
    _tasks: JoinSet<()>,
}

/// What a console would hold of an environment.
#[derive(Default)]
struct Seen {
    pods: BTreeMap<Uid, Arc<Pod>>,
    trust: BTreeMap<(Kind, Scope), Trust>,
    live_after: Option<Duration>,
    printed: usize,
    usage: usize,
}

impl Feeds {
    /// Begins to feed after `prepare` has made the world what it shall be.
    async fn start(prepare: impl FnOnce(&Rehearsal)) -> Self {
        let rehearsal = Rehearsal::start().await;
        prepare(&rehearsal);
        let (sink, news) = mpsc::channel(16);
        let mut tasks = JoinSet::new();
        let mut lines = Lines::new();
        let mut choices = Vec::new();
        for environment in &rehearsal.settings.environments {
            let Some(kubernetes) = &environment.kubernetes else { continue };
            let line = Arc::new(Line::new(
                environment.name.clone(),
                rehearsal.settings.kubeconfig.clone(),
                kubernetes.context.clone(),
                rehearsal.clock,
            ));
            lines.insert(environment.name.clone(), Arc::clone(&line));
            let names = kubernetes.namespaces.iter().map(|name| Arc::from(name.as_str()));
            let (choose, namespaces) = watch::channel(Namespaces::These(names.collect()));
            choices.push(choose);
            let feed = ClusterFeed { line, namespaces, clock: rehearsal.clock, sink: sink.clone() };
            tasks.spawn(feed.run(CancellationToken::new()));
        }
        let (began, seen) = (Instant::now(), BTreeMap::new());
        Self { rehearsal, lines, news, began, seen, _namespaces: choices, _tasks: tasks }
    }

    /// Takes news in until what is known is what is wanted.
    async fn until(&mut self, what: &str, wanted: impl Fn(&Self) -> bool) {
        let taking = timeout(Duration::from_mins(1), async {
            while !wanted(self) {
                let ClusterNews { environment, news } = self.news.recv().await.unwrap();
                let elapsed = self.began.elapsed();
                let seen = self.seen.entry(environment).or_default();
                for news in news {
                    seen.take(news, elapsed);
                }
            }
        });
        assert!(taking.await.is_ok(), "never: {what}");
    }

    fn of(&self, environment: &str) -> &Seen {
        static NOTHING: std::sync::LazyLock<Seen> = std::sync::LazyLock::new(Seen::default);
        self.seen.get(&EnvironmentName(environment.to_owned())).unwrap_or(&NOTHING)
    }
}

impl Seen {
    fn take(&mut self, news: News, elapsed: Duration) {
        match news {
            News::Pods(Delta::Page { rows, .. }) => self.add(rows),
            News::Pods(Delta::Changed { applied, gone }) => {
                self.add(applied);
                self.pods.retain(|uid, _| !gone.contains(uid));
            }
            News::Standing { kind, scope, trust } => {
                if kind == Kind::Pod && trust == Trust::Live {
                    self.live_after.get_or_insert(elapsed);
                }
                self.trust.insert((kind, scope), trust);
            }
            News::Printed { rows, .. } => self.printed += rows.len(),
            News::PodUsage(Ok(usage)) => self.usage = usage.len(),
            _ => {}
        }
    }

    fn add(&mut self, rows: Vec<Arc<Pod>>) {
        self.pods.extend(rows.into_iter().map(|pod| (pod.uid.clone(), pod)));
    }

    /// Whether so many kinds and scopes are known to be as `wanted`.
    fn all(&self, count: usize, wanted: impl Fn(&Trust) -> bool) -> bool {
        self.trust.len() == count && self.trust.values().all(wanted)
    }
}

/// Seven kinds in two namespaces, and the nodes.
const EVERYTHING: usize = 15;

#[tokio::test(flavor = "multi_thread")]
async fn every_pod_of_every_environment_is_there_as_the_world_has_it() {
    let mut feeds = Feeds::start(|_| {}).await;
    let is_live = |trust: &Trust| *trust == Trust::Live;
    feeds
        .until("everything live", |feeds| {
            let environments = ["dev", "staging", "prod"];
            environments.iter().all(|name| feeds.of(name).all(EVERYTHING, is_live))
        })
        .await;
    for tier in Tier::ALL {
        let mut expected: Vec<_> = feeds.rehearsal.world.cluster(tier).expected();
        expected.retain(|pod| ["default", "kube-system"].contains(&pod.namespace.as_str()));
        let mut expected: Vec<_> =
            expected.into_iter().map(|pod| (pod.namespace, pod.name)).collect();
        expected.sort();
        let seen = feeds.of(tier.name());
        let mut pods: Vec<_> = seen
            .pods
            .values()
            .map(|pod| (pod.namespace.to_string(), pod.name.to_string()))
            .collect();
        pods.sort();
        assert!(!pods.is_empty());
        assert_eq!(pods, expected, "{}", tier.name());
    }
    feeds.until("usage", |feeds| feeds.of("prod").usage > 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_environment_hangs_one_refuses_the_login_and_the_third_is_live_within_a_second() {
    let mut feeds = Feeds::start(|rehearsal| {
        let cluster = |tier| rehearsal.world.cluster(tier);
        cluster(Tier::Dev).faults().switch_on(ApiFault::Hang);
        cluster(Tier::Staging).faults().switch_on(ApiFault::Unauthorized);
    })
    .await;
    feeds
        .until("prod live", |feeds| feeds.of("prod").all(EVERYTHING, |trust| *trust == Trust::Live))
        .await;
    let live = feeds.of("prod").live_after.unwrap();
    assert!(live < Duration::from_secs(1), "{live:?}");
    feeds
        .until("staging refused", |feeds| {
            let expired = |trust: &Trust| matches!(trust, Trust::LoginExpired { .. });
            feeds.of("staging").all(EVERYTHING, expired)
        })
        .await;
    feeds
        .until("dev late", |feeds| {
            let late = |trust: &Trust| {
                matches!(trust, Trust::Unreachable { why } if why.kind == FailureKind::TimedOut)
            };
            feeds.of("dev").trust.values().any(late)
        })
        .await;
    assert!(feeds.of("dev").pods.is_empty() && feeds.of("staging").pods.is_empty());
    // A new login, and a key.
    feeds.rehearsal.world.cluster(Tier::Staging).faults().clear();
    let staging = EnvironmentName("staging".to_owned());
    feeds.lines.get(&staging).unwrap().retry().await;
    feeds
        .until("staging live", |feeds| {
            feeds.of("staging").all(EVERYTHING, |trust| *trust == Trust::Live)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_forbidden_namespace_leaves_the_other_live() {
    let mut feeds = Feeds::start(|rehearsal| {
        let fault = ApiFault::Forbidden { namespace: Some("kube-system") };
        rehearsal.world.cluster(Tier::Prod).faults().switch_on(fault);
    })
    .await;
    let scope = |namespace: &str| Scope::Namespace(Arc::from(namespace));
    feeds.until("all of prod", |feeds| feeds.of("prod").trust.len() == EVERYTHING).await;
    let trust = &feeds.of("prod").trust;
    assert_eq!(trust[&(Kind::Pod, scope("default"))], Trust::Live);
    let Trust::Unreachable { why } = &trust[&(Kind::Pod, scope("kube-system"))] else {
        panic!("{trust:?}");
    };
    assert_eq!(why.kind, FailureKind::Denied);
    assert!(why.to_string().contains("list pods in the namespace kube-system"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_look_logs_objects_and_tables_are_read_from_the_world() {
    let feeds = Feeds::start(|_| {}).await;
    let environment = EnvironmentName("prod".to_owned());
    let line = feeds.lines.get(&environment).unwrap();
    let names = vec![Arc::from("default")];
    let login = Duration::from_secs(20);
    let look = look(line, &Namespaces::These(names.clone()), login).await.unwrap();
    assert_eq!(look.missed, []);
    assert!(!look.workloads.is_empty() && !look.nodes.is_empty() && !look.cron_jobs.is_empty());
    let cluster = line.cluster().await.unwrap();
    let rows = printed(&cluster, &names[0]).await.unwrap();
    let mut listed: Vec<_> = look.pods.iter().map(|pod| pod.name.clone()).collect();
    listed.sort();
    let mut printed: Vec<_> = rows.into_iter().map(|row| row.name).collect();
    printed.sort();
    assert_eq!(listed, printed);
    assert!(read::namespaces(&cluster).await.unwrap().contains(&names[0]));
    let pod = look
        .pods
        .iter()
        .find(|pod| pod.statuses.iter().any(|status| status.ready))
        .expect("some pod runs");
    let address = read::Address {
        kind: Kind::Pod,
        namespace: Some(pod.namespace.clone()),
        name: pod.name.clone(),
    };
    let object = read::object(&cluster, &address).await.unwrap();
    assert_eq!(object["metadata"]["uid"], *pod.uid.0);
    read::events_of(&cluster, &pod.namespace, &pod.uid).await.unwrap();
    let source = LogSource {
        environment,
        namespace: pod.namespace.clone(),
        pod: pod.name.clone(),
        container: pod.containers[0].name.clone(),
    };
    assert_eq!(logs::outlook(&cluster, &source).await.unwrap(), logs::Outlook::More);
    let request = LogRequest {
        sources: vec![source],
        previous: false,
        start: LogStart::Tail(20),
        follow: false,
    };
    let (sink, mut news) = mpsc::channel(16);
    follow(request, &feeds.lines, sink, CancellationToken::new()).await;
    let mut lines = Vec::new();
    let mut has_ended = false;
    while let Some(news) = news.recv().await {
        match news {
            LogNews::Lines(more) => lines.extend(more),
            LogNews::Ended { failure: None, .. } => has_ended = true,
            other => panic!("{other:?}"),
        }
    }
    assert!(has_ended && !lines.is_empty() && lines.len() <= 20);
    assert!(lines.iter().all(|line| line.at.is_some()));
    assert!(lines.is_sorted_by_key(|line| line.at));
}

#[tokio::test(flavor = "multi_thread")]
async fn deeds_change_the_world_and_only_what_they_name() {
    let feeds = Feeds::start(|_| {}).await;
    let environment = EnvironmentName("dev".to_owned());
    let line = feeds.lines.get(&environment).unwrap();
    let cluster = line.cluster().await.unwrap();
    let namespaces = Namespaces::These(vec![Arc::from("default")]);
    let glance = async || look(line, &namespaces, Duration::from_secs(20)).await.unwrap();
    let before = glance().await;
    let cronjob = before.cron_jobs.first().unwrap();
    let act = async |what| {
        let environment = environment.clone();
        let deed = Deed { environment, namespace: cronjob.namespace.clone(), what };
        perform(&cluster, &deed, feeds.rehearsal.clock.now()).await
    };
    let name = || cronjob.name.clone();
    act(What::SuspendCronJob { name: name() }).await.unwrap();
    act(What::RunCronJob { name: name() }).await.unwrap();
    let after = glance().await;
    let suspended: Vec<_> = after.cron_jobs.iter().filter(|it| it.is_suspended).collect();
    assert!(suspended.iter().any(|it| it.uid == cronjob.uid));
    let stem = format!("{}-manual-", cronjob.name);
    let made = after.jobs.iter().find(|job| job.name.starts_with(&stem)).unwrap();
    assert_eq!(*made.owner.as_ref().unwrap().name, *cronjob.name);
    act(What::ResumeCronJob { name: name() }).await.unwrap();
    let resumed = glance().await;
    assert!(resumed.cron_jobs.iter().any(|it| it.uid == cronjob.uid && !it.is_suspended));
    let pod = before.pods.first().unwrap();
    let delete = |uid: &Uid| What::DeletePod { name: pod.name.clone(), uid: uid.clone() };
    assert!(act(delete(&cronjob.uid)).await.is_err(), "it is another pod");
    act(delete(&pod.uid)).await.unwrap();
    let gone = glance().await;
    let still = gone.pods.iter().find(|it| it.uid == pod.uid);
    assert!(still.is_none_or(|pod| pod.deleting.is_some()));
}
