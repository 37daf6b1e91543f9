//! How a cluster begins: its nodes and workloads as they have been for days, and the last forty
//! minutes lived through, so that what goes wrong has a history.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::demo::kubernetes::blueprint::nights::{NIGHTS, Nights};
use crate::demo::kubernetes::blueprint::{self, Blueprint};
use crate::demo::kubernetes::cluster::batch::next;
use crate::demo::kubernetes::cluster::pods::pod_labels;
use crate::demo::kubernetes::cluster::rollout::revision_annotation;
use crate::demo::kubernetes::cluster::{Cluster, Due, labels};
use crate::demo::kubernetes::object::{
    Counts, CronJob, Finished, Job, JobCounts, Key, Kind, Labels, Meta, Node, Object, Owner, Row,
    Service, Text, Workload,
};
use crate::demo::kubernetes::plan::{Plan, Template};
use crate::demo::kubernetes::pod::{End, Instance, Pod, Run};
use crate::demo::kubernetes::step::{Lasts, Script};
use crate::demo::kubernetes::store::Store;
use crate::demo::population::mix::{Numbers, of_text};
use crate::demo::population::{Population, Tier};

/// How much is lived through before the beginning, in seconds.
const PRELUDE: i64 = 40 * 60;
/// When the node goes away that goes away, and when the next build is deployed.
const FIRST_DOWN: i64 = 75;
const FIRST_DEPLOY: i64 = 45;

impl Cluster {
    /// The cluster of an environment, as it is now.
    pub(in crate::demo::kubernetes) fn opened(
        population: &Population,
        tier: Tier,
        seed: u64,
        crowd: usize,
    ) -> Self {
        let start = population.now();
        let midnight = start.as_second() - start.as_second().rem_euclid(86_400);
        let midnight = Timestamp::from_second(midnight).unwrap_or(start);
        let began = start.checked_sub(SignedDuration::from_secs(PRELUDE)).unwrap_or(start);
        let version = u64::try_from(start.as_second()).unwrap_or(0);
        let mut cluster = Self {
            store: Store::starting_at(version),
            now: began,
            midnight,
            nights: Nights::of(population, tier, midnight),
            due: BTreeMap::new(),
            dues: 0,
            numbers: Numbers::of(of_text(seed, &format!("cluster.{tier}"))),
            told: BTreeMap::new(),
        };
        let blueprint = blueprint::of(tier);
        cluster.found(&blueprint);
        for plan in blueprint.plans {
            match plan.kind {
                Kind::CronJob => cluster.open_cronjob(plan),
                _ => cluster.open_workload(plan),
            }
        }
        for plan in blueprint.deployed_meanwhile {
            cluster.deploy_plan(plan);
        }
        cluster.in_seconds(300, Due::Tidy);
        cluster.settle(start);
        if let Some(node) = blueprint.goes_away.and_then(|name| cluster.node_of(name)) {
            cluster.in_seconds(FIRST_DOWN, Due::Down { node });
        }
        for name in blueprint.deployed_again {
            let workload = Key::new("default", name);
            cluster.in_seconds(FIRST_DEPLOY, Due::Deploy { workload });
        }
        cluster.gather(crowd);
        cluster.store.forget_the_past();
        cluster
    }

    fn ago(&self, seconds: i64) -> Timestamp {
        self.after(-seconds)
    }

    fn node(&self, number: u32) -> Option<Key> {
        let mut nodes = self.store.rows(Kind::Node, None);
        let is_it =
            |row: &&Arc<Row>| matches!(&row.object, Object::Node(it) if it.number == number);
        nodes.find(is_it).map(|row| row.meta.key.clone())
    }

    /// Where a pod of a workload runs.
    fn node_of(&self, workload: &str) -> Option<Key> {
        let mut pods = self.store.rows(Kind::Pod, Some("default"));
        let pod =
            pods.find(|row| row.meta.labels.get("app").is_some_and(|app| **app == *workload))?;
        Some(Key { namespace: "".into(), name: pod.as_pod()?.node.clone()? })
    }

    /// Namespaces and nodes.
    fn found(&mut self, blueprint: &Blueprint) {
        for name in ["default", "kube-node-lease", "kube-public", "kube-system", "monitoring"] {
            let own = labels([("kubernetes.io/metadata.name", name)]);
            let mut meta = self.meta(Key::new("", name), Arc::new(own), None);
            meta.created = self.ago(640 * 86_400);
            self.put(meta, Object::Namespace);
        }
        for number in 0..blueprint.nodes {
            let zone = ["a", "b", "c"].get(usize::try_from(number % 3).unwrap_or(0));
            let name =
                format!("ip-10-0-{}-{}", 16 * (number % 3 + 1), 20 + self.numbers.below(200));
            let own = labels([
                ("kubernetes.io/arch", "amd64"),
                ("kubernetes.io/hostname", name.as_str()),
                ("kubernetes.io/os", "linux"),
                ("node.kubernetes.io/instance-type", blueprint.instance),
                ("topology.kubernetes.io/region", "eu-west-1"),
                ("topology.kubernetes.io/zone", &format!("eu-west-1{}", zone.unwrap_or(&"a"))),
            ]);
            let name = format!("{name}.eu-west-1.compute.internal");
            let mut meta = self.meta(Key::new("", &name), Arc::new(own), None);
            meta.created = self.ago(i64::from(9 + number) * 86_400 + 5_000);
            let node = Node {
                ready: true,
                since: meta.created,
                heartbeat: self.now,
                number,
                cpu_millis: blueprint.cpu_millis,
                memory_mib: blueprint.memory_mib,
            };
            self.put(meta, Object::Node(node));
        }
    }

    fn open_workload(&mut self, plan: Plan) {
        let key = Key::new(plan.namespace, &plan.name);
        let kind = plan.kind;
        let template = Template::of(plan, &[]);
        let plan = &template.plan;
        let mut meta = self.meta(key.clone(), Arc::clone(&template.selector), None);
        meta.created = self.ago(i64::from(plan.age_days) * 86_400 + 3_000);
        meta.generation = plan.revision;
        let mut annotations = annotations(plan);
        if kind == Kind::Deployment {
            annotations.extend(revision_annotation(plan.revision));
        }
        meta.annotations = Arc::new(annotations);
        let workload = Workload {
            kind,
            template: Arc::clone(&template),
            revision: plan.revision,
            replicas: plan.replicas,
            counts: Counts::default(),
            progressed: self.ago(i64::from(plan.revision_hours) * 3600),
            available_since: self.ago(i64::from(plan.revision_hours) * 3600),
            is_stuck: false,
        };
        self.open_service(plan, &template);
        let row = self.put(meta, Object::Workload(workload));
        let owner = if kind == Kind::Deployment {
            let set = self.create_set(&row, &template, plan.revision);
            let mut set = (*set).clone();
            if let (Object::ReplicaSet(it), true) = (&mut set.object, is_steady(plan.script)) {
                it.replicas = plan.replicas;
            }
            set.meta.created = self.ago(i64::from(plan.revision_hours) * 3600);
            self.store.put(set)
        } else {
            row
        };
        if is_steady(plan.script) {
            self.open_pods(&template, &owner);
        }
        if let Some(script) = plan.evicted {
            let name = format!("{}-{}", owner.meta.key.name, self.suffix());
            let created = self.ago(26 * 3600);
            let mut pod = Pod::new(Arc::clone(&template), script, created);
            pod.node = self.node(0).map(|key| key.name);
            pod.scheduled = Some(created);
            pod.enter(0, self.ago(5 * 3600));
            self.open_pod(&owner.owner(), &name, created, pod);
        }
        self.reconcile_workload(kind, &key);
    }

    /// Pods that have been there for long.
    fn open_pods(&mut self, template: &Arc<Template>, owner: &Row) {
        let plan = &template.plan;
        let nodes: Vec<Text> =
            self.store.rows(Kind::Node, None).map(|row| row.meta.key.name.clone()).collect();
        let shift = usize::try_from(self.numbers.below(6)).unwrap_or(0);
        let wanted = match plan.kind {
            Kind::DaemonSet => nodes.len(),
            _ => usize::try_from(plan.replicas).unwrap_or(0),
        };
        for ordinal in 0..wanted {
            let name = match plan.kind {
                Kind::StatefulSet => format!("{}-{ordinal}", plan.name),
                _ => format!("{}-{}", owner.meta.key.name, self.suffix()),
            };
            let jitter = i64::try_from(self.numbers.below(600)).unwrap_or(0);
            let created = self.ago(i64::from(plan.revision_hours) * 3600 - jitter);
            let at = (ordinal + if plan.kind == Kind::DaemonSet { 0 } else { shift })
                % nodes.len().max(1);
            let mut pod = Pod::new(Arc::clone(template), plan.script, created);
            pod.node = nodes.get(at).cloned();
            pod.scheduled = Some(created);
            pod.enter(plan.script.first.len(), created);
            let restarted = plan.restarted.iter().find(|it| it.0 == ordinal);
            let first = pod.instances.get_mut(plan.inits.len());
            if let (Some(instance), Some((_, times, hours, reason))) = (first, restarted) {
                *instance = Instance::running(self.ago(i64::from(*hours) * 3600), *times, reason);
            }
            self.open_pod(&owner.owner(), &name, created, pod);
        }
    }

    fn open_pod(&mut self, owner: &Arc<Owner>, name: &str, created: Timestamp, pod: Pod) {
        let template = &pod.template;
        let key = Key::new(template.plan.namespace, name);
        let labels = pod_labels(template, owner, name);
        let mut meta = self.meta(key, labels, Some(Arc::clone(owner)));
        meta.created = created;
        meta.annotations = Arc::clone(&template.annotations);
        self.put(meta, Object::Pod(pod));
    }

    fn open_service(&mut self, plan: &Plan, template: &Template) {
        let Some(port) = plan.containers.first().and_then(|container| container.port) else {
            return;
        };
        if plan.kind == Kind::DaemonSet {
            return;
        }
        let name = if plan.kind == Kind::StatefulSet {
            format!("{}-service", plan.name)
        } else {
            plan.name.clone()
        };
        let mut meta =
            self.meta(Key::new(plan.namespace, &name), Arc::clone(&template.selector), None);
        meta.created = self.ago(i64::from(plan.age_days) * 86_400);
        let address = format!("172.20.{}.{}", self.numbers.below(250), 2 + self.numbers.below(250));
        let service =
            Service { address: address.into(), port, selector: Arc::clone(&template.selector) };
        self.put(meta, Object::Service(service));
    }

    fn open_cronjob(&mut self, plan: Plan) {
        let key = Key::new(plan.namespace, &plan.name);
        let schedule = plan.schedule;
        let keep = plan.keep;
        let annotations = Arc::new(annotations(&plan));
        let template = Template::of(Plan { kind: Kind::Job, ..plan }, &[]);
        let mut meta = self.meta(key, Arc::clone(&template.selector), None);
        meta.annotations = annotations;
        meta.created = self.ago(i64::from(template.plan.age_days) * 86_400);
        let mut cronjob = CronJob {
            template: Arc::clone(&template),
            schedule: schedule.into(),
            time_zone: None,
            is_suspended: false,
            last_schedule: None,
            last_success: None,
            keep,
            active: Vec::new(),
        };
        let row = self.put(meta, Object::CronJob(cronjob.clone()));
        for days in (0..NIGHTS).rev() {
            let day = self.midnight.as_second() - i64::from(days) * 86_400 - 1;
            let fired = Timestamp::from_second(day).ok().and_then(|day| next(schedule, None, day));
            let Some(fired) = fired.filter(|fired| *fired <= self.now) else { continue };
            let fate = self.nights.fate(&row.meta.key.name, days, &template);
            let at = fired.checked_add(SignedDuration::from_secs(fate.seconds.into()));
            let finished = Finished { at: at.unwrap_or(fired), well: fate.well };
            let (well, not) = keep;
            let is_kept =
                usize::from(days) < if fate.well { well } else { not.max(usize::from(NIGHTS)) };
            if is_kept {
                self.open_job(&row, &fate.template(&template), fired, finished);
            }
            cronjob.last_schedule = Some(fired);
            if fate.well {
                cronjob.last_success = Some(finished.at);
            }
        }
        let row = self.put(row.meta.clone(), Object::CronJob(cronjob));
        self.expect_firing(&row);
    }

    /// A job of a past night, with its pod.
    fn open_job(
        &mut self,
        cronjob: &Row,
        template: &Arc<Template>,
        fired: Timestamp,
        finished: Finished,
    ) {
        let name = format!("{}-{}", cronjob.meta.key.name, fired.as_second() / 60);
        let key = Key::new(template.plan.namespace, &name);
        let meta = self.meta(key, Arc::clone(&template.labels), Some(cronjob.owner()));
        let meta = Meta { created: fired, ..meta };
        let (succeeded, failed) = if finished.well { (1, 0) } else { (0, 1) };
        let counts = JobCounts { active: 0, succeeded, failed };
        let job = Job {
            template: Arc::clone(template),
            started: fired,
            finished: Some(finished),
            counts,
        };
        let row = self.put(meta, Object::Job(job));
        let mut pod = Pod::new(Arc::clone(template), template.plan.script, fired);
        pod.node = self
            .node(u32::try_from(fired.as_second() / 86_400 % 3).unwrap_or(0))
            .map(|key| key.name);
        pod.scheduled = Some(fired);
        pod.enter(template.plan.script.first.len(), finished.at);
        let (exit, reason) = if finished.well { (0, "Completed") } else { (1, "Error") };
        for instance in &mut pod.instances {
            let end = Some(End { at: finished.at, exit, reason });
            instance.run = Some(Run { from: fired, end });
        }
        let name = format!("{name}-{}", self.suffix());
        self.open_pod(&row.owner(), &name, fired, pod);
    }

    /// What somebody has deployed since: the pods of before are still there.
    fn deploy_plan(&mut self, plan: Plan) {
        let key = Key::new(plan.namespace, &plan.name);
        if let Some(row) = self.store.get(plan.kind, &key).cloned() {
            self.replace_template(&row, Template::of(plan, &[]));
        }
    }
}

/// What a plan's own object carries.
fn annotations(plan: &Plan) -> Labels {
    let own = plan.annotations.iter();
    own.map(|(key, value)| ((*key).into(), value.as_str().into())).collect()
}

/// Whether a pod that follows a script rests once it runs.
fn is_steady(script: &Script) -> bool {
    matches!(script.then, [step] if step.lasts == Lasts::Forever)
}
