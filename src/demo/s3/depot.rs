//! What the second team's storage answers: no AWS, and without all that AWS has.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::iter;
use s3s::dto::{self, ETag};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use crate::demo::depot::{Deposit, Depot, DepotBucket};
use crate::demo::s3::listing::{Keyed, Page};
use crate::demo::s3::operations::{
    common_prefixes, from_token, length, query, timestamp, to_token,
};

const CLASS: &str = "STANDARD";
/// What every dump begins with.
const GZIP: [u8; 4] = [0x1f, 0x8b, 8, 0];
const PIECE: u64 = 64 << 10;

pub(super) struct Shelf {
    pub(super) depot: Arc<Depot>,
}

impl Keyed for Deposit {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Shelf {
    fn bucket(&self, name: &str) -> S3Result<&DepotBucket> {
        let missing = || s3_error!(NoSuchBucket, "The specified bucket does not exist");
        self.depot.bucket(name).ok_or_else(missing)
    }

    fn find(&self, bucket: &str, key: &str) -> S3Result<&Deposit> {
        let missing = || s3_error!(NoSuchKey, "The specified key does not exist.");
        self.bucket(bucket)?.object(key).ok_or_else(missing)
    }
}

#[async_trait]
impl S3 for Shelf {
    async fn list_buckets(
        &self,
        _: S3Request<dto::ListBucketsInput>,
    ) -> S3Result<S3Response<dto::ListBucketsOutput>> {
        let bucket = |bucket: &DepotBucket| dto::Bucket {
            bucket_region: None,
            creation_date: None,
            name: Some(bucket.name.to_owned()),
        };
        Ok(S3Response::new(dto::ListBucketsOutput {
            buckets: Some(self.depot.buckets.iter().map(bucket).collect()),
            ..Default::default()
        }))
    }

    async fn head_bucket(
        &self,
        request: S3Request<dto::HeadBucketInput>,
    ) -> S3Result<S3Response<dto::HeadBucketOutput>> {
        self.bucket(&request.input.bucket)?;
        Ok(S3Response::new(dto::HeadBucketOutput::default()))
    }

    async fn get_bucket_versioning(
        &self,
        request: S3Request<dto::GetBucketVersioningInput>,
    ) -> S3Result<S3Response<dto::GetBucketVersioningOutput>> {
        let bucket = self.bucket(&request.input.bucket)?;
        let enabled =
            dto::BucketVersioningStatus::from_static(dto::BucketVersioningStatus::ENABLED);
        Ok(S3Response::new(dto::GetBucketVersioningOutput {
            status: bucket.keeps_versions.then_some(enabled),
            ..Default::default()
        }))
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        request: S3Request<dto::GetBucketLifecycleConfigurationInput>,
    ) -> S3Result<S3Response<dto::GetBucketLifecycleConfigurationOutput>> {
        self.bucket(&request.input.bucket)?;
        let text = "The lifecycle configuration does not exist";
        Err(s3_error!(NoSuchLifecycleConfiguration, "{text}"))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<dto::ListObjectsV2Input>,
    ) -> S3Result<S3Response<dto::ListObjectsV2Output>> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket)?;
        let token = input.continuation_token.as_deref().map(from_token).transpose()?;
        let (query, limit) = query(
            (&input.prefix, &input.delimiter),
            token.as_deref().or(input.start_after.as_deref()),
            input.max_keys,
        );
        let page = Page::of(&bucket.objects, query);
        Ok(S3Response::new(dto::ListObjectsV2Output {
            common_prefixes: Some(common_prefixes(&page)),
            contents: Some(page.objects.iter().map(|it| entry(it)).collect()),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.as_deref().map(to_token),
            max_keys: Some(limit),
            name: Some(input.bucket),
            prefix: input.prefix,
            ..Default::default()
        }))
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<dto::ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<dto::ListMultipartUploadsOutput>> {
        self.bucket(&request.input.bucket)?;
        Ok(S3Response::new(dto::ListMultipartUploadsOutput {
            is_truncated: Some(false),
            bucket: Some(request.input.bucket),
            ..Default::default()
        }))
    }

    async fn head_object(
        &self,
        request: S3Request<dto::HeadObjectInput>,
    ) -> S3Result<S3Response<dto::HeadObjectOutput>> {
        let object = self.find(&request.input.bucket, &request.input.key)?;
        Ok(S3Response::new(dto::HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(length(object.size)),
            last_modified: Some(timestamp(object.last_modified)),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            ..Default::default()
        }))
    }

    async fn get_object(
        &self,
        request: S3Request<dto::GetObjectInput>,
    ) -> S3Result<S3Response<dto::GetObjectOutput>> {
        let input = request.input;
        let object = self.find(&input.bucket, &input.key)?;
        let part = input.range.map(|range| range.check(object.size)).transpose()?;
        let content_range =
            part.clone().map(|it| format!("bytes {}-{}/{}", it.start, it.end - 1, object.size));
        let range = part.unwrap_or(0..object.size);
        let length_asked = length(range.end - range.start);
        let starts = (range.start..range.end).step_by(usize::try_from(PIECE).unwrap_or(1));
        let end = range.end;
        let pieces = starts.map(move |start| {
            let bytes = (start..end.min(start + PIECE)).map(byte).collect::<Vec<_>>();
            Ok::<_, std::io::Error>(Bytes::from(bytes))
        });
        Ok(S3Response::new(dto::GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(length_asked),
            content_range,
            last_modified: Some(timestamp(object.last_modified)),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            body: Some(dto::StreamingBlob::wrap(iter(pieces))),
            ..Default::default()
        }))
    }

    async fn get_object_tagging(
        &self,
        request: S3Request<dto::GetObjectTaggingInput>,
    ) -> S3Result<S3Response<dto::GetObjectTaggingOutput>> {
        self.find(&request.input.bucket, &request.input.key)?;
        Ok(S3Response::new(dto::GetObjectTaggingOutput { tag_set: Vec::new(), version_id: None }))
    }
}

fn entry(object: &Deposit) -> dto::Object {
    dto::Object {
        e_tag: Some(ETag::Strong(object.etag.clone())),
        key: Some(object.key.clone()),
        last_modified: Some(timestamp(object.last_modified)),
        size: Some(length(object.size)),
        storage_class: Some(CLASS.to_owned().into()),
        ..Default::default()
    }
}

fn byte(at: u64) -> u8 {
    usize::try_from(at).ok().and_then(|at| GZIP.get(at)).copied().unwrap_or((at % 251) as u8)
}
