//! The dice: fair, repeatable, and honest about what was left out.

use jiff::ToSpan;

use super::*;
use crate::domain::backup::{Began, BeganFrom};
use crate::domain::units::ByteSize;

fn now() -> Timestamp {
    "2026-11-20T09:00:00Z".parse().unwrap()
}

fn candidates(environment: &str, days: u32) -> Vec<Candidate> {
    (0..days)
        .map(|day| {
            let at = now() - (i64::from(day) * 24 + 9).hours();
            Candidate {
                environment: EnvironmentName(environment.to_owned()),
                backup: Backup {
                    bucket: "backups".to_owned(),
                    key: BackupKey(format!("{environment}/{day:03}.tar.gz")),
                    size: ByteSize(1),
                    etag: format!("etag-{day}"),
                    last_modified: at,
                    version_id: None,
                    storage_class: None,
                    began: Began { at, from: BeganFrom::Name },
                },
            }
        })
        .collect()
}

fn key(roll: Option<(Candidate, Pick)>) -> BackupKey {
    roll.unwrap().0.backup.key
}

#[test]
fn one_seed_over_one_pool_picks_the_same_backup_in_any_order() {
    let mut pool = candidates("prod", 90);
    let first = roll(&pool, &History::default(), 7, now()).unwrap();
    pool.reverse();
    assert_eq!(roll(&pool, &History::default(), 7, now()).unwrap(), first);
}

#[test]
fn seeds_reach_every_stratum_about_as_often_as_the_odds_say() {
    let pool = candidates("prod", 90);
    let mut hits: BTreeMap<AgeBand, u32> = BTreeMap::new();
    for seed in 0..400 {
        let (_, pick) = roll(&pool, &History::default(), seed, now()).unwrap();
        *hits.entry(pick.stratum.age).or_default() += 1;
    }
    assert_eq!(hits.len(), 4);
    for (age, hits) in hits {
        assert!((60..140).contains(&hits), "{age}: {hits} of 400");
    }
}

#[test]
fn tested_backups_are_left_out_until_all_are_tested() {
    let pool = candidates("prod", 3);
    let mut history = History::default();
    for round in 0..3_usize {
        let (candidate, pick) = roll(&pool, &history, 1, now()).unwrap();
        assert_eq!((pick.pool_size, pick.excluded.len()), (3 - round as u64, round));
        assert!(history.tested.insert(("backups".to_owned(), candidate.backup.key)));
    }
    let (_, again) = roll(&pool, &history, 1, now()).unwrap();
    assert!(again.exhausted && again.excluded.is_empty());
    assert_eq!(again.pool_size, 3);
}

#[test]
fn a_stratum_drilled_yesterday_is_rarely_drawn() {
    let pool = candidates("prod", 90);
    let mut history = History::default();
    for age in [AgeBand::Day, AgeBand::Week, AgeBand::Month] {
        let environment = EnvironmentName("prod".to_owned());
        history.drilled.insert(Stratum { environment, age }, now() - 24.hours());
    }
    let (_, pick) = roll(&pool, &history, 1, now()).unwrap();
    let older = pick.odds.iter().find(|odds| odds.stratum.age == AgeBand::Older).unwrap();
    assert!(older.chance > 0.99);
}

#[test]
fn the_odds_add_up_and_the_chance_is_the_strata_share() {
    let (_, pick) = roll(&candidates("prod", 90), &History::default(), 3, now()).unwrap();
    let sum: f64 = pick.odds.iter().map(|odds| odds.chance).sum();
    assert!((sum - 1.0).abs() < 1e-9);
    let own = pick.odds.iter().find(|odds| odds.stratum == pick.stratum).unwrap();
    assert!((pick.chance - own.chance / own.backups as f64).abs() < 1e-9);
}

#[test]
fn another_etag_makes_another_pool() {
    let pool = candidates("prod", 5);
    let mut replaced = pool.clone();
    replaced.first_mut().unwrap().backup.etag = "other".to_owned();
    let hash =
        |pool: &[Candidate]| roll(pool, &History::default(), 3, now()).unwrap().1.pool_sha256;
    assert_ne!(hash(&pool), hash(&replaced));
}

#[test]
fn nothing_is_drawn_from_nothing() {
    assert!(roll(&[], &History::default(), 1, now()).is_none());
    assert_eq!(
        key(roll(&candidates("dev", 1), &History::default(), 1, now())),
        BackupKey("dev/000.tar.gz".to_owned())
    );
}
