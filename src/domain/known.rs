//! Something that is asked of the outside and may not be told: each way of not knowing by its name.

use serde::{Deserialize, Serialize};

use crate::domain::failure::Failure;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Known<T> {
    Told(T),
    /// This storage does not have it.
    NotOffered,
    /// Nobody may see it without this permission.
    Denied {
        action: String,
    },
    Failed(Failure),
    /// Nobody asked.
    Unasked,
}

impl<T> Known<T> {
    pub const fn told(&self) -> Option<&T> {
        match self {
            Self::Told(value) => Some(value),
            Self::NotOffered | Self::Denied { .. } | Self::Failed(_) | Self::Unasked => None,
        }
    }

    /// A part of what is told.
    pub fn map<U>(&self, part: impl FnOnce(&T) -> U) -> Known<U> {
        match self {
            Self::Told(value) => Known::Told(part(value)),
            Self::NotOffered => Known::NotOffered,
            Self::Denied { action } => Known::Denied { action: action.clone() },
            Self::Failed(failure) => Known::Failed(failure.clone()),
            Self::Unasked => Known::Unasked,
        }
    }

    /// Why it is not known, in words for a greyed column.
    pub fn why_not(&self) -> Option<String> {
        match self {
            Self::Told(_) => None,
            Self::NotOffered => Some("not offered".to_owned()),
            Self::Denied { action } => Some(format!("not allowed: needs {action}")),
            Self::Failed(failure) => Some(format!("not seen: {}", failure.what)),
            Self::Unasked => Some("not asked".to_owned()),
        }
    }
}
