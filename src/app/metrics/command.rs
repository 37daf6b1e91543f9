//! The `aws` commands that tell the same, to be copied: they run as they stand.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::environment::StorageName;
use crate::domain::metrics::Measured;
use crate::domain::metrics::alarm::Alarm;
use crate::domain::metrics::class::{ALL_TYPES, StorageClass};
use crate::domain::metrics::panel::{Dimension, Panel};
use crate::domain::series::Window;
use crate::domain::settings::Access;
use crate::domain::shell::quoted;
use crate::domain::text::shown;

use super::Metrics;
use super::bucket::BucketFigures;
use super::panel::PanelState;

impl Metrics {
    /// What a chart of a bucket is made from.
    pub(super) fn figures_command(&self, bucket: &BucketFigures, now: Timestamp) -> String {
        let measured = bucket.measured.value();
        let id = &bucket.bucket.id;
        let region = measured.map(|it| it.region.clone());
        self.reach(&id.storage, region).figures(&id.name, measured, self.window(now))
    }

    pub(super) fn panel_command(&self, panel: &PanelState, now: Timestamp) -> String {
        let step = self.span.range.step();
        self.reach(&panel.panel.storage, None).panel(&panel.panel, self.window(now), step)
    }

    pub(super) fn alarm_command(&self, alarm: &Alarm) -> String {
        let storage = self.alarms.storage_of(alarm);
        let reach = storage.map(|it| self.reach(it, None)).unwrap_or_default();
        reach.alarm(&alarm.name)
    }

    /// How a storage's CloudWatch is reached: in this region, else in the one of the configuration.
    fn reach(&self, storage: &StorageName, region: Option<String>) -> Reach {
        let (access, configured) = self.reach.get(storage).cloned().unwrap_or_default();
        Reach { access, region: region.or(configured) }
    }
}

/// How a command reaches CloudWatch.
#[derive(Debug, Default)]
struct Reach {
    access: Access,
    region: Option<String>,
}

impl Reach {
    /// The sizes of a bucket by storage class, and its objects.
    fn figures(&self, bucket: &str, measured: Option<&Measured>, window: Window) -> String {
        let known = measured.map(|it| it.classes.iter().map(|class| class.class).collect());
        let classes: Vec<StorageClass> = known.unwrap_or_default();
        let standard = StorageClass::of("StandardStorage").filter(|_| classes.is_empty());
        let sizes =
            classes.into_iter().chain(standard).map(|class| ("BucketSizeBytes", class.key()));
        let all = sizes.chain([("NumberOfObjects", ALL_TYPES)]);
        let queries = all.enumerate().map(|(at, (metric, kind))| {
            let dimensions = [("BucketName", bucket), ("StorageType", kind)];
            query(at, ("AWS/S3", metric), &dimensions, (86_400, "Average"))
        });
        self.data(&queries.collect(), window)
    }

    /// What a panel shows; for dimensions that may be anything the metrics are listed first.
    fn panel(&self, panel: &Panel, window: Window, step: Duration) -> String {
        let names = (panel.namespace.as_str(), panel.metric.as_str());
        if panel.dimensions.iter().any(Dimension::is_any) {
            let mut words = self.words("list-metrics");
            words.extend(["--namespace", names.0, "--metric-name", names.1].map(str::to_owned));
            return joined(&words);
        }
        let dimensions: Vec<(&str, &str)> =
            panel.dimensions.iter().map(|it| (it.name.as_str(), it.value.as_str())).collect();
        let query = query(0, names, &dimensions, (step.as_secs(), &panel.statistic));
        self.data(&vec![query], window)
    }

    fn alarm(&self, name: &str) -> String {
        let mut words = self.words("describe-alarms");
        // Without its type a composite alarm is not told.
        words.extend(["--alarm-types", "MetricAlarm", "CompositeAlarm"].map(str::to_owned));
        words.extend(["--alarm-names", name].map(str::to_owned));
        joined(&words)
    }

    fn data(&self, queries: &Vec<serde_json::Value>, window: Window) -> String {
        let mut words = self.words("get-metric-data");
        let second = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let queries = serde_json::json!(queries).to_string();
        words.extend(["--start-time".to_owned(), second(window.from)]);
        words.extend(["--end-time".to_owned(), second(window.to)]);
        words.extend(["--metric-data-queries".to_owned(), queries]);
        joined(&words)
    }

    fn words(&self, operation: &str) -> Vec<String> {
        let mut words = ["aws", "cloudwatch", operation].map(str::to_owned).to_vec();
        let options = [
            ("--region", self.region.as_deref()),
            ("--profile", self.access.profile.as_deref()),
            ("--endpoint-url", self.access.endpoint.as_deref()),
        ];
        for (option, value) in options {
            words.extend(value.iter().flat_map(|value| [option.to_owned(), (*value).to_owned()]));
        }
        words
    }
}

fn query(
    at: usize,
    (namespace, metric): (&str, &str),
    dimensions: &[(&str, &str)],
    (period, statistic): (u64, &str),
) -> serde_json::Value {
    let dimensions: Vec<_> = dimensions
        .iter()
        .map(|(name, value)| serde_json::json!({"Name": name, "Value": value}))
        .collect();
    serde_json::json!({
        "Id": format!("q{at}"),
        "MetricStat": {
            "Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": dimensions},
            "Period": period,
            "Stat": statistic,
        },
    })
}

fn joined(words: &[String]) -> String {
    words.iter().map(|word| quoted(&shown(word))).collect::<Vec<_>>().join(" ")
}
