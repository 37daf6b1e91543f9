//! What a workload is made from: its plan, written by hand, and the template that a plan gives.

use std::sync::Arc;

use serde_json::Value;

use crate::demo::kubernetes::object::{Kind, Labels};
use crate::demo::kubernetes::protobuf;
use crate::demo::kubernetes::render::managed::{self, fields_text};
use crate::demo::kubernetes::render::spec::pod_spec;
use crate::demo::kubernetes::script::HEALTHY;
use crate::demo::kubernetes::step::{Script, State, Step};
use crate::demo::kubernetes::voice::Voice;
use crate::demo::population::mix::of_text;

/// A workload, before any of its pods is there.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) namespace: &'static str,
    pub(super) kind: Kind,
    pub(super) replicas: u32,
    pub(super) inits: Vec<Container>,
    pub(super) containers: Vec<Container>,
    /// READY of a pod that is well, and of one whose containers do not run.
    pub(super) all_ready: &'static str,
    pub(super) none_ready: &'static str,
    pub(super) script: &'static Script,
    pub(super) labels: Vec<(&'static str, String)>,
    pub(super) annotations: Vec<(&'static str, String)>,
    pub(super) pod_annotations: Vec<(String, String)>,
    /// How old the workload is, and its newest template.
    pub(super) age_days: u32,
    pub(super) revision: u32,
    pub(super) revision_hours: u32,
    /// Pods that have been restarted: ordinal, how often, hours since the last time, and why.
    pub(super) restarted: &'static [(usize, u32, u32, &'static str)],
    pub(super) grace: u32,
    pub(super) priority: Option<&'static str>,
    /// How long a job takes.
    pub(super) work_seconds: u32,
    /// A pod that its node has thrown out, and how that shows.
    pub(super) evicted: Option<&'static Script>,
    /// When a `CronJob` fires, and how many jobs it keeps that ended well, and not so.
    pub(super) schedule: &'static str,
    pub(super) keep: (usize, usize),
    /// How long its pods stay on a node that does not answer; `None` for ever.
    pub(super) patience: Option<u32>,
}

#[derive(Debug, Clone)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) image: String,
    pub(super) command: &'static str,
    /// Thousandths of a core.
    pub(super) cpu: Demand,
    /// MiB.
    pub(super) memory: Demand,
    pub(super) port: Option<u16>,
    pub(super) is_sidecar: bool,
    /// How many variables its environment has.
    pub(super) variables: u16,
    pub(super) voice: Voice,
}

/// What a container asks for, and what it may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Demand {
    pub(super) request: Option<u32>,
    pub(super) limit: Option<u32>,
}

impl Container {
    pub(super) fn new(name: &str, image: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            image: image.into(),
            command: "",
            cpu: Demand { request: Some(100), limit: None },
            memory: Demand { request: Some(256), limit: Some(512) },
            port: None,
            is_sidecar: false,
            variables: 6,
            voice: Voice::Service,
        }
    }

    pub(super) fn cpu(mut self, request: u32, limit: Option<u32>) -> Self {
        self.cpu = Demand { request: Some(request), limit };
        self
    }

    pub(super) fn memory(mut self, request: u32, limit: Option<u32>) -> Self {
        self.memory = Demand { request: Some(request), limit };
        self
    }

    pub(super) fn unbounded(mut self) -> Self {
        (self.cpu, self.memory) = (Demand::default(), Demand::default());
        self
    }

    pub(super) fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    pub(super) fn voice(mut self, voice: Voice) -> Self {
        self.voice = voice;
        self
    }

    pub(super) fn command(mut self, command: &'static str) -> Self {
        self.command = command;
        self
    }

    pub(super) fn sidecar(mut self) -> Self {
        self.is_sidecar = true;
        self
    }

    pub(super) fn variables(mut self, count: u16) -> Self {
        self.variables = count;
        self
    }
}

impl Plan {
    /// Something that runs well with one container, in `default`.
    pub(super) fn new(kind: Kind, name: &str, replicas: u32, container: Container) -> Self {
        Self {
            name: name.to_owned(),
            namespace: "default",
            kind,
            replicas,
            inits: Vec::new(),
            containers: vec![container],
            all_ready: "1/1",
            none_ready: "0/1",
            script: &HEALTHY,
            labels: Vec::new(),
            annotations: Vec::new(),
            pod_annotations: Vec::new(),
            age_days: 212,
            revision: 1,
            revision_hours: 90,
            restarted: &[],
            grace: 30,
            priority: None,
            work_seconds: 0,
            evicted: None,
            schedule: "",
            keep: (3, 1),
            patience: Some(60),
        }
    }

    pub(super) fn namespace(mut self, namespace: &'static str) -> Self {
        self.namespace = namespace;
        self
    }

    pub(super) fn script(mut self, script: &'static Script) -> Self {
        self.script = script;
        self
    }

    pub(super) fn inits(mut self, inits: Vec<Container>) -> Self {
        self.inits = inits;
        self
    }

    pub(super) fn container(mut self, container: Container) -> Self {
        self.containers.push(container);
        self
    }

    /// READY as kubectl prints it when all containers are, and when none is.
    pub(super) fn ready(mut self, all: &'static str, none: &'static str) -> Self {
        (self.all_ready, self.none_ready) = (all, none);
        self
    }

    pub(super) fn revision(mut self, revision: u32, hours: u32) -> Self {
        (self.revision, self.revision_hours) = (revision, hours);
        self
    }

    pub(super) fn restarted(
        mut self,
        restarted: &'static [(usize, u32, u32, &'static str)],
    ) -> Self {
        self.restarted = restarted;
        self
    }

    pub(super) fn label(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.labels.push((key, value.into()));
        self
    }

    pub(super) fn annotation(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.annotations.push((key, value.into()));
        self
    }

    pub(super) fn pod_annotation(mut self, key: &str, value: impl Into<String>) -> Self {
        self.pod_annotations.push((key.to_owned(), value.into()));
        self
    }

    pub(super) fn priority(mut self, class: &'static str) -> Self {
        self.priority = Some(class);
        self
    }

    /// One pod more, that was thrown out yesterday.
    pub(super) fn evicted(mut self, script: &'static Script) -> Self {
        self.evicted = Some(script);
        self
    }

    pub(super) fn schedule(mut self, schedule: &'static str, keep: (usize, usize)) -> Self {
        (self.schedule, self.keep) = (schedule, keep);
        self
    }

    /// Its pods stay on a node that does not answer.
    pub(super) fn patient(mut self) -> Self {
        self.patience = None;
        self
    }
}

/// A plan with all that its pods share, made once: the labels and the JSON that never changes.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) plan: Plan,
    /// What its pods are selected by, and all of their labels.
    pub(super) selector: Arc<Labels>,
    pub(super) labels: Arc<Labels>,
    pub(super) annotations: Arc<Labels>,
    pub(super) hash: String,
    /// The inside of the `spec` of a pod, without the name of its node.
    pub(super) spec: String,
    /// The same as protocol buffers.
    pub(super) spec_message: Vec<u8>,
    /// Who manages which fields of a pod's metadata and spec.
    pub(super) managed: String,
    /// The same as protocol buffers, without when.
    pub(super) managed_messages: Vec<Vec<u8>>,
}

impl Template {
    pub(super) fn of(plan: Plan, extra_labels: &[(&str, &str)]) -> Arc<Self> {
        let hash = hash_of(&plan);
        let app = [("app", plan.name.as_str())];
        let selector: Labels =
            app.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        let mut labels = selector.clone();
        let own = plan.labels.iter().map(|(key, value)| (*key, value.as_str()));
        let extra = extra_labels.iter().copied();
        labels.extend(own.chain(extra).map(|(key, value)| (key.into(), value.into())));
        match plan.kind {
            Kind::Deployment => {
                labels.insert("pod-template-hash".into(), hash.as_str().into());
            }
            Kind::StatefulSet | Kind::DaemonSet => {
                let revision = format!("{}-{hash}", plan.name);
                labels.insert("controller-revision-hash".into(), revision.into());
            }
            _ => {}
        }
        let annotations = plan.pod_annotations.iter();
        let annotations =
            annotations.map(|(key, value)| (key.as_str().into(), value.as_str().into())).collect();
        let spec = pod_spec(&plan);
        let managed = fields_text(&labels, &spec);
        let managed_messages = managed::messages(&managed);
        let mut spec_message = Vec::new();
        protobuf::write(&spec, protobuf::POD_SPEC, &mut spec_message);
        let spec = inside(&spec);
        Arc::new(Self {
            selector: Arc::new(selector),
            labels: Arc::new(labels),
            annotations: Arc::new(annotations),
            hash,
            spec,
            spec_message,
            managed,
            managed_messages,
            plan,
        })
    }

    /// How many containers there are, those included that only prepare.
    pub(super) fn len(&self) -> usize {
        self.plan.inits.len() + self.plan.containers.len()
    }

    pub(super) fn is_init(&self, number: usize) -> bool {
        number < self.plan.inits.len()
    }

    pub(super) fn is_sidecar(&self, number: usize) -> bool {
        self.plan.inits.get(number).is_some_and(|container| container.is_sidecar)
    }

    /// A container by its number, init containers first.
    pub(super) fn container(&self, number: usize) -> Option<&Container> {
        let containers = &self.plan.containers;
        self.plan.inits.get(number).or_else(|| containers.get(number - self.plan.inits.len()))
    }

    pub(super) fn number_of(&self, container: &str) -> Option<usize> {
        self.plan.inits.iter().chain(&self.plan.containers).position(|it| it.name == container)
    }

    /// What a container does in a step; `None` where nothing is known of it.
    pub(super) fn state(&self, step: &Step, number: usize) -> Option<State> {
        let of = |states: &'static [State], at: usize| states.get(at).or(states.last()).copied();
        let Some(at) = number.checked_sub(self.plan.inits.len()) else {
            return of(step.inits, number).or(Some(if self.is_sidecar(number) {
                State::Running { ready: true }
            } else {
                State::Ended { exit: 0, reason: "Completed" }
            }));
        };
        of(step.containers, at)
    }
}

/// Ten letters that tell this template from others of the workload.
fn hash_of(plan: &Plan) -> String {
    let told = (&plan.containers, &plan.inits, &plan.pod_annotations);
    letters(of_text(0, &format!("{} {told:?}", plan.name)), 10)
}

/// Letters and digits as generated names have them: none that make words.
pub(super) fn letters(number: u64, count: usize) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let base = LETTERS.len() as u64;
    let mut left = number;
    let mut name = String::with_capacity(count);
    for _ in 0..count {
        let at = usize::try_from(left % base).unwrap_or(0);
        name.push(LETTERS.get(at).map_or('b', |letter| char::from(*letter)));
        left /= base;
    }
    name
}

/// An object's JSON without its braces.
fn inside(object: &Value) -> String {
    let text = object.to_string();
    text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(&text).to_owned()
}
