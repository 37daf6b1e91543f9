//! Nodes.

use serde::Deserialize;

use crate::adapters::kubernetes::wire::lenient::{number, or_default};
use crate::adapters::kubernetes::wire::pod::Amounts;
use crate::adapters::kubernetes::wire::word::{Word, shared};
use crate::adapters::kubernetes::wire::{Metadata, Wire, WireCondition, conditions, filled};
use crate::domain::node::Node;

/// A node of `v1`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireNode {
    #[serde(deserialize_with = "or_default")]
    pub metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    spec: Spec,
    #[serde(deserialize_with = "or_default")]
    status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    #[serde(deserialize_with = "or_default")]
    unschedulable: bool,
    #[serde(deserialize_with = "or_default")]
    taints: Vec<Taint>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Taint {
    #[serde(deserialize_with = "or_default")]
    key: Word,
    value: Option<Box<str>>,
    #[serde(deserialize_with = "or_default")]
    effect: Word,
}

impl Taint {
    /// As `kubectl describe node` writes it.
    fn text(self) -> Box<str> {
        let Self { key: Word(key), value, effect: Word(effect) } = self;
        match filled(value) {
            Some(value) => format!("{key}={value}:{effect}"),
            None => format!("{key}:{effect}"),
        }
        .into()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    #[serde(deserialize_with = "or_default")]
    allocatable: Allocatable,
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<WireCondition>,
    #[serde(deserialize_with = "or_default")]
    addresses: Vec<Address>,
    #[serde(deserialize_with = "or_default")]
    node_info: Info,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Allocatable {
    #[serde(flatten)]
    amounts: Amounts,
    #[serde(deserialize_with = "number")]
    pods: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address {
    #[serde(deserialize_with = "or_default")]
    r#type: Word,
    address: Option<Box<str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Info {
    kubelet_version: Option<Box<str>>,
}

impl From<WireNode> for Node {
    fn from(wire: WireNode) -> Self {
        let WireNode { metadata, spec, status } = wire;
        let mut addresses = status.addresses.into_iter();
        let internal = addresses.find(|address| &*address.r#type.0 == "InternalIP");
        Self {
            uid: metadata.uid(),
            // Pods name it too.
            name: shared(metadata.name.as_deref().unwrap_or_default()),
            created: metadata.creation_timestamp,
            labels: metadata.labels,
            conditions: conditions(status.conditions),
            is_cordoned: spec.unschedulable,
            taints: spec.taints.into_iter().map(Taint::text).collect(),
            allocatable: status.allocatable.amounts.into(),
            pods: status.allocatable.pods,
            version: filled(status.node_info.kubelet_version),
            internal_ip: internal.and_then(|address| filled(address.address)),
        }
    }
}

impl Wire for WireNode {
    type Row = Node;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn into_row(self) -> Node {
        self.into()
    }
}
