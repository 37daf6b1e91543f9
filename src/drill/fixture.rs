//! A record to begin a test with.

use jiff::Timestamp;
use ulid::Ulid;

use crate::domain::backup::{Backup, BackupKey, Began, BeganFrom};
use crate::domain::environment::{EnvironmentName, SetName};
use crate::domain::settings::{Access, Depth};
use crate::domain::units::ByteSize;
use crate::domain::verdict::Verdict;
use crate::drill::plan::{DrillId, Selection, Trigger};
use crate::drill::record::{Record, SCHEMA};

/// What the newest backup of production came to, compared.
pub(crate) fn record(id: u128, verdict: Verdict) -> Record {
    let at: Timestamp = "2026-11-20T09:00:00Z".parse().unwrap();
    Record {
        id: DrillId(Ulid(id)),
        schema: SCHEMA,
        started: at,
        actor: "ada@laptop".to_owned(),
        console_version: "0.1.0".to_owned(),
        trigger: Trigger::Headless,
        environment: EnvironmentName("prod".to_owned()),
        set: SetName("ingest".to_owned()),
        production: true,
        object: Backup {
            bucket: "b".to_owned(),
            key: BackupKey(format!("prod/{id}.tar.gz")),
            size: ByteSize(10),
            etag: "e".to_owned(),
            last_modified: at,
            version_id: None,
            storage_class: None,
            began: Began { at, from: BeganFrom::Name },
        },
        access: Access::default(),
        selection: Selection::Latest,
        container_engine: None,
        server_version: None,
        depth: Depth::Compare,
        stages: Vec::new(),
        census: None,
        restored_with: None,
        restored: None,
        source: None,
        judgements: Vec::new(),
        failed: None,
        cancelled: false,
        verdict,
        rto_s: None,
        loss: None,
        sandbox_log: Vec::new(),
        notes: Vec::new(),
        collections_first: Vec::new(),
    }
}
