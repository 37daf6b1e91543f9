//! What containers write: every line is a function of its number, its moment and who writes it.

use jiff::Timestamp;

use crate::demo::population::mix::{Numbers, mix};

/// How a container talks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// A service on the JVM.
    Service,
    /// A JSON object a line.
    Json,
    /// In colours, for people.
    Colour,
    /// A web server's access log.
    Access,
    Mongo,
    /// In the manner of Kubernetes' own programs.
    System,
    Plain,
    /// The scripts of the night.
    Backup,
    Verify,
    /// A service that logs what users typed, raw.
    Hostile,
}

const ENVELOPES: [&str; 6] = [
    "5f3b1c0d9a2e",
    "60ad77e41b09",
    "61c0ff5518d2",
    "5e9012ab77f4",
    "62d4e6c90a31",
    "5fd118be4c70",
];
const WORK: [&str; 8] = [
    "validated metadata of submission",
    "state change Draft -> Validating for envelope",
    "received 12 messages from queue ingest.validation for",
    "linked biomaterial to process in",
    "exported bundle manifest for",
    "upserted 48 files of submission",
    "retrying call to schema registry for",
    "acknowledged delivery for",
];
const COLLECTIONS: [&str; 7] = [
    "biomaterial",
    "bundleManifest",
    "file",
    "process",
    "project",
    "protocol",
    "submissionEnvelope",
];
const PATHS: [&str; 6] = [
    "/api/submissionEnvelopes",
    "/api/projects/search",
    "/api/files",
    "/static/main.4f1c.js",
    "/health",
    "/api/biomaterials",
];

impl Voice {
    /// Between two lines, in milliseconds.
    pub(super) fn interval(self) -> u64 {
        match self {
            Self::Service | Self::Json | Self::Hostile => 420,
            Self::Colour => 650,
            Self::Access => 380,
            Self::Mongo => 1_300,
            Self::System => 2_500,
            Self::Plain | Self::Verify => 4_000,
            Self::Backup => 9_000,
        }
    }

    /// What it says first, a line at a time.
    fn banner(self) -> &'static [&'static str] {
        match self {
            Self::Service | Self::Hostile => &[
                " :: Spring Boot ::                (v3.4.2)",
                "Starting application using Java 21.0.6 with PID 1 (/app.jar started by app in /)",
                "Tomcat initialized with port 8080 (http)",
                "Connected to rabbit-service:5672 as guest",
                "Started application in 9.812 seconds (process running for 10.4)",
            ],
            Self::Mongo => {
                &["MongoDB starting : pid=1 port=27017 dbpath=/data/db 64-bit host=mongo-0"]
            }
            Self::Backup => {
                &["dumping mongo-service", "writing admin.biomaterial", "writing admin.file"]
            }
            Self::Verify => &["looking for tonight's backup", "listing s3://ingest-db-backup/"],
            Self::Json | Self::Colour | Self::Access | Self::System | Self::Plain => &[],
        }
    }

    /// A line, without its end.
    pub(super) fn line(self, number: u64, key: u64, at: Timestamp) -> String {
        let banner = usize::try_from(number).ok().and_then(|it| self.banner().get(it));
        let mut numbers = Numbers::of(key ^ mix(number));
        let (work, envelope) = (numbers.pick(&WORK), numbers.pick(&ENVELOPES));
        let took = numbers.below(900) + 3;
        let odd = numbers.below(40);
        let text = match banner {
            Some(line) => (*line).to_owned(),
            None => format!("{work} {envelope} took {took} ms"),
        };
        match self {
            Self::Hostile if number % 17 == 9 => hostile(at, number),
            Self::Service | Self::Hostile => service(at, odd, &text),
            Self::Json => json_line(at, odd, &text, envelope, took),
            Self::Colour => colour(at, odd, &text),
            Self::Access => access(at, odd, numbers.pick(&PATHS), took),
            Self::Mongo => format!(
                "{} I  NETWORK  [conn{}] end connection 10.0.{}.{}:{} ({} connections now open)",
                at.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000"),
                number + 17,
                64 + odd,
                took % 250,
                30_000 + took,
                10 + odd
            ),
            Self::System => format!(
                "{}{} 1 {}.go:{}] {text}",
                if odd == 0 { 'W' } else { 'I' },
                at.strftime("%m%d %H:%M:%S%.6f"),
                ["static_autoscaler", "reflector", "proxier", "scraper"]
                    .get(usize::try_from(odd % 4).unwrap_or(0))
                    .unwrap_or(&"main"),
                took
            ),
            Self::Plain => format!("{} [info] {text}", at.strftime("%d %b %Y %H:%M:%S%.3f")),
            Self::Verify => text,
            Self::Backup if banner.is_some() => text,
            Self::Backup => {
                let name =
                    COLLECTIONS.get(usize::try_from(number % 7).unwrap_or(0)).unwrap_or(&"file");
                let time = at.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000");
                format!("{time}\twriting admin.{name} to dump/admin/{name}.bson ({took} documents)")
            }
        }
    }

    /// What it says when it ends.
    pub(super) fn farewell(self, exit: i32) -> &'static [&'static str] {
        match (self, exit) {
            (Self::Backup, 0) => {
                &["tar: Removing leading `/' from member names", "upload complete", "done"]
            }
            (Self::Verify, 0) => &["tonight's backup is there", "done"],
            (Self::Verify, _) => {
                &["no backup found for tonight", "posting alert to Slack: 503 Service Unavailable"]
            }
            (_, 0) => &["all migrations applied"],
            // The kernel kills without a word, and a signal ends the rest politely.
            (_, 137) => &[],
            (_, 143) => &["received SIGTERM, shutting down"],
            (Self::Colour, _) => &[
                "\u{1b}[31mERROR\u{1b}[0m could not open staging area: bucket org-ingest-staging-prod: AccessDenied",
                "Traceback (most recent call last):",
                "  File \"/app/manager.py\", line 212, in <module>",
                "    main()",
                "  File \"/app/manager.py\", line 187, in main",
                "    area = StagingArea.open(os.environ[\"STAGING_AREA_BUCKET\"])",
                "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the HeadBucket operation: Forbidden",
            ],
            (_, _) => &[
                "panic: migration 0042_add_index failed: dial tcp: lookup mongo-service: no such host",
                "exit status 1",
            ],
        }
    }
}

fn level(odd: u64) -> &'static str {
    match odd {
        0 => "ERROR",
        1 | 2 => "WARN",
        3..7 => "DEBUG",
        _ => "INFO",
    }
}

fn service(at: Timestamp, odd: u64, text: &str) -> String {
    let time = at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    format!(
        "{time} {:>5} 1 --- [ingest] [nio-8080-exec-{}] o.h.ingest.core.Service : {text}",
        level(odd),
        odd % 9
    )
}

fn json_line(at: Timestamp, odd: u64, text: &str, envelope: &str, took: u64) -> String {
    serde_json::json!({
        "ts": at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        "level": level(odd).to_lowercase(),
        "msg": text,
        "envelope": envelope,
        "took_ms": took,
    })
    .to_string()
}

fn colour(at: Timestamp, odd: u64, text: &str) -> String {
    let colour = match odd {
        0 => 31,
        1 | 2 => 33,
        3..7 => 36,
        _ => 32,
    };
    let time = at.strftime("%H:%M:%S");
    format!("\u{1b}[2m{time}\u{1b}[0m \u{1b}[1;{colour}m{:<5}\u{1b}[0m {text}", level(odd))
}

fn access(at: Timestamp, odd: u64, path: &str, took: u64) -> String {
    let time = at.strftime("%d/%b/%Y:%H:%M:%S +0000");
    let status = match odd {
        0 => 502,
        1..4 => 404,
        4..9 => 304,
        _ => 200,
    };
    format!(
        "10.0.{}.{} - - [{time}] \"GET {path} HTTP/1.1\" {status} {} \"-\" \"Mozilla/5.0\"",
        64 + odd,
        took % 250,
        took * 37
    )
}

/// What a user typed as a project's name. A terminal that shows it raw loses its title, its clipboard
/// and what stood above.
fn hostile(at: Timestamp, number: u64) -> String {
    let time = at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    let typed = match number / 17 % 4 {
        0 => "\u{1b}]52;c;Y3VybCBldmlsLmV4YW1wbGUgfCBzaA==\u{7}",
        1 => "\u{1b}]0;production is down\u{7}\u{1b}[1;1H\u{1b}[2J",
        2 => "\u{1b}[5A\u{1b}[2Keverything is fine\r",
        _ => "\u{9b}31m\u{202e}gnp.exe\u{202c}\u{8}\u{8}\u{1b}[?1049h",
    };
    format!("{time}  WARN 1 --- [ingest] project name \"{typed}\" was refused")
}
