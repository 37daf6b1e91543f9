//! The Backups tab without a screen: what is told, what keys do, what is asked for next.

mod tables;

use std::time::Duration;

use jiff::Timestamp;

use super::effect::BackupsEffect;
use super::message::{BackupsMessage, ListingNews, Look};
use super::work::Ended;
use super::{Page, SetView, Subject};
use crate::app::App;
use crate::app::action::{Action, SortKey};
use crate::app::drill::effect::{DrillEffect, SetRef};
use crate::app::effect::{Effect, Generation};
use crate::app::focus::{BackupsFocus, Focus};
use crate::app::message::{Message, Size};
use crate::app::overlay::Overlay;
use crate::app::remembered::Remembered;
use crate::app::tab::Tab;
use crate::domain::checkup::evidence::Evidence;
use crate::domain::checkup::{Checkup, Word, judge};
use crate::domain::environment::{BackupSet, Environment, EnvironmentName, SetName};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::known::Known;
use crate::domain::slot::State;
use crate::domain::slot::catalogue::Catalogue;
use crate::domain::slot::fixture::{at, backup, set};
use crate::domain::slot::timetable::Timetable;

fn now() -> Timestamp {
    at("2026-11-20T09:30:00Z")
}

fn named(name: &str) -> BackupSet {
    BackupSet { name: SetName(name.to_owned()), ..set() }
}

fn id(name: &str) -> SetRef {
    SetRef { environment: EnvironmentName("prod".to_owned()), name: SetName(name.to_owned()) }
}

/// What a look at ten nights finds, of which the third before the last is missing.
fn checkup(name: &str) -> Checkup {
    let set = named(name);
    let mut catalogue = Catalogue::new(Timetable::of(&set, now()), now());
    for day in (11..=20).filter(|day| *day != 17) {
        let began = at(&format!("2026-11-{day}T00:00:00Z"));
        catalogue.take(backup(began, 5_000_000), None);
    }
    judge(&set, &Evidence::of(Ok(catalogue)), now())
}

fn unseen(name: &str) -> Checkup {
    let failure = Failure::new(FailureKind::TimedOut, "listing backups: no answer within 15 s");
    judge(&named(name), &Evidence::of(Err(failure)), now())
}

/// A console with two sets, on the tab, that has asked for both.
fn opened() -> (App, Generation) {
    let mut settings = crate::app::tests::settings();
    settings.environments = vec![Environment {
        name: EnvironmentName("prod".to_owned()),
        production: true,
        writable: false,
        kubernetes: None,
        backups: vec![named("ingest"), named("media")],
    }];
    let (mut app, effects) = App::start(&settings, &Remembered::default(), Vec::new(), now());
    app.update(Message::Resized(Size { width: 120, height: 30 }));
    let generation = asked(&effects).unwrap();
    app.update(Message::Acted(Action::Show(Tab::Backups)));
    (app, generation)
}

fn asked(effects: &[Effect]) -> Option<Generation> {
    effects.iter().find_map(|effect| {
        let Effect::Backups(effect) = effect else { return None };
        match &**effect {
            BackupsEffect::Check { generation, .. } | BackupsEffect::List { generation, .. } => {
                Some(*generation)
            }
            BackupsEffect::Sample { .. } | BackupsEffect::Work(_) | BackupsEffect::CancelWork => {
                None
            }
        }
    })
}

fn tell(app: &mut App, generation: Generation, checkup: Checkup) {
    let set = SetRef { environment: checkup.environment.clone(), name: checkup.set.clone() };
    let look = Box::new(Look { checkup, is_partial: false });
    app.update(Message::Backups(BackupsMessage::Checked { generation, set, look }));
}

fn act(app: &mut App, action: Action) -> Vec<Effect> {
    app.update(Message::Acted(action))
}

/// A console that has heard of both sets.
fn told() -> App {
    let (mut app, generation) = opened();
    tell(&mut app, generation, checkup("ingest"));
    tell(&mut app, generation, checkup("media"));
    app.update(Message::Backups(BackupsMessage::CheckedAll { generation }));
    app
}

#[test]
fn sets_appear_as_they_answer_and_one_that_fails_keeps_nobody_waiting() {
    let (mut app, generation) = opened();
    assert!(app.backups.sets.iter().all(|set| set.is_loading && set.word().is_none()));
    tell(&mut app, generation, checkup("media"));
    let [ingest, media] = &app.backups.sets[..] else { panic!("two sets") };
    assert!(ingest.is_loading && !media.is_loading);
    assert_eq!(media.newest(), Some(at("2026-11-20T00:00:00Z")));
    tell(&mut app, generation, unseen("ingest"));
    assert_eq!(app.backups.sets[0].word(), Some(Word::CouldNotSee));
    assert_eq!(app.backups.sets[1].word(), Some(Word::Warning));
}

#[test]
fn what_was_seen_stays_when_a_later_look_fails_and_is_not_called_well() {
    let mut app = told();
    let effects = act(&mut app, Action::Reload);
    let generation = asked(&effects).unwrap();
    tell(&mut app, generation, unseen("ingest"));
    let ingest = &app.backups.sets[0];
    assert_eq!(ingest.newest(), Some(at("2026-11-20T00:00:00Z")));
    assert!(ingest.failure.is_some());
    assert_eq!(ingest.word(), Some(Word::CouldNotSee));
    tell(&mut app, generation, checkup("ingest"));
    assert!(app.backups.sets[0].failure.is_none());
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let (mut app, old) = opened();
    act(&mut app, Action::Reload);
    tell(&mut app, old, checkup("ingest"));
    assert!(app.backups.sets[0].seen.is_none() && app.backups.sets[0].is_loading);
}

#[test]
fn sets_are_looked_at_again_after_a_while_and_when_a_run_is_due() {
    let mut app = told();
    let quiet = app.update(Message::Ticked(now() + Duration::from_secs(200)));
    assert_eq!(asked(&quiet), None);
    let due = app.update(Message::Ticked(now() + Duration::from_secs(301)));
    assert!(asked(&due).is_some());
    let again = app.update(Message::Ticked(now() + Duration::from_secs(700)));
    assert_eq!(asked(&again), None, "the last look has not ended");

    let mut app = told();
    act(&mut app, Action::Show(Tab::Pods));
    let elsewhere = app.update(Message::Ticked(now() + Duration::from_secs(301)));
    assert_eq!(asked(&elsewhere), None);
    let midnight = at("2026-11-21T00:00:00Z");
    let next = app.backups.sets[0].next_event(at("2026-11-20T23:50:00Z"));
    assert_eq!(next, Some(midnight), "the next run begins");
}

#[test]
fn the_cursor_of_the_calendar_walks_over_the_runs_and_opens_one() {
    let mut app = told();
    act(&mut app, Action::ScrollLeft);
    assert_eq!(app.focus(), Focus::Backups(BackupsFocus::Calendar));
    for _ in 0..3 {
        act(&mut app, Action::ScrollLeft);
    }
    let slot = app.backups.selected_slot().unwrap();
    assert_eq!((slot.at, slot.state), (at("2026-11-17T00:00:00Z"), State::Missed));
    act(&mut app, Action::Open);
    assert_eq!(app.focus(), Focus::Backups(BackupsFocus::Detail));
    let text: Vec<&str> = {
        let detail = app.backups.detail.as_ref().unwrap();
        detail.view.document().lines.iter().map(|line| line.text.as_str()).collect()
    };
    assert!(text.iter().any(|line| line.contains("missed — it was never made")), "{text:#?}");
    assert!(text.iter().any(|line| line.contains("each expected run leaves an object")));
    for _ in 0..3 {
        act(&mut app, Action::Back);
    }
    assert_eq!((app.backups.page, app.tab), (Page::Sets, Tab::Backups));
}

fn listed(app: &mut App, generation: Generation, days: std::ops::RangeInclusive<u32>) {
    let page =
        days.map(|day| backup(at(&format!("2026-11-{day}T00:00:00Z")), u64::from(day) * 1000));
    for news in [ListingNews::Page(page.collect()), ListingNews::Complete] {
        app.update(Message::Backups(BackupsMessage::Listed { generation, news }));
    }
}

#[test]
fn enter_lists_the_objects_the_newest_first_and_the_cursor_stays_on_its_own() {
    let mut app = told();
    let effects = act(&mut app, Action::Open);
    let generation = asked(&effects).unwrap();
    listed(&mut app, generation, 11..=20);
    let listing = app.backups.listing.as_ref().unwrap();
    assert_eq!(listing.selected().unwrap().name(), "2026-11-20T00_00.gz");
    assert_eq!(listing.row(0).unwrap().1, Some(1000), "beside the one before");
    act(&mut app, Action::SelectNext);
    act(&mut app, Action::Sort(SortKey::Memory));
    act(&mut app, Action::Sort(SortKey::Memory));
    let listing = app.backups.listing.as_ref().unwrap();
    assert_eq!((listing.place(), listing.selected().unwrap().name()), (8, "2026-11-19T00_00.gz"));
    let effects = act(&mut app, Action::Reload);
    let generation = effects.iter().rev().find_map(|it| asked(std::slice::from_ref(it))).unwrap();
    assert_eq!(app.backups.listing.as_ref().unwrap().count(), 10, "what was listed stays");
    listed(&mut app, generation, 12..=20);
    let listing = app.backups.listing.as_ref().unwrap();
    assert_eq!((listing.count(), listing.selected().unwrap().name()), (9, "2026-11-19T00_00.gz"));
}

#[test]
fn an_object_is_handed_over_to_the_drill_only_where_it_can_be_drilled() {
    let mut app = told();
    act(&mut app, Action::ScrollLeft);
    assert!(act(&mut app, Action::RestoreTest).is_empty());
    assert!(app.flash.as_ref().unwrap().text.contains("names no `engine`"));
    assert_eq!(app.tab, Tab::Backups);
    app.drill.sets = crate::app::drill::Drill::start(&{
        let mut settings = crate::app::tests::settings();
        let engine = Some(crate::domain::engine::Engine::Mongodb);
        settings.environments[1].backups = vec![BackupSet { engine, ..named("ingest") }];
        settings
    })
    .sets;
    let effects = act(&mut app, Action::RestoreTest);
    assert_eq!(app.tab, Tab::Drill);
    let [Effect::Drill(effect)] = &effects[..] else { panic!("{effects:?}") };
    assert!(matches!(&**effect, DrillEffect::Look { set, .. } if *set == id("ingest")));
}

#[test]
fn faults_filters_and_sorts_narrow_the_table_and_escape_widens_it() {
    let (mut app, generation) = opened();
    let mut well = checkup("media");
    (well.word, well.findings) = (Word::Ok, Vec::new());
    tell(&mut app, generation, well);
    tell(&mut app, generation, checkup("ingest"));
    act(&mut app, Action::FaultsOnly);
    assert_eq!(app.backups.table.rows(), [0]);
    act(&mut app, Action::Back);
    act(&mut app, Action::Sort(SortKey::Name));
    act(&mut app, Action::Sort(SortKey::Name));
    assert_eq!(app.backups.table.rows(), [1, 0]);
    app.filter_backups("missed");
    assert_eq!(app.backups.table.rows(), [0]);
    act(&mut app, Action::Back);
    assert_eq!(app.backups.table.rows().len(), 2);
}

/// The objects that the storage is asked about.
fn sampled(effects: &[Effect]) -> Vec<String> {
    let asked = effects.iter().filter_map(|effect| {
        let Effect::Backups(effect) = effect else { return None };
        let BackupsEffect::Sample { backups, .. } = &**effect else { return None };
        Some(backups)
    });
    asked.flatten().map(|backup| backup.name()[8..10].to_owned()).collect()
}

#[test]
fn the_storage_is_asked_about_the_objects_in_sight_and_never_twice() {
    let mut app = told();
    app.update(Message::Resized(Size { width: 120, height: 12 }));
    let generation = asked(&act(&mut app, Action::Open)).unwrap();
    listed(&mut app, generation, 11..=20);
    let first = sampled(&act(&mut app, Action::SelectNext));
    assert!(first.starts_with(&["20".to_owned(), "19".to_owned()]) && first.len() < 10);
    for name in &first {
        let key = format!("prod/2026-11-{name}T00_00.gz");
        let sample = Box::new(Known::NotOffered);
        let message = BackupsMessage::Sampled { set: id("ingest"), key, sample };
        app.update(Message::Backups(message));
    }
    assert!(sampled(&act(&mut app, Action::SelectPrevious)).is_empty(), "all of them are known");
    let more = sampled(&act(&mut app, Action::SelectLast));
    assert!(more.contains(&"11".to_owned()) && more.iter().all(|name| !first.contains(name)));
    // An answer about another set is not taken for one about this.
    let sample = Box::new(Known::NotOffered);
    let key = "prod/2026-11-12T00_00.gz".to_owned();
    app.update(Message::Backups(BackupsMessage::Sampled {
        set: id("media"),
        key: key.clone(),
        sample,
    }));
    assert!(app.backups.samples.get(&id("ingest"), &key).is_none());
    act(&mut app, Action::Reload);
    assert!(app.backups.samples.get(&id("ingest"), "prod/2026-11-20T00_00.gz").is_none());
}

#[test]
fn cancelling_forgets_what_waits_and_says_what_is_left() {
    let mut app = told();
    let generation = asked(&act(&mut app, Action::Open)).unwrap();
    listed(&mut app, generation, 11..=20);
    act(&mut app, Action::Mark);
    act(&mut app, Action::Mark);
    let effects = app.write_to_folder("/tmp".to_owned());
    let [Effect::Backups(effect)] = &effects[..] else { panic!("{effects:?}") };
    assert!(
        matches!(&**effect, BackupsEffect::Work(order) if order.object.name().contains("-20T"))
    );
    assert_eq!(app.backups.works.waiting.len(), 1);
    let effects = act(&mut app, Action::CancelWork);
    let [Effect::Backups(effect)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(**effect, BackupsEffect::CancelWork);
    let ended = Ended::Cancelled { left: Some("what has come stays".to_owned()) };
    let effects = app.update(Message::Backups(BackupsMessage::WorkEnded(ended)));
    assert!(effects.is_empty(), "what waited is not begun: {effects:?}");
    let said = &app.flash.as_ref().unwrap().text;
    assert_eq!(said, "the write of 2026-11-20T00_00.gz was cancelled; what has come stays");
}

#[test]
fn commands_that_lead_to_the_object_can_be_copied() {
    let mut app = told();
    act(&mut app, Action::ScrollLeft);
    act(&mut app, Action::CopyWhat);
    let Some(Overlay::CopyWhat { choices, .. }) = &app.overlay else { panic!("no choices") };
    let command = choices.iter().find(|(what, _)| what == "aws s3 cp").unwrap();
    assert_eq!(command.1, "aws s3 cp s3://backups/prod/2026-11-20T00_00.gz .");
    act(&mut app, Action::Back);
    let effects = act(&mut app, Action::Copy);
    assert!(matches!(&effects[..], [Effect::Copy { text, .. }] if text.starts_with("s3://")));
}

#[test]
fn an_environment_is_as_old_as_the_oldest_of_its_newest() {
    let (mut app, generation) = opened();
    let prod = EnvironmentName("prod".to_owned());
    assert!(!app.backups.ages(&prod).is_known);
    tell(&mut app, generation, checkup("ingest"));
    tell(&mut app, generation, checkup("media"));
    let ages = app.backups.ages(&prod);
    assert_eq!((ages.is_known, ages.newest), (true, Some(at("2026-11-20T00:00:00Z"))));
    assert_eq!(ages.proven, None, "neither can be drilled");
    assert!(!app.backups.ages(&EnvironmentName("dev".to_owned())).has_sets);
}

#[test]
fn the_views_of_a_set_follow_each_other() {
    let mut app = told();
    let mut seen = Vec::new();
    for _ in 0..4 {
        act(&mut app, Action::NextView);
        seen.push(app.backups.page);
    }
    let views = [SetView::Calendar, SetView::List, SetView::Sizes, SetView::Calendar];
    assert_eq!(seen, views.map(Page::Set));
    assert!(app.backups.object().unwrap().1.name().starts_with("2026-11-20"));
    app.open_detail(Subject::Slot(at("2026-11-19T00:00:00Z")));
    assert!(app.backups.object().unwrap().1.name().starts_with("2026-11-19"));
}
