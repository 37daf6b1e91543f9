//! Events: of `v1`, and of `events.k8s.io/v1`, which names some fields anew.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use crate::adapters::kubernetes::wire::lenient::{lenient_time, or_default, unique};
use crate::adapters::kubernetes::wire::word::Word;
use crate::adapters::kubernetes::wire::{Metadata, Wire, count};
use crate::domain::event::{Event, Subject};
use crate::domain::pod::Uid;

/// An event of either API.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct WireEvent {
    #[serde(deserialize_with = "or_default")]
    pub metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    r#type: Word,
    #[serde(deserialize_with = "or_default")]
    reason: Word,
    #[serde(alias = "note", deserialize_with = "or_default")]
    message: Box<str>,
    #[serde(alias = "regarding", deserialize_with = "or_default")]
    involved_object: Object,
    #[serde(alias = "deprecatedCount")]
    count: Option<i32>,
    #[serde(alias = "deprecatedFirstTimestamp", deserialize_with = "lenient_time")]
    first_timestamp: Option<Timestamp>,
    #[serde(alias = "deprecatedLastTimestamp", deserialize_with = "lenient_time")]
    last_timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "lenient_time")]
    event_time: Option<Timestamp>,
    #[serde(deserialize_with = "or_default")]
    series: Series,
    #[serde(alias = "deprecatedSource", deserialize_with = "or_default")]
    source: Source,
    #[serde(alias = "reportingController", deserialize_with = "or_default")]
    reporting_component: Word,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Object {
    #[serde(deserialize_with = "or_default")]
    kind: Word,
    #[serde(deserialize_with = "or_default")]
    name: Box<str>,
    #[serde(deserialize_with = "unique")]
    uid: Option<Arc<str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Series {
    count: Option<i32>,
    #[serde(deserialize_with = "lenient_time")]
    last_observed_time: Option<Timestamp>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Source {
    #[serde(deserialize_with = "or_default")]
    component: Word,
}

impl From<WireEvent> for Event {
    fn from(wire: WireEvent) -> Self {
        let metadata = wire.metadata;
        let created = metadata.creation_timestamp;
        let object = wire.involved_object;
        Self {
            uid: metadata.uid(),
            namespace: metadata.namespace.0,
            is_warning: &*wire.r#type.0 == "Warning",
            reason: wire.reason.0,
            message: wire.message,
            object: Subject {
                kind: object.kind.0,
                name: object.name,
                uid: object.uid.filter(|uid| !uid.is_empty()).map(Uid),
            },
            count: count(wire.series.count).max(count(wire.count)).max(1),
            first: wire.first_timestamp.or(wire.event_time).or(created),
            last: wire
                .series
                .last_observed_time
                .max(wire.last_timestamp)
                .or(wire.event_time)
                .or(created),
            source: wire.source.component.filled().or_else(|| wire.reporting_component.filled()),
        }
    }
}

impl Wire for WireEvent {
    type Row = Event;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn into_row(self) -> Event {
        self.into()
    }
}
