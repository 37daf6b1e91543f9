//! What pods and nodes use: `metrics.k8s.io/v1beta1`.

use jiff::Timestamp;
use serde::Deserialize;

use crate::adapters::kubernetes::wire::lenient::{lenient_time, or_default};
use crate::adapters::kubernetes::wire::pod::Amounts;
use crate::adapters::kubernetes::wire::word::{Word, shared};
use crate::adapters::kubernetes::wire::{Metadata, Wire};
use crate::domain::usage::{ContainerUsage, NodeUsage, PodUsage};

/// A `PodMetrics`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WirePodUsage {
    #[serde(deserialize_with = "or_default")]
    pub metadata: Metadata,
    #[serde(deserialize_with = "lenient_time")]
    timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "or_default")]
    containers: Vec<Container>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Container {
    #[serde(deserialize_with = "or_default")]
    name: Word,
    #[serde(deserialize_with = "or_default")]
    usage: Amounts,
}

impl From<WirePodUsage> for PodUsage {
    fn from(wire: WirePodUsage) -> Self {
        let mut metadata = wire.metadata;
        // A container without a number was not measured: zero would be a lie.
        let measured = |container: Container| {
            let Amounts { cpu, memory } = container.usage;
            Some(ContainerUsage { name: container.name.0, cpu: cpu?, memory: memory? })
        };
        Self {
            name: metadata.name(),
            namespace: metadata.namespace.0,
            at: wire.timestamp,
            containers: wire.containers.into_iter().filter_map(measured).collect(),
        }
    }
}

impl Wire for WirePodUsage {
    type Row = PodUsage;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn into_row(self) -> PodUsage {
        self.into()
    }
}

/// A `NodeMetrics`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireNodeUsage {
    #[serde(deserialize_with = "or_default")]
    pub metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    usage: Amounts,
}

impl Wire for WireNodeUsage {
    /// `None` where nothing was measured.
    type Row = Option<NodeUsage>;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn into_row(self) -> Option<NodeUsage> {
        let Amounts { cpu, memory } = self.usage;
        let name = shared(self.metadata.name.as_deref().unwrap_or_default());
        Some(NodeUsage { name, cpu: cpu?, memory: memory? })
    }
}
