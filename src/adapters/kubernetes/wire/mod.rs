//! What the API server sends, read into rows: only what is shown, sorted by or judged is kept, the
//! rest is skipped while it is read. Odd but valid answers never fail: what is missing, null or
//! unknown reads as absent.

mod event;
mod job;
mod lenient;
mod node;
mod pod;
mod usage;
mod word;
mod workload;

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use event::WireEvent;
pub use job::{WireCronJob, WireJob};
pub use node::WireNode;
pub use pod::WirePod;
pub use usage::{WireNodeUsage, WirePodUsage};
pub(in crate::adapters::kubernetes) use word::shared;
pub use workload::{WireDaemonSet, WireDeployment, WireStatefulSet};

use crate::adapters::kubernetes::wire::lenient::{lenient_time, or_default, pairs, unique};
use crate::adapters::kubernetes::wire::word::Word;
use crate::domain::job::Release;
use crate::domain::labels::Labels;
use crate::domain::pod::{Condition, ConditionStatus, Owner, Uid};

/// An object as the API sends it, and the row that it becomes.
pub trait Wire: DeserializeOwned {
    type Row;

    fn metadata(&self) -> &Metadata;
    fn into_row(self) -> Self::Row;
}

/// An answer to a list request, or one page of it.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub struct List<T> {
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: ListMetadata,
    #[serde(default = "Vec::new", deserialize_with = "or_default")]
    pub items: Vec<T>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ListMetadata {
    pub resource_version: Option<Box<str>>,
    /// The token of the next page; empty after the last one.
    pub r#continue: Option<Box<str>>,
    pub remaining_item_count: Option<i64>,
}

impl ListMetadata {
    /// Where the next page begins, if there is one.
    pub fn goes_on(self) -> Option<Box<str>> {
        filled(self.r#continue)
    }
}

/// What every object carries. A bookmark of a watch carries nothing else.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Metadata {
    #[serde(deserialize_with = "unique")]
    pub uid: Option<Arc<str>>,
    #[serde(deserialize_with = "or_default")]
    pub namespace: Word,
    pub name: Option<Box<str>>,
    pub resource_version: Option<Box<str>>,
    #[serde(deserialize_with = "or_default")]
    pub generation: i64,
    #[serde(deserialize_with = "lenient_time")]
    pub creation_timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "lenient_time")]
    pub deletion_timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "pairs")]
    pub labels: Labels,
    #[serde(deserialize_with = "or_default")]
    owner_references: Vec<WireOwner>,
    #[serde(deserialize_with = "or_default")]
    annotations: Annotations,
}

/// Those that mean something here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Annotations {
    #[serde(rename = "meta.helm.sh/release-name")]
    release: Option<Box<str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireOwner {
    #[serde(deserialize_with = "or_default")]
    kind: Word,
    #[serde(deserialize_with = "or_default")]
    name: Word,
    #[serde(deserialize_with = "or_default")]
    controller: bool,
}

impl Metadata {
    fn uid(&self) -> Uid {
        Uid(self.uid.clone().unwrap_or_else(|| Arc::from("")))
    }

    fn name(&mut self) -> Box<str> {
        self.name.take().unwrap_or_default()
    }

    /// The release of Helm that it is part of: annotated by Helm, or labelled by its chart.
    fn release(&mut self) -> Option<Release> {
        let label = |wanted: &str| {
            let found = self.labels.iter().find(|(name, _)| **name == *wanted);
            found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
        };
        let chart = label("helm.sh/chart");
        let by = label("app.kubernetes.io/managed-by").or_else(|| label("heritage"));
        let is_helms = by.is_some_and(|by| by.eq_ignore_ascii_case("helm"));
        let name = filled(self.annotations.release.take());
        (name.is_some() || is_helms).then_some(Release { name, chart })
    }

    /// The controller among the owners.
    fn owner(&mut self) -> Option<Owner> {
        let owners = std::mem::take(&mut self.owner_references);
        let owner = owners.into_iter().find(|owner| owner.controller)?;
        Some(Owner { kind: owner.kind.0, name: owner.name.0 })
    }
}

/// A condition of anything.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireCondition {
    #[serde(deserialize_with = "or_default")]
    r#type: Word,
    #[serde(deserialize_with = "or_default")]
    status: Word,
    reason: Option<Box<str>>,
    message: Option<Box<str>>,
    #[serde(deserialize_with = "lenient_time")]
    last_transition_time: Option<Timestamp>,
}

impl From<WireCondition> for Condition {
    fn from(wire: WireCondition) -> Self {
        Self {
            kind: wire.r#type.0,
            status: match &*wire.status.0 {
                "True" => ConditionStatus::True,
                "False" => ConditionStatus::False,
                _ => ConditionStatus::Unknown,
            },
            reason: filled(wire.reason),
            message: filled(wire.message),
            since: wire.last_transition_time,
        }
    }
}

fn conditions(wire: Vec<WireCondition>) -> Vec<Condition> {
    rows(wire, Condition::from)
}

/// A list that is exactly as large as what it holds.
fn rows<A, B>(wire: Vec<A>, row: impl FnMut(A) -> B) -> Vec<B> {
    let mut rows: Vec<B> = wire.into_iter().map(row).collect();
    rows.shrink_to_fit();
    rows
}

/// A text that says something.
fn filled(text: Option<Box<str>>) -> Option<Box<str>> {
    text.filter(|text| !text.is_empty())
}

/// A pod template as far as a row needs it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Template {
    #[serde(deserialize_with = "or_default")]
    spec: TemplateSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TemplateSpec {
    #[serde(deserialize_with = "or_default")]
    containers: Vec<TemplateContainer>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TemplateContainer {
    #[serde(deserialize_with = "or_default")]
    image: Box<str>,
}

impl Template {
    fn images(self) -> Vec<Box<str>> {
        rows(self.spec.containers, |container| container.image)
    }
}

/// A count of the API, which is never below zero.
fn count(number: Option<i32>) -> u32 {
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
