//! A workload over all environments: one row, a column per environment, and what differs between them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::cell::{Cell, Tone};
use crate::app::columns::Column;
use crate::app::effect::ObjectKind;
use crate::app::filter::Field;
use crate::app::rows::{Cells, Context, Place, PodRow, RowKey};
use crate::app::store::Object;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::pod::Uid;
use crate::domain::severity::Severity;
use crate::domain::text::shown;
use crate::domain::workload::diagnosis::diagnose_workload;
use crate::domain::workload::drift::{Cell as DriftCell, Drift, drift};
use crate::domain::workload::image::tag;
use crate::domain::workload::{Workload, WorkloadKind};

/// A workload of one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkloadRow {
    pub place: Place,
    pub workload: Arc<Workload>,
    pub diagnosis: Diagnosis,
}

impl WorkloadRow {
    pub fn new(place: Place, workload: Arc<Workload>, now: Timestamp) -> Self {
        let diagnosis = diagnose_workload(&workload, now);
        Self { place, workload, diagnosis }
    }
}

impl Object for WorkloadRow {
    fn uid(&self) -> &Uid {
        &self.workload.uid
    }

    fn namespace(&self) -> Option<&str> {
        Some(&self.workload.namespace)
    }
}

/// One workload in one environment, with what its pods say.
#[derive(Debug, Clone)]
pub struct Member {
    pub row: Arc<WorkloadRow>,
    /// The worst of its pods.
    pub worst: Option<Arc<PodRow>>,
    pub restarts: u32,
}

impl Member {
    /// What is said of it: of the workload itself, or of its worst pod where that is worse.
    pub fn diagnosis(&self) -> &Diagnosis {
        match &self.worst {
            Some(pod) if pod.severity() > self.row.diagnosis.severity => &pod.diagnosis,
            Some(_) | None => &self.row.diagnosis,
        }
    }

    fn severity(&self) -> Severity {
        let pods = self.worst.as_ref().map_or(Severity::Done, |pod| pod.severity());
        self.row.diagnosis.severity.max(pods)
    }
}

/// The same workload in all environments.
#[derive(Debug, Clone)]
pub struct WorkloadGroup {
    pub kind: WorkloadKind,
    pub namespace: Arc<str>,
    pub name: Box<str>,
    /// One for each environment that is shown, in their order.
    pub members: Vec<(Place, Presence)>,
}

/// Whether an environment has a workload.
#[derive(Debug, Clone)]
pub enum Presence {
    There(Member),
    /// Its list is whole, and does not name it.
    Absent,
    /// Its list has not been seen.
    Unknown,
}

impl Presence {
    const fn member(&self) -> Option<&Member> {
        match self {
            Self::There(member) => Some(member),
            Self::Absent | Self::Unknown => None,
        }
    }
}

/// Puts workloads together that have the same kind, namespace and name. `is_seen` tells whether an
/// environment's list of a kind in a namespace is known.
pub fn grouped(
    places: &[Place],
    members: impl IntoIterator<Item = Member>,
    is_seen: impl Fn(Place, WorkloadKind, &Arc<str>) -> bool,
) -> Vec<WorkloadGroup> {
    let mut groups: BTreeMap<(Arc<str>, Box<str>, WorkloadKind), Vec<Member>> = BTreeMap::new();
    for member in members {
        let workload = &member.row.workload;
        let key = (Arc::clone(&workload.namespace), workload.name.clone(), workload.kind);
        groups.entry(key).or_default().push(member);
    }
    let mut rows = Vec::with_capacity(groups.len());
    for ((namespace, name, kind), found) in groups {
        let presence = |place: Place| match found.iter().find(|it| it.row.place == place) {
            Some(member) => Presence::There(member.clone()),
            None if is_seen(place, kind, &namespace) => Presence::Absent,
            None => Presence::Unknown,
        };
        let members = places.iter().map(|place| (*place, presence(*place))).collect();
        rows.push(WorkloadGroup { kind, namespace, name, members });
    }
    rows
}

impl WorkloadGroup {
    pub fn member(&self, place: Place) -> Option<&Member> {
        self.presence(place)?.member()
    }

    fn presence(&self, place: Place) -> Option<&Presence> {
        self.members.iter().find(|(at, _)| *at == place).map(|(_, presence)| presence)
    }

    fn present(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter_map(|(_, presence)| presence.member())
    }

    /// The environments that have it.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        self.present().map(|member| member.row.place)
    }

    /// The environment in which it is worst off.
    pub fn worst(&self) -> Option<&Member> {
        self.present().max_by_key(|member| member.severity())
    }

    fn restarts(&self) -> u32 {
        self.present().map(|member| member.restarts).sum()
    }

    /// What differs between the environments that are seen.
    fn drift(&self) -> Drift {
        let cells = self.members.iter().map(|(_, presence)| match presence {
            Presence::There(member) => DriftCell::There(&member.row.workload),
            Presence::Absent => DriftCell::Absent,
            Presence::Unknown => DriftCell::Unknown,
        });
        drift(&cells.collect::<Vec<_>>())
    }

    /// `2/3 CrashLoopBackOff ↻7 1.4.2`: ready and wanted, the worst pod, restarts, the image's tag.
    fn of_environment(&self, place: Place) -> Cell<'static> {
        let member = match self.presence(place) {
            Some(Presence::There(member)) => member,
            Some(Presence::Absent) => return Cell::from("—").tone(Tone::Muted),
            Some(Presence::Unknown) | None => return Cell::from("not seen").tone(Tone::Stale),
        };
        let workload = &member.row.workload;
        let severity = member.severity();
        let mut text = format!("{}/{}", workload.ready, workload.wanted);
        if severity > Severity::Fine
            && let Some(pod) = &member.worst
        {
            text.push(' ');
            text.push_str(&shown(&pod.printed.status));
        }
        if member.restarts > 0 {
            // Writing to a string cannot fail.
            write!(text, " ↻{}", member.restarts).ok();
        }
        if let Some(image) = workload.images.first() {
            let mark = if self.drift().images { "≠" } else { "" };
            write!(text, " {mark}{}", shown(tag(image))).ok();
        }
        Cell::from(text).tone(severity.into())
    }
}

/// `Deployment` in a column of few cells.
pub const fn kind_word(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::Deployment => "deploy",
        WorkloadKind::StatefulSet => "sts",
        WorkloadKind::DaemonSet => "ds",
    }
}

impl Cells for WorkloadGroup {
    fn key(&self) -> RowKey {
        RowKey::Workload(self.kind, Arc::clone(&self.namespace), self.name.clone())
    }

    fn severity(&self) -> Severity {
        self.present().map(Member::severity).max().unwrap_or(Severity::Done)
    }

    fn place(&self) -> Option<Place> {
        let mut present = self.present();
        let only = present.next()?.row.place;
        present.next().is_none().then_some(only)
    }

    fn namespace(&self) -> Option<&Arc<str>> {
        Some(&self.namespace)
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn created(&self) -> Option<Timestamp> {
        self.present().filter_map(|member| member.row.workload.created).min()
    }

    fn labels(&self) -> &[(Arc<str>, Box<str>)] {
        self.present().next().map_or(&[], |member| &member.row.workload.labels)
    }

    fn cell<'a>(&'a self, column: Column, context: &Context<'_>) -> Cell<'a> {
        match column {
            Column::Kind => Cell::from(kind_word(self.kind)).tone(Tone::Muted),
            Column::Place(place) => self.of_environment(Place(place)),
            Column::Restarts => Cell::from(self.restarts().to_string()),
            Column::Drift => {
                let drift = self.drift();
                Cell::from(drift.text()).tone(Tone::Accent)
            }
            Column::Why => {
                let Some(member) = self.worst() else { return Cell::default() };
                let cell = super::pod::why(member.diagnosis(), context.now);
                if cell.text.is_empty() || self.members.len() < 2 {
                    return cell;
                }
                let environment = context.environment(member.row.place);
                Cell { text: format!("{environment}: {}", cell.text).into(), ..cell }
            }
            _ => Cell::default(),
        }
    }

    fn compare(&self, other: &Self, column: Column) -> Option<Ordering> {
        Some(match column {
            Column::Restarts => self.restarts().cmp(&other.restarts()),
            Column::Drift => self.drift().count().cmp(&other.drift().count()),
            Column::Place(place) => {
                let severity = |group: &Self| group.member(Place(place)).map(Member::severity);
                severity(other).cmp(&severity(self))
            }
            _ => return None,
        })
    }

    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(kind_word(self.kind))
            || test(&self.drift().text())
            || self.present().any(|member| {
                member.row.workload.images.iter().any(|image| test(image))
                    || member.worst.as_ref().is_some_and(|pod| test(&pod.printed.status))
                    || test(&member.diagnosis().reason)
            })
    }

    fn number(&self, field: Field, _: &Context<'_>) -> Option<f64> {
        match field {
            Field::Restarts => Some(self.restarts().into()),
            _ => None,
        }
    }

    fn word(&self, field: Field) -> Option<Cow<'_, str>> {
        match field {
            Field::Status => {
                let worst = self.present().filter_map(|member| member.worst.as_ref());
                worst.max_by_key(|pod| pod.severity()).map(|pod| Cow::from(&*pod.printed.status))
            }
            _ => None,
        }
    }

    fn object(&self) -> Option<(ObjectKind, Place)> {
        let kind = match self.kind {
            WorkloadKind::Deployment => ObjectKind::Deployment,
            WorkloadKind::StatefulSet => ObjectKind::StatefulSet,
            WorkloadKind::DaemonSet => ObjectKind::DaemonSet,
        };
        // Where it is in several environments, the one that is worst off.
        Some((kind, self.worst()?.row.place))
    }
}
