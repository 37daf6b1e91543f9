//! The `aws` commands that tell the same, to be copied: they run as they stand.

use jiff::Timestamp;

use crate::domain::metrics::Measured;
use crate::domain::metrics::class::{ALL_TYPES, StorageClass};
use crate::domain::metrics::panel::Panel;
use crate::domain::series::Window;
use crate::domain::settings::Access;
use crate::domain::shell::quoted;
use crate::domain::text::shown;

/// How a command reaches CloudWatch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach<'a> {
    pub(super) access: &'a Access,
    pub(super) region: Option<&'a str>,
}

impl Reach<'_> {
    /// The sizes of a bucket by storage class, and its objects.
    pub(super) fn figures(
        &self,
        bucket: &str,
        measured: Option<&Measured>,
        window: Window,
    ) -> String {
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
    pub(super) fn panel(&self, panel: &Panel, window: Window) -> String {
        let names = (panel.namespace.as_str(), panel.metric.as_str());
        if panel.dimensions.iter().any(crate::domain::metrics::panel::Dimension::is_any) {
            let mut words = self.words("list-metrics");
            words.extend(["--namespace", names.0, "--metric-name", names.1].map(str::to_owned));
            return joined(&words);
        }
        let dimensions: Vec<(&str, &str)> =
            panel.dimensions.iter().map(|it| (it.name.as_str(), it.value.as_str())).collect();
        let query = query(0, names, &dimensions, (3600, &panel.statistic));
        self.data(&vec![query], window)
    }

    pub(super) fn alarm(&self, name: &str) -> String {
        let mut words = self.words("describe-alarms");
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
            ("--region", self.region),
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
    (period, statistic): (u32, &str),
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
