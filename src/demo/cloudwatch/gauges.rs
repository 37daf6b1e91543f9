//! What else is measured in the account of the world: machines, functions, services, a database.

use jiff::Timestamp;

use crate::demo::population::mix::{Numbers, of_text};

/// One metric of one thing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gauge {
    pub(super) namespace: &'static str,
    pub(super) metric: &'static str,
    pub(super) dimensions: &'static [(&'static str, &'static str)],
    pub(super) unit: &'static str,
    course: Course,
}

/// How its values go.
#[derive(Debug, Clone, Copy)]
enum Course {
    /// A level that swings with the hours of a day, and noise.
    Daily { level: f64, swing: f64, noise: f64 },
    /// A level now that has grown by so much a day.
    Growing { level: f64, per_day: f64 },
    /// Nothing, but for some hours so many days ago.
    Outburst { days_ago: u16, height: f64 },
}

const fn gauge(
    namespace: &'static str,
    metric: &'static str,
    dimensions: &'static [(&'static str, &'static str)],
    unit: &'static str,
    course: Course,
) -> Gauge {
    Gauge { namespace, metric, dimensions, unit, course }
}

const FIRST: &[(&str, &str)] = &[("InstanceId", "i-0c5e1f2a9b3d47e61")];
const SECOND: &[(&str, &str)] = &[("InstanceId", "i-0f84d2c7a61b09e35")];
const DISK: &[(&str, &str)] = &[("InstanceId", "i-0c5e1f2a9b3d47e61"), ("path", "/")];
const FUNCTION: &[(&str, &str)] = &[("FunctionName", "ingest-notify")];
const SERVICE: &[(&str, &str)] = &[("ClusterName", "ingest"), ("ServiceName", "staging-manager")];
const DATABASE: &[(&str, &str)] = &[("DBInstanceIdentifier", "ingest-reports")];

pub(super) const GAUGES: [Gauge; 7] = [
    gauge(
        "AWS/EC2",
        "CPUUtilization",
        FIRST,
        "Percent",
        Course::Daily { level: 38.0, swing: 22.0, noise: 9.0 },
    ),
    gauge(
        "AWS/EC2",
        "CPUUtilization",
        SECOND,
        "Percent",
        Course::Daily { level: 12.0, swing: 6.0, noise: 4.0 },
    ),
    gauge(
        "CWAgent",
        "disk_used_percent",
        DISK,
        "Percent",
        Course::Growing { level: 83.4, per_day: 0.21 },
    ),
    gauge(
        "AWS/Lambda",
        "Errors",
        FUNCTION,
        "Count",
        Course::Outburst { days_ago: 3, height: 17.0 },
    ),
    gauge(
        "AWS/Lambda",
        "Duration",
        FUNCTION,
        "Milliseconds",
        Course::Daily { level: 640.0, swing: 210.0, noise: 120.0 },
    ),
    gauge(
        "AWS/ECS",
        "CPUUtilization",
        SERVICE,
        "Percent",
        Course::Daily { level: 27.0, swing: 11.0, noise: 5.0 },
    ),
    gauge(
        "AWS/RDS",
        "FreeStorageSpace",
        DATABASE,
        "Bytes",
        Course::Growing { level: 21_474_836_480.0, per_day: -94_371_840.0 },
    ),
];

impl Gauge {
    pub(super) fn is_called(
        &self,
        namespace: &str,
        metric: &str,
        dimensions: &[(String, String)],
    ) -> bool {
        let has = |(name, value): &(String, String)| {
            self.dimensions.iter().any(|own| own.0 == *name && own.1 == *value)
        };
        self.namespace == namespace
            && self.metric == metric
            && dimensions.len() == self.dimensions.len()
            && dimensions.iter().all(has)
    }

    /// The value of the period that begins at `at`.
    pub(super) fn value(&self, at: Timestamp, now: Timestamp) -> f64 {
        let key = format!("{}.{}.{at}", self.metric, self.dimensions.first().map_or("", |it| it.1));
        let random = Numbers::of(of_text(1, &key)).below(1000) as f64 / 1000.0;
        let days = now.duration_since(at).as_secs_f64() / 86_400.0;
        match self.course {
            Course::Daily { level, swing, noise } => {
                let hours = (at.as_second().rem_euclid(86_400) as f64) / 3600.0;
                let wave = ((hours - 9.0) / 24.0 * std::f64::consts::TAU).sin();
                (level + swing * wave + noise * (random - 0.5)).max(0.0)
            }
            Course::Growing { level, per_day } => (level - per_day * days).max(0.0),
            Course::Outburst { days_ago, height } => {
                let since = days - f64::from(days_ago);
                if (0.0..0.25).contains(&since) { (height * random).ceil() } else { 0.0 }
            }
        }
    }
}
