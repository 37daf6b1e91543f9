//! A pod as the server printed it, before the list with its details has arrived.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::cell::{Cell, Tone};
use crate::app::columns::Column;
use crate::app::effect::ObjectKind;
use crate::app::filter::Field;
use crate::app::rows::{Cells, Context, Place, RowKey};
use crate::domain::news::PrintedPod;
use crate::domain::severity::Severity;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedRow {
    pub place: Place,
    pub namespace: Arc<str>,
    pub pod: PrintedPod,
}

impl Cells for PrintedRow {
    fn key(&self) -> RowKey {
        RowKey::Printed(self.place, Arc::clone(&self.namespace), self.pod.name.clone())
    }

    /// Nobody has judged it yet.
    fn severity(&self) -> Severity {
        match &*self.pod.status {
            "Running" => Severity::Fine,
            "Completed" | "Succeeded" => Severity::Done,
            _ => Severity::Busy,
        }
    }

    fn place(&self) -> Option<Place> {
        Some(self.place)
    }

    fn namespace(&self) -> Option<&Arc<str>> {
        Some(&self.namespace)
    }

    fn name(&self) -> &str {
        &self.pod.name
    }

    fn created(&self) -> Option<Timestamp> {
        None
    }

    fn labels(&self) -> &[(Arc<str>, Box<str>)] {
        &[]
    }

    fn cell<'a>(&'a self, column: Column, _: &Context<'_>) -> Cell<'a> {
        match column {
            Column::Ready => Cell::text(&self.pod.ready),
            Column::Status => Cell::text(&self.pod.status),
            Column::Restarts => Cell::text(&self.pod.restarts),
            Column::Why => Cell::from("listing…").tone(Tone::Muted),
            _ => Cell::default(),
        }
    }

    fn compare(&self, _: &Self, _: Column) -> Option<Ordering> {
        None
    }

    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(&self.pod.status)
    }

    fn number(&self, field: Field, _: &Context<'_>) -> Option<f64> {
        match field {
            Field::Restarts => self.pod.restarts.split(' ').next()?.parse().ok(),
            _ => None,
        }
    }

    fn word(&self, field: Field) -> Option<Cow<'_, str>> {
        match field {
            Field::Status => Some(Cow::from(&*self.pod.status)),
            Field::Ready => Some(Cow::from(&*self.pod.ready)),
            _ => None,
        }
    }

    fn object(&self) -> Option<(ObjectKind, Place)> {
        Some((ObjectKind::Pod, self.place))
    }
}
