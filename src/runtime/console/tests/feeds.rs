//! The feed of one cluster: what it tells, and what it asks, on good days and on bad ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::{change, is_live, is_trust, list, pod, quiet, running, scope, told};
use crate::adapters::kubernetes::tests::{Part, hangs, parts, refuses, says};
use crate::domain::failure::FailureKind;
use crate::domain::news::{Delta, Kind, News, Scope};
use crate::domain::trust::Trust;
use crate::runtime::console::cluster::Namespaces;

const PODS: &str = "v1/namespaces/default/pods?";
const WATCH: &str = "v1/namespaces/default/pods?watch";

#[tokio::test(start_paused = true)]
async fn pods_are_listed_then_followed() {
    let mut feed = running(&["default"], |question| {
        if question.contains(WATCH) {
            let pause = Part::Pause(Duration::from_secs(2));
            let seen = [
                change("ADDED", &pod("b", 6)),
                change("MODIFIED", &pod("a", 7)),
                change("DELETED", &pod("b", 8)),
            ];
            return parts([pause].into_iter().chain(seen).chain([Part::Hang]));
        }
        if question.contains(PODS) {
            return list(&[pod("a", 5)], r#""resourceVersion":"5""#);
        }
        quiet(question)
    });
    let began = Instant::now();
    let news = feed.until(is_trust(Kind::Pod, "default", is_live)).await;
    assert_eq!(told(&news), ["began", "a", "complete"]);
    assert!(began.elapsed() < Duration::from_millis(50), "{:?}", began.elapsed());
    let news = feed.during(Duration::from_secs(10)).await;
    assert_eq!(told(&news), ["+a", "-u-b"]);
    let lives =
        news.iter().filter(|news| matches!(news, News::Standing { trust: Trust::Live, .. }));
    // The seven other kinds; nodes are in no namespace.
    assert_eq!(lives.count(), 7);
    let usage = news.iter().find_map(|news| match news {
        News::PodUsage(usage) => Some(usage.clone()),
        _ => None,
    });
    let failure = usage.unwrap().unwrap_err();
    assert_eq!((failure.kind, failure.what.as_str()), (FailureKind::Missing, "no metrics server"));
    assert_eq!(feed.asked_for("type%3DWarning"), 2);
}

#[tokio::test(start_paused = true)]
async fn pods_go_first() {
    let feed = &mut running(&["default", "kube-system"], |question| {
        if question.contains("/pods?limit") {
            return parts([
                Part::Pause(Duration::from_millis(400)),
                Part::Text(r#"{"items":[],"metadata":{"resourceVersion":"1"}}"#.to_owned()),
            ]);
        }
        quiet(question)
    });
    feed.until(is_trust(Kind::Event, "default", is_live)).await;
    let asked = feed.asked.lock().unwrap();
    assert!(asked.iter().take(2).all(|question| question.contains("/pods?limit")), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_long_list_is_shown_as_the_server_prints_it_while_it_arrives() {
    let mut feed = running(&["default"], |question| {
        if question.contains("continue") {
            return parts([
                Part::Pause(Duration::from_secs(1)),
                Part::Text(format!(
                    r#"{{"metadata":{{"resourceVersion":"5"}},"items":[{}]}}"#,
                    pod("b", 4)
                )),
            ]);
        }
        if question.contains("includeObject=None") {
            let columns = ["Name", "Ready", "Status", "Restarts", "Age"];
            let columns = columns.map(|name| format!(r#"{{"name":"{name}"}}"#)).join(",");
            return says(format!(
                r#"{{"columnDefinitions":[{columns}],"rows":[{{"cells":["a","1/1","Running","0","5m"]}}]}}"#
            ));
        }
        if question.contains(PODS) && !question.contains("watch") {
            return list(&[pod("a", 3)], r#""continue":"next","remainingItemCount":1"#);
        }
        quiet(question)
    });
    let news = feed.until(is_trust(Kind::Pod, "default", is_live)).await;
    assert_eq!(told(&news), ["began", "a", "printed 1", "b", "complete"]);
    assert_eq!(feed.asked_for("includeObject=None"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_ends_is_opened_again_from_the_newest_version_and_nobody_notices() {
    let count = AtomicUsize::new(0);
    let mut feed = running(&["default"], move |question| {
        if question.contains(WATCH) {
            let number = count.fetch_add(1, Ordering::Relaxed);
            let minute = Part::Pause(Duration::from_mins(1));
            let version = 6 + u32::try_from(number).unwrap();
            return parts([minute, change("BOOKMARK", &pod("", version))]);
        }
        quiet(question)
    });
    feed.until(is_trust(Kind::Pod, "default", is_live)).await;
    let news = feed.during(Duration::from_secs(200)).await;
    assert!(!news.iter().any(|news| is_trust(Kind::Pod, "default", |_| true)(news)));
    assert_eq!(feed.asked_for("v1/namespaces/default/pods?limit"), 1);
    for version in 5..8 {
        assert_eq!(feed.asked_for(&format!("resourceVersion={version}")).min(1), 1, "{version}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_ends_at_once_is_not_opened_again_at_once_for_ever() {
    let mut feed =
        running(
            &["default"],
            |question| {
                if question.contains(WATCH) { says("") } else { quiet(question) }
            },
        );
    let news = feed.during(Duration::from_mins(2)).await;
    let opened = feed.asked_for(WATCH);
    assert!((5..15).contains(&opened), "{opened}");
    let stale = is_trust(Kind::Pod, "default", |trust| matches!(trust, Trust::Stale { .. }));
    assert!(news.iter().any(stale));
}

#[tokio::test(start_paused = true)]
async fn what_was_missed_is_listed_anew() {
    let lists = AtomicUsize::new(0);
    let watches = AtomicUsize::new(0);
    let mut feed = running(&["default"], move |question| {
        if question.contains(WATCH) {
            return match watches.fetch_add(1, Ordering::Relaxed) {
                0 => {
                    says("{\"type\":\"ERROR\",\"object\":{\"code\":410,\"reason\":\"Expired\"}}\n")
                }
                _ => parts([Part::Hang]),
            };
        }
        if question.contains(PODS) {
            let name = ["a", "b"][lists.fetch_add(1, Ordering::Relaxed)];
            return list(&[pod(name, 5)], r#""resourceVersion":"5""#);
        }
        quiet(question)
    });
    let news = feed.during(Duration::from_secs(20)).await;
    assert_eq!(told(&news), ["began", "a", "complete", "began", "b", "complete"]);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_always_needs_a_new_list_does_not_list_all_the_time() {
    let mut feed = running(&["default"], |question| {
        if question.contains(WATCH) { refuses(410, "too old") } else { quiet(question) }
    });
    feed.during(Duration::from_mins(2)).await;
    let listed = feed.asked_for("v1/namespaces/default/pods?limit");
    assert!((5..15).contains(&listed), "{listed}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_has_just_started_and_knows_no_rights_is_asked_again_soon() {
    let watches = AtomicUsize::new(0);
    let mut feed = running(&["default"], move |question| {
        if !question.contains(WATCH) {
            return quiet(question);
        }
        match watches.fetch_add(1, Ordering::Relaxed) {
            0 => parts([Part::Pause(Duration::from_secs(20)), Part::Cut]),
            1..4 => refuses(403, "no"),
            _ => parts([Part::Hang]),
        }
    });
    let news = feed.during(Duration::from_secs(30)).await;
    let stale = is_trust(Kind::Pod, "default", |trust| matches!(trust, Trust::Stale { .. }));
    let live = is_trust(Kind::Pod, "default", is_live);
    let last = news.iter().rposition(stale).expect("what the server says is told");
    assert!(news.iter().skip(last).any(live), "{news:?}");
    let lists = feed.asked_for("v1/namespaces/default/pods?limit");
    assert_eq!(lists, 1, "what is known is watched on");
}

#[tokio::test(start_paused = true)]
async fn one_forbidden_namespace_troubles_no_other() {
    let mut feed = running(&["default", "kube-system"], |question| {
        if question.contains("kube-system") { refuses(403, "no") } else { quiet(question) }
    });
    let news = feed.during(Duration::from_secs(45)).await;
    let denied = |trust: &Trust| matches!(trust, Trust::Unreachable { why } if why.kind == FailureKind::Denied);
    assert!(news.iter().any(is_trust(Kind::Pod, "kube-system", denied)));
    let ended = News::Pods(Delta::BrokeOff(scope("kube-system")));
    assert!(news.contains(&ended), "a refused list is not under way for ever");
    assert!(news.iter().any(is_trust(Kind::Pod, "default", is_live)));
    assert!(!news.iter().any(is_trust(Kind::Pod, "default", |trust| !is_live(trust))));
    // Once, and once more after a minute.
    assert_eq!(feed.asked_for("v1/namespaces/kube-system/pods?limit"), 1);
    feed.during(Duration::from_secs(20)).await;
    assert_eq!(feed.asked_for("v1/namespaces/kube-system/pods?limit"), 2);
}

#[tokio::test(start_paused = true)]
async fn an_expired_login_is_said_of_everything_and_tried_again_at_once_when_asked() {
    let expired = Arc::new(AtomicBool::new(true));
    let is_expired = Arc::clone(&expired);
    let mut feed = running(&["default"], move |question| {
        if is_expired.load(Ordering::Relaxed) { refuses(401, "no") } else { quiet(question) }
    });
    let news = feed.during(Duration::from_secs(25)).await;
    let refused = |trust: &Trust| matches!(trust, Trust::LoginExpired { .. });
    for kind in [Kind::Pod, Kind::Deployment, Kind::CronJob, Kind::Event] {
        assert!(news.iter().any(is_trust(kind, "default", refused)), "{kind:?}");
    }
    // Others do not try what one has been refused.
    assert!(feed.asked.lock().unwrap().len() <= 4, "{:?}", feed.asked);
    expired.store(false, Ordering::Relaxed);
    let began = Instant::now();
    feed.line.retry().await;
    feed.until(is_trust(Kind::Event, "default", is_live)).await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_login_that_ends_later_makes_what_is_shown_stale_by_name() {
    let expired = Arc::new(AtomicBool::new(false));
    let is_expired = Arc::clone(&expired);
    let mut feed = running(&["default"], move |question| {
        if is_expired.load(Ordering::Relaxed) {
            refuses(401, "no")
        } else if question.contains(WATCH) {
            parts([Part::Pause(Duration::from_secs(30))])
        } else {
            quiet(question)
        }
    });
    feed.until(is_trust(Kind::Pod, "default", is_live)).await;
    expired.store(true, Ordering::Relaxed);
    let refused = |trust: &Trust| matches!(trust, Trust::LoginExpired { .. });
    feed.until(is_trust(Kind::Pod, "default", refused)).await;
    expired.store(false, Ordering::Relaxed);
    let began = Instant::now();
    feed.until(is_trust(Kind::Pod, "default", is_live)).await;
    assert!(began.elapsed() <= Duration::from_secs(31), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_is_unreachable_and_tried_again_for_ever() {
    let mut feed = running(&["default"], |_| hangs());
    let began = Instant::now();
    let late = |trust: &Trust| matches!(trust, Trust::Unreachable { why } if why.kind == FailureKind::TimedOut);
    feed.until(is_trust(Kind::Pod, "default", late)).await;
    assert_eq!(began.elapsed().as_secs(), 10);
    let before = feed.asked_for("v1/namespaces/default/pods?limit");
    feed.during(Duration::from_mins(10)).await;
    assert!(feed.asked_for("v1/namespaces/default/pods?limit") > before + 10);
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_is_lost_leaves_what_is_known_stale() {
    let lost = Arc::new(AtomicBool::new(false));
    let is_lost = Arc::clone(&lost);
    let mut feed = running(&["default"], move |question| {
        if is_lost.load(Ordering::Relaxed) {
            hangs()
        } else if question.contains(WATCH) {
            parts([Part::Pause(Duration::from_secs(20)), Part::Cut])
        } else {
            quiet(question)
        }
    });
    feed.until(is_trust(Kind::Pod, "default", is_live)).await;
    lost.store(true, Ordering::Relaxed);
    let stale = |trust: &Trust| matches!(trust, Trust::Stale { why, .. } if why.kind == FailureKind::TimedOut);
    let news = feed.until(is_trust(Kind::Pod, "default", stale)).await;
    assert!(told(&news).is_empty(), "what is known stays");
    lost.store(false, Ordering::Relaxed);
    feed.until(is_trust(Kind::Pod, "default", is_live)).await;
    assert_eq!(
        feed.asked_for("v1/namespaces/default/pods?limit"),
        1,
        "the watch goes on where it was"
    );
}

#[tokio::test(start_paused = true)]
async fn after_another_choice_of_namespaces_all_of_them_are_told_anew() {
    let mut feed = running(&["default"], quiet);
    feed.until(is_trust(Kind::Event, "default", is_live)).await;
    let more = ["default", "web"].map(Arc::from).to_vec();
    feed.namespaces.send_replace(Namespaces::These(more));
    feed.until(is_trust(Kind::Pod, "web", is_live)).await;
    assert_eq!(feed.asked_for("v1/namespaces/default/pods?limit"), 2);
    feed.namespaces.send_replace(Namespaces::All);
    let everywhere =
        |news: &News| matches!(news, News::Standing { kind: Kind::Pod, scope: Scope::Cluster, .. });
    feed.until(everywhere).await;
    assert_eq!(feed.asked_for("GET /api/v1/pods?limit"), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_or_asked_while_nothing_happens() {
    let mut feed = running(&["default"], quiet);
    feed.during(Duration::from_secs(95)).await;
    let asked = feed.asked.lock().unwrap().len();
    let news = feed.during(Duration::from_secs(4)).await;
    assert_eq!(news, []);
    assert_eq!(feed.asked.lock().unwrap().len(), asked);
}

#[tokio::test(start_paused = true)]
async fn a_burst_becomes_few_batches() {
    let mut feed = running(&["default"], |question| {
        if question.contains(WATCH) {
            // A change every ten milliseconds for five seconds.
            let steps = (0..500).flat_map(|step| {
                let name = format!("pod-{}", step % 7);
                [Part::Pause(Duration::from_millis(10)), change("MODIFIED", &pod(&name, 6 + step))]
            });
            return parts(steps.chain([Part::Hang]));
        }
        quiet(question)
    });
    let mut batches = 0;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        let batch = feed.news.recv().await.unwrap();
        batches += 1;
        assert!(told(&batch.news).len() <= 7 + 2, "{batch:?}");
    }
    assert!((10..=21).contains(&batches), "{batches}");
}
