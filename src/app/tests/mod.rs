//! The console without a screen: messages in, effects and state out.

mod keys;
mod namespaces;
mod reschedule;
mod trail;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::action::{Action, SortKey};
use crate::app::cluster::Badge;
use crate::app::columns::Column;
use crate::app::drill::effect::DrillEffect;
use crate::app::effect::Effect;
use crate::app::fixture::{crashing, running};
use crate::app::focus::{Focus, TableFocus};
use crate::app::message::{Message, Size};
use crate::app::overlay::Overlay;
use crate::app::pods::layer::{Body, Loaded};
use crate::app::pods::location::{Location, View};
use crate::app::remembered::Remembered;
use crate::app::{App, Seen};
use crate::domain::environment::{Environment, EnvironmentName, Kubernetes};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::news::{Delta, Kind, Namespaces, News, Scope};
use crate::domain::pod::{Pod, Uid};
use crate::domain::settings::Settings;
use crate::domain::trust::Trust;
use crate::domain::workload::{Workload, WorkloadKind};
use tui_input::InputRequest;

fn now() -> Timestamp {
    "2026-11-20T09:30:00Z".parse().unwrap()
}

fn environment(name: &str, production: bool) -> Environment {
    Environment {
        name: EnvironmentName(name.to_owned()),
        production,
        writable: true,
        kubernetes: Some(Kubernetes {
            context: name.to_owned(),
            namespaces: vec!["default".to_owned(), "kube-system".to_owned()],
        }),
        backups: Vec::new(),
    }
}

pub(in crate::app) fn settings() -> Settings {
    Settings {
        environments: vec![environment("dev", false), environment("prod", true)],
        ..Settings::bare(Path::new(""), crate::config::default_prices())
    }
}

fn started() -> App {
    let (mut app, effects) = App::start(&settings(), &Remembered::default(), Vec::new(), now());
    let expected = [Effect::Watch(Namespaces::Configured), DrillEffect::FindLeftovers.into()];
    assert_eq!(effects, expected);
    app.update(Message::Resized(Size { width: 120, height: 30 }));
    app
}

fn tell(app: &mut App, environment: &str, news: Vec<News>) {
    let environment = EnvironmentName(environment.to_owned());
    assert!(app.update(Message::Told { environment, news }).is_empty());
    app.take_dirty();
}

fn list(pods: Vec<Pod>) -> Vec<News> {
    let scope = Scope::Namespace("default".into());
    let rows = pods.into_iter().map(Arc::new).collect();
    vec![
        News::Pods(Delta::Began(scope.clone())),
        News::Pods(Delta::Page { scope: scope.clone(), rows, remaining: None }),
        News::Pods(Delta::Complete(scope.clone())),
        News::Standing { kind: Kind::Pod, scope, trust: Trust::Live },
    ]
}

/// A console that has heard of two environments.
fn told() -> App {
    let mut app = started();
    tell(&mut app, "dev", list(vec![running("api"), running("web")]));
    tell(&mut app, "prod", list(vec![running("api"), crashing("queue")]));
    app
}

fn act(app: &mut App, action: Action) -> Vec<Effect> {
    let effects = app.update(Message::Acted(action));
    app.take_dirty();
    effects
}

fn type_in(app: &mut App, text: &str) {
    for character in text.chars() {
        app.update(Message::Edited(InputRequest::InsertChar(character)));
    }
    app.take_dirty();
}

fn names(app: &App) -> Vec<String> {
    let table = app.pods.top().table().unwrap();
    let context = app.context();
    let of = |row: &crate::app::rows::Row| {
        format!("{}/{}", row.place().map_or("", |place| context.environment(place)), row.name())
    };
    table.rows().iter().map(of).collect()
}

#[test]
fn pods_of_all_environments_stand_in_one_table_the_worst_first() {
    assert_eq!(names(&told()), ["prod/queue", "dev/api", "dev/web", "prod/api"]);
}

#[test]
fn one_dead_cluster_leaves_the_others_as_they_are() {
    let mut app = told();
    let why = Failure::new(FailureKind::Unreachable, "listing pods of prod: connection refused");
    let scope = Scope::Namespace("default".into());
    let trust = Trust::Unreachable { why };
    tell(&mut app, "prod", vec![News::Standing { kind: Kind::Pod, scope, trust }]);
    assert_eq!(app.clusters[0].badge(), Badge::Live);
    assert!(matches!(app.clusters[1].badge(), Badge::Unreachable { .. }));
    assert_eq!(names(&app).len(), 4, "what was seen stays");
}

#[test]
fn a_forbidden_namespace_is_a_blind_spot_and_not_the_badge() {
    let mut app = told();
    let why = Failure::new(FailureKind::Denied, "listing pods in kube-system: forbidden");
    let scope = Scope::Namespace("kube-system".into());
    let trust = Trust::Unreachable { why };
    tell(&mut app, "dev", vec![News::Standing { kind: Kind::Pod, scope: scope.clone(), trust }]);
    assert_eq!(app.clusters[0].badge(), Badge::Live);
    let blind: Vec<_> = app.clusters[0].blind_spots(Kind::Pod).map(|(scope, _)| scope).collect();
    assert_eq!(blind, [&scope]);
}

#[test]
fn a_first_list_is_loading_as_soon_as_rows_come_and_until_it_is_whole_or_breaks_off() {
    let mut app = started();
    let scope = Scope::Namespace("default".into());
    let [began, page, ..] = &list(vec![running("api")])[..] else { panic!("no list") };
    tell(&mut app, "dev", vec![began.clone()]);
    assert!(!app.clusters[0].is_loading());
    tell(&mut app, "dev", vec![page.clone()]);
    assert_eq!(app.clusters[0].badge(), Badge::Connecting);
    assert!(app.clusters[0].is_loading());
    tell(&mut app, "dev", vec![News::Pods(Delta::BrokeOff(scope))]);
    assert!(!app.clusters[0].is_loading());
}

#[test]
fn the_cursor_stays_on_its_row_whatever_is_told() {
    let mut app = told();
    act(&mut app, Action::SelectLast);
    tell(
        &mut app,
        "prod",
        vec![News::Pods(Delta::Changed {
            applied: vec![Arc::new(crashing("another"))],
            gone: Vec::new(),
        })],
    );
    let table = app.pods.top().table().unwrap();
    assert_eq!((table.at(), table.selected().unwrap().name()), (4, "api"));
}

#[test]
fn a_filter_works_while_it_is_typed_and_escape_clears_it_first() {
    let mut app = told();
    act(&mut app, Action::Filter);
    assert_eq!(app.focus(), Focus::Prompt);
    type_in(&mut app, "que");
    assert_eq!(names(&app), ["prod/queue"]);
    act(&mut app, Action::Press);
    assert_eq!(app.focus(), Focus::Table(TableFocus::View(View::Pods)));
    act(&mut app, Action::Back);
    assert_eq!(names(&app).len(), 4);
    assert!(!app.quitting);
}

#[test]
fn a_filter_that_cannot_be_read_hides_nothing_and_says_why() {
    let mut app = told();
    act(&mut app, Action::Filter);
    type_in(&mut app, "que(");
    assert_eq!(names(&app).len(), 4);
    act(&mut app, Action::Press);
    let problem = app.filter_problem().map(ToString::to_string);
    assert!(problem.is_some_and(|text| text.contains("nothing is hidden")), "the prompt says it");
    assert_eq!(app.focus(), Focus::Prompt, "it can be mended");
    type_in(&mut app, ")");
    act(&mut app, Action::Press);
    assert!(app.flash.is_none(), "what is mended is not said any more");
    assert_eq!(names(&app), ["prod/queue"]);
}

#[test]
fn rows_keep_their_order_whenever_a_filter_comes_and_goes() {
    let names = |app: &App| -> Vec<String> {
        let table = app.pods.top().table().unwrap();
        assert_eq!(table.total(), app.clusters.iter().map(|it| it.pods.len()).sum::<usize>());
        table.rows().iter().map(|row| row.name().to_owned()).collect()
    };
    let mut app = told();
    let all = ["queue", "api", "web", "api"];
    assert_eq!(names(&app), all);
    act(&mut app, Action::Filter);
    type_in(&mut app, "^[qw]");
    assert_eq!(names(&app), ["queue", "web"]);
    // What is told meanwhile is filtered, too, and in order when it no longer is.
    let pods = ["one", "web-2", "api"].map(running).into();
    tell(&mut app, "dev", list(pods));
    assert_eq!(names(&app), ["queue", "web-2"]);
    act(&mut app, Action::Cancel);
    assert_eq!(names(&app), ["queue", "api", "one", "web-2", "api"]);
}

#[test]
fn faults_only_and_sorts_are_remembered() {
    let mut app = told();
    act(&mut app, Action::FaultsOnly);
    assert_eq!(names(&app), ["prod/queue"]);
    act(&mut app, Action::FaultsOnly);
    let effects = act(&mut app, Action::Sort(SortKey::Name));
    assert_eq!(names(&app), ["dev/api", "prod/api", "prod/queue", "dev/web"]);
    let [Effect::Remember(remembered)] = &effects[..] else { panic!("{effects:?}") };
    let (again, _) = App::start(&settings(), remembered, Vec::new(), now());
    assert_eq!(again.pods.sorts(), app.pods.sorts());
}

#[test]
fn enter_goes_inside_and_escape_and_history_lead_back() {
    let mut app = told();
    act(&mut app, Action::Open);
    assert!(matches!(app.pods.top().location, Location::Containers { .. }));
    act(&mut app, Action::Back);
    assert_eq!(app.pods.top().location, Location::view(View::Pods));
    act(&mut app, Action::HistoryBack);
    assert!(matches!(app.pods.top().location, Location::Containers { .. }));
    act(&mut app, Action::HistoryForward);
    assert_eq!(app.pods.top().location, Location::view(View::Pods));
}

#[test]
fn the_next_view_is_shown_and_the_palette_leads_to_any() {
    let mut app = told();
    act(&mut app, Action::NextView);
    assert_eq!(app.pods.view(), View::Workloads);
    act(&mut app, Action::Palette);
    type_in(&mut app, "pods prod /api");
    act(&mut app, Action::Press);
    assert_eq!(names(&app), ["prod/api"]);
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut app = told();
    let first = act(&mut app, Action::Describe);
    let [Effect::LoadObject { generation, .. }] = &first[..] else { panic!("{first:?}") };
    let old = *generation;
    act(&mut app, Action::Back);
    act(&mut app, Action::Raw);
    let why = Failure::new(FailureKind::Missing, "it is gone");
    app.update(Message::ObjectLoaded { generation: old, object: Err(why) });
    let Body::Text { text, .. } = &app.pods.top().body else { panic!("no text") };
    assert!(matches!(text, Loaded::Waiting), "{text:?}");
}

#[test]
fn nothing_is_deleted_without_a_dialog_whose_focus_is_on_cancel() {
    let mut app = told();
    act(&mut app, Action::SelectNext);
    assert!(act(&mut app, Action::Delete).is_empty());
    assert_eq!(app.focus(), Focus::Dialog);
    assert!(act(&mut app, Action::Press).is_empty(), "that was Cancel");
    act(&mut app, Action::Delete);
    act(&mut app, Action::NextButton);
    let effects = act(&mut app, Action::Press);
    assert!(matches!(&effects[..], [Effect::Perform(deed)] if deed.environment.0 == "dev"));
}

#[test]
fn production_asks_for_its_name_and_stays_unlocked_for_ten_minutes() {
    let mut app = told();
    act(&mut app, Action::Delete);
    act(&mut app, Action::NextButton);
    assert!(act(&mut app, Action::Press).is_empty(), "its name has not been typed");
    type_in(&mut app, "prod");
    assert_eq!(act(&mut app, Action::Press).len(), 1);
    act(&mut app, Action::Delete);
    let Some(Overlay::Dialog(dialog)) = &app.overlay else { panic!("no dialog") };
    assert!(dialog.is_confirmed());
    act(&mut app, Action::Cancel);
    app.update(Message::Ticked(now() + std::time::Duration::from_secs(601)));
    act(&mut app, Action::Delete);
    let Some(Overlay::Dialog(dialog)) = &app.overlay else { panic!("no dialog") };
    assert!(!dialog.is_confirmed());
}

#[test]
fn a_read_only_environment_is_never_changed() {
    let mut settings = settings();
    settings.environments[0].writable = false;
    let (mut app, _) = App::start(&settings, &Remembered::default(), Vec::new(), now());
    tell(&mut app, "dev", list(vec![running("api")]));
    for action in [Action::Delete, Action::Restart, Action::Shell] {
        assert!(act(&mut app, action).is_empty());
        assert!(app.overlay.is_none());
    }
    assert!(app.flash.unwrap().text.contains("read-only"));
}

#[test]
fn what_the_last_session_saw_is_there_at_once_and_goes_when_the_cluster_answers() {
    let seen = Seen {
        environment: EnvironmentName("dev".to_owned()),
        at: now(),
        pods: vec![Arc::new(running("old"))],
    };
    let (mut app, _) = App::start(&settings(), &Remembered::default(), vec![seen], now());
    app.take_dirty();
    assert_eq!(names(&app), ["dev/old"]);
    assert!(app.clusters[0].remembered.is_some());
    let (kind, scope) = (Kind::Pod, Scope::Namespace("kube-system".into()));
    tell(&mut app, "dev", vec![News::Standing { kind, scope, trust: Trust::Live }]);
    assert!(app.clusters[0].remembered.is_some(), "the other namespace is as it was");
    assert_eq!(app.clusters[0].badge(), Badge::Connecting);
    tell(&mut app, "dev", list(vec![running("new")]));
    assert_eq!(names(&app), ["dev/new"]);
    assert!(app.clusters[0].remembered.is_none());
    assert_eq!(app.clusters[0].badge(), Badge::Live);
}

#[test]
fn what_the_last_session_saw_of_namespaces_that_are_not_watched_any_more_is_left_out() {
    let elsewhere = Pod { namespace: "gone".into(), ..running("old") };
    let seen = Seen {
        environment: EnvironmentName("dev".to_owned()),
        at: now(),
        pods: vec![Arc::new(elsewhere), Arc::new(running("kept"))],
    };
    let (mut app, _) = App::start(&settings(), &Remembered::default(), vec![seen], now());
    app.take_dirty();
    assert_eq!(names(&app), ["dev/kept"]);
    tell(&mut app, "dev", list(vec![running("new")]));
    assert_eq!(names(&app), ["dev/new"]);
}

#[test]
fn a_pod_that_is_gone_takes_its_mark_with_it() {
    let mut app = told();
    act(&mut app, Action::Mark);
    assert_eq!(app.pods.top().table().unwrap().marks.len(), 1);
    let gone = vec![Uid("queue".into())];
    tell(&mut app, "prod", vec![News::Pods(Delta::Changed { applied: Vec::new(), gone })]);
    assert!(app.pods.top().table().unwrap().marks.is_empty());
}

#[test]
fn nothing_is_painted_again_where_nothing_was_told() {
    let mut app = told();
    assert!(!app.take_dirty());
    let scope = Scope::Namespace("default".into());
    tell(&mut app, "dev", vec![News::Standing { kind: Kind::Pod, scope, trust: Trust::Live }]);
    assert!(!app.take_dirty());
}

#[test]
fn a_workload_is_missing_only_where_its_list_was_seen() {
    let workload = |name: &str| Workload {
        uid: Uid(name.into()),
        kind: WorkloadKind::Deployment,
        namespace: "default".into(),
        name: name.into(),
        created: None,
        labels: [].into(),
        selector: [].into(),
        wanted: 1,
        ready: 1,
        updated: 1,
        available: 1,
        generation: 1,
        observed_generation: 1,
        images: vec!["api:1".into()],
        conditions: Vec::new(),
        is_paused: false,
    };
    let list = |rows: Vec<Workload>| {
        let scope = Scope::Namespace("default".into());
        let rows = rows.into_iter().map(Arc::new).collect();
        let page = Delta::Page { scope: scope.clone(), rows, remaining: None };
        let told = |delta| News::Workloads(Kind::Deployment, delta);
        vec![
            told(Delta::Began(scope.clone())),
            told(page),
            told(Delta::Complete(scope.clone())),
            News::Standing { kind: Kind::Deployment, scope, trust: Trust::Live },
        ]
    };
    let shown = |app: &App, column: Column| {
        let table = app.pods.top().table().unwrap();
        table.selected().unwrap().cell(column, &app.context()).text.into_owned()
    };
    let mut app = started();
    act(&mut app, Action::NextView);
    tell(&mut app, "dev", list(vec![workload("api")]));
    assert_eq!(shown(&app, Column::Drift), "");
    assert_eq!(shown(&app, Column::Place(1)), "not seen");
    tell(&mut app, "prod", list(Vec::new()));
    assert_eq!(shown(&app, Column::Drift), "missing somewhere");
    assert_eq!(shown(&app, Column::Place(1)), "—");
}
