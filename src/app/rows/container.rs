//! A container of one pod.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::cell::{Cell, Tone};
use crate::app::columns::Column;
use crate::app::effect::ObjectKind;
use crate::app::filter::Field;
use crate::app::rows::{Cells, Context, Place, PodRow, RowKey};
use crate::domain::pod::{Container, ContainerState, ContainerStatus};
use crate::domain::severity::Severity;
use crate::domain::text::shown;

/// A container: its place in the specification, and what the kubelet reports of it.
#[derive(Debug, Clone)]
pub struct ContainerRow {
    pub pod: Arc<PodRow>,
    pub container: Container,
    pub status: Option<ContainerStatus>,
    pub is_init: bool,
}

impl ContainerRow {
    /// All containers of a pod, init containers first, as they run.
    pub fn of(pod: &Arc<PodRow>) -> Vec<Self> {
        let of = |containers: &[Container], statuses: &[ContainerStatus], is_init| {
            let rows = containers.iter().map(|container| Self {
                pod: Arc::clone(pod),
                container: container.clone(),
                status: statuses.iter().find(|status| *status.name == *container.name).cloned(),
                is_init,
            });
            rows.collect::<Vec<_>>()
        };
        let mut rows = of(&pod.pod.init_containers, &pod.pod.init_statuses, true);
        rows.extend(of(&pod.pod.containers, &pod.pod.statuses, false));
        rows
    }

    fn restarts(&self) -> i32 {
        self.status.as_ref().map_or(0, |status| status.restarts)
    }
}

/// How a state reads, in the words of its reason.
fn state(state: &ContainerState) -> String {
    match state {
        ContainerState::Empty => "-".to_owned(),
        ContainerState::Waiting { reason, .. } => {
            reason.as_deref().map_or("Waiting".into(), shown).into_owned()
        }
        ContainerState::Running { .. } => "Running".to_owned(),
        ContainerState::Terminated(end) => {
            let reason = end.reason.as_deref().unwrap_or("Terminated");
            format!("{} (exit {})", shown(reason), end.exit_code)
        }
    }
}

impl Cells for ContainerRow {
    fn key(&self) -> RowKey {
        RowKey::Container(self.container.name.clone())
    }

    fn severity(&self) -> Severity {
        let Some(status) = &self.status else { return Severity::Busy };
        match &status.state {
            ContainerState::Running { .. } if status.ready => Severity::Fine,
            ContainerState::Running { .. } if self.is_init => Severity::Busy,
            ContainerState::Running { .. } | ContainerState::Empty => Severity::Warning,
            ContainerState::Terminated(end) if end.exit_code == 0 => Severity::Done,
            ContainerState::Terminated(_) => Severity::Critical,
            ContainerState::Waiting { reason, .. } => match reason.as_deref() {
                None | Some("ContainerCreating" | "PodInitializing") => Severity::Busy,
                Some(_) => Severity::Critical,
            },
        }
    }

    fn place(&self) -> Option<Place> {
        Some(self.pod.place)
    }

    fn namespace(&self) -> Option<&Arc<str>> {
        Some(&self.pod.pod.namespace)
    }

    fn name(&self) -> &str {
        &self.container.name
    }

    fn created(&self) -> Option<Timestamp> {
        match &self.status.as_ref()?.state {
            ContainerState::Running { started } => *started,
            ContainerState::Terminated(end) => end.finished,
            ContainerState::Waiting { .. } | ContainerState::Empty => None,
        }
    }

    fn labels(&self) -> &[(Arc<str>, Box<str>)] {
        &[]
    }

    fn cell<'a>(&'a self, column: Column, context: &Context<'_>) -> Cell<'a> {
        let tone = Tone::from(self.severity());
        let usage = || {
            let used = self.pod.used.as_deref()?;
            used.containers.iter().find(|usage| *usage.name == *self.container.name)
        };
        match column {
            Column::Kind => Cell::from(match (self.is_init, self.container.is_sidecar) {
                (true, true) => "sidecar",
                (true, false) => "init",
                (false, _) => "app",
            })
            .tone(Tone::Muted),
            Column::Image => Cell::text(&self.container.image),
            Column::Ready => {
                let is_ready = self.status.as_ref().is_some_and(|status| status.ready);
                Cell::from(if is_ready { "true" } else { "false" }).tone(tone)
            }
            Column::State => {
                let text = self.status.as_ref().map_or_else(|| "-".into(), |it| state(&it.state));
                Cell::from(text).tone(tone)
            }
            Column::Restarts => Cell::from(self.restarts().to_string()),
            Column::Why => {
                match self.status.as_ref().map(|status| (&status.state, &status.last_state)) {
                    Some((ContainerState::Waiting { message: Some(message), .. }, _)) => {
                        Cell::text(message).tone(tone)
                    }
                    Some((_, ContainerState::Terminated(end))) => {
                        let ago = Cell::age(end.finished, context.now);
                        let reason = end.reason.as_deref().unwrap_or("ended");
                        let text = format!(
                            "last: {} (exit {}) {} ago",
                            shown(reason),
                            end.exit_code,
                            ago.text
                        );
                        Cell::from(text).since(end.finished)
                    }
                    _ => Cell::default(),
                }
            }
            Column::Cpu => Cell::from(usage().map_or_else(|| "-".into(), |it| it.cpu.to_string())),
            Column::Memory => {
                Cell::from(usage().map_or_else(|| "-".into(), |it| it.memory.to_string()))
            }
            Column::CpuLimit => {
                let limit = self.container.limits.cpu;
                Cell::from(limit.map_or_else(|| "-".to_owned(), |limit| limit.to_string()))
            }
            Column::MemoryLimit => {
                let limit = self.container.limits.memory;
                Cell::from(limit.map_or_else(|| "-".to_owned(), |limit| limit.to_string()))
            }
            Column::Probes => {
                let probes = self.container.probes;
                let on = |is_there, letter| if is_there { letter } else { '-' };
                let (live, ready) = (on(probes.liveness, 'L'), on(probes.readiness, 'R'));
                Cell::from(format!("{live}{ready}{}", on(probes.startup, 'S')))
            }
            Column::Ports => Cell::from(self.container.ports.join(",")).tone(Tone::Muted),
            _ => Cell::default(),
        }
    }

    fn compare(&self, other: &Self, column: Column) -> Option<Ordering> {
        match column {
            Column::Restarts => Some(self.restarts().cmp(&other.restarts())),
            // As they run.
            Column::Kind => Some(other.is_init.cmp(&self.is_init)),
            _ => None,
        }
    }

    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(&self.container.image)
            || self.status.as_ref().is_some_and(|status| test(&state(&status.state)))
    }

    fn number(&self, field: Field, _: &Context<'_>) -> Option<f64> {
        (field == Field::Restarts).then(|| self.restarts().into())
    }

    fn word(&self, field: Field) -> Option<Cow<'_, str>> {
        (field == Field::Status)
            .then(|| self.status.as_ref().map_or_else(|| "-".into(), |it| state(&it.state)).into())
    }

    fn object(&self) -> Option<(ObjectKind, Place)> {
        None
    }
}
