//! What a server says of itself.

use bson::{Bson, DateTime, Document, doc};

use crate::demo::mongo::MongoServer;
use crate::demo::mongo::command::{Answer, Command, reply};
use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::wire::LARGEST_MESSAGE;
use crate::domain::census::ADMIN;

/// The largest document, and how many may come in one command.
pub(super) const LARGEST_DOCUMENT: i32 = 16 << 20;
pub(super) const LARGEST_BATCH: i32 = 100_000;
/// Wire versions by series, oldest first.
const WIRE_VERSIONS: [((u32, u32), i32); 13] = [
    ((3, 6), 6),
    ((4, 0), 7),
    ((4, 2), 8),
    ((4, 4), 9),
    ((5, 0), 13),
    ((6, 0), 17),
    ((6, 1), 18),
    ((7, 0), 21),
    ((7, 1), 22),
    ((7, 3), 24),
    ((8, 0), 25),
    ((8, 1), 26),
    ((8, 2), 27),
];

impl MongoServer {
    /// Major and minor version.
    pub(super) fn series(&self) -> (u32, u32) {
        let mut parts = self.configuration.version.split('.').map_while(|part| part.parse().ok());
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    }

    fn now(&self) -> DateTime {
        DateTime::from_millis((self.configuration.clock)().as_millisecond())
    }

    pub(super) fn hello(&self, command: &Command) -> Answer {
        let series = self.series();
        let known = WIRE_VERSIONS.iter().rev().find(|(since, _)| *since <= series);
        let primary = if command.name == "hello" { "isWritablePrimary" } else { "ismaster" };
        reply(doc! {
            "helloOk": true,
            primary: true,
            "maxBsonObjectSize": LARGEST_DOCUMENT,
            "maxMessageSizeBytes": i32::try_from(LARGEST_MESSAGE).unwrap_or(i32::MAX),
            "maxWriteBatchSize": LARGEST_BATCH,
            "localTime": self.now(),
            "logicalSessionTimeoutMinutes": 30,
            "connectionId": i32::try_from(command.connection).unwrap_or(i32::MAX),
            "minWireVersion": 0,
            "maxWireVersion": known.map_or(0, |(_, version)| *version),
            "readOnly": false,
            "ok": 1.0,
        })
    }

    pub(super) fn build_info(&self) -> Answer {
        let version = &self.configuration.version;
        let parts = version.split('.').map(|part| part.parse::<i32>().unwrap_or(0));
        let parts: Vec<Bson> = parts.chain([0, 0, 0, 0]).take(4).map(Bson::from).collect();
        reply(doc! {
            "version": version,
            "gitVersion": "0000000000000000000000000000000000000000",
            "modules": Bson::Array(Vec::new()),
            "allocator": "tcmalloc",
            "javascriptEngine": "mozjs",
            "sysInfo": "deprecated",
            "versionArray": parts,
            "bits": 64,
            "debug": false,
            "maxBsonObjectSize": LARGEST_DOCUMENT,
            "storageEngines": ["wiredTiger"],
            "ok": 1.0,
        })
    }

    pub(super) fn server_status(&self) -> Answer {
        let now = (self.configuration.clock)();
        let uptime = now.as_second().saturating_sub(self.started.as_second()).max(0);
        let seconds = i32::try_from(uptime).map_or(f64::from(i32::MAX), f64::from);
        let opened = self.connections.load(std::sync::atomic::Ordering::Relaxed);
        reply(doc! {
            "host": "mongo",
            "version": &self.configuration.version,
            "process": "mongod",
            "pid": 1_i64,
            "uptime": seconds,
            "uptimeMillis": uptime.saturating_mul(1000),
            "localTime": self.now(),
            "connections": {"totalCreated": i64::try_from(opened).unwrap_or(i64::MAX)},
            "storageEngine": {"name": "wiredTiger", "persistent": true, "readOnly": false},
            "ok": 1.0,
        })
    }

    pub(super) fn host_info(&self) -> Answer {
        reply(doc! {
            "system": {"currentTime": self.now(), "hostname": "mongo", "cpuAddrSize": 64,
                "memSizeMB": 8192_i64, "numCores": 4, "cpuArch": "x86_64"},
            "os": {"type": "Linux", "name": "Linux", "version": "5.15"},
            "extra": {},
            "ok": 1.0,
        })
    }

    pub(super) fn get_parameter(&self, command: &Command) -> Answer {
        if command.database != ADMIN {
            return Err(Refusal::admin_only("getParameter"));
        }
        if !command.is_set("featureCompatibilityVersion") {
            return Err(Refusal::new(72, "InvalidOptions", "no option found to get"));
        }
        let version: Document = doc! {"version": self.feature_compatibility()};
        reply(doc! {"featureCompatibilityVersion": version, "ok": 1.0})
    }

    pub(super) fn whats_my_uri() -> Answer {
        reply(doc! {"you": "127.0.0.1:0", "ok": 1.0})
    }

    pub(super) fn get_log() -> Answer {
        reply(doc! {"totalLinesWritten": 0, "log": Bson::Array(Vec::new()), "ok": 1.0})
    }

    pub(super) fn command_line() -> Answer {
        reply(doc! {"argv": ["mongod"], "parsed": {}, "ok": 1.0})
    }

    pub(super) fn connection_status() -> Answer {
        let nobody = doc! {"authenticatedUsers": Bson::Array(Vec::new()), "authenticatedUserRoles": Bson::Array(Vec::new())};
        reply(doc! {"authInfo": nobody, "ok": 1.0})
    }
}

impl Refusal {
    pub(super) fn admin_only(command: &str) -> Self {
        let message = format!("{command} may only be run against the admin database.");
        Self::new(13, "Unauthorized", message)
    }
}
