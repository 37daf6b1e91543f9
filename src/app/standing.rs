//! How far what is known of an environment can be trusted: its badge, and what of it is not seen.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::cluster::{Badge, Cluster, Recollection};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::news::{Kind, Namespaces, Scope};
use crate::domain::trust::Trust;
use crate::domain::workload::WorkloadKind;

impl Cluster {
    /// How far the pods can be trusted: the badge of the environment.
    pub fn badge(&self) -> Badge {
        if self.context.is_none() {
            return Badge::None;
        }
        let pods = || self.of(Kind::Pod);
        if pods().next().is_none() {
            return Badge::Connecting;
        }
        let forbidden = |trust: &&Trust| denial(trust).is_some();
        // One forbidden namespace among others that answer is told apart, not as the badge.
        let worst = pods()
            .map(|(_, trust)| trust)
            .filter(|trust| !forbidden(trust))
            .max_by_key(|trust| (rank(trust), Reverse(stale_since(trust))));
        let is_old = self.remembered.is_some() && worst == Some(&Trust::Live);
        if pods().count() < self.awaited() && (worst.is_none() || is_old) {
            // Others may still answer.
            return Badge::Connecting;
        }
        match worst.or_else(|| pods().map(|(_, trust)| trust).next()) {
            None | Some(Trust::Connecting) => Badge::Connecting,
            Some(Trust::Live) => Badge::Live,
            Some(Trust::Stale { since, why }) => Badge::Stale { since: *since, why: why.clone() },
            Some(Trust::LoginExpired { why }) => Badge::LoginExpired { why: why.clone() },
            Some(Trust::Unreachable { why }) => Badge::Unreachable { why: why.clone() },
        }
    }

    /// In how many scopes pods are watched.
    fn awaited(&self) -> usize {
        match self.chosen {
            Namespaces::All | Namespaces::One(_) => 1,
            Namespaces::Configured => self.namespaces.len(),
        }
    }

    /// Whether the pods of every scope have been heard of, or may not be.
    pub(super) fn is_answered(&self) -> bool {
        let standings = || self.of(Kind::Pod).map(|(_, trust)| trust);
        let is_answer = |trust: &&Trust| **trust == Trust::Live || denial(trust).is_some();
        standings().filter(is_answer).count() >= self.awaited()
            && standings().any(|trust| *trust == Trust::Live)
    }

    /// Whether pods come of a list that is not whole yet. What the last session saw is not of it.
    pub fn is_loading(&self) -> bool {
        let counts = match self.badge() {
            Badge::Live => true,
            Badge::Connecting => {
                let is_old = matches!(self.remembered, Some(Recollection::LastSession(_)));
                !is_old && !self.pods.is_empty()
            }
            Badge::None
            | Badge::Stale { .. }
            | Badge::LoginExpired { .. }
            | Badge::Unreachable { .. } => false,
        };
        counts && self.pods.is_listing()
    }

    /// What of a kind is not seen, and why: forbidden namespaces, failed lists.
    pub fn blind_spots(&self, kind: Kind) -> impl Iterator<Item = (&Scope, &Failure)> {
        self.of(kind).filter_map(|(scope, trust)| match trust {
            Trust::Stale { why, .. } | Trust::LoginExpired { why } | Trust::Unreachable { why } => {
                Some((scope, why))
            }
            Trust::Connecting | Trust::Live => None,
        })
    }

    /// Whether what is not known of a kind of workload in a namespace is not there.
    pub fn sees(&self, kind: WorkloadKind, namespace: &Arc<str>) -> bool {
        let (kind, store) = match kind {
            WorkloadKind::Deployment => (Kind::Deployment, &self.deployments),
            WorkloadKind::StatefulSet => (Kind::StatefulSet, &self.stateful_sets),
            WorkloadKind::DaemonSet => (Kind::DaemonSet, &self.daemon_sets),
        };
        let is_about = |scope: &Scope| match scope {
            Scope::Cluster => true,
            Scope::Namespace(name) => name == namespace,
        };
        let is_live = self.of(kind).any(|(scope, trust)| is_about(scope) && *trust == Trust::Live);
        store.has_listed() && is_live
    }

    /// How many lists have been answered, one way or the other.
    pub fn answers(&self) -> usize {
        self.trust.values().filter(|trust| **trust != Trust::Connecting).count()
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = (&Scope, &Trust)> {
        let all = self.trust.iter().filter(move |((of, _), _)| *of == kind);
        all.map(|((_, scope), trust)| (scope, trust))
    }
}

/// The refusal of a namespace or a kind that this user may not see.
fn denial(trust: &Trust) -> Option<&Failure> {
    match trust {
        Trust::Stale { why, .. } | Trust::Unreachable { why }
            if why.kind == FailureKind::Denied =>
        {
            Some(why)
        }
        Trust::Connecting
        | Trust::Live
        | Trust::Stale { .. }
        | Trust::LoginExpired { .. }
        | Trust::Unreachable { .. } => None,
    }
}

const fn stale_since(trust: &Trust) -> Option<Timestamp> {
    match trust {
        Trust::Stale { since, .. } => Some(*since),
        Trust::Connecting
        | Trust::Live
        | Trust::LoginExpired { .. }
        | Trust::Unreachable { .. } => None,
    }
}

/// Which of several standings the badge tells.
fn rank(trust: &Trust) -> u8 {
    match trust {
        Trust::Live => 0,
        Trust::Connecting => 1,
        Trust::Stale { .. } => 2,
        Trust::Unreachable { .. } => 3,
        Trust::LoginExpired { .. } => 4,
    }
}
