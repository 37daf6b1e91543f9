//! Removes everything of a drill, and proves that nothing is left.

use std::collections::BTreeSet;
use std::time::Duration;

use bollard::query_parameters::{RemoveContainerOptionsBuilder, RemoveVolumeOptionsBuilder};

use crate::adapters::docker::Docker;
use crate::adapters::docker::leftovers::{Leftover, LeftoverKind};
use crate::adapters::docker::refusal::{Meaning, is_missing, refused};
use crate::adapters::error::AdapterError;
use crate::domain::failure::FailureKind;

/// How often removal is tried: a volume is in use until its container is wholly gone.
const ROUNDS: u32 = 6;
/// Before the second round; each later one waits twice as long.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a creation whose request was cut short may take to finish behind our back.
const SECOND_LOOK: Duration = Duration::from_millis(250);
/// Deleting the files of a large volume takes its time.
const DELETION: Duration = Duration::from_mins(10);

/// What was removed, by name; once, even if it came back and had to be removed again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    pub containers: BTreeSet<String>,
    pub volumes: BTreeSet<String>,
}

impl Docker {
    /// Removes the containers and volumes that carry the drill's label. It succeeds only after two
    /// listings, a moment apart, have shown that none is left.
    pub async fn remove_sandbox(&self, drill: &str) -> Result<Removed, AdapterError> {
        let mut removed = Removed::default();
        let mut refusal = None;
        let mut looks_clean = false;
        for round in 0..ROUNDS {
            let left = self.labelled(Some(drill)).await?;
            match (left.is_empty(), looks_clean) {
                (true, true) => return Ok(removed),
                (true, false) => {
                    looks_clean = true;
                    tokio::time::sleep(SECOND_LOOK).await;
                    continue;
                }
                (false, _) => looks_clean = false,
            }
            for leftover in left {
                match self.remove(&leftover).await {
                    Ok(()) => {
                        match leftover.kind {
                            LeftoverKind::Volume => &mut removed.volumes,
                            _ => &mut removed.containers,
                        }
                        .insert(leftover.name);
                    }
                    Err(error) => refusal = Some(error),
                }
            }
            if refusal.is_some() {
                tokio::time::sleep(PAUSE * 2_u32.pow(round)).await;
            }
        }
        match self.labelled(Some(drill)).await? {
            left if left.is_empty() => Ok(removed),
            left => Err(still_there(&left, refusal)),
        }
    }

    async fn remove(&self, leftover: &Leftover) -> Result<(), bollard::errors::Error> {
        let client = self.client.clone().with_timeout(DELETION);
        let removed = if leftover.kind == LeftoverKind::Volume {
            let options = RemoveVolumeOptionsBuilder::default().force(true).build();
            client.remove_volume(&leftover.name, Some(options)).await
        } else {
            let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
            client.remove_container(&leftover.name, Some(options)).await
        };
        match removed {
            Err(error) if is_missing(&error) => Ok(()),
            other => other,
        }
    }
}

fn still_there(left: &[Leftover], refusal: Option<bollard::errors::Error>) -> AdapterError {
    let named = |is_volume: bool| -> Vec<&str> {
        let of_kind = |it: &&Leftover| (it.kind == LeftoverKind::Volume) == is_volume;
        left.iter().filter(of_kind).map(|it| it.name.as_str()).collect()
    };
    let (containers, volumes) = (named(false), named(true));
    let mut commands = Vec::new();
    if !containers.is_empty() {
        commands.push(format!("docker rm -f -v {}", containers.join(" ")));
    }
    if !volumes.is_empty() {
        commands.push(format!("docker volume rm {}", volumes.join(" ")));
    }
    let advice = format!("remove by hand: `{}`", commands.join(" && "));
    let target = [containers, volumes].concat().join(", ");
    match refusal {
        Some(error) => refused("removing", target, error),
        None => Meaning::new(FailureKind::Unexpected, "still there").of("removing", target, None),
    }
    .advise(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_removed_is_named_with_the_command_that_does() {
        let leftover = |kind, name: &str| Leftover {
            drill: "x".to_owned(),
            kind,
            name: name.to_owned(),
            owner: None,
            process: None,
            expires: None,
            created: None,
        };
        let left = [
            leftover(LeftoverKind::RunningContainer, "lifeboat-drill-x"),
            leftover(LeftoverKind::Volume, "lifeboat-drill-x-db"),
        ];
        let error = still_there(&left, None);
        assert_eq!(
            error.to_string(),
            "removing lifeboat-drill-x, lifeboat-drill-x-db: still there"
        );
        assert_eq!(
            error.advice.unwrap(),
            "remove by hand: `docker rm -f -v lifeboat-drill-x && docker volume rm lifeboat-drill-x-db`"
        );
    }
}
