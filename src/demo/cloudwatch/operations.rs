//! What is answered to each operation.

use jiff::Timestamp;

use crate::demo::cloudwatch::Account;
use crate::demo::cloudwatch::alarms::{self, dimensions};
use crate::demo::cloudwatch::fault::CloudWatchFault;
use crate::demo::cloudwatch::gauges::GAUGES;
use crate::demo::cloudwatch::ledger::{Ledger, STANDARD};
use crate::demo::cloudwatch::wire::Value;
use crate::demo::population::BUCKET;

const S3: &str = "AWS/S3";
/// So many points are on a page: fewer than CloudWatch gives, so that clients have to turn pages.
const PAGE: usize = 1000;
/// The most points of one answer to `GetMetricStatistics`.
const STATISTICS: usize = 1440;

/// A refused request: status, code, message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self { status: 400, code: "InvalidParameterValue", message: message.into() }
    }
}

type Answer = Result<Value, Refusal>;
/// Oldest first.
type Points = Vec<(Timestamp, f64)>;

/// A metric with everything that tells it from others.
struct Wanted<'a> {
    namespace: &'a str,
    name: &'a str,
    dimensions: Vec<(String, String)>,
}

/// From when, until when (not included), how far apart.
struct Stretch {
    from: f64,
    until: f64,
    period: i64,
}

impl Account {
    pub(super) fn perform(&self, operation: &str, request: &Value) -> Answer {
        match operation {
            "GetMetricData" => self.metric_data(request),
            "GetMetricStatistics" => self.metric_statistics(request),
            "ListMetrics" => Ok(list_metrics(request)),
            "DescribeAlarms" => Ok(alarms::describe(request, self.now())),
            other => Err(Refusal {
                status: 400,
                code: "UnknownOperation",
                message: format!("the embedded world leaves {other} out"),
            }),
        }
    }

    fn metric_data(&self, request: &Value) -> Answer {
        let queries = request.get("MetricDataQueries").as_list();
        if queries.is_empty() || queries.len() > 500 {
            return Err(Refusal::invalid("MetricDataQueries must hold 1 to 500 queries"));
        }
        let skipped: usize = match request.get("NextToken").as_text() {
            None => 0,
            Some(token) => token.parse().map_err(|_| Refusal {
                status: 400,
                code: "InvalidNextToken",
                message: "the token is none of ours".to_owned(),
            })?,
        };
        let ascends = request.get("ScanBy").as_text() == Some("TimestampAscending");
        let (mut passed, mut left) = (0, PAGE);
        let mut is_cut = false;
        let mut results = Vec::new();
        for query in queries {
            let stretch = Stretch::of(request, query.get("MetricStat"))?;
            let (mut points, status) = self.result(query, &stretch)?;
            if !ascends {
                points.reverse();
            }
            let count = points.len();
            let sent = skipped.saturating_sub(passed).min(count);
            let here: Vec<_> = points.into_iter().skip(sent).take(left).collect();
            left -= here.len();
            let is_whole = sent + here.len() == count;
            is_cut |= !is_whole;
            passed += count;
            let status = if is_whole { status } else { "PartialData" };
            results.push(result(query, &here, status));
        }
        let next = (skipped + PAGE - left).to_string();
        let token = if is_cut { Value::Text(next) } else { Value::Nothing };
        Ok(Value::map([
            ("MetricDataResults", Value::List(results)),
            ("NextToken", token),
            ("Messages", Value::List(Vec::new())),
        ]))
    }

    /// The points of one query, oldest first, and whether they are all.
    fn result(&self, query: &Value, stretch: &Stretch) -> Result<(Points, &'static str), Refusal> {
        let statistic = query.get("MetricStat");
        if *statistic == Value::Nothing {
            return Err(Refusal::invalid("the embedded world leaves expressions out"));
        }
        let wanted = Wanted::of(statistic.get("Metric"))?;
        let is_of =
            |it: &str| wanted.name == it || wanted.dimensions.iter().any(|(_, value)| value == it);
        if let Some(status) = self.faults.status(is_of) {
            return Ok((Vec::new(), status));
        }
        let mut points = self.points(&wanted, stretch);
        if self.faults.is_on(CloudWatchFault::Partial) {
            if wanted.name == "NumberOfObjects" {
                return Ok((Vec::new(), "Forbidden"));
            }
            if !points.is_empty() {
                points.truncate(points.len() - points.len() / 3);
                return Ok((points, "PartialData"));
            }
        }
        Ok((points, "Complete"))
    }

    fn points(&self, wanted: &Wanted<'_>, stretch: &Stretch) -> Points {
        if wanted.namespace == S3 {
            let class = Ledger::class_of(&wanted.dimensions);
            let points = class.and_then(|class| self.ledger.points(wanted.name, class));
            let inside = |(at, _): &(Timestamp, f64)| stretch.holds(at.as_second() as f64);
            return points.unwrap_or_default().into_iter().filter(inside).collect();
        }
        let Some(gauge) = GAUGES
            .iter()
            .find(|gauge| gauge.is_called(wanted.namespace, wanted.name, &wanted.dimensions))
        else {
            return Vec::new();
        };
        let now = self.now();
        stretch.beats(now).map(|at| (at, gauge.value(at, now))).collect()
    }

    fn metric_statistics(&self, request: &Value) -> Answer {
        let stretch = Stretch::of(request, request)?;
        let name = request.get("MetricName").as_text().unwrap_or_default();
        let wanted = Wanted {
            namespace: request.get("Namespace").as_text().unwrap_or_default(),
            name,
            dimensions: pairs(request.get("Dimensions")),
        };
        let points = self.points(&wanted, &stretch);
        if points.len() > STATISTICS {
            return Err(Refusal {
                status: 400,
                code: "InvalidParameterCombination",
                message: format!("{} points are more than {STATISTICS}", points.len()),
            });
        }
        let statistics: Vec<&str> =
            request.get("Statistics").as_list().iter().filter_map(Value::as_text).collect();
        let unit = unit(&wanted);
        let point = |(at, value): (Timestamp, f64)| {
            let mut entries = vec![
                ("Timestamp".to_owned(), Value::Moment(at.as_second() as f64)),
                ("Unit".to_owned(), Value::text(unit)),
            ];
            entries.extend(statistics.iter().map(|statistic| {
                let value = if *statistic == "SampleCount" { 1.0 } else { value };
                ((*statistic).to_owned(), Value::Number(value))
            }));
            Value::Map(entries)
        };
        Ok(Value::map([
            ("Label", Value::text(name)),
            ("Datapoints", Value::List(points.into_iter().map(point).collect())),
        ]))
    }
}

impl<'a> Wanted<'a> {
    fn of(metric: &'a Value) -> Result<Self, Refusal> {
        let missing = || Refusal::invalid("a metric needs its namespace and its name");
        Ok(Self {
            namespace: metric.get("Namespace").as_text().ok_or_else(missing)?,
            name: metric.get("MetricName").as_text().ok_or_else(missing)?,
            dimensions: pairs(metric.get("Dimensions")),
        })
    }
}

impl Stretch {
    fn of(times: &Value, statistic: &Value) -> Result<Self, Refusal> {
        let time = |name: &str| times.get(name).as_number();
        let both = time("StartTime").zip(time("EndTime"));
        let (from, until) =
            both.ok_or_else(|| Refusal::invalid("StartTime and EndTime are needed"))?;
        if from >= until {
            return Err(Refusal::invalid("StartTime must be before EndTime"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
        let period = statistic.get("Period").as_number().unwrap_or_default() as i64;
        if period < 60 || period % 60 != 0 {
            return Err(Refusal::invalid("Period must be a multiple of 60"));
        }
        Ok(Self { from, until, period })
    }

    fn holds(&self, second: f64) -> bool {
        self.from <= second && second < self.until
    }

    /// The beginnings of the periods, up to now.
    fn beats(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> {
        #[expect(clippy::cast_possible_truncation, reason = "seconds of this century")]
        let (from, until) = (self.from as i64, self.until as i64);
        let first = from.div_euclid(self.period) * self.period;
        let step = usize::try_from(self.period).unwrap_or(usize::MAX);
        let beats = (first..until.min(now.as_second())).step_by(step);
        beats.filter(move |second| *second >= from).filter_map(|it| Timestamp::from_second(it).ok())
    }
}

/// What another region answers: it has no figures of this account.
pub(super) fn elsewhere(operation: &str, request: &Value) -> Value {
    let list = |key, list| Value::map([(key, Value::List(list))]);
    match operation {
        "GetMetricData" => {
            let queries = request.get("MetricDataQueries").as_list();
            let empty = queries.iter().map(|query| result(query, &[], "Complete"));
            list("MetricDataResults", empty.collect())
        }
        "GetMetricStatistics" => list("Datapoints", Vec::new()),
        "ListMetrics" => list("Metrics", Vec::new()),
        _ => list("MetricAlarms", Vec::new()),
    }
}

fn result(query: &Value, points: &[(Timestamp, f64)], status: &str) -> Value {
    let label = query.get("MetricStat").get("Metric").get("MetricName").clone();
    let times = points.iter().map(|(at, _)| Value::Moment(at.as_second() as f64));
    let values = points.iter().map(|(_, value)| Value::Number(*value));
    Value::map([
        ("Id", query.get("Id").clone()),
        ("Label", label),
        ("Timestamps", Value::List(times.collect())),
        ("Values", Value::List(values.collect())),
        ("StatusCode", Value::text(status)),
    ])
}

/// Everything that was measured in the last two weeks and fits.
fn list_metrics(request: &Value) -> Value {
    let of_bucket = [("BucketSizeBytes", STANDARD), ("NumberOfObjects", "AllStorageTypes")];
    let buckets = of_bucket.map(|(metric, class)| {
        let own = vec![("BucketName", BUCKET), ("StorageType", class)];
        (S3, metric, own)
    });
    let gauges = GAUGES.iter().map(|it| (it.namespace, it.metric, it.dimensions.to_vec()));
    let fits = |key: &str, own: &str| request.get(key).as_text().is_none_or(|it| it == own);
    let filters = request.get("Dimensions").as_list();
    let has = |own: &[(&str, &str)]| {
        filters.iter().all(|filter| {
            let name = filter.get("Name").as_text();
            let value = filter.get("Value").as_text();
            own.iter().any(|it| name == Some(it.0) && value.is_none_or(|value| value == it.1))
        })
    };
    let found = buckets.into_iter().chain(gauges).filter(|(namespace, metric, own)| {
        fits("Namespace", namespace) && fits("MetricName", metric) && has(own)
    });
    let metric = |(namespace, metric, own): (&str, &str, Vec<(&str, &str)>)| {
        Value::map([
            ("Namespace", Value::text(namespace)),
            ("MetricName", Value::text(metric)),
            ("Dimensions", dimensions(&own)),
        ])
    };
    Value::map([("Metrics", Value::List(found.map(metric).collect()))])
}

fn pairs(list: &Value) -> Vec<(String, String)> {
    let pair = |it: &Value| {
        Some((it.get("Name").as_text()?.to_owned(), it.get("Value").as_text()?.to_owned()))
    };
    list.as_list().iter().filter_map(pair).collect()
}

fn unit(wanted: &Wanted<'_>) -> &'static str {
    let gauge =
        GAUGES.iter().find(|it| it.is_called(wanted.namespace, wanted.name, &wanted.dimensions));
    match gauge {
        Some(gauge) => gauge.unit,
        None if wanted.name == "BucketSizeBytes" => "Bytes",
        None => "Count",
    }
}
