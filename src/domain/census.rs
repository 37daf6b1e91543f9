//! What a dump or a server holds: documents, bytes, indexes and identities, per collection.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::engine::ServerVersion;
use crate::domain::index::IndexSpec;
use crate::domain::units::ByteSize;

/// How the names of the collections begin that a server keeps for itself.
pub const SYSTEM: &str = "system.";
/// The prefix under which a server keeps the data of a time-series collection.
pub const BUCKETS: &str = "system.buckets.";
/// Where a server keeps users, roles and its version; some keep all their data here.
pub const ADMIN: &str = "admin";
pub const CONFIG: &str = "config";
pub const LOCAL: &str = "local";
/// The databases that a server keeps for itself: a dump leaves them out or cuts them down, and no
/// census counts them.
pub const OWN_DATABASES: [&str; 2] = [CONFIG, LOCAL];

/// A collection's full name: `admin.file`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Namespace {
    pub database: String,
    pub collection: String,
}

impl Namespace {
    pub fn new(database: impl Into<String>, collection: impl Into<String>) -> Self {
        Self { database: database.into(), collection: collection.into() }
    }

    /// Whether the server keeps this collection for itself; such collections are never compared.
    /// The buckets of a time-series collection are its data, not the server's.
    pub fn is_system(&self) -> bool {
        let is_buckets = self.collection.starts_with(BUCKETS);
        self.is_of_server() || (self.collection.starts_with(SYSTEM) && !is_buckets)
    }

    /// Whether it belongs into a sandbox: users, roles, versions and the server's own databases stay
    /// out, while stored functions belong to the application.
    pub fn is_restored(&self) -> bool {
        !self.is_of_server() && (!self.is_system() || self.collection == "system.js")
    }

    fn is_of_server(&self) -> bool {
        OWN_DATABASES.contains(&self.database.as_str())
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{}.{}", self.database, self.collection))
    }
}

impl FromStr for Namespace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('.') {
            Some((database, collection)) if !database.is_empty() && !collection.is_empty() => {
                Ok(Self::new(database, collection))
            }
            _ => Err(format!("`{text}` does not name a collection as database.collection")),
        }
    }
}

impl From<Namespace> for String {
    fn from(namespace: Namespace) -> Self {
        namespace.to_string()
    }
}

impl TryFrom<String> for Namespace {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// A collection's identity, which a restore or a re-creation changes; 32 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CollectionUuid(String);

impl CollectionUuid {
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }

    /// Reads 32 hex digits, with or without dashes.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let valid = digits.len() == 32 && digits.chars().all(|c| c.is_ascii_hexdigit());
        valid.then(|| Self(digits.to_lowercase()))
    }
}

/// What sort of collection it is; views hold no documents of their own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CollectionKind {
    #[default]
    Plain,
    Capped,
    TimeSeries,
    View,
}

/// What a dump holds of one collection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DumpedCollection {
    pub kind: CollectionKind,
    pub documents: u64,
    pub bytes: ByteSize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<IndexSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<CollectionUuid>,
    /// Whether `NAME.metadata.json` was there and readable.
    pub has_metadata: bool,
    /// Whether `NAME.bson` was there, however broken.
    pub has_data: bool,
}

/// Something wrong in the bytes of a dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defect {
    pub layer: DefectLayer,
    /// The member of the archive, below the dump's root; empty for the archive itself.
    pub file: String,
    /// Bytes from the beginning of `file` (unpacked), where that is known.
    pub offset: Option<u64>,
    /// What is wrong, without the place: `the document claims 1 953 391 904 bytes`.
    pub what: String,
}

/// Which layer a defect is in; it chooses the rule that reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefectLayer {
    /// gzip and tar: rule A1.
    Archive,
    /// Documents inside a `.bson` file: rule A2.
    Documents,
    /// `.metadata.json` that cannot be read, files that pair with nothing: rule A3.
    Pairing,
}

/// What one pass over a dump found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DumpCensus {
    pub collections: BTreeMap<Namespace, DumpedCollection>,
    pub defects: Vec<Defect>,
    /// The folder of the archive that holds the database folders.
    pub root: String,
    /// Bytes read of the object, and bytes that came out of its outer compression.
    pub packed: ByteSize,
    pub unpacked: ByteSize,
    pub server_version: Option<ServerVersion>,
    /// The version of mongodump, from `prelude.json`.
    pub tool_version: Option<String>,
    pub has_prelude: bool,
    /// Documents in `system.users` and `system.roles`: counted, never restored.
    pub users: u64,
    pub roles: u64,
    pub has_oplog: bool,
    /// Whether its files are compressed one by one, `NAME.bson.gz`: mongorestore must be told.
    #[serde(default)]
    pub has_inner_gzip: bool,
}

impl DumpCensus {
    /// The collections that a restore is judged by: everything but `system.*` and views.
    pub fn judged(&self) -> impl Iterator<Item = (&Namespace, &DumpedCollection)> {
        self.collections
            .iter()
            .filter(|(name, found)| !name.is_system() && found.kind != CollectionKind::View)
    }

    pub fn documents(&self) -> u64 {
        self.judged().map(|(_, found)| found.documents).sum()
    }

    pub fn bytes(&self) -> ByteSize {
        ByteSize(self.collections.values().map(|found| found.bytes.bytes()).sum())
    }
}

/// What a live server, source or sandbox, answered about one collection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveCollection {
    pub kind: CollectionKind,
    pub documents: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<IndexSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<CollectionUuid>,
    /// `None` where documents carry no birth time that this server can be asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub windows: Option<Windows>,
    /// Documents by the month of their birth (`2026-11`), oldest first; empty where that was not asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub months: Vec<(String, u64)>,
}

/// Documents by birth, relative to the dump's start T0 and end T1 and the clock margin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windows {
    pub birth: Birth,
    /// Born before T0 minus the margin.
    pub before: u64,
    /// Born after T1 plus the margin.
    pub after: u64,
    /// Born before T0 by their id, yet created after T0 by their created-field: imported since.
    #[serde(default)]
    pub imported: u64,
    /// Born before T0 and changed after it; `None` where no changed-field is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest: Option<Timestamp>,
}

/// What tells when a document was born.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Birth {
    /// The first four bytes of its ObjectId, seconds.
    Id,
    /// A date field that the configuration names.
    Field(String),
}

/// Everything a live server answered in one pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveCensus {
    /// Host names only; never credentials.
    pub host: String,
    pub version: String,
    pub read_at: Timestamp,
    pub collections: BTreeMap<Namespace, LiveCollection>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_keeps_for_itself_is_neither_compared_nor_restored() {
        for (name, is_system, is_restored) in [
            ("admin.file", false, true),
            ("admin.system.users", true, false),
            ("admin.system.version", true, false),
            ("shop.system.js", true, true),
            ("shop.system.buckets.load", false, true),
            ("local.oplog.rs", true, false),
            ("config.system.js", true, false),
        ] {
            let namespace: Namespace = name.parse().unwrap();
            assert_eq!(namespace.is_system(), is_system, "{name}");
            assert_eq!(namespace.is_restored(), is_restored, "{name}");
        }
    }
}
