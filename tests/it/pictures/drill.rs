//! The pictures of a drill. What it finds out is what a drill in the world finds out; how long everything takes is
//! said here, as no two machines take the same.

use jiff::ToSpan as _;
use lifeboat::app::App;
use lifeboat::app::action::Action;
use lifeboat::app::drill::message::{Began, DrillMessage};
use lifeboat::domain::backup::{Backup, BackupKey};
use lifeboat::domain::environment::EnvironmentName;
use lifeboat::domain::settings::{Depth, Settings};
use lifeboat::domain::units::{ByteSize, Count};
use lifeboat::drill::event::{Advance, Happened, Part, Step};
use lifeboat::drill::plan::{DrillId, DrillPlan};
use lifeboat::drill::preflight::{Check, Checked};
use lifeboat::drill::record::Record;
use lifeboat::journal::{Journal, Line};
use lifeboat::runtime::choose::Wanted;
use ulid::Ulid;

use crate::drill_pages::stage::{Stage, now};
use crate::harness::Rehearsal;

use super::Album;

/// What the drill is called by.
const ID: u128 = 0x9d3f_5c27;

/// Drills that a journal tells of: whose, how many days ago, how deep, in how many seconds.
const EARLIER: [(&str, i64, Depth, f64); 6] = [
    ("prod", 118, Depth::Compare, 7.9),
    ("staging", 96, Depth::Restore, 4.4),
    ("prod", 87, Depth::Compare, 8.3),
    ("prod", 56, Depth::Compare, 6.1),
    ("staging", 33, Depth::Compare, 4.1),
    ("dev", 12, Depth::Restore, 2.8),
];

/// The night whose dump was cut, in days before the drill of it, which is in days before now.
const CUT: (i64, i64) = (12, 9);

/// The card, the run and the result, on from a console whose form has been filled.
pub(super) fn drill(album: &mut Album, app: App, settings: Settings, found: &Record) {
    let mut stage = Stage::of(app, settings);
    let generation = stage.asked(Action::Open);
    let size = found.object.size;
    for (check, text) in Check::ALL.into_iter().zip(looks(size)) {
        let checked = Checked::fine(check, text);
        stage.tell(DrillMessage::Checked { generation, checked });
    }
    stage.tell(DrillMessage::CheckedAll { generation });
    album.put("card", &stage.draw());

    let order = stage.app.drill.card.as_ref().unwrap().order.clone();
    assert_eq!(order.object.key, found.object.key, "what is picked is what was drilled");
    let plan = DrillPlan {
        object: order.object.clone(),
        selection: order.selection.clone(),
        ..stage.plan(ID, 0)
    };
    let record = told_by(found, &plan);
    stage.tell(DrillMessage::Began(Box::new(Began { order, plan, at: now() })));
    stage.happen(until_restoring(&record));
    stage.wait(4);
    album.put("run", &stage.draw());

    stage.happen(until_recorded(&record));
    stage.hold(record);
    album.put("result", &stage.draw());
    stage.press(Action::Open);
    album.put("births", &stage.draw());
}

/// What the card says of a machine with an engine, and of the world.
fn looks(size: ByteSize) -> [String; 8] {
    [
        format!("as it was listed, {size}; the storage keeps no checksum of the whole"),
        "no other drill runs on this machine".to_owned(),
        format!("{size} needed, 40.8 GiB free in ~/.cache/lifeboat"),
        "docker 27.5.1 on x86_64, 4 CPUs, 8.0 GiB (the configuration)".to_owned(),
        "mongo:4.2 by the live source; here already".to_owned(),
        "x86_64; MongoDB 4.2 runs on any".to_owned(),
        "memory 2.0 GiB of 8.0 GiB; disk about 633.5 MiB by a guess: packed six times".to_owned(),
        "MongoDB 4.2.24 at mongo.prod:27017 answers; it is only read".to_owned(),
    ]
}

/// What was found out, as the record of this plan.
fn told_by(found: &Record, plan: &DrillPlan) -> Record {
    Record {
        id: plan.id,
        started: plan.started,
        actor: plan.actor.clone(),
        trigger: plan.trigger,
        selection: plan.selection.clone(),
        rto_s: Some(6.3),
        ..found.clone()
    }
}

fn passed(at: u64, step: Step, summary: impl Into<String>) -> (u64, Step, Happened) {
    (at, step, Happened::Passed { summary: summary.into() })
}

fn until_restoring(record: &Record) -> Vec<(u64, Step, Happened)> {
    let census = record.census.as_ref().unwrap();
    let whole = census.bytes().bytes();
    let mut left = whole * 3 / 5;
    let parts = census.collections.iter().filter(|(_, it)| it.has_data).map(|(name, it)| {
        let total = it.bytes.bytes();
        let done = total.min(left);
        left -= done;
        Part { name: name.clone(), done, total: Some(total), documents: None }
    });
    let parts: Vec<Part> = parts.collect();
    let moving = parts.iter().find(|part| part.total != Some(part.done)).unwrap();
    let advance = Advance::bytes(whole * 3 / 5, Some(whole), moving.name.to_string());
    let read = format!(
        "{} documents in {} collections, {} raw, server 4.2",
        Count(census.documents()),
        census.collections.len(),
        census.bytes()
    );
    vec![
        (0, Step::Download, Happened::Started),
        (0, Step::Scan, Happened::Started),
        (40, Step::StartSandbox, Happened::Started),
        (
            60,
            Step::StartSandbox,
            Happened::Noted("mongo:4.2, as the source runs 4.2.24".to_owned()),
        ),
        passed(1210, Step::Download, format!("{}, length checked", record.object.size)),
        passed(1240, Step::Scan, read),
        passed(1980, Step::StartSandbox, "mongo:4.2 without network, server 4.2.24"),
        (1990, Step::Restore, Happened::Started),
        (3900, Step::Restore, Happened::Advanced(advance)),
        (3900, Step::Restore, Happened::Parts(parts)),
    ]
}

fn until_recorded(record: &Record) -> Vec<(u64, Step, Happened)> {
    let documents = record.census.as_ref().unwrap().documents();
    let counted = format!("{} documents", Count(documents));
    vec![
        passed(6300, Step::Restore, format!("{counted} by built-in restorer")),
        (6300, Step::Count, Happened::Started),
        passed(6400, Step::Count, counted),
        (6400, Step::Compare, Happened::Started),
        passed(7900, Step::Compare, "compared with the live database"),
        (7900, Step::Record, Happened::Started),
    ]
}

/// A journal with a year's habit in it, and one backup that did not restore.
pub(super) async fn remember(journal: &Journal, tested: &Rehearsal, found: &Record) {
    for (at, (environment, days, depth, seconds)) in EARLIER.into_iter().enumerate() {
        let record = Record { depth, ..earlier(found, environment, days, at) };
        put(journal, Record { rto_s: Some(seconds), ..record });
    }
    let (night, days) = CUT;
    let cut = night_of(found, "prod", night);
    let wanted = Wanted::Named(cut.key.0);
    let failed = tested.drill_to(Depth::Quick, "prod", wanted).await.record;
    let record = earlier(&failed, "prod", days, EARLIER.len());
    put(journal, Record { object: failed.object, ..record });
}

fn put(journal: &Journal, record: Record) {
    journal.append(record.id.0, &Line::Result(Box::new(record))).unwrap();
}

/// The same drill, so many days ago, of the night before it.
fn earlier(record: &Record, environment: &str, days: i64, at: usize) -> Record {
    let started = now().checked_sub((days * 24).hours()).unwrap();
    let milliseconds = u64::try_from(started.as_millisecond()).unwrap();
    Record {
        id: DrillId(Ulid::from_parts(milliseconds, u128::try_from(at).unwrap())),
        started,
        actor: "ada@jump".to_owned(),
        environment: EnvironmentName(environment.to_owned()),
        object: night_of(record, environment, days),
        ..record.clone()
    }
}

/// The backup of the night so many days ago.
fn night_of(record: &Record, environment: &str, days: i64) -> Backup {
    let at = now().checked_sub((days * 24).hours()).unwrap();
    let name = at.strftime("%Y-%m-%dT00_00.tar.gz");
    Backup { key: BackupKey(format!("{environment}/{name}")), ..record.object.clone() }
}
