//! Which columns each table has, from the left.

use crate::app::columns::Column;
use crate::app::pods::location::View;
use crate::app::rows::Place;

/// What decides on columns beside the view.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The environments that are shown.
    pub places: &'a [Place],
    /// More than one namespace is watched.
    pub several_namespaces: bool,
    pub wide: bool,
    pub has_metrics: bool,
}

/// The columns of a view.
pub fn columns(view: View, facts: Facts<'_>) -> Vec<Column> {
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
pub fn of_containers(wide: bool, has_metrics: bool) -> Vec<Column> {
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
