//! The pages of the Backups tab on the screen, in every state, small and large.

use jiff::{SignedDuration, Timestamp};
use lifeboat::app::App;
use lifeboat::app::action::{Action, SortKey};
use lifeboat::app::backups::effect::BackupsEffect;
use lifeboat::app::backups::message::{BackupsMessage, ListingNews, Look};
use lifeboat::app::backups::work::Ended;
use lifeboat::app::drill::effect::SetRef;
use lifeboat::app::effect::{Effect, Generation};
use lifeboat::app::message::{Message, Size};
use lifeboat::app::remembered::Remembered;
use lifeboat::app::tab::Tab;
use lifeboat::domain::backup::{Backup, BackupKey, Began, BeganFrom};
use lifeboat::domain::bucket::{Expiry, Facts, LifecycleRule, Sample, Versioning};
use lifeboat::domain::checkup::evidence::Evidence;
use lifeboat::domain::checkup::trend::Point;
use lifeboat::domain::checkup::{Checkup, judge};
use lifeboat::domain::environment::BackupSet;
use lifeboat::domain::failure::{Failure, FailureKind};
use lifeboat::domain::job::CronJob;
use lifeboat::domain::known::Known;
use lifeboat::domain::pod::Uid;
use lifeboat::domain::settings::{Settings, ThemeChoice};
use lifeboat::domain::slot::catalogue::Catalogue;
use lifeboat::domain::slot::judge::Scan;
use lifeboat::domain::slot::run::{JobRun, Outcome, Runs};
use lifeboat::domain::slot::timetable::Timetable;
use lifeboat::domain::units::ByteSize;
use lifeboat::drill::event::{Advance, DrillEvent, Happened, Step};
use lifeboat::ui;
use lifeboat::ui::keymap::Keymap;
use lifeboat::ui::theme::{ColourDepth, Theme};
use lifeboat::ui::viewports::Viewports;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use crate::harness::Rehearsal;

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 50)];

fn now() -> Timestamp {
    "2026-11-20T09:30:00Z".parse().unwrap()
}

fn midnight(days_ago: i64) -> Timestamp {
    let today: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    today - SignedDuration::from_hours(24 * days_ago)
}

/// One night's backup; each is a little larger than the one before.
fn backup(set: &BackupSet, days_ago: i64) -> Backup {
    let began = midnight(days_ago);
    let name = set.name_format.name(began).unwrap();
    let size = 15_600_000 - u64::try_from(days_ago).unwrap() * 9_000;
    Backup {
        bucket: set.bucket.clone(),
        key: BackupKey(format!("{}{name}", set.prefix)),
        size: ByteSize(if days_ago == 47 { size * 2 / 5 } else { size }),
        etag: format!("e{days_ago}"),
        last_modified: began + SignedDuration::from_secs(290 + days_ago % 7 * 11),
        version_id: None,
        storage_class: Some("STANDARD".to_owned()),
        began: Began { at: began, from: BeganFrom::Name },
    }
}

fn runs(set: &BackupSet) -> Runs {
    let name = set.cronjob.clone().unwrap().name;
    let run = |days_ago: i64| JobRun {
        name: format!("{name}-{}", midnight(days_ago).as_second() / 60),
        at: midnight(days_ago),
        outcome: if days_ago == 1 { Outcome::Failed } else { Outcome::Succeeded },
        ended: Some(midnight(days_ago) + SignedDuration::from_mins(5)),
        last_words: match days_ago {
            5 => vec!["upload failed: s3: connection reset".to_owned()],
            1 => vec!["error: cannot remove the file".to_owned()],
            _ => Vec::new(),
        },
    };
    Runs {
        cronjob: CronJob {
            uid: Uid("u".into()),
            namespace: "default".into(),
            name: name.as_str().into(),
            created: None,
            schedule: "0 0 * * *".into(),
            time_zone: None,
            is_suspended: false,
            active: 0,
            last_schedule: Some(midnight(0)),
            last_success: Some(midnight(0) + SignedDuration::from_mins(5)),
            images: Vec::new(),
            release: None,
        },
        jobs: (0..7).rev().map(run).collect(),
    }
}

fn facts(set: &BackupSet) -> Facts {
    let newest = backup(set, 0);
    let sample = |expires| Sample {
        key: newest.key.clone(),
        size: newest.size,
        last_modified: newest.last_modified,
        expires,
        tags: Known::Told(Vec::new()),
        encryption: Some("AES256".to_owned()),
        locked_until: None,
        storage_class: Some("STANDARD".to_owned()),
        archive: None,
    };
    let expiry = Expiry { at: midnight(-91), rule: "expire".to_owned() };
    let expires = if set.production { None } else { Some(expiry) };
    let rule = LifecycleRule {
        name: "expire".to_owned(),
        is_enabled: true,
        tags: vec![lifeboat::domain::bucket::Tag {
            key: "auto-delete".to_owned(),
            value: "true".to_owned(),
        }],
        expires_days: Some(90),
        ..LifecycleRule::default()
    };
    Facts {
        lifecycle: Known::Told(vec![rule]),
        versioning: Known::Told(Versioning::Never),
        lock: Known::Denied { action: "s3:GetBucketObjectLockConfiguration".to_owned() },
        uploads: Known::Told(Vec::new()),
        deleted: Known::Unasked,
        newest: Known::Told(sample(expires.clone())),
        oldest: Known::Told(sample(expires)),
        readable: Known::Told(()),
    }
}

fn evidence(set: &BackupSet) -> Evidence {
    let mut catalogue = Catalogue::new(Timetable::of(set, now()), now());
    let missing: &[i64] = if set.production { &[5] } else { &[] };
    for days_ago in (0..91).filter(|days| !missing.contains(days)) {
        let mut one = backup(set, days_ago);
        if !set.production && [20, 47].contains(&days_ago) {
            one.size = backup(set, 21).size;
            one.etag = format!("own{days_ago}");
        }
        catalogue.take(one, None);
    }
    let partial = backup(set, 12);
    let scan = Scan {
        key: partial.key,
        etag: partial.etag,
        broken: Some("A2 FAIL: file.bson ends inside a document".to_owned()),
    };
    let point = |days_ago: i64, is_whole| Point {
        began: midnight(days_ago),
        key: backup(set, days_ago).key.0,
        is_whole,
        documents: [("admin.biomaterial", 41_203), ("admin.file", 318_440), ("admin.project", 179)]
            .map(|(name, count)| (name.to_owned(), count - u64::try_from(days_ago).unwrap()))
            .into(),
    };
    Evidence {
        facts: facts(set),
        runs: Known::Told(runs(set)),
        scans: if set.production { vec![scan] } else { Vec::new() },
        proven: set.production.then(|| midnight(8)),
        trend: vec![point(30, true), point(12, false), point(8, true), point(0, true)],
        ..Evidence::of(Ok(catalogue))
    }
}

/// A console on the tab, with its three sets.
struct Stage {
    app: App,
    settings: Settings,
    generation: Generation,
    depth: ColourDepth,
}

impl Stage {
    async fn open((width, height): (u16, u16)) -> Self {
        let mut settings = Rehearsal::start().await.settings.clone();
        settings.environments.retain(|environment| environment.name.0 != "research");
        let (mut app, effects) = App::start(&settings, &Remembered::default(), Vec::new(), now());
        let generation = asked(&effects);
        app.update(Message::Resized(Size { width, height }));
        app.update(Message::Acted(Action::Show(Tab::Backups)));
        Self { app, settings, generation, depth: ColourDepth::True }
    }

    /// The same, told of everything.
    async fn full(size: (u16, u16)) -> Self {
        let mut stage = Self::open(size).await;
        for path in ["dev/ingest", "staging/ingest", "prod/ingest"] {
            let checkup = stage.checkup(path);
            stage.check_set(checkup);
        }
        let generation = stage.generation;
        stage.tell(BackupsMessage::CheckedAll { generation });
        stage
    }

    fn set(&self, path: &str) -> &BackupSet {
        self.settings.sets().find(|set| set.path() == path).unwrap()
    }

    fn checkup(&self, path: &str) -> Checkup {
        let set = self.set(path);
        judge(set, &evidence(set), now())
    }

    fn check_set(&mut self, checkup: Checkup) {
        let set = SetRef { environment: checkup.environment.clone(), name: checkup.set.clone() };
        let look = Box::new(Look { checkup, is_partial: false });
        let generation = self.generation;
        self.tell(BackupsMessage::Checked { generation, set, look });
    }

    /// A look at a set that comes to nothing.
    fn fail(&mut self, path: &str) {
        let set = self.set(path).clone();
        let failure = Failure::new(
            FailureKind::Denied,
            format!("listing backups in s3://{}/{}: access denied", set.bucket, set.prefix),
        )
        .advise("does the profile `prod` allow s3:ListBucket?");
        let evidence = Evidence { listing: Err(failure), ..evidence(&set) };
        self.check_set(judge(&set, &evidence, now()));
    }

    fn tell(&mut self, message: BackupsMessage) {
        self.app.update(Message::Backups(message));
    }

    fn press(&mut self, actions: &[Action]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for action in actions {
            effects = self.app.update(Message::Acted(*action));
        }
        effects
    }

    /// Opens the list of the set under the cursor, and tells of its objects.
    fn list(&mut self, path: &str) {
        let generation = asked(&self.press(&[Action::Open]));
        let set = self.set(path).clone();
        let since = Some(midnight(91));
        let page = (0..91).filter(|days| *days != 5).map(|days| backup(&set, days)).collect();
        for news in [ListingNews::Began { since }, ListingNews::Page(page), ListingNews::Complete] {
            self.tell(BackupsMessage::Listed { generation, news });
        }
    }

    fn buffer(&mut self) -> Buffer {
        self.app.take_dirty();
        let Size { width, height } = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let theme = Theme::new(ThemeChoice::Dark, self.depth, false);
        let (keymap, mut viewports) = (Keymap::new(&[]), Viewports::default());
        terminal.draw(|frame| ui::draw(frame, &self.app, &theme, &keymap, &mut viewports)).unwrap();
        terminal.backend().buffer().clone()
    }

    fn picture(&mut self) -> String {
        let Size { width, height } = self.app.size;
        let buffer = self.buffer();
        let mut text = String::new();
        for y in 0..height {
            let row: String = (0..width).map(|x| buffer[(x, y)].symbol()).collect();
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }

    fn check(&mut self, name: &str) {
        let name = format!("backups_{name}_{}", self.app.size.width);
        insta::assert_snapshot!(name, self.picture());
    }
}

fn asked(effects: &[Effect]) -> Generation {
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Backups(effect) => match &**effect {
            BackupsEffect::Check { generation, .. } | BackupsEffect::List { generation, .. } => {
                Some(*generation)
            }
            _ => None,
        },
        _ => None,
    });
    asked.unwrap()
}

#[tokio::test]
async fn the_first_page_shows_every_set_and_the_runs_of_one() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        stage.check("looking");
        let dev = stage.checkup("dev/ingest");
        stage.check_set(dev);
        stage.fail("staging/ingest");
        stage.check("answering");
        let mut stage = Stage::full(size).await;
        stage.press(&[Action::SelectLast]);
        stage.check("sets");
        stage.fail("prod/ingest");
        stage.check("failed_since");
        stage.press(&[Action::FaultsOnly, Action::Sort(SortKey::Severity)]);
        stage.check("faults");
    }
}

#[tokio::test]
async fn without_colours_the_cursor_makes_no_gap_of_a_bar() {
    let mut stage = Stage::full(SIZES[0]).await;
    stage.depth = ColourDepth::None;
    stage.press(&[Action::SelectLast, Action::NextView]);
    let buffer = stage.buffer();
    let reversed = buffer.content.iter().filter(|cell| cell.modifier.contains(Modifier::REVERSED));
    let symbols: Vec<_> = reversed.map(ratatui::buffer::Cell::symbol).collect();
    assert_eq!(symbols, ["▪"], "the sign of the run alone");
}

#[tokio::test]
async fn the_calendar_and_the_sizes_tell_of_the_run_under_the_cursor() {
    for size in SIZES {
        let mut stage = Stage::full(size).await;
        stage.press(&[Action::SelectLast, Action::NextView]);
        stage.press(&[Action::ScrollLeft; 5]);
        stage.check("calendar");
        stage.press(&[Action::Open]);
        stage.check("detail_missed");
        stage.press(&[Action::Back]);
        stage.press(&[Action::ScrollLeft; 7]);
        stage.press(&[Action::NextView, Action::NextView]);
        stage.check("sizes");
        stage.press(&[Action::Explain]);
        stage.check("why");
    }
}

#[tokio::test]
async fn the_list_shows_each_object_beside_the_one_before() {
    for size in SIZES {
        let mut stage = Stage::full(size).await;
        stage.press(&[Action::SelectLast]);
        stage.list("prod/ingest");
        stage.check("list");
        stage.press(&[Action::SelectNext, Action::Mark, Action::Mark]);
        stage.check("list_marked");
        stage.app.update(Message::Acted(Action::Filter));
        stage.app.update(Message::Pasted("2026-11-1".to_owned()));
        stage.check("list_filtered");
        stage.press(&[Action::Press, Action::Open]);
        stage.check("detail");
    }
}

#[tokio::test]
async fn what_is_under_way_has_the_last_line_and_the_header() {
    for size in SIZES {
        let mut stage = Stage::full(size).await;
        stage.press(&[Action::SelectLast, Action::NextView, Action::Scan]);
        let advance = Advance::bytes(6_600_000, Some(15_600_000), "23 917 documents  file");
        let at = std::time::Duration::from_secs(1);
        let event = |what| DrillEvent { at, step: Step::Scan, what };
        let events = vec![event(Happened::Started), event(Happened::Advanced(advance))];
        stage.tell(BackupsMessage::WorkHappened(events));
        stage.check("scanning");
        stage.tell(BackupsMessage::WorkEnded(Ended::Scanned {
            verdict: lifeboat::domain::verdict::Verdict::Pass,
            sentence: "is intact".to_owned(),
        }));
        stage.check("scanned");
        stage.press(&[Action::WriteToDisk]);
        stage.check("folder");
    }
}

#[tokio::test]
async fn without_colours_every_state_has_a_shape_of_its_own() {
    let mut stage = Stage::full((80, 24)).await;
    stage.depth = ColourDepth::None;
    stage.press(&[Action::SelectLast, Action::NextView]);
    let screen = stage.picture();
    for (sign, state) in [("✘", "missed"), ("▂", "too-small"), ("◧", "partial")] {
        assert!(screen.contains(&format!("{sign} 1 {state}")), "{state}:\n{screen}");
    }
}

#[tokio::test]
async fn without_a_configuration_two_lines_tell_what_to_add() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        for environment in &mut stage.settings.environments {
            environment.backups.clear();
        }
        let (app, _) = App::start(&stage.settings, &Remembered::default(), Vec::new(), now());
        stage.app = app;
        stage.app.update(Message::Resized(Size { width: size.0, height: size.1 }));
        stage.press(&[Action::Show(Tab::Backups)]);
        stage.check("unconfigured");
    }
}

#[tokio::test]
async fn no_size_breaks_a_page() {
    for width in [40, 60, 79, 100, 139, 141, 240] {
        for height in [10, 12, 18, 60] {
            let mut stage = Stage::full((width, height)).await;
            stage.press(&[Action::SelectLast]);
            stage.picture();
            stage.list("prod/ingest");
            for action in [Action::NextView, Action::NextView, Action::NextView, Action::Open] {
                stage.picture();
                stage.press(&[action]);
            }
            stage.picture();
        }
    }
}
