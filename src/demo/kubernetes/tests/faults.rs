//! What can be made to go wrong with the API.

use serde_json::Value;

use super::*;

#[tokio::test(start_paused = true)]
async fn only_the_right_token_or_none_is_let_in_and_nobody_once_logins_expire() {
    let served = served(Tier::Staging).await;
    let with = async |credentials: &str| {
        served.try_get("/api/v1/nodes", &[("authorization", credentials)]).await.code
    };
    assert_eq!(with(&format!("Bearer {TOKEN}")).await, 200);
    for wrong in ["Bearer wrong", "Basic bGlmZWJvYXQ6bGV0LW1lLWlu", "Bearer"] {
        assert_eq!(with(wrong).await, 401, "{wrong}");
    }
    // kubectl sends none where there is no TLS.
    let bare = TcpStream::connect(served.address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(bare)).await.unwrap();
    let mut task = JoinSet::new();
    task.spawn(async { connection.await.unwrap_or_default() });
    let request = Request::builder().uri("/api/v1/nodes").header("host", "cluster");
    let request = request.body(Full::new(Bytes::new())).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status().as_u16(), 200);
    let mut watch = served.follow("/api/v1/nodes?watch=true").await;
    for _ in 0..4 {
        watch.event().await;
    }
    served.server.faults().switch_on(ApiFault::Unauthorized);
    let refused = served.try_get("/api/v1/pods", &[]).await;
    assert_eq!((refused.code, &refused.json()["reason"]), (401, &Value::from("Unauthorized")));
    assert!(watch.next().await.is_err(), "an open watch ends");
    served.server.faults().clear();
    served.get("/api/v1/pods").await;
}

#[tokio::test(start_paused = true)]
async fn a_forbidden_namespace_takes_the_look_at_all_of_them_with_it() {
    let served = served(Tier::Dev).await;
    served.server.faults().switch_on(ApiFault::Forbidden { namespace: Some("kube-system") });
    served.get("/api/v1/namespaces/default/pods").await;
    served.get("/apis/apps/v1").await;
    let refused = served.try_get("/api/v1/namespaces/kube-system/pods", &[]).await;
    assert_eq!(refused.code, 403);
    assert_eq!(
        refused.json()["message"],
        "pods is forbidden: User \"lifeboat\" cannot list resource \"pods\" in API group \"\" in the namespace \"kube-system\""
    );
    let refused = served.try_get("/apis/apps/v1/deployments?watch=true", &[]).await;
    assert_eq!(
        refused.json()["message"],
        "deployments.apps is forbidden: User \"lifeboat\" cannot watch resource \"deployments\" in API group \"apps\" at the cluster scope"
    );
    served.server.faults().clear();
    served.server.faults().switch_on(ApiFault::Forbidden { namespace: None });
    assert_eq!(served.try_get("/api/v1/namespaces/default/pods", &[]).await.code, 403);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_answers_nothing_until_it_is_well_again() {
    let served = served(Tier::Staging).await;
    served.server.faults().switch_on(ApiFault::Hang);
    let asked = served.try_get("/api/v1/pods", &[]);
    let waited = tokio::time::timeout(Duration::from_mins(5), asked).await;
    assert!(waited.is_err(), "it answered");
    let asked = served.try_get("/api/v1/nodes", &[]);
    let healed = async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        served.server.faults().switch_off(ApiFault::Hang);
    };
    let (answered, ()) = tokio::join!(asked, healed);
    assert_eq!(answered.code, 200);
}

#[tokio::test(start_paused = true)]
async fn watches_and_logs_break_off_again_and_again() {
    let served = served(Tier::Prod).await;
    served.server.faults().switch_on(ApiFault::WatchCut { after: Duration::from_secs(4) });
    for _ in 0..3 {
        let began = Instant::now();
        let mut watch = served.follow("/api/v1/nodes?watch=true").await;
        while watch.next().await.is_ok_and(|line| line.is_some()) {}
        let lasted = began.elapsed();
        assert!((4..6).contains(&lasted.as_secs()), "{lasted:?}");
    }
    let path = "/api/v1/namespaces/default/pods/mongo-0/log?follow=true&tailLines=1";
    let mut log = served.follow(path).await;
    let mut lines = 0;
    while log.next().await.is_ok_and(|line| line.is_some()) {
        lines += 1;
    }
    assert!((2..9).contains(&lines), "{lines}");
}

#[tokio::test(start_paused = true)]
async fn every_watch_is_gone_and_lists_are_not() {
    let served = served(Tier::Dev).await;
    let mut watch = served.follow("/api/v1/namespaces?watch=true").await;
    for _ in 0..5 {
        watch.event().await;
    }
    served.server.faults().switch_on(ApiFault::WatchGone);
    assert_eq!(served.try_get("/api/v1/pods?watch=true", &[]).await.code, 410);
    let event = watch.event().await;
    assert_eq!((&event["type"], &event["object"]["code"]), (&"ERROR".into(), &410.into()));
    served.get("/api/v1/pods").await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_list_comes_page_by_page() {
    let served = with_crowd(Tier::Prod, 1_200).await;
    served.server.faults().switch_on(ApiFault::SlowList { per_page: Duration::from_secs(2) });
    for (path, least) in [("/api/v1/pods?limit=500", 2), ("/api/v1/pods", 6)] {
        let began = Instant::now();
        served.get(path).await;
        let took = began.elapsed().as_secs();
        assert!((least..least + 2).contains(&took), "{path}: {took} s");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_metrics_server_nothing_is_measured() {
    let served = served(Tier::Prod).await;
    served.server.faults().switch_on(ApiFault::NoMetrics);
    let refused = served.try_get("/apis/metrics.k8s.io/v1beta1/pods", &[]).await;
    assert_eq!(refused.code, 503);
    served.get("/api/v1/pods").await;
}
