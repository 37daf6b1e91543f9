//! What mongodump takes from the server's own collections: its version and its users.

use bson::spec::BinarySubtype;
use bson::{Binary, RawDocumentBuf, rawdoc};

use crate::demo::population::mix::{hex, mix, sixteen_bytes};

pub(super) struct SystemCollection {
    pub(super) name: &'static str,
    /// Besides the index on `_id`, as `Blueprint::indexes`.
    pub(super) indexes: &'static [&'static str],
    pub(super) documents: Vec<RawDocumentBuf>,
}

/// `system.users` with two users whose credentials are invented, and `system.version`.
pub(super) fn collections(key: u64) -> [SystemCollection; 2] {
    let users = [("ingest", "readWrite"), ("backup", "backup")];
    [
        SystemCollection {
            name: "system.users",
            indexes: &[
                r#""unique":true,"key":{"user":{"$numberInt":"1"},"db":{"$numberInt":"1"}},"name":"user_1_db_1""#,
            ],
            documents: users
                .into_iter()
                .zip(0..)
                .map(|((user, role), number)| account(user, role, mix(key ^ number)))
                .collect(),
        },
        SystemCollection {
            name: "system.version",
            indexes: &[],
            documents: vec![
                rawdoc! { "_id": "featureCompatibilityVersion", "version": "4.2" },
                rawdoc! { "_id": "authSchema", "currentVersion": 5_i32 },
            ],
        },
    ]
}

fn account(user: &str, role: &str, key: u64) -> RawDocumentBuf {
    let invented = |number: u64| hex(sixteen_bytes(mix(key) ^ number));
    rawdoc! {
        "_id": format!("admin.{user}"),
        "userId": Binary { subtype: BinarySubtype::Uuid, bytes: sixteen_bytes(key).to_vec() },
        "user": user,
        "db": "admin",
        "credentials": { "SCRAM-SHA-256": {
            "iterationCount": 15_000_i32,
            "salt": invented(1),
            "storedKey": invented(2),
            "serverKey": invented(3),
        } },
        "roles": [{ "role": role, "db": "admin" }],
    }
}
