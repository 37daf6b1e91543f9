//! Kubernetes quantities: processor in millicores, memory in bytes.
//! The format: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>.

use serde::{Deserialize, Serialize};

/// Thousandths of a core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cpu(pub u64);

/// Bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Memory(pub u64);
