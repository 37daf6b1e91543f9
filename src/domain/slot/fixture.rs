//! A set and its backups to begin a test with.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::backup::{Backup, BackupKey, Began, BeganFrom, NameFormat};
use crate::domain::environment::{
    BackupSet, CronFlavour, EnvironmentName, FieldRules, Keep, SetKind, SetName, StorageName, Watch,
};
use crate::domain::units::ByteSize;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Every midnight, kept for 90 days.
pub(crate) fn set() -> BackupSet {
    BackupSet {
        name: SetName("ingest".to_owned()),
        environment: EnvironmentName("prod".to_owned()),
        production: true,
        kind: SetKind::Scheduled,
        engine: None,
        storage: StorageName("near".to_owned()),
        bucket: "backups".to_owned(),
        prefix: "prod/".to_owned(),
        name_format: NameFormat::new("%Y-%m-%dT%H_%M.gz", TimeZone::UTC).unwrap(),
        time_zone: TimeZone::UTC,
        schedule: Some("0 0 * * *".to_owned()),
        cron: CronFlavour::Kubernetes,
        keep: Some(Keep::Days(90)),
        cronjob: None,
        verification: None,
        source: None,
        fields: FieldRules::default(),
        collections_first: Vec::new(),
        collections: Vec::new(),
        watch: Watch::default(),
    }
}

/// A backup of so many bytes that began at `began` and took five minutes; its tag is its time.
pub(crate) fn backup(began: Timestamp, size: u64) -> Backup {
    let name = set().name_format.name(began).unwrap();
    Backup {
        bucket: "backups".to_owned(),
        key: BackupKey(format!("prod/{name}")),
        size: ByteSize(size),
        etag: began.to_string(),
        last_modified: began + jiff::SignedDuration::from_mins(5),
        version_id: None,
        storage_class: None,
        began: Began { at: began, from: BeganFrom::Name },
    }
}
