//! Fetching an object that cannot be had: nobody waits for bytes that will never come.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use lifeboat::adapters::s3::{PartFile, S3};
use lifeboat::domain::backup::BackupKey;
use lifeboat::domain::environment::StorageName;
use lifeboat::domain::settings::Storage;
use lifeboat::drill::event::Step;
use lifeboat::runtime::clock::Clock;
use lifeboat::runtime::drill::fetch::fetch;
use lifeboat::runtime::drill::reporter::Reporter;
use secrecy::SecretString;
use tokio::sync::mpsc;

/// More than any disk has free, and no more than a file may be long.
const LENGTH: u64 = 15 << 40;

/// A storage that has one object, and says no more of it than its head; returns its address.
fn storage() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let lines = BufReader::new(connection.try_clone().unwrap()).lines();
            let request: Vec<_> =
                lines.map_while(Result::ok).take_while(|it| !it.is_empty()).collect();
            assert!(request.first().is_some_and(|line| line.starts_with("HEAD ")), "{request:?}");
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {LENGTH}\r\netag: \"e-1\"\r\n\
                 last-modified: Tue, 03 Nov 2026 00:12:00 GMT\r\nconnection: close\r\n\r\n"
            );
            connection.write_all(head.as_bytes()).unwrap();
        }
    });
    address
}

#[tokio::test]
async fn an_object_that_no_disk_holds_is_refused_before_its_first_byte_and_not_waited_for() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let storage = Storage {
        name: StorageName("near".to_owned()),
        region: None,
        profile: None,
        role_arn: None,
        endpoint: Some(storage()),
        path_style: true,
        keys: Some(("AK".to_owned(), SecretString::from("SK"))),
        cloudwatch: None,
    };
    let s3 = S3::connect(&storage).await.unwrap();
    let object = s3.head("bucket", &BackupKey("dump.tar.gz".to_owned()), None).await.unwrap();
    let cache = tempfile::tempdir().unwrap();
    let part = PartFile::open(cache.path(), &object).unwrap();
    let (send, _events) = mpsc::channel(256);
    let reporter = Reporter::new(Clock::system(), send, None);
    let fetching = Box::pin(fetch(&s3, &part, false, &reporter));
    let fetched = tokio::time::timeout(Duration::from_secs(30), fetching).await.unwrap();
    let failure = fetched.failure.unwrap();
    assert!(fetched.fetched.is_none());
    assert!(failure.what.ends_with("free, the download needs 15.0 TiB"), "{failure}");
    assert_eq!(reporter.progress().failure().map(|(step, _)| step), Some(Step::Download));
}
