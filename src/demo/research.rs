//! The fourth environment: the second team's five sets, which no cluster makes.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::demo::depot::{DAILY, DUMPS, HOURLY, MARKER, MEDIA, WEEKLY, ZONE};
use crate::domain::backup::NameFormat;
use crate::domain::environment::{
    BackupSet, CronFlavour, Environment, EnvironmentName, FieldRules, Keep, SetKind, SetName,
    StorageName, Watch,
};

/// What the sets differ in.
struct Written {
    name: &'static str,
    kind: SetKind,
    bucket: &'static str,
    prefix: &'static str,
    names: &'static str,
    zone: &'static str,
    schedule: Option<&'static str>,
    keep: Option<Keep>,
}

const SETS: [Written; 5] = [
    Written {
        name: "daily",
        kind: SetKind::Scheduled,
        bucket: DUMPS,
        prefix: "daily/",
        names: "pg_dumpall-%Y-%m-%d.sql.gz",
        zone: ZONE,
        schedule: Some("7 3 * * *"),
        keep: Some(Keep::Count(DAILY)),
    },
    Written {
        name: "registry",
        kind: SetKind::Scheduled,
        bucket: DUMPS,
        prefix: "registry/",
        names: "registry-%Y-%m-%d.dump",
        zone: ZONE,
        schedule: Some("37 2 * * *"),
        keep: Some(Keep::Count(DAILY)),
    },
    Written {
        name: "hourly",
        kind: SetKind::Scheduled,
        bucket: DUMPS,
        prefix: "hourly/",
        names: "pg_dumpall-%Y-%m-%dT%H_%MZ.sql.gz",
        zone: "UTC",
        schedule: Some("0 * * * *"),
        keep: Some(Keep::Count(HOURLY)),
    },
    Written {
        name: "archive",
        kind: SetKind::Manual,
        bucket: DUMPS,
        prefix: "archive/",
        names: "archive-%Y-%m-%d.tar",
        zone: ZONE,
        schedule: None,
        keep: Some(Keep::Count(WEEKLY)),
    },
    Written {
        name: "media",
        kind: SetKind::Sync,
        bucket: MEDIA,
        prefix: "",
        names: "",
        zone: ZONE,
        schedule: Some("4 4 * * *"),
        keep: None,
    },
];

pub(super) fn environment() -> Environment {
    let name = EnvironmentName("research".to_owned());
    Environment {
        backups: SETS.iter().map(|written| set(written, &name)).collect(),
        name,
        production: false,
        writable: false,
        kubernetes: None,
    }
}

fn set(written: &Written, environment: &EnvironmentName) -> BackupSet {
    let zone = TimeZone::get(written.zone).unwrap_or(TimeZone::UTC);
    let is_manual = written.kind == SetKind::Manual;
    let is_sync = written.kind == SetKind::Sync;
    BackupSet {
        name: SetName(written.name.to_owned()),
        environment: environment.clone(),
        production: false,
        kind: written.kind,
        engine: None,
        storage: StorageName("ceph".to_owned()),
        bucket: written.bucket.to_owned(),
        prefix: written.prefix.to_owned(),
        name_format: NameFormat::new(written.names, zone.clone())
            .unwrap_or_else(|_| NameFormat::none(zone.clone())),
        time_zone: zone,
        schedule: written.schedule.map(str::to_owned),
        cron: CronFlavour::Vixie,
        keep: written.keep,
        cronjob: None,
        verification: None,
        source: None,
        fields: FieldRules::default(),
        collections_first: Vec::new(),
        collections: Vec::new(),
        watch: Watch {
            window: "Fri 12:00..Sun 18:00".parse().ok().filter(|_| is_manual),
            marker: is_sync.then(|| MARKER.to_owned()),
            grace: is_sync.then_some(Duration::from_hours(1)),
            ..Watch::default()
        },
    }
}
