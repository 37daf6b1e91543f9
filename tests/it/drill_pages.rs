//! The pages of the Drill tab on the screen, in every phase, small and large.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use lifeboat::app::App;
use lifeboat::app::action::Action;
use lifeboat::app::drill::effect::{DrillEffect, Order, SetRef};
use lifeboat::app::drill::leftovers::{Interrupted, LeftBehind, Leftover};
use lifeboat::app::drill::message::{Began, DrillMessage, Ended, Look};
use lifeboat::app::effect::{Effect, Generation};
use lifeboat::app::message::{Message, Size};
use lifeboat::app::remembered::Remembered;
use lifeboat::app::tab::Tab;
use lifeboat::domain::backup::{Backup, BackupKey, Began as BeganAt, BeganFrom};
use lifeboat::domain::census::{
    Birth, DumpCensus, DumpedCollection, LiveCensus, LiveCollection, Namespace, Windows,
};
use lifeboat::domain::environment::{BackupSet, EnvironmentName};
use lifeboat::domain::failure::{Failure, FailureKind};
use lifeboat::domain::loss::Loss;
use lifeboat::domain::restore::{RestoreReport, Tool};
use lifeboat::domain::settings::{Access, Depth, ImageChoice, Settings, ThemeChoice};
use lifeboat::domain::units::ByteSize;
use lifeboat::domain::verdict::completeness::Evidence;
use lifeboat::domain::verdict::{completeness, dump, fidelity};
use lifeboat::drill::dice::{Candidate, Pool};
use lifeboat::drill::event::{Advance, DrillEvent, Happened, Held, Part, Step};
use lifeboat::drill::past::{Past, Told};
use lifeboat::drill::plan::{DrillId, DrillPlan, ToolChoice, Trigger};
use lifeboat::drill::preflight::{Check, Checked, Standing};
use lifeboat::drill::record::{Cleanup, Record};
use lifeboat::ui;
use lifeboat::ui::keymap::Keymap;
use lifeboat::ui::theme::{ColourDepth, Theme};
use lifeboat::ui::viewports::Viewports;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ulid::Ulid;

use crate::harness::Rehearsal;

/// What the drill of these pages is called by.
const ID: u128 = 0x00AB_CDEF;
const SIZES: [(u16, u16); 2] = [(80, 24), (200, 50)];

fn now() -> Timestamp {
    "2026-11-20T09:30:00Z".parse().unwrap()
}

fn backup(days_ago: i64) -> Backup {
    let midnight: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    let at = midnight.checked_sub((days_ago * 24).hours()).unwrap();
    let name = at.strftime("%Y-%m-%dT%H_%M.tar.gz");
    Backup {
        bucket: "backups".to_owned(),
        key: BackupKey(format!("prod/{name}")),
        size: ByteSize(15_600_000 + u64::try_from(days_ago).unwrap() * 1000),
        etag: format!("e{days_ago}"),
        last_modified: at,
        version_id: None,
        storage_class: None,
        began: BeganAt { at, from: BeganFrom::Name },
    }
}

/// A console whose tab has been opened and told of everything.
struct Stage {
    app: App,
    settings: Settings,
}

impl Stage {
    async fn open((width, height): (u16, u16)) -> Self {
        let settings = Rehearsal::start().await.settings.clone();
        let (mut app, _) = App::start(&settings, &Remembered::default(), Vec::new(), now());
        app.update(Message::Resized(Size { width, height }));
        let mut stage = Self { app, settings };
        let generation = stage.asked(Action::Show(Tab::Drill));
        let candidates = (0..61).filter(|day| *day != 5).map(|day| Candidate {
            environment: EnvironmentName("prod".to_owned()),
            backup: backup(day),
        });
        let mut pool = Pool { candidates: candidates.collect(), ..Pool::default() };
        for record in stage.pasts().iter().filter_map(Past::record) {
            let object = record.object.clone();
            pool.history.tested.insert((object.bucket.clone(), object.key.clone()));
            let environment = record.environment.clone();
            let drawn = Candidate { environment, backup: object };
            let drawn = lifeboat::drill::dice::stratum(&drawn, record.started);
            pool.history.drilled.insert(drawn, record.started);
        }
        let look =
            Look { pasts: Ok(stage.pasts()), unread: Vec::new(), pool: Ok(pool), seed: 4711 };
        stage.tell(DrillMessage::Looked { generation, look: Box::new(look) });
        stage
    }

    fn tell(&mut self, message: DrillMessage) {
        self.app.update(Message::Drill(message));
        self.app.take_dirty();
    }

    fn press(&mut self, action: Action) -> Vec<Effect> {
        let effects = self.app.update(Message::Acted(action));
        self.app.take_dirty();
        effects
    }

    /// Acts, and gives the number of the question that follows.
    fn asked(&mut self, action: Action) -> Generation {
        let effects = self.press(action);
        let number = effects.iter().find_map(|effect| match effect {
            Effect::Drill(effect) => match &**effect {
                DrillEffect::Look { generation, .. } | DrillEffect::Check { generation, .. } => {
                    Some(*generation)
                }
                _ => None,
            },
            _ => None,
        });
        number.unwrap()
    }

    fn set(&self) -> &BackupSet {
        self.settings.sets().find(|set| set.production).unwrap()
    }

    fn plan(&self, id: u128, days_ago: i64) -> DrillPlan {
        let started = now().checked_sub((days_ago * 24).hours()).unwrap();
        let milliseconds = u64::try_from(started.as_millisecond()).unwrap();
        DrillPlan {
            id: DrillId(Ulid::from_parts(milliseconds, id)),
            started,
            trigger: Trigger::Wizard,
            actor: "ada@jump".to_owned(),
            set: self.set().clone(),
            engine: lifeboat::domain::engine::Engine::Mongodb,
            object: backup(days_ago + 30),
            access: Access::default(),
            selection: lifeboat::drill::plan::Selection::Latest,
            depth: Depth::Compare,
            tool: ToolChoice::Auto,
            image: ImageChoice::Auto,
            mirror: String::new(),
            memory: ByteSize::gibibytes(2),
            limit: Duration::from_hours(3),
            hold: Duration::from_mins(10),
            clock_margin: Duration::from_mins(5),
            keep_download: false,
            earlier_prelude: false,
        }
    }

    fn pasts(&self) -> Vec<Past> {
        let drilled = |id: u128, days: i64, lost: u64| {
            let mut record = record(&self.plan(id, days), lost);
            record.rto_s = Some(4.0 + f64::from(u32::try_from(days).unwrap()) / 20.0);
            Past {
                id: record.id.0,
                at: record.started,
                environment: record.environment.clone(),
                cleanup: Some(clean()),
                notes: Vec::new(),
                told: Told::Drilled(record.into()),
            }
        };
        let imported = Past {
            id: Ulid::from_parts(1, 1),
            at: "2026-08-30T09:00:00Z".parse().unwrap(),
            environment: EnvironmentName("staging".to_owned()),
            told: Told::Imported {
                backup: "2026-08-29T00_00.tar.gz".to_owned(),
                result: "ok".to_owned(),
                note: "took an hour, the container was left running".to_owned(),
                is_test: true,
            },
            cleanup: None,
            notes: Vec::new(),
        };
        vec![imported, drilled(3, 28, 0), drilled(4, 14, 1200), drilled(5, 7, 0)]
    }

    fn began(&self) -> DrillMessage {
        let plan = self.plan(ID, 0);
        let set = SetRef { environment: plan.set.environment.clone(), name: plan.set.name.clone() };
        let order = Order {
            set,
            object: plan.object.clone(),
            selection: plan.selection.clone(),
            depth: plan.depth,
            tool: plan.tool,
        };
        DrillMessage::Began(Box::new(Began { order, plan, at: now() }))
    }

    /// Goes on to `seconds` after the drill's start.
    fn wait(&mut self, seconds: u64) {
        self.app.update(Message::Ticked(now() + Duration::from_secs(seconds)));
        self.app.take_dirty();
    }

    fn happen(&mut self, events: Vec<(u64, Step, Happened)>) {
        let events = events.into_iter().map(|(at, step, what)| DrillEvent {
            at: Duration::from_millis(at),
            step,
            what,
        });
        self.tell(DrillMessage::Happened(events.collect()));
    }

    /// Up to the result; `lost` documents of one collection did not come back.
    fn conclude(&mut self, lost: u64) {
        let began = self.began();
        self.tell(began);
        let record = record(&self.plan(ID, 0), lost);
        let held = Held {
            sandbox: "lifeboat-drill-x".to_owned(),
            engine: "unix:///run/docker.sock".to_owned(),
            until: Duration::from_secs(612),
            limit: Duration::from_hours(3),
        };
        let mut events = Vec::new();
        let steps = [Step::Download, Step::Scan, Step::StartSandbox, Step::Restore, Step::Count];
        for (at, step) in steps.into_iter().chain([Step::Compare, Step::Record]).enumerate() {
            let at = u64::try_from(at).unwrap() * 1000;
            events.push((at, step, Happened::Started));
            let summary = "done".to_owned();
            events.push((at + 900, step, Happened::Passed { summary }));
        }
        events.push((8000, Step::Record, Happened::Concluded(Box::new(record))));
        events.push((8100, Step::Hold, Happened::Started));
        events.push((8100, Step::Hold, Happened::Held(held)));
        self.happen(events);
        self.wait(12);
    }

    fn picture(&self) -> String {
        let Size { width, height } = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let theme = Theme::new(ThemeChoice::Dark, ColourDepth::True, false);
        let (keymap, mut viewports) = (Keymap::new(&[]), Viewports::default());
        terminal.draw(|frame| ui::draw(frame, &self.app, &theme, &keymap, &mut viewports)).unwrap();
        let buffer = terminal.backend().buffer();
        let mut text = String::new();
        for y in 0..height {
            let row: String = (0..width).map(|x| buffer[(x, y)].symbol()).collect();
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }

    fn check(&self, name: &str) {
        insta::assert_snapshot!(format!("drill_{name}_{}", self.app.size.width), self.picture());
    }
}

fn clean() -> Cleanup {
    let removed = vec!["lifeboat-drill-x".to_owned(), "lifeboat-drill-x-db".to_owned()];
    Cleanup { at: now(), removed, kept: Vec::new(), failure: None }
}

const COLLECTIONS: [(&str, u64); 5] = [
    ("biomaterial", 41_203),
    ("file", 318_440),
    ("process", 88_014),
    ("project", 179),
    ("importQueue", 0),
];

fn live(documents: u64, newer: u64) -> LiveCollection {
    let windows = Windows {
        birth: Birth::Id,
        before: documents,
        after: newer,
        imported: 0,
        changed: (newer > 0).then_some(91),
        oldest: Some("2024-02-03T04:05:06Z".parse().unwrap()),
    };
    let months = vec![
        ("2026-09".to_owned(), documents / 3),
        ("2026-10".to_owned(), documents / 2),
        ("2026-11".to_owned(), documents - documents / 3 - documents / 2 + newer),
    ];
    LiveCollection {
        documents: documents + newer,
        windows: Some(windows),
        months,
        ..LiveCollection::default()
    }
}

/// A record by the real rules; `lost` documents of `file` are not in the dump.
fn record(plan: &DrillPlan, lost: u64) -> Record {
    let name = |collection: &str| Namespace::new("admin", collection);
    let dumped = |documents: u64| DumpedCollection {
        documents,
        bytes: ByteSize(documents * 310),
        has_metadata: true,
        has_data: true,
        ..DumpedCollection::default()
    };
    let census = |of: &dyn Fn(&str, u64) -> LiveCollection| LiveCensus {
        host: "mongo.example:27017".to_owned(),
        version: "4.2.24".to_owned(),
        read_at: now(),
        collections: COLLECTIONS.iter().map(|(it, count)| (name(it), of(it, *count))).collect(),
    };
    let held = |it: &str, count: u64| if it == "file" { count - lost } else { count };
    let dump_census = DumpCensus {
        collections: COLLECTIONS
            .iter()
            .map(|(it, count)| (name(it), dumped(held(it, *count))))
            .collect(),
        root: "dump".to_owned(),
        ..DumpCensus::default()
    };
    let restored = census(&|it, count| live(held(it, count), 0));
    let source = census(&|_, count| live(count, count / 50));
    let report = RestoreReport {
        tool: Tool::Mongorestore,
        tool_version: None,
        restored: BTreeMap::new(),
        refused: Some(0),
        complaints: Vec::new(),
        skipped_files: Vec::new(),
        failed_indexes: Vec::new(),
        exit_code: Some(0),
    };
    let mut record = Record::begin(plan);
    record.judgements = dump::judge(&dump_census, None, false);
    record.judgements.extend(fidelity::judge(&dump_census, &restored, &report));
    let sample = Some(lifeboat::domain::loss::IdSample { asked: 100, found: 100 });
    let evidence = Evidence { dump: &dump_census, restored: &restored, source: &source, sample };
    record.judgements.extend(completeness::judge(evidence, BeganFrom::Name));
    record.loss = Some(Loss::between(&source, &restored));
    record.census = Some(dump_census);
    record.restored = Some(restored);
    record.source = Some(source);
    record.restored_with = Some(report);
    record.rto_s = Some(6.4);
    record.close("");
    record
}

fn looks() -> Vec<Checked> {
    let texts = [
        "as it was listed, 14.9 MiB; the storage keeps its CRC64NVME",
        "no other drill runs on this machine",
        "14.9 MiB needed, 40.8 GiB free in /home/ada/.cache/lifeboat",
        "docker 27.5.1 on x86_64, 4 CPUs, 8.0 GiB (DOCKER_HOST)",
        "mongo:4.2 by the newest record of this set; here already",
        "x86_64; MongoDB 4.2 runs on any",
        "memory 2.0 GiB of 8.0 GiB; disk about 633.5 MiB by the set's last drill",
        "MongoDB 4.2.24 at mongo.example:27017 answers; it is only read",
    ];
    Check::ALL.into_iter().zip(texts).map(|(check, text)| Checked::fine(check, text)).collect()
}

#[tokio::test]
async fn the_form_shows_what_is_due_the_pick_its_odds_and_what_was_tested() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        stage.check("form");
        for _ in 0..13 {
            stage.press(Action::ScrollLeft);
        }
        stage.press(Action::SelectNext);
        stage.check("form_chosen");
        stage.press(Action::Explain);
        stage.check("odds");
    }
}

#[tokio::test]
async fn the_card_tells_what_is_fine_what_warns_and_what_blocks() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        let generation = stage.asked(Action::Open);
        for checked in looks().into_iter().take(4) {
            stage.tell(DrillMessage::Checked { generation, checked });
        }
        stage.check("card_looking");
        // Nothing seems to stand still while something does not answer.
        stage.app.update(Message::Ticked(now() + Duration::from_secs(3)));
        assert!(stage.picture().contains("before anything is downloaded … 3 s"));
        for checked in looks() {
            stage.tell(DrillMessage::Checked { generation, checked });
        }
        stage.tell(DrillMessage::CheckedAll { generation });
        stage.check("card_fine");
        stage.press(Action::Back);
        let generation = stage.asked(Action::Open);
        for checked in looks() {
            stage.tell(DrillMessage::Checked { generation, checked });
        }
        let fix = "COULD NOT VERIFY is the best it can come to so; depth restore does without it";
        let checked = Checked::warns(Check::Source, "the live database does not answer", fix);
        stage.tell(DrillMessage::Checked { generation, checked });
        let failure = Failure::new(FailureKind::Unreachable, "no container engine answers")
            .advise("start Docker or Podman, or set DOCKER_HOST");
        let checked = Checked::blocks(Check::Engine, failure);
        assert_eq!(checked.standing, Standing::Blocks);
        stage.tell(DrillMessage::Checked { generation, checked });
        stage.tell(DrillMessage::CheckedAll { generation });
        stage.check("card_blocked");
    }
}

#[tokio::test]
async fn a_run_shows_its_steps_its_collections_and_its_log() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        let began = stage.began();
        stage.tell(began);
        let part = |name: &str, done: u64, total: u64| Part {
            name: Namespace::new("admin", name),
            done: done << 20,
            total: Some(total << 20),
            documents: None,
        };
        let scanned = "536 836 documents in 5 collections, 158.7 MiB raw, server 4.2".to_owned();
        stage.happen(vec![
            (0, Step::Download, Happened::Started),
            (0, Step::Scan, Happened::Started),
            (100, Step::StartSandbox, Happened::Started),
            (
                2400,
                Step::Download,
                Happened::Passed { summary: "14.9 MiB, CRC64NVME checked".to_owned() },
            ),
            (2500, Step::Scan, Happened::Passed { summary: scanned }),
            (
                2600,
                Step::StartSandbox,
                Happened::Noted("mongo:4.2 by the newest record of this set".to_owned()),
            ),
            (
                4000,
                Step::StartSandbox,
                Happened::Passed { summary: "mongo:4.2 without network, server 4.2.24".to_owned() },
            ),
            (4000, Step::Restore, Happened::Started),
            (
                9000,
                Step::Restore,
                Happened::Advanced(Advance::bytes(61 << 20, Some(158 << 20), "admin.file")),
            ),
            (
                9000,
                Step::Restore,
                Happened::Parts(vec![
                    part("biomaterial", 12, 12),
                    part("file", 49, 96),
                    part("process", 0, 27),
                    part("project", 0, 1),
                ]),
            ),
        ]);
        stage.wait(9);
        stage.check("run");
        stage.press(Action::Logs);
        stage.check("log");
    }
}

#[tokio::test]
async fn a_result_shows_verdict_table_loss_and_the_hold() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        stage.conclude(0);
        stage.check("hold");
        stage.press(Action::Open);
        stage.check("row");
        stage.press(Action::Back);
        let mut stage = Stage::open(size).await;
        stage.conclude(1200);
        let ended = Ended { cleanup: clean(), unrecorded: None, untold: None };
        stage.tell(DrillMessage::Ended(Box::new(ended)));
        stage.check("failed");
        stage.press(Action::Explain);
        stage.check("why");
    }
}

#[tokio::test]
async fn history_lists_drills_and_what_is_due() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        stage.press(Action::NextView);
        stage.check("history");
    }
}

#[tokio::test]
async fn what_was_left_behind_is_offered() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        let plan = stage.plan(7, 1);
        let set = SetRef { environment: plan.set.environment.clone(), name: plan.set.name.clone() };
        let container = format!("lifeboat-drill-{}", plan.id.label());
        let names = [&container, "…-cfg", "…-db", "…-in", "its download", "no record"];
        let left = Leftover {
            names: names.map(str::to_owned).to_vec(),
            why: "prod: drill of 2026-10-20T00_00.tar.gz was interrupted at restore".to_owned(),
            run: Some(Interrupted { id: plan.id, set, key: plan.object.key.clone() }),
        };
        let behind = LeftBehind { found: vec![left.clone()], unknown: None };
        // Nobody is interrupted: it is told once nothing else lies over the screen.
        stage.press(Action::Help);
        stage.tell(DrillMessage::LeftoversFound(behind));
        assert!(!stage.picture().contains("Left behind"));
        stage.press(Action::Back);
        stage.check("leftovers");
        let what = "the container engine does not answer";
        let unknown = Some(Failure::new(FailureKind::Unreachable, what));
        let many = LeftBehind { found: vec![left; 12], unknown };
        stage.press(Action::Back);
        stage.tell(DrillMessage::LeftoversFound(many));
        stage.press(Action::SelectNext);
        stage.check("many_leftovers");
        let effects = stage.press(Action::DrillAgain);
        assert!(effects.len() == 2, "{effects:?}");
    }
}
