//! The alarms of the world's account.

use jiff::{SignedDuration, Timestamp};

use crate::demo::cloudwatch::wire::Value;
use crate::demo::population::BUCKET;

struct Alarm {
    name: &'static str,
    state: &'static str,
    /// Hours before now.
    since: i64,
    reason: &'static str,
    namespace: &'static str,
    metric: &'static str,
    dimensions: &'static [(&'static str, &'static str)],
    threshold: f64,
}

/// The morning after the upload that nobody completed.
const SINCE_THE_JUMP: i64 = 39 * 24;

const ALARMS: [Alarm; 4] = [
    Alarm {
        name: "ingest-db-backup-size",
        state: "ALARM",
        since: SINCE_THE_JUMP,
        reason: "Threshold Crossed: 1 datapoint was greater than the threshold (3221225472.0).",
        namespace: "AWS/S3",
        metric: "BucketSizeBytes",
        dimensions: &[("BucketName", BUCKET), ("StorageType", "StandardStorage")],
        threshold: 3_221_225_472.0,
    },
    Alarm {
        name: "ingest-notify-errors",
        state: "OK",
        since: 64,
        reason: "Threshold Crossed: no datapoint was greater than the threshold (5.0).",
        namespace: "AWS/Lambda",
        metric: "Errors",
        dimensions: &[("FunctionName", "ingest-notify")],
        threshold: 5.0,
    },
    Alarm {
        name: "web-cpu",
        state: "INSUFFICIENT_DATA",
        since: 5,
        reason: "Insufficient Data: 1 datapoint was unknown.",
        namespace: "AWS/EC2",
        metric: "CPUUtilization",
        dimensions: &[("InstanceId", "i-0f84d2c7a61b09e35")],
        threshold: 90.0,
    },
    Alarm {
        name: "web-disk",
        state: "ALARM",
        since: 31,
        reason: "Threshold Crossed: 3 datapoints were greater than the threshold (80.0).",
        namespace: "CWAgent",
        metric: "disk_used_percent",
        dimensions: &[("InstanceId", "i-0c5e1f2a9b3d47e61"), ("path", "/")],
        threshold: 80.0,
    },
];

/// One that watches two others.
const COMPOSITE: (&str, &str) =
    ("ingest-backups", r#"ALARM("ingest-db-backup-size") OR ALARM("ingest-notify-errors")"#);

/// The answer to `DescribeAlarms`.
pub(super) fn describe(request: &Value, now: Timestamp) -> Value {
    let types: Vec<_> =
        request.get("AlarmTypes").as_list().iter().filter_map(Value::as_text).collect();
    let names: Vec<_> =
        request.get("AlarmNames").as_list().iter().filter_map(Value::as_text).collect();
    let state = request.get("StateValue").as_text();
    let is_wanted = |kind: &str, name: &str, own: &str| {
        let fits_type =
            if types.is_empty() { kind == "MetricAlarm" } else { types.contains(&kind) };
        let fits_name = names.is_empty() || names.contains(&name);
        fits_type && fits_name && state.is_none_or(|state| state == own)
    };
    let metric = ALARMS.iter().filter(|it| is_wanted("MetricAlarm", it.name, it.state));
    let metric = metric.map(|alarm| alarm.value(now)).collect();
    let composite = is_wanted("CompositeAlarm", COMPOSITE.0, "ALARM").then(|| composite(now));
    Value::map([
        ("MetricAlarms", Value::List(metric)),
        ("CompositeAlarms", Value::List(composite.into_iter().collect())),
    ])
}

impl Alarm {
    fn value(&self, now: Timestamp) -> Value {
        let since = moment(now, self.since);
        Value::map([
            ("AlarmName", Value::text(self.name)),
            ("AlarmArn", arn(self.name)),
            ("StateValue", Value::text(self.state)),
            ("StateReason", Value::text(self.reason)),
            ("StateUpdatedTimestamp", since.clone()),
            ("StateTransitionedTimestamp", since),
            ("Namespace", Value::text(self.namespace)),
            ("MetricName", Value::text(self.metric)),
            ("Dimensions", dimensions(self.dimensions)),
            ("Statistic", Value::text("Average")),
            ("Period", Value::Whole(86_400)),
            ("EvaluationPeriods", Value::Whole(1)),
            ("Threshold", Value::Number(self.threshold)),
            ("ComparisonOperator", Value::text("GreaterThanThreshold")),
            ("ActionsEnabled", Value::Flag(true)),
        ])
    }
}

fn composite(now: Timestamp) -> Value {
    let (name, rule) = COMPOSITE;
    let since = moment(now, SINCE_THE_JUMP);
    Value::map([
        ("AlarmName", Value::text(name)),
        ("AlarmArn", arn(name)),
        ("AlarmRule", Value::text(rule)),
        ("StateValue", Value::text("ALARM")),
        ("StateReason", Value::text("ingest-db-backup-size transitioned to ALARM")),
        ("StateUpdatedTimestamp", since.clone()),
        ("StateTransitionedTimestamp", since),
        ("ActionsEnabled", Value::Flag(true)),
    ])
}

pub(super) fn dimensions(pairs: &[(&str, &str)]) -> Value {
    let dimension = |(name, value): &(&str, &str)| {
        Value::map([("Name", Value::text(*name)), ("Value", Value::text(*value))])
    };
    Value::List(pairs.iter().map(dimension).collect())
}

fn arn(name: &str) -> Value {
    Value::text(format!("arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"))
}

fn moment(now: Timestamp, hours: i64) -> Value {
    let at = now.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(now);
    Value::Moment(at.as_second() as f64)
}
