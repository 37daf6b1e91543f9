//! The embedded world's CloudWatch as the `aws` command line sees it, beside what we say of it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use jiff::Timestamp;
use serde_json::Value;

use crate::parts::{program, run};

/// One moment for both worlds: the same seed then gives the same figures.
const AT: &str = "2026-11-20T09:30:00Z";
const BUCKET: &str = "ingest-db-backup";

/// `lifeboat demo --serve`, up until this goes.
struct Served {
    child: Child,
    cloudwatch: String,
}

impl Served {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lifeboat"));
        command.args(["demo", "--serve", "--at", AT]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = line.unwrap();
            line.strip_prefix("CloudWatch, with the same key: ").map(str::to_owned)
        });
        Self { child, cloudwatch: address.unwrap() }
    }

    fn aws(&self, aws: &std::path::Path, arguments: &[&str]) -> Value {
        let mut command = Command::new(aws);
        command.args(["--endpoint-url", &self.cloudwatch, "--region", "us-east-1"]);
        command.args(["--output", "json", "cloudwatch"]);
        command.args(arguments).env("AWS_ACCESS_KEY_ID", "lifeboat");
        command.env("AWS_SECRET_ACCESS_KEY", "lifeboat-demo");
        command.env("AWS_EC2_METADATA_DISABLED", "true").env_remove("AWS_PROFILE");
        serde_json::from_str(&run(&mut command)).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn query(id: &str, metric: &str, class: &str) -> Value {
    serde_json::json!({
        "Id": id,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/S3",
                "MetricName": metric,
                "Dimensions": [
                    {"Name": "BucketName", "Value": BUCKET},
                    {"Name": "StorageType", "Value": class},
                ],
            },
            "Period": 86_400,
            "Stat": "Average",
        },
    })
}

/// Seconds since 1970: versions of the command line write them so, or as a date.
fn second(at: &Value) -> i64 {
    match at.as_str() {
        Some(date) => date.parse::<Timestamp>().unwrap().as_second(),
        #[expect(clippy::cast_possible_truncation, reason = "seconds of this century")]
        None => at.as_f64().unwrap() as i64,
    }
}

/// The points of one query, of all the pages that its answer came in.
fn of_aws(said: &Value, id: &str) -> BTreeMap<i64, f64> {
    let mut points = BTreeMap::new();
    let results = said["MetricDataResults"].as_array().unwrap().iter();
    for result in results.filter(|result| result["Id"] == id) {
        let times = result["Timestamps"].as_array().unwrap().iter().map(second);
        let values = result["Values"].as_array().unwrap().iter();
        points.extend(times.zip(values.map(|value| value.as_f64().unwrap())));
    }
    points
}

fn ours(points: &Value) -> BTreeMap<i64, f64> {
    let points = points.as_array().unwrap().iter();
    points.map(|it| (second(&it["at"]), it["value"].as_f64().unwrap())).collect()
}

#[test]
fn the_aws_command_line_and_we_read_the_same_figures_and_alarms() {
    let aws = part!(program("LIFEBOAT_E2E_AWS", "bin/aws"));
    let served = Served::start();
    let queries = serde_json::json!([
        query("standard", "BucketSizeBytes", "StandardStorage"),
        query("former", "BucketSizeBytes", "StandardIAStorage"),
        query("objects", "NumberOfObjects", "AllStorageTypes"),
    ]);
    let said = served.aws(
        &aws,
        &[
            "get-metric-data",
            "--start-time",
            "2025-08-22T00:00:00Z",
            "--end-time",
            AT,
            "--metric-data-queries",
            &queries.to_string(),
        ],
    );
    let mut usage = Command::new(env!("CARGO_BIN_EXE_lifeboat"));
    usage.args(["--json", "demo", "--at", AT, "usage", "--since", "455d", "--bucket", BUCKET]);
    let told: Value = serde_json::from_str(&run(&mut usage)).unwrap();
    let figures = &told["buckets"][0]["measured"]["figures"];
    let class = |key: &str| {
        let classes = figures["classes"].as_array().unwrap();
        ours(&classes.iter().find(|it| it["class"] == key).unwrap()["bytes"])
    };
    assert!(of_aws(&said, "standard").len() > 440);
    assert_eq!(of_aws(&said, "standard"), class("StandardStorage"));
    assert_eq!(of_aws(&said, "former"), class("StandardIAStorage"));
    assert_eq!(of_aws(&said, "objects"), ours(&figures["objects"]));

    let types = ["--alarm-types", "MetricAlarm", "CompositeAlarm"];
    let said = served.aws(&aws, &[&["describe-alarms"], &types[..]].concat());
    let names = |alarms: &Value, key: &str| {
        let mut names: Vec<_> = alarms
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it[key].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let kinds = [("MetricAlarms", 4), ("CompositeAlarms", 1)];
    let mut said_names = Vec::new();
    for (kind, count) in kinds {
        let own = names(&said[kind], "AlarmName");
        assert_eq!(own.len(), count, "{kind}");
        said_names.extend(own);
    }
    said_names.sort();
    assert_eq!(said_names, names(&told["alarms"][0]["alarms"], "name"));
}

#[test]
fn the_aws_command_line_reads_statistics_and_lists_metrics() {
    let aws = part!(program("LIFEBOAT_E2E_AWS", "bin/aws"));
    let served = Served::start();
    let arguments = [
        "get-metric-statistics",
        "--namespace",
        "AWS/S3",
        "--metric-name",
        "BucketSizeBytes",
        "--dimensions",
        "Name=BucketName,Value=ingest-db-backup",
        "Name=StorageType,Value=StandardStorage",
        "--start-time",
        "2026-11-06T00:00:00Z",
        "--end-time",
        AT,
        "--period",
        "86400",
        "--statistics",
        "Average",
    ];
    let said = served.aws(&aws, &arguments);
    let points = said["Datapoints"].as_array().unwrap();
    // Two weeks, of which the newest two days are still to come.
    assert_eq!(points.len(), 13);
    assert!(points.iter().all(|it| it["Unit"] == "Bytes" && it["Average"].as_f64() > Some(1e9)));
    let said = served.aws(&aws, &["list-metrics", "--namespace", "AWS/S3"]);
    assert_eq!(said["Metrics"].as_array().unwrap().len(), 2);
}
