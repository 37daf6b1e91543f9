//! The whole screen with a text or a log on it, and the help.

use lifeboat::app::action::Action;
use lifeboat::app::message::{Message, RawObject};
use lifeboat::domain::failure::{Failure, FailureKind};
use lifeboat::domain::log::{LogLine, LogNews};
use serde_json::json;

use super::stage::{Stage, ago, asked};
use super::{LARGE, SIZES, SMALL};

const SICK: &str = "ingest-accessioner-5f6d7c8b9-qjld9";

/// The answer of the server about a pod.
fn object() -> RawObject {
    let json = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": SICK, "namespace": "default", "uid": "b7c1",
            "creationTimestamp": "2026-11-20T08:50:00Z",
            "labels": { "app": "ingest-accessioner", "pod-template-hash": "5f6d7c8b9" },
            "managedFields": [{ "manager": "kubectl" }, { "manager": "kubelet" }],
        },
        "spec": {
            "nodeName": "node-a.example.internal",
            "serviceAccountName": "default",
            "restartPolicy": "Always",
            "containers": [{
                "name": "app",
                "image": "registry.example/ingest-accessioner:1.7.0",
                "command": ["/bin/sh", "-c", "exec java -XX:MaxRAMPercentage=75 -jar accessioner.jar --spring.profiles.active=dev"],
                "resources": { "requests": { "cpu": "250m" }, "limits": { "memory": "512Mi" } },
                "env": [{ "name": "MONGO_PASSWORD", "value": "hunter2" }],
            }],
        },
        "status": {
            "phase": "Running",
            "podIP": "10.0.3.17",
            "containerStatuses": [{
                "name": "app", "ready": false, "restartCount": 31,
                "state": { "waiting": { "reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container=app pod=ingest-accessioner-5f6d7c8b9-qjld9_default(b7c1)" } },
                "lastState": { "terminated": {
                    "exitCode": 1, "reason": "Error",
                    "startedAt": "2026-11-20T09:29:00Z", "finishedAt": "2026-11-20T09:29:09Z",
                } },
            }],
        },
    });
    RawObject { json, events: Vec::new(), events_failure: None }
}

#[test]
fn a_pod_is_described_and_shown_as_the_server_has_it() {
    for size in SIZES {
        for (name, action) in [("describe", Action::Describe), ("yaml", Action::Raw)] {
            let mut stage = Stage::full(size);
            stage.select(SICK);
            let generation = asked(&stage.act(action));
            if action == Action::Raw {
                stage.check("text_loading");
            }
            stage.app.update(Message::ObjectLoaded { generation, object: Ok(object()) });
            stage.check(name);
        }
    }
}

#[test]
fn a_text_that_could_not_be_had_says_why() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.select(SICK);
        let generation = asked(&stage.act(Action::Describe));
        let what = "reading pods default/ingest-core-sf7pdwtz2j-94t54 of dev: this login may not, or it is gone";
        let failure =
            Failure::new(FailureKind::Denied, what).advise("ask for the verb get on pods");
        stage.app.update(Message::ObjectLoaded { generation, object: Err(failure) });
        stage.check("text_failed");
    }
}

#[test]
fn a_judgement_is_explained() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.select(SICK);
        stage.act(Action::Explain);
        stage.check("explain");
    }
}

#[test]
fn a_log_is_followed_on_the_whole_screen() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.select("ingest-core-7d9f8b6c5-x2x1z");
        let generation = asked(&stage.act(Action::Logs));
        stage.check("log_loading");
        let line = |number: i64| {
            LogLine {
            source: 0,
            at: Some(ago(600 - number)),
            text: match number % 5 {
                0 => "\u{1b}[33mWARN\u{1b}[0m o.h.ingest.core.Service : no answer of schema.example, trying again in 5 s".into(),
                _ => format!("INFO o.h.ingest.core.Service : validated submission {number} took {} ms", number * 7).into(),
            },
        }
        };
        let lines = (0..12).map(line).collect();
        stage.app.update(Message::LogArrived { generation, news: LogNews::Lines(lines) });
        stage.check("log");
    }
}

#[test]
fn the_help_has_all_keys_of_the_view() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.act(Action::Help);
        stage.check("help");
    }
    let mut stage = Stage::full(SMALL);
    stage.act(Action::Help);
    stage.act(Action::SelectLast);
    stage.check("help_end");
    stage.act(Action::Filter);
    stage.type_in("sort");
    stage.act(Action::Press);
    stage.check("help_searched");
}

#[test]
fn the_help_of_a_log_is_of_the_log() {
    let mut stage = Stage::full(LARGE);
    stage.select("ingest-core-7d9f8b6c5-x2x1z");
    stage.act(Action::Logs);
    stage.act(Action::Help);
    stage.check("help_log");
}
