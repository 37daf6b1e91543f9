//! A pod in the table of pods.

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
use crate::domain::pod::diagnosis::{Seen, diagnose_seen};
use crate::domain::pod::printed::{
    Printed, gates_text, ip_text, node_text, nominated_node_text, printed,
};
use crate::domain::pod::usage::worst;
use crate::domain::pod::{Owner, Pod, Uid};
use crate::domain::quantity::{Cpu, Memory};
use crate::domain::severity::Severity;
use crate::domain::usage::ContainerUsage;
use crate::domain::workload::WorkloadKind;
use crate::domain::workload::group::{GroupKind, workload_of};

/// A pod, what kubectl prints of it, and what we say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PodRow {
    pub place: Place,
    pub pod: Arc<Pod>,
    pub printed: Printed<'static>,
    pub diagnosis: Diagnosis,
    /// `None` where metrics.k8s.io tells nothing of it.
    pub used: Option<Arc<Used>>,
}

impl PodRow {
    pub fn new(place: Place, pod: Arc<Pod>, seen: Seen<'_>, now: Timestamp) -> Self {
        let (printed, diagnosis) = (printed(&pod).into_owned(), diagnose_seen(&pod, seen, now));
        Self { place, pod, printed, diagnosis, used: None }
    }

    /// The same pod, judged again.
    #[must_use]
    pub fn judged(&self, seen: Seen<'_>, now: Timestamp) -> Self {
        let diagnosis = diagnose_seen(&self.pod, seen, now);
        Self { diagnosis, ..self.clone() }
    }

    /// Notes what its containers use, where that is known.
    pub fn measure(&mut self, containers: Option<Box<[ContainerUsage]>>) {
        self.used = containers.map(|containers| {
            Arc::new(Used { strain: Strain::of(&self.pod, &containers), containers })
        });
    }

    fn strain(&self) -> Option<&Strain> {
        self.used.as_deref().map(|used| &used.strain)
    }
}

impl Object for PodRow {
    fn uid(&self) -> &Uid {
        &self.pod.uid
    }

    fn namespace(&self) -> Option<&str> {
        Some(&self.pod.namespace)
    }

    /// What it uses is measured now and then, and not told with a change.
    fn inherit(&mut self, before: &Self) {
        self.measure(before.used.as_ref().map(|used| used.containers.clone()));
    }
}

/// What a pod uses, container by container and together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    pub containers: Box<[ContainerUsage]>,
    pub strain: Strain,
}

/// What a pod uses: the whole of it, and in percent of requests and limits the worst container's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strain {
    pub cpu: Cpu,
    pub memory: Memory,
    pub cpu_of_request: Option<u64>,
    pub cpu_of_limit: Option<u64>,
    pub memory_of_request: Option<u64>,
    pub memory_of_limit: Option<u64>,
}

impl Strain {
    fn of(pod: &Pod, usage: &[ContainerUsage]) -> Self {
        let worst = worst(pod, usage);
        Self {
            cpu: worst.cpu,
            memory: worst.memory,
            cpu_of_request: worst.cpu_of_request.map(|share| share.percent),
            cpu_of_limit: worst.cpu_of_limit.map(|share| share.percent),
            memory_of_request: worst.memory_of_request.map(|share| share.percent),
            memory_of_limit: worst.memory_of_limit.map(|share| share.percent),
        }
    }
}

/// The workload that a pod is of, where it is one that can be restarted.
pub fn workload(pod: &Pod) -> Option<(WorkloadKind, Box<str>)> {
    let key = workload_of(pod);
    match key.kind {
        GroupKind::Workload(kind) => Some((kind, key.name)),
        GroupKind::CronJob
        | GroupKind::Job
        | GroupKind::Static
        | GroupKind::Other(_)
        | GroupKind::Alone => None,
    }
}

/// A share of a request or a limit, and the tone it deserves: 90 % is what kubelets begin to evict at.
fn share(share: Option<u64>) -> Cell<'static> {
    match share {
        None => Cell::from("-").tone(Tone::Muted),
        Some(share) => {
            let tone = match share {
                90.. => Tone::Critical,
                70..90 => Tone::Warning,
                _ => Tone::Plain,
            };
            Cell::from(format!("{share}%")).tone(tone)
        }
    }
}

impl Cells for PodRow {
    fn key(&self) -> RowKey {
        RowKey::Object(self.place, self.pod.uid.clone())
    }

    fn severity(&self) -> Severity {
        self.diagnosis.severity
    }

    fn place(&self) -> Option<Place> {
        Some(self.place)
    }

    fn namespace(&self) -> Option<&Arc<str>> {
        Some(&self.pod.namespace)
    }

    fn name(&self) -> &str {
        &self.pod.name
    }

    fn created(&self) -> Option<Timestamp> {
        self.pod.created
    }

    fn labels(&self) -> &[(Arc<str>, Box<str>)] {
        &self.pod.labels
    }

    fn cell<'a>(&'a self, column: Column, context: &Context<'_>) -> Cell<'a> {
        let tone = Tone::from(self.diagnosis.severity);
        let strain = self.strain();
        match column {
            Column::Ready => {
                let is_whole = self.printed.ready == self.printed.total;
                let tone = if is_whole { Tone::Plain } else { tone };
                Cell::from(self.printed.ready_text()).tone(tone)
            }
            Column::Status => Cell::text(&self.printed.status).tone(tone),
            Column::Restarts => {
                let since = self.printed.last_restart.filter(|_| self.printed.restarts > 0);
                let tone = if self.printed.restarts > 0 { Tone::Plain } else { Tone::Muted };
                Cell::from(self.printed.restarts_text(context.now)).tone(tone).since(since)
            }
            Column::Why => why(&self.diagnosis, context.now),
            Column::Cpu => {
                let text = strain.map_or_else(|| "-".to_owned(), |it| it.cpu.to_string());
                Cell::from(text).tone(if strain.is_some() { Tone::Plain } else { Tone::Muted })
            }
            Column::Memory => {
                let text = strain.map_or_else(|| "-".to_owned(), |it| it.memory.to_string());
                Cell::from(text).tone(if strain.is_some() { Tone::Plain } else { Tone::Muted })
            }
            Column::CpuRequest => share(strain.and_then(|it| it.cpu_of_request)),
            Column::CpuLimit => share(strain.and_then(|it| it.cpu_of_limit)),
            Column::MemoryRequest => share(strain.and_then(|it| it.memory_of_request)),
            Column::MemoryLimit => share(strain.and_then(|it| it.memory_of_limit)),
            Column::Ip => Cell::printed(ip_text(&self.pod)),
            Column::Node => Cell::printed(node_text(&self.pod)),
            Column::NominatedNode => Cell::printed(nominated_node_text(&self.pod)),
            Column::Gates => Cell::from(gates_text(&self.pod)),
            Column::Quality => Cell::optional(self.pod.quality.as_deref()),
            Column::Account => Cell::optional(self.pod.service_account.as_deref()),
            Column::Owner => Cell::from(self.pod.owner.as_ref().map_or_else(
                || "<none>".to_owned(),
                |Owner { kind, name }| format!("{kind}/{name}"),
            )),
            Column::Image => {
                let images: Vec<_> = self.pod.containers.iter().map(|it| &*it.image).collect();
                Cell::from(images.join(","))
            }
            _ => Cell::default(),
        }
    }

    fn compare(&self, other: &Self, column: Column) -> Option<Ordering> {
        let strain = |pick: fn(&Strain) -> Option<u64>| {
            let of = |row: &Self| row.strain().and_then(pick);
            of(self).cmp(&of(other))
        };
        Some(match column {
            Column::Status => self
                .severity()
                .cmp(&other.severity())
                .reverse()
                .then_with(|| self.printed.status.cmp(&other.printed.status)),
            Column::Ready => {
                let missing = |row: &Self| row.printed.total.saturating_sub(row.printed.ready);
                missing(other).cmp(&missing(self))
            }
            Column::Restarts => self.printed.restarts.cmp(&other.printed.restarts),
            Column::Cpu => strain(|it| Some(it.cpu.0)),
            Column::Memory => strain(|it| Some(it.memory.0)),
            Column::CpuRequest => strain(|it| it.cpu_of_request),
            Column::CpuLimit => strain(|it| it.cpu_of_limit),
            Column::MemoryRequest => strain(|it| it.memory_of_request),
            Column::MemoryLimit => strain(|it| it.memory_of_limit),
            Column::Ip => address(self.pod.ip.as_deref()).cmp(&address(other.pod.ip.as_deref())),
            Column::Node => self.pod.node.cmp(&other.pod.node),
            _ => return None,
        })
    }

    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(&self.printed.status)
            || test(&self.diagnosis.reason)
            || self.pod.node.as_deref().is_some_and(&mut *test)
            || self.pod.ip.as_deref().is_some_and(test)
    }

    fn number(&self, field: Field, _: &Context<'_>) -> Option<f64> {
        let strain = self.strain();
        match field {
            Field::Restarts => Some(f64::from(self.printed.restarts)),
            Field::Ready => Some(f64::from(self.printed.ready)),
            Field::Cpu => strain.map(|it| it.cpu.0 as f64),
            Field::Memory => strain.map(|it| it.memory.0 as f64),
            Field::CpuShare => strain.and_then(|it| it.cpu_of_limit).map(|it| it as f64),
            Field::MemoryShare => strain.and_then(|it| it.memory_of_limit).map(|it| it as f64),
            _ => None,
        }
    }

    fn word(&self, field: Field) -> Option<Cow<'_, str>> {
        match field {
            Field::Status => Some(self.printed.status.as_ref().into()),
            Field::Ready => Some(self.printed.ready_text().into()),
            Field::Node => self.pod.node.as_deref().map(Cow::from),
            Field::Owner => self.pod.owner.as_ref().map(|owner| Cow::from(&*owner.name)),
            _ => None,
        }
    }

    fn object(&self) -> Option<(ObjectKind, Place)> {
        Some((ObjectKind::Pod, self.place))
    }
}

/// Our judgement, with since when it holds.
pub(super) fn why(diagnosis: &Diagnosis, now: Timestamp) -> Cell<'static> {
    let tone = Tone::from(diagnosis.severity);
    if diagnosis.reason.is_empty() {
        return Cell::default();
    }
    match diagnosis.since {
        // What is dated ahead, as the end of a grace period is, has no age yet.
        Some(since) if since > now => Cell::from(diagnosis.reason.to_string()).tone(tone),
        Some(since) => Cell::from(format!("{} · {}", diagnosis.reason, age(since, now)))
            .tone(tone)
            .since(Some(since)),
        None => Cell::from(diagnosis.reason.to_string()).tone(tone),
    }
}

/// An address in the order of its numbers.
fn address(text: Option<&str>) -> Option<std::net::IpAddr> {
    text?.parse().ok()
}
