//! A Drill tab that a test tells what happens, and what there is to tell: a set's backups, its drills, a result.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use lifeboat::app::App;
use lifeboat::app::action::Action;
use lifeboat::app::drill::effect::{DrillEffect, Order, SetRef};
use lifeboat::app::drill::message::{Began, DrillMessage, Look};
use lifeboat::app::effect::{Effect, Generation};
use lifeboat::app::message::{Message, Size};
use lifeboat::app::remembered::Remembered;
use lifeboat::app::tab::Tab;
use lifeboat::domain::backup::{Backup, BackupKey, Began as BeganAt, BeganFrom};
use lifeboat::domain::census::{
    Birth, DumpCensus, DumpedCollection, LiveCensus, LiveCollection, Namespace, Windows,
};
use lifeboat::domain::environment::{BackupSet, EnvironmentName};
use lifeboat::domain::loss::Loss;
use lifeboat::domain::restore::{RestoreReport, Tool};
use lifeboat::domain::settings::{Access, Depth, ImageChoice, Settings, ThemeChoice};
use lifeboat::domain::units::ByteSize;
use lifeboat::domain::verdict::completeness::Evidence;
use lifeboat::domain::verdict::{completeness, dump, fidelity};
use lifeboat::drill::dice::{Candidate, Pool};
use lifeboat::drill::event::{DrillEvent, Happened, Held, Step};
use lifeboat::drill::past::{Past, Told};
use lifeboat::drill::plan::{DrillId, DrillPlan, ToolChoice, Trigger};
use lifeboat::drill::preflight::{Check, Checked};
use lifeboat::drill::record::{Cleanup, Record};
use lifeboat::ui;
use lifeboat::ui::keymap::Keymap;
use lifeboat::ui::theme::{ColourDepth, Theme};
use lifeboat::ui::viewports::Viewports;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ulid::Ulid;

use crate::harness::Rehearsal;

/// What the drill of these pages is called by.
const ID: u128 = 0x00AB_CDEF;

pub(crate) fn now() -> Timestamp {
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
pub(crate) struct Stage {
    pub(crate) app: App,
    settings: Settings,
}

impl Stage {
    /// A console that has been somewhere already.
    pub(crate) fn of(app: App, settings: Settings) -> Self {
        Self { app, settings }
    }

    pub(super) async fn open((width, height): (u16, u16)) -> Self {
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

    pub(crate) fn tell(&mut self, message: DrillMessage) {
        self.app.update(Message::Drill(message));
        self.app.take_dirty();
    }

    pub(crate) fn press(&mut self, action: Action) -> Vec<Effect> {
        let effects = self.app.update(Message::Acted(action));
        self.app.take_dirty();
        effects
    }

    /// Acts, and gives the number of the question that follows.
    pub(crate) fn asked(&mut self, action: Action) -> Generation {
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

    pub(crate) fn plan(&self, id: u128, days_ago: i64) -> DrillPlan {
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

    pub(crate) fn began(&self) -> DrillMessage {
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
    pub(crate) fn wait(&mut self, seconds: u64) {
        self.app.update(Message::Ticked(now() + Duration::from_secs(seconds)));
        self.app.take_dirty();
    }

    pub(crate) fn happen(&mut self, events: Vec<(u64, Step, Happened)>) {
        let events = events.into_iter().map(|(at, step, what)| DrillEvent {
            at: Duration::from_millis(at),
            step,
            what,
        });
        self.tell(DrillMessage::Happened(events.collect()));
    }

    /// What the drill finds out.
    pub(super) fn record(&self, lost: u64) -> Record {
        record(&self.plan(ID, 0), lost)
    }

    /// Up to the result; `lost` documents of one collection did not come back.
    pub(super) fn conclude(&mut self, lost: u64) {
        let began = self.began();
        self.tell(began);
        let record = self.record(lost);
        let mut events = Vec::new();
        let steps = [Step::Download, Step::Scan, Step::StartSandbox, Step::Restore, Step::Count];
        for (at, step) in steps.into_iter().chain([Step::Compare, Step::Record]).enumerate() {
            let at = u64::try_from(at).unwrap() * 1000;
            events.push((at, step, Happened::Started));
            let summary = "done".to_owned();
            events.push((at + 900, step, Happened::Passed { summary }));
        }
        self.happen(events);
        self.hold(record);
    }

    /// The result is there, and the restored copy stays.
    pub(crate) fn hold(&mut self, record: Record) {
        let held = Held {
            sandbox: "lifeboat-drill-x".to_owned(),
            engine: "unix:///run/docker.sock".to_owned(),
            until: Duration::from_secs(612),
            limit: Duration::from_hours(3),
        };
        self.happen(vec![
            (8000, Step::Record, Happened::Concluded(Box::new(record))),
            (8100, Step::Hold, Happened::Started),
            (8100, Step::Hold, Happened::Held(held)),
        ]);
        self.wait(12);
    }

    pub(crate) fn draw(&self) -> Buffer {
        let Size { width, height } = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let theme = Theme::new(ThemeChoice::Dark, ColourDepth::True, false);
        let (keymap, mut viewports) = (Keymap::new(&[]), Viewports::default());
        terminal.draw(|frame| ui::draw(frame, &self.app, &theme, &keymap, &mut viewports)).unwrap();
        terminal.backend().buffer().clone()
    }

    pub(super) fn picture(&self) -> String {
        let buffer = self.draw();
        let mut text = String::new();
        for y in 0..buffer.area.height {
            let row: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }

    pub(super) fn check(&self, name: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let name = format!("drill_{name}_{}", self.app.size.width);
        settings.bind(|| insta::assert_snapshot!(name, self.picture()));
    }
}

pub(crate) fn clean() -> Cleanup {
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

pub(crate) fn looks() -> Vec<Checked> {
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
