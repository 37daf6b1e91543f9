//! Streams a tar into the sandbox.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bollard::body_try_stream;
use bollard::query_parameters::UploadToContainerOptionsBuilder;
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};

use crate::adapters::docker::Docker;
use crate::adapters::docker::refusal::{Meaning, refused};
use crate::adapters::error::AdapterError;
use crate::adapters::sandbox::Sandbox;
use crate::domain::failure::FailureKind;

/// The client's time limit covers the whole body, and when it strikes it leaves a cut file: it must
/// never be what ends an upload. The sandbox's own limit ends sooner.
const UNLIMITED: Duration = Duration::from_hours(7 * 24);

impl Docker {
    /// Unpacks the tar that comes in pieces into the folder `path`.
    pub async fn upload(
        &self,
        sandbox: &Sandbox,
        path: &str,
        tar: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Result<(), AdapterError> {
        let broken = Arc::new(OnceLock::new());
        let seen = Arc::clone(&broken);
        // The client's own error does not tell whose fault a broken body was.
        let tar = tar.inspect_err(move |error| {
            seen.get_or_init(|| error.to_string());
        });
        let options = UploadToContainerOptionsBuilder::default().path(path).build();
        let client = self.client.clone().with_timeout(UNLIMITED);
        let sent = client.upload_to_container(sandbox.name(), Some(options), body_try_stream(tar));
        let target = || format!("{}:{path}", sandbox.name());
        sent.await.map_err(|error| match broken.get() {
            Some(reason) => Meaning::new(FailureKind::Unexpected, reason).of(
                "reading what is uploaded to",
                target(),
                Some(error),
            ),
            None => refused("uploading to", target(), error),
        })
    }
}
