//! Finds the engine that answers, and asks it who it is.

use std::sync::Arc;
use std::time::Duration;

use bollard::API_DEFAULT_VERSION;
use bollard::Docker as Client;
use bollard::errors::Error;
use bollard::models::{SystemInfo, SystemVersion};

use crate::adapters::docker::address::{Address, Candidate, Surroundings, candidates};
use crate::adapters::docker::refusal::{refused, unusable};
use crate::adapters::docker::{Docker, EngineFacts, EngineKind};
use crate::adapters::error::AdapterError;
use crate::domain::failure::FailureKind;
use crate::domain::settings::ContainerEngine;
use crate::domain::units::ByteSize;

/// How long an engine may take to say who it is.
const GREETING: Duration = Duration::from_secs(10);
/// How long it may take over any other request; pulls and uploads have none.
const ANSWER: Duration = Duration::from_mins(2);

impl Docker {
    /// Connects to the engine that the configuration or the environment names, else to the first
    /// of the usual sockets that answers.
    pub async fn connect(
        engine: &ContainerEngine,
        surroundings: &Surroundings,
    ) -> Result<Self, AdapterError> {
        let mut worst: Option<AdapterError> = None;
        let candidates = candidates(engine, surroundings)?;
        let is_search = candidates.len() > 1;
        for candidate in candidates {
            match greet(&candidate, surroundings).await {
                Ok(docker) => return Ok(docker),
                Err(error) => {
                    if worst.as_ref().is_none_or(|worst| weight(&error) > weight(worst)) {
                        worst = Some(error);
                    }
                }
            }
        }
        Err(match worst {
            Some(error) if !is_search || error.kind != FailureKind::Missing => error,
            _ => unusable("the usual sockets of Docker, Podman and Colima", "none is there").advise(
                "start Docker or Podman, or name the engine with DOCKER_HOST; the depth quick needs none",
            ),
        })
    }
}

/// Of several refusals the one is told that says most: a closed door before no door.
fn weight(error: &AdapterError) -> u8 {
    match error.kind {
        FailureKind::Denied => 3,
        FailureKind::Unexpected | FailureKind::TimedOut => 2,
        FailureKind::Unreachable => 1,
        FailureKind::Missing => 0,
    }
}

async fn greet(candidate: &Candidate, surroundings: &Surroundings) -> Result<Docker, AdapterError> {
    let told = |error| refused("connecting to", candidate.address.to_string(), error);
    let client = open(&candidate.address).map_err(told)?.with_timeout(GREETING);
    let client = client.negotiate_version().await.map_err(told)?;
    let version = client.version().await.map_err(told)?;
    let info = client.info().await.map_err(told)?;
    let engine = Arc::new(facts(candidate, version, info, surroundings));
    Ok(Docker { client: client.with_timeout(ANSWER), engine })
}

fn open(address: &Address) -> Result<Client, Error> {
    let timeout = GREETING.as_secs();
    match address {
        Address::Socket(path) => {
            Client::connect_with_unix(&path.to_string_lossy(), timeout, API_DEFAULT_VERSION)
        }
        Address::Plain(host) => Client::connect_with_http(host, timeout, API_DEFAULT_VERSION),
        Address::Tls(host, folder) => Client::connect_with_ssl(
            host,
            &folder.join("key.pem"),
            &folder.join("cert.pem"),
            &folder.join("ca.pem"),
            timeout,
            API_DEFAULT_VERSION,
        ),
    }
}

fn facts(
    candidate: &Candidate,
    version: SystemVersion,
    info: SystemInfo,
    surroundings: &Surroundings,
) -> EngineFacts {
    let is_podman =
        version.components.unwrap_or_default().iter().any(|it| it.name.contains("Podman"));
    // A socket may be forwarded from afar or lead into a virtual machine: the kernel tells.
    let is_local = matches!(candidate.address, Address::Socket(_))
        && surroundings.kernel.is_some()
        && info.kernel_version == surroundings.kernel;
    let said = |text: Option<String>| text.filter(|text| !text.is_empty());
    let positive = |number: Option<i64>| number.and_then(|it| u64::try_from(it).ok()).unwrap_or(0);
    EngineFacts {
        kind: if is_podman { EngineKind::Podman } else { EngineKind::Docker },
        version: said(version.version).unwrap_or_else(|| "unknown".to_owned()),
        api: said(version.api_version).unwrap_or_else(|| "unknown".to_owned()),
        os: said(info.operating_system).or(version.os).unwrap_or_else(|| "unknown".to_owned()),
        architecture: said(info.architecture).or(version.arch).unwrap_or_default(),
        memory: ByteSize(positive(info.mem_total)),
        cpus: positive(info.ncpu),
        is_local,
        address: candidate.address.to_string(),
        found_in: candidate.found_in.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_engine_that_is_not_there_is_named_with_its_address() {
        let engine = ContainerEngine::At("unix:///nowhere/docker.sock".to_owned());
        let error = Docker::connect(&engine, &Surroundings::default()).await.unwrap_err();
        assert_eq!(error.kind, FailureKind::Missing);
        assert!(error.to_string().contains("unix:///nowhere/docker.sock"), "{error}");
        assert!(error.advice.is_some());
    }

    #[tokio::test]
    async fn a_socket_that_nobody_listens_on_means_that_the_engine_is_not_running() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let engine = ContainerEngine::At(format!("unix://{}", path.display()));
        let error = Docker::connect(&engine, &Surroundings::default()).await.unwrap_err();
        assert_eq!(error.kind, FailureKind::Unreachable);
        assert!(error.to_string().contains("not running"), "{error}");
    }

    #[test]
    fn an_engine_is_local_only_on_this_kernel_and_behind_a_socket() {
        let here = Surroundings { kernel: Some("6.1.0".to_owned()), ..Surroundings::default() };
        let info = |kernel: &str| SystemInfo {
            kernel_version: Some(kernel.to_owned()),
            mem_total: Some(1 << 30),
            ncpu: Some(2),
            ..SystemInfo::default()
        };
        let socket = Address::Socket("/var/run/docker.sock".into());
        let plain = Address::Plain("localhost:2375".to_owned());
        for (address, kernel, is_local) in [
            (socket.clone(), "6.1.0", true),
            (socket, "5.15.49-linuxkit", false),
            (plain, "6.1.0", false),
        ] {
            let candidate = Candidate { address, found_in: "DOCKER_HOST".to_owned() };
            let facts = facts(&candidate, SystemVersion::default(), info(kernel), &here);
            assert_eq!(facts.is_local, is_local, "{candidate:?} {kernel}");
            assert_eq!(facts.memory, ByteSize::gibibytes(1));
        }
    }
}
