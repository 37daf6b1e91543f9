//! Many series in one call, page by page; each result stands alone.

use std::time::Duration;

use aws_sdk_cloudwatch::types::{
    Dimension as Named, Metric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StatusCode,
};

use crate::adapters::aws::refusal::Explained;
use crate::adapters::cloudwatch::refusal::Attempt;
use crate::adapters::cloudwatch::{CloudWatch, PAGES, date_time, timestamp};
use crate::adapters::error::AdapterError;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::metrics::panel::Dimension;
use crate::domain::metrics::unseen::Unseen;
use crate::domain::series::{Point, Series, Window};

/// The most queries that one call takes.
pub(super) const MOST: usize = 500;

/// One series that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Question<'a> {
    pub(super) namespace: &'a str,
    pub(super) metric: &'a str,
    pub(super) dimensions: Vec<Dimension>,
    pub(super) statistic: &'a str,
}

/// What came of one question.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) series: Series,
    /// Why it is not all of it.
    trouble: Option<Failure>,
}

impl Told {
    /// What is missing of it, under the name that it has for people.
    pub(super) fn unseen(&self, what: &str) -> Option<Unseen> {
        Some(Unseen { what: what.to_owned(), why: self.trouble.clone()? })
    }
}

/// Why nothing came at all, where one reason stands for all.
pub(super) fn explained(Failure { kind, what, advice }: Failure) -> Explained {
    (kind, what, advice)
}

impl CloudWatch {
    /// The series of all `questions`, in their order, with a point every `step`. Fails where
    /// nothing was told.
    pub(super) async fn figures(
        &self,
        questions: &[Question<'_>],
        window: Window,
        step: Duration,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Told>, AdapterError> {
        let queries: Vec<_> =
            questions.iter().take(MOST).enumerate().map(|(at, it)| query(at, it, step)).collect();
        let mut gathered: Vec<Gathered> = queries.iter().map(|_| Gathered::default()).collect();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let request = self
                .client
                .get_metric_data()
                .set_metric_data_queries(Some(queries.clone()))
                .start_time(date_time(window.from))
                .end_time(date_time(window.to))
                .scan_by(ScanBy::TimestampAscending)
                .set_next_token(token.take());
            let page = request.send().await.map_err(|error| attempt.refused(error))?;
            for result in page.metric_data_results() {
                let place = result.id().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
                if let Some(gathered) = place.and_then(|place| gathered.get_mut(place)) {
                    gathered.take(result);
                }
            }
            token = page.next_token().map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        let is_cut = token.is_some();
        Ok(gathered.into_iter().map(|it| it.conclude(step, is_cut, attempt)).collect())
    }
}

fn query(at: usize, question: &Question<'_>, step: Duration) -> MetricDataQuery {
    let dimensions = question
        .dimensions
        .iter()
        .map(|it| Named::builder().name(&it.name).value(&it.value).build())
        .collect();
    let metric = Metric::builder()
        .namespace(question.namespace)
        .metric_name(question.metric)
        .set_dimensions(Some(dimensions))
        .build();
    let statistic = MetricStat::builder()
        .metric(metric)
        .period(i32::try_from(step.as_secs()).unwrap_or(i32::MAX))
        .stat(question.statistic)
        .build();
    MetricDataQuery::builder().id(format!("m{at}")).metric_stat(statistic).build()
}

/// The pages of one result.
#[derive(Debug, Default)]
struct Gathered {
    points: Vec<Point>,
    status: Option<StatusCode>,
    messages: Vec<String>,
}

impl Gathered {
    fn take(&mut self, result: &MetricDataResult) {
        let pairs = result.timestamps().iter().zip(result.values());
        self.points
            .extend(pairs.filter_map(|(at, value)| Some(Point::new(timestamp(at)?, *value))));
        // The last page's word counts: those before it are partial because more follow.
        self.status = result.status_code().cloned();
        self.messages
            .extend(result.messages().iter().filter_map(|it| it.value()).map(str::to_owned));
    }

    fn conclude(self, step: Duration, is_cut: bool, attempt: &Attempt<'_>) -> Told {
        let said = self.messages.join(", ");
        let with = |reason: &str| match said.as_str() {
            "" => reason.to_owned(),
            said => format!("{reason}: {}", said.trim_end_matches('.')),
        };
        let trouble = match &self.status {
            Some(StatusCode::Forbidden) => Some(attempt.forbidden()),
            Some(StatusCode::InternalError) => {
                Some((FailureKind::Unreachable, with("CloudWatch itself failed"), None))
            }
            Some(StatusCode::PartialData) => {
                Some((FailureKind::Unexpected, with("only a part of the points came"), None))
            }
            None => Some((FailureKind::Unexpected, with("it was not answered at all"), None)),
            _ if is_cut => {
                let reason = "there are more points than are read".to_owned();
                Some((FailureKind::Unexpected, reason, None))
            }
            _ => None,
        };
        let trouble = trouble.map(|(kind, what, advice)| Failure { kind, what, advice });
        Told { series: Series::new(step, self.points), trouble }
    }
}
