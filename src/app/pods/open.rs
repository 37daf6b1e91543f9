//! What `enter` and its sisters lead to.
#![expect(clippy::wildcard_enum_match_arm, reason = "most rows lead nowhere")]

use std::sync::Arc;

use crate::app::cluster::Cluster;
use crate::app::columns::Column;
use crate::app::effect::{Effect, ObjectRef};
use crate::app::logs::{LogView, TAIL};
use crate::app::pods::Pods;
use crate::app::pods::fill::pods;
use crate::app::pods::layer::{Body, Layer, Loaded};
use crate::app::pods::location::{Location, Subset, View};
use crate::app::rows::{ContainerRow, Context, PodRow, Row, RowKey, workload};
use crate::app::table::Table;
use crate::domain::log::{LogRequest, LogSource, LogStart};

/// Of how many containers the logs are read together at most.
const MOST: usize = 40;

impl Pods {
    /// Goes to a location on top of this one.
    pub fn open(&mut self, location: Location) -> Vec<Effect> {
        let (body, effects) = match &location {
            Location::Table { view, .. } => {
                let mut table = Table::sorted_by(view.sort());
                table.wide = self.layers.first().and_then(Layer::table).is_some_and(|it| it.wide);
                (Body::Table(Box::new(table)), Vec::new())
            }
            Location::Containers { .. } => {
                let mut table = Table::sorted_by(Column::Kind);
                // As they run, whatever is most severe.
                table.sort.descending = false;
                (Body::Table(Box::new(table)), Vec::new())
            }
            Location::Describe(object) | Location::Raw(object) => {
                let generation = self.objects.advance();
                let effect = Effect::LoadObject { generation, object: object.clone() };
                (Body::Text { generation, text: Loaded::Waiting, object: None }, vec![effect])
            }
            Location::Explain { .. } => {
                let generation = self.objects.advance();
                (Body::Text { generation, text: Loaded::Waiting, object: None }, Vec::new())
            }
            Location::Logs { title, request, offered } => {
                let generation = self.logs.advance();
                let mut view = LogView::new(request.clone(), title.clone());
                view.offer(offered);
                let effect = Effect::FollowLog { generation, request: request.clone() };
                (Body::Logs { generation, view: Box::new(view) }, vec![effect])
            }
        };
        self.layers.push(Layer { location, body });
        effects
    }

    /// What `enter` leads to from the row under the cursor.
    pub fn inside(&self) -> Option<Location> {
        inside(self.top().table()?.selected()?)
    }

    /// The log that the rows chosen have, or the previous one.
    pub fn logs(
        &self,
        previous: bool,
        clusters: &[Cluster],
        context: &Context<'_>,
    ) -> Option<Location> {
        let chosen = self.top().table()?.chosen();
        let own = chosen.iter().flat_map(|row| self.sources(row, clusters, context));
        let mut sources: Vec<LogSource> = own.collect();
        let all = sources.len();
        sources.truncate(MOST);
        let first = sources.first()?;
        let mut title = match &chosen[..] {
            [Row::Container(_)] => format!("{}/{}", first.pod, first.container),
            [row] => row.name().to_owned(),
            several => format!("{} {}s", several.len(), self.view().noun()),
        };
        if all > MOST {
            title = format!("{title} ({MOST} of {all} containers)");
        }
        let request =
            LogRequest { sources, previous, start: LogStart::Tail(TAIL), follow: !previous };
        let offered = match &chosen[..] {
            [Row::Container(row)] => of_pod(&row.pod, context),
            _ => Vec::new(),
        };
        Some(Location::Logs { title, request, offered })
    }

    /// The logs of a row: its own, or those of its pods.
    fn sources(&self, row: &Row, clusters: &[Cluster], context: &Context<'_>) -> Vec<LogSource> {
        match row {
            Row::Pod(row) => of_pod(row, context),
            Row::Container(row) => of_container(row, context).into_iter().collect(),
            Row::Workload(_) | Row::Job(_) => {
                let Some(Location::Table { subset, .. }) = inside(row) else { return Vec::new() };
                let shown: Vec<&Cluster> = self.shown(clusters).collect();
                let pods = pods(&subset, &shown);
                pods.iter().flat_map(|pod| self.sources(pod, clusters, context)).collect()
            }
            Row::Printed(_) | Row::CronJob(_) | Row::Event(_) | Row::Node(_) => Vec::new(),
        }
    }

    /// The object that the cursor is on.
    pub fn object(&self, context: &Context<'_>) -> Option<ObjectRef> {
        match (&self.top().body, &self.top().location) {
            (Body::Table(table), _) => match table.selected()? {
                Row::Container(row) => Row::Pod(Arc::clone(&row.pod)).object(context),
                row => row.object(context),
            },
            (_, Location::Describe(object) | Location::Raw(object)) => Some(object.clone()),
            _ => None,
        }
    }

    /// The table of nodes, with the cursor on the row's node.
    pub fn show_node(&mut self) -> Option<Vec<Effect>> {
        let (place, node) = match self.top().table()?.selected()? {
            Row::Pod(row) => (row.place, row.pod.node.clone()?),
            Row::Container(row) => (row.pod.place, row.pod.pod.node.clone()?),
            _ => return None,
        };
        Some(self.open(Location::Table {
            view: View::Pods,
            subset: Subset::OnNode { place, name: node },
        }))
    }

    /// What the row under the cursor belongs to.
    pub fn show_owner(&mut self) -> Option<Vec<Effect>> {
        let location = match self.top().table()?.selected()? {
            Row::Pod(row) => owner_of(row)?,
            Row::Container(row) => owner_of(&row.pod)?,
            Row::Job(row) => {
                let owner = row.job.owner.as_ref().filter(|owner| &*owner.kind == "CronJob")?;
                let (place, namespace) = (row.place, Arc::clone(&row.job.namespace));
                let subset = Subset::OfCronJob { place, namespace, name: (&*owner.name).into() };
                Location::Table { view: View::Jobs, subset }
            }
            _ => return None,
        };
        // What belongs to it may be on the screen already.
        let is_here = self.top().location == location;
        Some(if is_here { Vec::new() } else { self.open(location) })
    }

    /// The explanation of the row under the cursor.
    pub fn explanation(&self) -> Option<(RowKey, String)> {
        let row = self.top().table()?.selected()?;
        Some((row.key(), row.name().to_owned()))
    }
}

/// What `enter` leads to from a row.
fn inside(row: &Row) -> Option<Location> {
    let pods = |subset| Some(Location::Table { view: View::Pods, subset });
    match row {
        Row::Pod(row) => Some(Location::Containers {
            place: row.place,
            uid: row.pod.uid.clone(),
            name: row.pod.name.clone(),
        }),
        Row::Workload(group) => pods(Subset::OfWorkload {
            kind: group.kind,
            namespace: Arc::clone(&group.namespace),
            name: group.name.clone(),
        }),
        Row::Node(row) => {
            pods(Subset::OnNode { place: row.place, name: Arc::clone(&row.node.name) })
        }
        Row::Job(row) => pods(Subset::OfJob {
            place: row.place,
            namespace: Arc::clone(&row.job.namespace),
            name: row.job.name.clone(),
        }),
        Row::CronJob(row) => Some(Location::Table {
            view: View::Jobs,
            subset: Subset::OfCronJob {
                place: row.place,
                namespace: Arc::clone(&row.cronjob.namespace),
                name: row.cronjob.name.clone(),
            },
        }),
        Row::Printed(_) | Row::Container(_) | Row::Event(_) => None,
    }
}

/// The pods that are there for the same reason as this one: of its workload, or of its job.
fn owner_of(row: &PodRow) -> Option<Location> {
    let namespace = Arc::clone(&row.pod.namespace);
    let subset = if let Some((kind, name)) = workload(&row.pod) {
        Subset::OfWorkload { kind, namespace, name }
    } else {
        let owner = row.pod.owner.as_ref().filter(|owner| &*owner.kind == "Job")?;
        Subset::OfJob { place: row.place, namespace, name: (&*owner.name).into() }
    };
    Some(Location::Table { view: View::Pods, subset })
}

/// The logs of a pod's containers.
pub(in crate::app) fn of_pod(row: &PodRow, context: &Context<'_>) -> Vec<LogSource> {
    let pod = &row.pod;
    let containers = pod.init_containers.iter().filter(|it| it.is_sidecar).chain(&*pod.containers);
    // A pod that is still in an init container has its log there.
    let initialising = pod.init_statuses.iter().find(|status| {
        !matches!(&status.state, crate::domain::pod::ContainerState::Terminated(end) if end.exit_code == 0)
            && status.started != Some(true)
    });
    let source = |container: &str| LogSource {
        environment: crate::domain::environment::EnvironmentName(
            context.environment(row.place).to_owned(),
        ),
        namespace: Arc::clone(&pod.namespace),
        pod: pod.name.clone(),
        container: container.into(),
    };
    let first = initialising.map(|status| source(&status.name));
    first.into_iter().chain(containers.map(|container| source(&container.name))).collect()
}

fn of_container(row: &ContainerRow, context: &Context<'_>) -> Option<LogSource> {
    let sources = of_pod(&row.pod, context);
    let any = sources.into_iter().next()?;
    Some(LogSource { container: row.container.name.clone(), ..any })
}
