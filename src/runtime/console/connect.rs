//! The line to one environment's cluster: made when first needed, shared by everything that asks, and
//! made anew when its login has ended. Only one login is tried at a time, and not again at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Mutex, Notify};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

use crate::adapters::kubernetes::connect::Cluster;
use crate::adapters::kubernetes::refusal::{Refusal, Sort};
use crate::domain::environment::EnvironmentName;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::settings::Kubeconfig;
use crate::runtime::clock::Clock;

/// How long a connection may take to be prepared, its login program included.
const DEADLINE: Duration = Duration::from_secs(25);
/// A login is renewed so long before it ends.
const MARGIN: Duration = Duration::from_mins(1);
/// A connection that could not be prepared is tried again after so long; a login that was refused,
/// later: a person has to do something about it.
const AGAIN: Duration = Duration::from_secs(4);
pub(super) const LOGIN_AGAIN: Duration = Duration::from_secs(30);

/// Why a cluster cannot be asked, for everybody who wanted to.
#[derive(Debug, Clone)]
pub struct Lapse {
    pub sort: Sort,
    pub why: Failure,
}

impl From<Refusal> for Lapse {
    fn from(refusal: Refusal) -> Self {
        Self { sort: refusal.sort, why: refusal.into() }
    }
}

impl From<Lapse> for Failure {
    fn from(lapse: Lapse) -> Self {
        lapse.why
    }
}

/// The line to the cluster of one environment.
pub struct Line {
    environment: EnvironmentName,
    end: End,
    clock: Clock,
    state: Mutex<State>,
    retry: Notify,
}

/// Where a line leads.
enum End {
    Context { kubeconfig: Kubeconfig, context: String },
    Given(Cluster),
}

enum State {
    Idle,
    Open {
        cluster: Cluster,
        /// Whether the cluster has answered to this login.
        is_proven: bool,
    },
    Failed {
        lapse: Lapse,
        until: Instant,
    },
}

impl Line {
    pub fn new(
        environment: EnvironmentName,
        kubeconfig: Kubeconfig,
        context: String,
        clock: Clock,
    ) -> Self {
        Self::to(environment, End::Context { kubeconfig, context }, clock)
    }

    /// A line to a cluster that is connected already.
    pub fn over(environment: EnvironmentName, cluster: Cluster, clock: Clock) -> Self {
        Self::to(environment, End::Given(cluster), clock)
    }

    fn to(environment: EnvironmentName, end: End, clock: Clock) -> Self {
        Self { environment, end, clock, state: Mutex::new(State::Idle), retry: Notify::new() }
    }

    pub fn environment(&self) -> &EnvironmentName {
        &self.environment
    }

    /// The cluster, to be asked now: it is not kept by those who wait.
    pub async fn cluster(&self) -> Result<Cluster, Lapse> {
        let mut state = self.state.lock().await;
        match &*state {
            State::Failed { lapse, until } if Instant::now() < *until => return Err(lapse.clone()),
            State::Open { cluster, .. } if !self.ends_soon(cluster) => return Ok(cluster.clone()),
            State::Idle | State::Failed { .. } | State::Open { .. } => {}
        }
        match self.connect().await {
            Ok(cluster) => {
                *state = State::Open { cluster: cluster.clone(), is_proven: false };
                Ok(cluster)
            }
            Err(lapse) => {
                if let State::Open { cluster, .. } = &*state
                    && cluster.expires().is_some_and(|end| self.clock.now() < end)
                {
                    // The old login still holds.
                    return Ok(cluster.clone());
                }
                let pause = if lapse.sort == Sort::LoginExpired { LOGIN_AGAIN } else { AGAIN };
                let until = Instant::now() + pause;
                *state = State::Failed { lapse: lapse.clone(), until };
                Err(lapse)
            }
        }
    }

    /// The cluster has answered: whoever waits for a login need not wait longer.
    pub async fn answered(&self, by: &Cluster) {
        if let State::Open { cluster, is_proven } = &mut *self.state.lock().await
            && cluster.is(by)
            && !*is_proven
        {
            *is_proven = true;
            self.retry.notify_waiters();
        }
    }

    /// The login of `by` was refused. One that worked before has ended, and is worth renewing at
    /// once, which is answered; one that never worked is not.
    pub async fn refused(&self, by: &Cluster, lapse: &Lapse) -> bool {
        let mut state = self.state.lock().await;
        match &*state {
            State::Open { cluster, is_proven } if cluster.is(by) => {
                let is_worth_it = *is_proven;
                *state = if is_worth_it {
                    State::Idle
                } else {
                    State::Failed { lapse: lapse.clone(), until: Instant::now() + LOGIN_AGAIN }
                };
                is_worth_it
            }
            // Somebody else has been told the same of this login, or has a new one already.
            State::Idle | State::Open { .. } => true,
            State::Failed { .. } => false,
        }
    }

    /// Tries again now, whatever has failed: the user has done something about it.
    pub async fn retry(&self) {
        let mut state = self.state.lock().await;
        if let State::Failed { .. } = *state {
            *state = State::Idle;
        }
        drop(state);
        self.retry.notify_waiters();
    }

    /// Waits for so long, or until it is worth trying again.
    pub(super) async fn pause(&self, pause: Duration) {
        timeout(pause, self.retry.notified()).await.ok();
    }

    fn ends_soon(&self, cluster: &Cluster) -> bool {
        let margin = self.clock.now().saturating_add(MARGIN);
        cluster.expires().is_some_and(|end| margin.is_ok_and(|margin| end <= margin))
    }

    async fn connect(&self) -> Result<Cluster, Lapse> {
        let (kubeconfig, context) = match &self.end {
            End::Given(cluster) => return Ok(cluster.clone()),
            End::Context { kubeconfig, context } => (kubeconfig.clone(), context.clone()),
        };
        let name = context.clone();
        let handle = Handle::current();
        // Certificates and files are read there, which may take a while.
        let connecting = spawn_blocking(move || {
            handle.block_on(timeout(DEADLINE, Cluster::connect(&kubeconfig, &context)))
        });
        let (sort, kind, why) = match timeout(DEADLINE, connecting).await {
            Ok(Ok(Ok(Ok(cluster)))) => return Ok(cluster),
            Ok(Ok(Ok(Err(refusal)))) => return Err(refusal.into()),
            Ok(Ok(Err(_))) | Err(_) => {
                let why = format!("no connection within {} s", DEADLINE.as_secs());
                (Sort::TimedOut, FailureKind::TimedOut, why)
            }
            Ok(Err(error)) => {
                (Sort::Unexpected, FailureKind::Unexpected, format!("it broke off: {error}"))
            }
        };
        Err(Lapse { sort, why: Failure::new(kind, format!("preparing to reach {name}: {why}")) })
    }
}

/// One line for each environment that has a cluster.
pub type Lines = std::collections::BTreeMap<EnvironmentName, Arc<Line>>;
