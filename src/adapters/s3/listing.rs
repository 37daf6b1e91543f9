//! The backups of a set, as a listing of its bucket shows them.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::Object as Listed;
use jiff::Timestamp;

use crate::adapters::error::AdapterError;
use crate::adapters::s3::S3;
use crate::adapters::s3::object;
use crate::adapters::s3::refusal::Attempt;
use crate::domain::backup::{Backup, BackupKey, Began, BeganFrom, NameFormat, Window};
use crate::domain::environment::BackupSet;
use crate::domain::failure::FailureKind;
use crate::domain::units::ByteSize;

impl S3 {
    /// The set's backups that began within the window, oldest first. Where names sort by time, the
    /// listing starts at the window; a name that does not parse counts by its upload.
    pub async fn list(&self, set: &BackupSet, window: Window) -> Result<Vec<Backup>, AdapterError> {
        let mut pages = self.pages(set, Some(window.since)).await?;
        let mut backups = Vec::new();
        while let Some(page) = pages.next().await {
            let is_inside = |it: &Backup| (window.since..=window.until).contains(&it.began.at);
            backups.extend(page?.into_iter().filter(is_inside));
        }
        backups.sort_by(|one, other| (one.began.at, &one.key).cmp(&(other.began.at, &other.key)));
        tracing::debug!(set = set.path(), backups = backups.len(), "listed backups");
        Ok(backups)
    }

    /// The set's objects page by page, in the order of their keys. Where names sort by time, those
    /// from before `since` are left out.
    pub async fn pages<'a>(
        &'a self,
        set: &'a BackupSet,
        since: Option<Timestamp>,
    ) -> Result<Pages<'a>, AdapterError> {
        let client = self.client(&set.bucket).await?;
        let start_after = since.and_then(|since| start_after(set, since));
        let place = Place::Beginning { start_after };
        Ok(Pages { set, attempt: self.listing(set), client, place })
    }

    /// Some objects from the very beginning of the set's keys: where names sort by time, the oldest.
    pub async fn first(&self, set: &BackupSet) -> Result<Vec<Backup>, AdapterError> {
        const SOME: i32 = 100;
        let request = self.client(&set.bucket).await?.list_objects_v2().bucket(&set.bucket);
        let request = request.prefix(&set.prefix).max_keys(SOME);
        let attempt = self.listing(set);
        let page = request.send().await.map_err(|error| attempt.refused(error))?;
        backups(set, &attempt, page.contents())
    }

    fn listing(&self, set: &BackupSet) -> Attempt<'_> {
        let target = format!("s3://{}/{}", set.bucket, set.prefix);
        self.attempt("listing backups in", target, "s3:ListBucket")
    }
}

/// A listing that is being read. No more than a page of it is held.
pub struct Pages<'a> {
    set: &'a BackupSet,
    attempt: Attempt<'a>,
    client: Client,
    place: Place,
}

/// Where a listing goes on.
enum Place {
    Beginning { start_after: Option<String> },
    Behind { token: String },
    End,
}

impl Pages<'_> {
    /// The next thousand; `None` behind the last.
    pub async fn next(&mut self) -> Option<Result<Vec<Backup>, AdapterError>> {
        let request =
            self.client.list_objects_v2().bucket(&self.set.bucket).prefix(&self.set.prefix);
        let request = match std::mem::replace(&mut self.place, Place::End) {
            Place::Beginning { start_after } => request.set_start_after(start_after),
            Place::Behind { token } => request.continuation_token(token),
            Place::End => return None,
        };
        let page = match request.send().await {
            Ok(page) => page,
            Err(error) => return Some(Err(self.attempt.refused(error))),
        };
        if let (Some(true), Some(token)) = (page.is_truncated(), page.next_continuation_token()) {
            self.place = Place::Behind { token: token.to_owned() };
        }
        Some(backups(self.set, &self.attempt, page.contents()))
    }
}

fn backups(
    set: &BackupSet,
    attempt: &Attempt<'_>,
    listed: &[Listed],
) -> Result<Vec<Backup>, AdapterError> {
    let objects = listed.iter().filter(|listed| !is_folder(listed));
    let read = objects.map(|listed| {
        backup(set, listed).ok_or_else(|| {
            let key = listed.key().unwrap_or("an object");
            attempt.failed(
                FailureKind::Unexpected,
                format!("the answer lacks the key, size, time or ETag of {key}"),
            )
        })
    });
    read.collect()
}

/// Consoles show prefixes as folders by means of empty objects whose key ends in a slash.
fn is_folder(listed: &Listed) -> bool {
    listed.size() == Some(0) && listed.key().is_some_and(|key| key.ends_with('/'))
}

/// The key after which the window's names follow. Names lie beneath the prefix's last slash: a
/// prefix may go on with the beginning of the names.
pub(super) fn start_after(set: &BackupSet, since: Timestamp) -> Option<String> {
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
    match format.and_then(|format| began_by_name(key, format)) {
        Some(at) => Began { at, from: BeganFrom::Name },
        None => Began { at: last_modified, from: BeganFrom::LastModified },
    }
}

pub(super) fn began_by_name(key: &BackupKey, format: &NameFormat) -> Option<Timestamp> {
    let parts = format.pattern().matches('/').count() + 1;
    let name = match key.0.rmatch_indices('/').nth(parts - 1) {
        Some((slash, _)) => key.0.get(slash + 1..)?,
        None => &key.0,
    };
    format.began(name)
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
