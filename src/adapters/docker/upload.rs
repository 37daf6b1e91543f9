//! Streams a tar into the sandbox, and looks whether all of it has arrived.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bollard::body_try_stream;
use bollard::query_parameters::{
    ContainerArchiveInfoOptionsBuilder, UploadToContainerOptionsBuilder,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};

use crate::adapters::docker::Docker;
use crate::adapters::docker::refusal::{Meaning, is_missing, refused};
use crate::adapters::error::AdapterError;
use crate::adapters::sandbox::Sandbox;
use crate::domain::failure::FailureKind;
use crate::domain::units::ByteSize;

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

    /// Looks at each file that was uploaded into the folder `path`: a restore must never begin from
    /// fewer bytes than were sent, or it would look like a poorer backup.
    pub async fn check_upload(
        &self,
        sandbox: &Sandbox,
        path: &str,
        files: impl IntoIterator<Item = (String, ByteSize)>,
    ) -> Result<(), AdapterError> {
        const AT_ONCE: usize = 4;
        stream::iter(files)
            .map(|(name, size)| self.check_file(sandbox, format!("{path}/{name}"), size))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn check_file(
        &self,
        sandbox: &Sandbox,
        path: String,
        sent: ByteSize,
    ) -> Result<(), AdapterError> {
        let target = format!("{}:{path}", sandbox.name());
        let incomplete = |what: String| {
            Meaning::new(FailureKind::Unexpected, what)
                .advise(
                    "drill it once more; if it happens again, look at the engine's disk and log",
                )
                .of("checking the upload of", target.as_str(), None)
        };
        let options = ContainerArchiveInfoOptionsBuilder::default().path(&path).build();
        match self.client.get_container_archive_info(sandbox.name(), Some(options)).await {
            Ok(found) if u64::try_from(found.size) == Ok(sent.bytes()) => Ok(()),
            Ok(found) => {
                let (found, sent) = (found.size, sent.bytes());
                Err(incomplete(format!("{found} bytes arrived of {sent}")))
            }
            Err(error) if is_missing(&error) => Err(incomplete("it did not arrive".to_owned())),
            Err(error) => Err(refused("checking the upload of", target, error)),
        }
    }
}
