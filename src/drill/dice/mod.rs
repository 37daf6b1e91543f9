//! Fair dice: which backup is tested, in a way that anybody can follow afterwards.
//!
//! The pool is every backup of the window that was not tested yet (all of them once all were).
//! It falls into strata by environment and age; a stratum's weight is the time since one of it was
//! last drilled, and within a stratum every backup has the same chance. The draw is a hash of seed and
//! pool, so that seed, pool and odds in the record are enough to repeat it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::backup::{Backup, BackupKey};
use crate::domain::environment::EnvironmentName;

/// Changes whenever the same seed over the same pool would pick something else.
const ALGORITHM: &str = "stratified-1";
/// A stratum that was never drilled weighs as if it had been a year ago.
const NEVER_DAYS: u64 = 365;

/// Backups of one environment and one age.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stratum {
    pub environment: EnvironmentName,
    pub age: AgeBand,
}

impl fmt::Display for Stratum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{}, {}", self.environment, self.age))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgeBand {
    /// Up to 1 day.
    Day,
    /// 2 to 7 days.
    Week,
    /// 8 to 30 days.
    Month,
    Older,
}

impl AgeBand {
    fn of(age_days: i64) -> Self {
        match age_days {
            ..=1 => Self::Day,
            2..=7 => Self::Week,
            8..=30 => Self::Month,
            _ => Self::Older,
        }
    }
}

impl fmt::Display for AgeBand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Day => "0–1 days",
            Self::Week => "2–7 days",
            Self::Month => "8–30 days",
            Self::Older => "over 30 days",
        })
    }
}

/// A backup that may be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub environment: EnvironmentName,
    pub backup: Backup,
}

/// What is known of earlier drills.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Objects with a record at depth restore or deeper that came to a verdict.
    pub tested: BTreeSet<(String, BackupKey)>,
    /// When a backup of each stratum was last drilled.
    pub drilled: BTreeMap<Stratum, Timestamp>,
}

/// One stratum's share of the odds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Odds {
    pub stratum: Stratum,
    pub backups: u64,
    /// Days since one of it was drilled, 365 where none ever was: its weight.
    pub weight: u64,
    /// The chance that the draw falls here, 0 to 1.
    pub chance: f64,
}

/// A draw with everything that is needed to repeat it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pick {
    pub algorithm: String,
    pub seed: u64,
    /// SHA-256 over `bucket/key etag` of each backup in the pool, one a line, sorted.
    pub pool_sha256: String,
    pub pool_size: u64,
    pub odds: Vec<Odds>,
    /// Tested before, and therefore not in the pool.
    pub excluded: Vec<BackupKey>,
    /// All of the window were tested, so that all are in the pool again.
    pub exhausted: bool,
    pub stratum: Stratum,
    /// The chance of the object that was drawn, 0 to 1.
    pub chance: f64,
}

/// What the dice may draw from, and what is known of earlier draws.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pool {
    pub candidates: Vec<Candidate>,
    pub history: History,
    /// Backups of the window that cannot be drawn: they must be thawed first.
    pub archived: Vec<Backup>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

impl Pool {
    /// Draws; `None` where there is nothing to draw from.
    pub fn roll(&self, seed: u64, now: Timestamp) -> Option<(Candidate, Pick)> {
        roll(&self.candidates, &self.history, seed, now)
    }

    /// Whether an earlier drill came to a verdict on this object.
    pub fn is_tested(&self, backup: &Backup) -> bool {
        self.history.tested.contains(&(backup.bucket.clone(), backup.key.clone()))
    }
}

/// Draws one of `candidates`; `None` where there is none.
pub fn roll(
    candidates: &[Candidate],
    history: &History,
    seed: u64,
    now: Timestamp,
) -> Option<(Candidate, Pick)> {
    let is_tested = |candidate: &&Candidate| {
        let backup = &candidate.backup;
        history.tested.contains(&(backup.bucket.clone(), backup.key.clone()))
    };
    let untested: Vec<_> = candidates.iter().filter(|candidate| !is_tested(candidate)).collect();
    let exhausted = untested.is_empty();
    let mut pool = if exhausted { candidates.iter().collect() } else { untested };
    pool.sort_by_cached_key(|candidate| identity(candidate));

    let excluded = candidates
        .iter()
        .filter(|_| !exhausted)
        .filter(is_tested)
        .map(|candidate| candidate.backup.key.clone())
        .collect();
    let pool_sha256 = hash_of(&pool);
    let mut strata: BTreeMap<Stratum, Vec<&Candidate>> = BTreeMap::new();
    for candidate in &pool {
        strata.entry(stratum(candidate, now)).or_default().push(candidate);
    }
    let odds = odds(&strata, history, now);
    let draw = Draw { seed, pool: &pool_sha256 };
    let total = odds.iter().map(|odds| odds.weight).sum();
    let mut left = draw.below("stratum", total)?;
    let chosen = odds.iter().find(|odds| {
        let here = left < odds.weight;
        left = left.saturating_sub(odds.weight);
        here
    })?;
    let members = strata.get(&chosen.stratum)?;
    let index = usize::try_from(draw.below("backup", members.len() as u64)?).ok()?;
    let candidate = (*members.get(index)?).clone();
    let pick = Pick {
        algorithm: ALGORITHM.to_owned(),
        seed,
        pool_size: pool.len() as u64,
        stratum: chosen.stratum.clone(),
        chance: chosen.chance / members.len() as f64,
        pool_sha256,
        odds,
        excluded,
        exhausted,
    };
    Some((candidate, pick))
}

/// Where a candidate falls at `now`.
pub fn stratum(candidate: &Candidate, now: Timestamp) -> Stratum {
    let age = now.duration_since(candidate.backup.began.at).as_secs().div_euclid(86_400);
    Stratum { environment: candidate.environment.clone(), age: AgeBand::of(age) }
}

fn odds(
    strata: &BTreeMap<Stratum, Vec<&Candidate>>,
    history: &History,
    now: Timestamp,
) -> Vec<Odds> {
    let weight = |stratum: &Stratum| {
        history.drilled.get(stratum).map_or(NEVER_DAYS, |last| {
            let days = now.duration_since(*last).as_secs().div_euclid(86_400);
            u64::try_from(days).unwrap_or(0).clamp(1, NEVER_DAYS)
        })
    };
    let total: u64 = strata.keys().map(weight).sum();
    strata
        .iter()
        .map(|(stratum, members)| Odds {
            stratum: stratum.clone(),
            backups: members.len() as u64,
            weight: weight(stratum),
            chance: weight(stratum) as f64 / total as f64,
        })
        .collect()
}

fn identity(candidate: &Candidate) -> String {
    let backup = &candidate.backup;
    format!("{}/{} {}", backup.bucket, backup.key, backup.etag)
}

fn hash_of(pool: &[&Candidate]) -> String {
    let mut hash = Sha256::new();
    for candidate in pool {
        hash.update(identity(candidate));
        hash.update("\n");
    }
    format!("{:x}", hash.finalize())
}

/// Numbers that follow from seed and pool alone.
struct Draw<'a> {
    seed: u64,
    pool: &'a str,
}

impl Draw<'_> {
    /// A number below `bound`, each as likely as another; `None` for a bound of 0.
    fn below(&self, purpose: &str, bound: u64) -> Option<u64> {
        // The largest multiple of `bound`: what lies above would favour small numbers.
        let fair = u64::MAX - u64::MAX.checked_rem(bound)?;
        (0_u32..).find_map(|attempt| {
            let text = format!("{ALGORITHM} {} {} {purpose} {attempt}", self.seed, self.pool);
            let digest = Sha256::digest(text);
            let number = u64::from_be_bytes(*digest.first_chunk()?);
            (number < fair).then(|| number % bound)
        })
    }
}

#[cfg(test)]
mod tests;
