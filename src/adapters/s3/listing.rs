//! The backups of a set, as a listing of its bucket shows them.

use aws_sdk_s3::types::Object as Listed;
use jiff::Timestamp;

use crate::adapters::error::AdapterError;
use crate::adapters::s3::S3;
use crate::adapters::s3::object;
use crate::domain::backup::{Backup, BackupKey, Began, BeganFrom, NameFormat, Window};
use crate::domain::environment::BackupSet;
use crate::domain::failure::FailureKind;
use crate::domain::units::ByteSize;

impl S3 {
    /// The set's backups that began within the window, oldest first. Where names sort by time, the
    /// listing starts at the window; a name that does not parse counts by its upload.
    pub async fn list(&self, set: &BackupSet, window: Window) -> Result<Vec<Backup>, AdapterError> {
        let target = format!("s3://{}/{}", set.bucket, set.prefix);
        let attempt = self.attempt("listing backups in", target, "s3:ListBucket");
        let mut pages = self
            .client(&set.bucket)
            .await?
            .list_objects_v2()
            .bucket(&set.bucket)
            .prefix(&set.prefix)
            .set_start_after(start_after(set, window.since))
            .into_paginator()
            .send();
        let mut backups = Vec::new();
        while let Some(page) = pages.next().await {
            for listed in page.map_err(|error| attempt.refused(error))?.contents() {
                if is_folder(listed) {
                    continue;
                }
                let backup = backup(set, listed).ok_or_else(|| {
                    let key = listed.key().unwrap_or("an object");
                    attempt.failed(
                        FailureKind::Unexpected,
                        format!("the answer lacks the key, size, time or ETag of {key}"),
                    )
                })?;
                if (window.since..=window.until).contains(&backup.began.at) {
                    backups.push(backup);
                }
            }
        }
        backups.sort_by(|one, other| (one.began.at, &one.key).cmp(&(other.began.at, &other.key)));
        tracing::debug!(set = set.path(), backups = backups.len(), "listed backups");
        Ok(backups)
    }
}

/// Consoles show prefixes as folders by means of empty objects whose key ends in a slash.
fn is_folder(listed: &Listed) -> bool {
    listed.size() == Some(0) && listed.key().is_some_and(|key| key.ends_with('/'))
}

/// The key after which the window's names follow. Names lie beneath the prefix's last slash: a
/// prefix may go on with the beginning of the names.
fn start_after(set: &BackupSet, since: Timestamp) -> Option<String> {
    let folder = set.prefix.rfind('/').and_then(|slash| set.prefix.get(..=slash));
    Some(format!("{}{}", folder.unwrap_or_default(), set.name_format.lower_bound(since)?))
}

fn backup(set: &BackupSet, listed: &Listed) -> Option<Backup> {
    let key = BackupKey(listed.key()?.to_owned());
    let last_modified = object::timestamp(listed.last_modified()?)?;
    Some(Backup {
        bucket: set.bucket.clone(),
        began: began(&key, Some(&set.name_format), last_modified),
        key,
        size: ByteSize(u64::try_from(listed.size()?).ok()?),
        etag: object::unquoted(listed.e_tag()?),
        last_modified,
        version_id: None,
        storage_class: listed.storage_class().map(|class| class.as_str().to_owned()),
    })
}

/// T0 by the key's last parts, as many as the pattern has; else the upload's time stands in.
pub(super) fn began(
    key: &BackupKey,
    format: Option<&NameFormat>,
    last_modified: Timestamp,
) -> Began {
    let named = format.and_then(|format| {
        let parts = format.pattern().matches('/').count() + 1;
        let name = match key.0.rmatch_indices('/').nth(parts - 1) {
            Some((slash, _)) => key.0.get(slash + 1..)?,
            None => &key.0,
        };
        format.began(name)
    });
    match named {
        Some(at) => Began { at, from: BeganFrom::Name },
        None => Began { at: last_modified, from: BeganFrom::LastModified },
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn a_date_may_be_spread_over_folders() {
        let uploaded: Timestamp = "2026-11-04T00:12:00Z".parse().unwrap();
        let check = |pattern: &str, key: &str, expected: &str| {
            let format = NameFormat::new(pattern, TimeZone::UTC).unwrap();
            let began = began(&BackupKey(key.to_owned()), Some(&format), uploaded);
            assert_eq!(began.at, expected.parse().unwrap(), "{key}");
        };
        check("%Y-%m-%d.gz", "prod/deep/2026-11-03.gz", "2026-11-03T00:00:00Z");
        check("%Y-%m-%d.gz", "2026-11-03.gz", "2026-11-03T00:00:00Z");
        check("%Y/%m/%d/dump.gz", "prod/2026/11/03/dump.gz", "2026-11-03T00:00:00Z");
        check("%Y/%m/%d/dump.gz", "dump.gz", "2026-11-04T00:12:00Z");
        check("%Y-%m-%d.gz", "prod/latest.gz", "2026-11-04T00:12:00Z");
    }
}
