//! What the restoring tool said about its own work.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::census::Namespace;

/// What puts the documents back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tool {
    /// The engine's own program, inside the sandbox: what an incident would use.
    Mongorestore,
    /// Raw documents through the driver, for images without that program.
    Builtin,
}

impl fmt::Display for Tool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Mongorestore => "mongorestore",
            Self::Builtin => "built-in restorer",
        })
    }
}

/// The tool's own account. Its exit code alone is never believed: rule A6 reads all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreReport {
    pub tool: Tool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_version: Option<String>,
    /// Documents that the tool says it put back; empty where it gives no figures.
    pub restored: BTreeMap<Namespace, u64>,
    /// Documents that the server refused; `None` where the tool never said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<u64>,
    /// The first refusals and errors, in the server's words, without documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub complaints: Vec<String>,
    /// Files that the tool did not know what to do with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped_files: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_indexes: Vec<FailedIndex>,
    /// `None` where no program ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
}

/// An index that could not be built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedIndex {
    pub namespace: Namespace,
    /// `None` where the tool does not name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub why: String,
}
