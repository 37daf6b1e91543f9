//! A console whose Metrics tab is told made-up figures: fifteen months with a gap, a jump and parts of
//! an upload that nobody completed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use lifeboat::app::App;
use lifeboat::app::action::Action;
use lifeboat::app::effect::{Effect, Generation};
use lifeboat::app::fetched::Answer;
use lifeboat::app::message::{Message, Size};
use lifeboat::app::metrics::effect::MetricsEffect;
use lifeboat::app::metrics::message::{MetricsMessage, MetricsNews};
use lifeboat::app::remembered::Remembered;
use lifeboat::app::tab::Tab;
use lifeboat::domain::backup::NameFormat;
use lifeboat::domain::environment::{
    BackupSet, CronFlavour, Environment, EnvironmentName, FieldRules, Kubernetes, SetKind, SetName,
    StorageName, Watch,
};
use lifeboat::domain::failure::{Failure, FailureKind};
use lifeboat::domain::known::Known;
use lifeboat::domain::metrics::alarm::{Alarm, AlarmState};
use lifeboat::domain::metrics::class::StorageClass;
use lifeboat::domain::metrics::cost::Prices;
use lifeboat::domain::metrics::listing::{Extent, Figures, Leftover, Listed, OldVersions, Tally};
use lifeboat::domain::metrics::panel::{Dimension, Panel, PanelFigures, Thresholds};
use lifeboat::domain::metrics::recording::Recordings;
use lifeboat::domain::metrics::{Bucket, BucketId, ClassSeries, Measured, buckets};
use lifeboat::domain::series::{Point, Series};
use lifeboat::domain::settings::{Settings, Storage, ThemeChoice};
use lifeboat::domain::units::ByteSize;
use lifeboat::ui;
use lifeboat::ui::keymap::Keymap;
use lifeboat::ui::theme::{ColourDepth, Theme};
use lifeboat::ui::viewports::Viewports;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use tui_input::InputRequest;

const DAY: Duration = Duration::from_hours(24);
const MIB: u64 = 1 << 20;

pub(super) fn now() -> Timestamp {
    "2026-11-20T09:30:00Z".parse().unwrap()
}

/// Midnight so many days before the day of all pictures.
fn midnight(days: u32) -> Timestamp {
    let today: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    today - DAY * days
}

pub(super) fn denied(what: &str) -> Failure {
    Failure::new(FailureKind::Denied, what)
        .advise("does the profile `backups` allow cloudwatch:GetMetricData?")
}

fn storage(name: &str, endpoint: Option<&str>) -> Storage {
    Storage {
        name: StorageName(name.to_owned()),
        region: Some("eu-west-1".to_owned()),
        profile: Some("backups".to_owned()),
        role_arn: None,
        endpoint: endpoint.map(str::to_owned),
        path_style: endpoint.is_some(),
        keys: None,
        cloudwatch: None,
    }
}

fn environment(name: &str, storage: &str, bucket: &str) -> Environment {
    let production = name == "prod";
    let set = BackupSet {
        name: SetName("ingest".to_owned()),
        environment: EnvironmentName(name.to_owned()),
        production,
        kind: SetKind::Scheduled,
        engine: None,
        storage: StorageName(storage.to_owned()),
        bucket: bucket.to_owned(),
        prefix: format!("{name}/"),
        name_format: NameFormat::new("%Y-%m-%d.tar.gz", TimeZone::UTC).unwrap(),
        time_zone: TimeZone::UTC,
        schedule: None,
        cron: CronFlavour::Kubernetes,
        keep: None,
        cronjob: None,
        verification: None,
        source: None,
        fields: FieldRules::default(),
        collections_first: Vec::new(),
        collections: Vec::new(),
        watch: Watch::default(),
    };
    Environment {
        name: EnvironmentName(name.to_owned()),
        production,
        writable: false,
        kubernetes: Some(Kubernetes {
            context: name.to_owned(),
            namespaces: vec!["default".to_owned()],
        }),
        backups: vec![set],
    }
}

fn panel(name: &str, metric: &str, unit: &str) -> Panel {
    Panel {
        name: name.to_owned(),
        storage: StorageName("aws".to_owned()),
        namespace: "AWS/EC2".to_owned(),
        metric: metric.to_owned(),
        dimensions: vec![Dimension { name: "InstanceId".to_owned(), value: "*".to_owned() }],
        statistic: "Average".to_owned(),
        unit: unit.to_owned(),
        thresholds: Thresholds {
            warning: Some(80.0),
            critical: Some(95.0),
            ..Thresholds::default()
        },
    }
}

pub(super) fn settings() -> Settings {
    let price = |key: &str, price: f64| Some((StorageClass::of(key)?, price));
    let per_gibibyte =
        [price("StandardStorage", 0.023), price("GlacierStorage", 0.0036)].into_iter().flatten();
    let prices = Prices {
        date: jiff::civil::date(2026, 11, 1),
        currency: "USD".to_owned(),
        per_gibibyte: per_gibibyte.collect::<BTreeMap<_, _>>(),
    };
    Settings {
        storages: vec![storage("aws", None), storage("ceph", Some("http://s3.example"))],
        environments: vec![
            environment("dev", "aws", "lifeboat-backups"),
            environment("staging", "aws", "lifeboat-backups"),
            environment("prod", "aws", "lifeboat-backups"),
            environment("research", "ceph", "research-dumps"),
        ],
        panels: vec![panel("processors", "CPUUtilization", "percent")],
        ..Settings::bare(Path::new(""), prices)
    }
}

/// A value a day up to two days ago; ten days of October were not measured.
fn daily(value: impl Fn(u32) -> u64) -> Series {
    let days = (2..=455).filter(|day| !(28..38).contains(day));
    Series::new(DAY, days.map(|day| Point::new(midnight(day), value(day) as f64)))
}

pub(super) fn measured() -> Measured {
    // Twenty days ago an upload was begun that nobody completed.
    let leftover = |day: u32| if day <= 20 { 2150 * MIB } else { 0 };
    let grown = |day: u32| u64::from(455 - day) * 24 * MIB;
    let standard = daily(|day| 3000 * MIB + grown(day) + leftover(day));
    let glacier = daily(|day| 6500 * MIB + grown(day) / 2);
    let class = |key: &str, bytes| ClassSeries { class: StorageClass::of(key).unwrap(), bytes };
    Measured {
        region: "eu-west-1".to_owned(),
        classes: vec![class("StandardStorage", standard), class("GlacierStorage", glacier)],
        objects: daily(|day| 180 + u64::from(455 - day) / 5),
        unseen: Vec::new(),
    }
}

pub(super) fn bucket(at: usize) -> Bucket {
    buckets(&settings()).remove(at)
}

/// What a listing of a bucket finds: some objects of each environment.
pub(super) fn listed(bucket: &Bucket, size: u64, days: u32) -> Listed {
    let at = now() - DAY * days;
    let mut tally = Tally::new(bucket, at);
    for share in &bucket.shares {
        let objects = if share.production { 90 } else { 30 };
        for number in 0..objects {
            let key = format!("{}{number}.tar.gz", share.prefix);
            tally.take(&key, ByteSize(size), at - DAY * (number + 3));
        }
    }
    let uploads = vec![Leftover {
        key: "prod/2026-10-31.tar.gz".to_owned(),
        begun: midnight(20) - Duration::from_hours(2),
        parts: Some(Figures { objects: 43, bytes: ByteSize(2150 * MIB) }),
    }];
    let old = OldVersions {
        versions: Figures { objects: 12, bytes: ByteSize(700 * MIB) },
        delete_markers: 3,
    };
    if bucket.is_measured {
        tally.conclude(Extent::Whole, Known::Told(old), Known::Told(uploads))
    } else {
        tally.conclude(Extent::Whole, Known::NotOffered, Known::Told(Vec::new()))
    }
}

fn recordings(bucket: &Bucket, days: u32) -> Recordings {
    let listings = (0..days).rev().filter(|day| day % 9 != 4);
    listings.fold(Recordings::default(), |kept, day| {
        let size = 110 * MIB - u64::from(day) * 700_000;
        kept.with(&listed(bucket, size, day))
    })
}

fn alarms() -> Vec<Alarm> {
    let alarm = |name: &str, state, days: u32, reason: &str, touches: &[BucketId]| Alarm {
        name: name.to_owned(),
        state,
        since: Some(midnight(days)),
        reason: reason.to_owned(),
        about: "AWS/S3 BucketSizeBytes BucketName=lifeboat-backups".to_owned(),
        touches: touches.to_vec(),
    };
    vec![
        alarm("ingest-processors", AlarmState::Ok, 41, "Threshold Crossed: no datapoints", &[]),
        alarm("queue-depth", AlarmState::InsufficientData, 2, "Insufficient Data", &[]),
        alarm(
            "backups-grow-too-fast",
            AlarmState::Alarm,
            19,
            "Threshold Crossed: 1 datapoint [18.2 GiB] was greater than the threshold",
            &[bucket(0).id],
        ),
    ]
}

fn processors() -> PanelFigures {
    let series = |base: f64, swing: f64| {
        let points = (0..336).map(|hour| {
            let at = now() - Duration::from_hours(hour);
            let value = base + swing * (hour as f64 / 11.0).sin();
            Point::new(at, value)
        });
        Series::new(Duration::from_hours(1), points)
    };
    let named = |name: &str, series| (name.to_owned(), series);
    let all = vec![named("i-0a1b", series(70.0, 14.0)), named("i-0c2d", series(30.0, 8.0))];
    PanelFigures { series: all, more: 0, unseen: Vec::new() }
}

pub(super) const fn newest<T>(value: T, at: Timestamp) -> Answer<T> {
    Answer::Newest { value, at }
}

pub(super) struct Stage {
    pub(super) app: App,
    theme: Theme,
    figures: Generation,
    panels: Generation,
}

impl Stage {
    /// The tab has been opened, and nobody has answered yet.
    pub(super) fn asked((width, height): (u16, u16)) -> Self {
        Self::of(&settings(), (width, height))
    }

    pub(super) fn of(settings: &Settings, (width, height): (u16, u16)) -> Self {
        let (mut app, _) = App::start(settings, &Remembered::default(), Vec::new(), now());
        app.update(Message::Resized(Size { width, height }));
        let theme = Theme::new(ThemeChoice::Dark, ColourDepth::True, false);
        let (figures, panels) = (Generation::default(), Generation::default());
        let mut stage = Self { app, theme, figures, panels };
        stage.act(Action::Show(Tab::Metrics));
        stage
    }

    pub(super) fn full(size: (u16, u16)) -> Self {
        let mut stage = Self::asked(size);
        stage.tell_all();
        stage
    }

    pub(super) fn themed(mut self, choice: ThemeChoice, depth: ColourDepth) -> Self {
        self.theme = Theme::new(choice, depth, false);
        self
    }

    pub(super) fn act(&mut self, action: Action) -> Vec<Effect> {
        let effects = self.app.update(Message::Acted(action));
        for effect in &effects {
            match effect {
                Effect::Metrics(MetricsEffect::LoadFigures { generation, .. }) => {
                    self.figures = *generation;
                }
                Effect::Metrics(MetricsEffect::LoadPanels { generation, .. }) => {
                    self.panels = *generation;
                }
                _ => {}
            }
        }
        self.app.take_dirty();
        effects
    }

    pub(super) fn type_in(&mut self, text: &str) {
        for character in text.chars() {
            self.app.update(Message::Edited(InputRequest::InsertChar(character)));
        }
    }

    /// Tells an answer to the newest question.
    pub(super) fn tell(&mut self, news: MetricsNews) {
        let is_of_panels = matches!(news, MetricsNews::Panel { .. } | MetricsNews::PanelsEnded);
        let generation = if is_of_panels { self.panels } else { self.figures };
        self.app.update(Message::Metrics(MetricsMessage { generation, news }));
        self.app.take_dirty();
    }

    fn tell_all(&mut self) {
        let read = now() - SignedDuration::from_hours(3);
        for at in [0, 1] {
            let bucket = bucket(at);
            if bucket.is_measured {
                let (bucket, measured) = (bucket.id.clone(), newest(measured(), read));
                self.tell(MetricsNews::Measured { bucket, measured });
            }
            let size = if at == 0 { 163 } else { 110 } * MIB;
            let listed = newest(listed(&bucket, size, 0), now());
            self.tell(MetricsNews::Listed { bucket: bucket.id.clone(), listed });
            let recordings = Ok(recordings(&bucket, if at == 0 { 1 } else { 60 }));
            self.tell(MetricsNews::Recorded { bucket: bucket.id, recordings });
        }
        let storage = StorageName("aws".to_owned());
        self.tell(MetricsNews::Alarms { storage, alarms: newest(alarms(), read) });
        self.tell(MetricsNews::FiguresEnded);
        let (name, figures) = ("processors".to_owned(), newest(processors(), now()));
        self.tell(MetricsNews::Panel { name, figures });
        self.tell(MetricsNews::PanelsEnded);
    }

    pub(super) fn draw(&self) -> Buffer {
        let Size { width, height } = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let (keymap, mut viewports) = (Keymap::new(&[]), Viewports::default());
        let draw = |frame: &mut ratatui::Frame<'_>| {
            ui::draw(frame, &self.app, &self.theme, &keymap, &mut viewports);
        };
        terminal.draw(draw).unwrap();
        terminal.backend().buffer().clone()
    }

    pub(super) const fn theme(&self) -> &Theme {
        &self.theme
    }

    pub(super) fn text(&self) -> String {
        let buffer = self.draw();
        let mut text = String::new();
        for y in 0..buffer.area.height {
            let row: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }
}
