//! A listing of a whole bucket, folded into figures while it is read.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, timeout};

use crate::adapters::s3::S3;
use crate::domain::bucket::Versioning;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::known::Known;
use crate::domain::metrics::Bucket;
use crate::domain::metrics::listing::{Extent, Listed, OldVersions, Tally};
use crate::domain::settings::Storage;

/// One page may take so long.
const PATIENCE: Duration = Duration::from_secs(30);
/// A listing that takes longer is ended: its figures are then "at least".
const WHOLE: Duration = Duration::from_mins(10);
/// So is one of more objects: it would cost as much as it tells.
const MOST: u64 = 2_000_000;

pub(super) async fn list(
    storage: &Storage,
    bucket: &Bucket,
    now: Timestamp,
) -> Result<Listed, Failure> {
    let s3 = S3::connect(storage).await?;
    let name = &bucket.id.name;
    // Where the objects cannot be listed nobody waits for the rest.
    let ((tally, extent), old_versions, uploads) = tokio::try_join!(
        objects(&s3, bucket, now),
        async { Ok(old_versions(&s3, name).await) },
        async { Ok(within(s3.leftovers(name)).await) },
    )?;
    Ok(tally.conclude(extent, old_versions, uploads))
}

async fn objects<'a>(
    s3: &S3,
    bucket: &'a Bucket,
    now: Timestamp,
) -> Result<(Tally<'a>, Extent), Failure> {
    let name = &bucket.id.name;
    let late = || {
        let seconds = PATIENCE.as_secs();
        let what = format!("listing s3://{name}: no answer within {seconds} s");
        Failure::new(FailureKind::TimedOut, what)
    };
    let mut tally = Tally::new(bucket, now);
    let began = Instant::now();
    let mut survey = timeout(PATIENCE, s3.survey(name)).await.map_err(|_| late())??;
    while let Some(page) = timeout(PATIENCE, survey.next()).await.map_err(|_| late())? {
        for object in page? {
            tally.take(&object.key, object.size, object.stored);
        }
        if began.elapsed() > WHOLE || tally.objects() >= MOST {
            return Ok((tally, Extent::Cut));
        }
        // Thousands of objects: others want to go on too.
        tokio::task::yield_now().await;
    }
    Ok((tally, Extent::Whole))
}

/// Where versions were never kept there is none to list.
async fn old_versions(s3: &S3, bucket: &str) -> Known<OldVersions> {
    match within(s3.versioning(bucket)).await {
        Known::Told(Versioning::Never) => Known::Told(OldVersions::default()),
        // Whether they are kept may not be seen, and versions may all the same.
        Known::Told(_) | Known::Denied { .. } => within(s3.old_versions(bucket)).await,
        Known::NotOffered => Known::NotOffered,
        Known::Failed(failure) => Known::Failed(failure),
        Known::Unasked => Known::Unasked,
    }
}

async fn within<T>(answer: impl Future<Output = Known<T>>) -> Known<T> {
    timeout(WHOLE, answer)
        .await
        .unwrap_or_else(|_| Known::Failed(Failure::new(FailureKind::TimedOut, "no answer in time")))
}
