//! One environment at a glance: a word, a line to read out, and what is wrong, worst first.
//! Invariant: an environment that cannot be seen is never OK.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::domain::diagnosis::{Diagnosis, short};
use crate::domain::environment::EnvironmentName;
use crate::domain::failure::Failure;
use crate::domain::job::diagnosis::{diagnose_cronjob, diagnose_job};
use crate::domain::job::{CronJob, Job};
use crate::domain::kubectl::Target;
use crate::domain::node::Node;
use crate::domain::node::diagnosis::diagnose_node;
use crate::domain::pod::Pod;
use crate::domain::pod::diagnosis::diagnose;
use crate::domain::severity::Severity;
use crate::domain::trust::Trust;
use crate::domain::units::{Span, plural};
use crate::domain::workload::Workload;
use crate::domain::workload::diagnosis::diagnose_workload;

/// What is known of an environment.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    pub environment: &'a EnvironmentName,
    /// The cluster's context in the user's own configuration.
    pub context: Option<&'a str>,
    pub pods: &'a [&'a Pod],
    pub workloads: &'a [&'a Workload],
    pub nodes: &'a [&'a Node],
    pub jobs: &'a [&'a Job],
    pub cronjobs: &'a [&'a CronJob],
    /// The worst of its kinds.
    pub trust: &'a Trust,
    /// Why a part of it is not known, where the rest is.
    pub unseen: Option<&'a Failure>,
    /// When all of this was last known to be true.
    pub heard: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Glance {
    pub environment: EnvironmentName,
    pub word: Word,
    pub line: String,
    pub findings: Vec<Finding>,
}

/// The verdict in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    Ok,
    Findings,
    CouldNotSee,
}

impl Word {
    pub const fn text(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Findings => "FINDINGS",
            Self::CouldNotSee => "COULD NOT SEE",
        }
    }
}

/// One thing that somebody should look at. The texts are safe to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub severity: Severity,
    /// `pod default/api-1`.
    pub object: String,
    pub reason: String,
    pub since: Option<Timestamp>,
    /// What shows it in a terminal.
    pub command: String,
}

/// Looks at everything that is known, at `now`.
pub fn glance(sight: Sight<'_>, now: Timestamp) -> Glance {
    let (findings, healthy) = findings(sight, now);
    let word = match sight.trust {
        Trust::Live if sight.heard.is_none() || sight.unseen.is_some() => Word::CouldNotSee,
        Trust::Live if findings.is_empty() => Word::Ok,
        Trust::Live => Word::Findings,
        Trust::Connecting
        | Trust::Stale { .. }
        | Trust::LoginExpired { .. }
        | Trust::Unreachable { .. } => Word::CouldNotSee,
    };
    let line = line(sight, word, &findings, healthy, now);
    Glance { environment: sight.environment.clone(), word, line, findings }
}

/// What is wrong, worst first and then newest first; and how many workloads are not.
fn findings(sight: Sight<'_>, now: Timestamp) -> (Vec<Finding>, usize) {
    let mut found = Vec::new();
    let target = |kind, namespace, name| Target { context: sight.context, namespace, kind, name };
    for node in sight.nodes {
        note(&mut found, &diagnose_node(node), target("node", None, &node.name));
    }
    let nodes: HashMap<&str, &Node> = sight.nodes.iter().map(|node| (&*node.name, *node)).collect();
    let mut healthy = 0;
    for workload in sight.workloads {
        let diagnosis = diagnose_workload(workload, now);
        healthy += usize::from(!diagnosis.severity.is_fault());
        let namespace = Some(&*workload.namespace);
        let target = target(workload.kind.argument(), namespace, &workload.name);
        note(&mut found, &diagnosis, target);
    }
    for pod in sight.pods {
        let node = pod.node.as_deref().and_then(|name| nodes.get(name)).copied();
        note(&mut found, &diagnose(pod, node, now), pod.target(sight.context));
    }
    for job in sight.jobs {
        let target = target("job", Some(&*job.namespace), &job.name);
        note(&mut found, &diagnose_job(job, now), target);
    }
    for cronjob in sight.cronjobs {
        let target = target("cronjob", Some(&*cronjob.namespace), &cronjob.name);
        note(&mut found, &diagnose_cronjob(cronjob, now), target);
    }
    // Stable: what is equal keeps the order of the kinds.
    found.sort_by(|one, other| {
        other.severity.cmp(&one.severity).then_with(|| other.since.cmp(&one.since))
    });
    (found, healthy)
}

fn note(found: &mut Vec<Finding>, diagnosis: &Diagnosis, target: Target<'_>) {
    if !diagnosis.severity.is_fault() {
        return;
    }
    let name = short(target.name);
    let object = match target.namespace {
        Some(namespace) => format!("{} {}/{name}", target.kind, short(namespace)),
        None => format!("{} {name}", target.kind),
    };
    found.push(Finding {
        severity: diagnosis.severity,
        object,
        reason: diagnosis.reason.to_string(),
        since: diagnosis.since,
        command: target.describe(),
    });
}

/// `prod: OK — 41/41 workloads, 0 restarts in the last hour, data 2 s old`.
fn line(
    sight: Sight<'_>,
    word: Word,
    findings: &[Finding],
    healthy: usize,
    now: Timestamp,
) -> String {
    let mut parts = Vec::new();
    if let Some(why) = blindness(sight) {
        parts.push(why);
    }
    if !findings.is_empty() {
        let critical =
            findings.iter().filter(|finding| finding.severity == Severity::Critical).count();
        let all = plural(findings.len() as u64, "finding");
        parts.push(format!("{all} ({critical} critical)"));
    }
    if let Some(heard) = sight.heard {
        parts.push(format!("{healthy}/{} workloads", sight.workloads.len()));
        parts.push(restarts(sight.pods, now));
        parts.push(format!("data {} old", lag(heard, now)));
    }
    format!("{}: {} — {}", sight.environment, word.text(), parts.join(", "))
}

/// `2 s`, `6m41s`: a clock that is behind the cluster's makes nothing younger than new.
fn lag(heard: Timestamp, now: Timestamp) -> String {
    match u64::try_from(now.duration_since(heard).as_secs()).unwrap_or(0) {
        seconds @ 0..10 => format!("{seconds} s"),
        seconds => Span(Duration::from_secs(seconds)).to_string(),
    }
}

/// Why nothing certain can be said.
fn blindness(sight: Sight<'_>) -> Option<String> {
    match sight.trust {
        Trust::Live if sight.heard.is_some() => {
            sight.unseen.map(|why| format!("not all of it: {}", short(&why.what)))
        }
        Trust::Live | Trust::Connecting => Some("nothing has been heard yet".to_owned()),
        Trust::Stale { why, .. } => Some(format!("stale: {}", short(&why.what))),
        Trust::LoginExpired { why } => Some(format!("login expired: {}", short(&why.what))),
        Trust::Unreachable { why } => Some(format!("unreachable: {}", short(&why.what))),
    }
}

/// A container tells only its last restart, so that containers are counted rather than restarts.
fn restarts(pods: &[&Pod], now: Timestamp) -> String {
    let is_recent = |end: Timestamp| now.duration_since(end) < SignedDuration::from_hours(1);
    let statuses = pods.iter().flat_map(|pod| pod.init_statuses.iter().chain(&pod.statuses));
    let ends = statuses
        .filter(|status| status.restarts > 0)
        .filter_map(|status| status.last_state.termination()?.finished);
    match ends.filter(|end| is_recent(*end)).count() {
        0 => "0 restarts in the last hour".to_owned(),
        count => format!("{} restarted in the last hour", plural(count as u64, "container")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::FailureKind;
    use crate::domain::job::fixture::{cronjob, job};
    use crate::domain::pod::fixture::{ago, ended, now, pod, waiting};
    use crate::domain::workload::fixture::deployment;

    struct World {
        pods: Vec<Pod>,
        workloads: Vec<Workload>,
        cronjobs: Vec<CronJob>,
    }

    fn healthy() -> World {
        World {
            pods: vec![pod("api-1"), pod("api-2")],
            workloads: vec![deployment("api", 2)],
            cronjobs: vec![cronjob("backup")],
        }
    }

    fn see(world: &World, trust: &Trust, heard: Option<Timestamp>) -> Glance {
        let environment = EnvironmentName("prod".to_owned());
        let job = job("migrate");
        let sight = Sight {
            environment: &environment,
            context: Some("prod"),
            pods: &world.pods.iter().collect::<Vec<_>>(),
            workloads: &world.workloads.iter().collect::<Vec<_>>(),
            nodes: &[],
            jobs: &[&job],
            cronjobs: &world.cronjobs.iter().collect::<Vec<_>>(),
            trust,
            unseen: None,
            heard,
        };
        glance(sight, now())
    }

    #[test]
    fn a_part_that_cannot_be_seen_is_never_passed_over() {
        let environment = EnvironmentName("prod".to_owned());
        let why = Failure::new(FailureKind::Denied, "listing jobs in kube-system: forbidden");
        let sight = Sight {
            environment: &environment,
            context: None,
            pods: &[],
            workloads: &[],
            nodes: &[],
            jobs: &[],
            cronjobs: &[],
            trust: &Trust::Live,
            unseen: Some(&why),
            heard: ago(2),
        };
        let glance = glance(sight, now());
        assert_eq!(glance.word, Word::CouldNotSee);
        let line =
            "prod: COULD NOT SEE — not all of it: listing jobs in kube-system: forbidden, 0/0";
        assert!(glance.line.starts_with(line), "{}", glance.line);
    }

    #[test]
    fn a_healthy_environment_reads_as_one_line() {
        let glance = see(&healthy(), &Trust::Live, ago(2));
        assert_eq!(glance.word, Word::Ok);
        assert_eq!(
            glance.line,
            "prod: OK — 1/1 workloads, 0 restarts in the last hour, data 2 s old"
        );
        assert!(glance.findings.is_empty());
    }

    #[test]
    fn findings_come_worst_first_each_with_its_command() {
        let mut world = healthy();
        world.pods[0].statuses[0].restarts = 1;
        world.pods[0].statuses[0].last_state = ended("OOMKilled", 137, 90, 9000);
        world.pods[1].statuses[0].state = waiting("ImagePullBackOff", "not found");
        world.workloads[0].ready = 1;
        let glance = see(&world, &Trust::Live, ago(2));
        assert_eq!(glance.word, Word::Findings);
        assert_eq!(
            glance.line,
            "prod: FINDINGS — 3 findings (1 critical), 0/1 workloads, 1 container restarted in \
             the last hour, data 2 s old"
        );
        let found: Vec<_> =
            glance.findings.iter().map(|one| (one.severity, &*one.object, &*one.reason)).collect();
        assert_eq!(
            found,
            [
                (
                    Severity::Critical,
                    "pod default/api-2",
                    "image pull back-off: not found (registry.example/app:1.0)"
                ),
                (
                    Severity::Warning,
                    "pod default/api-1",
                    "restarted ×1, last: OOMKilled, limit 512Mi"
                ),
                (Severity::Warning, "deployment default/api", "1 of 2 ready"),
            ]
        );
        assert_eq!(
            glance.findings[0].command,
            "kubectl --context prod -n default describe pod api-2"
        );
    }

    #[test]
    fn what_cannot_be_seen_is_never_ok() {
        let why = Failure::new(FailureKind::Denied, "listing pods of prod: 401");
        let expired = Trust::LoginExpired { why: why.clone() };
        let glance = see(&healthy(), &expired, None);
        assert_eq!(glance.word, Word::CouldNotSee);
        assert_eq!(glance.line, "prod: COULD NOT SEE — login expired: listing pods of prod: 401");
        let stale = Trust::Stale { since: now(), why: why.clone() };
        let glance = see(&healthy(), &stale, ago(34));
        assert_eq!(
            glance.line,
            "prod: COULD NOT SEE — stale: listing pods of prod: 401, 1/1 workloads, 0 restarts in \
             the last hour, data 34 s old"
        );
        for trust in [Trust::Connecting, Trust::Live, Trust::Unreachable { why }] {
            assert_eq!(see(&healthy(), &trust, None).word, Word::CouldNotSee);
        }
    }

    #[test]
    fn a_glance_is_data_for_scripts_too() {
        let text = serde_json::to_value(see(&healthy(), &Trust::Live, ago(2))).unwrap();
        assert_eq!(text["word"], "ok");
        assert_eq!(text["environment"], "prod");
        assert_eq!(text["findings"], serde_json::json!([]));
    }
}
