//! Logs and texts on the screen, in the states and sizes that matter.

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat::app::logs::ring::LogLimits;
use lifeboat::app::logs::{LogAction, LogView};
use lifeboat::app::pager::act::ReadAction;
use lifeboat::app::pods::layer::Loaded;
use lifeboat::app::text::TextView;
use lifeboat::domain::describe::{self, Context};
use lifeboat::domain::document::Emphasis;
use lifeboat::domain::environment::EnvironmentName;
use lifeboat::domain::event::{Event, Subject};
use lifeboat::domain::failure::{Failure, FailureKind};
use lifeboat::domain::log::{LogLine, LogNews, LogRequest, LogSource, LogStart};
use lifeboat::domain::pod::Uid;
use lifeboat::domain::settings::ThemeChoice;
use lifeboat::domain::yaml;
use lifeboat::ui::reading::page;
use lifeboat::ui::theme::{ColourDepth, Theme};
use lifeboat::ui::viewports::Viewports;
use lifeboat::ui::{logs, text};
use ratatui::Frame;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use serde_json::{Value, json};

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (200, 50);

fn now() -> Timestamp {
    "2026-08-24T12:00:00Z".parse().unwrap()
}

fn theme(depth: ColourDepth) -> Theme {
    Theme::new(ThemeChoice::Dark, depth, false)
}

fn draw_log(view: &LogView, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let theme = theme(ColourDepth::True);
    let mut viewports = Viewports::default();
    let draw = |frame: &mut Frame<'_>| {
        logs::draw(frame, frame.area(), (view, now()), &theme, &mut viewports);
    };
    terminal.draw(draw).unwrap();
    terminal.backend().buffer().clone()
}

fn draw_text(loaded: &Loaded, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let theme = theme(ColourDepth::True);
    terminal.draw(|frame| text::draw(frame, frame.area(), loaded, &theme)).unwrap();
    terminal.backend().buffer().clone()
}

/// The screen as text, with a frame so that its edges can be seen.
fn picture(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut text = String::new();
    for y in 0..area.height {
        let mut x = 0;
        let mut row = String::new();
        while x < area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol)).unwrap().max(1);
        }
        text.extend(["|", &row, "|\n"]);
    }
    text
}

fn source(container: &str) -> LogSource {
    LogSource {
        environment: EnvironmentName("prod".into()),
        namespace: "default".into(),
        pod: "ingest-core-7d9f8b6c5-x2x1z".into(),
        container: container.into(),
    }
}

fn line(source: u16, number: i64, text: &str) -> LogLine {
    let at = Timestamp::from_millisecond(now().as_millisecond() - 600_000 + number * 137).ok();
    LogLine { source, at, text: text.into() }
}

/// The log of two containers that are busy.
fn busy(count: i64) -> LogView {
    let request = LogRequest {
        sources: vec![source("core"), source("proxy")],
        previous: false,
        start: LogStart::Tail(1000),
        follow: true,
    };
    let limits = LogLimits { lines: 500, bytes: 1 << 20 };
    let mut view = LogView::with_limits(request, "ingest-core-7d9f8b6c5-x2x1z".into(), limits);
    let lines = (0..count).map(|number| match number % 12 {
        3 => line(1, number, &format!("\u{1b}[33mWARN\u{1b}[0m upstream slow: {} ms", number * 7)),
        7 => line(0, number, &format!(
            "2026-08-24 ERROR o.h.ingest.state.StateTracker - Timeout after 30000 ms while waiting for connection {number} of the pool to be released by the exporter, will be tried again"
        )),
        other => line(u16::from(other % 2 == 1), number, &format!("GET /submissionEnvelopes/{number} 200")),
    });
    view.arrived(LogNews::Lines(lines.collect()));
    view
}

fn act(view: &mut LogView, (width, height): (u16, u16), action: impl Into<LogAction>) {
    view.act(action.into(), page(Rect::new(0, 0, width, height)));
}

fn check(name: &str, buffer: &Buffer) {
    insta::assert_snapshot!(name, picture(buffer));
}

#[test]
fn a_log_is_followed() {
    for (name, size) in [("log_followed_80", SMALL), ("log_followed_200", LARGE)] {
        check(name, &draw_log(&busy(2000), size));
    }
}

#[test]
fn a_log_is_wrapped_with_times_and_marks() {
    for (name, size) in [("log_wrapped_80", SMALL), ("log_wrapped_200", LARGE)] {
        let mut view = busy(100);
        act(&mut view, size, LogAction::ToggleTimestamps);
        act(&mut view, size, ReadAction::ToggleWrap);
        act(&mut view, size, ReadAction::SearchPrevious);
        act(&mut view, size, ReadAction::ToggleMark);
        check(name, &draw_log(&view, size));
    }
}

#[test]
fn a_log_is_filtered_and_searched_at_once() {
    for (name, size) in [("log_filtered_80", SMALL), ("log_filtered_200", LARGE)] {
        let mut view = busy(480);
        view.arrived(LogNews::Gap { source: Some(1), why: "the stream was cut for 12 s".into() });
        view.arrived(LogNews::Lines((480..520).map(|n| line(1, n, "GET /health 200")).collect()));
        act(&mut view, size, ReadAction::Filter("timeout".into()));
        act(&mut view, size, ReadAction::Search("exporter|slow".into()));
        act(&mut view, size, ReadAction::SearchPrevious);
        check(name, &draw_log(&view, size));
    }
}

#[test]
fn a_paused_log_counts_what_is_new() {
    for (name, size) in [("log_paused_80", SMALL), ("log_paused_200", LARGE)] {
        let mut view = busy(90);
        act(&mut view, size, ReadAction::PageBy(-1));
        view.arrived(LogNews::Lines((90..402).map(|n| line(0, n, "later")).collect()));
        check(name, &draw_log(&view, size));
    }
}

fn event(reason: &str, seconds: i64, count: u32, message: &str) -> Arc<Event> {
    Arc::new(Event {
        uid: Uid(reason.into()),
        namespace: "default".into(),
        is_warning: count > 1,
        reason: reason.into(),
        message: message.into(),
        object: Subject { kind: "Pod".into(), name: "api-0".into(), uid: None },
        count,
        first: None,
        last: Timestamp::from_second(now().as_second() - seconds).ok(),
        source: None,
    })
}

fn events() -> Vec<Arc<Event>> {
    vec![
        event("Scheduled", 420, 1, "Successfully assigned default/ingest-core to node-b"),
        event(
            "Failed",
            95,
            4,
            "Failed to pull image \"registry.example/ingest-core:9f3c\": manifest for registry.example/ingest-core:9f3c not found",
        ),
        event("BackOff", 12, 14, "Back-off pulling image\u{1b}]0;owned\u{7}"),
    ]
}

#[test]
fn a_pod_without_a_log_shows_its_events() {
    for (name, size) in [("log_waiting_80", SMALL), ("log_waiting_200", LARGE)] {
        let request = LogRequest {
            sources: vec![source("core")],
            previous: false,
            start: LogStart::Tail(1000),
            follow: true,
        };
        let mut view = LogView::new(request, "ingest-core".into());
        view.arrived(LogNews::Waiting { source: 0, why: "ImagePullBackOff".into() });
        view.events = events();
        check(name, &draw_log(&view, size));
    }
}

#[test]
fn hostile_lines_leave_the_terminal_unharmed_and_colours_stay() {
    let request = LogRequest {
        sources: vec![source("core")],
        previous: true,
        start: LogStart::Head,
        follow: false,
    };
    let mut view = LogView::new(request, "ingest-core".into());
    let hostile = [
        "\u{1b}[31mred\u{1b}[0m \u{1b}[1;4mbold\u{1b}[m plain",
        "\u{1b}[2J\u{1b}[H\u{1b}]0;title\u{7}\u{1b}]52;c;cm0gLXJm\u{1b}\\nothing happened",
        "never ends: \u{1b}]52;c;cm0gLXJm",
        "\u{9b}31mC1 \u{90}q\u{9c}\u{202e}reversed",
        "cut: \u{1b}[3",
        "bell\u{7} back\u{8}\u{8}\u{8}space null\u{0}",
        "10%\r50%\r100%\r",
        "a\ttab\t日本語\twide",
    ];
    let lines = hostile.iter().zip(0..).map(|(text, number)| line(0, number, text));
    view.arrived(LogNews::Lines(lines.collect()));
    view.arrived(LogNews::Ended { source: 0, failure: None });
    act(&mut view, SMALL, ReadAction::Search("bold".into()));
    let buffer = draw_log(&view, SMALL);
    check("log_hostile_80", &buffer);
    check("log_hostile_200", &draw_log(&view, LARGE));
    let all = picture(&buffer);
    assert!(all.chars().all(|c| c == '\n' || !c.is_control()), "{all:?}");
    assert_eq!(buffer[(2, 1)].fg, Color::Red);
    assert!(buffer[(6, 1)].modifier.contains(Modifier::BOLD | Modifier::REVERSED));
    assert_ne!(buffer[(6, 1)].fg, buffer[(12, 1)].fg, "a match does not stand out");
}

fn pod() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "ingest-core-7d9f8b6c5-x2x1z", "namespace": "default", "uid": "b7c1",
            "creationTimestamp": "2026-08-22T09:30:00Z",
            "labels": { "app": "ingest-core", "pod-template-hash": "7d9f8b6c5" },
            "ownerReferences": [{ "kind": "ReplicaSet", "name": "ingest-core-7d9f8b6c5" }],
            "managedFields": [{ "manager": "kubectl" }, { "manager": "kubelet" }],
        },
        "spec": {
            "nodeName": "node-b", "serviceAccountName": "ingest", "restartPolicy": "Always",
            "volumes": [
                { "name": "credentials", "secret": { "secretName": "mongo-credentials" } },
                { "name": "work", "emptyDir": { "sizeLimit": "1Gi" } },
            ],
            "containers": [{
                "name": "core", "image": "registry.example/ingest-core:9f3c",
                "command": ["/bin/sh", "-c", "set -e\nexec java -jar core.jar\n"],
                "resources": { "requests": { "cpu": "250m", "memory": "512Mi" }, "limits": { "memory": "512Mi" } },
                "ports": [{ "containerPort": 8080, "name": "http" }],
                "readinessProbe": { "httpGet": { "path": "/health", "port": "http" } },
                "env": [
                    { "name": "MONGO_PASSWORD", "value": "hunter2" },
                    { "name": "MODE", "value": "on" },
                    { "name": "URI", "valueFrom": { "secretKeyRef": { "name": "mongo-credentials", "key": "uri" } } },
                ],
                "volumeMounts": [{ "name": "credentials", "mountPath": "/credentials", "readOnly": true }],
            }],
        },
        "status": {
            "phase": "Running", "podIP": "10.0.3.17", "qosClass": "Burstable",
            "startTime": "2026-08-22T09:30:02Z",
            "conditions": [
                { "type": "Ready", "status": "False", "reason": "ContainersNotReady", "message": "containers with unready status: [core]", "lastTransitionTime": "2026-08-24T11:52:00Z" },
                { "type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-08-22T09:30:00Z" },
            ],
            "containerStatuses": [{
                "name": "core", "ready": false, "restartCount": 7,
                "state": { "waiting": { "reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container" } },
                "lastState": { "terminated": {
                    "exitCode": 137, "reason": "OOMKilled",
                    "startedAt": "2026-08-24T11:50:00Z", "finishedAt": "2026-08-24T11:56:00Z",
                } },
            }],
        },
    })
}

#[test]
fn a_pod_is_described() {
    for (name, size) in [("describe_80", SMALL), ("describe_200", LARGE)] {
        let events = events();
        let context = Context {
            reason: Some(("OOMKilled ×7, last 4m ago, limit 512Mi", Emphasis::Bad)),
            events: &events,
            events_failure: None,
            usage: None,
            now: now(),
        };
        let document = describe::document(&pod(), &context);
        let view = TextView::new("ingest-core".into(), "ingest-core.txt".into(), document);
        let view = view.wrapped();
        check(name, &draw_text(&Loaded::Text(Box::new(view)), size));
    }
}

#[test]
fn a_pod_is_shown_as_yaml_and_searched() {
    for (name, size) in [("yaml_80", SMALL), ("yaml_200", LARGE)] {
        let document = yaml::document(&pod());
        let mut view = TextView::new("ingest-core".into(), "ingest-core.yaml".into(), document);
        view.act(&ReadAction::Search("password".into()), page(Rect::new(0, 0, size.0, size.1)));
        let buffer = draw_text(&Loaded::Text(Box::new(view)), size);
        assert!(!picture(&buffer).contains("hunter2"));
        check(name, &buffer);
    }
}

#[test]
fn a_text_that_could_not_be_had_says_why() {
    let failure = Failure::new(FailureKind::Denied, "reading pod default/\u{1b}[2Japi-0 denied")
        .advise("ask for the verb get on pods");
    let screen = picture(&draw_text(&Loaded::Failed(failure), (60, 3)));
    assert!(screen.contains("reading pod default/\u{fffd}[2Japi-0 denied"), "{screen}");
    assert!(screen.contains("ask for the verb get on pods"), "{screen}");
    assert!(picture(&draw_text(&Loaded::Waiting, (60, 3))).contains("loading"));
}

#[test]
fn no_size_is_too_small_to_draw() {
    let mut view = busy(50);
    view.events = events();
    let yaml = TextView::new("x".into(), "x".into(), yaml::document(&pod()));
    let yaml = Loaded::Text(Box::new(yaml));
    for width in [1, 2, 3, 7, 20] {
        for height in [1, 2, 3] {
            act(&mut view, (width, height), ReadAction::ToggleWrap);
            act(&mut view, (width, height), ReadAction::PageBy(-1));
            let log = draw_log(&view, (width, height));
            let text = draw_text(&yaml, (width, height));
            assert_eq!((log.area.width, text.area.height), (width, height));
        }
    }
}
