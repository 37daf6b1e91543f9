//! A Job in the table of jobs.

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
use crate::domain::diagnosis::Diagnosis;
use crate::domain::job::Job;
use crate::domain::job::diagnosis::diagnose_job;
use crate::domain::pod::Uid;
use crate::domain::severity::Severity;

#[derive(Debug, Clone, PartialEq)]
pub struct JobRow {
    pub place: Place,
    pub job: Arc<Job>,
    pub diagnosis: Diagnosis,
}

impl JobRow {
    pub fn new(place: Place, job: Arc<Job>, now: Timestamp) -> Self {
        let diagnosis = diagnose_job(&job, now);
        Self { place, job, diagnosis }
    }
}

impl Object for JobRow {
    fn uid(&self) -> &Uid {
        &self.job.uid
    }

    fn namespace(&self) -> Option<&str> {
        Some(&self.job.namespace)
    }
}

impl Cells for JobRow {
    fn key(&self) -> RowKey {
        RowKey::Object(self.place, self.job.uid.clone())
    }

    fn severity(&self) -> Severity {
        self.diagnosis.severity
    }

    fn place(&self) -> Option<Place> {
        Some(self.place)
    }

    fn namespace(&self) -> Option<&Arc<str>> {
        Some(&self.job.namespace)
    }

    fn name(&self) -> &str {
        &self.job.name
    }

    fn created(&self) -> Option<Timestamp> {
        self.job.created
    }

    fn labels(&self) -> &[(Arc<str>, Box<str>)] {
        &[]
    }

    fn cell<'a>(&'a self, column: Column, context: &Context<'_>) -> Cell<'a> {
        match column {
            Column::Status => {
                Cell::from(self.job.status_text()).tone(self.diagnosis.severity.into())
            }
            Column::Completions => Cell::from(self.job.completions_text()),
            Column::Duration => {
                let runs = self.job.completed.is_none().then_some(self.job.started).flatten();
                Cell::from(self.job.duration_text(context.now)).since(runs)
            }
            Column::Why => super::pod::why(&self.diagnosis, context.now),
            Column::Owner => {
                let owner = self.job.owner.as_ref();
                owner.map_or_else(
                    || Cell::from("<none>").tone(Tone::Muted),
                    |it| Cell::text(&it.name),
                )
            }
            Column::Image => Cell::from(self.job.images.join(",")),
            _ => Cell::default(),
        }
    }

    fn compare(&self, other: &Self, column: Column) -> Option<Ordering> {
        match column {
            Column::Status => Some(other.severity().cmp(&self.severity())),
            _ => None,
        }
    }

    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(self.job.status_text()) || test(&self.diagnosis.reason)
    }

    fn number(&self, _: Field, _: &Context<'_>) -> Option<f64> {
        None
    }

    fn word(&self, field: Field) -> Option<Cow<'_, str>> {
        match field {
            Field::Status => Some(self.job.status_text().into()),
            Field::Owner => self.job.owner.as_ref().map(|owner| Cow::from(&*owner.name)),
            _ => None,
        }
    }

    fn object(&self) -> Option<(ObjectKind, Place)> {
        Some((ObjectKind::Job, self.place))
    }
}
