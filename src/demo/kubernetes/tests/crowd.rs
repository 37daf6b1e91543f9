//! Thousands of pods.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_crowd_is_as_big_as_real_pods_and_changes_every_second() {
    let served = with_crowd(Tier::Prod, 2_000).await;
    let list = served.get("/api/v1/namespaces/default/pods?labelSelector=team%3Dpipelines").await;
    let pods = list["items"].as_array().unwrap();
    assert_eq!(pods.len(), 2_000);
    let sizes: Vec<_> = pods.iter().map(|pod| pod.to_string().len()).collect();
    let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
    assert!((6_000..8_000).contains(least) && (16_000..20_000).contains(most), "{least}..{most}");
    let version = list["metadata"]["resourceVersion"].as_str().unwrap();
    let path = format!(
        "/api/v1/pods?watch=true&resourceVersion={version}&timeoutSeconds=60&labelSelector=team"
    );
    let mut watch = served.follow(&path).await;
    let mut changes = 0;
    while watch.next().await.unwrap().is_some() {
        changes += 1;
    }
    assert!((60..1_200).contains(&changes), "{changes} in a minute");
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_pods_are_made_at_once_and_listed_piece_by_piece() {
    let served = with_crowd(Tier::Prod, 10_000).await;
    let table = served.table("/api/v1/pods?includeObject=None").await;
    assert!(table["rows"].as_array().unwrap().len() > 10_000);
    let page = served.get("/api/v1/pods?limit=500").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 500);
    let left = page["metadata"]["remainingItemCount"].as_u64().unwrap();
    assert!(left > 9_500, "{left}");
}
