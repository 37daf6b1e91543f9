//! The whole command on the embedded world: exit codes, what is told, what is kept.

use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;

use super::*;
use crate::demo::s3::S3Fault;
use crate::runtime::headless::fixture::world;

const ALL: CheckArguments = CheckArguments {
    environments: Vec::new(),
    sets: Vec::new(),
    prometheus: None,
    notify: false,
    scan: None,
};

/// A server that takes whatever it is sent: the first line of each request, and its end.
struct Listener {
    url: SecretString,
    heard: UnboundedReceiver<String>,
    _tasks: JoinSet<()>,
}

impl Listener {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap()).into();
        let (tell, heard) = unbounded_channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 64 << 10];
                let mut length = stream.read(&mut request).await.unwrap();
                let is_whole =
                    |request: &[u8]| request.ends_with(b"}") || request.starts_with(b"GET");
                while !is_whole(&request[..length]) {
                    length += stream.read(&mut request[length..]).await.unwrap();
                }
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                stream.write_all(answer).await.unwrap();
                tell.send(String::from_utf8_lossy(&request[..length]).into_owned()).unwrap();
            }
        });
        Self { url, heard, _tasks: tasks }
    }

    fn heard(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.heard.try_recv().ok()).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slack_hears_of_each_change_once_and_the_watchdog_of_each_whole_check() {
    let (world, mut session) = world().await;
    let (mut slack, mut watchdog) = (Listener::start().await, Listener::start().await);
    session.settings.notify.slack_webhook = Some(Secret::Given(slack.url.clone()));
    session.settings.check.ping_url = Some(Secret::Given(watchdog.url.clone()));
    let notify = CheckArguments { notify: true, ..ALL };
    assert_eq!(Box::pin(check(&session, &notify)).await, Exit::Failed);
    let told = slack.heard();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[2].contains("*backups prod/ingest* (production): warning"), "{}", told[2]);
    assert!(told[2].contains("auto-delete=true"), "{}", told[2]);
    let pings: Vec<_> = watchdog.heard();
    let is_of = |ping: &String, path: &str| ping.starts_with(&format!("GET {path} "));
    assert!(is_of(&pings[0], "/hook/start") && is_of(&pings[1], "/hook"), "{pings:?}");

    // Without a change nobody hears anything.
    assert_eq!(Box::pin(check(&session, &notify)).await, Exit::Failed);
    assert_eq!(slack.heard(), Vec::<String>::new());
    assert_eq!(watchdog.heard().len(), 2);

    // What could not be seen is a change, and no success for the watchdog.
    world.storage_faults()[1].switch_on(S3Fault::Forbidden { operation: "ListObjectsV2" });
    let hourly = CheckArguments { sets: vec!["hourly".to_owned()], ..notify.clone() };
    assert_eq!(Box::pin(check(&session, &hourly)).await, Exit::Unverified);
    let told = slack.heard();
    assert!(told.len() == 1 && told[0].contains("could not see, was ok"), "{told:?}");
    assert_eq!(watchdog.heard().len(), 1);
    world.storage_faults()[1].clear();
    assert_eq!(Box::pin(check(&session, &hourly)).await, Exit::Well);
    let told = slack.heard();
    assert!(told.len() == 1 && told[0].contains("ok again"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_of_each_set_is_scanned_once_and_its_counts_are_kept() {
    let (_world, session) = world().await;
    let scan = CheckArguments { scan: Some(ScanWhich::Newest), ..ALL };
    assert_eq!(Box::pin(check(&session, &scan)).await, Exit::Failed);
    let records = || session.journal().read().unwrap().records().count();
    assert_eq!(records(), 3);
    assert_eq!(Box::pin(check(&session, &scan)).await, Exit::Failed);
    assert_eq!(records(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_written_whole_and_a_folder_that_is_not_there_is_told() {
    let (_world, session) = world().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lifeboat.prom");
    let of_research = CheckArguments { environments: vec!["research".to_owned()], ..ALL };
    let figures = CheckArguments { prometheus: Some(path.clone()), ..of_research.clone() };
    assert_eq!(Box::pin(check(&session, &figures)).await, Exit::Well);
    let text = std::fs::read_to_string(&path).unwrap();
    for line in [
        r#"lifeboat_backup_slot_state{env="research",set="hourly",state="ok"} 1"#,
        r#"lifeboat_backup_findings{env="research",set="daily",severity="critical"} 0"#,
        r#"lifeboat_backup_newest_timestamp_seconds{env="research",set="daily"} 1795144020"#,
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    let nowhere = folder.path().join("absent/lifeboat.prom");
    let figures = CheckArguments { prometheus: Some(nowhere), ..of_research };
    assert_eq!(Box::pin(check(&session, &figures)).await, Exit::Unverified);
}

#[tokio::test]
async fn what_is_not_there_to_be_checked_is_a_usage_error() {
    let (_world, session) = world().await;
    for arguments in [
        CheckArguments { environments: vec!["typo".to_owned()], ..ALL },
        CheckArguments { sets: vec!["typo".to_owned()], ..ALL },
        CheckArguments { notify: true, ..ALL },
    ] {
        assert_eq!(Box::pin(check(&session, &arguments)).await, Exit::Usage);
    }
}
