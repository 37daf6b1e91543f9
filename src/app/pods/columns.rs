//! Which columns each table has, from the left, and what they are headed.
#![expect(clippy::wildcard_enum_match_arm, reason = "most columns and places are ordinary")]

use crate::app::App;
use crate::app::columns::Column;
use crate::app::pods::location::{Location, View};
use crate::app::rows::Place;
use crate::domain::news::Namespaces;

impl App {
    /// The columns of the table on top; what it is sorted by is always among them.
    pub fn columns(&self) -> Vec<Column> {
        let Some(table) = self.pods.top().table() else { return Vec::new() };
        let columns = self.columns_of(table.wide);
        let sorted = table.sort.column;
        if columns.contains(&sorted) {
            return columns;
        }
        let is_shown = |column: &Column| *column == sorted || columns.contains(column);
        self.columns_of(true).into_iter().filter(is_shown).collect()
    }

    pub(in crate::app) fn columns_of(&self, wide: bool) -> Vec<Column> {
        let shown: Vec<_> = self.pods.shown(&self.clusters).collect();
        let has_metrics = shown.iter().any(|cluster| cluster.no_metrics.is_none());
        match &self.pods.top().location {
            Location::Table { view, .. } => {
                let places: Vec<_> = shown.iter().map(|cluster| cluster.place).collect();
                let several_namespaces = match &self.pods.namespaces {
                    Namespaces::All => true,
                    Namespaces::One(_) => false,
                    Namespaces::Configured => shown.iter().any(|it| it.namespaces.len() != 1),
                };
                columns(*view, Facts { places: &places, several_namespaces, wide, has_metrics })
            }
            _ => of_containers(wide, has_metrics),
        }
    }

    /// What stands above a column: of an environment its name.
    pub fn heading(&self, column: Column) -> String {
        let is_of_containers = matches!(self.pods.top().location, Location::Containers { .. });
        match column {
            Column::Place(place) => self
                .cluster(Place(place))
                .map_or_else(String::new, |cluster| cluster.name.0.to_uppercase()),
            // Of a container the limits are told, not what share of them is used.
            Column::CpuLimit if is_of_containers => "CPU LIMIT".to_owned(),
            Column::MemoryLimit if is_of_containers => "MEM LIMIT".to_owned(),
            other => other.title().to_owned(),
        }
    }
}

/// What decides on columns beside the view.
#[derive(Debug, Clone, Copy)]
struct Facts<'a> {
    /// The environments that are shown.
    places: &'a [Place],
    /// More than one namespace is watched.
    several_namespaces: bool,
    wide: bool,
    has_metrics: bool,
}

/// The columns of a view.
fn columns(view: View, facts: Facts<'_>) -> Vec<Column> {
    let mut columns = Vec::with_capacity(24);
    let several = facts.places.len() > 1;
    if several && view != View::Workloads {
        columns.push(Column::Environment);
    }
    if facts.several_namespaces && view != View::Nodes {
        columns.push(Column::Namespace);
    }
    match view {
        View::Pods => of_pods(&mut columns, facts),
        View::Workloads => {
            columns.extend([Column::Kind, Column::Name]);
            columns.extend(facts.places.iter().map(|place| Column::Place(place.0)));
            if several {
                columns.push(Column::Drift);
            }
            if facts.wide {
                columns.extend([Column::Restarts, Column::Age]);
            }
            columns.push(Column::Why);
            if facts.wide {
                columns.push(Column::Labels);
            }
        }
        View::CronJobs => {
            columns.extend([
                Column::Name,
                Column::Schedule,
                Column::TimeZone,
                Column::Suspended,
                Column::Active,
                Column::LastSchedule,
                Column::LastSuccess,
                Column::NextRun,
            ]);
            if facts.wide {
                columns.extend([Column::Age, Column::Image]);
            }
            columns.push(Column::Why);
        }
        View::Jobs => {
            columns.extend([Column::Name, Column::Status, Column::Completions, Column::Duration]);
            columns.extend([Column::Age, Column::Owner]);
            if facts.wide {
                columns.push(Column::Image);
            }
            columns.push(Column::Why);
        }
        View::Events => {
            columns.extend([Column::LastSeen, Column::Reason, Column::Object, Column::Count]);
            if facts.wide {
                columns.extend([Column::Age, Column::Owner]);
            }
            columns.push(Column::Message);
        }
        View::Nodes => {
            columns.extend([Column::Name, Column::Status, Column::Pods]);
            columns.extend([Column::CpuRequest, Column::MemoryRequest]);
            if facts.has_metrics {
                columns.extend([Column::Cpu, Column::Memory]);
            }
            columns.extend([Column::Version, Column::Age]);
            if facts.wide {
                columns.extend([Column::Ip, Column::Taints]);
            }
            columns.push(Column::Why);
            if facts.wide {
                columns.push(Column::Labels);
            }
        }
    }
    columns
}

fn of_pods(columns: &mut Vec<Column>, facts: Facts<'_>) {
    columns.extend([Column::Name, Column::Ready, Column::Status, Column::Restarts]);
    if facts.has_metrics {
        columns.extend([Column::Cpu, Column::CpuLimit, Column::Memory, Column::MemoryLimit]);
    }
    if facts.wide {
        if facts.has_metrics {
            columns.extend([Column::CpuRequest, Column::MemoryRequest]);
        }
        columns.extend([
            Column::Ip,
            Column::Node,
            Column::NominatedNode,
            Column::Gates,
            Column::Quality,
            Column::Account,
            Column::Owner,
            Column::Image,
        ]);
    }
    columns.extend([Column::Age, Column::Why]);
    if facts.wide {
        columns.push(Column::Labels);
    }
}

/// The columns of the containers of one pod.
fn of_containers(wide: bool, has_metrics: bool) -> Vec<Column> {
    let mut columns =
        vec![Column::Name, Column::Kind, Column::State, Column::Ready, Column::Restarts];
    if has_metrics {
        columns.extend([Column::Cpu, Column::Memory]);
    }
    columns.extend([Column::CpuLimit, Column::MemoryLimit, Column::Probes]);
    if wide {
        columns.push(Column::Ports);
    }
    columns.extend([Column::Age, Column::Image, Column::Why]);
    columns
}
