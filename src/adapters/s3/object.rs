//! One object as its HEAD shows it: what a download needs to know beforehand.

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{ArchiveStatus, ChecksumMode};
use jiff::Timestamp;

use crate::adapters::error::AdapterError;
use crate::adapters::s3::S3;
use crate::adapters::s3::checksum::Checksum;
use crate::adapters::s3::listing;
use crate::adapters::s3::refusal::Attempt;
use crate::domain::backup::{Backup, BackupKey, NameFormat};
use crate::domain::failure::FailureKind;
use crate::domain::units::ByteSize;

/// An object, ready to be downloaded.
#[derive(Debug, Clone)]
pub struct Object {
    pub backup: Backup,
    /// What the content is compared with; `None` where the storage keeps nothing but the length.
    pub checksum: Option<Checksum>,
    pub availability: Availability,
}

/// Whether the content can be read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    Readable,
    /// In an archive, until somebody asks for it.
    Archived,
    /// Somebody has asked; it takes hours.
    Thawing,
}

impl S3 {
    /// Asks for one object; `format` reads T0 from its name.
    pub async fn head(
        &self,
        bucket: &str,
        key: &BackupKey,
        format: Option<&NameFormat>,
    ) -> Result<Object, AdapterError> {
        let attempt = self.attempt("looking at", format!("s3://{bucket}/{key}"), "s3:GetObject");
        let client = self.client(bucket).await?;
        let request = client.head_object().bucket(bucket).key(&key.0);
        match request.checksum_mode(ChecksumMode::Enabled).send().await {
            Ok(head) => read(bucket, key, format, &head).ok_or_else(|| {
                let reason = "the answer lacks the object's size, time or ETag";
                attempt.failed(FailureKind::Unexpected, reason)
            }),
            Err(error @ SdkError::ServiceError(_)) => {
                // The answer to a HEAD has no body that could say why; one byte's has.
                let first = client.get_object().bucket(bucket).key(&key.0).range("bytes=0-0");
                match first.send().await {
                    Err(reason @ SdkError::ServiceError(_)) => Err(attempt.refused(reason)),
                    _ => Err(attempt.refused(error)),
                }
            }
            Err(error) => Err(attempt.refused(error)),
        }
    }
}

impl Object {
    /// Fails where the content must be thawed first, and says how.
    pub(super) fn check_readable(&self, attempt: &Attempt<'_>) -> Result<(), AdapterError> {
        let class = self.backup.storage_class.as_deref().unwrap_or("its archive");
        let (reason, advice) = match self.availability {
            Availability::Readable => return Ok(()),
            Availability::Thawing => (
                format!("the object is still being thawed from {class}"),
                "try again in some hours".to_owned(),
            ),
            Availability::Archived => {
                (format!("the object is archived in {class}"), self.how_to_thaw(attempt))
            }
        };
        let failed = attempt.failed(FailureKind::Denied, reason);
        Err(AdapterError { advice: Some(advice), ..failed })
    }

    /// The command that thaws it; it costs money and takes hours, so that it is not ours to run.
    pub(super) fn how_to_thaw(&self, attempt: &Attempt<'_>) -> String {
        let Backup { bucket, key, .. } = &self.backup;
        let hours = match self.backup.storage_class.as_deref() {
            Some("DEEP_ARCHIVE") => "about 12 hours",
            _ => "3 to 5 hours",
        };
        let key = quoted(&key.0);
        let profile = attempt.access.profile_argument();
        format!(
            "thaw it with `aws s3api restore-object --bucket {bucket} --key {key} \
             --restore-request Days=7{profile}` ({hours}, and it is billed), then try again"
        )
    }
}

fn read(
    bucket: &str,
    key: &BackupKey,
    format: Option<&NameFormat>,
    head: &HeadObjectOutput,
) -> Option<Object> {
    let etag = unquoted(head.e_tag()?);
    let last_modified = timestamp(head.last_modified()?)?;
    let checksum = Checksum::of(head, &etag);
    let backup = Backup {
        bucket: bucket.to_owned(),
        key: key.clone(),
        size: ByteSize(u64::try_from(head.content_length()?).ok()?),
        etag,
        last_modified,
        version_id: head.version_id().map(str::to_owned),
        storage_class: head.storage_class().map(|class| class.as_str().to_owned()),
        began: listing::began(key, format, last_modified),
    };
    let availability = availability(&backup, head);
    Some(Object { backup, checksum, availability })
}

fn availability(backup: &Backup, head: &HeadObjectOutput) -> Availability {
    let archived = backup.is_archived()
        || matches!(
            head.archive_status(),
            Some(ArchiveStatus::ArchiveAccess | ArchiveStatus::DeepArchiveAccess)
        );
    match head.restore() {
        _ if !archived => Availability::Readable,
        Some(restore) if restore.contains("ongoing-request=\"true\"") => Availability::Thawing,
        // A thawed copy, with the date on which it goes.
        Some(restore) if restore.contains("expiry-date") => Availability::Readable,
        _ => Availability::Archived,
    }
}

/// For a shell, whatever the text holds.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// An `ETag` without the quotes that belong to the header.
pub(super) fn unquoted(etag: &str) -> String {
    etag.trim_matches('"').to_owned()
}

pub(super) fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}
