//! What the console asks of the outside, as data.

use std::sync::Arc;

use crate::app::drill::effect::DrillEffect;
use crate::app::metrics::effect::MetricsEffect;
use crate::app::remembered::Remembered;
use crate::domain::deed::Deed;
use crate::domain::environment::EnvironmentName;
use crate::domain::kubectl::Target;
use crate::domain::log::LogRequest;
use crate::domain::news::Namespaces;

/// Numbers the requests of one lane; only the answer to the newest counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Generation(pub u64);

impl Generation {
    /// The next one; answers to all earlier ones become stale.
    #[must_use]
    pub fn advance(&mut self) -> Self {
        self.0 += 1;
        *self
    }
}

/// A place for one result: a newer request in a lane cancels the older.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    Object,
    Log,
    /// What was before the lines of the log.
    OlderLog,
    /// The backups of the Drill tab.
    Shelf,
    /// The preflight card.
    Checks,
    Leftovers,
    /// Figures of buckets, and alarms.
    Figures,
    /// Further metrics, which are read anew for each range.
    Panels,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Reads one object and its events.
    LoadObject {
        generation: Generation,
        object: ObjectRef,
    },
    FollowLog {
        generation: Generation,
        request: LogRequest,
    },
    /// Reads what was before the lines of a log, beside it.
    LoadOlderLog {
        generation: Generation,
        request: LogRequest,
    },
    Cancel(Lane),
    /// Watches other namespaces from now on, in all environments.
    Watch(Namespaces),
    /// Connects again at once, where an environment is waiting to.
    Reconnect,
    Perform(Deed),
    /// Gives the terminal to a shell in a container.
    OpenShell(Deed),
    /// Gives the terminal to the login of an environment.
    LogIn(EnvironmentName),
    Copy {
        what: String,
        text: String,
    },
    /// Writes a file into the folder for saved screens.
    Save {
        name: String,
        text: String,
    },
    Remember(Box<Remembered>),
    Metrics(MetricsEffect),
    Drill(Box<DrillEffect>),
    /// Paints every cell again.
    Repaint,
}

/// One object of one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectRef {
    pub environment: EnvironmentName,
    pub kind: ObjectKind,
    /// `None` for nodes.
    pub namespace: Option<Arc<str>>,
    pub name: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    Pod,
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
    Node,
}

impl ObjectKind {
    /// As `kubectl` takes it: `deployment`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pod => "pod",
            Self::Deployment => "deployment",
            Self::StatefulSet => "statefulset",
            Self::DaemonSet => "daemonset",
            Self::Job => "job",
            Self::CronJob => "cronjob",
            Self::Node => "node",
        }
    }
}

impl ObjectRef {
    /// What a `kubectl` command about it names; `context` is that of its environment.
    pub fn target<'a>(&'a self, context: Option<&'a str>) -> Target<'a> {
        let namespace = self.namespace.as_deref();
        Target { context, namespace, kind: self.kind.word(), name: &self.name }
    }
}
