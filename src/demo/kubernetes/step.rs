//! The words that a pod's life is written in: steps, what each shows, and what kubectl prints of it.

/// What a pod goes through: first this, then that again and again.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) first: &'static [Step],
    pub(super) then: &'static [Step],
}

/// One phase of a pod's life. `ready` and `status` are what `kubectl get pods` prints: the truth,
/// written beside what makes it so.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) lasts: Lasts,
    pub(super) ready: Ready,
    pub(super) status: &'static str,
    /// What it prints once somebody has deleted the pod.
    pub(super) deleted: &'static str,
    pub(super) counts: Counts,
    pub(super) phase: &'static str,
    /// Of the pod itself: reason and message.
    pub(super) because: Option<(&'static str, &'static str)>,
    /// In the order of the containers; the last one goes for the rest. None: they are done.
    pub(super) inits: &'static [State],
    /// None: the kubelet has not told of them.
    pub(super) containers: &'static [State],
    pub(super) conditions: Conditions,
    pub(super) tells: &'static [Tell],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasts {
    Forever,
    /// Between so many seconds and so many.
    Seconds(u32, u32),
    /// What a kubelet waits before it tries again; it grows with each restart.
    BackOff,
    /// As long as the plan says that the work takes.
    Work,
}

/// READY: how many containers of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ready {
    /// As the plan says of a pod that is well.
    All,
    /// As the plan says of a pod whose containers do not run.
    None,
    Exactly(&'static str),
}

/// Whose restarts RESTARTS adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    Inits,
    Containers,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Waiting { reason: &'static str, message: &'static str },
    Running { ready: bool },
    Ended { exit: i32, reason: &'static str },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conditions {
    /// No node yet, with what the scheduler says where it found none.
    Unscheduled(&'static str),
    Initializing,
    Starting,
    Ready,
    Completed,
    /// The pod ended with a failure, or was thrown out.
    Failed,
}

/// An event that a step begins with.
#[derive(Debug)]
pub(super) struct Tell {
    pub(super) of: Of,
    pub(super) is_warning: bool,
    pub(super) reason: &'static str,
    /// With `{pod}`, `{namespace}`, `{uid}`, `{container}`, `{image}` and `{node}` to fill in.
    pub(super) message: &'static str,
    pub(super) component: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Pod,
    EachContainer,
    EachInit,
}

impl Script {
    /// The step with a number; behind the last one comes the first of those that repeat.
    pub(super) fn step(&self, number: usize) -> Option<&'static Step> {
        self.first.get(number).or_else(|| self.then.get(number.checked_sub(self.first.len())?))
    }

    pub(super) fn number_after(&self, number: usize) -> usize {
        if number + 1 < self.first.len() + self.then.len() { number + 1 } else { self.first.len() }
    }
}

impl Conditions {
    pub(super) fn is_ready(self) -> bool {
        self == Self::Ready
    }
}

impl Step {
    /// Whether the pod has come to its end.
    pub(super) fn is_finished(&self) -> bool {
        matches!(self.phase, "Succeeded" | "Failed")
    }
}
