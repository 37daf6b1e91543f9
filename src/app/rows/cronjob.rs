//! A `CronJob`, with when it succeeded last and when it runs next: what kubectl does not say.

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
use crate::domain::age::age;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::job::CronJob;
use crate::domain::job::diagnosis::diagnose_cronjob;
use crate::domain::job::schedule::next_run;
use crate::domain::pod::Uid;
use crate::domain::severity::Severity;

#[derive(Debug, Clone, PartialEq)]
pub struct CronJobRow {
    pub place: Place,
    pub cronjob: Arc<CronJob>,
    pub diagnosis: Diagnosis,
    /// `None` where it is suspended, or its schedule cannot be read.
    pub next: Option<Timestamp>,
}

impl CronJobRow {
    pub fn new(place: Place, cronjob: Arc<CronJob>, now: Timestamp) -> Self {
        let diagnosis = diagnose_cronjob(&cronjob, now);
        let next = next_run(&cronjob, now).ok().flatten();
        Self { place, cronjob, diagnosis, next }
    }
}

impl Object for CronJobRow {
    fn uid(&self) -> &Uid {
        &self.cronjob.uid
    }

    fn namespace(&self) -> Option<&str> {
        Some(&self.cronjob.namespace)
    }
}

impl Cells for CronJobRow {
    fn key(&self) -> RowKey {
        RowKey::Object(self.place, self.cronjob.uid.clone())
    }

    fn severity(&self) -> Severity {
        self.diagnosis.severity
    }

    fn place(&self) -> Option<Place> {
        Some(self.place)
    }

    fn namespace(&self) -> Option<&Arc<str>> {
        Some(&self.cronjob.namespace)
    }

    fn name(&self) -> &str {
        &self.cronjob.name
    }

    fn created(&self) -> Option<Timestamp> {
        self.cronjob.created
    }

    fn labels(&self) -> &[(Arc<str>, Box<str>)] {
        &[]
    }

    fn cell<'a>(&'a self, column: Column, context: &Context<'_>) -> Cell<'a> {
        match column {
            Column::Schedule => Cell::text(&self.cronjob.schedule),
            Column::TimeZone => {
                let is_told = self.cronjob.time_zone.is_some();
                let tone = if is_told { Tone::Plain } else { Tone::Muted };
                Cell::from(self.cronjob.zone_text().into_owned()).tone(tone)
            }
            Column::Suspended => {
                let tone = if self.cronjob.is_suspended { Tone::Warning } else { Tone::Muted };
                Cell::from(self.cronjob.suspend_text()).tone(tone)
            }
            Column::Active => Cell::from(self.cronjob.active.to_string()),
            Column::LastSchedule => {
                let last = self.cronjob.last_schedule;
                let tone = if last.is_some() { Tone::Plain } else { Tone::Muted };
                let text = self.cronjob.last_schedule_text(context.now);
                Cell::from(text).tone(tone).since(last)
            }
            Column::LastSuccess => match self.cronjob.last_success {
                Some(_) => Cell::age(self.cronjob.last_success, context.now),
                None => Cell::from("never seen").tone(Tone::Muted),
            },
            Column::NextRun => match self.next {
                Some(next) => {
                    Cell::from(format!("in {}", age(context.now, next))).since(Some(next))
                }
                None => Cell::from("-").tone(Tone::Muted),
            },
            Column::Why => super::pod::why(&self.diagnosis, context.now),
            Column::Image => Cell::from(self.cronjob.images.join(",")),
            _ => Cell::default(),
        }
    }

    fn compare(&self, other: &Self, column: Column) -> Option<Ordering> {
        Some(match column {
            Column::LastSchedule => other.cronjob.last_schedule.cmp(&self.cronjob.last_schedule),
            Column::LastSuccess => other.cronjob.last_success.cmp(&self.cronjob.last_success),
            Column::NextRun => self.next.cmp(&other.next),
            Column::Active => self.cronjob.active.cmp(&other.cronjob.active),
            _ => return None,
        })
    }

    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(&self.cronjob.schedule)
            || test(&self.diagnosis.reason)
            || test(&self.cronjob.zone_text())
            || self.cronjob.images.iter().any(|image| test(image))
    }

    fn number(&self, _: Field, _: &Context<'_>) -> Option<f64> {
        None
    }

    fn word(&self, field: Field) -> Option<Cow<'_, str>> {
        (field == Field::Status)
            .then(|| if self.cronjob.is_suspended { "Suspended" } else { "Active" }.into())
    }

    fn object(&self) -> Option<(ObjectKind, Place)> {
        Some((ObjectKind::CronJob, self.place))
    }
}
