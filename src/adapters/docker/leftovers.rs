//! Everything that any drill has left on this engine.

use bollard::models::{ContainerSummary, ContainerSummaryStateEnum, Volume};
use bollard::query_parameters::{ListContainersOptionsBuilder, ListVolumesOptionsBuilder};
use jiff::Timestamp;

use crate::adapters::docker::Docker;
use crate::adapters::docker::labels::{decode, filter};
use crate::adapters::docker::refusal::refused;
use crate::adapters::error::AdapterError;

/// A container or volume that carries a drill's label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    pub drill: String,
    pub kind: LeftoverKind,
    pub name: String,
    /// `user@host` of who made it.
    pub owner: Option<String>,
    /// `pid:start:boot id` of the process that made it.
    pub process: Option<String>,
    pub expires: Option<Timestamp>,
    pub created: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftoverKind {
    RunningContainer,
    StoppedContainer,
    Volume,
}

impl Docker {
    /// Everything on this engine that carries a drill's label, containers first.
    pub async fn leftovers(&self) -> Result<Vec<Leftover>, AdapterError> {
        self.labelled(None).await
    }

    /// Everything of one drill, or with `None` of all drills.
    pub(super) async fn labelled(
        &self,
        drill: Option<&str>,
    ) -> Result<Vec<Leftover>, AdapterError> {
        let told = |error| refused("listing leftovers on", self.engine.address.clone(), error);
        let filter = filter(drill);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filter).build();
        let containers = self.client.list_containers(Some(options)).await.map_err(told)?;
        let options = ListVolumesOptionsBuilder::default().filters(&filter).build();
        let volumes = self.client.list_volumes(Some(options)).await.map_err(told)?;
        let volumes = volumes.volumes.unwrap_or_default().into_iter().map(volume);
        Ok(containers.into_iter().map(container).chain(volumes).collect())
    }
}

fn container(found: ContainerSummary) -> Leftover {
    let labels = decode(found.labels.unwrap_or_default());
    // An engine writes its names with a slash in front; a container that lost its name has an id.
    let name = found.names.unwrap_or_default().into_iter().next();
    let name = name.map(|name| name.trim_start_matches('/').to_owned());
    let ended = [
        ContainerSummaryStateEnum::CREATED,
        ContainerSummaryStateEnum::EXITED,
        ContainerSummaryStateEnum::DEAD,
    ];
    Leftover {
        drill: labels.drill,
        kind: match found.state {
            Some(state) if ended.contains(&state) => LeftoverKind::StoppedContainer,
            _ => LeftoverKind::RunningContainer,
        },
        name: name.or(found.id).unwrap_or_default(),
        owner: labels.owner,
        process: labels.process,
        expires: labels.expires,
        created: found.created.and_then(|seconds| Timestamp::from_second(seconds).ok()),
    }
}

fn volume(found: Volume) -> Leftover {
    let labels = decode(found.labels);
    Leftover {
        drill: labels.drill,
        kind: LeftoverKind::Volume,
        name: found.name,
        owner: labels.owner,
        process: labels.process,
        expires: labels.expires,
        created: found.created_at.and_then(|text| text.parse().ok()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_container_is_shown_by_its_name_and_whether_it_runs() {
        let found = ContainerSummary {
            id: Some("abc".to_owned()),
            names: Some(vec!["/lifeboat-drill-x".to_owned()]),
            labels: Some(HashMap::from([("lifeboat.drill".to_owned(), "x".to_owned())])),
            state: Some(ContainerSummaryStateEnum::EXITED),
            created: Some(1_700_000_000),
            ..ContainerSummary::default()
        };
        let leftover = container(found);
        assert_eq!(leftover.name, "lifeboat-drill-x");
        assert_eq!(leftover.kind, LeftoverKind::StoppedContainer);
        assert_eq!(leftover.created.unwrap().as_second(), 1_700_000_000);
    }
}
