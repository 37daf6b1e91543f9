//! Deployments, `StatefulSets` and `DaemonSets`.

use serde::Deserialize;

use crate::adapters::kubernetes::wire::lenient::{or_default, pairs};
use crate::adapters::kubernetes::wire::{
    Metadata, Template, Wire, WireCondition, conditions, count,
};
use crate::domain::labels::Labels;
use crate::domain::workload::{Workload, WorkloadKind};

/// What the three kinds have in common; they differ in where they count.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(deserialize_with = "or_default")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    spec: Spec,
    #[serde(deserialize_with = "or_default")]
    status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    replicas: Option<i32>,
    #[serde(deserialize_with = "or_default")]
    paused: bool,
    #[serde(deserialize_with = "or_default")]
    selector: Selector,
    #[serde(deserialize_with = "or_default")]
    template: Template,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Selector {
    #[serde(deserialize_with = "pairs")]
    match_labels: Labels,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    #[serde(deserialize_with = "or_default")]
    observed_generation: i64,
    ready_replicas: Option<i32>,
    updated_replicas: Option<i32>,
    available_replicas: Option<i32>,
    desired_number_scheduled: Option<i32>,
    number_ready: Option<i32>,
    updated_number_scheduled: Option<i32>,
    number_available: Option<i32>,
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<WireCondition>,
}

impl Body {
    fn into_row(self, kind: WorkloadKind) -> Workload {
        let Self { mut metadata, spec, status } = self;
        let is_daemon = kind == WorkloadKind::DaemonSet;
        // A server fills in one replica where none is written.
        let replicas = spec.replicas.unwrap_or(1);
        let of = |daemon, other| count(if is_daemon { daemon } else { other });
        Workload {
            uid: metadata.uid(),
            kind,
            name: metadata.name(),
            namespace: metadata.namespace.0,
            created: metadata.creation_timestamp,
            labels: metadata.labels,
            selector: spec.selector.match_labels,
            wanted: of(status.desired_number_scheduled, Some(replicas)),
            ready: of(status.number_ready, status.ready_replicas),
            updated: of(status.updated_number_scheduled, status.updated_replicas),
            available: of(status.number_available, status.available_replicas),
            generation: metadata.generation,
            observed_generation: status.observed_generation,
            images: spec.template.images(),
            conditions: conditions(status.conditions),
            is_paused: spec.paused,
        }
    }
}

macro_rules! wire {
    ($(#[$doc:meta])* $name:ident, $kind:ident) => {
        $(#[$doc])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Body);

        impl Wire for $name {
            type Row = Workload;

            fn metadata(&self) -> &Metadata {
                &self.0.metadata
            }

            fn into_row(self) -> Workload {
                self.0.into_row(WorkloadKind::$kind)
            }
        }

        impl From<$name> for Workload {
            fn from(wire: $name) -> Self {
                wire.into_row()
            }
        }
    };
}

wire!(
    /// A Deployment of `apps/v1`.
    WireDeployment,
    Deployment
);
wire!(
    /// A `StatefulSet` of `apps/v1`.
    WireStatefulSet,
    StatefulSet
);
wire!(
    /// A `DaemonSet` of `apps/v1`.
    WireDaemonSet,
    DaemonSet
);
