//! The embedded world's objects on a storage that is not ours get the same answers, except where it does not
//! offer something.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use lifeboat::adapters::s3::S3;
use lifeboat::demo::{Genesis, World};
use lifeboat::domain::bucket::{LifecycleRule, Versioning};
use lifeboat::domain::checkup::Checkup;
use lifeboat::domain::environment::BackupSet;
use lifeboat::domain::known::Known;
use lifeboat::domain::settings::Settings;
use lifeboat::journal::Journal;
use lifeboat::runtime::check::Check;
use lifeboat::runtime::check::memory::Memory;
use lifeboat::runtime::choose::storage;
use lifeboat::runtime::clock::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::parts::{Server, free_address, program};

/// A filled moto, up as long as this is held.
struct Moto {
    server: Server,
    _stock: TempDir,
}

impl Moto {
    fn holding(stock: &Value) -> Result<Self, String> {
        let python = program("LIFEBOAT_E2E_VENV", "bin/python3")?;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stock.json");
        std::fs::write(&path, stock.to_string()).unwrap();
        let address = free_address();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/moto_filled.py");
        let mut command = Command::new(python);
        command.arg(script).arg(address.port().to_string()).arg(path);
        Ok(Self { server: Server::start(&command, address), _stock: folder })
    }
}

/// All that the storages of `sets` hold, as a client sees it.
async fn stock(settings: &Settings, sets: &[&BackupSet]) -> Value {
    let mut buckets: BTreeMap<&str, Value> = BTreeMap::new();
    for set in sets {
        let s3 = S3::connect(storage(settings, set).unwrap()).await.unwrap();
        let versioning = s3.versioning(&set.bucket).await;
        let rules = s3.lifecycle(&set.bucket).await.told().cloned().unwrap_or_default();
        let bucket = buckets.entry(set.bucket.as_str()).or_insert_with(|| {
            json!({
                "name": set.bucket,
                "keeps_versions": versioning == Known::Told(Versioning::Enabled),
                "rules": rules.iter().map(rule).collect::<Vec<_>>(),
                "objects": [],
                "uploads": [],
            })
        });
        let uploads = s3.uploads(set).await;
        let keys = uploads.told().unwrap().iter().map(|upload| json!(upload.key.0));
        bucket["uploads"].as_array_mut().unwrap().extend(keys);
        let mut pages = s3.pages(set, None).await.unwrap();
        while let Some(page) = pages.next().await {
            for backup in page.unwrap() {
                let tags = match s3.sample(&backup, !rules.is_empty()).await {
                    Known::Told(sample) => sample.tags.told().cloned().unwrap_or_default(),
                    other => panic!("{other:?}"),
                };
                let tag = |tag: &lifeboat::domain::bucket::Tag| json!({"Key": tag.key, "Value": tag.value});
                bucket["objects"].as_array_mut().unwrap().push(json!({
                    "key": backup.key.0,
                    "etag": backup.etag,
                    "size": backup.size.bytes(),
                    "modified": backup.last_modified.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                    "tags": tags.iter().map(tag).collect::<Vec<_>>(),
                }));
            }
        }
    }
    json!({"buckets": buckets.into_values().collect::<Vec<_>>()})
}

/// A rule as clients set it.
fn rule(rule: &LifecycleRule) -> Value {
    let tags: Vec<_> =
        rule.tags.iter().map(|tag| json!({"Key": tag.key, "Value": tag.value})).collect();
    let filter = match &tags[..] {
        [] => json!({"Prefix": rule.prefix}),
        [tag] if rule.prefix.is_empty() => json!({"Tag": tag}),
        _ => json!({"And": {"Prefix": rule.prefix, "Tags": tags}}),
    };
    let status = if rule.is_enabled { "Enabled" } else { "Disabled" };
    let mut written = json!({"ID": rule.name, "Status": status, "Filter": filter});
    if let Some(days) = rule.expires_days {
        written["Expiration"] = json!({"Days": days});
    }
    if let Some(days) = rule.aborts_days {
        written["AbortIncompleteMultipartUpload"] = json!({"DaysAfterInitiation": days});
    }
    written
}

async fn check(settings: &Settings, clock: Clock) -> Vec<Checkup> {
    let sets: Vec<&BackupSet> = settings.sets().collect();
    let reading = Journal::at(&settings.folders.journal).read().unwrap();
    let memory = Memory::default();
    let patience = Duration::from_mins(2);
    let check = Check { settings, clock, reading: &reading, memory: &memory, patience };
    check.run(&sets).await.into_iter().map(|checked| checked.checkup).collect()
}

/// What a checkup says, without what the storage's vendor decides: the day of an unfinished upload, which
/// moto invents.
fn said(checkup: &Checkup) -> Value {
    let finding = |finding: &lifeboat::domain::checkup::Finding| {
        let reason = finding.reason.split(", begun ").next().unwrap_or_default();
        json!([finding.rule, finding.weight, finding.slot, finding.object, reason])
    };
    let slot = |slot: &lifeboat::domain::slot::Slot| json!([slot.at, slot.state, slot.detail]);
    json!({
        "set": checkup.path(),
        "word": checkup.word,
        "findings": checkup.findings.iter().map(finding).collect::<Vec<_>>(),
        "slots": checkup.slots.iter().map(slot).collect::<Vec<_>>(),
        "newest": checkup.newest.as_ref().map(|newest| (&newest.key, newest.size, &newest.etag)),
        "objects": checkup.objects,
        "bytes": checkup.bytes,
        "oldest": checkup.oldest,
        "next": checkup.next,
    })
}

fn columns(checkup: &Checkup) -> BTreeMap<&'static str, String> {
    checkup.columns.iter().map(|column| (column.name, column.text.clone())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_storage_gets_the_answers_of_the_world() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let clock = Clock::starting_at(Timestamp::now());
    let now: lifeboat::demo::mongo::Clock = Arc::new(move || clock.now());
    let world = World::start(Genesis { seed: 1, clock: now }).await.unwrap();
    let settings = world.settings();
    let sets: Vec<&BackupSet> = settings.sets().collect();
    let stock = stock(&settings, &sets).await;
    let moto = part!(Moto::holding(&stock));
    let mut abroad = settings.clone();
    for storage in &mut abroad.storages {
        storage.endpoint = Some(format!("http://{}", moto.server.address));
    }
    let (at_home, abroad) = (check(&settings, clock).await, check(&abroad, clock).await);
    assert_eq!(at_home.len(), abroad.len());
    for (home, foreign) in at_home.iter().zip(&abroad) {
        assert_eq!(said(home), said(foreign), "{}", home.path());
        let (home_columns, foreign_columns) = (columns(home), columns(foreign));
        for name in ["versions", "lifecycle", "uploads", "readable", "class"] {
            assert_eq!(home_columns[name], foreign_columns[name], "{}: {name}", home.path());
        }
    }
}
