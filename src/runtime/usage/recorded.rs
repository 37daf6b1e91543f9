//! What listings of a bucket found, kept from one visit to the next.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::failure::{Failure, FailureKind};
use crate::domain::metrics::BucketId;
use crate::domain::metrics::listing::Listed;
use crate::domain::metrics::recording::Recordings;
use crate::runtime::console::keep;

use super::cache::file;

/// Changes when a reader would misread an older file.
const SCHEMA: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Page {
    schema: u32,
    bucket: BucketId,
    recordings: Recordings,
}

/// What is recorded of a bucket: nothing at first. A file that cannot be read is told.
pub fn read(state: &Path, bucket: &BucketId) -> Result<Recordings, Failure> {
    let path = path(state, bucket);
    let unreadable = |why: String| {
        let what = format!("reading what was recorded of {bucket}, {}: {why}", path.display());
        Failure::new(FailureKind::Unexpected, what)
    };
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Recordings::default()),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let page: Page =
        serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
    if page.schema > SCHEMA {
        return Err(unreadable("a newer program wrote it".to_owned()));
    }
    Ok(page.recordings)
}

/// Adds a listing. One that cannot be added is missing in a chart, and that is logged: the listing
/// itself is told all the same. A file that cannot be read is left as it is.
pub(super) fn add(state: &Path, bucket: &BucketId, listed: &Listed) {
    let added = read(state, bucket).and_then(|recordings| {
        let recordings = recordings.with(listed);
        let page = Page { schema: SCHEMA, bucket: bucket.clone(), recordings };
        let written = serde_json::to_vec(&page).map_err(io::Error::other);
        let written = written
            .and_then(|text| keep::replace(&path(state, bucket), |file| file.write_all(&text)));
        written.map_err(|error| Failure::new(FailureKind::Unexpected, error.to_string()))
    });
    if let Err(failure) = added {
        tracing::warn!(%bucket, why = %failure, "a listing was not recorded");
    }
}

fn path(state: &Path, bucket: &BucketId) -> PathBuf {
    file(&state.join("usage"), &bucket.to_string())
}
