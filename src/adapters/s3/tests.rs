//! The adapter against a storage on loopback.

use std::io::Read;
use std::sync::Mutex;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use secrecy::SecretString;
use tempfile::TempDir;

use super::storage::{Fault, Request, Storage, Stored};
use super::*;
use crate::adapters::error::{AdapterError, chain};
use crate::domain::backup::{Backup, BackupKey, Began, BeganFrom, NameFormat, Window};
use crate::domain::engine::Engine;
use crate::domain::environment::{
    BackupSet, CronFlavour, EnvironmentName, FieldRules, SetKind, SetName, StorageName,
};
use crate::domain::failure::FailureKind;
use crate::domain::settings;
use crate::domain::units::ByteSize;

const MEBIBYTE: usize = 1 << 20;
const KEY: &str = "prod/2026-11-03T00_00.tar.gz";
const ETAG: &str = "0a1b-3";

async fn connect(storage: &Storage) -> S3 {
    S3::connect(&settings::Storage {
        name: StorageName("near".to_owned()),
        region: None,
        profile: None,
        role_arn: None,
        endpoint: Some(format!("http://{}", storage.address)),
        path_style: true,
        keys: Some(("AK".to_owned(), SecretString::from("SK"))),
    })
    .await
    .unwrap()
}

/// Bytes that differ from one position to the next.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect()
}

fn stored(content: Vec<u8>) -> Stored {
    Stored {
        content: Arc::new(content),
        etag: ETAG.to_owned(),
        modified: "2026-11-03T00:12:00Z".parse().unwrap(),
        headers: Vec::new(),
    }
}

fn set(prefix: &str, pattern: &str) -> BackupSet {
    BackupSet {
        name: SetName("ingest".to_owned()),
        environment: EnvironmentName("prod".to_owned()),
        production: true,
        kind: SetKind::Scheduled,
        engine: Some(Engine::Mongodb),
        storage: StorageName("near".to_owned()),
        bucket: "backups".to_owned(),
        prefix: prefix.to_owned(),
        name_format: NameFormat::new(pattern, TimeZone::UTC).unwrap(),
        time_zone: TimeZone::UTC,
        schedule: None,
        cron: CronFlavour::Kubernetes,
        keep: None,
        cronjob: None,
        verification: None,
        source: None,
        fields: FieldRules::default(),
        collections_first: Vec::new(),
        collections: Vec::new(),
    }
}

fn window(since: &str, until: &str) -> Window {
    Window { since: since.parse().unwrap(), until: until.parse().unwrap() }
}

async fn head(s3: &S3) -> Result<Object, AdapterError> {
    let format = NameFormat::new("%Y-%m-%dT%H_%M.tar.gz", TimeZone::UTC).unwrap();
    s3.head("backups", &BackupKey(KEY.to_owned()), Some(&format)).await
}

/// A storage with one object, its content, and a client.
struct World {
    storage: Storage,
    content: Vec<u8>,
    s3: S3,
    cache: TempDir,
}

impl World {
    async fn new(length: usize) -> Self {
        let storage = Storage::start().await;
        let content = content(length);
        storage.put(&format!("backups/{KEY}"), stored(content.clone()));
        let s3 = connect(&storage).await;
        Self { storage, content, s3, cache: TempDir::new().unwrap() }
    }

    async fn part(&self) -> PartFile {
        let object = head(&self.s3).await.unwrap();
        PartFile::open(self.cache.path(), &object).unwrap()
    }

    async fn download(&self, part: &PartFile) -> Result<(), AdapterError> {
        self.s3.download(part, &|_| {}).await
    }

    fn assert_whole(&self, part: &PartFile) {
        assert!(part.is_complete());
        let mut read = Vec::new();
        part.reader().read_to_end(&mut read).unwrap();
        assert!(read == self.content, "the content differs");
    }

    /// How many bytes the ranges asked for since the last call.
    fn asked(&self) -> usize {
        let ranges = self.storage.requests().into_iter().filter_map(|request| {
            let range = request.headers.get("range")?.strip_prefix("bytes=")?.to_owned();
            let (start, end) = range.split_once('-')?;
            Some(end.parse::<usize>().ok()? + 1 - start.parse::<usize>().ok()?)
        });
        ranges.sum()
    }
}

/// Meets each GET of an object with the fault that `fault` gives for its number.
fn on_gets(
    mut fault: impl FnMut(usize) -> Option<Fault> + Send + 'static,
) -> impl FnMut(&Request) -> Option<Fault> + Send {
    let mut number = 0;
    move |request| {
        if !request.is_get_of_object() {
            return None;
        }
        number += 1;
        fault(number)
    }
}

#[tokio::test]
async fn a_listing_of_ten_thousand_comes_whole_and_in_the_order_of_t0() {
    let storage = Storage::start().await;
    let first: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
    let set = set("prod/", "%d-%m-%YT%H.gz");
    for hour in 0..10_000 {
        let name = set.name_format.name(first + hour.hours()).unwrap();
        storage.put(&format!("backups/prod/{name}"), stored(vec![0; 3]));
    }
    storage.put("backups/dev/01-01-2025T00.gz", stored(vec![0; 3]));
    let listed = connect(&storage)
        .await
        .list(&set, window("2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z"))
        .await
        .unwrap();
    assert_eq!(listed.len(), 10_000);
    assert!(listed.is_sorted_by_key(|backup| backup.began.at));
    assert_eq!(listed[0].name(), "01-01-2025T00.gz");
    assert_eq!((listed[0].size, listed[0].etag.as_str()), (ByteSize(3), ETAG));
    assert_eq!(storage.requests().len(), 10);
}

#[tokio::test]
async fn only_the_window_is_listed_where_names_sort_by_time() {
    let storage = Storage::start().await;
    let set = set("prod/", "%Y-%m-%d.gz");
    let first: Timestamp = "2018-01-01T00:00:00Z".parse().unwrap();
    for day in 0..3000 {
        let name = set.name_format.name(first + (24 * day).hours()).unwrap();
        storage.put(&format!("backups/prod/{name}"), stored(vec![0; 3]));
    }
    let s3 = connect(&storage).await;
    let window = window("2026-03-01T00:00:00Z", "2026-03-10T12:00:00Z");
    let listed = s3.list(&set, window).await.unwrap();
    let names: Vec<_> = listed.iter().map(Backup::name).collect();
    assert_eq!((names.len(), names[0], names[9]), (10, "2026-03-01.gz", "2026-03-10.gz"));
    assert_eq!(storage.requests().len(), 1, "older pages are not asked for");
}

#[tokio::test]
async fn an_unreadable_name_counts_by_its_upload_and_a_folder_not_at_all() {
    let storage = Storage::start().await;
    storage.put("backups/prod/", stored(Vec::new()));
    storage.put("backups/prod/empty.gz", stored(Vec::new()));
    storage.put("backups/prod/latest.gz", stored(vec![0; 3]));
    let s3 = connect(&storage).await;
    let listed = s3
        .list(&set("prod/", "%Y-%m-%d.gz"), window("2026-11-01T00:00:00Z", "2026-11-04T00:00:00Z"))
        .await
        .unwrap();
    let names: Vec<_> = listed.iter().map(Backup::name).collect();
    assert_eq!(names, ["empty.gz", "latest.gz"]);
    let at = "2026-11-03T00:12:00Z".parse().unwrap();
    assert_eq!(listed[1].began, Began { at, from: BeganFrom::LastModified });
}

#[tokio::test]
async fn a_refused_listing_names_the_permission() {
    let storage = Storage::start().await;
    storage.fail(|_| Some(Fault::Refuse { status: 403, code: "AccessDenied", message: "no" }));
    let s3 = connect(&storage).await;
    let window = window("2026-11-01T00:00:00Z", "2026-11-04T00:00:00Z");
    let error = s3.list(&set("prod/", "%Y-%m-%d.gz"), window).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Denied);
    assert_eq!(
        error.to_string(),
        "listing backups in s3://backups/prod/: access denied (AccessDenied)"
    );
    assert_eq!(
        error.advice.as_deref(),
        Some("do the keys of the storage `near` allow s3:ListBucket?")
    );
    assert!(chain(error.source.as_deref().unwrap()).contains("AccessDenied"));
}

#[tokio::test]
async fn head_tells_what_a_download_needs() {
    let world = World::new(10).await;
    let object = head(&world.s3).await.unwrap();
    assert_eq!(object.backup.began.at, "2026-11-03T00:00:00Z".parse().unwrap());
    assert_eq!(object.backup.began.from, BeganFrom::Name);
    assert_eq!(object.backup.ended(), "2026-11-03T00:12:00Z".parse().unwrap());
    assert_eq!((object.backup.size, object.backup.etag.as_str()), (ByteSize(10), ETAG));
    assert_eq!(object.checksum, None);
    assert_eq!(world.storage.requests()[0].headers["x-amz-checksum-mode"], "ENABLED");
}

#[tokio::test]
async fn a_refused_head_says_why_although_its_answer_has_no_body() {
    let world = World::new(10).await;
    for (status, code, message, kind, shown) in [
        (404, "NoSuchBucket", "", FailureKind::Missing, "there is no such bucket"),
        (404, "NoSuchKey", "", FailureKind::Missing, "there is no such object"),
        (400, "ExpiredToken", "", FailureKind::Denied, "the login has expired"),
        (403, "AccessDenied", "", FailureKind::Denied, "allow s3:GetObject?"),
        (
            403,
            "AccessDenied",
            "not authorized to perform: kms:Decrypt on the resource",
            FailureKind::Denied,
            "allow kms:Decrypt?",
        ),
    ] {
        world.storage.fail(move |_| Some(Fault::Refuse { status, code, message }));
        let error = head(&world.s3).await.unwrap_err();
        assert_eq!(error.kind, kind, "{code}");
        let said = format!("{error}; {}", error.advice.as_deref().unwrap_or_default());
        assert!(said.contains(shown) && said.contains(code), "{said}");
    }
}

#[tokio::test]
async fn a_download_is_whole_and_reports_its_way() {
    let world = World::new(20 * MEBIBYTE + 5).await;
    let part = world.part().await;
    assert!(!part.is_complete());
    let seen = Mutex::new(Vec::new());
    world.s3.download(&part, &|transferred| seen.lock().unwrap().push(transferred)).await.unwrap();
    world.assert_whole(&part);
    let seen = seen.into_inner().unwrap();
    let total = ByteSize(world.content.len() as u64);
    assert_eq!(seen.last(), Some(&Transferred { done: total, total }));
    assert!(seen.is_sorted_by_key(|transferred| transferred.done));
    let gets = world.storage.requests().into_iter().filter(Request::is_get_of_object);
    assert!(gets.clone().all(|request| request.headers["if-match"] == format!("\"{ETAG}\"")));
    assert_eq!(gets.count(), 3);

    let path = part.path().to_owned();
    part.remove().unwrap();
    assert!(!path.exists());
    assert_eq!(std::fs::read_dir(world.cache.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn an_empty_object_is_downloaded_by_asking_for_nothing() {
    let world = World::new(0).await;
    let part = world.part().await;
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
}

#[tokio::test(start_paused = true)]
async fn lost_connections_go_on_where_they_were() {
    let world = World::new(18 * MEBIBYTE).await;
    let cut = |number: usize| number.is_multiple_of(2).then_some(Fault::CutAfter(3 * MEBIBYTE));
    world.storage.fail(on_gets(cut));
    let part = world.part().await;
    world.storage.requests();
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
    let asked = world.storage.requests();
    assert!(asked.len() > 3, "{}", asked.len());
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_asks_to_slow_down_is_asked_again() {
    let world = World::new(40 * MEBIBYTE).await;
    world.storage.fail(on_gets(|number| {
        let busy = Fault::Refuse { status: 503, code: "SlowDown", message: "Reduce your rate" };
        (!number.is_multiple_of(3)).then_some(busy)
    }));
    let part = world.part().await;
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_only_fails_is_given_up() {
    let world = World::new(MEBIBYTE).await;
    let part = world.part().await;
    world.storage.fail(|_| {
        Some(Fault::Refuse { status: 500, code: "InternalError", message: "We encountered" })
    });
    let error = world.download(&part).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unreachable);
    assert_eq!(error.reason, "the storage itself failed (InternalError)");
    assert_eq!(world.storage.requests().iter().filter(|it| it.is_get_of_object()).count(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_given_up_and_asked_again() {
    let world = World::new(2 * MEBIBYTE).await;
    world.storage.fail(on_gets(|number| (number == 1).then_some(Fault::HangAfter(MEBIBYTE))));
    let part = world.part().await;
    world.storage.requests();
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
    assert_eq!(world.asked(), 3 * MEBIBYTE, "the first half is not asked for twice");
}

#[tokio::test]
async fn an_object_that_is_replaced_meanwhile_ends_the_download() {
    let world = World::new(MEBIBYTE).await;
    let part = world.part().await;
    let other = Stored { etag: "other".to_owned(), ..stored(content(MEBIBYTE)) };
    world.storage.put(&format!("backups/{KEY}"), other);
    let error = world.download(&part).await.unwrap_err();
    assert_eq!(error.reason, "the object was replaced while it was downloaded");
    assert_eq!(world.storage.requests().iter().filter(|it| it.is_get_of_object()).count(), 1);
}

#[tokio::test]
async fn an_archived_object_is_refused_before_its_first_byte() {
    let world = World::new(10).await;
    for (restore, shown) in [
        (None, "the object is archived in DEEP_ARCHIVE"),
        (Some("ongoing-request=\"true\""), "the object is still being thawed from DEEP_ARCHIVE"),
    ] {
        let mut archived = stored(content(10));
        archived.headers = vec![("x-amz-storage-class", "DEEP_ARCHIVE".to_owned())];
        archived.headers.extend(restore.map(|restore| ("x-amz-restore", restore.to_owned())));
        world.storage.put(&format!("backups/{KEY}"), archived);
        let part = world.part().await;
        world.storage.requests();
        let error = world.download(&part).await.unwrap_err();
        assert_eq!(error.reason, shown);
        assert!(restore.is_some() || error.advice.unwrap().contains("aws s3api restore-object"));
        assert!(world.storage.requests().is_empty());
    }
}

#[tokio::test]
async fn a_thawed_object_is_downloaded() {
    let world = World::new(10).await;
    let mut thawed = stored(world.content.clone());
    thawed.headers = vec![
        ("x-amz-storage-class", "GLACIER".to_owned()),
        (
            "x-amz-restore",
            "ongoing-request=\"false\", expiry-date=\"Fri, 13 Nov 2026 00:00:00 GMT\"".to_owned(),
        ),
    ];
    world.storage.put(&format!("backups/{KEY}"), thawed);
    let part = world.part().await;
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
}

#[tokio::test]
async fn an_archive_that_only_the_first_get_tells_of_says_how_to_thaw() {
    let world = World::new(10).await;
    let part = world.part().await;
    world.storage.fail(|_| {
        Some(Fault::Refuse { status: 403, code: "InvalidObjectState", message: "not valid" })
    });
    let error = world.download(&part).await.unwrap_err();
    assert_eq!(error.reason, "the object is archived (InvalidObjectState)");
    assert!(error.advice.unwrap().contains("aws s3api restore-object"));
}

#[tokio::test(start_paused = true)]
async fn a_second_run_downloads_only_what_the_first_left() {
    let world = World::new(20 * MEBIBYTE).await;
    let part = world.part().await;
    world.storage.fail(on_gets(|number| match number {
        1 => None,
        2 => Some(Fault::CutAfter(3 * MEBIBYTE)),
        _ => Some(Fault::Refuse { status: 403, code: "AccessDenied", message: "enough" }),
    }));
    let error = world.download(&part).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Denied);
    drop(part);

    world.storage.heal();
    let part = world.part().await;
    let left = world.content.len() - usize::try_from(part.resumed().bytes()).unwrap();
    assert!(left < world.content.len(), "nothing was kept");
    world.storage.requests();
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
    assert_eq!(world.asked(), left);
}

#[tokio::test]
async fn a_download_goes_on_in_the_same_file_after_it_was_cancelled() {
    let world = World::new(2 * MEBIBYTE).await;
    world.storage.fail(on_gets(|_| Some(Fault::HangAfter(MEBIBYTE))));
    let part = world.part().await;
    cancel_at(&world, &part, MEBIBYTE).await;
    world.storage.heal();
    world.storage.requests();
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
    assert_eq!(world.asked(), MEBIBYTE);
}

/// Downloads until so many bytes are there, then drops the future.
async fn cancel_at(world: &World, part: &PartFile, bytes: usize) {
    let reached = tokio::sync::Notify::new();
    let observe = |transferred: Transferred| {
        if transferred.done.bytes() >= bytes as u64 {
            reached.notify_one();
        }
    };
    tokio::select! {
        outcome = world.s3.download(part, &observe) => panic!("ended by itself: {outcome:?}"),
        () = reached.notified() => {}
    }
}

#[tokio::test]
async fn bytes_that_the_disk_lost_are_downloaded_again() {
    let world = World::new(20 * MEBIBYTE).await;
    let part = world.part().await;
    world.download(&part).await.unwrap();
    let path = part.path().to_owned();
    drop(part);
    let mut damaged = std::fs::read(&path).unwrap();
    damaged[MEBIBYTE] ^= 1;
    std::fs::write(&path, damaged).unwrap();

    let part = world.part().await;
    assert_eq!(part.resumed(), ByteSize::mebibytes(12), "the damaged piece is not counted");
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
}

#[tokio::test]
async fn two_drills_do_not_write_one_file() {
    let world = World::new(10).await;
    let part = world.part().await;
    let object = head(&world.s3).await.unwrap();
    let error = PartFile::open(world.cache.path(), &object).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("downloading s3://backups/{KEY}: another drill on this machine is downloading it")
    );
    drop(part);
    PartFile::open(world.cache.path(), &object).unwrap();
}

#[tokio::test]
async fn a_sweep_removes_old_downloads_that_nobody_holds() {
    let world = World::new(10).await;
    let part = world.part().await;
    let written = std::fs::metadata(part.path()).unwrap().modified().unwrap();
    let written = Timestamp::try_from(written).unwrap();
    let day = std::time::Duration::from_hours(24);
    let sweep =
        |hours: i64| PartFile::sweep(world.cache.path(), day, written + hours.hours()).unwrap();
    assert_eq!(sweep(25), 0, "somebody holds it");
    drop(part);
    assert_eq!(sweep(23), 0, "it is not old yet");
    assert_eq!(sweep(25), 1);
    assert_eq!(std::fs::read_dir(world.cache.path()).unwrap().count(), 0);
    assert_eq!(PartFile::sweep(&world.cache.path().join("absent"), day, written).unwrap(), 0);
}

#[tokio::test]
async fn readers_follow_the_bytes_while_they_arrive() {
    let world = World::new(20 * MEBIBYTE).await;
    let part = world.part().await;
    let readers = [part.reader(), part.reader()].map(|mut reader| {
        tokio::task::spawn_blocking(move || {
            let mut read = Vec::new();
            reader.read_to_end(&mut read).map(|_| read)
        })
    });
    world.download(&part).await.unwrap();
    for reader in readers {
        assert!(reader.await.unwrap().unwrap() == world.content);
    }
}

#[tokio::test]
async fn a_cancelled_download_wakes_its_readers() {
    let world = World::new(2 * MEBIBYTE).await;
    world.storage.fail(on_gets(|_| Some(Fault::HangAfter(MEBIBYTE))));
    let part = world.part().await;
    let mut reader = part.reader();
    let reading = tokio::task::spawn_blocking(move || {
        let mut read = Vec::new();
        (reader.read_to_end(&mut read).unwrap_err(), read.len())
    });
    cancel_at(&world, &part, MEBIBYTE).await;
    let (error, read) = reading.await.unwrap();
    assert_eq!(error.to_string(), "the download was cancelled");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionAborted);
    assert_eq!(read, MEBIBYTE);
}

#[tokio::test]
async fn a_failed_download_tells_its_readers_why() {
    let world = World::new(10).await;
    let part = world.part().await;
    world.storage.fail(|_| Some(Fault::Refuse { status: 403, code: "AccessDenied", message: "" }));
    let mut reader = part.reader();
    let reading = tokio::task::spawn_blocking(move || reader.read(&mut [0; 8]).unwrap_err());
    world.download(&part).await.unwrap_err();
    let error = reading.await.unwrap().to_string();
    assert_eq!(error, format!("downloading s3://backups/{KEY}: access denied (AccessDenied)"));
}

#[tokio::test]
async fn a_file_that_is_dropped_without_a_download_wakes_its_readers() {
    let world = World::new(10).await;
    let part = world.part().await;
    let mut reader = part.reader();
    let reading = tokio::task::spawn_blocking(move || reader.read(&mut [0; 8]).unwrap_err());
    drop(part);
    assert_eq!(reading.await.unwrap().to_string(), "the download was given up");
}

#[tokio::test]
async fn content_that_arrived_otherwise_than_it_was_stored_is_noticed() {
    let world = World::new(1000).await;
    let object = |content: &[u8]| Stored {
        headers: vec![("x-amz-checksum-crc32", "y/Q5Jg==".to_owned())],
        ..stored(content.to_vec())
    };
    for (content, same) in [(&b"123456789"[..], true), (b"123456780", false)] {
        let object = Stored { etag: format!("is-{same}"), ..object(content) };
        world.storage.put(&format!("backups/{KEY}"), object);
        let part = world.part().await;
        world.download(&part).await.unwrap();
        let checksum = part.object().checksum.clone().unwrap();
        let compared = checksum.compare(part.reader()).unwrap();
        assert_eq!(compared == Compared::Same, same);
    }
}

#[tokio::test]
async fn a_bucket_without_a_written_region_is_asked_once() {
    let world = World::new(10).await;
    let asking = S3 { location: Arc::new(client::Location::Asked(Mutex::default())), ..world.s3 };
    world.storage.fail(|request| {
        let header = ("x-amz-bucket-region", "eu-south-2");
        (request.path == "/backups").then_some(Fault::RefuseWith { status: 403, header })
    });
    for _ in 0..2 {
        head(&asking).await.unwrap();
    }
    let requests = world.storage.requests();
    let asked = requests.iter().filter(|request| request.path == "/backups").count();
    assert_eq!((asked, requests.len()), (1, 3));
    assert!(requests[2].headers["authorization"].contains("/eu-south-2/s3/"));
}

#[tokio::test]
async fn a_bucket_of_another_region_is_named() {
    let world = World::new(10).await;
    let part = world.part().await;
    world.storage.fail(|_| {
        let header = ("x-amz-bucket-region", "eu-south-2");
        Some(Fault::RefuseWith { status: 301, header })
    });
    let error = world.download(&part).await.unwrap_err();
    assert!(error.reason.starts_with("the bucket is in the region eu-south-2"), "{error}");
    assert_eq!(error.advice.unwrap(), "set `region = \"eu-south-2\"` for the storage `near`");
}

#[tokio::test]
async fn an_endpoint_that_nobody_serves_is_named() {
    let world = World::new(10).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let storage = Storage { address: closed, ..world.storage.clone() };
    tokio::time::pause();
    let error = head(&connect(&storage).await).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unreachable);
    assert!(error.reason.starts_with("no connection: Connection refused"), "{}", error.reason);
    assert!(error.advice.unwrap().contains(&closed.to_string()));
}
