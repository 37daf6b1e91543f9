//! metrics.k8s.io: what pods and nodes use, as a metrics-server has last seen it.

use std::sync::Arc;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::demo::kubernetes::KubernetesServer;
use crate::demo::kubernetes::accept::Shape;
use crate::demo::kubernetes::fault::ApiFault;
use crate::demo::kubernetes::http::{Answer, Refusal, ok};
use crate::demo::kubernetes::object::{Key, Kind, Object, Row, stamp};
use crate::demo::kubernetes::plan::Container;
use crate::demo::kubernetes::pod::Pod;
use crate::demo::kubernetes::render;
use crate::demo::kubernetes::resource::{Resource, Source};
use crate::demo::kubernetes::script::OUT_OF_MEMORY;
use crate::demo::kubernetes::select::Selection;
use crate::demo::population::mix::mix;
use crate::demo::request::Query;

/// How often it looks, in seconds.
const SCRAPE: i64 = 15;

/// Thousandths of a core, and KiB.
#[derive(Debug, Clone, Copy, Default)]
struct Usage {
    cpu: u64,
    memory: u64,
}

impl KubernetesServer {
    pub(super) fn list_metrics(
        self: &Arc<Self>,
        resource: &'static Resource,
        namespace: Option<&str>,
        query: &Query,
    ) -> Answer {
        self.are_measured()?;
        let selection = Selection::new(namespace, query, resource)?;
        let (seen, rows) = self.seen(resource, namespace);
        let rows = rows.iter().filter(|row| selection.takes(row));
        let items: Vec<_> = rows.filter_map(|row| self.measured(row, seen)).collect();
        ok(&json!({
            "kind": format!("{}List", resource.name),
            "apiVersion": resource.api_version(),
            "metadata": {},
            "items": items,
        }))
    }

    pub(super) fn get_metrics(
        self: &Arc<Self>,
        resource: &'static Resource,
        key: &Key,
        shape: Shape,
    ) -> Answer {
        self.are_measured()?;
        let namespace = Some(&*key.namespace).filter(|namespace| !namespace.is_empty());
        let (seen, rows) = self.seen(resource, namespace);
        let row = rows.iter().find(|row| row.meta.key == *key);
        let measured = row.and_then(|row| self.measured(row, seen));
        let mut value =
            measured.ok_or_else(|| Refusal::not_found(&resource.qualified(), &key.name))?;
        if let (Some(fields), Shape::Object) = (value.as_object_mut(), shape) {
            fields.insert("kind".to_owned(), resource.name.into());
            fields.insert("apiVersion".to_owned(), resource.api_version().into());
        }
        ok(&value)
    }

    fn are_measured(&self) -> Result<(), Refusal> {
        if !self.faults().is_on(ApiFault::NoMetrics) {
            return Ok(());
        }
        let message = "the server is currently unable to handle the request";
        Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message))
    }

    /// When it last looked, and at what.
    fn seen(&self, resource: &Resource, namespace: Option<&str>) -> (Timestamp, Vec<Arc<Row>>) {
        let kind = if resource.source == Source::NodeMetrics { Kind::Node } else { Kind::Pod };
        self.look(|cluster| {
            let second = cluster.now().as_second();
            let seen = Timestamp::from_second(second - second.rem_euclid(SCRAPE));
            let rows = cluster.store.rows(kind, namespace).cloned().collect();
            (seen.unwrap_or(cluster.now()), rows)
        })
    }

    fn measured(&self, row: &Row, seen: Timestamp) -> Option<Value> {
        let head = |value: Value| {
            let mut metadata = json!({
                "name": &*row.meta.key.name,
                "creationTimestamp": stamp(seen),
                "labels": render::partial(row).pointer("/metadata/labels"),
            });
            if let Some(fields) =
                metadata.as_object_mut().filter(|_| !row.meta.key.namespace.is_empty())
            {
                fields.insert("namespace".to_owned(), (*row.meta.key.namespace).into());
            }
            let mut value = value;
            if let Some(fields) = value.as_object_mut() {
                fields.insert("metadata".to_owned(), metadata);
                fields.insert("timestamp".to_owned(), stamp(seen).into());
                fields.insert("window".to_owned(), "15.012s".into());
            }
            value
        };
        match &row.object {
            Object::Pod(pod) => {
                let containers = of_containers(row, pod, seen);
                if containers.is_empty() || pod.lost.is_some() {
                    return None;
                }
                let containers = containers
                    .iter()
                    .map(|(name, usage)| json!({"name": name, "usage": quantities(*usage)}));
                Some(head(json!({"containers": containers.collect::<Vec<_>>()})))
            }
            Object::Node(node) if node.ready => {
                let pods: Vec<_> =
                    self.look(|cluster| cluster.store.rows(Kind::Pod, None).cloned().collect());
                let mut total = Usage { cpu: 90, memory: 900 << 10 };
                let row_name = row.meta.key.name.clone();
                for (row, pod) in pods.iter().filter_map(|it| Some((it, it.as_pod()?))) {
                    if pod.node.as_ref() == Some(&row_name) {
                        for (_, usage) in of_containers(row, pod, seen) {
                            total.cpu += usage.cpu;
                            total.memory += usage.memory;
                        }
                    }
                }
                Some(head(json!({"usage": quantities(total)})))
            }
            _ => None,
        }
    }
}

fn quantities(usage: Usage) -> Value {
    json!({"cpu": format!("{}n", usage.cpu * 1_000_000), "memory": format!("{}Ki", usage.memory)})
}

/// What each container that runs uses.
fn of_containers(row: &Row, pod: &Pod, seen: Timestamp) -> Vec<(String, Usage)> {
    let running = pod.instances.iter().enumerate().filter(|(_, instance)| instance.is_running());
    running
        .filter_map(|(number, instance)| {
            let container = pod.template.container(number)?;
            let from = instance.run?.from;
            let key = u64::try_from(row.meta.uid >> 64).unwrap_or(0) ^ mix(number as u64);
            let grows = std::ptr::eq(pod.script, &raw const OUT_OF_MEMORY);
            Some((container.name.clone(), usage(container, key, [from, seen], grows)))
        })
        .collect()
}

fn usage(container: &Container, key: u64, [from, seen]: [Timestamp; 2], grows: bool) -> Usage {
    let moment = u64::try_from(seen.as_second()).unwrap_or(0);
    let age = u64::try_from(seen.duration_since(from).as_secs()).unwrap_or(0);
    let cpu = u64::from(container.cpu.request.unwrap_or(40));
    let memory = u64::from(container.memory.request.unwrap_or(60)) << 10;
    // Most of the time a third, now and then all that was asked for.
    let busy = 20 + mix(key ^ (moment / 60)) % 30 + mix(key ^ moment) % 12;
    let share = 45 + mix(key) % 30 + (age / 600).min(12);
    let memory = match container.memory.limit {
        Some(limit) if grows => (u64::from(limit) << 10) * (40 + age * 58 / 270).min(99) / 100,
        _ => memory * share / 100,
    };
    Usage { cpu: (cpu * busy / 100).max(1), memory }
}
