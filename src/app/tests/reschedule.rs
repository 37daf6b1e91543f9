//! Another schedule: previewed while it is typed, asked for, and never without being allowed.

use super::*;
use crate::domain::deed::{Deed, What};
use crate::domain::job::{CronJob, Release};

fn cronjob(name: &str, schedule: &str) -> CronJob {
    CronJob {
        uid: Uid(name.into()),
        namespace: "default".into(),
        name: name.into(),
        created: None,
        schedule: schedule.into(),
        time_zone: None,
        is_suspended: false,
        active: 0,
        last_schedule: "2026-11-20T00:00:00Z".parse().ok(),
        last_success: None,
        images: Vec::new(),
        release: None,
    }
}

fn begin(environment: &str, backup: CronJob) -> App {
    let mut app = told();
    let environment = EnvironmentName(environment.to_owned());
    let verify = cronjob("verify", "30 0 * * *");
    assert!(app.begin_reschedule(environment, backup, Some(verify)).is_empty());
    app
}

/// Instead of what stands in the prompt.
fn write(app: &mut App, text: &str) {
    app.update(Message::Edited(InputRequest::DeleteLine));
    type_in(app, text);
}

fn dialog(app: &App) -> &crate::app::overlay::Dialog {
    let Some(Overlay::Dialog(dialog)) = &app.overlay else { panic!("{:?}", app.overlay) };
    dialog
}

fn deed(environment: &str, name: &str, from: &str, to: &str) -> Effect {
    let what = What::RescheduleCronJob { name: name.into(), from: from.into(), to: to.into() };
    let environment = EnvironmentName(environment.to_owned());
    Effect::Perform(Deed { environment, namespace: "default".into(), what })
}

#[test]
fn five_runs_follow_what_is_typed_and_a_fault_stays_in_the_prompt() {
    let mut app = begin("dev", cronjob("backup", "0 0 * * *"));
    assert_eq!(app.rescheduling.as_ref().unwrap().preview.as_ref().unwrap().runs.len(), 5);
    write(&mut app, "0 25 * * *");
    let fault = app.rescheduling.as_ref().unwrap().preview.clone().unwrap_err();
    assert_eq!((fault.what.as_str(), fault.place), ("hour: 25 is not within 0 to 23", 2..4));
    assert!(act(&mut app, Action::Press).is_empty());
    assert_eq!(app.focus(), Focus::Prompt);
    write(&mut app, "15 3 * * *");
    assert!(act(&mut app, Action::Press).is_empty());
    let lines = &dialog(&app).lines;
    assert_eq!(lines[0], "default/backup: `0 0 * * *` becomes `15 3 * * *`");
    assert!(
        lines.contains(&"next runs (UTC, inferred from its last run):".to_owned()),
        "{lines:?}"
    );
    let first = "  Sat 2026-11-21 03:15 · Sun 2026-11-22 03:15 · Mon 2026-11-23 03:15";
    assert!(lines.contains(&first.to_owned()), "{lines:?}");
}

#[test]
fn the_verification_is_moved_too_where_one_wants_that() {
    for (presses, expected) in [
        (1, vec![deed("dev", "backup", "0 0 * * *", "15 3 * * *")]),
        (
            2,
            vec![
                deed("dev", "backup", "0 0 * * *", "15 3 * * *"),
                deed("dev", "verify", "30 0 * * *", "45 3 * * *"),
            ],
        ),
    ] {
        let mut app = begin("dev", cronjob("backup", "0 0 * * *"));
        write(&mut app, "15 3 * * *");
        act(&mut app, Action::Press);
        assert!(dialog(&app).lines.iter().any(|line| line == "to keep the distance: `45 3 * * *`"));
        for _ in 0..presses {
            act(&mut app, Action::NextButton);
        }
        assert_eq!(act(&mut app, Action::Press), expected);
        assert!(app.overlay.is_none());
    }
}

#[test]
fn production_wants_its_name_and_helm_is_told_of() {
    let release = Some(Release { name: Some("mongo".into()), chart: None });
    let backup = CronJob { release, ..cronjob("backup", "0 0 * * *") };
    let mut app = begin("prod", backup);
    write(&mut app, "0 4 * * *");
    act(&mut app, Action::Press);
    let text = dialog(&app).lines.join("\n");
    assert!(text.contains("Helm's release `mongo` undoes this at its next deploy"), "{text}");
    assert!(text.contains(
        "the value that holds `0 0 * * *` too:\n  helm -n default get values mongo --all"
    ));
    act(&mut app, Action::NextButton);
    assert!(act(&mut app, Action::Press).is_empty());
    type_in(&mut app, "prod");
    let deeds = act(&mut app, Action::Press);
    assert_eq!(deeds, [deed("prod", "backup", "0 0 * * *", "0 4 * * *")]);
}

#[test]
fn nothing_is_asked_where_nothing_may_or_would_change() {
    let mut app = told();
    app.clusters[0].writable = false;
    let dev = EnvironmentName("dev".to_owned());
    assert!(app.begin_reschedule(dev, cronjob("backup", "0 0 * * *"), None).is_empty());
    assert!(app.overlay.is_none());
    assert!(app.flash.as_ref().unwrap().text.contains("read-only"));
    let mut app = begin("prod", cronjob("backup", "0 0 * * *"));
    assert!(act(&mut app, Action::Press).is_empty());
    assert!(app.overlay.is_none() && app.rescheduling.is_none());
    let mut app = begin("prod", cronjob("backup", "0 0 * * *"));
    act(&mut app, Action::Cancel);
    assert!(app.overlay.is_none() && app.rescheduling.is_none());
}
