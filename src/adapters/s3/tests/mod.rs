//! The adapter against a storage on loopback.

mod download;
mod part;
mod questions;
mod storage;

use std::io::Read;
use std::sync::Mutex;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use secrecy::SecretString;
use tempfile::TempDir;

use self::storage::{Fault, Request, Storage, Stored};
use super::*;
use crate::adapters::error::{AdapterError, chain};
use crate::domain::backup::{Backup, BackupKey, Began, BeganFrom, NameFormat, Window};
use crate::domain::engine::Engine;
use crate::domain::environment::{BackupSet, StorageName};
use crate::domain::failure::FailureKind;
use crate::domain::settings;
use crate::domain::slot::fixture;
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
        cloudwatch: None,
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
        engine: Some(Engine::Mongodb),
        prefix: prefix.to_owned(),
        name_format: NameFormat::new(pattern, TimeZone::UTC).unwrap(),
        schedule: None,
        keep: None,
        ..fixture::set()
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
