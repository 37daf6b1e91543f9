//! Whether a processor is too old for a server: mongod then dies without a word.

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
use crate::domain::failure::{Failure, FailureKind};

/// How long a container may take to print a file.
const PATIENCE: Duration = Duration::from_mins(1);
/// What is read of it; every processor is described alike.
const KEPT: usize = 64 << 10;
/// The first release series that asks for more than any processor has.
const FIRST_TO_ASK: u32 = 5;

/// Features that every ARMv8.2-A processor names at least one of.
const ARM_8_2: [&str; 8] = ["fphp", "dcpop", "sha3", "sm3", "sm4", "asimddp", "sha512", "sve"];

/// Whether servers of this release series run on some processors only.
pub fn is_choosy(series: &str) -> bool {
    let major = series.split('.').next().and_then(|major| major.parse().ok());
    major.is_some_and(|major: u32| major >= FIRST_TO_ASK)
}

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

/// Why the processor that `/proc/cpuinfo` describes cannot run a server of this release series
/// (`7.0`). `None` where it can, or where nothing is known.
pub fn refusal(series: &str, architecture: &str, cpuinfo: &str) -> Option<Failure> {
    let major: u32 = series.split('.').next()?.parse().ok()?;
    let (field, wanted, name): (_, &[&str], _) = match architecture {
        "x86_64" | "amd64" => ("flags", &["avx"], "AVX"),
        "aarch64" | "arm64" => ("Features", &ARM_8_2, "ARMv8.2-A"),
        _ => return None,
    };
    let line = cpuinfo.lines().find(|line| line.starts_with(field))?;
    let can = line.split_whitespace().any(|feature| wanted.contains(&feature));
    (major >= FIRST_TO_ASK && !can).then(|| {
        Failure::new(
            FailureKind::Unexpected,
            format!("MongoDB {series} needs {name}, which this engine's processor lacks"),
        )
        .advise("drill on another machine; servers up to 4.4 run here")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_series_run_on_every_processor() {
        for (series, is_choosy) in [("4.4", false), ("5.0", true), ("8.0", true), ("odd", false)] {
            assert_eq!(super::is_choosy(series), is_choosy, "{series}");
        }
    }

    #[test]
    fn only_a_new_server_on_an_old_processor_is_refused() {
        let (old, new) =
            ("flags\t\t: fpu sse4_2 avxish\n", "processor : 0\nflags\t\t: fpu avx avx2\n");
        let (old_arm, new_arm) =
            ("Features\t: fp asimd crc32\n", "Features\t: fp asimd fphp asimddp\n");
        for (series, architecture, cpuinfo, is_refused) in [
            ("4.2", "x86_64", old, false),
            ("5.0", "x86_64", old, true),
            ("8.0", "amd64", old, true),
            ("8.0", "x86_64", new, false),
            ("7.0", "aarch64", old_arm, true),
            ("7.0", "aarch64", new_arm, false),
            ("7.0", "riscv64", old, false),
            ("7.0", "x86_64", "", false),
        ] {
            let refusal = refusal(series, architecture, cpuinfo);
            assert_eq!(refusal.is_some(), is_refused, "{series} {architecture} {cpuinfo}");
        }
    }
}
