//! What processor the engine has: some servers die without a word on an old one.

use std::time::Duration;

use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, LogsOptionsBuilder, RemoveContainerOptionsBuilder,
};
use futures_util::TryStreamExt;

use crate::adapters::docker::Docker;
use crate::adapters::docker::image::ImageFacts;
use crate::adapters::docker::labels::{SandboxLabels, container_name};
use crate::adapters::docker::refusal::{Meaning, refused};
use crate::adapters::error::AdapterError;
use crate::domain::failure::FailureKind;

/// How long a container may take to print a file.
const PATIENCE: Duration = Duration::from_mins(1);
/// What is read of it; every processor is described alike.
const KEPT: usize = 64 << 10;

impl Docker {
    /// `/proc/cpuinfo` of the engine's host, as a container of this image shows it that does nothing
    /// else. It carries the drill's labels, so that the clean-up finds it whatever happens here.
    pub async fn processor(
        &self,
        image: &ImageFacts,
        labels: &SandboxLabels,
    ) -> Result<String, AdapterError> {
        let name = format!("{}-cpu", container_name(&labels.drill));
        let asked =
            tokio::time::timeout(PATIENCE, self.print_processor(&name, image, labels)).await;
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
        if let Err(error) = self.client.remove_container(&name, Some(options)).await {
            tracing::warn!(container = name, %error, "the clean-up has to remove a container");
        }
        asked.unwrap_or_else(|_| {
            let what = format!("no answer within {} s", PATIENCE.as_secs());
            Err(Meaning::new(FailureKind::TimedOut, what).of("running", name, None))
        })
    }

    async fn print_processor(
        &self,
        name: &str,
        image: &ImageFacts,
        labels: &SandboxLabels,
    ) -> Result<String, AdapterError> {
        let told = |error| refused("running", name, error);
        let body = ContainerCreateBody {
            image: Some(image.id.clone()),
            entrypoint: Some(vec!["cat".to_owned()]),
            cmd: Some(vec!["/proc/cpuinfo".to_owned()]),
            labels: Some(labels.encode()),
            host_config: Some(HostConfig {
                network_mode: Some("none".to_owned()),
                memory: Some(64 << 20),
                pids_limit: Some(16),
                security_opt: Some(vec!["no-new-privileges".to_owned()]),
                log_config: Some(HostConfigLogConfig {
                    typ: Some("json-file".to_owned()),
                    config: None,
                }),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        };
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        self.client.create_container(Some(options), body).await.map_err(told)?;
        self.client.start_container(name, None).await.map_err(told)?;
        let options = LogsOptionsBuilder::default().stdout(true).follow(true).build();
        let mut frames = Box::pin(self.client.logs(name, Some(options)));
        let mut printed = Vec::new();
        while let Some(frame) = frames.try_next().await.map_err(told)? {
            printed.extend_from_slice(frame.as_ref());
            if printed.len() > KEPT {
                break;
            }
        }
        Ok(String::from_utf8_lossy(&printed).into_owned())
    }
}
