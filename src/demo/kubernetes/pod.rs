//! A pod as the cluster keeps it: which step of its script it is in, and what its containers did.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::demo::kubernetes::age::age;
use crate::demo::kubernetes::object::{Meta, Text};
use crate::demo::kubernetes::plan::Template;
use crate::demo::kubernetes::step::{Counts, Lasts, Ready, Script, State, Step};
use crate::demo::population::mix::mix;

#[derive(Debug, Clone)]
pub(super) struct Pod {
    pub(super) template: Arc<Template>,
    pub(super) node: Option<Text>,
    pub(super) script: &'static Script,
    /// The number of the step it is in, and since when.
    pub(super) at: usize,
    pub(super) since: Timestamp,
    /// Since when its Ready condition is what it is.
    pub(super) ready_since: Timestamp,
    pub(super) scheduled: Option<Timestamp>,
    /// Init containers first, then the others.
    pub(super) instances: Vec<Instance>,
    /// Since when its node does not answer.
    pub(super) lost: Option<Timestamp>,
    /// It was deleted, and its containers have ended.
    pub(super) has_stopped: bool,
}

/// What a container does and did.
#[derive(Debug, Clone, Default)]
pub(super) struct Instance {
    pub(super) run: Option<Run>,
    pub(super) last: Option<Run>,
    pub(super) restarts: u32,
}

/// From its start to its end, if it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) from: Timestamp,
    pub(super) end: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) at: Timestamp,
    pub(super) exit: i32,
    pub(super) reason: &'static str,
}

/// What kubectl prints of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Printed {
    pub(super) ready: &'static str,
    pub(super) status: &'static str,
    pub(super) restarts: String,
}

impl Pod {
    pub(super) fn new(template: Arc<Template>, script: &'static Script, now: Timestamp) -> Self {
        let instances = vec![Instance::default(); template.len()];
        Self {
            template,
            node: None,
            script,
            at: 0,
            since: now,
            ready_since: now,
            scheduled: None,
            instances,
            lost: None,
            has_stopped: false,
        }
    }

    pub(super) fn step(&self) -> &'static Step {
        static NOTHING: Step = Step {
            lasts: Lasts::Forever,
            ready: Ready::None,
            status: "Unknown",
            deleted: "Terminating",
            counts: Counts::Containers,
            phase: "Unknown",
            because: None,
            inits: &[],
            containers: &[],
            conditions: crate::demo::kubernetes::step::Conditions::Starting,
            tells: &[],
        };
        self.script.step(self.at).unwrap_or(&NOTHING)
    }

    /// Begins a step: containers start, end and wait as it says.
    pub(super) fn enter(&mut self, at: usize, now: Timestamp) {
        let was_ready = self.is_ready();
        self.at = at;
        self.since = now;
        let (step, template) = (self.step(), Arc::clone(&self.template));
        for (number, instance) in self.instances.iter_mut().enumerate() {
            if let Some(state) = template.state(step, number) {
                instance.become_so(state, now);
            }
        }
        if was_ready != self.is_ready() {
            self.ready_since = now;
        }
    }

    /// When the step ends that it is in.
    pub(super) fn until(&self, meta: &Meta) -> Option<Timestamp> {
        let seconds = match self.step().lasts {
            Lasts::Forever => return None,
            Lasts::Seconds(least, most) => {
                let low = u64::try_from(meta.uid & u128::from(u64::MAX)).unwrap_or(0);
                let moment = u64::try_from(self.since.as_second()).unwrap_or(0);
                let spread = u64::from(most - least) * 1000;
                let millis = mix(low ^ moment).checked_rem(spread + 1).unwrap_or(0);
                let millis = u64::from(least) * 1000 + millis;
                return self.since.checked_add(std::time::Duration::from_millis(millis)).ok();
            }
            Lasts::BackOff => self.back_off(),
            Lasts::Work => self.template.plan.work_seconds,
        };
        self.since.checked_add(SignedDuration::from_secs(seconds.into())).ok()
    }

    /// How long a kubelet waits now: it begins with ten seconds and doubles.
    pub(super) fn back_off(&self) -> u32 {
        const LONGEST: u32 = 60;
        let restarts = self.instances.iter().map(|instance| instance.restarts).max().unwrap_or(0);
        10_u32.checked_shl(restarts.min(8)).unwrap_or(LONGEST).min(LONGEST)
    }

    /// Of its Ready condition.
    pub(super) fn is_ready(&self) -> bool {
        self.step().conditions.is_ready() && self.lost.is_none() && !self.has_stopped
    }

    pub(super) fn printed(&self, meta: &Meta, now: Timestamp) -> Printed {
        let (step, plan) = (self.step(), &self.template.plan);
        let ready = match step.ready {
            _ if self.has_stopped => plan.none_ready,
            Ready::All => plan.all_ready,
            Ready::None => plan.none_ready,
            Ready::Exactly(text) => text,
        };
        let status = if meta.deletion.is_some() { step.deleted } else { step.status };
        Printed { ready, status, restarts: self.restarts(now) }
    }

    fn restarts(&self, now: Timestamp) -> String {
        let counted = self.instances.iter().enumerate().filter(|(number, _)| {
            let is_sidecar = self.template.is_sidecar(*number);
            match self.step().counts {
                Counts::Inits => self.template.is_init(*number),
                Counts::Containers => !self.template.is_init(*number) || is_sidecar,
            }
        });
        let (mut restarts, mut last) = (0, None);
        for (_, instance) in counted {
            restarts += instance.restarts;
            let end = instance.last.and_then(|run| run.end).map(|end| end.at);
            last = last.max(end);
        }
        match last {
            Some(last) if restarts > 0 => format!("{restarts} ({} ago)", age(whole(last), now)),
            _ => restarts.to_string(),
        }
    }
}

/// Stamps have whole seconds.
fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

impl Instance {
    /// One that has run since `from`, after so many restarts, the last of them at `ended`.
    pub(super) fn running(from: Timestamp, restarts: u32, reason: &'static str) -> Self {
        let before = |seconds| from.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(from);
        let exit = if reason == "OOMKilled" { 137 } else { 1 };
        let end = End { at: before(2), exit, reason };
        let last = (restarts > 0).then(|| Run { from: before(86_400), end: Some(end) });
        Self { run: Some(Run { from, end: None }), last, restarts }
    }

    fn become_so(&mut self, state: State, now: Timestamp) {
        match state {
            State::Waiting { .. } => {
                if self.run.is_some() {
                    self.last = self.run.take();
                }
            }
            State::Running { .. } => {
                if self.is_running() {
                    return;
                }
                self.last = self.run.take().or(self.last);
                self.restarts += u32::from(self.last.is_some());
                self.run = Some(Run { from: now, end: None });
            }
            State::Ended { exit, reason } => {
                let run = self.run.get_or_insert(Run { from: now, end: None });
                run.end.get_or_insert(End { at: now, exit, reason });
            }
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.run.is_some_and(|run| run.end.is_none())
    }
}
