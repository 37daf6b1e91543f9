//! The Drill tab without a screen: a drill is asked for, waits, is cancelled, and left.

use std::time::Duration;

use jiff::Timestamp;

use super::card::Card;
use super::effect::{Order, SetRef};
use super::form::{Field, Form, PickBy};
use super::history::History;
use super::result::{ResultColumn, Shown};
use super::shelf::Shelf;
use crate::domain::backup::{Backup, BackupKey, Began, BeganFrom};
use crate::domain::census::{DumpCensus, DumpedCollection, Namespace};
use crate::domain::environment::{EnvironmentName, SetName};
use crate::domain::settings::Depth;
use crate::domain::units::ByteSize;
use crate::drill::dice::{Candidate, Pool};
use crate::drill::past::{Past, Told};
use crate::drill::plan::{Selection, ToolChoice};
use crate::drill::preflight::{Check, Checked};
use crate::drill::record::Record;

fn now() -> Timestamp {
    "2026-11-20T09:30:00Z".parse().unwrap()
}

fn backup(day: u32) -> Backup {
    let at: Timestamp = format!("2026-11-{day:02}T00:00:00Z").parse().unwrap();
    Backup {
        bucket: "b".to_owned(),
        key: BackupKey(format!("prod/{day}")),
        size: ByteSize(1),
        etag: "e".to_owned(),
        last_modified: at,
        version_id: None,
        storage_class: None,
        began: Began { at, from: BeganFrom::Name },
    }
}

fn shelf() -> Shelf {
    let environment = EnvironmentName("prod".to_owned());
    let candidates =
        (1..=9).map(|day| Candidate { environment: environment.clone(), backup: backup(day) });
    let pool = Pool { candidates: candidates.collect(), ..Pool::default() };
    let mut shelf = Shelf::default();
    shelf.fill(Ok(pool), 7, now());
    shelf
}

fn order() -> Order {
    Order {
        set: SetRef {
            environment: EnvironmentName("prod".to_owned()),
            name: SetName("ingest".to_owned()),
        },
        object: backup(1),
        selection: Selection::Named,
        depth: Depth::Compare,
        tool: ToolChoice::Auto,
    }
}

#[test]
fn left_of_the_dice_are_the_backups_the_newest_first() {
    let shelf = shelf();
    let mut form = Form::new(0, Depth::Compare);
    assert_eq!(form.by, PickBy::Dice);
    let rolled = form.object(&shelf).cloned();
    assert_eq!(rolled, shelf.rolled.as_ref().map(|(candidate, _)| candidate.backup.clone()));
    form.turn(-1, 1, &shelf);
    assert_eq!(form.object(&shelf), Some(&backup(9)));
    form.turn(-1, 1, &shelf);
    assert_eq!(form.object(&shelf), Some(&backup(8)));
    form.turn(1, 1, &shelf);
    form.turn(1, 1, &shelf);
    assert_eq!(form.by, PickBy::Dice);
    for _ in 0..20 {
        form.turn(-1, 1, &shelf);
    }
    assert_eq!(form.object(&shelf), Some(&backup(1)));
}

#[test]
fn the_dice_are_rolled_by_the_first_look_and_not_by_the_next() {
    let mut shelf = shelf();
    shelf.fill(Ok(shelf.pool.clone()), 8, now());
    assert_eq!(shelf.seed, 7);
    shelf.roll(9, now());
    shelf.fill(Ok(shelf.pool.clone()), 10, now());
    assert_eq!(shelf.seed, 9);
    shelf.rolled = None;
    shelf.fill(Ok(shelf.pool.clone()), 11, now());
    assert_eq!(shelf.seed, 11);
}

#[test]
fn another_set_is_picked_from_by_the_dice_again() {
    let shelf = shelf();
    let mut form = Form::new(0, Depth::Compare);
    form.turn(-1, 2, &shelf);
    form.at = Field::Set;
    assert!(form.turn(1, 2, &shelf));
    assert_eq!((form.set, form.by), (1, PickBy::Dice));
    assert!(!form.turn(1, 2, &shelf), "there is no third one");
}

#[test]
fn a_card_begins_by_itself_only_without_a_warning() {
    let mut card = Card::new(order(), std::collections::BTreeMap::new(), now());
    card.checked.insert(Check::Object, Checked::fine(Check::Object, "there"));
    card.complete(now());
    assert!(card.starts.is_some_and(|at| at > now()) && !card.waits());
    let mut card = Card::new(order(), std::collections::BTreeMap::new(), now());
    card.checked.insert(Check::Source, Checked::warns(Check::Source, "silent", "wait"));
    card.complete(now());
    assert!(card.starts.is_none() && card.waits());
}

#[test]
fn how_long_a_drill_takes_is_known_from_earlier_ones_or_not_at_all() {
    use crate::drill::event::Step;
    let card = Card::new(order(), std::collections::BTreeMap::new(), now());
    assert_eq!(card.expected(), None);
    let took = |seconds| (Duration::from_secs(seconds), 3);
    let usual = [(Step::Download, took(4)), (Step::Scan, took(5)), (Step::Restore, took(20))];
    let card = Card::new(order(), usual.into_iter().collect(), now());
    assert_eq!(card.expected(), Some(Duration::from_secs(25)), "two of them overlap");
}

fn result() -> Shown {
    let mut record: Record = serde_json::from_value(serde_json::json!({
        "id": ulid::Ulid::from_parts(1, 1),
        "schema": 1,
        "started": now(),
        "actor": "ada@jump",
        "console_version": "0.1.0",
        "trigger": "wizard",
        "environment": "prod",
        "set": "ingest",
        "production": true,
        "object": backup(1),
        "selection": {"by": "latest"},
        "depth": "quick",
        "stages": [],
        "judgements": [],
        "verdict": "could-not-verify",
    }))
    .unwrap();
    let counts = [("file", 9), ("atom", 1), ("zone", 5)];
    let dumped = |documents| DumpedCollection { documents, ..DumpedCollection::default() };
    let collections =
        counts.into_iter().map(|(name, count)| (Namespace::new("admin", name), dumped(count)));
    record.census =
        Some(DumpCensus { collections: collections.collect(), ..DumpCensus::default() });
    Shown::of(record.into(), None, false)
}

fn names(shown: &Shown) -> Vec<&str> {
    shown.rows().map(|row| row.namespace.collection.as_str()).collect()
}

#[test]
fn a_result_is_sorted_turned_and_filtered_and_the_cursor_stays_on_its_row() {
    let mut shown = result();
    assert_eq!(names(&shown), ["atom", "file", "zone"]);
    shown.select(1);
    shown.sort_by(ResultColumn::Dumped);
    assert_eq!(names(&shown), ["file", "zone", "atom"]);
    assert_eq!(shown.selected().unwrap().namespace.collection, "file");
    shown.sort_by(ResultColumn::Dumped);
    assert_eq!(names(&shown), ["atom", "zone", "file"]);
    assert_eq!(shown.at(), 2);
    shown.filter_by("zo");
    assert_eq!(names(&shown), ["zone"]);
    shown.filter_by("");
    assert_eq!(shown.total(), 3);
}

#[test]
fn history_is_filtered_by_environment_and_by_words() {
    let past = |environment: &str, result: &str| Past {
        id: ulid::Ulid::from_parts(1, 1),
        at: now(),
        environment: EnvironmentName(environment.to_owned()),
        told: Told::Imported {
            backup: "x.tar.gz".to_owned(),
            result: result.to_owned(),
            note: String::new(),
            is_test: true,
        },
        cleanup: None,
        notes: Vec::new(),
    };
    let pasts = [past("dev", "ok"), past("prod", "failed"), past("prod", "ok")];
    let mut history = History::default();
    history.filter_by("prod");
    assert_eq!(history.rows(&pasts).count(), 2);
    history.filter_by("fail");
    assert_eq!(history.selected(&pasts), Some(&pasts[1]));
    history.move_by(5, &pasts);
    assert_eq!(history.at, 0);
}
