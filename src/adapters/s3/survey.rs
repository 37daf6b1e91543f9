//! A whole bucket: every object, old versions, and what unfinished uploads have left.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::Object as Listed;
use jiff::Timestamp;

use crate::adapters::error::{AdapterError, chain};
use crate::adapters::s3::S3;
use crate::adapters::s3::facts::unknown;
use crate::adapters::s3::object::timestamp;
use crate::adapters::s3::refusal::{self, Attempt};
use crate::domain::failure::FailureKind;
use crate::domain::known::Known;
use crate::domain::metrics::listing::{Figures, Leftover, OldVersions};
use crate::domain::units::ByteSize;

/// More pages of versions are not read: a thousand of them hold a million.
const PAGES: usize = 1000;
/// The parts of so many uploads are listed, the oldest first.
const UPLOADS: usize = 50;

/// One object, as far as figures need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    pub key: String,
    pub size: ByteSize,
    pub stored: Timestamp,
}

/// A bucket that is being read. No more than a page of it is held.
pub struct Survey<'a> {
    attempt: Attempt<'a>,
    client: Client,
    bucket: &'a str,
    place: Place,
}

/// Where it goes on.
enum Place {
    Beginning,
    Behind { token: String },
    End,
}

impl S3 {
    /// The region that a bucket says it is in; `None` where the storage names none.
    pub async fn bucket_region(&self, bucket: &str) -> Option<String> {
        match self.client.head_bucket().bucket(bucket).send().await {
            Ok(found) => found.bucket_region().map(str::to_owned),
            Err(error) => refusal::region(&error).map(str::to_owned),
        }
    }

    /// All objects of a bucket, a thousand at a time.
    pub async fn survey<'a>(&'a self, bucket: &'a str) -> Result<Survey<'a>, AdapterError> {
        let client = self.client(bucket).await?;
        let attempt = self.attempt("listing", format!("s3://{bucket}"), "s3:ListBucket");
        Ok(Survey { attempt, client, bucket, place: Place::Beginning })
    }

    /// Versions that are no longer current, and delete markers. `Cut` figures are not told: half of
    /// them would explain half of a difference.
    pub async fn old_versions(&self, bucket: &str) -> Known<OldVersions> {
        let attempt = self.about(bucket, "s3:ListBucketVersions");
        let client = match self.client(bucket).await {
            Ok(client) => client,
            Err(error) => return Known::Failed(error.into()),
        };
        let mut old = OldVersions::default();
        let (mut key, mut version) = (None, None);
        for _ in 0..PAGES {
            let request = client
                .list_object_versions()
                .bucket(bucket)
                .set_key_marker(key.take())
                .set_version_id_marker(version.take());
            let page = match request.send().await {
                Ok(page) => page,
                Err(error) => return unknown(&attempt, error),
            };
            for it in page.versions().iter().filter(|it| it.is_latest() == Some(false)) {
                old.versions.add(size(it.size()));
            }
            old.delete_markers += page.delete_markers().len() as u64;
            key = page.next_key_marker().map(str::to_owned);
            version = page.next_version_id_marker().map(str::to_owned);
            if page.is_truncated() != Some(true) || key.is_none() {
                return Known::Told(old);
            }
        }
        let reason = "there are more versions than are read for a figure";
        let failed = attempt.failed(FailureKind::Unexpected, reason);
        Known::Failed(failed.into())
    }

    /// Uploads of the whole bucket that nobody has completed, with what their parts take up.
    pub async fn leftovers(&self, bucket: &str) -> Known<Vec<Leftover>> {
        let attempt = self.about(bucket, "s3:ListBucketMultipartUploads");
        let client = match self.client(bucket).await {
            Ok(client) => client,
            Err(error) => return Known::Failed(error.into()),
        };
        let open = match self.open_uploads(&client, &attempt, bucket, "").await {
            Ok(open) => open,
            Err(unknown) => return unknown,
        };
        let mut leftovers = Vec::new();
        for (place, upload) in open.into_iter().enumerate() {
            let parts = if place < UPLOADS {
                parts(&client, bucket, &upload.key, &upload.id).await
            } else {
                None
            };
            leftovers.push(Leftover { key: upload.key, begun: upload.begun, parts });
        }
        Known::Told(leftovers)
    }
}

impl Survey<'_> {
    /// The next thousand; `None` behind the last.
    pub async fn next(&mut self) -> Option<Result<Vec<Surveyed>, AdapterError>> {
        let request = self.client.list_objects_v2().bucket(self.bucket);
        let request = match std::mem::replace(&mut self.place, Place::End) {
            Place::Beginning => request,
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
        Some(Ok(page.contents().iter().filter_map(surveyed).collect()))
    }
}

fn surveyed(listed: &Listed) -> Option<Surveyed> {
    Some(Surveyed {
        key: listed.key()?.to_owned(),
        size: size(listed.size()),
        stored: timestamp(listed.last_modified()?)?,
    })
}

/// What the parts of one upload take up; `None` where that cannot be seen.
async fn parts(client: &Client, bucket: &str, key: &str, id: &str) -> Option<Figures> {
    let mut figures = Figures::default();
    let mut marker = None;
    for _ in 0..PAGES {
        let request = client.list_parts().bucket(bucket).key(key).upload_id(id);
        let page = match request.set_part_number_marker(marker.take()).send().await {
            Ok(page) => page,
            Err(error) => {
                let chain = chain(&error);
                tracing::warn!(bucket, key, chain, "the parts of an upload were not listed");
                return None;
            }
        };
        for part in page.parts() {
            figures.add(size(part.size()));
        }
        marker = page.next_part_number_marker().map(str::to_owned);
        if page.is_truncated() != Some(true) || marker.is_none() {
            return Some(figures);
        }
    }
    None
}

fn size(bytes: Option<i64>) -> ByteSize {
    ByteSize(bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0))
}
