//! The cluster's side of a set: its `CronJob`s, their jobs, and what these said last.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::adapters::kubernetes::connect::Cluster;
use crate::adapters::kubernetes::list::Listing;
use crate::adapters::kubernetes::logs::{Log, Wanted};
use crate::adapters::kubernetes::refusal::{Refusal, Sort};
use crate::adapters::kubernetes::resource::{CRON_JOBS, JOBS, PODS, Resource};
use crate::domain::checkup::clocks::ClockReading;
use crate::domain::checkup::evidence::Evidence;
use crate::domain::environment::{BackupSet, ObjectName, SetKind};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::known::Known;
use crate::domain::log::{LogSource, LogStart};
use crate::domain::news::Scope;
use crate::domain::pod::Pod;
use crate::domain::slot::catalogue::Catalogue;
use crate::domain::slot::run::{JobRun, Outcome, Runs};
use crate::runtime::check::Check;
use crate::runtime::console::connect::{Lapse, Line};

/// So many logs are read of one `CronJob`, the newest first, and so much of each.
const LOGS: usize = 3;
const LAST_WORDS: u32 = 4;

/// What the cluster tells.
pub(super) struct Seen {
    pub(super) runs: Known<Runs>,
    pub(super) verification: Known<Runs>,
    pub(super) clock: Option<ClockReading>,
}

pub(super) async fn look(check: &Check<'_>, line: Option<&Line>, set: &BackupSet) -> Seen {
    let of = async |object: Option<&ObjectName>| match (line, object) {
        (Some(line), Some(object)) => {
            let late = || Known::Failed(Failure::new(FailureKind::TimedOut, "no answer in time"));
            timeout(check.patience, runs(line, object)).await.unwrap_or_else(|_| late())
        }
        _ => Known::Unasked,
    };
    let (runs, verification) =
        tokio::join!(of(set.cronjob.as_ref()), of(set.verification.as_ref()));
    let clock = match line {
        Some(line) if has_answered(&runs) || has_answered(&verification) => {
            clock(check, line).await
        }
        Some(_) | None => None,
    };
    Seen { runs, verification, clock }
}

fn has_answered(known: &Known<Runs>) -> bool {
    match known {
        Known::Told(_) | Known::NotOffered | Known::Denied { .. } => true,
        Known::Failed(failure) => {
            !matches!(failure.kind, FailureKind::TimedOut | FailureKind::Unreachable)
        }
        Known::Unasked => false,
    }
}

async fn clock(check: &Check<'_>, line: &Line) -> Option<ClockReading> {
    let theirs = line.cluster().await.ok()?.their_time()?;
    let whose = format!("the cluster of {}", line.environment());
    Some(ClockReading { whose, theirs, ours: check.clock.now() })
}

async fn runs(line: &Line, object: &ObjectName) -> Known<Runs> {
    let cluster = match line.cluster().await {
        Ok(cluster) => cluster,
        Err(Lapse { why, .. }) => return Known::Failed(unseen(why)),
    };
    let scope = Scope::Namespace(Arc::from(object.namespace.as_str()));
    let listed = tokio::try_join!(list(&cluster, CRON_JOBS, &scope), list(&cluster, JOBS, &scope));
    let (cronjobs, jobs) = match listed {
        Ok(listed) => listed,
        Err(refusal) if refusal.sort == Sort::Forbidden => {
            let action = format!("list of cronjobs and jobs in {}", object.namespace);
            return Known::Denied { action };
        }
        Err(refusal) => return Known::Failed(unseen(refusal.into())),
    };
    let found = cronjobs.into_iter().find(|cronjob| *cronjob.name == *object.name);
    let Some(cronjob) = found else {
        let ObjectName { namespace, name } = object;
        let what = format!("there is no CronJob {namespace}/{name} in {}", line.environment());
        return Known::Failed(Failure::new(FailureKind::Missing, what));
    };
    Known::Told(Runs::of((*cronjob).clone(), jobs.iter().map(AsRef::as_ref)))
}

/// A cluster that cannot be asked misses nothing, whatever it lacks itself.
fn unseen(why: Failure) -> Failure {
    match why.kind {
        FailureKind::Missing => Failure { kind: FailureKind::Unexpected, ..why },
        _ => why,
    }
}

async fn list<T>(
    cluster: &Cluster,
    resource: Resource<T>,
    scope: &Scope,
) -> Result<Vec<Arc<T>>, Refusal> {
    let mut listing = Listing::new(cluster, resource, scope);
    let mut rows = Vec::new();
    while let Some(page) = listing.next().await? {
        rows.extend(page.rows);
    }
    Ok(rows)
}

/// Adds what was said last by jobs that failed, and by those that left nothing. A log that cannot be
/// had is no finding: the job's own state is told all the same.
pub(super) async fn add_last_words(
    line: &Line,
    set: &BackupSet,
    evidence: &mut Evidence,
    patience: Duration,
) {
    let empty_handed = |run: &JobRun| {
        set.kind != SetKind::Sync
            && evidence.listing.as_ref().is_ok_and(|catalogue| is_empty_handed(catalogue, run))
    };
    let of_backup = |run: &JobRun| run.outcome == Outcome::Failed || empty_handed(run);
    let of_verification = |run: &JobRun| run.outcome == Outcome::Failed;
    let backups = wanted(&evidence.runs, of_backup);
    let verifications = wanted(&evidence.verification, of_verification);
    for (object, jobs, known) in [
        (set.cronjob.as_ref(), backups, &mut evidence.runs),
        (set.verification.as_ref(), verifications, &mut evidence.verification),
    ] {
        let (Some(object), Known::Told(runs)) = (object, known) else { continue };
        if jobs.is_empty() {
            continue;
        }
        let said = timeout(patience, last_words(line, object, &jobs)).await;
        for (job, words) in said.unwrap_or_default() {
            if let Some(run) = runs.jobs.iter_mut().find(|run| run.name == job) {
                run.last_words = words;
            }
        }
    }
}

fn wanted(runs: &Known<Runs>, is_wanted: impl Fn(&JobRun) -> bool) -> Vec<String> {
    let jobs = runs.told().map(|runs| runs.jobs.as_slice()).unwrap_or_default();
    jobs.iter().rev().filter(|run| is_wanted(run)).take(LOGS).map(|run| run.name.clone()).collect()
}

/// Whether the run of a job has ended and left nothing.
fn is_empty_handed(catalogue: &Catalogue, run: &JobRun) -> bool {
    let bin = catalogue.timetable().place(run.at).and_then(|place| catalogue.bins().get(place));
    run.outcome == Outcome::Succeeded && bin.is_some_and(|bin| bin.named.is_none())
}

async fn last_words(
    line: &Line,
    object: &ObjectName,
    jobs: &[String],
) -> Vec<(String, Vec<String>)> {
    let Ok(cluster) = line.cluster().await else { return Vec::new() };
    let scope = Scope::Namespace(Arc::from(object.namespace.as_str()));
    let Ok(pods) = list(&cluster, PODS, &scope).await else { return Vec::new() };
    let mut said = Vec::new();
    for job in jobs {
        let is_its = |pod: &&Arc<Pod>| {
            pod.owner.as_ref().is_some_and(|owner| &*owner.kind == "Job" && *owner.name == **job)
        };
        let Some(pod) = pods.iter().filter(is_its).max_by_key(|pod| pod.created) else { continue };
        if let Ok(words) = read(&cluster, line, pod).await {
            said.push((job.clone(), words));
        }
    }
    said
}

async fn read(cluster: &Cluster, line: &Line, pod: &Pod) -> Result<Vec<String>, Refusal> {
    let Some(container) = pod.containers.first() else { return Ok(Vec::new()) };
    let source = LogSource {
        environment: line.environment().clone(),
        namespace: Arc::clone(&pod.namespace),
        pod: pod.name.clone(),
        container: (*container.name).into(),
    };
    let wanted = Wanted { previous: false, start: LogStart::Tail(LAST_WORDS), follow: false };
    let mut log = Log::open(cluster, &source, wanted, None).await?;
    let mut words = Vec::new();
    while let Some(read) = log.next().await? {
        words.extend(read.lines.into_iter().map(|line| line.text.to_string()));
        if words.len() > 4 * LAST_WORDS as usize {
            break;
        }
    }
    Ok(words.split_off(words.len().saturating_sub(LAST_WORDS as usize)))
}
