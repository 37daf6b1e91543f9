//! The rows of all tables: what each says in a column, how two compare, and what they are called.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a row has few of the columns and fields, and says nothing in the others"
)]

mod container;
mod cronjob;
mod event;
mod job;
mod node;
mod pod;
mod printed;
mod workload;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::cell::{Cell, Tone};
use crate::app::columns::Column;
use crate::app::effect::{ObjectKind, ObjectRef};
use crate::app::filter::{Field, Searchable};
use crate::domain::environment::EnvironmentName;
use crate::domain::pod::Uid;
use crate::domain::severity::Severity;
use crate::domain::workload::WorkloadKind;

pub use container::ContainerRow;
pub use cronjob::CronJobRow;
pub use event::EventRow;
pub use job::JobRow;
pub use node::{Demand, NodeRow};
pub use pod::{PodRow, workload};
pub use printed::PrintedRow;
pub use workload::{Member, WorkloadGroup, WorkloadRow, grouped, kind_word};

/// Which environment a row is of: its place in the order of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(pub u8);

/// What rows are shown with.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub now: Timestamp,
    /// The environments, in the order of their places.
    pub environments: &'a [EnvironmentName],
}

impl Context<'_> {
    pub fn environment(&self, place: Place) -> &str {
        self.environments.get(usize::from(place.0)).map_or("", |name| name.0.as_str())
    }
}

/// The identity of a row; a cursor and marks stay on it whatever is sorted or filtered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RowKey {
    Object(Place, Uid),
    Workload(WorkloadKind, Arc<str>, Box<str>),
    Container(Box<str>),
    Printed(Place, Arc<str>, Box<str>),
}

/// A row of a table.
#[derive(Debug, Clone)]
pub enum Row {
    Pod(Arc<PodRow>),
    Printed(Arc<PrintedRow>),
    Container(Arc<ContainerRow>),
    Workload(Arc<WorkloadGroup>),
    Job(Arc<JobRow>),
    CronJob(Arc<CronJobRow>),
    Event(Arc<EventRow>),
    Node(Arc<NodeRow>),
}

/// What each sort of row can say of itself.
pub trait Cells {
    fn key(&self) -> RowKey;
    fn severity(&self) -> Severity;
    /// The environment it is of; `None` for a row over all of them.
    fn place(&self) -> Option<Place>;
    fn namespace(&self) -> Option<&Arc<str>>;
    fn name(&self) -> &str;
    fn created(&self) -> Option<Timestamp>;
    fn labels(&self) -> &[(Arc<str>, Box<str>)];
    fn cell<'a>(&'a self, column: Column, context: &Context<'_>) -> Cell<'a>;
    /// By a column that has more to compare than its text.
    fn compare(&self, other: &Self, column: Column) -> Option<Ordering>;
    /// The texts that a filter searches, which are those that the table shows.
    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool;
    fn number(&self, field: Field, context: &Context<'_>) -> Option<f64>;
    fn word(&self, field: Field) -> Option<Cow<'_, str>>;
    /// The object behind it, for describe and raw.
    fn object(&self) -> Option<(ObjectKind, Place)>;
}

macro_rules! each {
    ($row:expr, $it:ident => $do:expr) => {
        match $row {
            Row::Pod($it) => $do,
            Row::Printed($it) => $do,
            Row::Container($it) => $do,
            Row::Workload($it) => $do,
            Row::Job($it) => $do,
            Row::CronJob($it) => $do,
            Row::Event($it) => $do,
            Row::Node($it) => $do,
        }
    };
}

impl Row {
    pub fn key(&self) -> RowKey {
        each!(self, it => it.key())
    }

    pub fn severity(&self) -> Severity {
        each!(self, it => it.severity())
    }

    pub fn place(&self) -> Option<Place> {
        each!(self, it => it.place())
    }

    pub fn namespace(&self) -> Option<&Arc<str>> {
        each!(self, it => it.namespace())
    }

    pub fn name(&self) -> &str {
        each!(self, it => it.name())
    }

    pub fn cell<'a>(&'a self, column: Column, context: &Context<'_>) -> Cell<'a> {
        each!(self, it => match column {
            Column::Environment => it
                .place()
                .map(|place| Cell::from(context.environment(place).to_owned()))
                .unwrap_or_default(),
            Column::Namespace => Cell::optional(it.namespace().map(AsRef::as_ref)),
            Column::Name => Cell::text(it.name()).tone(match it.severity() {
                // What is well is calm: its state alone says so in colour.
                Severity::Fine => Tone::Plain,
                other => other.into(),
            }),
            Column::Age => Cell::age(it.created(), context.now),
            Column::Labels => Cell::from(labels(it.labels())),
            other => it.cell(other, context),
        })
    }

    /// How two rows of one table stand to each other by a column; ties are for the caller to break.
    pub fn compare(&self, other: &Self, column: Column, context: &Context<'_>) -> Ordering {
        let own = match (self, other) {
            (Self::Pod(a), Self::Pod(b)) => a.compare(b, column),
            (Self::Container(a), Self::Container(b)) => a.compare(b, column),
            (Self::Workload(a), Self::Workload(b)) => a.compare(b, column),
            (Self::Job(a), Self::Job(b)) => a.compare(b, column),
            (Self::CronJob(a), Self::CronJob(b)) => a.compare(b, column),
            (Self::Event(a), Self::Event(b)) => a.compare(b, column),
            (Self::Node(a), Self::Node(b)) => a.compare(b, column),
            _ => None,
        };
        own.unwrap_or_else(|| match column {
            Column::Environment => self.place().cmp(&other.place()),
            Column::Namespace => self.namespace().cmp(&other.namespace()),
            Column::Name => self.name().cmp(other.name()),
            Column::Age => other.created().cmp(&self.created()),
            Column::Why => self.severity().cmp(&other.severity()),
            other_column => {
                let (a, b) = (self.cell(other_column, context), other.cell(other_column, context));
                a.text.cmp(&b.text)
            }
        })
    }

    /// What breaks ties: the environment, the namespace, the name.
    pub fn rank(&self, other: &Self) -> Ordering {
        self.place()
            .cmp(&other.place())
            .then_with(|| self.namespace().cmp(&other.namespace()))
            .then_with(|| self.name().cmp(other.name()))
    }

    fn created(&self) -> Option<Timestamp> {
        each!(self, it => it.created())
    }

    /// The object that describe and raw read.
    pub fn object(&self, context: &Context<'_>) -> Option<ObjectRef> {
        let (kind, place) = each!(self, it => it.object())?;
        let environment = context.environments.get(usize::from(place.0))?.clone();
        let namespace = self.namespace().cloned();
        Some(ObjectRef { environment, kind, namespace, name: self.name().into() })
    }
}

/// A row as a filter sees it.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    pub row: &'a Row,
    pub context: Context<'a>,
}

impl Sought<'_> {
    /// The environment that it is of, or all that have it.
    fn environments(&self) -> impl Iterator<Item = &str> {
        let (one, several) = match self.row {
            Row::Workload(group) => (None, Some(group.places())),
            other => (other.place(), None),
        };
        let places = one.into_iter().chain(several.into_iter().flatten());
        places.map(|place| self.context.environment(place))
    }
}

impl Searchable for Sought<'_> {
    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(self.row.name())
            || self.row.namespace().is_some_and(|namespace| test(namespace))
            || self.environments().any(&mut *test)
            || each!(self.row, it => it.any_text(test))
    }

    fn label(&self, key: &str) -> Option<&str> {
        let labels: &[(Arc<str>, Box<str>)] = each!(self.row, it => it.labels());
        labels.iter().find(|(name, _)| &**name == key).map(|(_, value)| &**value)
    }

    fn number(&self, field: Field) -> Option<f64> {
        each!(self.row, it => match field {
            Field::Age => {
                let created = it.created()?;
                Some(self.context.now.duration_since(created).as_secs_f64())
            }
            other => it.number(other, &self.context),
        })
    }

    fn word(&self, field: Field) -> Option<Cow<'_, str>> {
        match field {
            Field::Name => Some(self.row.name().into()),
            Field::Namespace => self.row.namespace().map(|name| Cow::from(&**name)),
            Field::Environment => {
                self.row.place().map(|place| Cow::from(self.context.environment(place)))
            }
            Field::Severity => Some(self.row.severity().word().into()),
            other => each!(self.row, it => it.word(other)),
        }
    }
}

fn labels(labels: &[(Arc<str>, Box<str>)]) -> String {
    let pairs: Vec<_> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join(",")
}
