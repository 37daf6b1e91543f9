//! Which environments are asked, what their answers mean, and how they read.

use super::*;
use crate::config::{self, DefaultFolders};
use crate::domain::environment::EnvironmentName;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::news::Scope;
use crate::domain::pod::{ContainerState, Pod};

fn now() -> Timestamp {
    "2026-11-03T08:55:00Z".parse().unwrap()
}

/// A pod that has run for hours, with one container.
fn pod(name: &str) -> Pod {
    let hours_ago = "2026-11-03T04:00:00Z";
    let condition =
        |kind: &str| serde_json::json!({ "kind": kind, "status": "True", "since": hours_ago });
    let conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map(condition);
    serde_json::from_value(serde_json::json!({
        "uid": name, "namespace": "default", "name": name, "labels": [], "created": hours_ago,
        "node": "node-1", "phase": "Running", "readiness_gates": [],
        "conditions": conditions,
        "init_containers": [], "init_statuses": [],
        "containers": [{
            "name": "app", "image": "app:1.0", "is_sidecar": false, "requests": {}, "limits": {},
            "probes": { "liveness": false, "readiness": false, "startup": false }, "ports": [],
        }],
        "statuses": [{
            "name": "app", "ready": true, "restarts": 0, "last_state": "Empty",
            "state": { "Running": { "started": hours_ago } },
        }],
    }))
    .unwrap()
}

fn without_its_image(name: &str) -> Pod {
    let mut pod = pod(name);
    pod.statuses[0].ready = false;
    pod.statuses[0].state = ContainerState::Waiting {
        reason: Some("ImagePullBackOff".into()),
        message: Some("not found".into()),
    };
    pod
}

fn settings(text: &str) -> Settings {
    let nowhere = || "/nowhere".into();
    let folders = DefaultFolders {
        config_file: nowhere(),
        data: nowhere(),
        cache: nowhere(),
        state: nowhere(),
    };
    config::read(text, "config.toml", &folders).unwrap()
}

const THREE: &str = "
    [[environment]]\nname = \"dev\"\nkubernetes = { context = \"a\" }
    [[environment]]\nname = \"files\"
    [[environment]]\nname = \"prod\"\nkubernetes = { context = \"b\" }";

fn names(wanted: &[&str]) -> Result<Vec<String>, String> {
    let settings = settings(THREE);
    let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
    let chosen = chosen(&settings, &wanted, None)?;
    Ok(chosen.iter().map(|(environment, _)| environment.name.0.clone()).collect())
}

#[test]
fn all_environments_with_a_cluster_are_looked_at_unless_some_are_named() {
    assert_eq!(names(&[]).unwrap(), ["dev", "prod"]);
    assert_eq!(names(&["prod"]).unwrap(), ["prod"]);
    assert_eq!(names(&["prod", "dev"]).unwrap(), ["dev", "prod"]);
}

#[test]
fn a_name_that_is_none_is_refused_with_those_there_are() {
    assert_eq!(names(&["dev", "qa"]).unwrap_err(), "`qa` is no environment; there is: dev, prod");
    assert!(names(&["files"]).unwrap_err().starts_with("`files` has no cluster"));
    let none = settings("");
    assert_eq!(chosen(&none, &[], Some("do this".to_owned())).unwrap_err(), "do this");
    assert!(chosen(&none, &[], None).unwrap_err().contains("kubernetes ="));
}

fn answered(seen: Look, lists_pods: bool) -> Answer {
    let settings = settings(THREE);
    let place = Place { environment: &settings.environments[2], context: "b" };
    answer(&place, seen, (&Trust::Live, Some(now())), now(), lists_pods)
}

fn missed(kind: Kind, sort: Sort) -> Missed {
    let why = Failure::new(FailureKind::Denied, format!("listing {kind:?}: forbidden"));
    Missed { kind, scope: Scope::Cluster, sort, why }
}

#[test]
fn nodes_that_nobody_may_see_are_told_and_change_nothing_else_is_passed_over() {
    for (kind, sort, word) in [
        (Kind::Node, Sort::Forbidden, Word::Ok),
        (Kind::Node, Sort::TimedOut, Word::CouldNotSee),
        (Kind::Pod, Sort::Forbidden, Word::CouldNotSee),
        (Kind::CronJob, Sort::Unexpected, Word::CouldNotSee),
    ] {
        let answer = answered(Look { missed: vec![missed(kind, sort)], ..Look::default() }, false);
        assert_eq!(answer.glance.word, word, "{kind:?} {sort:?}");
        let document = write::document(&[answer], now(), false);
        let told = &document["environments"][0]["missed"][0];
        assert_eq!(told["kind"], serde_json::to_value(kind).unwrap());
    }
}

#[test]
fn pods_come_worst_first_in_the_columns_of_the_table() {
    let pods = vec![pod("a").into(), without_its_image("z\u{1b}[2J").into()];
    let seen = Look { pods, ..Look::default() };
    let answer = answered(seen, true);
    let names: Vec<_> = answer.pods.iter().map(|pod| pod.name.as_str()).collect();
    assert_eq!(names, ["z\u{fffd}[2J", "a"]);
    let worst = &answer.pods[0];
    assert_eq!((worst.status.as_str(), worst.ready.as_str()), ("ImagePullBackOff", "0/1"));
    assert_eq!(exit(&[answer]), Exit::Failed);
}

#[test]
fn what_could_not_be_seen_outweighs_what_was_found() {
    let pods = vec![without_its_image("api").into()];
    let found = answered(Look { pods, ..Look::default() }, false);
    let well = answered(Look::default(), false);
    let blind = answered(
        Look { missed: vec![missed(Kind::Pod, Sort::TimedOut)], ..Look::default() },
        false,
    );
    assert_eq!(exit(&[answered(Look::default(), false)]), Exit::Well);
    assert_eq!(exit(&[blind, found, well]), Exit::Unverified);
}

#[test]
fn a_refused_login_is_not_called_an_unreachable_cluster() {
    let why = Failure::new(FailureKind::Denied, "no");
    let lapse = |sort| Lapse { sort, why: why.clone() };
    assert!(matches!(blindness(lapse(Sort::LoginExpired)), Trust::LoginExpired { .. }));
    assert!(matches!(blindness(lapse(Sort::TimedOut)), Trust::Unreachable { .. }));
}

#[test]
fn the_document_names_time_environment_and_word() {
    let document = write::document(&[answered(Look::default(), true)], now(), true);
    assert_eq!(document["at"], serde_json::to_value(now()).unwrap());
    let prod = &document["environments"][0];
    assert_eq!(prod["environment"], serde_json::to_value(EnvironmentName("prod".into())).unwrap());
    assert_eq!((&prod["word"], &prod["pods"]), (&"ok".into(), &serde_json::json!([])));
}
