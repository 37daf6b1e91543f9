//! Any metric that a panel names, for one thing or for each that fits.

use crate::adapters::cloudwatch::figures::{Question, explained};
use crate::adapters::cloudwatch::{CloudWatch, PAGES};
use crate::adapters::error::AdapterError;
use crate::domain::failure::FailureKind;
use crate::domain::metrics::panel::{Dimension, Panel, PanelFigures};
use crate::domain::metrics::range::Range;
use crate::domain::series::Window;

use aws_sdk_cloudwatch::types::DimensionFilter;

/// So many series are told apart on one chart.
const MOST_SERIES: usize = 20;

impl CloudWatch {
    /// What was measured for a panel. Where a value is `*`, each thing that is there has its series.
    pub async fn panel(
        &self,
        panel: &Panel,
        range: Range,
        window: Window,
    ) -> Result<PanelFigures, AdapterError> {
        let target = format!("{} {} in {}", panel.namespace, panel.metric, self.region);
        let attempt = self.attempt("asking CloudWatch for", target, "cloudwatch:GetMetricData");
        let mut wanted = if panel.dimensions.iter().any(Dimension::is_any) {
            let found = self.list(&panel.namespace, &panel.metric, &panel.dimensions).await?;
            found.into_iter().filter(|it| it.len() == panel.dimensions.len()).collect()
        } else {
            vec![panel.dimensions.clone()]
        };
        wanted.sort();
        let more = wanted.len().saturating_sub(MOST_SERIES);
        wanted.truncate(MOST_SERIES);
        let questions: Vec<_> = wanted
            .iter()
            .map(|dimensions| Question {
                namespace: &panel.namespace,
                metric: &panel.metric,
                dimensions: dimensions.clone(),
                statistic: &panel.statistic,
            })
            .collect();
        let mut figures = PanelFigures { series: Vec::new(), more, unseen: Vec::new() };
        if !questions.is_empty() {
            let told = self.figures(&questions, window, range.step(), &attempt).await?;
            for (dimensions, told) in wanted.iter().zip(told) {
                let label = label(panel, dimensions);
                figures.unseen.extend(told.unseen(&label));
                if !told.series.is_empty() {
                    figures.series.push((label, told.series));
                }
            }
        }
        if !figures.series.is_empty() {
            return Ok(figures);
        }
        let nothing = || {
            let reason = format!("there are no points of the last {}", range.words());
            let advice = "are region, namespace, metric and all dimensions as CloudWatch has them?";
            (FailureKind::Missing, reason, Some(advice.to_owned()))
        };
        let why = figures.unseen.into_iter().next().map(|unseen| explained(unseen.why));
        Err(attempt.failed(why.unwrap_or_else(nothing)))
    }

    /// The dimensions of each metric with this name that fits; `*` fits any value. Metrics that were
    /// silent for two weeks are not listed.
    pub(super) async fn list(
        &self,
        namespace: &str,
        metric: &str,
        dimensions: &[Dimension],
    ) -> Result<Vec<Vec<Dimension>>, AdapterError> {
        let target = format!("{namespace} {metric} in {}", self.region);
        let attempt = self.attempt("listing the metrics of", target, "cloudwatch:ListMetrics");
        let filters: Vec<_> = dimensions
            .iter()
            .map(|it| {
                let value = (!it.is_any()).then(|| it.value.clone());
                DimensionFilter::builder().name(&it.name).set_value(value).build()
            })
            .collect();
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let request = self
                .client
                .list_metrics()
                .namespace(namespace)
                .metric_name(metric)
                .set_dimensions(Some(filters.clone()))
                .set_next_token(token.take());
            let page = request.send().await.map_err(|error| attempt.refused(error))?;
            found.extend(page.metrics().iter().map(|metric| {
                let own = metric.dimensions().iter().filter_map(|it| {
                    Some(Dimension { name: it.name()?.to_owned(), value: it.value()?.to_owned() })
                });
                own.collect()
            }));
            token = page.next_token().map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

/// What tells a series from its neighbours: the values that were not given.
fn label(panel: &Panel, dimensions: &[Dimension]) -> String {
    let open =
        |it: &&Dimension| panel.dimensions.iter().any(|own| own.name == it.name && own.is_any());
    let values: Vec<_> = dimensions.iter().filter(open).map(|it| it.value.as_str()).collect();
    if values.is_empty() { panel.metric.clone() } else { values.join(" ") }
}
