//! The engine that a drill has spoken to, and what is still being made there: the clean-up must
//! look at the very same engine, and not before everything that was asked for has happened.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::adapters::docker::Docker;
use crate::adapters::docker::container::SandboxSpec;
use crate::adapters::error::AdapterError;
use crate::adapters::sandbox::Sandbox;
use crate::domain::failure::{Failure, FailureKind};

#[derive(Debug, Default)]
pub struct Yard {
    docker: OnceLock<Docker>,
    creating: Mutex<JoinSet<()>>,
}

impl Yard {
    /// The engine, once one has answered: from then on something of ours may be there.
    pub fn docker(&self) -> Option<&Docker> {
        self.docker.get()
    }

    /// Keeps the first engine that answered.
    pub(super) fn keep(&self, docker: Docker) -> &Docker {
        self.docker.get_or_init(|| docker)
    }

    /// Creates the sandbox in a task of its own: dropping this future does not cut a creation short
    /// whose outcome nobody would know.
    pub(super) async fn create(
        &self,
        docker: &Docker,
        spec: SandboxSpec,
        socket: PathBuf,
    ) -> Result<Sandbox, Failure> {
        let docker = docker.clone();
        let creating = async move { docker.create_sandbox(&spec, socket).await };
        self.make("creating the sandbox", creating).await
    }

    /// Asks what processor the engine has, in a container that comes and goes.
    pub(super) async fn processor(
        &self,
        docker: &Docker,
        spec: &SandboxSpec,
    ) -> Result<String, Failure> {
        let (docker, image, labels) = (docker.clone(), spec.image.clone(), spec.labels.clone());
        let asking = async move { docker.processor(&image, &labels).await };
        self.make("asking for the processor", asking).await
    }

    async fn make<T: Send + 'static>(
        &self,
        what: &str,
        making: impl Future<Output = Result<T, AdapterError>> + Send + 'static,
    ) -> Result<T, Failure> {
        let (tell, told) = oneshot::channel();
        self.creating.lock().unwrap_or_else(PoisonError::into_inner).spawn(async move {
            // Whoever asked may have gone; the clean-up removes what was made.
            tell.send(making.await).ok();
        });
        match told.await {
            Ok(made) => Ok(made?),
            Err(_) => Err(Failure::new(FailureKind::Unexpected, format!("{what} was broken off"))),
        }
    }

    /// Waits until everything that was asked for has been made or refused.
    pub(super) async fn settle(&self) {
        let mut creating =
            std::mem::take(&mut *self.creating.lock().unwrap_or_else(PoisonError::into_inner));
        while creating.join_next().await.is_some() {}
    }
}
