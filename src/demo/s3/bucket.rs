//! The bucket and its objects as they look under the faults that are on.

use std::ops::Range;
use std::sync::Arc;

use s3s::dto::{ETag, ETagCondition};
use s3s::{S3Result, s3_error};

use crate::demo::population::{BUCKET, Population, Recipe, StoredObject, Tier};
use crate::demo::s3::body::{Body, Road};
use crate::demo::s3::fault::{S3Fault, S3Faults};

pub(super) struct Bucket {
    pub(super) population: Arc<Population>,
    pub(super) faults: Arc<S3Faults>,
    road: Arc<Road>,
}

/// One object, as a request sees it.
pub(super) struct Served<'a> {
    pub(super) object: &'a StoredObject,
    recipe: Recipe,
    pub(super) size: u64,
    pub(super) etag: ETag,
    /// Whether it must be thawed before it can be read.
    pub(super) is_archived: bool,
}

impl Bucket {
    pub(super) fn new(population: Arc<Population>, faults: Arc<S3Faults>) -> Self {
        Self { population, faults, road: Arc::default() }
    }

    pub(super) fn find(&self, bucket: &str, key: &str) -> S3Result<Served<'_>> {
        check_bucket(bucket)?;
        let object = self.population.object(key);
        let missing = || s3_error!(NoSuchKey, "The specified key does not exist.");
        Ok(self.serve(object.ok_or_else(missing)?))
    }

    pub(super) fn serve<'a>(&self, object: &'a StoredObject) -> Served<'a> {
        let is_swapped = object.tier == Tier::Prod && self.faults.is_on(S3Fault::OtherEnvironment);
        let recipe =
            if is_swapped { object.recipe.of_another_server(Tier::Staging) } else { object.recipe };
        let whole = self.population.size(recipe);
        let is_cut = self.faults.is_on(S3Fault::CutObject);
        // Other bytes have another tag: its last number counts the parts of an upload.
        let parts = 1 + u8::from(is_cut) + 2 * u8::from(self.faults.is_replaced(&object.key));
        let etag = format!("{}-{parts}", self.population.digest(recipe));
        Served {
            object,
            recipe,
            size: if is_cut { whole / 5 * 3 } else { whole },
            etag: ETag::Strong(etag),
            is_archived: self.faults.is_on(S3Fault::Archived),
        }
    }

    pub(super) fn body(&self, served: &Served<'_>, range: Range<u64>) -> Body {
        let rate = self.faults.find(|fault| match fault {
            S3Fault::Slow { bytes_per_second } => Some(bytes_per_second),
            _ => None,
        });
        let breaks_after = self.faults.find(|fault| match fault {
            S3Fault::DropConnections { after_bytes } => Some(after_bytes),
            _ => None,
        });
        Body {
            population: self.population.clone(),
            recipe: served.recipe,
            flipped: self.faults.is_on(S3Fault::WrongBytes).then_some(served.size / 2),
            road: rate.map(|rate| (self.road.clone(), rate)),
            breaks_at: breaks_after.map(|bytes| range.start + bytes),
            range,
        }
    }
}

/// Refuses any other bucket than ours.
pub(super) fn check_bucket(name: &str) -> S3Result<()> {
    if name == BUCKET {
        return Ok(());
    }
    Err(s3_error!(NoSuchBucket, "The specified bucket does not exist"))
}

impl Served<'_> {
    pub(super) fn check_conditions(
        &self,
        matches: Option<&ETagCondition>,
        differs: Option<&ETagCondition>,
    ) -> S3Result<()> {
        let is_this = |condition: &ETagCondition| {
            condition.as_etag().is_none_or(|etag| etag.weak_cmp(&self.etag))
        };
        if matches.is_some_and(|condition| !is_this(condition)) {
            let text = "At least one of the pre-conditions you specified did not hold";
            return Err(s3_error!(PreconditionFailed, "{text}"));
        }
        if differs.is_some_and(is_this) {
            return Err(s3_error!(NotModified));
        }
        Ok(())
    }

    pub(super) fn storage_class(&self) -> &'static str {
        if self.is_archived { "GLACIER" } else { "STANDARD" }
    }
}
