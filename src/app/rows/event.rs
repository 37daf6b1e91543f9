//! A warning of a cluster.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::cell::{Cell, Tone};
use crate::app::columns::Column;
use crate::app::effect::ObjectKind;
use crate::app::filter::Field;
use crate::app::rows::{Cells, Context, Place, RowKey};
use crate::app::store::Object;
use crate::domain::event::Event;
use crate::domain::pod::Uid;
use crate::domain::severity::Severity;

#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    pub place: Place,
    pub event: Arc<Event>,
}

impl Object for EventRow {
    fn uid(&self) -> &Uid {
        &self.event.uid
    }

    fn namespace(&self) -> Option<&str> {
        Some(&self.event.namespace)
    }
}

impl EventRow {
    /// `pod/api-0`.
    fn object_text(&self) -> String {
        format!("{}/{}", self.event.object.kind.to_lowercase(), self.event.object.name)
    }
}

impl Cells for EventRow {
    fn key(&self) -> RowKey {
        RowKey::Object(self.place, self.event.uid.clone())
    }

    fn severity(&self) -> Severity {
        if self.event.is_warning { Severity::Warning } else { Severity::Fine }
    }

    fn place(&self) -> Option<Place> {
        Some(self.place)
    }

    fn namespace(&self) -> Option<&Arc<str>> {
        Some(&self.event.namespace)
    }

    fn name(&self) -> &str {
        &self.event.object.name
    }

    fn created(&self) -> Option<Timestamp> {
        // What it is sorted by and shows: when it was last seen.
        self.event.last.or(self.event.first)
    }

    fn labels(&self) -> &[(Arc<str>, Box<str>)] {
        &[]
    }

    fn cell<'a>(&'a self, column: Column, context: &Context<'_>) -> Cell<'a> {
        match column {
            Column::LastSeen => Cell::age(self.created(), context.now),
            Column::Reason => Cell::text(&self.event.reason).tone(self.severity().into()),
            Column::Count => Cell::from(self.event.count.to_string()),
            Column::Object => Cell::from(self.object_text()),
            Column::Message => Cell::text(&self.event.message),
            Column::Owner => Cell::optional(self.event.source.as_deref()).tone(Tone::Muted),
            _ => Cell::default(),
        }
    }

    fn compare(&self, other: &Self, column: Column) -> Option<Ordering> {
        Some(match column {
            Column::LastSeen => self.created().cmp(&other.created()),
            Column::Count => self.event.count.cmp(&other.event.count),
            _ => return None,
        })
    }

    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(&self.event.reason)
            || test(&self.event.message)
            || test(&self.object_text())
            || self.event.source.as_deref().is_some_and(test)
    }

    fn number(&self, _: Field, _: &Context<'_>) -> Option<f64> {
        None
    }

    fn word(&self, field: Field) -> Option<Cow<'_, str>> {
        (field == Field::Status).then(|| Cow::from(&*self.event.reason))
    }

    fn object(&self) -> Option<(ObjectKind, Place)> {
        let kind = match &*self.event.object.kind {
            "Pod" => ObjectKind::Pod,
            "Deployment" => ObjectKind::Deployment,
            "StatefulSet" => ObjectKind::StatefulSet,
            "DaemonSet" => ObjectKind::DaemonSet,
            "Job" => ObjectKind::Job,
            "CronJob" => ObjectKind::CronJob,
            "Node" => ObjectKind::Node,
            _ => return None,
        };
        Some((kind, self.place))
    }
}
