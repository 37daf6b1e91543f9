//! The checkup of backup sets: everything that is to be known is asked for, side by side, and judged.
//! What one set's storage or cluster does never keeps another set waiting.

mod jobs;
pub mod memory;
pub(in crate::runtime) mod objects;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{FuturesUnordered, iter};
use jiff::Timestamp;

use crate::domain::checkup::drills::Refusal;
use crate::domain::checkup::evidence::{Evidence, Observed};
use crate::domain::checkup::trend::Point;
use crate::domain::checkup::{Checkup, judge};
use crate::domain::environment::BackupSet;
use crate::domain::known::Known;
use crate::domain::settings::Settings;
use crate::domain::slot::judge::Scan;
use crate::domain::verdict::{Judgement, Rule, Severity, Verdict};
use crate::drill::record::Record;
use crate::drill::report::line as told;
use crate::journal::Reading;
use crate::runtime::clock::Clock;
use crate::runtime::console::connect::{Line, Lines};

use memory::Memory;

/// So many sets are looked at side by side.
const SIDE_BY_SIDE: usize = 8;

/// How long an answer may take where nobody says otherwise; a listing may take many.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// What a check works with.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    pub settings: &'a Settings,
    pub clock: Clock,
    pub reading: &'a Reading,
    pub memory: &'a Memory,
    /// How long one answer may take.
    pub patience: Duration,
}

/// A set's checkup, and what is to be remembered of what was seen.
#[derive(Debug)]
pub struct Checked {
    pub checkup: Checkup,
    pub observed: Option<Observed>,
}

impl Check<'_> {
    /// Looks at all `sets`, in their order.
    pub async fn run(&self, sets: &[&BackupSet]) -> Vec<Checked> {
        let lines = self.lines(sets);
        let checks = sets.iter().map(|set| self.one(set, line(&lines, set), &drop::<Checkup>));
        iter(checks).buffered(SIDE_BY_SIDE).collect().await
    }

    /// Looks at all `sets` over lines that are open already, and tells of each as soon as it has
    /// answered: first of what the storage says, where the cluster takes longer.
    pub async fn watch(&self, sets: &[&BackupSet], lines: &Lines, tell: &(impl Fn(Sight) + Sync)) {
        let mut looks = FuturesUnordered::new();
        let mut waiting = sets.iter();
        for set in waiting.by_ref().take(SIDE_BY_SIDE) {
            looks.push(self.watch_one(set, lines, tell));
        }
        while looks.next().await.is_some() {
            if let Some(set) = waiting.next() {
                looks.push(self.watch_one(set, lines, tell));
            }
        }
    }

    async fn watch_one(&self, set: &BackupSet, lines: &Lines, tell: &(impl Fn(Sight) + Sync)) {
        let early = |checkup| tell(Sight::OfStorage(checkup));
        let checked = Box::pin(self.one(set, line(lines, set), &early)).await;
        tell(Sight::Whole(checked));
    }

    /// One line to each environment's cluster, for all of its sets.
    fn lines(&self, sets: &[&BackupSet]) -> Lines {
        let wanted = sets.iter().filter(|set| set.cronjob.is_some() || set.verification.is_some());
        let mut lines = Lines::new();
        for set in wanted {
            let environment = self.settings.environment(&set.environment);
            let Some(kubernetes) = environment.and_then(|it| it.kubernetes.as_ref()) else {
                continue;
            };
            lines.entry(set.environment.clone()).or_insert_with(|| {
                let kubeconfig = self.settings.kubeconfig.clone();
                let context = kubernetes.context.clone();
                let environment = set.environment.clone();
                Arc::new(Line::new(environment, kubeconfig, context, self.clock))
            });
        }
        lines
    }

    async fn one(
        &self,
        set: &BackupSet,
        line: Option<&Line>,
        tell: &(impl Fn(Checkup) + Sync),
    ) -> Checked {
        let now = self.clock.now();
        let before = self.memory.observed(&set.path());
        let looking = async {
            let objects::Seen { listing, facts, clock } = objects::look(self, set, now).await;
            Evidence {
                listing,
                facts,
                runs: Known::Unasked,
                verification: Known::Unasked,
                scans: scans(self.reading, set),
                refusals: refusals(self.reading, set),
                proven: proven(self.reading, set),
                trend: trend(self.reading, set),
                before: before.cloned(),
                clocks: clock.into_iter().collect(),
            }
        };
        let asking = jobs::look(self, line, set);
        let mut looking = pin!(looking);
        let mut asking = pin!(asking);
        let (mut evidence, of_cluster) = tokio::select! {
            biased;
            of_cluster = &mut asking => (looking.await, of_cluster),
            evidence = &mut looking => {
                tell(judge(set, &evidence, now));
                (evidence, asking.await)
            }
        };
        (evidence.runs, evidence.verification) = (of_cluster.runs, of_cluster.verification);
        evidence.clocks.extend(of_cluster.clock);
        let today = now.to_zoned(set.time_zone.clone()).date();
        let observed = evidence
            .listing
            .as_ref()
            .ok()
            .map(|catalogue| before.cloned().unwrap_or_default().with(catalogue, today));
        if let Some(line) = line {
            jobs::add_last_words(line, set, &mut evidence, self.patience).await;
        }
        Checked { checkup: judge(set, &evidence, now), observed }
    }
}

/// What has been seen of a set.
#[derive(Debug)]
pub enum Sight {
    /// Its objects, judged without what the cluster says.
    OfStorage(Checkup),
    Whole(Checked),
}

/// The line to the cluster that a set's jobs run in.
fn line<'a>(lines: &'a Lines, set: &BackupSet) -> Option<&'a Line> {
    lines.get(&set.environment).map(AsRef::as_ref)
}

fn records<'a>(reading: &'a Reading, set: &'a BackupSet) -> impl Iterator<Item = &'a Record> {
    reading
        .records()
        .filter(|record| record.environment == set.environment && record.set == set.name)
}

/// What is known of objects that have been read: the newest record of each counts.
fn scans(reading: &Reading, set: &BackupSet) -> Vec<Scan> {
    let mut scans: HashMap<_, Scan> = HashMap::new();
    for record in records(reading, set).filter(|record| record.census.is_some()) {
        let (key, etag) = (record.object.key.clone(), record.object.etag.clone());
        let scan = Scan { broken: broken(record), key: key.clone(), etag: etag.clone() };
        scans.insert((key, etag), scan);
    }
    scans.into_values().collect()
}

/// What the rules about the dump itself found.
fn broken(record: &Record) -> Option<String> {
    refused(record, |rule| [Rule::A1, Rule::A2, Rule::A3, Rule::A4].contains(&rule))
}

/// The first reason for a refusal that any of these rules has found.
fn refused(record: &Record, is_meant: impl Fn(Rule) -> bool) -> Option<String> {
    let judgements = record.judgements.iter().filter(|it| is_meant(it.rule));
    let mut failed = judgements
        .flat_map(Judgement::findings)
        .filter(|finding| finding.severity == Severity::Fail);
    failed.next().map(told)
}

/// The objects of which the last drill has failed.
fn refusals(reading: &Reading, set: &BackupSet) -> Vec<Refusal> {
    let drills = || records(reading, set).filter(|record| record.is_test());
    let newest = drills().last().map(|record| record.id);
    // A reading is in the order of time: the last drill of an object takes the place of those before.
    let last: HashMap<_, _> = drills().map(|it| ((&it.object.key, &it.object.etag), it)).collect();
    let failed = last.into_values().filter(|record| record.verdict == Verdict::Fail);
    failed
        .map(|record| Refusal {
            key: record.object.key.clone(),
            etag: record.object.etag.clone(),
            at: record.started,
            reason: refused(record, |_| true).unwrap_or_else(|| record.sentence()),
            is_newest: newest == Some(record.id),
        })
        .collect()
}

/// When the newest backup began that is proven to restore.
fn proven(reading: &Reading, set: &BackupSet) -> Option<Timestamp> {
    let proofs = records(reading, set).filter(|record| record.is_proof());
    proofs.map(|record| record.object.began.at).max()
}

/// The counts of every backup that was ever scanned, one for each.
fn trend(reading: &Reading, set: &BackupSet) -> Vec<Point> {
    let mut points: HashMap<_, Point> = HashMap::new();
    for record in records(reading, set) {
        let Some(census) = &record.census else { continue };
        let documents =
            census.judged().map(|(name, found)| (name.to_string(), found.documents)).collect();
        let point = Point {
            began: record.object.began.at,
            key: record.object.key.0.clone(),
            is_whole: broken(record).is_none(),
            documents,
        };
        points.insert((record.object.key.clone(), record.object.etag.clone()), point);
    }
    let mut points: Vec<_> = points.into_values().collect();
    points.sort_by(|one, other| (one.began, &one.key).cmp(&(other.began, &other.key)));
    points
}
