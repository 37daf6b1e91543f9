//! Creates a drill's sandbox and asks how it is.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use bollard::models::{
    ContainerCreateBody, ContainerStateStatusEnum, HostConfig, HostConfigLogConfig, Mount,
    MountType, MountVolumeOptions, VolumeCreateRequest,
};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, LogsOptionsBuilder, WaitContainerOptions,
};
use futures_util::future::ready;
use futures_util::{StreamExt, TryStreamExt};

use crate::adapters::docker::Docker;
use crate::adapters::docker::image::ImageFacts;
use crate::adapters::docker::labels::{SandboxLabels, container_name};
use crate::adapters::docker::lines::Lines;
use crate::adapters::docker::refusal::{is_missing, one_line, refused};
use crate::adapters::error::AdapterError;
use crate::adapters::sandbox::Sandbox;
use crate::domain::engine::Engine;
use crate::domain::units::ByteSize;
use crate::drill::recipe::{self, Volume};

/// How many processes and threads the sandbox may have.
const TASKS: i64 = 512;

/// What a sandbox is made of.
#[derive(Debug, Clone)]
pub struct SandboxSpec {
    /// Whose server runs in it.
    pub database: Engine,
    pub image: ImageFacts,
    pub memory: ByteSize,
    /// After this time the container ends, whatever has become of us.
    pub limit: Duration,
    pub labels: SandboxLabels,
}

impl SandboxSpec {
    /// `timeout LIMIT`, the image's own entrypoint, the server and its flags: the container ends even
    /// if nobody is left to remove it.
    fn command(&self) -> Vec<String> {
        let limit = self.limit.as_secs().max(1).to_string();
        let limited = ["timeout".to_owned(), "-k".to_owned(), "30".to_owned(), limit];
        let server = recipe::server(self.database).program.to_owned();
        limited
            .into_iter()
            .chain(self.image.entrypoint.clone())
            .chain([server])
            .chain(recipe::flags(self.database, self.memory))
            .collect()
    }

    /// The names of the volumes, and what each is.
    fn volumes(&self) -> impl Iterator<Item = (String, &'static Volume)> {
        let name = container_name(&self.labels.drill);
        let volumes = recipe::server(self.database).volumes.iter();
        volumes.map(move |volume| (format!("{name}-{}", volume.ending), volume))
    }

    fn body(&self) -> ContainerCreateBody {
        let labels = self.labels.encode();
        let mounts = self.volumes().map(|(name, volume)| Mount {
            typ: Some(MountType::VOLUME),
            source: Some(name),
            target: Some(volume.target.to_owned()),
            // Should the engine have to make the volume after all, it can be found by label.
            volume_options: Some(MountVolumeOptions {
                labels: Some(labels.clone()),
                ..MountVolumeOptions::default()
            }),
            ..Mount::default()
        });
        let mounts = mounts.collect();
        let memory = i64::try_from(self.memory.bytes()).unwrap_or(i64::MAX);
        let mut command = self.command().into_iter();
        ContainerCreateBody {
            image: Some(self.image.id.clone()),
            entrypoint: Some(command.by_ref().take(1).collect()),
            cmd: Some(command.collect()),
            labels: Some(labels),
            host_config: Some(HostConfig {
                network_mode: Some("none".to_owned()),
                memory: Some(memory),
                memory_swap: Some(memory),
                pids_limit: Some(TASKS),
                security_opt: Some(vec!["no-new-privileges".to_owned()]),
                mounts: Some(mounts),
                log_config: Some(HostConfigLogConfig {
                    typ: Some("json-file".to_owned()),
                    config: Some(HashMap::from([("max-size".to_owned(), "16m".to_owned())])),
                }),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        }
    }
}

/// How a container is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerState {
    /// Created, not started.
    Created,
    Running,
    Exited {
        code: i64,
        oom_killed: bool,
    },
    Gone,
}

impl Docker {
    /// Creates and starts the sandbox: labelled volumes and a labelled container without a
    /// network. Whatever this returns, and if its future is dropped, `remove_sandbox` cleans up.
    pub async fn create_sandbox(
        &self,
        spec: &SandboxSpec,
        socket: PathBuf,
    ) -> Result<Sandbox, AdapterError> {
        let name = container_name(&spec.labels.drill);
        for (volume, _) in spec.volumes() {
            let request = VolumeCreateRequest {
                name: Some(volume.clone()),
                labels: Some(spec.labels.encode()),
                ..VolumeCreateRequest::default()
            };
            let created = self.client.create_volume(request).await;
            created.map_err(|error| refused("creating the volume", volume, error))?;
        }
        let told = |error| refused("starting the sandbox", name.clone(), error);
        let options = CreateContainerOptionsBuilder::default().name(&name).build();
        let created =
            self.client.create_container(Some(options), spec.body()).await.map_err(told)?;
        for warning in created.warnings {
            tracing::warn!(sandbox = name, warning, "the engine warned about the sandbox");
        }
        self.client.start_container(&name, None).await.map_err(told)?;
        Ok(Sandbox::new(name, socket, spec.database))
    }

    pub async fn state(&self, sandbox: &Sandbox) -> Result<ContainerState, AdapterError> {
        let found = match self.client.inspect_container(sandbox.name(), None).await {
            Ok(found) => found.state.unwrap_or_default(),
            Err(error) if is_missing(&error) => return Ok(ContainerState::Gone),
            Err(error) => return Err(refused("looking at", sandbox.name(), error)),
        };
        Ok(match found.status {
            Some(ContainerStateStatusEnum::CREATED) => ContainerState::Created,
            Some(ContainerStateStatusEnum::REMOVING) => ContainerState::Gone,
            Some(ContainerStateStatusEnum::EXITED | ContainerStateStatusEnum::DEAD) => {
                ContainerState::Exited {
                    code: found.exit_code.unwrap_or(-1),
                    oom_killed: found.oom_killed.unwrap_or(false),
                }
            }
            _ => ContainerState::Running,
        })
    }

    /// Waits until the sandbox no longer runs.
    pub async fn exited(&self, sandbox: &Sandbox) -> Result<ContainerState, AdapterError> {
        /// An engine that does not hold the line is asked once in a while.
        const PAUSE: Duration = Duration::from_secs(1);
        loop {
            // Only the state is believed: the line may break, or end with our own time limit.
            let line = self.client.wait_container(sandbox.name(), None::<WaitContainerOptions>);
            line.for_each(|_| ready(())).await;
            match self.state(sandbox).await? {
                ContainerState::Running | ContainerState::Created => {
                    tokio::time::sleep(PAUSE).await;
                }
                state => return Ok(state),
            }
        }
    }

    /// The newest lines of the sandbox's log, oldest first, without documents.
    pub async fn log_tail(
        &self,
        sandbox: &Sandbox,
        lines: usize,
    ) -> Result<Vec<String>, AdapterError> {
        let tail = lines.to_string();
        let options = LogsOptionsBuilder::default().stdout(true).stderr(true).tail(&tail).build();
        let mut frames = Box::pin(self.client.logs(sandbox.name(), Some(options)));
        let (mut splitter, mut found) = (Lines::default(), Vec::new());
        let told = |error| refused("reading the log of", sandbox.name(), error);
        let kept = |line: &str| one_line(&recipe::without_documents(sandbox.database(), line));
        while let Some(frame) = frames.try_next().await.map_err(told)? {
            splitter.push(frame.as_ref(), &mut |line| found.push(kept(&line)));
        }
        splitter.finish(&mut |line| found.push(kept(&line)));
        let surplus = found.len().saturating_sub(lines);
        Ok(found.split_off(surplus))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(memory: ByteSize, entrypoint: &[&str]) -> SandboxSpec {
        SandboxSpec {
            database: Engine::Mongodb,
            image: ImageFacts {
                name: "mongo:4.2".to_owned(),
                id: "sha256:ab".to_owned(),
                digest: None,
                architecture: "amd64".to_owned(),
                entrypoint: entrypoint.iter().map(ToString::to_string).collect(),
                command: vec!["mongod".to_owned()],
            },
            memory,
            limit: Duration::from_hours(3),
            labels: SandboxLabels {
                drill: "01jd".to_owned(),
                expires: "2026-11-20T10:00:00Z".parse().unwrap(),
                owner: "ada@jump".to_owned(),
                process: "7:1:boot".to_owned(),
            },
        }
    }

    #[test]
    fn the_container_ends_by_itself_and_runs_the_recipes_server() {
        let command = spec(ByteSize::gibibytes(2), &["docker-entrypoint.sh"]).command();
        assert_eq!(
            command.join(" "),
            "timeout -k 30 10800 docker-entrypoint.sh mongod --wiredTigerCacheSizeGB 0.50 \
             --setParameter ttlMonitorEnabled=false"
        );
        let bare = spec(ByteSize::gibibytes(2), &[]).command();
        assert_eq!(bare.get(4).map(String::as_str), Some("mongod"));
    }

    #[test]
    fn the_sandbox_has_no_network_no_port_and_no_bind_mount() {
        let body = spec(ByteSize::gibibytes(2), &[]).body();
        let host = body.host_config.unwrap();
        assert_eq!(host.network_mode.as_deref(), Some("none"));
        assert_eq!((host.port_bindings, host.binds, host.publish_all_ports), (None, None, None));
        assert_eq!(host.memory, host.memory_swap);
        assert_eq!(host.pids_limit, Some(512));
        let mounts = host.mounts.unwrap();
        assert!(mounts.iter().all(|mount| mount.typ == Some(MountType::VOLUME)));
        let names: Vec<_> = mounts.into_iter().filter_map(|mount| mount.source).collect();
        assert_eq!(names, ["db", "cfg", "in"].map(|end| format!("lifeboat-drill-01jd-{end}")));
    }
}
