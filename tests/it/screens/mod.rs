//! The whole screen, characters and styles, in the states and sizes that matter.

mod crew;
pub(crate) mod picture;
mod stage;
mod texts;

use std::sync::Arc;

use lifeboat::app::Seen;
use lifeboat::app::action::Action;
use lifeboat::app::cell::Tone;
use lifeboat::app::effect::Effect;
use lifeboat::app::overlay::Overlay;
use lifeboat::domain::environment::EnvironmentName;
use lifeboat::domain::failure::{Failure, FailureKind};
use lifeboat::domain::news::{Delta, Kind, News, Scope};
use lifeboat::domain::pod::{ContainerState, Owner};
use lifeboat::domain::settings::ThemeChoice;
use lifeboat::domain::trust::Trust;
use lifeboat::ui::theme::ColourDepth;

use stage::{Stage, ago, standing};

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (200, 50);
const SIZES: [(u16, u16); 2] = [SMALL, LARGE];

/// None of the namespaces may be seen.
fn denied(why: &Failure) -> Vec<News> {
    let of = |namespace: &str| News::Standing {
        kind: Kind::Pod,
        scope: Scope::Namespace(namespace.into()),
        trust: Trust::Unreachable { why: why.clone() },
    };
    ["default", "kube-system"].map(of).into()
}

#[test]
fn every_view_shows_its_rows() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        for view in ["pods", "workloads", "cronjobs", "jobs", "events", "nodes"] {
            stage.go(view);
            stage.check(view);
        }
    }
}

#[test]
fn columns_stand_the_same_in_whatever_order_clusters_answer() {
    let well = || vec![crew::pod(&"worker-".repeat(9), ("ReplicaSet", "worker"), 5000)];
    let ill = |number: usize| {
        let mut pod = crew::pod(&format!("api-{number}"), ("ReplicaSet", "api"), 5000);
        pod.statuses[0].ready = false;
        let reason = Some("CrashLoopBackOff".into());
        pod.statuses[0].state = ContainerState::Waiting { reason, message: None };
        pod
    };
    // There is room for the worst only: what stood there before they came is no measure.
    let screen = |order: [&str; 2]| {
        let mut stage = Stage::unheard((120, 13));
        for name in order {
            let pods = if name == "dev" { well() } else { (0..12).map(ill).collect() };
            stage.tell_pods(name, pods, Trust::Live);
            stage.draw();
        }
        picture::text(&stage.draw())
    };
    assert_eq!(screen(["dev", "prod"]), screen(["prod", "dev"]));
}

#[test]
fn a_wide_table_scrolls_its_columns() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.act(Action::Wide);
        stage.check("pods_wide");
        stage.act(Action::ScrollRight);
        stage.act(Action::ScrollRight);
        stage.check("pods_scrolled");
    }
}

#[test]
fn a_pod_shows_its_containers() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.select("ingest-state-tracker-xl-lrdmp");
        stage.act(Action::Open);
        stage.check("containers");
    }
}

#[test]
fn the_theme_fits_every_terminal() {
    for (name, choice, depth) in [
        ("light", ThemeChoice::Light, ColourDepth::True),
        ("dark_256", ThemeChoice::Dark, ColourDepth::Indexed),
        ("light_256", ThemeChoice::Light, ColourDepth::Indexed),
        ("dark_16", ThemeChoice::Dark, ColourDepth::Sixteen),
        ("light_16", ThemeChoice::Light, ColourDepth::Sixteen),
        ("no_colour", ThemeChoice::Dark, ColourDepth::None),
    ] {
        let mut stage = Stage::full(SMALL).themed(choice, depth);
        stage.act(Action::Mark);
        stage.check(&format!("theme_{name}"));
    }
}

#[test]
fn an_empty_table_says_why_it_is_empty() {
    for size in SIZES {
        Stage::of(&[], Vec::new(), size).check("unconfigured");
        Stage::unheard(size).check("connecting");
        let mut stage = Stage::unheard(size);
        let why = Failure::new(
            FailureKind::Unreachable,
            "connecting to dev-cluster: connection refused (10.0.0.1:443)",
        )
        .advise("is the VPN up?");
        stage.tell("dev", vec![standing(Kind::Pod, Trust::Unreachable { why })]);
        let why = Failure::new(FailureKind::Denied, "the login of staging-cluster has expired");
        stage.tell("staging", vec![standing(Kind::Pod, Trust::LoginExpired { why })]);
        stage.tell_pods("prod", Vec::new(), Trust::Live);
        stage.check("failed");
    }
}

#[test]
fn a_long_list_counts_what_has_come() {
    for size in SIZES {
        let mut stage = Stage::unheard(size);
        let scope = Scope::Namespace("default".into());
        let pod = |number: usize| {
            let name = format!("worker-{number:05}");
            Arc::new(crew::pod(&name, ("ReplicaSet", "worker"), 5000))
        };
        let rows = (0..1200).map(pod).collect();
        let page = Delta::Page { scope: scope.clone(), rows, remaining: Some(8800) };
        stage.tell(
            "prod",
            vec![
                News::Pods(Delta::Began(scope)),
                standing(Kind::Pod, Trust::Live),
                News::Pods(page),
            ],
        );
        stage.check("loading");
    }
}

#[test]
fn what_was_seen_stays_while_a_cluster_does_not_answer() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        let why = Failure::new(FailureKind::Unreachable, "watching pods of dev-cluster: timed out");
        let trust = Trust::Stale { since: ago(34), why };
        stage.tell("dev", vec![standing(Kind::Pod, trust)]);
        let why = Failure::new(FailureKind::Unreachable, "connecting to staging-cluster: refused");
        stage.tell("staging", vec![standing(Kind::Pod, Trust::Unreachable { why })]);
        let why = Failure::new(FailureKind::Denied, "listing pods in kube-system: forbidden");
        let scope = Scope::Namespace("kube-system".into());
        let trust = Trust::Unreachable { why };
        stage.tell("prod", vec![News::Standing { kind: Kind::Pod, scope, trust }]);
        stage.check("stale");
        stage.act(Action::Palette);
        stage.type_in("env");
        stage.act(Action::Press);
        stage.check("environments");
    }
}

#[test]
fn production_is_told_in_words_whatever_the_room_and_whatever_ails_it() {
    let why = || Failure::new(FailureKind::Denied, "the login of prod-cluster has expired");
    for width in [40, 60, 80, 99, 100, 120, 200] {
        for trust in [Trust::Live, Trust::LoginExpired { why: why() }] {
            let mut stage = Stage::writable((width, 24));
            stage.tell("prod", vec![standing(Kind::Pod, trust)]);
            let screen = picture::text(&stage.draw());
            let line = screen.lines().find(|line| line.contains(" prod "));
            assert!(line.unwrap().contains(" PRODUCTION "), "{width}:\n{screen}");
        }
    }
    // More environments than lines: all of them on one.
    let names: Vec<String> = (0..20).map(|at| format!("e{at}")).collect();
    let names: Vec<&str> = ["prod"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let screen = picture::text(&Stage::of(&names, Vec::new(), (80, 24)).draw());
    assert!(screen.contains("prod PRODUCTION "), "{screen}");
}

#[test]
fn a_cluster_that_says_no_is_forbidden_not_unreachable() {
    for size in SIZES {
        let mut stage = Stage::unheard(size);
        let why =
            Failure::new(FailureKind::Denied, "listing pods of dev-cluster: this login may not");
        stage.tell("dev", denied(&why));
        stage.check("forbidden");
    }
}

#[test]
fn what_a_view_may_not_see_is_not_taken_for_absent() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        let why =
            Failure::new(FailureKind::Denied, "listing nodes of dev-cluster: this login may not");
        let trust = Trust::Unreachable { why };
        let scope = Scope::Cluster;
        stage.tell("dev", vec![News::Standing { kind: Kind::Node, scope, trust }]);
        for _ in 0..5 {
            stage.act(Action::NextView);
        }
        stage.check("nodes_forbidden");
    }
}

#[test]
fn the_first_picture_is_what_the_last_session_saw_and_says_so() {
    for size in SIZES {
        let seen = ["dev", "prod"].map(|name| Seen {
            environment: EnvironmentName(name.to_owned()),
            at: ago(2 * 3600),
            pods: crew::pods(name).into_iter().map(Arc::new).collect(),
        });
        let mut stage = Stage::of(&["dev", "staging", "prod"], seen.into(), size);
        stage.check("remembered");
    }
}

#[test]
fn a_filter_says_what_it_hides_and_what_is_wrong_with_it() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.act(Action::Filter);
        stage.type_in("restarts>3");
        stage.check("filter");
        stage.act(Action::Press);
        stage.act(Action::FaultsOnly);
        stage.check("filtered");
        stage.act(Action::Back);
        stage.act(Action::Filter);
        stage.type_in("nothing-is-called-so");
        stage.act(Action::Press);
        stage.check("filtered_to_nothing");
        stage.act(Action::Back);
        stage.act(Action::Filter);
        stage.type_in("mongo(");
        stage.check("filter_invalid");
    }
}

#[test]
fn what_a_filter_leaves_has_the_room_once_it_is_typed() {
    let name = "worker-".repeat(5);
    let mut pods = vec![crew::pod(&name, ("ReplicaSet", "worker"), 5000)];
    pods.extend((0..5).map(|number| {
        let mut pod = crew::pod(&format!("api-{number}"), ("ReplicaSet", "api"), 5000);
        pod.statuses[0].ready = false;
        let reason = Some("CrashLoopBackOff".into());
        let message = Some("back-off 5m0s restarting failed container=app pod=api".into());
        pod.statuses[0].state = ContainerState::Waiting { reason, message };
        pod
    }));
    let mut stage = Stage::unheard((120, 13));
    stage.tell_pods("dev", pods, Trust::Live);
    assert!(!picture::text(&stage.draw()).contains(&name));
    stage.act(Action::Filter);
    stage.type_in("worker");
    assert!(!picture::text(&stage.draw()).contains(&name), "the columns move while somebody types");
    stage.act(Action::Press);
    assert!(picture::text(&stage.draw()).contains(&name));
}

#[test]
fn whatever_is_shown_of_a_row_can_be_filtered_by() {
    let found = |view: &str, filter: &str| {
        let mut stage = Stage::full(LARGE);
        stage.go(view);
        stage.act(Action::Filter);
        stage.type_in(filter);
        stage.act(Action::Press);
        let table = stage.app.pods.top().table().unwrap();
        (table.rows().len(), table.total())
    };
    for (view, filter) in [
        ("workloads", "prod"),
        ("workloads", "deploy"),
        ("workloads", "images differ"),
        ("cronjobs", "Etc/UTC"),
        ("nodes", "v1.33.4"),
        ("events", "^pod/"),
        // As the column says: since it was last seen.
        ("events", "age<10m"),
    ] {
        let (found, all) = found(view, filter);
        assert!(found > 0, "{view}: /{filter} finds none of {all}");
    }
}

#[test]
fn the_palette_completes_what_is_typed() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.act(Action::Palette);
        stage.type_in("no");
        stage.check("palette");
    }
}

#[test]
fn a_change_is_asked_for_in_words_and_frame() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.select("ingest-reindexer-6b7c-8ktsb");
        stage.act(Action::Delete);
        stage.check("dialog");
        let mut settings = Stage::writable(size);
        settings.select("ingest-state-tracker-xl-lrdmp");
        settings.act(Action::Delete);
        settings.act(Action::NextButton);
        settings.act(Action::Press);
        settings.type_in("pro");
        settings.check("dialog_production");
    }
}

#[test]
fn a_dialog_keeps_its_sentences_and_its_buttons_within_its_frame() {
    for size in [(40, 10), (60, 11), (40, 12), SMALL] {
        let mut stage = Stage::writable(size);
        stage.go("cronjobs");
        stage.select("ingest-backup");
        stage.act(Action::RunNow);
        let screen = picture::text(&stage.draw());
        let lines: Vec<&str> = screen.lines().collect();
        let at = |part: &str| lines.iter().position(|line| line.contains(part));
        let bottom = lines.iter().rposition(|line| line.contains(['╰', '╚'])).unwrap();
        assert!(at("Cancel").is_some_and(|row| row < bottom), "{size:?}:\n{screen}");
        assert!(!screen.contains("beside…"), "{size:?}:\n{screen}");
    }
}

#[test]
fn a_row_can_be_copied_in_parts() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.act(Action::CopyWhat);
        stage.check("copy");
    }
}

#[test]
fn a_line_tells_what_a_key_has_done() {
    for (name, tone, text) in [
        ("flash_done", Tone::Fine, "dev: pod default/ingest-core-7d9f8b6c5-x2x1z is being deleted"),
        (
            "flash_failed",
            Tone::Critical,
            "delete pod default/ingest-core-7d9f8b6c5-x2x1z in dev: forbidden; does your role allow the verb delete on pods?",
        ),
    ] {
        let mut stage = Stage::full(SMALL);
        stage.app.say(tone, text.to_owned());
        stage.check(name);
    }
}

#[test]
fn what_does_not_fit_at_all_says_so() {
    for size in [(20, 5), (39, 24), (80, 9), (3, 1)] {
        let mut stage = Stage::full(size);
        let screen = picture::text(&stage.draw());
        assert!(screen.starts_with(&"too small: 40x10 cells"[..usize::from(size.0).min(9) - 1]));
        if size == (20, 5) {
            stage.check("too_small");
        }
    }
}

#[test]
fn no_size_breaks_a_screen() {
    for width in (40..=80).chain([120, 300]) {
        for height in [10, 11, 15] {
            let mut stage = Stage::full((width, height));
            for action in [Action::CopyWhat, Action::Help, Action::Delete, Action::Palette] {
                stage.act(action);
                stage.draw();
                stage.act(Action::Cancel);
                stage.act(Action::Back);
            }
        }
    }
}

#[test]
fn names_from_outside_cannot_reach_the_terminal() {
    let mut stage = Stage::unheard(LARGE);
    let mut pod = crew::pod("api\u{1b}[2J\u{1b}]0;owned\u{7}-0", ("ReplicaSet", "api"), 9000);
    pod.labels = Arc::new([("app\u{9b}31m".into(), "x\u{202e}y".into())]);
    pod.node = Some("node\r\n\u{8}".into());
    pod.owner = Some(Owner { kind: "\u{1b}[31mSet".into(), name: "a\u{7}".into() });
    stage.tell_pods("dev", vec![pod], Trust::Live);
    stage.act(Action::Wide);
    for action in [Action::Back, Action::CopyWhat, Action::Back, Action::Delete] {
        stage.act(action);
        let screen = picture::text(&stage.draw());
        assert!(screen.contains("api\u{fffd}[2J"), "{screen}");
        assert!(screen.chars().all(|it| it == '\n' || !it.is_control()), "{screen:?}");
    }
    stage.act(Action::Cancel);
    let saved = stage.act(Action::Save);
    let [Effect::Save { text, .. }] = &saved[..] else { panic!("{saved:?}") };
    assert!(text.chars().all(|it| "\n\t".contains(it) || !it.is_control()), "{text:?}");
}

#[test]
fn cells_are_copied_and_saved_under_the_headings_of_the_screen() {
    let mut stage = Stage::full(LARGE);
    stage.go("workloads");
    let saved = stage.act(Action::Save);
    let [Effect::Save { text, .. }] = &saved[..] else { panic!("{saved:?}") };
    assert!(text.lines().next().unwrap().contains("NAME\tDEV\tSTAGING\tPROD\tDRIFT"), "{text}");
    let mut stage = Stage::full(LARGE);
    stage.select("ingest-state-tracker-xl-lrdmp");
    stage.act(Action::Open);
    stage.act(Action::CopyWhat);
    let Some(Overlay::CopyWhat { choices, .. }) = &stage.app.overlay else { panic!("no list") };
    assert!(choices.iter().any(|(what, _)| what == "MEM LIMIT"), "{choices:?}");
}

#[test]
fn what_cannot_be_done_with_a_row_is_said_of_that_row() {
    let mut stage = Stage::full(LARGE);
    let says = |stage: &mut Stage, action: Action| {
        stage.act(action);
        stage.app.flash.take().unwrap().text
    };
    stage.go("nodes");
    let only = "only workloads are restarted, and those that pods are of";
    assert_eq!(says(&mut stage, Action::Restart), only);
    assert_eq!(says(&mut stage, Action::UseNamespace), "it is in no namespace");
    stage.go("workloads");
    let several = "it is in several environments; `:env` chooses one of them";
    assert_eq!(says(&mut stage, Action::Restart), several);
}

#[test]
fn a_container_belongs_to_what_its_pod_belongs_to() {
    let mut pod = crew::pod("worker-7c9f8d-abcde", ("ReplicaSet", "worker-7c9f8d"), 9000);
    pod.labels = Arc::new([("pod-template-hash".into(), "7c9f8d".into())]);
    let mut stage = Stage::unheard(SMALL);
    stage.tell_pods("dev", vec![pod], Trust::Live);
    stage.act(Action::Open);
    stage.act(Action::ShowOwner);
    assert_eq!(stage.app.pods.top().location.crumb(), "Pods of worker");
}

#[test]
fn where_nothing_is_wrong_the_table_of_faults_says_so() {
    let mut stage = Stage::unheard(SMALL);
    stage.tell_pods("dev", vec![crew::pod("api-0", ("ReplicaSet", "api"), 9000)], Trust::Live);
    stage.act(Action::FaultsOnly);
    let screen = picture::text(&stage.draw());
    assert!(screen.contains("no fault among 1 pod") && screen.contains("esc shows"), "{screen}");
}

#[test]
fn a_long_reason_is_told_to_its_end_at_80_columns() {
    let end = "ask for the right to list pods in the namespace ingest-production-europe-west";
    let why = Failure::new(
        FailureKind::Denied,
        "listing pods in ingest-production-europe-west of dev-cluster: this login may not",
    );
    let mut stage = Stage::unheard(SMALL);
    stage.tell("dev", denied(&why.advise(end)));
    let words = |screen: &str| {
        let text = screen.replace(['│', '\n'], " ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let screen = picture::text(&stage.draw());
    assert!(words(&screen).contains(end), "{screen}");
    stage.go("env");
    let screen = picture::text(&stage.draw());
    assert!(words(screen.split_once("Environments").unwrap().1).contains(end), "{screen}");
}
