//! The messages that are read, as far as they are: numbers from `generated.proto` of
//! <https://github.com/kubernetes/api/blob/v0.34.3/core/v1/generated.proto> and
//! <https://github.com/kubernetes/apimachinery/blob/v0.34.3/pkg/apis/meta/v1/generated.proto>. A number
//! never changes its meaning there.

/// The fields of a message that are read.
pub type Message = &'static [Field];

/// Its number, its name in JSON, what it is.
pub(super) type Field = (u64, &'static str, Kind);

/// What a field is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Text,
    Number,
    Flag,
    /// Seconds and nanoseconds since 1970.
    Time,
    One(Message),
    Many(Message),
    /// A map of texts.
    Texts,
    /// A map of quantities, which are texts again.
    Quantities,
}

use Kind::{Flag, Many, Number, One, Quantities, Text, Texts, Time};

/// Of a map, both kinds: what stands behind what.
pub(super) const ENTRY: (u64, u64) = (1, 2);

/// `metadata` of a list.
pub(super) const LIST: Message =
    &[(2, "resourceVersion", Text), (3, "continue", Text), (4, "remainingItemCount", Number)];

/// `Status`: why something is refused.
pub(in crate::adapters::kubernetes) const STATUS: Message =
    &[(3, "message", Text), (4, "reason", Text), (6, "code", Number)];

pub const POD: Message =
    &[(1, "metadata", One(METADATA)), (2, "spec", One(POD_SPEC)), (3, "status", One(POD_STATUS))];

const METADATA: Message = &[
    (1, "name", Text),
    (3, "namespace", Text),
    (5, "uid", Text),
    (6, "resourceVersion", Text),
    (7, "generation", Number),
    (8, "creationTimestamp", Time),
    (9, "deletionTimestamp", Time),
    (11, "labels", Texts),
    (12, "annotations", Texts),
    (13, "ownerReferences", Many(OWNER)),
];

const OWNER: Message = &[(1, "kind", Text), (3, "name", Text), (6, "controller", Flag)];

const POD_SPEC: Message = &[
    (2, "containers", Many(CONTAINER)),
    (8, "serviceAccountName", Text),
    (10, "nodeName", Text),
    (20, "initContainers", Many(CONTAINER)),
    (28, "readinessGates", Many(&[(1, "conditionType", Text)])),
];

const CONTAINER: Message = &[
    (1, "name", Text),
    (2, "image", Text),
    (6, "ports", Many(PORT)),
    (8, "resources", One(&[(1, "limits", Quantities), (2, "requests", Quantities)])),
    (10, "livenessProbe", One(PROBE)),
    (11, "readinessProbe", One(PROBE)),
    (22, "startupProbe", One(PROBE)),
    (24, "restartPolicy", Text),
];

const PORT: Message = &[(1, "name", Text), (3, "containerPort", Number), (4, "protocol", Text)];

/// That there is one is all that is read.
const PROBE: Message = &[];

const POD_STATUS: Message = &[
    (1, "phase", Text),
    (2, "conditions", Many(CONDITION)),
    (3, "message", Text),
    (4, "reason", Text),
    (6, "podIP", Text),
    (8, "containerStatuses", Many(CONTAINER_STATUS)),
    (9, "qosClass", Text),
    (10, "initContainerStatuses", Many(CONTAINER_STATUS)),
    (11, "nominatedNodeName", Text),
    (12, "podIPs", Many(&[(1, "ip", Text)])),
];

const CONDITION: Message = &[
    (1, "type", Text),
    (2, "status", Text),
    (4, "lastTransitionTime", Time),
    (5, "reason", Text),
    (6, "message", Text),
];

const CONTAINER_STATUS: Message = &[
    (1, "name", Text),
    (2, "state", One(STATE)),
    (3, "lastState", One(STATE)),
    (4, "ready", Flag),
    (5, "restartCount", Number),
    (9, "started", Flag),
];

const STATE: Message = &[
    (1, "waiting", One(&[(1, "reason", Text), (2, "message", Text)])),
    (2, "running", One(&[(1, "startedAt", Time)])),
    (3, "terminated", One(TERMINATED)),
];

const TERMINATED: Message = &[
    (1, "exitCode", Number),
    (2, "signal", Number),
    (3, "reason", Text),
    (4, "message", Text),
    (5, "startedAt", Time),
    (6, "finishedAt", Time),
];
