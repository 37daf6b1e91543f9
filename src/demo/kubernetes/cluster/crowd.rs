//! Thousands of pods more, for measuring: as big as real ones, and a few of them change each second.

use std::sync::Arc;

use crate::demo::kubernetes::cluster::Cluster;
use crate::demo::kubernetes::cluster::Due;
use crate::demo::kubernetes::object::{Counts, Key, Kind, Object, Text, Workload};
use crate::demo::kubernetes::plan::{Container, Plan, Template};
use crate::demo::kubernetes::pod::Pod;
use crate::demo::kubernetes::script::{FLAPPING, HEALTHY, WITH_SIDECAR};

/// How many pods a workload of the crowd has.
const EACH: usize = 40;
/// One workload in so many has pods that change.
const RESTLESS: usize = 12;

impl Cluster {
    /// Adds so many pods.
    pub(super) fn gather(&mut self, count: usize) {
        let nodes: Vec<Text> = {
            let rows = self.store.rows(Kind::Node, None);
            rows.map(|row| row.meta.key.name.clone()).collect()
        };
        for number in 0..count.div_ceil(EACH) {
            let size = EACH.min(count - number * EACH);
            let template = Template::of(plan(number, size), &[]);
            self.gather_workload(&template, &nodes);
        }
    }

    fn gather_workload(&mut self, template: &Arc<Template>, nodes: &[Text]) {
        let plan = &template.plan;
        let key = Key::new(plan.namespace, &plan.name);
        let meta = self.meta(key.clone(), Arc::clone(&template.selector), None);
        let workload = Workload {
            kind: Kind::Deployment,
            template: Arc::clone(template),
            revision: 1,
            replicas: plan.replicas,
            counts: Counts::default(),
            progressed: self.now,
            available_since: self.now,
            is_stuck: false,
        };
        let row = self.put(meta, Object::Workload(workload));
        let set = self.create_set(&row, template, 1);
        let owner = set.owner();
        let steady = plan.script.first.len();
        for ordinal in 0..plan.replicas {
            let name = format!("{}-{}", set.meta.key.name, self.suffix());
            let pod_key = Key::new(plan.namespace, &name);
            let labels = Arc::clone(&template.labels);
            let mut meta = self.meta(pod_key.clone(), labels, Some(Arc::clone(&owner)));
            let old = i64::try_from(self.numbers.below(30 * 86_400)).unwrap_or(0) + 600;
            meta.created = self.after(-old);
            let mut pod = Pod::new(Arc::clone(template), plan.script, meta.created);
            let at = usize::try_from(ordinal).unwrap_or(0) % nodes.len().max(1);
            pod.node = nodes.get(at).cloned();
            pod.scheduled = Some(meta.created);
            pod.enter(steady, meta.created);
            if plan.script.then.len() > 1 {
                pod.since = self.now;
                let millis = i64::try_from(self.numbers.below(60_000)).unwrap_or(0);
                let first = jiff::SignedDuration::from_millis(millis + 500);
                let at = self.now.checked_add(first).unwrap_or(self.now);
                self.schedule(at, Due::Step { pod: pod_key, uid: meta.uid, at: steady });
            }
            self.put(meta, Object::Pod(pod));
        }
        self.reconcile_workload(Kind::Deployment, &key);
    }
}

fn plan(number: usize, size: usize) -> Plan {
    const TASKS: [&str; 8] =
        ["align", "annotate", "call", "cluster", "filter", "index", "merge", "project"];
    let task = TASKS.get(number % TASKS.len()).copied().unwrap_or("align");
    let name = format!("batch-{task}-{number:03}");
    let image = format!("quay.io/ingest/batch-{task}:1.{}.0", number % 9);
    // Small pods and big ones, as there are.
    let variables = [3, 18, 34, 66].get(number % 4).copied().unwrap_or(3);
    let container = Container::new("worker", image).port(8080).variables(variables);
    let replicas = u32::try_from(size).unwrap_or(u32::MAX);
    let mut plan = Plan::new(Kind::Deployment, &name, replicas, container)
        .label("app.kubernetes.io/part-of", "batch")
        .label("app.kubernetes.io/managed-by", "helm")
        .label("team", "pipelines");
    plan.script = if number % RESTLESS == 3 { &FLAPPING } else { &HEALTHY };
    if number % 4 == 2 {
        let shipper = Container::new("log-shipper", "fluent/fluent-bit:3.2.4").sidecar();
        plan = plan.inits(vec![shipper.variables(10)]).ready("2/2", "0/2").script(&WITH_SIDECAR);
    }
    plan
}
