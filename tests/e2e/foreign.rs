//! The embedded world's objects on a storage that is not ours get the same answers, except where it does not
//! offer something.

use std::collections::BTreeMap;
use std::net::SocketAddr;
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

use crate::parts::{Server, free_address, program, run};

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

/// A filled `MinIO`, up as long as this is held.
struct Minio {
    server: Server,
}

impl Minio {
    fn holding(stock: &Value) -> Result<Self, String> {
        let minio = program("LIFEBOAT_E2E_MINIO", "minio")?;
        let python = program("LIFEBOAT_E2E_VENV", "bin/python3")?;
        let address = free_address();
        let mut command = Command::new(minio);
        command.args(["server", "--quiet", "--address", &address.to_string(), "store"]);
        command.env("MINIO_ROOT_USER", "lifeboat").env("MINIO_ROOT_PASSWORD", "lifeboat-demo");
        let server = Server::start(&command, address);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stock.json");
        std::fs::write(&path, stock.to_string()).unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/minio_filled.py");
        run(Command::new(python).arg(script).arg(format!("http://{address}")).arg(path));
        Ok(Self { server })
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

/// The embedded world, and what its checks say.
struct Home {
    _world: World,
    settings: Settings,
    clock: Clock,
}

impl Home {
    async fn start() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let clock = Clock::starting_at(Timestamp::now());
        let now: lifeboat::demo::mongo::Clock = Arc::new(move || clock.now());
        let world = World::start(Genesis { seed: 1, clock: now }).await.unwrap();
        Self { settings: world.settings(), _world: world, clock }
    }

    async fn stock(&self) -> Value {
        let sets: Vec<&BackupSet> = self.settings.sets().collect();
        stock(&self.settings, &sets).await
    }

    /// The same sets, whose objects are at `address`.
    fn abroad(&self, address: SocketAddr) -> Settings {
        let mut abroad = self.settings.clone();
        for storage in &mut abroad.storages {
            storage.endpoint = Some(format!("http://{address}"));
        }
        abroad
    }

    /// Fails where both do not get the same answers; rules and columns in `but` are not compared.
    async fn compare(&self, abroad: &Settings, but: &[&str]) {
        let at_home = check(&self.settings, self.clock).await;
        let abroad = check(abroad, self.clock).await;
        assert_eq!(at_home.len(), abroad.len());
        for (mut home, mut foreign) in at_home.into_iter().zip(abroad) {
            home.findings.retain(|finding| !but.contains(&finding.rule.id()));
            foreign.findings.retain(|finding| !but.contains(&finding.rule.id()));
            assert_eq!(said(&home), said(&foreign), "{}", home.path());
            let (home_columns, foreign_columns) = (columns(&home), columns(&foreign));
            let names = ["versions", "lifecycle", "uploads", "readable", "class"];
            for name in names.into_iter().filter(|name| !but.contains(name)) {
                assert_eq!(home_columns[name], foreign_columns[name], "{}: {name}", home.path());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moto_gets_the_answers_of_the_world() {
    let home = Home::start().await;
    let moto = part!(Moto::holding(&home.stock().await));
    // moto answers a question about versions with an element that is not of the API.
    home.compare(&home.abroad(moto.server.address), &["versions"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn minio_gets_the_answers_of_the_world() {
    let mut home = Home::start().await;
    // The second team's are tens of gigabytes, which MinIO would really hold.
    home.settings.environments.retain(|it| it.name.0 != "research");
    let minio = part!(Minio::holding(&home.stock().await));
    // Nobody can choose when an upload was begun: these are of today, and may still go on.
    home.compare(&home.abroad(minio.server.address), &["upload"]).await;
}
