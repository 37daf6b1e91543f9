//! The messages that are read and written, as far as this world has their fields: numbers from
//! `generated.proto` of <https://github.com/kubernetes/api/blob/v0.34.3/core/v1/generated.proto> and
//! <https://github.com/kubernetes/apimachinery/blob/v0.34.3/pkg/apis/meta/v1/generated.proto>. Who reads
//! them has tables of its own: one that served both would agree with itself where it is wrong.

/// What a field of a message is.
#[derive(Debug, Clone, Copy)]
pub(in crate::demo::kubernetes) enum Field {
    Text,
    /// A list of texts.
    Texts,
    Number,
    Flag,
    Time,
    /// A port, by number or by name.
    Port,
    /// One message.
    One(Message),
    /// A list of messages.
    Many(Message),
    /// A message whose fields JSON has beside the others.
    Within(Message),
    /// A map of texts.
    Map,
    /// A map of quantities.
    Quantities,
}

use Field::{Flag, Many, Map, Number, One, Port, Quantities, Text, Texts, Time, Within};

/// The fields of a message: number, name in JSON, what it is.
pub(in crate::demo::kubernetes) type Message = &'static [(u64, &'static str, Field)];

/// Around every object.
pub(super) const ENVELOPE: Message = &[(1, "type", One(TYPE))];
pub(super) const TYPE: Message = &[(1, "apiVersion", Text), (2, "kind", Text)];
pub(super) const LIST: Message =
    &[(2, "resourceVersion", Text), (3, "continue", Text), (4, "remainingItemCount", Number)];

pub(super) const STATUS: Message = &[
    (1, "metadata", One(LIST)),
    (2, "status", Text),
    (3, "message", Text),
    (4, "reason", Text),
    (5, "details", One(&[(1, "name", Text), (2, "group", Text), (3, "kind", Text)])),
    (6, "code", Number),
];

/// But for `managedFields`, which are text within a message.
pub(in crate::demo::kubernetes) const METADATA: Message = &[
    (1, "name", Text),
    (2, "generateName", Text),
    (3, "namespace", Text),
    (5, "uid", Text),
    (6, "resourceVersion", Text),
    (7, "generation", Number),
    (8, "creationTimestamp", Time),
    (9, "deletionTimestamp", Time),
    (10, "deletionGracePeriodSeconds", Number),
    (11, "labels", Map),
    (12, "annotations", Map),
    (13, "ownerReferences", Many(OWNER)),
];

const OWNER: Message = &[
    (1, "kind", Text),
    (3, "name", Text),
    (4, "uid", Text),
    (5, "apiVersion", Text),
    (6, "controller", Flag),
    (7, "blockOwnerDeletion", Flag),
];

/// But for when, and the fields themselves.
pub(in crate::demo::kubernetes) const MANAGED: Message = &[
    (1, "manager", Text),
    (2, "operation", Text),
    (3, "apiVersion", Text),
    (6, "fieldsType", Text),
    (8, "subresource", Text),
];

pub(in crate::demo::kubernetes) const POD_SPEC: Message = &[
    (1, "volumes", Many(VOLUME)),
    (2, "containers", Many(CONTAINER)),
    (3, "restartPolicy", Text),
    (4, "terminationGracePeriodSeconds", Number),
    (6, "dnsPolicy", Text),
    (8, "serviceAccountName", Text),
    (9, "serviceAccount", Text),
    (10, "nodeName", Text),
    (11, "hostNetwork", Flag),
    (14, "securityContext", One(&[])),
    (19, "schedulerName", Text),
    (20, "initContainers", Many(CONTAINER)),
    (22, "tolerations", Many(TOLERATION)),
    (24, "priorityClassName", Text),
    (25, "priority", Number),
    (30, "enableServiceLinks", Flag),
    (31, "preemptionPolicy", Text),
];

const TOLERATION: Message = &[
    (1, "key", Text),
    (2, "operator", Text),
    (4, "effect", Text),
    (5, "tolerationSeconds", Number),
];

const VOLUME: Message = &[(1, "name", Text), (2, "", Within(VOLUME_SOURCE))];
const VOLUME_SOURCE: Message = &[
    (19, "configMap", One(CONFIG_MAP)),
    (26, "projected", One(&[(1, "sources", Many(PROJECTION)), (2, "defaultMode", Number)])),
];
const CONFIG_MAP: Message =
    &[(1, "", Within(NAME)), (2, "items", Many(PATH)), (3, "defaultMode", Number)];
const PROJECTION: Message = &[
    (2, "downwardAPI", One(&[(1, "items", Many(DOWNWARD))])),
    (3, "configMap", One(CONFIG_MAP)),
    (4, "serviceAccountToken", One(&[(2, "expirationSeconds", Number), (3, "path", Text)])),
];
const PATH: Message = &[(1, "key", Text), (2, "path", Text)];
const DOWNWARD: Message = &[(1, "path", Text), (2, "fieldRef", One(FIELD))];
const FIELD: Message = &[(1, "apiVersion", Text), (2, "fieldPath", Text)];
const NAME: Message = &[(1, "name", Text)];

const CONTAINER: Message = &[
    (1, "name", Text),
    (2, "image", Text),
    (3, "command", Texts),
    (6, "ports", Many(&[(1, "name", Text), (3, "containerPort", Number), (4, "protocol", Text)])),
    (7, "env", Many(&[(1, "name", Text), (2, "value", Text), (3, "valueFrom", One(SOURCE))])),
    (8, "resources", One(&[(1, "limits", Quantities), (2, "requests", Quantities)])),
    (9, "volumeMounts", Many(MOUNT)),
    (10, "livenessProbe", One(PROBE)),
    (11, "readinessProbe", One(PROBE)),
    (13, "terminationMessagePath", Text),
    (14, "imagePullPolicy", Text),
    (20, "terminationMessagePolicy", Text),
    (24, "restartPolicy", Text),
];

const SOURCE: Message = &[
    (1, "fieldRef", One(FIELD)),
    (4, "secretKeyRef", One(&[(1, "", Within(NAME)), (2, "key", Text)])),
];
const MOUNT: Message = &[(1, "name", Text), (2, "readOnly", Flag), (3, "mountPath", Text)];

const PROBE: Message = &[
    (
        1,
        "",
        Within(&[(
            2,
            "httpGet",
            One(&[(1, "path", Text), (2, "port", Port), (4, "scheme", Text)]),
        )]),
    ),
    (2, "initialDelaySeconds", Number),
    (3, "timeoutSeconds", Number),
    (4, "periodSeconds", Number),
    (5, "successThreshold", Number),
    (6, "failureThreshold", Number),
];

pub(in crate::demo::kubernetes) const POD_STATUS: Message = &[
    (1, "phase", Text),
    (2, "conditions", Many(CONDITION)),
    (3, "message", Text),
    (4, "reason", Text),
    (5, "hostIP", Text),
    (6, "podIP", Text),
    (7, "startTime", Time),
    (8, "containerStatuses", Many(CONTAINER_STATUS)),
    (9, "qosClass", Text),
    (10, "initContainerStatuses", Many(CONTAINER_STATUS)),
    (12, "podIPs", Many(ADDRESS)),
    (16, "hostIPs", Many(ADDRESS)),
    (17, "observedGeneration", Number),
];

const ADDRESS: Message = &[(1, "ip", Text)];

const CONDITION: Message = &[
    (1, "type", Text),
    (2, "status", Text),
    (3, "lastProbeTime", Time),
    (4, "lastTransitionTime", Time),
    (5, "reason", Text),
    (6, "message", Text),
    (7, "observedGeneration", Number),
];

const CONTAINER_STATUS: Message = &[
    (1, "name", Text),
    (2, "state", One(STATE)),
    (3, "lastState", One(STATE)),
    (4, "ready", Flag),
    (5, "restartCount", Number),
    (6, "image", Text),
    (7, "imageID", Text),
    (8, "containerID", Text),
    (9, "started", Flag),
];

const STATE: Message = &[
    (1, "waiting", One(&[(1, "reason", Text), (2, "message", Text)])),
    (2, "running", One(&[(1, "startedAt", Time)])),
    (3, "terminated", One(TERMINATED)),
];

const TERMINATED: Message = &[
    (1, "exitCode", Number),
    (3, "reason", Text),
    (5, "startedAt", Time),
    (6, "finishedAt", Time),
    (7, "containerID", Text),
];

const TEMPLATE: Message = &[
    (1, "metadata", One(METADATA)),
    (2, "spec", One(&[(2, "containers", Many(&[(1, "name", Text), (2, "image", Text)]))])),
];

pub(super) const JOB: Message =
    &[(1, "metadata", One(METADATA)), (2, "spec", One(&[(6, "template", One(TEMPLATE))]))];

const ATTRIBUTES: Message = &[
    (1, "namespace", Text),
    (2, "verb", Text),
    (3, "group", Text),
    (4, "version", Text),
    (5, "resource", Text),
    (6, "subresource", Text),
    (7, "name", Text),
];

pub(super) const REVIEW: Message = &[
    (1, "metadata", One(METADATA)),
    (2, "spec", One(&[(1, "resourceAttributes", One(ATTRIBUTES))])),
];
