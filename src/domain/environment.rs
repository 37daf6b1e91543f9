//! An environment and its backup sets, as the configuration describes them.

use std::fmt;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::backup::NameFormat;
use crate::domain::census::Namespace;
use crate::domain::engine::Engine;
use crate::domain::settings::Secret;
use crate::domain::slot::window::WeeklyWindow;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }
    };
}

name!(
    /// The name of an environment: `prod`.
    EnvironmentName
);
name!(
    /// The name of a backup set within its environment: `ingest`.
    SetName
);
name!(
    /// The name of a storage: `aws`.
    StorageName
);

/// Dev, staging, prod: a cluster context, namespaces, backup sets.
#[derive(Debug, Clone)]
pub struct Environment {
    pub name: EnvironmentName,
    pub production: bool,
    /// Whether the console may change its cluster, after a dialog; else it only looks.
    pub writable: bool,
    pub kubernetes: Option<Kubernetes>,
    pub backups: Vec<BackupSet>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kubernetes {
    pub context: String,
    pub namespaces: Vec<String>,
}

impl Kubernetes {
    /// The namespaces that are looked at unless others are named.
    pub const NAMESPACES: [&str; 2] = ["default", "kube-system"];
}

/// One stream of backups: engine, bucket, prefix, name format, schedule, retention.
#[derive(Debug, Clone)]
pub struct BackupSet {
    pub name: SetName,
    pub environment: EnvironmentName,
    /// Whether its environment is production.
    pub production: bool,
    pub kind: SetKind,
    /// `None`: the set is watched, not drilled.
    pub engine: Option<Engine>,
    pub storage: StorageName,
    pub bucket: String,
    pub prefix: String,
    pub name_format: NameFormat,
    pub time_zone: TimeZone,
    /// A cron expression that has been read once and found good.
    pub schedule: Option<String>,
    pub cron: CronFlavour,
    pub keep: Option<Keep>,
    pub cronjob: Option<ObjectName>,
    pub verification: Option<ObjectName>,
    pub source: Option<Source>,
    pub fields: FieldRules,
    /// Shown first in tables, in this order, where they exist.
    pub collections_first: Vec<Namespace>,
    pub collections: Vec<CollectionRules>,
    pub watch: Watch,
}

/// What is expected of a set besides its schedule and its retention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// When a manual set is made, each week.
    pub window: Option<WeeklyWindow>,
    /// The object that a synchronisation writes last, beneath the prefix.
    pub marker: Option<String>,
    /// How late a backup may be besides the time that it takes; `None` for what its rhythm suggests.
    pub grace: Option<Duration>,
    /// With fewer good copies the set is in danger.
    pub minimum: u32,
}

impl Default for Watch {
    fn default() -> Self {
        Self { window: None, marker: None, grace: None, minimum: 1 }
    }
}

impl BackupSet {
    /// `prod/ingest`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.environment, self.name)
    }

    /// The fields that tell when documents of `namespace` were created and changed.
    pub fn fields(&self, namespace: &Namespace) -> FieldRules {
        let own = self.collections.iter().find(|rules| rules.name == *namespace);
        let own = own.map(|rules| rules.fields.clone()).unwrap_or_default();
        FieldRules {
            created: own.created.or_else(|| self.fields.created.clone()),
            changed: own.changed.or_else(|| self.fields.changed.clone()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetKind {
    Scheduled,
    Manual,
    Sync,
}

/// Whose reading of a cron line: they differ where clocks change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CronFlavour {
    Kubernetes,
    Vixie,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Days(u32),
    Count(u32),
}

/// A namespaced Kubernetes object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName {
    pub namespace: String,
    pub name: String,
}

/// The live database that a set is a backup of.
#[derive(Debug, Clone)]
pub struct Source {
    pub uri: Secret,
}

/// Which date fields documents carry; `None` for the id's own time, or for none at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldRules {
    pub created: Option<String>,
    pub changed: Option<String>,
}

/// Where one collection differs from its set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionRules {
    pub name: Namespace,
    pub fields: FieldRules,
}
