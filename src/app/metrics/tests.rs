//! The Metrics tab without a screen: what is asked for, what comes in, what keys do.

use std::time::Duration;

use jiff::Timestamp;

use super::bucket::Source;
use super::effect::{Freshness, MetricsEffect};
use super::message::{MetricsMessage, MetricsNews};
use super::{Company, Metrics, MetricsView, Subject};
use crate::app::App;
use crate::app::action::Action;
use crate::app::effect::{Effect, Generation};
use crate::app::fetched::Answer;
use crate::app::focus::{Focus, MetricsFocus};
use crate::app::message::{Message, Size};
use crate::app::remembered::Remembered;
use crate::app::tab::Tab;
use crate::app::tests::settings;
use crate::domain::environment::StorageName;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::known::Known;
use crate::domain::metrics::alarm::{Alarm, AlarmState};
use crate::domain::metrics::class::StorageClass;
use crate::domain::metrics::listing::{Extent, Figures, Leftover, Listed, OldVersions, Tally};
use crate::domain::metrics::panel::{Dimension, Panel, PanelFigures, Thresholds};
use crate::domain::metrics::range::Range;
use crate::domain::metrics::recording::Recordings;
use crate::domain::metrics::unseen::Unseen;
use crate::domain::metrics::{BucketId, ClassSeries, Measured};
use crate::domain::series::{Point, Series};
use crate::domain::settings::{Settings, Storage};
use crate::domain::slot::fixture;
use crate::domain::units::ByteSize;

const DAY: Duration = Duration::from_hours(24);

fn now() -> Timestamp {
    "2026-11-20T09:30:00Z".parse().unwrap()
}

fn midnight(days: u32) -> Timestamp {
    "2026-11-20T00:00:00Z".parse::<Timestamp>().unwrap() - DAY * days
}

/// A bucket on AWS, and a panel.
fn configured() -> Settings {
    let mut settings = settings();
    settings.storages = vec![Storage {
        name: StorageName("near".to_owned()),
        region: None,
        profile: Some("it's".to_owned()),
        role_arn: None,
        endpoint: None,
        path_style: false,
        keys: None,
        cloudwatch: None,
    }];
    settings.environments[1].backups = vec![fixture::set()];
    settings.panels = vec![Panel {
        name: "processors".to_owned(),
        storage: StorageName("near".to_owned()),
        namespace: "AWS/EC2".to_owned(),
        metric: "CPUUtilization".to_owned(),
        dimensions: vec![Dimension { name: "InstanceId".to_owned(), value: "i-1".to_owned() }],
        statistic: "Average".to_owned(),
        unit: "percent".to_owned(),
        thresholds: Thresholds { warning: Some(80.0), ..Thresholds::default() },
    }];
    settings
}

fn opened() -> App {
    let (mut app, _) = App::start(&configured(), &Remembered::default(), Vec::new(), now());
    app.update(Message::Resized(Size { width: 120, height: 30 }));
    act(&mut app, Action::Show(Tab::Metrics));
    app
}

fn act(app: &mut App, action: Action) -> Vec<Effect> {
    app.update(Message::Acted(action))
}

fn tell(app: &mut App, news: MetricsNews) {
    let is_of_panels = matches!(news, MetricsNews::Panel { .. } | MetricsNews::PanelsEnded);
    let generation = if is_of_panels { app.metrics.pictures } else { app.metrics.figures };
    app.update(Message::Metrics(MetricsMessage { generation, news }));
}

fn id() -> BucketId {
    BucketId { storage: StorageName("near".to_owned()), name: "backups".to_owned() }
}

fn daily(value: impl Fn(u32) -> Option<u32>) -> Series {
    let points = (2..100).filter_map(|day| Some(Point::new(midnight(day), f64::from(value(day)?))));
    Series::new(DAY, points)
}

/// A hundred days; five were not measured, and ten days ago a thousand bytes came all at once.
fn measured() -> Measured {
    let leap = |day: u32| if day <= 10 { 1000 } else { 0 };
    let bytes = daily(|day| (!(30..35).contains(&day)).then(|| 5000 - day * 10 + leap(day)));
    let class = StorageClass::of("StandardStorage").unwrap();
    Measured {
        region: "eu-west-1".to_owned(),
        classes: vec![ClassSeries { class, bytes }],
        objects: daily(|day| Some(200 - day)),
        unseen: Vec::new(),
    }
}

fn listed(metrics: &Metrics) -> Listed {
    let mut tally = Tally::new(&metrics.buckets[0].bucket, now());
    tally.take("prod/a", ByteSize(4900), midnight(50));
    let uploads = vec![Leftover {
        key: "prod/b".to_owned(),
        begun: midnight(11) + Duration::from_hours(3),
        parts: Some(Figures { objects: 2, bytes: ByteSize(1000) }),
    }];
    let old = Known::Told(OldVersions::default());
    tally.conclude(Extent::Whole, old, Known::Told(uploads))
}

fn measured_app() -> App {
    let mut app = opened();
    tell(&mut app, MetricsNews::Measured { bucket: id(), measured: newest(measured()) });
    app
}

fn newest<T>(value: T) -> Answer<T> {
    Answer::Newest { value, at: now() }
}

fn failure(what: &str) -> Failure {
    Failure::new(FailureKind::Denied, what)
}

fn notes(app: &App) -> Vec<String> {
    let bucket = &app.metrics.buckets[0];
    let notes = bucket.notes(app.metrics.window(app.now), app.now);
    notes.into_iter().map(|(_, text)| text).collect()
}

#[test]
fn opening_the_tab_asks_once_and_for_what_is_kept() {
    let (mut app, _) = App::start(&configured(), &Remembered::default(), Vec::new(), now());
    let asked = act(&mut app, Action::Show(Tab::Metrics));
    let (generation, freshness) = (Generation(1), Freshness::Kept);
    let expected = [
        MetricsEffect::LoadFigures { generation, freshness }.into(),
        MetricsEffect::LoadPanels { generation, range: Range::TwoWeeks, freshness }.into(),
    ];
    assert_eq!(asked, expected);
    assert!(act(&mut app, Action::Show(Tab::Pods)).is_empty());
    assert!(act(&mut app, Action::Show(Tab::Metrics)).is_empty());
    let again = act(&mut app, Action::Reload);
    assert!(matches!(
        again[0],
        Effect::Metrics(MetricsEffect::LoadFigures { freshness: Freshness::Anew, .. })
    ));
}

#[test]
fn an_open_tab_looks_again_by_itself_and_one_that_is_not_seen_does_not() {
    let looks = |effects: &[Effect]| {
        let kept = |effect: &&Effect| {
            matches!(
                effect,
                Effect::Metrics(MetricsEffect::LoadFigures { freshness: Freshness::Kept, .. })
            )
        };
        effects.iter().filter(kept).count()
    };
    let mut app = measured_app();
    let later = |minutes: u64| now() + Duration::from_mins(minutes);
    let waits = app.update(Message::Ticked(later(6)));
    assert_eq!(looks(&waits), 0, "nobody is asked twice at once");
    tell(&mut app, MetricsNews::FiguresEnded);
    tell(&mut app, MetricsNews::PanelsEnded);
    assert_eq!(app.next_change(), Some(later(5)));
    assert_eq!(looks(&app.update(Message::Ticked(later(7)))), 1);
    tell(&mut app, MetricsNews::FiguresEnded);
    tell(&mut app, MetricsNews::PanelsEnded);
    act(&mut app, Action::Show(Tab::Pods));
    assert_eq!(looks(&app.update(Message::Ticked(later(600)))), 0);
    assert_eq!(looks(&act(&mut app, Action::Show(Tab::Metrics))), 1);
}

#[test]
fn nothing_is_asked_where_nothing_is_configured() {
    let (mut app, _) = App::start(&settings(), &Remembered::default(), Vec::new(), now());
    assert!(act(&mut app, Action::Show(Tab::Metrics)).is_empty());
    assert!(app.metrics.is_empty() && !app.metrics.is_loading());
    for action in [Action::ScrollLeft, Action::Explain, Action::Save, Action::Copy, Action::Open] {
        assert!(act(&mut app, action).is_empty(), "{action:?}");
    }
}

#[test]
fn another_range_reads_panels_anew_and_nothing_else() {
    let mut app = measured_app();
    let asked = act(&mut app, Action::Range(Range::NinetyDays));
    let panels = MetricsEffect::LoadPanels {
        generation: Generation(2),
        range: Range::NinetyDays,
        freshness: Freshness::Kept,
    };
    assert_eq!(asked, [panels.into()]);
    assert!(act(&mut app, Action::Range(Range::NinetyDays)).is_empty());
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut app = opened();
    act(&mut app, Action::Reload);
    let news = MetricsNews::Measured { bucket: id(), measured: newest(measured()) };
    app.update(Message::Metrics(MetricsMessage { generation: Generation(1), news }));
    assert!(app.metrics.buckets[0].measured.value().is_none());
}

#[test]
fn each_piece_is_there_as_it_comes_and_a_failure_leaves_the_others() {
    let mut app = measured_app();
    assert!(app.metrics.buckets[0].listed.is_loading());
    assert_eq!(app.metrics.buckets[0].size.last().unwrap().at, midnight(2));
    let listed = Answer::Failed(failure("listing s3://backups denied"));
    tell(&mut app, MetricsNews::Listed { bucket: id(), listed });
    let alarms = Answer::Failed(failure("reading alarms denied"));
    let storage = StorageName("near".to_owned());
    tell(&mut app, MetricsNews::Alarms { storage, alarms });
    assert!(!app.metrics.buckets[0].size.is_empty());
    assert!(notes(&app).contains(&"listing s3://backups denied".to_owned()));
}

#[test]
fn old_figures_stay_when_a_later_question_fails_and_tell_their_age() {
    let mut app = measured_app();
    act(&mut app, Action::Reload);
    let later = now() + Duration::from_hours(5);
    app.update(Message::Ticked(later));
    let measured = Answer::Failed(failure("asking CloudWatch: throttled"));
    tell(&mut app, MetricsNews::Measured { bucket: id(), measured });
    assert!(!app.metrics.buckets[0].size.is_empty());
    let said = ["asking CloudWatch: throttled", "what is shown of CloudWatch is 5h old"];
    assert_eq!(notes(&app)[..2], said);
}

#[test]
fn figures_that_are_later_than_they_use_to_be_say_so() {
    let mut app = measured_app();
    assert!(!notes(&app).iter().any(|it| it.contains("it is late")), "{:?}", notes(&app));
    app.update(Message::Ticked(now() + DAY * 4));
    let late = "the newest point is of 2026-11-18, 6d9h ago: it is late".to_owned();
    assert!(notes(&app).contains(&late), "{:?}", notes(&app));
}

#[test]
fn a_class_that_is_gone_has_no_value_to_copy() {
    let mut app = opened();
    let class = StorageClass::of("GlacierStorage").unwrap();
    let bytes = daily(|day| (day > 60).then_some(7));
    let mut measured = measured();
    measured.classes.push(ClassSeries { class, bytes });
    tell(&mut app, MetricsNews::Measured { bucket: id(), measured: newest(measured) });
    act(&mut app, Action::Range(Range::FifteenMonths));
    let names = |app: &App| -> Vec<String> {
        app.metrics.choices(now()).into_iter().map(|(what, _)| what).collect()
    };
    let expected = ["all on 2026-11-18", "Standard on 2026-11-18", "objects on 2026-11-18"];
    assert_eq!(names(&app)[..3], expected);
}

#[test]
fn jump_gap_and_leftover_are_told_with_their_cause() {
    let mut app = measured_app();
    act(&mut app, Action::Range(Range::NinetyDays));
    let listed = newest(listed(&app.metrics));
    tell(&mut app, MetricsNews::Listed { bucket: id(), listed });
    let notes = notes(&app).join("\n");
    assert!(notes.contains("grew by 1010 B") && notes.contains("the upload of prod/b"), "{notes}");
    assert!(notes.contains("not measured between 2026-10-16 and 2026-10-22"), "{notes}");
    assert!(notes.contains("has 1.1 KiB more than the listing"), "{notes}");
    let newest = notes.find("grew by").unwrap();
    assert!(notes.find("not measured").unwrap() > newest, "{notes}");
    let text = app.metrics.explanation(now()).unwrap().document.text();
    for wanted in ["eu-west-1", "48 h late", "2 parts", "--region eu-west-1", r"'it'\''s'"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}

#[test]
fn without_cloudwatch_the_chart_is_of_earlier_listings() {
    let mut app = opened();
    app.metrics.buckets[0].bucket.is_measured = false;
    let listed = listed(&app.metrics);
    let recordings = Ok(Recordings::default().with(&listed));
    tell(&mut app, MetricsNews::Listed { bucket: id(), listed: newest(listed) });
    tell(&mut app, MetricsNews::Recorded { bucket: id(), recordings });
    let bucket = &app.metrics.buckets[0];
    let newest = bucket.size.last().map(|it| it.value);
    assert_eq!((bucket.source(), newest), (Source::Listings, Some(4900.0)));
    assert_eq!(bucket.size_plot(app.metrics.window(now())).layers[0].label, "prod");
    assert_eq!(bucket.estimate(&app.metrics.prices), None);
    assert!(notes(&app).iter().any(|it| it.contains("no CloudWatch for this storage")));
}

#[test]
fn the_cursor_reads_days_and_escape_goes_back_layer_by_layer() {
    let mut app = measured_app();
    act(&mut app, Action::ScrollLeft);
    act(&mut app, Action::ScrollLeft);
    assert_eq!(app.metrics.span.cursor, Some(midnight(3)));
    act(&mut app, Action::ZoomIn);
    assert!(app.metrics.span.is_zoomed());
    act(&mut app, Action::Open);
    assert_eq!(app.metrics.company, Company::Together);
    app.metrics.filter_by("prod");
    for expected in ["filter", "cursor", "zoom", "company", "flash"] {
        act(&mut app, Action::Back);
        let metrics = &app.metrics;
        let left = [
            ("filter", metrics.filter.is_empty()),
            ("cursor", metrics.span.cursor.is_none()),
            ("zoom", !metrics.span.is_zoomed()),
            ("company", metrics.company == Company::Alone),
            ("flash", app.flash.is_some()),
        ];
        let gone: Vec<_> = left.iter().filter(|(_, is_gone)| *is_gone).map(|it| it.0).collect();
        assert_eq!(gone.last(), Some(&expected));
    }
}

#[test]
fn a_filter_leaves_what_has_its_words_and_counts_the_rest() {
    let mut app = measured_app();
    assert_eq!(app.metrics.subjects().len(), 2);
    app.metrics.filter_by("CPU");
    assert!(matches!(app.metrics.chosen(), Some(Subject::Panel(_))));
    app.metrics.filter_by("prod");
    assert!(matches!(app.metrics.chosen(), Some(Subject::Bucket(_))), "an environment's bucket");
    assert_eq!(app.metrics.total(), 2);
}

#[test]
fn views_follow_each_other_and_alarms_are_read_whole() {
    let mut app = measured_app();
    let alarm = |name: &str, state| Alarm {
        name: name.to_owned(),
        state,
        since: Some(midnight(1)),
        reason: "a datapoint".to_owned(),
        about: "AWS/S3".to_owned(),
        touches: if name == "ours" { vec![id()] } else { Vec::new() },
    };
    let alarms = newest(vec![alarm("other", AlarmState::Alarm), alarm("ours", AlarmState::Ok)]);
    let storage = StorageName("near".to_owned());
    tell(&mut app, MetricsNews::Alarms { storage, alarms });
    act(&mut app, Action::NextView);
    assert_eq!(app.focus(), Focus::Metrics(MetricsFocus::Table));
    act(&mut app, Action::NextView);
    assert_eq!(app.focus(), Focus::Metrics(MetricsFocus::Alarms));
    assert_eq!(app.metrics.alarms.selected("").unwrap().name, "ours");
    assert_eq!(app.metrics.alarms.ringing(), (1, 0));
    act(&mut app, Action::Open);
    assert_eq!(app.focus(), Focus::Text);
    let text = app.metrics.explanation(now()).unwrap().document.text();
    // Without both types CloudWatch tells no composite alarm, even by its name.
    assert!(text.contains("--alarm-types MetricAlarm CompositeAlarm --alarm-names ours"), "{text}");
    act(&mut app, Action::Back);
    let [Effect::Save { name, text }] = &act(&mut app, Action::Save)[..] else { panic!() };
    assert_eq!(name, "alarms.csv");
    assert!(text.contains("ok,2026-11-19T00:00:00Z,ours,AWS/S3,a datapoint,yes"), "{text}");
    act(&mut app, Action::NextView);
    assert_eq!(app.metrics.view, MetricsView::Charts);
}

#[test]
fn a_chart_is_saved_as_figures_and_as_a_picture() {
    let mut app = measured_app();
    let saved = act(&mut app, Action::Save);
    let written = |effect: &Effect| {
        let Effect::Save { name, text } = effect else { panic!("{effect:?}") };
        (name.clone(), text.clone())
    };
    let names: Vec<_> = saved.iter().map(written).collect();
    let [(csv, figures), (svg, picture), (objects, _)] = &names[..] else { panic!("{names:?}") };
    assert_eq!([csv, svg], ["metrics-near/backups.csv", "metrics-near/backups.svg"]);
    assert_eq!(objects, "metrics-near/backups-objects.svg");
    assert!(figures.starts_with("at,total,Standard,objects\n"), "{figures}");
    assert!(figures.contains("\n2026-11-18T00:00:00Z,5980,5980,198\n"), "{figures}");
    assert!(picture.contains("as of 2026-11-18") && picture.contains("48 h late"));
}

#[test]
fn a_panel_is_judged_by_its_worst_newest_value() {
    let mut app = opened();
    let series = |value: f64| Series::new(DAY, [Point::new(midnight(0), value)]);
    let all = vec![("a".to_owned(), series(91.0)), ("b".to_owned(), series(12.0))];
    let unseen = vec![Unseen { what: "c".to_owned(), why: failure("access denied") }];
    let figures = newest(PanelFigures { series: all, more: 3, unseen });
    tell(&mut app, MetricsNews::Panel { name: "processors".to_owned(), figures });
    let panel = &app.metrics.panels[0];
    assert_eq!(panel.severity(), crate::domain::severity::Severity::Warning);
    assert_eq!(panel.worst().and_then(Series::last).map(|it| it.value), Some(91.0));
    let notes: Vec<String> = panel.notes(now()).into_iter().map(|(_, text)| text).collect();
    assert_eq!(notes, ["c: access denied", "3 more fit its dimensions than are shown"]);
}

#[test]
fn what_is_copied_is_exact_and_of_the_day_under_the_cursor() {
    let mut app = measured_app();
    let [Effect::Copy { what, text }] = &act(&mut app, Action::Copy)[..] else { panic!() };
    assert_eq!((what.as_str(), text.as_str()), ("all on 2026-11-18", "5980"));
    act(&mut app, Action::ScrollLeft);
    act(&mut app, Action::ScrollLeft);
    let [Effect::Copy { text, .. }] = &act(&mut app, Action::Copy)[..] else { panic!() };
    assert_eq!(text, "5970");
    assert!(act(&mut app, Action::CopyWhat).is_empty());
    assert_eq!(app.focus(), Focus::List);
}
