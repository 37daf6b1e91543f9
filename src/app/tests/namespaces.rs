//! What is known while other namespaces are chosen: never more than is true, never less than was seen.

use super::*;
use crate::app::cluster::Recollection;

#[test]
fn a_namespace_that_stays_is_not_told_again_and_so_it_is_not_forgotten() {
    let mut app = told();
    act(&mut app, Action::Favourite(1));
    assert_eq!(names(&app), ["prod/queue", "dev/api", "dev/web", "prod/api"]);
    assert_eq!(app.clusters[0].badge(), Badge::Live);
    act(&mut app, Action::Favourite(2));
    assert!(names(&app).is_empty());
    assert_eq!(app.clusters[0].badge(), Badge::Connecting);
    // What was under way when the choice was made comes late.
    tell(&mut app, "dev", list(vec![running("late")]));
    let applied = vec![Arc::new(running("later"))];
    tell(&mut app, "dev", vec![News::Pods(Delta::Changed { applied, gone: Vec::new() })]);
    assert!(names(&app).is_empty());
    assert_eq!(app.clusters[0].badge(), Badge::Connecting);
}

#[test]
fn other_namespaces_are_watched_when_they_are_asked_for() {
    let mut app = told();
    let effects = act(&mut app, Action::AllNamespaces);
    assert_eq!(effects[0], Effect::Watch(Namespaces::All));
    let effects = act(&mut app, Action::Favourite(2));
    assert_eq!(effects[0], Effect::Watch(Namespaces::One("kube-system".into())));
}

#[test]
fn all_namespaces_begin_with_what_is_known_and_the_whole_list_replaces_it() {
    let page = |names: &[&str]| {
        let rows = names.iter().map(|name| Arc::new(running(name))).collect();
        News::Pods(Delta::Page { scope: Scope::Cluster, rows, remaining: Some(1) })
    };
    let mut app = told();
    act(&mut app, Action::AllNamespaces);
    assert_eq!(names(&app), ["prod/queue", "dev/api", "dev/web", "prod/api"]);
    let dev = |app: &App| (app.clusters[0].badge(), app.clusters[0].is_loading());
    assert_eq!(dev(&app), (Badge::Connecting, false));
    assert_eq!(app.clusters[0].remembered, Some(Recollection::OtherNamespaces(now())));
    tell(&mut app, "dev", vec![News::Pods(Delta::Began(Scope::Cluster)), page(&["web"])]);
    assert_eq!(dev(&app), (Badge::Connecting, true), "what is shown is a part");
    assert_eq!(names(&app), ["prod/queue", "dev/api", "dev/web", "prod/api"]);
    let trust = Trust::Live;
    tell(
        &mut app,
        "dev",
        vec![
            page(&["zoo"]),
            News::Pods(Delta::Complete(Scope::Cluster)),
            News::Standing { kind: Kind::Pod, scope: Scope::Cluster, trust },
        ],
    );
    assert_eq!(names(&app), ["prod/queue", "dev/web", "dev/zoo", "prod/api"]);
    assert_eq!((dev(&app), app.clusters[0].remembered), ((Badge::Live, false), None));
}

#[test]
fn whoever_may_not_list_all_namespaces_goes_on_with_what_was_seen_and_hears_when() {
    let mut app = told();
    act(&mut app, Action::AllNamespaces);
    let why = Failure::new(FailureKind::Denied, "listing pods of dev: this login may not");
    let trust = Trust::Unreachable { why };
    let scope = Scope::Cluster;
    tell(&mut app, "dev", vec![News::Standing { kind: Kind::Pod, scope, trust }]);
    assert!(names(&app).contains(&"dev/api".to_owned()));
    assert!(matches!(app.clusters[0].badge(), Badge::Unreachable { .. }));
    assert_eq!(app.clusters[0].remembered.map(Recollection::at), Some(now()));
    act(&mut app, Action::AllNamespaces);
    assert_eq!(names(&app), ["prod/queue", "dev/api", "dev/web", "prod/api"]);
}

#[test]
fn the_badge_tells_of_the_namespace_that_was_heard_of_least_lately() {
    let mut app = told();
    for (namespace, seconds) in [("kube-system", 90), ("default", 30)] {
        let since = now() - std::time::Duration::from_secs(seconds);
        let why = Failure::new(FailureKind::Unreachable, "watching pods: refused");
        let (kind, scope) = (Kind::Pod, Scope::Namespace(namespace.into()));
        let trust = Trust::Stale { since, why };
        tell(&mut app, "dev", vec![News::Standing { kind, scope, trust }]);
        let Badge::Stale { since, .. } = app.clusters[0].badge() else { panic!("not stale") };
        assert_eq!(since, now() - std::time::Duration::from_secs(90));
    }
}

#[test]
fn a_forbidden_namespace_is_not_the_badge_while_another_may_still_answer() {
    let mut app = started();
    let denied = |namespace: &str| {
        let why = Failure::new(FailureKind::Denied, "listing pods: this login may not");
        let (kind, scope) = (Kind::Pod, Scope::Namespace(namespace.into()));
        vec![News::Standing { kind, scope, trust: Trust::Unreachable { why } }]
    };
    tell(&mut app, "dev", denied("kube-system"));
    assert_eq!(app.clusters[0].badge(), Badge::Connecting);
    tell(&mut app, "dev", list(vec![running("api")]));
    assert_eq!(app.clusters[0].badge(), Badge::Live);
    tell(&mut app, "prod", [denied("kube-system"), denied("default")].concat());
    assert!(matches!(app.clusters[1].badge(), Badge::Unreachable { .. }));
}
