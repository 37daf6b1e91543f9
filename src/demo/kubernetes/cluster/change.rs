//! What clients change: workloads restarted, scaled and given other images, `CronJob`s, pods.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use crate::demo::kubernetes::cluster::Cluster;
use crate::demo::kubernetes::cluster::batch::next;
use crate::demo::kubernetes::http::Refusal;
use crate::demo::kubernetes::object::{Key, Kind, Labels, Object, Row, Text};
use crate::demo::kubernetes::plan::{Container, Plan, Template};
use crate::demo::kubernetes::script::WORK;

/// What a patch has made of an object, and whether that is to be kept.
pub(in crate::demo::kubernetes) struct Changed<'a> {
    pub(in crate::demo::kubernetes) before: &'a Value,
    pub(in crate::demo::kubernetes) after: &'a Value,
}

impl Cluster {
    /// Takes over what differs, as far as the world knows how; the rest is refused.
    pub(in crate::demo::kubernetes) fn take_over(
        &mut self,
        row: &Row,
        changed: &Changed<'_>,
    ) -> Result<(), Refusal> {
        refuse_the_rest(row.kind(), changed)?;
        let key = row.meta.key.clone();
        let mut row = row.clone();
        if changed.differs("/metadata/labels") || changed.differs("/metadata/annotations") {
            row.meta.labels = Arc::new(changed.labels("/metadata/labels"));
            row.meta.annotations = Arc::new(changed.labels("/metadata/annotations"));
            row = (*self.store.put(row)).clone();
        }
        match &row.object {
            Object::Workload(workload) => {
                let replicas = changed.after.pointer("/spec/replicas").and_then(Value::as_u64);
                let mut workload = workload.clone();
                let kind = workload.kind;
                if let Some(replicas) = replicas.and_then(|it| u32::try_from(it).ok())
                    && replicas != workload.replicas
                {
                    workload.replicas = replicas;
                    row.meta.generation += 1;
                    row.object = Object::Workload(workload.clone());
                    row = (*self.store.put(row)).clone();
                }
                if changed.differs("/spec/template") {
                    let plan = changed.plan(&workload.template.plan);
                    self.replace_template(&row, Template::of(plan, &[]));
                }
                self.reconcile_workload(kind, &key);
            }
            Object::CronJob(_) if changed.differs("/spec") => self.reschedule(row, changed)?,
            _ => {}
        }
        Ok(())
    }

    fn reschedule(&mut self, mut row: Row, changed: &Changed<'_>) -> Result<(), Refusal> {
        let Object::CronJob(cronjob) = &mut row.object else { return Ok(()) };
        let text = |path: &str| changed.after.pointer(path).and_then(Value::as_str);
        let schedule = text("/spec/schedule").unwrap_or_default();
        let zone = text("/spec/timeZone");
        if next(schedule, zone, self.now).is_none() {
            let name = &row.meta.key.name;
            return Err(Refusal::invalid(format!(
                "CronJob.batch \"{name}\" is invalid: spec.schedule: Invalid value: \"{schedule}\": \
                 it never fires, or is no schedule"
            )));
        }
        cronjob.schedule = schedule.into();
        cronjob.time_zone = zone.map(Text::from);
        cronjob.is_suspended =
            changed.after.pointer("/spec/suspend").and_then(Value::as_bool).unwrap_or(false);
        row.meta.generation += 1;
        let row = self.store.put(row);
        self.expect_firing(&row);
        Ok(())
    }

    /// A job as a client describes it, which may come from a `CronJob`.
    pub(in crate::demo::kubernetes) fn accept_job(
        &mut self,
        namespace: &str,
        body: &Value,
    ) -> Result<Arc<Row>, Refusal> {
        let text = |path: &str| body.pointer(path).and_then(Value::as_str);
        let name = match (text("/metadata/name"), text("/metadata/generateName")) {
            (Some(name), _) => name.to_owned(),
            (None, Some(prefix)) => format!("{prefix}{}", self.suffix()),
            (None, None) => {
                return Err(Refusal::invalid(
                    "Job.batch \"\" is invalid: metadata.name: Required value: name or generateName is required",
                ));
            }
        };
        let key = Key::new(namespace, &name);
        if self.store.get(Kind::Job, &key).is_some() {
            let message = format!("jobs.batch \"{name}\" already exists");
            let mut refusal = Refusal::new(StatusCode::CONFLICT, "AlreadyExists", message);
            refusal.details = json!({"name": name, "group": "batch", "kind": "jobs"});
            return Err(refusal);
        }
        let cronjob = text("/metadata/ownerReferences/0/name")
            .and_then(|name| self.store.get(Kind::CronJob, &Key::new(namespace, name)).cloned());
        let (template, owner) = match cronjob.as_ref().map(|row| (row, &row.object)) {
            Some((row, Object::CronJob(cronjob))) => {
                let work_seconds = cronjob.template.plan.work_seconds.max(15);
                let plan = cronjob.template.plan.clone();
                let plan = Plan { work_seconds, script: &WORK, ..plan };
                (Template::of(plan, &[]), Some(row.owner()))
            }
            _ => (Template::of(job_plan(namespace, &name, body), &[]), None),
        };
        let row = self.create_job(&key, &template, owner);
        let mut meta = row.meta.clone();
        let annotations =
            Changed { before: &Value::Null, after: body }.labels("/metadata/annotations");
        meta.annotations = Arc::new(annotations);
        let object =
            self.store.get(Kind::Job, &key).map_or(row.object.clone(), |it| it.object.clone());
        Ok(self.put(meta, object))
    }

    /// Deletes what a client may delete; what it is by then.
    pub(in crate::demo::kubernetes) fn delete(
        &mut self,
        row: &Row,
        grace: Option<u32>,
    ) -> Arc<Row> {
        match &row.object {
            Object::Pod(pod) => {
                let grace = grace.unwrap_or(pod.template.plan.grace);
                self.begin_deletion(row, grace);
                self.reconcile(row);
            }
            _ => self.remove_job(row),
        }
        let found = self.store.get(row.kind(), &row.meta.key);
        found
            .filter(|it| it.meta.uid == row.meta.uid)
            .cloned()
            .unwrap_or_else(|| Arc::new(row.clone()))
    }
}

impl Changed<'_> {
    fn differs(&self, path: &str) -> bool {
        self.before.pointer(path) != self.after.pointer(path)
    }

    fn labels(&self, path: &str) -> Labels {
        let found = self.after.pointer(path).and_then(Value::as_object).into_iter().flatten();
        found
            .filter_map(|(key, value)| Some((key.as_str().into(), value.as_str()?.into())))
            .collect()
    }

    /// The plan that a changed template comes to: annotations and images.
    fn plan(&self, before: &Plan) -> Plan {
        let mut plan = before.clone();
        let annotations = self.labels("/spec/template/metadata/annotations");
        plan.pod_annotations =
            annotations.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        for (list, containers) in
            [("initContainers", &mut plan.inits), ("containers", &mut plan.containers)]
        {
            let path = format!("/spec/template/spec/{list}");
            let found = self.after.pointer(&path).and_then(Value::as_array);
            for container in containers {
                let named =
                    |it: &&Value| it.get("name").and_then(Value::as_str) == Some(&container.name);
                let image =
                    found.and_then(|list| list.iter().find(named)).and_then(|it| it.get("image"));
                if let Some(image) = image.and_then(Value::as_str) {
                    image.clone_into(&mut container.image);
                }
            }
        }
        plan
    }
}

/// What is made of a job that no `CronJob` describes: it runs for a while and is done.
fn job_plan(namespace: &str, name: &str, body: &Value) -> Plan {
    let container = body.pointer("/spec/template/spec/containers/0");
    let field = |name: &str| container.and_then(|it| it.get(name)).and_then(Value::as_str);
    let container =
        Container::new(field("name").unwrap_or("job"), field("image").unwrap_or("busybox"));
    let namespace = ["kube-system", "monitoring"].into_iter().find(|known| *known == namespace);
    let mut plan = Plan::new(Kind::Job, name, 1, container).script(&WORK);
    plan.work_seconds = 20;
    plan.namespace = namespace.unwrap_or("default");
    plan
}

/// Refuses a patch of anything that the world would not follow.
fn refuse_the_rest(kind: Kind, changed: &Changed<'_>) -> Result<(), Refusal> {
    let followed: &[&str] = match kind {
        Kind::CronJob => &["schedule", "suspend", "timeZone"],
        Kind::Deployment | Kind::StatefulSet => &["template", "replicas"],
        Kind::DaemonSet => &["template"],
        _ => &[],
    };
    let spec = |value: &Value| {
        let mut spec = value.get("spec").cloned().unwrap_or_default();
        if let Some(fields) = spec.as_object_mut() {
            fields.retain(|name, _| !followed.contains(&name.as_str()));
        }
        spec
    };
    if spec(changed.before) == spec(changed.after) {
        return Ok(());
    }
    let followed = if followed.is_empty() { "nothing".to_owned() } else { followed.join(", ") };
    Err(Refusal::invalid(format!("the embedded world changes of this spec only: {followed}")))
}
