//! What a bucket holds: the bytes of every storage class and the number of objects, in one call.

use std::time::Duration;

use crate::adapters::cloudwatch::CloudWatch;
use crate::adapters::cloudwatch::figures::{Question, explained};
use crate::adapters::cloudwatch::refusal::Attempt;
use crate::adapters::error::AdapterError;
use crate::domain::failure::FailureKind;
use crate::domain::metrics::class::{ALL_TYPES, StorageClass};
use crate::domain::metrics::panel::Dimension;
use crate::domain::metrics::{ClassSeries, Measured};
use crate::domain::series::{Series, Window};

const NAMESPACE: &str = "AWS/S3";
/// Buckets are measured once a day.
const DAY: Duration = Duration::from_hours(24);

impl CloudWatch {
    /// What was measured of a bucket of this region within a window. A class that was never
    /// measured is none of its classes; a bucket of which nothing is known at all is a failure.
    pub async fn measure(&self, bucket: &str, window: Window) -> Result<Measured, AdapterError> {
        let target = format!("s3://{bucket} in {}", self.region);
        let attempt = self.attempt("asking CloudWatch about", target, "cloudwatch:GetMetricData");
        let classes: Vec<_> = StorageClass::all().collect();
        let sizes = classes.iter().map(|class| question(bucket, "BucketSizeBytes", class.key()));
        let questions: Vec<_> =
            sizes.chain([question(bucket, "NumberOfObjects", ALL_TYPES)]).collect();
        let mut told = self.figures(&questions, window, DAY, &attempt).await?;
        let objects = told.pop();
        let mut measured = Measured {
            region: self.region.clone(),
            classes: Vec::new(),
            objects: Series::new(DAY, []),
            unseen: Vec::new(),
        };
        for (class, told) in classes.into_iter().zip(told) {
            measured.unseen.extend(told.unseen(&format!("the bytes of {class}")));
            if !told.series.is_empty() {
                measured.classes.push(ClassSeries { class, bytes: told.series });
            }
        }
        if let Some(told) = objects {
            measured.unseen.extend(told.unseen("the number of objects"));
            measured.objects = told.series;
        }
        let size = |it: &ClassSeries| it.bytes.last().map_or(0.0, |point| point.value);
        measured.classes.sort_by(|one, other| size(other).total_cmp(&size(one)));
        if !measured.classes.is_empty() || !measured.objects.is_empty() {
            return Ok(measured);
        }
        Err(match measured.unseen.into_iter().next() {
            Some(unseen) => attempt.failed(explained(unseen.why)),
            None => self.unmeasured(&attempt, bucket).await,
        })
    }

    /// Nothing was told of the bucket, and nothing was refused: says why as far as that is known.
    async fn unmeasured(&self, attempt: &Attempt<'_>, bucket: &str) -> AdapterError {
        let region = &self.region;
        let dimension = Dimension { name: "BucketName".to_owned(), value: bucket.to_owned() };
        let listed = self.list(NAMESPACE, "BucketSizeBytes", &[dimension]).await;
        let (reason, advice) = match listed {
            Ok(metrics) if metrics.is_empty() => (
                format!("CloudWatch in {region} does not know the bucket"),
                "is it in another region, or younger than two days?",
            ),
            // Whether it is known could not be asked, and need not: there are no points.
            _ => (
                format!("CloudWatch in {region} has no points of the bucket"),
                "points come once a day, up to two days late",
            ),
        };
        attempt.failed((FailureKind::Missing, reason, Some(advice.to_owned())))
    }
}

fn question(bucket: &str, metric: &'static str, class: &str) -> Question<'static> {
    let dimension =
        |name: &str, value: &str| Dimension { name: name.to_owned(), value: value.to_owned() };
    Question {
        namespace: NAMESPACE,
        metric,
        dimensions: vec![dimension("BucketName", bucket), dimension("StorageType", class)],
        statistic: "Average",
    }
}
