//! What the bucket answers to each S3 operation.

use std::time::SystemTime;

use async_trait::async_trait;
use jiff::Timestamp;
use s3s::dto::{self, ETag};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use crate::demo::population::{BUCKET, LeftoverUpload, RETENTION};
use crate::demo::s3::bucket::{Bucket, Served, check_bucket};
use crate::demo::s3::listing::{Page, Query};

/// Where the bucket says it is.
pub const REGION: &str = "us-east-1";
const RULE: &str = "expire-tagged-backups";
/// The tag that the lifecycle rule asks for.
const TAG: (&str, &str) = ("auto-delete", "true");
const CONTENT_TYPE: &str = "application/gzip";
/// The most entries of one page.
const PAGE: i32 = 1000;

#[async_trait]
impl S3 for Bucket {
    async fn list_buckets(
        &self,
        _: S3Request<dto::ListBucketsInput>,
    ) -> S3Result<S3Response<dto::ListBucketsOutput>> {
        let oldest = self.population.objects().iter().map(|it| it.last_modified).min();
        let bucket = dto::Bucket {
            bucket_region: Some(REGION.to_owned()),
            creation_date: oldest.map(timestamp),
            name: Some(BUCKET.to_owned()),
        };
        Ok(S3Response::new(dto::ListBucketsOutput {
            buckets: Some(vec![bucket]),
            ..Default::default()
        }))
    }

    async fn head_bucket(
        &self,
        request: S3Request<dto::HeadBucketInput>,
    ) -> S3Result<S3Response<dto::HeadBucketOutput>> {
        check_bucket(&request.input.bucket)?;
        Ok(S3Response::new(dto::HeadBucketOutput {
            bucket_region: Some(REGION.to_owned()),
            ..Default::default()
        }))
    }

    /// Nothing: so buckets of the first region answer.
    async fn get_bucket_location(
        &self,
        request: S3Request<dto::GetBucketLocationInput>,
    ) -> S3Result<S3Response<dto::GetBucketLocationOutput>> {
        check_bucket(&request.input.bucket)?;
        Ok(S3Response::new(dto::GetBucketLocationOutput::default()))
    }

    /// Versioning was never switched on: no status at all.
    async fn get_bucket_versioning(
        &self,
        request: S3Request<dto::GetBucketVersioningInput>,
    ) -> S3Result<S3Response<dto::GetBucketVersioningOutput>> {
        check_bucket(&request.input.bucket)?;
        Ok(S3Response::new(dto::GetBucketVersioningOutput::default()))
    }

    /// Nothing is locked.
    async fn get_object_lock_configuration(
        &self,
        request: S3Request<dto::GetObjectLockConfigurationInput>,
    ) -> S3Result<S3Response<dto::GetObjectLockConfigurationOutput>> {
        check_bucket(&request.input.bucket)?;
        let text = "Object Lock configuration does not exist for this bucket";
        Err(s3_error!(ObjectLockConfigurationNotFoundError, "{text}"))
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        request: S3Request<dto::GetBucketLifecycleConfigurationInput>,
    ) -> S3Result<S3Response<dto::GetBucketLifecycleConfigurationOutput>> {
        check_bucket(&request.input.bucket)?;
        let filter = dto::LifecycleRuleFilter { tag: Some(tag()), ..Default::default() };
        let expiration =
            dto::LifecycleExpiration { days: Some(i32::from(RETENTION)), ..Default::default() };
        let rule = dto::LifecycleRule {
            abort_incomplete_multipart_upload: None,
            expiration: Some(expiration),
            filter: Some(filter),
            id: Some(RULE.to_owned()),
            noncurrent_version_expiration: None,
            noncurrent_version_transitions: None,
            prefix: None,
            status: dto::ExpirationStatus::from_static(dto::ExpirationStatus::ENABLED),
            transitions: None,
        };
        Ok(S3Response::new(dto::GetBucketLifecycleConfigurationOutput {
            rules: Some(vec![rule]),
            ..Default::default()
        }))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<dto::ListObjectsV2Input>,
    ) -> S3Result<S3Response<dto::ListObjectsV2Output>> {
        let input = request.input;
        check_bucket(&input.bucket)?;
        let token = input.continuation_token.as_deref().map(from_token).transpose()?;
        let (query, limit) = query(
            (&input.prefix, &input.delimiter),
            token.as_deref().or(input.start_after.as_deref()),
            input.max_keys,
        );
        let page = Page::of(self.population.objects(), query);
        Ok(S3Response::new(dto::ListObjectsV2Output {
            key_count: Some(count(page.objects.len() + page.prefixes.len())),
            common_prefixes: Some(common_prefixes(&page)),
            contents: Some(page.objects.iter().map(|it| entry(&self.serve(it))).collect()),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.as_deref().map(to_token),
            max_keys: Some(limit),
            name: Some(input.bucket),
            prefix: input.prefix,
            delimiter: input.delimiter,
            start_after: input.start_after,
            continuation_token: input.continuation_token,
            ..Default::default()
        }))
    }

    async fn list_object_versions(
        &self,
        request: S3Request<dto::ListObjectVersionsInput>,
    ) -> S3Result<S3Response<dto::ListObjectVersionsOutput>> {
        let input = request.input;
        check_bucket(&input.bucket)?;
        let (query, limit) =
            query((&input.prefix, &input.delimiter), input.key_marker.as_deref(), input.max_keys);
        let page = Page::of(self.population.objects(), query);
        Ok(S3Response::new(dto::ListObjectVersionsOutput {
            common_prefixes: Some(common_prefixes(&page)),
            versions: Some(page.objects.iter().map(|it| version(&self.serve(it))).collect()),
            is_truncated: Some(page.next.is_some()),
            next_version_id_marker: page.next.as_ref().map(|_| "null".to_owned()),
            next_key_marker: page.next,
            max_keys: Some(limit),
            name: Some(input.bucket),
            prefix: input.prefix,
            delimiter: input.delimiter,
            key_marker: input.key_marker,
            ..Default::default()
        }))
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<dto::ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<dto::ListMultipartUploadsOutput>> {
        let input = request.input;
        check_bucket(&input.bucket)?;
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let uploads = self.population.leftover_uploads().into_iter();
        let uploads = uploads.filter(|upload| upload.key.starts_with(prefix)).map(|upload| {
            dto::MultipartUpload {
                key: Some(upload.key),
                upload_id: Some(upload.upload_id),
                initiated: Some(timestamp(upload.initiated)),
                storage_class: Some(dto::StorageClass::from_static(dto::StorageClass::STANDARD)),
                ..Default::default()
            }
        });
        Ok(S3Response::new(dto::ListMultipartUploadsOutput {
            uploads: Some(uploads.collect()),
            is_truncated: Some(false),
            bucket: Some(input.bucket),
            prefix: input.prefix,
            ..Default::default()
        }))
    }

    async fn list_parts(
        &self,
        request: S3Request<dto::ListPartsInput>,
    ) -> S3Result<S3Response<dto::ListPartsOutput>> {
        let input = request.input;
        check_bucket(&input.bucket)?;
        let uploads = self.population.leftover_uploads();
        let is_it = |it: &&LeftoverUpload| it.key == input.key && it.upload_id == input.upload_id;
        let Some(upload) = uploads.iter().find(is_it) else {
            return Err(s3_error!(NoSuchUpload, "The specified upload does not exist."));
        };
        let after = input.part_number_marker.unwrap_or(0);
        let limit = input.max_parts.unwrap_or(PAGE).clamp(1, PAGE);
        let numbered = (1..).zip(&upload.parts).filter(|(number, _)| *number > after);
        let parts = numbered.map(|(number, size)| dto::Part {
            part_number: Some(number),
            size: Some(length(*size)),
            last_modified: Some(timestamp(upload.initiated)),
            e_tag: Some(ETag::Strong(format!("{}-{number}", upload.upload_id))),
            ..Default::default()
        });
        let parts: Vec<_> = parts.take(usize::try_from(limit).unwrap_or(0)).collect();
        let last = parts.last().and_then(|part| part.part_number).unwrap_or(after);
        let is_truncated = usize::try_from(last).unwrap_or(0) < upload.parts.len();
        Ok(S3Response::new(dto::ListPartsOutput {
            parts: Some(parts),
            is_truncated: Some(is_truncated),
            next_part_number_marker: is_truncated.then_some(last),
            max_parts: Some(limit),
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            ..Default::default()
        }))
    }

    async fn head_object(
        &self,
        request: S3Request<dto::HeadObjectInput>,
    ) -> S3Result<S3Response<dto::HeadObjectOutput>> {
        let input = request.input;
        let served = self.find(&input.bucket, &input.key)?;
        served.check_conditions(input.if_match.as_ref(), input.if_none_match.as_ref())?;
        Ok(S3Response::new(dto::HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(length(served.size)),
            content_type: Some(CONTENT_TYPE.to_owned()),
            expiration: served.object.expires.map(expiration),
            last_modified: Some(timestamp(served.object.last_modified)),
            storage_class: served.is_archived.then(|| served.storage_class().to_owned().into()),
            e_tag: Some(served.etag),
            ..Default::default()
        }))
    }

    async fn get_object(
        &self,
        request: S3Request<dto::GetObjectInput>,
    ) -> S3Result<S3Response<dto::GetObjectOutput>> {
        let input = request.input;
        if self.faults.refuses_download() {
            return Err(s3_error!(SlowDown, "Please reduce your request rate."));
        }
        let served = self.find(&input.bucket, &input.key)?;
        if served.is_archived {
            let text = "The operation is not valid for the object's storage class";
            return Err(s3_error!(InvalidObjectState, "{text}"));
        }
        served.check_conditions(input.if_match.as_ref(), input.if_none_match.as_ref())?;
        let part = input.range.map(|range| range.check(served.size)).transpose()?;
        let content_range =
            part.clone().map(|it| format!("bytes {}-{}/{}", it.start, it.end - 1, served.size));
        let range = part.unwrap_or(0..served.size);
        self.faults.has_been_read(&served.object.key);
        let body = self.body(&served, range.clone()).stream();
        Ok(S3Response::new(dto::GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(length(range.end - range.start)),
            content_range,
            content_type: Some(CONTENT_TYPE.to_owned()),
            expiration: served.object.expires.map(expiration),
            last_modified: Some(timestamp(served.object.last_modified)),
            tag_count: served.object.expires.is_some().then_some(1),
            e_tag: Some(served.etag),
            body: Some(dto::StreamingBlob::wrap(body)),
            ..Default::default()
        }))
    }

    async fn get_object_tagging(
        &self,
        request: S3Request<dto::GetObjectTaggingInput>,
    ) -> S3Result<S3Response<dto::GetObjectTaggingOutput>> {
        let served = self.find(&request.input.bucket, &request.input.key)?;
        let tag_set = served.object.expires.map(|_| tag()).into_iter().collect();
        Ok(S3Response::new(dto::GetObjectTaggingOutput { tag_set, version_id: None }))
    }
}

pub(super) fn query<'a>(
    (prefix, delimiter): (&'a Option<String>, &'a Option<String>),
    after: Option<&'a str>,
    max_keys: Option<i32>,
) -> (Query<'a>, i32) {
    let limit = max_keys.unwrap_or(PAGE).clamp(0, PAGE);
    let query = Query {
        prefix: prefix.as_deref().unwrap_or_default(),
        delimiter: delimiter.as_deref().unwrap_or_default(),
        after: after.unwrap_or_default(),
        limit: usize::try_from(limit).unwrap_or(0),
    };
    (query, limit)
}

pub(super) fn common_prefixes<T>(page: &Page<'_, T>) -> Vec<dto::CommonPrefix> {
    let prefix = |prefix: &&str| dto::CommonPrefix { prefix: Some((*prefix).to_owned()) };
    page.prefixes.iter().map(prefix).collect()
}

fn entry(served: &Served<'_>) -> dto::Object {
    dto::Object {
        e_tag: Some(served.etag.clone()),
        key: Some(served.object.key.clone()),
        last_modified: Some(timestamp(served.object.last_modified)),
        size: Some(length(served.size)),
        storage_class: Some(served.storage_class().to_owned().into()),
        ..Default::default()
    }
}

/// An object that was stored without versioning has the version `null`.
fn version(served: &Served<'_>) -> dto::ObjectVersion {
    dto::ObjectVersion {
        e_tag: Some(served.etag.clone()),
        is_latest: Some(true),
        key: Some(served.object.key.clone()),
        last_modified: Some(timestamp(served.object.last_modified)),
        size: Some(length(served.size)),
        storage_class: Some(served.storage_class().to_owned().into()),
        version_id: Some("null".to_owned()),
        ..Default::default()
    }
}

fn tag() -> dto::Tag {
    let (key, value) = TAG;
    dto::Tag { key: Some(key.to_owned()), value: Some(value.to_owned()) }
}

fn expiration(at: Timestamp) -> String {
    let date = at.strftime("%a, %d %b %Y %H:%M:%S GMT");
    format!(r#"expiry-date="{date}", rule-id="{RULE}""#)
}

pub(super) fn timestamp(at: Timestamp) -> dto::Timestamp {
    SystemTime::from(at).into()
}

pub(super) fn length(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn count(entries: usize) -> i32 {
    i32::try_from(entries).unwrap_or(i32::MAX)
}

/// A token that no client mistakes for a key.
pub(super) fn to_token(entry: &str) -> String {
    format!("after:{entry}")
}

pub(super) fn from_token(token: &str) -> S3Result<String> {
    let entry = token.strip_prefix("after:").map(str::to_owned);
    entry.ok_or_else(|| s3_error!(InvalidArgument, "The continuation token is incorrect"))
}
