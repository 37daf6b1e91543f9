//! What a storage tells of a bucket and its objects beside the listing. Each question stands alone:
//! one that is refused, or that this storage does not know, leaves the others as they are.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsError;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketVersioningStatus, ExpirationStatus, LifecycleExpiration,
    LifecycleRule as Rule, LifecycleRuleAndOperator, LifecycleRuleFilter,
};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::adapters::error::AdapterError;
use crate::adapters::s3::S3;
use crate::adapters::s3::object::timestamp;
use crate::adapters::s3::refusal::Attempt;
use crate::domain::backup::{Backup, BackupKey};
use crate::domain::bucket::{Deleted, Expiry, LifecycleRule, Sample, Tag, Upload, Versioning};
use crate::domain::environment::BackupSet;
use crate::domain::failure::FailureKind;
use crate::domain::known::Known;
use crate::domain::units::ByteSize;

/// Other storages say in many ways that they do not have something.
const NOT_OFFERED: [&str; 5] = [
    "NotImplemented",
    "XNotImplemented",
    "MethodNotAllowed",
    "UnsupportedOperation",
    "NotSupported",
];
/// More pages of versions or uploads are not looked at.
const PAGES: usize = 5;

/// An upload that can be asked about further.
#[derive(Debug)]
pub(super) struct OpenUpload {
    pub(super) key: String,
    pub(super) id: String,
    pub(super) begun: Timestamp,
}

impl S3 {
    /// The lifecycle rules of a bucket; none where none was ever set.
    pub async fn lifecycle(&self, bucket: &str) -> Known<Vec<LifecycleRule>> {
        let attempt = self.about(bucket, "s3:GetLifecycleConfiguration");
        let client = match self.client(bucket).await {
            Ok(client) => client,
            Err(error) => return Known::Failed(error.into()),
        };
        match client.get_bucket_lifecycle_configuration().bucket(bucket).send().await {
            Ok(answer) => Known::Told(answer.rules().iter().map(rule).collect()),
            Err(error) if error.code() == Some("NoSuchLifecycleConfiguration") => {
                Known::Told(Vec::new())
            }
            Err(error) => unknown(&attempt, error),
        }
    }

    pub async fn versioning(&self, bucket: &str) -> Known<Versioning> {
        let attempt = self.about(bucket, "s3:GetBucketVersioning");
        let client = match self.client(bucket).await {
            Ok(client) => client,
            Err(error) => return Known::Failed(error.into()),
        };
        match client.get_bucket_versioning().bucket(bucket).send().await {
            Ok(answer) => Known::Told(match answer.status() {
                Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
                Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
                _ => Versioning::Never,
            }),
            Err(error) => unknown(&attempt, error),
        }
    }

    /// How new objects are locked; `None` where they are not.
    pub async fn object_lock(&self, bucket: &str) -> Known<Option<String>> {
        let attempt = self.about(bucket, "s3:GetBucketObjectLockConfiguration");
        let client = match self.client(bucket).await {
            Ok(client) => client,
            Err(error) => return Known::Failed(error.into()),
        };
        match client.get_object_lock_configuration().bucket(bucket).send().await {
            Ok(answer) => {
                let configuration = answer.object_lock_configuration();
                let retention = configuration
                    .and_then(|it| it.rule())
                    .and_then(|rule| rule.default_retention());
                Known::Told(configuration.map(|_| match retention {
                    Some(retention) => {
                        let mode = retention.mode().map_or("", |mode| mode.as_str());
                        let span = match (retention.days(), retention.years()) {
                            (Some(days), _) => format!(" {days} d"),
                            (None, Some(years)) => format!(" {years} y"),
                            (None, None) => String::new(),
                        };
                        format!("{}{span}", mode.to_lowercase())
                    }
                    None => "object by object".to_owned(),
                }))
            }
            Err(error)
                if matches!(
                    error.code(),
                    Some("ObjectLockConfigurationNotFoundError" | "NoSuchObjectLockConfiguration")
                ) =>
            {
                Known::Told(None)
            }
            Err(error) => unknown(&attempt, error),
        }
    }

    /// Uploads beneath the set's prefix that were begun and not completed, the oldest first.
    pub async fn uploads(&self, set: &BackupSet) -> Known<Vec<Upload>> {
        let attempt = self.about(&set.bucket, "s3:ListBucketMultipartUploads");
        let client = match self.client(&set.bucket).await {
            Ok(client) => client,
            Err(error) => return Known::Failed(error.into()),
        };
        match self.open_uploads(&client, &attempt, &set.bucket, &set.prefix).await {
            Ok(open) => {
                let upload = |it: OpenUpload| Upload { key: BackupKey(it.key), begun: it.begun };
                Known::Told(open.into_iter().map(upload).collect())
            }
            Err(unknown) => unknown,
        }
    }

    /// Uploads beneath a prefix that were begun and not completed, the oldest first; else why they
    /// are not known.
    pub(super) async fn open_uploads<T>(
        &self,
        client: &Client,
        attempt: &Attempt<'_>,
        bucket: &str,
        prefix: &str,
    ) -> Result<Vec<OpenUpload>, Known<T>> {
        let listed = match listed_uploads(client, bucket, prefix).await {
            // MinIO takes whole keys alone for a prefix here, and says nothing of any other.
            Ok(none) if none.is_empty() && !prefix.is_empty() => {
                listed_uploads(client, bucket, "").await
            }
            listed => listed,
        };
        let mut uploads = listed.map_err(|error| unknown(attempt, error))?;
        uploads.retain(|upload| upload.key.starts_with(prefix));
        uploads.sort_by_key(|upload| upload.begun);
        Ok(uploads)
    }

    /// Objects beneath the prefix in front of which somebody has put a delete marker.
    pub async fn deleted(&self, set: &BackupSet, since: Timestamp) -> Known<Vec<Deleted>> {
        let attempt = self.about(&set.bucket, "s3:ListBucketVersions");
        let client = match self.client(&set.bucket).await {
            Ok(client) => client,
            Err(error) => return Known::Failed(error.into()),
        };
        let mut deleted = Vec::new();
        let mut marker = super::listing::start_after(set, since);
        for _ in 0..PAGES {
            let request = client
                .list_object_versions()
                .bucket(&set.bucket)
                .prefix(&set.prefix)
                .set_key_marker(marker.take());
            let page = match request.send().await {
                Ok(page) => page,
                Err(error) => return unknown(&attempt, error),
            };
            let markers = page.delete_markers().iter().filter(|it| it.is_latest() == Some(true));
            deleted.extend(markers.filter_map(|it| {
                let key = BackupKey(it.key()?.to_owned());
                let at = timestamp(it.last_modified()?)?;
                let began = super::listing::began_by_name(&key, &set.name_format);
                Some(Deleted { key, at, began })
            }));
            marker = page.next_key_marker().map(str::to_owned);
            if page.is_truncated() != Some(true) || marker.is_none() {
                break;
            }
        }
        Known::Told(deleted)
    }

    /// One object as its HEAD and its tags show it.
    pub async fn sample(&self, backup: &Backup, with_tags: bool) -> Known<Sample> {
        let Backup { bucket, key, .. } = backup;
        let attempt = self.attempt("looking at", backup.url(), "s3:GetObject");
        let client = match self.client(bucket).await {
            Ok(client) => client,
            Err(error) => return Known::Failed(error.into()),
        };
        let head = match client.head_object().bucket(bucket).key(&key.0).send().await {
            Ok(head) => head,
            Err(error) => return unknown(&attempt, error),
        };
        let tags = if with_tags {
            let attempt = self.attempt("reading the tags of", backup.url(), "s3:GetObjectTagging");
            match client.get_object_tagging().bucket(bucket).key(&key.0).send().await {
                Ok(answer) => Known::Told(answer.tag_set().iter().map(tag).collect()),
                Err(error) => unknown(&attempt, error),
            }
        } else {
            Known::Unasked
        };
        Known::Told(sample(backup, &head, tags))
    }

    /// Whether an object can be read at all: HEAD works where the key of its encryption does not.
    pub async fn first_byte(&self, backup: &Backup) -> Known<()> {
        let Backup { bucket, key, .. } = backup;
        let attempt = self.attempt("reading", backup.url(), "s3:GetObject");
        let client = match self.client(bucket).await {
            Ok(client) => client,
            Err(error) => return Known::Failed(error.into()),
        };
        if backup.size == ByteSize(0) {
            return Known::Told(());
        }
        let request = client.get_object().bucket(bucket).key(&key.0).range("bytes=0-0");
        match request.send().await {
            Ok(_) => Known::Told(()),
            Err(error) => unknown(&attempt, error),
        }
    }

    pub(super) fn about(&self, bucket: &str, permission: &'static str) -> Attempt<'_> {
        self.attempt("asking about", format!("s3://{bucket}"), permission)
    }
}

/// Uploads that are under way, as far as a few pages tell.
async fn listed_uploads(
    client: &Client,
    bucket: &str,
    prefix: &str,
) -> Result<Vec<OpenUpload>, SdkError<ListMultipartUploadsError>> {
    let mut uploads = Vec::new();
    let mut marker: Option<(String, String)> = None;
    for _ in 0..PAGES {
        let (key, id) = marker.take().unzip();
        let request = client.list_multipart_uploads().bucket(bucket).prefix(prefix);
        let page = request.set_key_marker(key).set_upload_id_marker(id).send().await?;
        uploads.extend(page.uploads().iter().filter_map(|upload| {
            Some(OpenUpload {
                key: upload.key()?.to_owned(),
                id: upload.upload_id()?.to_owned(),
                begun: timestamp(upload.initiated()?)?,
            })
        }));
        let next = page.next_key_marker().zip(page.next_upload_id_marker());
        marker = next.map(|(key, id)| (key.to_owned(), id.to_owned()));
        if page.is_truncated() != Some(true) || marker.is_none() {
            break;
        }
    }
    Ok(uploads)
}

/// What an answer with an error means: not offered, not allowed, or failed.
pub(super) fn unknown<T, E>(attempt: &Attempt<'_>, error: SdkError<E>) -> Known<T>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map(|raw| raw.status().as_u16());
    let code = error.code().unwrap_or_default();
    if NOT_OFFERED.contains(&code) || matches!(status, Some(405 | 501)) {
        return Known::NotOffered;
    }
    let refused: AdapterError = attempt.refused(error);
    // A login that has expired and a key of KMS are denied too, and no permission helps.
    let needs = attempt.permission;
    let is_permission = refused.kind == FailureKind::Denied
        && refused.advice.as_ref().is_some_and(|advice| advice.contains(" allow "));
    if is_permission {
        let kms = refused.advice.as_ref().is_some_and(|advice| advice.contains("kms:Decrypt"));
        let action = if kms { "kms:Decrypt" } else { needs };
        return Known::Denied { action: action.to_owned() };
    }
    Known::Failed(refused.into())
}

fn rule(rule: &Rule) -> LifecycleRule {
    let filter = rule.filter();
    let both = filter.and_then(LifecycleRuleFilter::and);
    let mut tags: Vec<Tag> =
        filter.and_then(LifecycleRuleFilter::tag).map(tag).into_iter().collect();
    tags.extend(both.into_iter().flat_map(LifecycleRuleAndOperator::tags).map(tag));
    #[expect(deprecated, reason = "old rules have their prefix there still")]
    let own = rule.prefix();
    let prefix = filter.and_then(LifecycleRuleFilter::prefix);
    let prefix = prefix.or(both.and_then(LifecycleRuleAndOperator::prefix)).or(own);
    let bytes = |of_filter: Option<i64>, of_both: Option<i64>| {
        of_filter.or(of_both).and_then(|bytes| u64::try_from(bytes).ok())
    };
    let days = |days: Option<i32>| days.and_then(|days| u32::try_from(days).ok());
    LifecycleRule {
        name: rule.id().unwrap_or("unnamed").to_owned(),
        is_enabled: *rule.status() == ExpirationStatus::Enabled,
        prefix: prefix.unwrap_or_default().to_owned(),
        tags,
        larger_than: bytes(
            filter.and_then(LifecycleRuleFilter::object_size_greater_than),
            both.and_then(LifecycleRuleAndOperator::object_size_greater_than),
        ),
        smaller_than: bytes(
            filter.and_then(LifecycleRuleFilter::object_size_less_than),
            both.and_then(LifecycleRuleAndOperator::object_size_less_than),
        ),
        expires_days: days(rule.expiration().and_then(LifecycleExpiration::days)),
        aborts_days: days(
            rule.abort_incomplete_multipart_upload()
                .and_then(AbortIncompleteMultipartUpload::days_after_initiation),
        ),
    }
}

fn tag(tag: &aws_sdk_s3::types::Tag) -> Tag {
    Tag { key: tag.key().to_owned(), value: tag.value().to_owned() }
}

fn sample(backup: &Backup, head: &HeadObjectOutput, tags: Known<Vec<Tag>>) -> Sample {
    let encryption = head.server_side_encryption().map(|it| match head.ssekms_key_id() {
        Some(_) => format!("{} with a key of KMS", it.as_str()),
        None => it.as_str().to_owned(),
    });
    Sample {
        key: backup.key.clone(),
        size: backup.size,
        last_modified: backup.last_modified,
        expires: head.expiration().and_then(expiry),
        tags,
        encryption,
        locked_until: head.object_lock_retain_until_date().and_then(timestamp),
        storage_class: head.storage_class().map(|class| class.as_str().to_owned()),
        archive: head.archive_status().map(|archive| archive.as_str().to_owned()),
    }
}

/// `expiry-date="Mon, 15 Feb 2027 00:00:00 GMT", rule-id="expire-tagged-backups"`.
fn expiry(header: &str) -> Option<Expiry> {
    let value = |name: &str| {
        let (_, rest) = header.split_once(&format!("{name}=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    };
    let at = rfc2822::parse(value("expiry-date")?).ok()?.timestamp();
    Some(Expiry { at, rule: value("rule-id").unwrap_or("unnamed").to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_read_from_its_header() {
        let header =
            r#"expiry-date="Mon, 15 Feb 2027 00:00:00 GMT", rule-id="expire-tagged-backups""#;
        let found = expiry(header).unwrap();
        assert_eq!(found.at, "2027-02-15T00:00:00Z".parse().unwrap());
        assert_eq!(found.rule, "expire-tagged-backups");
        assert_eq!(expiry("NotImplemented"), None);
    }
}
