//! What keys, commands and news do to the console, each as the table of keys has it.

use super::*;
use crate::app::message::RawObject;
use crate::domain::event::{Event, Subject};
use crate::domain::log::LogNews;
use crate::domain::pod::ConditionStatus;
use crate::domain::severity::Severity;

#[test]
fn a_pod_that_is_ready_and_not_ready_again_and_again_is_flapping() {
    let mut app = told();
    let changed = |app: &mut App, is_ready: bool, minute: i64| {
        let at = now() + std::time::Duration::from_mins(minute.unsigned_abs());
        app.update(Message::Ticked(at));
        let mut pod = running("api");
        let status = if is_ready { ConditionStatus::True } else { ConditionStatus::False };
        for condition in &mut pod.conditions {
            condition.status = status;
            condition.since = Some(at);
        }
        let applied = vec![Arc::new(pod)];
        tell(app, "dev", vec![News::Pods(Delta::Changed { applied, gone: Vec::new() })]);
    };
    for minute in 1..=4 {
        changed(&mut app, minute % 2 == 0, minute);
    }
    let why = |app: &App| {
        let pod = app.clusters[0].pods.rows().find(|row| &*row.pod.name == "api").unwrap();
        (pod.diagnosis.severity, pod.diagnosis.reason.to_string())
    };
    let reason = "flapping: 4 ready changes, watched since 09:30 UTC".to_owned();
    assert_eq!(why(&app), (Severity::Warning, reason));
    app.update(Message::Ticked(now() + std::time::Duration::from_mins(62)));
    assert_eq!(why(&app), (Severity::Fine, String::new()));
}

#[test]
fn what_was_said_of_a_key_goes_with_the_next_one_and_what_was_done_stays() {
    let mut app = told();
    app.update(Message::KeyUnbound("x".to_owned()));
    assert!(app.flash.as_ref().unwrap().text.starts_with("`x` does nothing here"));
    act(&mut app, Action::SelectNext);
    assert!(app.flash.is_none());
    app.update(Message::Copied { what: "it".to_owned() });
    act(&mut app, Action::SelectNext);
    assert!(app.flash.is_some());
}

#[test]
fn help_and_lists_close_by_escape_and_lead_to_the_palette() {
    let mut app = told();
    act(&mut app, Action::Help);
    act(&mut app, Action::Filter);
    type_in(&mut app, "delete");
    act(&mut app, Action::Press);
    act(&mut app, Action::Wide);
    assert_eq!(app.focus(), Focus::Help, "what means nothing there does nothing");
    act(&mut app, Action::Back);
    assert!(matches!(&app.overlay, Some(Overlay::Help { filter, .. }) if filter.is_empty()));
    act(&mut app, Action::Palette);
    assert_eq!(app.focus(), Focus::Prompt);
    type_in(&mut app, "env");
    act(&mut app, Action::Press);
    assert_eq!(app.focus(), Focus::List);
    act(&mut app, Action::SelectRow(1));
    act(&mut app, Action::SelectRow(1));
    assert_eq!(names(&app), ["prod/queue", "prod/api"]);
}

#[test]
fn prompts_are_edited_as_in_a_shell() {
    let mut app = told();
    act(&mut app, Action::Palette);
    type_in(&mut app, "pods prod");
    app.update(Message::Edited(InputRequest::DeletePrevWord));
    app.update(Message::Edited(InputRequest::GoToPrevChar));
    app.update(Message::Edited(InputRequest::DeleteLine));
    let Some(Overlay::Prompt(prompt)) = &app.overlay else { panic!("no prompt") };
    assert_eq!((prompt.text(), prompt.input.cursor()), (" ", 0));
}

#[test]
fn what_is_read_is_loaded_again_where_it_is_asked_for() {
    let mut app = told();
    act(&mut app, Action::Describe);
    let effects = act(&mut app, Action::Reload);
    assert!(matches!(&effects[..], [Effect::LoadObject { .. }, Effect::Reconnect]), "{effects:?}");
    act(&mut app, Action::Back);
    act(&mut app, Action::Logs);
    let effects = act(&mut app, Action::Reload);
    assert!(matches!(&effects[..], [Effect::FollowLog { .. }, Effect::Reconnect]), "{effects:?}");
}

#[test]
fn a_filter_of_lines_is_cleared_before_one_goes_back() {
    let mut app = told();
    act(&mut app, Action::Logs);
    act(&mut app, Action::FilterLines);
    type_in(&mut app, "error");
    act(&mut app, Action::Press);
    act(&mut app, Action::Back);
    assert_eq!(app.focus(), Focus::Logs);
    act(&mut app, Action::Back);
    assert_eq!(app.focus(), Focus::Table(TableFocus::View(View::Pods)));
}

#[test]
fn a_pod_without_a_log_shows_all_its_events_and_asks_again() {
    let mut app = told();
    let effects = act(&mut app, Action::Logs);
    let [Effect::FollowLog { generation, .. }] = &effects[..] else { panic!("{effects:?}") };
    let why = "waiting to start: ContainerCreating".to_owned();
    let news = LogNews::Waiting { source: 0, why };
    let effects = app.update(Message::LogArrived { generation: *generation, news });
    let [Effect::LoadObject { generation, object }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(&*object.name, "queue");
    let event = Event {
        uid: Uid("1".into()),
        namespace: "default".into(),
        is_warning: false,
        reason: "Pulling".into(),
        message: "pulling the image".into(),
        object: Subject { kind: "Pod".into(), name: "queue".into(), uid: None },
        count: 1,
        first: None,
        last: Some(now()),
        source: None,
    };
    let json = serde_json::Value::Null;
    let object = RawObject { json, events: vec![Arc::new(event)], events_failure: None };
    app.update(Message::ObjectLoaded { generation: *generation, object: Ok(object) });
    let Body::Logs { view, .. } = &app.pods.top().body else { panic!("no log") };
    assert_eq!(view.events.len(), 1);
    app.update(Message::Ticked(now() + std::time::Duration::from_secs(6)));
    let environment = EnvironmentName("prod".to_owned());
    let effects = app.update(Message::Told { environment, news: Vec::new() });
    assert!(matches!(&effects[..], [Effect::LoadObject { .. }]), "{effects:?}");
}

#[test]
fn what_is_sorted_by_is_shown_and_what_is_told_nowhere_is_refused() {
    let mut app = told();
    assert!(!app.columns().contains(&Column::Ip));
    act(&mut app, Action::Sort(SortKey::Ip));
    let columns = app.columns();
    assert!(columns.contains(&Column::Ip) && !columns.contains(&Column::Node), "{columns:?}");
    act(&mut app, Action::Sort(SortKey::Name));
    assert!(!app.columns().contains(&Column::Ip));
    act(&mut app, Action::Palette);
    type_in(&mut app, "events");
    act(&mut app, Action::Press);
    let sorted = |app: &App| app.pods.top().table().unwrap().sort.column;
    let before = sorted(&app);
    act(&mut app, Action::Sort(SortKey::Cpu));
    assert_eq!(sorted(&app), before);
    assert_eq!(app.flash.as_ref().unwrap().text, "nothing is told of CPU here");
}

#[test]
fn a_description_grows_older_between_two_readings() {
    let mut app = told();
    let effects = act(&mut app, Action::Describe);
    let Some(Effect::LoadObject { generation, .. }) = effects.first() else {
        panic!("{effects:?}")
    };
    let created = (now() - std::time::Duration::from_secs(30)).to_string();
    let json = serde_json::json!({
        "kind": "Pod", "metadata": { "name": "queue", "creationTimestamp": created },
    });
    let object = RawObject { json, events: Vec::new(), events_failure: None };
    app.update(Message::ObjectLoaded { generation: *generation, object: Ok(object) });
    let age = |app: &App| {
        let Body::Text { text: Loaded::Text(view), .. } = &app.pods.top().body else { panic!() };
        let lines = &view.document().lines;
        lines.iter().find(|line| line.text.contains("30s") || line.text.contains("32s")).cloned()
    };
    let young = age(&app).unwrap();
    let next = app.next_change().unwrap();
    assert_eq!(next, now() + std::time::Duration::from_secs(2));
    app.update(Message::Ticked(next));
    assert!(age(&app).unwrap() != young);
}
