//! A node: its conditions, and what is requested of what it can give.

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
use crate::domain::node::Node;
use crate::domain::node::diagnosis::diagnose_node;
use crate::domain::pod::{ConditionStatus, Uid};
use crate::domain::severity::Severity;
use crate::domain::usage::NodeUsage;

/// What the pods that are watched request of a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Demand {
    pub cpu: u64,
    pub memory: u64,
    pub pods: u32,
    /// There may be pods on it that are not watched.
    pub is_partial: bool,
}

impl Demand {
    /// What stands before a figure.
    const fn sign(self) -> &'static str {
        if self.is_partial { "≥" } else { "" }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct NodeRow {
    pub place: Place,
    pub node: Arc<Node>,
    pub diagnosis: Diagnosis,
    pub usage: Option<NodeUsage>,
    pub demand: Demand,
}

impl NodeRow {
    pub fn new(place: Place, node: Arc<Node>) -> Self {
        let diagnosis = diagnose_node(&node);
        Self { place, node, diagnosis, usage: None, demand: Demand::default() }
    }

    /// As kubectl prints it: `Ready`, `NotReady,SchedulingDisabled`.
    fn status(&self) -> String {
        let ready = self.node.conditions.iter().find(|condition| &*condition.kind == "Ready");
        let word = match ready.map(|condition| condition.status) {
            Some(ConditionStatus::True) => "Ready",
            Some(ConditionStatus::False | ConditionStatus::Unknown) => "NotReady",
            None => "Unknown",
        };
        let cordoned = if self.node.is_cordoned { ",SchedulingDisabled" } else { "" };
        format!("{word}{cordoned}")
    }

    fn percent(part: u64, whole: Option<u64>) -> Option<u64> {
        whole.filter(|whole| *whole > 0).map(|whole| part.saturating_mul(100) / whole)
    }

    fn cpu_requested(&self) -> Option<u64> {
        Self::percent(self.demand.cpu, self.node.allocatable.cpu.map(|cpu| cpu.0))
    }

    fn memory_requested(&self) -> Option<u64> {
        Self::percent(self.demand.memory, self.node.allocatable.memory.map(|memory| memory.0))
    }
}

impl Object for NodeRow {
    fn uid(&self) -> &Uid {
        &self.node.uid
    }

    fn namespace(&self) -> Option<&str> {
        None
    }
}

fn percent(sign: &str, value: Option<u64>) -> Cell<'static> {
    let text = value.map(|value| format!("{sign}{value}%"));
    text.map_or_else(|| Cell::from("-").tone(Tone::Muted), Cell::from)
}

impl Cells for NodeRow {
    fn key(&self) -> RowKey {
        RowKey::Object(self.place, self.node.uid.clone())
    }

    fn severity(&self) -> Severity {
        self.diagnosis.severity
    }

    fn place(&self) -> Option<Place> {
        Some(self.place)
    }

    fn namespace(&self) -> Option<&Arc<str>> {
        None
    }

    fn name(&self) -> &str {
        &self.node.name
    }

    fn created(&self) -> Option<Timestamp> {
        self.node.created
    }

    fn labels(&self) -> &[(Arc<str>, Box<str>)] {
        &self.node.labels
    }

    fn cell<'a>(&'a self, column: Column, context: &Context<'_>) -> Cell<'a> {
        let tone = Tone::from(self.diagnosis.severity);
        match column {
            Column::Status => Cell::from(self.status()).tone(tone),
            Column::Pods => {
                let most = self.node.pods.map_or_else(String::new, |most| format!("/{most}"));
                Cell::from(format!("{}{}{most}", self.demand.sign(), self.demand.pods))
            }
            Column::Cpu => match &self.usage {
                Some(usage) => Cell::from(usage.cpu.to_string()),
                None => Cell::from("-").tone(Tone::Muted),
            },
            Column::Memory => match &self.usage {
                Some(usage) => Cell::from(usage.memory.to_string()),
                None => Cell::from("-").tone(Tone::Muted),
            },
            Column::CpuRequest => percent(self.demand.sign(), self.cpu_requested()),
            Column::MemoryRequest => percent(self.demand.sign(), self.memory_requested()),
            Column::Why => super::pod::why(&self.diagnosis, context.now),
            Column::Version => Cell::optional(self.node.version.as_deref()),
            Column::Ip => Cell::optional(self.node.internal_ip.as_deref()),
            Column::Taints => Cell::from(self.node.taints.join(",")),
            _ => Cell::default(),
        }
    }

    fn compare(&self, other: &Self, column: Column) -> Option<Ordering> {
        Some(match column {
            Column::Status => other.severity().cmp(&self.severity()),
            Column::Pods => self.demand.pods.cmp(&other.demand.pods),
            Column::CpuRequest => self.cpu_requested().cmp(&other.cpu_requested()),
            Column::MemoryRequest => self.memory_requested().cmp(&other.memory_requested()),
            Column::Cpu => {
                self.usage.as_ref().map(|it| it.cpu).cmp(&other.usage.as_ref().map(|it| it.cpu))
            }
            Column::Memory => {
                let of = |row: &Self| row.usage.as_ref().map(|usage| usage.memory);
                of(self).cmp(&of(other))
            }
            _ => return None,
        })
    }

    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(&self.status())
            || test(&self.diagnosis.reason)
            || self.node.version.as_deref().is_some_and(&mut *test)
            || self.node.internal_ip.as_deref().is_some_and(&mut *test)
            || self.node.taints.iter().any(|taint| test(taint))
    }

    fn number(&self, field: Field, _: &Context<'_>) -> Option<f64> {
        match field {
            Field::Cpu => self.usage.as_ref().map(|usage| usage.cpu.0 as f64),
            Field::Memory => self.usage.as_ref().map(|usage| usage.memory.0 as f64),
            _ => None,
        }
    }

    fn word(&self, field: Field) -> Option<Cow<'_, str>> {
        match field {
            Field::Status => Some(self.status().into()),
            Field::Node => Some(Cow::from(&*self.node.name)),
            _ => None,
        }
    }

    fn object(&self) -> Option<(ObjectKind, Place)> {
        Some((ObjectKind::Node, self.place))
    }
}
