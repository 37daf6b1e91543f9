//! The server as a stock client sees it.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::error::SdkError;

use super::*;
use crate::demo::population::{BUCKET, Recipe, Tier};
use crate::demo::truth::{ABANDONED, Flaw, PLANTED};

struct World {
    population: Arc<Population>,
    endpoint: S3Endpoint,
    client: Client,
}

async fn world() -> World {
    let population = Population::new(3, "2026-11-20T12:00:00Z".parse().unwrap());
    let population = Arc::new(population);
    let secret_key = "demo-secret".into();
    let keys = Keys { access_key: "demo-reader", secret_key: &secret_key };
    let now = population.now();
    let server = S3Server::new(population.clone(), keys, Arc::new(move || now));
    let endpoint = server.listen(([127, 0, 0, 1], 0).into()).await.unwrap();
    let client = client(&endpoint, "demo-secret");
    World { population, endpoint, client }
}

fn client(endpoint: &S3Endpoint, secret: &str) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .endpoint_url(endpoint.url())
        .force_path_style(true)
        .retry_config(RetryConfig::disabled())
        .credentials_provider(Credentials::new("demo-reader", secret, None, None, "test"))
        .build();
    Client::from_conf(config)
}

impl World {
    fn key(&self, tier: Tier, days_ago: u16) -> String {
        self.population.backup(tier, days_ago).unwrap().key.clone()
    }

    fn recipe(&self, key: &str) -> Recipe {
        self.population.object(key).unwrap().recipe
    }

    async fn download(&self, key: &str) -> Vec<u8> {
        let answer = self.client.get_object().bucket(BUCKET).key(key).send().await.unwrap();
        answer.body.collect().await.unwrap().to_vec()
    }
}

/// The code and the status of a refusal.
fn refusal<T: std::fmt::Debug, E>(answer: Result<T, SdkError<E>>) -> (u16, String)
where
    SdkError<E>: ProvideErrorMetadata,
{
    let error = answer.unwrap_err();
    let status = error.raw_response().unwrap().status().as_u16();
    (status, error.code().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn every_object_is_listed_once_over_all_pages() {
    let world = world().await;
    let request = world.client.list_objects_v2().bucket(BUCKET).prefix("prod/").max_keys(40);
    let mut pages = request.into_paginator().send();
    let mut keys = Vec::new();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.contents().len());
        for object in page.contents() {
            let stored = world.population.object(object.key().unwrap()).unwrap();
            let size = i64::try_from(world.population.size(stored.recipe)).unwrap();
            assert_eq!(object.size(), Some(size));
            let digest = world.population.digest(stored.recipe);
            assert_eq!(object.e_tag().unwrap(), format!("\"{digest}-1\""));
            assert_eq!(object.last_modified().unwrap().secs(), stored.last_modified.as_second());
            keys.push(stored.key.clone());
        }
    }
    assert_eq!(sizes, [40, 40, 16]);
    let listed: BTreeSet<_> = keys.iter().collect();
    assert_eq!(listed.len(), keys.len());
}

#[tokio::test]
async fn folders_and_start_after_are_understood() {
    let world = world().await;
    let folders = world.client.list_objects_v2().bucket(BUCKET).delimiter("/");
    let answer = folders.send().await.unwrap();
    let names: Vec<_> = answer.common_prefixes().iter().map(|it| it.prefix().unwrap()).collect();
    assert_eq!(names, ["dev/", "prod/", "staging/"]);
    let late = world.client.list_objects_v2().bucket(BUCKET).prefix("dev/");
    let answer = late.start_after("dev/2026-11-18T00_00.tar.gz").send().await.unwrap();
    assert_eq!(answer.contents().len(), 2);
}

#[tokio::test]
async fn ranges_join_to_the_whole_object() {
    let world = world().await;
    let key = world.key(Tier::Dev, 2);
    let whole = world.download(&key).await;
    assert!(whole == world.population.read(world.recipe(&key), 0, usize::MAX));
    let head = world.client.head_object().bucket(BUCKET).key(&key).send().await.unwrap();
    assert_eq!(head.content_length(), Some(i64::try_from(whole.len()).unwrap()));
    let mut joined = Vec::new();
    for start in (0..whole.len()).step_by(1_000_000) {
        let range = format!("bytes={start}-{}", start + 999_999);
        let request = world.client.get_object().bucket(BUCKET).key(&key).range(range);
        let answer = request.if_match(head.e_tag().unwrap()).send().await.unwrap();
        let end = whole.len().min(start + 1_000_000) - 1;
        let expected = format!("bytes {start}-{end}/{}", whole.len());
        assert_eq!(answer.content_range(), Some(expected.as_str()));
        joined.extend(answer.body.collect().await.unwrap().to_vec());
    }
    assert!(joined == whole);
}

#[tokio::test]
async fn a_replaced_object_and_an_impossible_range_are_refused() {
    let world = world().await;
    let get = || world.client.get_object().bucket(BUCKET).key(world.key(Tier::Dev, 1));
    let other = get().if_match("\"00000000000000000000000000000000-1\"").send().await;
    assert_eq!(refusal(other), (412, "PreconditionFailed".to_owned()));
    let beyond = get().range("bytes=99999999999-").send().await;
    assert_eq!(refusal(beyond), (416, "InvalidRange".to_owned()));
    let tag = get().range("bytes=0-0").send().await.unwrap().e_tag.unwrap();
    assert_eq!(refusal(get().if_none_match(tag).send().await).0, 304);
}

#[tokio::test]
async fn what_does_not_exist_is_missing_and_strangers_are_turned_away() {
    let world = world().await;
    let missing = world.client.get_object().bucket(BUCKET).key("prod/none.tar.gz").send().await;
    assert_eq!(refusal(missing), (404, "NoSuchKey".to_owned()));
    let elsewhere = world.client.list_objects_v2().bucket("another-bucket").send().await;
    assert_eq!(refusal(elsewhere), (404, "NoSuchBucket".to_owned()));
    let stranger = client(&world.endpoint, "guessed").list_buckets().send().await;
    assert_eq!(refusal(stranger), (403, "SignatureDoesNotMatch".to_owned()));
}

#[tokio::test]
async fn nothing_can_be_written() {
    let world = world().await;
    let key = world.key(Tier::Prod, 1);
    let denied = (403, "AccessDenied".to_owned());
    let put = world.client.put_object().bucket(BUCKET).key(&key).send().await;
    assert_eq!(refusal(put), denied);
    let delete = world.client.delete_object().bucket(BUCKET).key(&key).send().await;
    assert_eq!(refusal(delete), denied);
    let upload = world.client.create_multipart_upload().bucket(BUCKET).key(&key).send().await;
    assert_eq!(refusal(upload), denied);
    let bucket = world.client.create_bucket().bucket("new-bucket").send().await;
    assert_eq!(refusal(bucket), denied);
}

#[tokio::test]
async fn only_tagged_objects_expire() {
    let world = world().await;
    let rules = world.client.get_bucket_lifecycle_configuration().bucket(BUCKET).send().await;
    let rules = rules.unwrap();
    let [rule] = rules.rules() else { panic!("one rule") };
    let tag = rule.filter().unwrap().tag().unwrap();
    assert_eq!((tag.key(), tag.value()), ("auto-delete", "true"));
    assert_eq!(rule.expiration().unwrap().days(), Some(90));
    for (tier, expires) in [(Tier::Dev, true), (Tier::Staging, true), (Tier::Prod, false)] {
        let key = world.key(tier, 4);
        let head = world.client.head_object().bucket(BUCKET).key(&key).send().await.unwrap();
        let header =
            r#"expiry-date="Mon, 15 Feb 2027 00:00:00 GMT", rule-id="expire-tagged-backups""#;
        assert_eq!(head.expiration(), expires.then_some(header), "{tier}");
        let tags = world.client.get_object_tagging().bucket(BUCKET).key(&key).send().await;
        assert_eq!(tags.unwrap().tag_set().len(), usize::from(expires));
    }
}

#[tokio::test]
async fn the_bucket_has_no_versions_and_uploads_that_nobody_completed() {
    let world = world().await;
    let client = &world.client;
    assert!(client.get_bucket_versioning().bucket(BUCKET).send().await.unwrap().status().is_none());
    let versions = client.list_object_versions().bucket(BUCKET).prefix("staging/").send().await;
    let versions = versions.unwrap();
    assert_eq!(versions.versions().len(), 91);
    assert!(versions.versions().iter().all(|it| it.version_id() == Some("null")));
    assert!(versions.delete_markers().is_empty());
    let uploads = client.list_multipart_uploads().bucket(BUCKET).send().await.unwrap();
    let [abandoned, upload] = uploads.uploads() else { panic!("two uploads") };
    assert!(world.population.object(upload.key().unwrap()).is_none());
    let (key, id) = (abandoned.key().unwrap(), abandoned.upload_id().unwrap());
    let parts = client.list_parts().bucket(BUCKET).key(key).upload_id(id).max_parts(200);
    let first = parts.clone().send().await.unwrap();
    let rest = parts.set_part_number_marker(first.next_part_number_marker().map(str::to_owned));
    let rest = rest.send().await.unwrap();
    assert_eq!((first.is_truncated(), rest.is_truncated()), (Some(true), Some(false)));
    assert_eq!(first.parts().len() + rest.parts().len(), ABANDONED.parts + 1);
    assert_eq!(rest.parts().last().unwrap().size(), i64::try_from(ABANDONED.last).ok());
    assert!(PLANTED.iter().any(|it| it.flaw == Flaw::MissedNight));
}

#[tokio::test]
async fn the_bucket_is_found_and_says_where_it_is() {
    let world = world().await;
    let buckets = world.client.list_buckets().send().await.unwrap();
    let [bucket] = buckets.buckets() else { panic!("one bucket") };
    assert_eq!(bucket.name(), Some(BUCKET));
    let head = world.client.head_bucket().bucket(BUCKET).send().await.unwrap();
    assert_eq!(head.bucket_region(), Some(REGION));
    assert!(world.client.get_bucket_location().bucket(BUCKET).send().await.is_ok());
}

#[tokio::test]
async fn a_cut_object_is_shorter_wherever_one_looks() {
    let world = world().await;
    let key = world.key(Tier::Dev, 1);
    let whole = world.download(&key).await;
    world.endpoint.faults().switch_on(S3Fault::CutObject);
    let cut = world.download(&key).await;
    let head = world.client.head_object().bucket(BUCKET).key(&key).send().await.unwrap();
    assert!(cut.len() < whole.len() && whole.starts_with(&cut));
    assert_eq!(head.content_length(), Some(i64::try_from(cut.len()).unwrap()));
    let listed = world.client.list_objects_v2().bucket(BUCKET).prefix(&key).send().await.unwrap();
    assert_eq!(listed.contents()[0].size(), head.content_length());
    assert_eq!(listed.contents()[0].e_tag(), head.e_tag());
}

#[tokio::test]
async fn prod_serves_stagings_dump_of_the_same_night() {
    let world = world().await;
    world.endpoint.faults().switch_on(S3Fault::OtherEnvironment);
    let key = world.key(Tier::Prod, 1);
    let recipe = world.recipe(&key).of_another_server(Tier::Staging);
    let head = world.client.head_object().bucket(BUCKET).key(&key).send().await.unwrap();
    let size = i64::try_from(world.population.size(recipe)).unwrap();
    assert_eq!(head.content_length(), Some(size));
    let get = world.client.get_object().bucket(BUCKET).key(&key).range("bytes=0-70000");
    let start = get.send().await.unwrap().body.collect().await.unwrap().to_vec();
    assert!(start == world.population.read(recipe, 0, 70_001));
}

#[tokio::test]
async fn a_wrong_byte_is_the_only_one() {
    let world = world().await;
    let key = world.key(Tier::Dev, 1);
    let whole = world.download(&key).await;
    world.endpoint.faults().switch_on(S3Fault::WrongBytes);
    let wrong = world.download(&key).await;
    let differing = whole.iter().zip(&wrong).filter(|(right, wrong)| right != wrong).count();
    assert_eq!((whole.len(), differing), (wrong.len(), 1));
}

#[tokio::test]
async fn every_third_download_is_refused() {
    let world = world().await;
    world.endpoint.faults().switch_on(S3Fault::ServerErrors { every: 3 });
    let get =
        || world.client.get_object().bucket(BUCKET).key(world.key(Tier::Dev, 1)).range("bytes=0-9");
    for _ in 0..2 {
        assert!(get().send().await.is_ok());
        assert!(get().send().await.is_ok());
        assert_eq!(refusal(get().send().await), (503, "SlowDown".to_owned()));
    }
}

#[tokio::test]
async fn downloads_are_denied_or_frozen_while_listings_go_on() {
    let world = world().await;
    let key = world.key(Tier::Dev, 1);
    let get = || world.client.get_object().bucket(BUCKET).key(&key).send();
    world.endpoint.faults().switch_on(S3Fault::Denied);
    assert_eq!(refusal(get().await), (403, "AccessDenied".to_owned()));
    world.endpoint.faults().clear();
    world.endpoint.faults().switch_on(S3Fault::Archived);
    assert_eq!(refusal(get().await), (403, "InvalidObjectState".to_owned()));
    let head = world.client.head_object().bucket(BUCKET).key(&key).send().await.unwrap();
    assert_eq!(head.storage_class().unwrap().as_str(), "GLACIER");
    let listed = world.client.list_objects_v2().bucket(BUCKET).prefix(&key).send().await.unwrap();
    assert_eq!(listed.contents()[0].storage_class().unwrap().as_str(), "GLACIER");
    world.endpoint.faults().clear();
    assert!(get().await.is_ok());
}

#[tokio::test]
async fn an_object_replaced_midway_is_not_joined_from_two() {
    let world = world().await;
    world.endpoint.faults().switch_on(S3Fault::ReplacedMidway);
    let get = || world.client.get_object().bucket(BUCKET).key(world.key(Tier::Dev, 1));
    let first = get().range("bytes=0-9").send().await.unwrap();
    let second = get().range("bytes=10-19").if_match(first.e_tag().unwrap()).send().await;
    assert_eq!(refusal(second).0, 412);
}

#[tokio::test]
async fn a_dropped_connection_ends_a_body_early() {
    let world = world().await;
    world.endpoint.faults().switch_on(S3Fault::DropConnections { after_bytes: 300_000 });
    let get = world.client.get_object().bucket(BUCKET).key(world.key(Tier::Dev, 1));
    let mut body = get.send().await.unwrap().body;
    let mut received = 0;
    let broken = loop {
        match body.next().await {
            Some(Ok(bytes)) => received += bytes.len(),
            Some(Err(_)) => break true,
            None => break false,
        }
    };
    assert!(broken && received <= 300_000, "{received}");
}

#[tokio::test]
async fn a_server_that_hangs_answers_nothing() {
    let world = world().await;
    world.endpoint.faults().switch_on(S3Fault::Hang);
    let list = world.client.list_buckets().send();
    assert!(tokio::time::timeout(Duration::from_millis(200), list).await.is_err());
}

#[tokio::test]
async fn all_downloads_together_share_a_slow_road() {
    let world = world().await;
    world.endpoint.faults().switch_on(S3Fault::Slow { bytes_per_second: 400_000 });
    let get = |range: &str| {
        let request = world.client.get_object().bucket(BUCKET).key(world.key(Tier::Dev, 1));
        let request = request.range(range);
        async move { request.send().await.unwrap().body.collect().await.unwrap().to_vec().len() }
    };
    let begun = tokio::time::Instant::now();
    let (one, two) = tokio::join!(get("bytes=0-59999"), get("bytes=60000-119999"));
    assert_eq!(one + two, 120_000);
    assert!(begun.elapsed() >= Duration::from_millis(290), "{:?}", begun.elapsed());
}
