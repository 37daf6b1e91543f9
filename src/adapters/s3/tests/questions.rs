//! Listings, HEADs, regions: what is asked before a download.

use super::*;

#[tokio::test]
async fn a_listing_of_ten_thousand_comes_whole_and_in_the_order_of_t0() {
    let storage = Storage::start().await;
    let first: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
    let set = set("prod/", "%d-%m-%YT%H.gz");
    for hour in 0..10_000 {
        let name = set.name_format.name(first + hour.hours()).unwrap();
        storage.put(&format!("backups/prod/{name}"), stored(vec![0; 3]));
    }
    storage.put("backups/dev/01-01-2025T00.gz", stored(vec![0; 3]));
    let listed = connect(&storage)
        .await
        .list(&set, window("2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z"))
        .await
        .unwrap();
    assert_eq!(listed.len(), 10_000);
    assert!(listed.is_sorted_by_key(|backup| backup.began.at));
    assert_eq!(listed[0].name(), "01-01-2025T00.gz");
    assert_eq!((listed[0].size, listed[0].etag.as_str()), (ByteSize(3), ETAG));
    assert_eq!(storage.requests().len(), 10);
}

#[tokio::test]
async fn only_the_window_is_listed_where_names_sort_by_time() {
    let storage = Storage::start().await;
    let set = set("prod/", "%Y-%m-%d.gz");
    let first: Timestamp = "2018-01-01T00:00:00Z".parse().unwrap();
    for day in 0..3000 {
        let name = set.name_format.name(first + (24 * day).hours()).unwrap();
        storage.put(&format!("backups/prod/{name}"), stored(vec![0; 3]));
    }
    let s3 = connect(&storage).await;
    let window = window("2026-03-01T00:00:00Z", "2026-03-10T12:00:00Z");
    let listed = s3.list(&set, window).await.unwrap();
    let names: Vec<_> = listed.iter().map(Backup::name).collect();
    assert_eq!((names.len(), names[0], names[9]), (10, "2026-03-01.gz", "2026-03-10.gz"));
    assert_eq!(storage.requests().len(), 1, "older pages are not asked for");
}

#[tokio::test]
async fn an_unreadable_name_counts_by_its_upload_and_a_folder_not_at_all() {
    let storage = Storage::start().await;
    storage.put("backups/prod/", stored(Vec::new()));
    storage.put("backups/prod/empty.gz", stored(Vec::new()));
    storage.put("backups/prod/latest.gz", stored(vec![0; 3]));
    let s3 = connect(&storage).await;
    let listed = s3
        .list(&set("prod/", "%Y-%m-%d.gz"), window("2026-11-01T00:00:00Z", "2026-11-04T00:00:00Z"))
        .await
        .unwrap();
    let names: Vec<_> = listed.iter().map(Backup::name).collect();
    assert_eq!(names, ["empty.gz", "latest.gz"]);
    let at = "2026-11-03T00:12:00Z".parse().unwrap();
    assert_eq!(listed[1].began, Began { at, from: BeganFrom::LastModified });
}

#[tokio::test]
async fn a_refused_listing_names_the_permission() {
    let storage = Storage::start().await;
    storage.fail(|_| Some(Fault::Refuse { status: 403, code: "AccessDenied", message: "no" }));
    let s3 = connect(&storage).await;
    let window = window("2026-11-01T00:00:00Z", "2026-11-04T00:00:00Z");
    let error = s3.list(&set("prod/", "%Y-%m-%d.gz"), window).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Denied);
    assert_eq!(
        error.to_string(),
        "listing backups in s3://backups/prod/: access denied (AccessDenied)"
    );
    assert_eq!(
        error.advice.as_deref(),
        Some("do the keys of the storage `near` allow s3:ListBucket?")
    );
    assert!(chain(error.source.as_deref().unwrap()).contains("AccessDenied"));
}

#[tokio::test]
async fn head_tells_what_a_download_needs() {
    let world = World::new(10).await;
    let object = head(&world.s3).await.unwrap();
    assert_eq!(object.backup.began.at, "2026-11-03T00:00:00Z".parse().unwrap());
    assert_eq!(object.backup.began.from, BeganFrom::Name);
    assert_eq!(object.backup.ended(), "2026-11-03T00:12:00Z".parse().unwrap());
    assert_eq!((object.backup.size, object.backup.etag.as_str()), (ByteSize(10), ETAG));
    assert_eq!(object.checksum, None);
    assert_eq!(world.storage.requests()[0].headers["x-amz-checksum-mode"], "ENABLED");
}

#[tokio::test]
async fn a_refused_head_says_why_although_its_answer_has_no_body() {
    let world = World::new(10).await;
    for (status, code, message, kind, shown) in [
        (404, "NoSuchBucket", "", FailureKind::Missing, "there is no such bucket"),
        (404, "NoSuchKey", "", FailureKind::Missing, "there is no such object"),
        (400, "ExpiredToken", "", FailureKind::Denied, "the login has expired"),
        (403, "AccessDenied", "", FailureKind::Denied, "allow s3:GetObject?"),
        (
            403,
            "AccessDenied",
            "not authorized to perform: kms:Decrypt on the resource",
            FailureKind::Denied,
            "allow kms:Decrypt?",
        ),
    ] {
        world.storage.fail(move |_| Some(Fault::Refuse { status, code, message }));
        let error = head(&world.s3).await.unwrap_err();
        assert_eq!(error.kind, kind, "{code}");
        let said = format!("{error}; {}", error.advice.as_deref().unwrap_or_default());
        assert!(said.contains(shown) && said.contains(code), "{said}");
    }
}

#[tokio::test]
async fn a_bucket_without_a_written_region_is_asked_once() {
    let world = World::new(10).await;
    let asking = S3 { location: Arc::new(client::Location::Asked(Mutex::default())), ..world.s3 };
    world.storage.fail(|request| {
        let header = ("x-amz-bucket-region", "eu-south-2");
        (request.path == "/backups").then_some(Fault::RefuseWith { status: 403, header })
    });
    for _ in 0..2 {
        head(&asking).await.unwrap();
    }
    let requests = world.storage.requests();
    let asked = requests.iter().filter(|request| request.path == "/backups").count();
    assert_eq!((asked, requests.len()), (1, 3));
    assert!(requests[2].headers["authorization"].contains("/eu-south-2/s3/"));
}

#[tokio::test]
async fn a_bucket_of_another_region_is_named() {
    let world = World::new(10).await;
    let part = world.part().await;
    world.storage.fail(|_| {
        let header = ("x-amz-bucket-region", "eu-south-2");
        Some(Fault::RefuseWith { status: 301, header })
    });
    let error = world.download(&part).await.unwrap_err();
    assert!(error.reason.starts_with("the bucket is in the region eu-south-2"), "{error}");
    assert_eq!(error.advice.unwrap(), "set `region = \"eu-south-2\"` for the storage `near`");
}

#[tokio::test]
async fn an_endpoint_that_nobody_serves_is_named() {
    let world = World::new(10).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let storage = Storage { address: closed, ..world.storage.clone() };
    tokio::time::pause();
    let error = head(&connect(&storage).await).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unreachable);
    assert!(error.reason.starts_with("no connection: Connection refused"), "{}", error.reason);
    assert!(error.advice.unwrap().contains(&closed.to_string()));
}

#[tokio::test]
async fn a_head_tells_of_an_archive_and_of_the_storages_clock() {
    let storage = Storage::start().await;
    let headers = vec![
        ("x-amz-storage-class", "INTELLIGENT_TIERING".to_owned()),
        ("x-amz-archive-status", "ARCHIVE_ACCESS".to_owned()),
        ("date", "Fri, 20 Nov 2026 09:30:00 GMT".to_owned()),
    ];
    storage.put("backups/prod/2026-11-03.gz", Stored { headers, ..stored(vec![0; 3]) });
    let s3 = connect(&storage).await;
    let window = window("2026-11-01T00:00:00Z", "2026-11-04T00:00:00Z");
    let listed = s3.list(&set("prod/", "%Y-%m-%d.gz"), window).await.unwrap();
    assert_eq!(s3.their_time(), None, "a listing without a date");
    let sample = s3.sample(&listed[0], false).await;
    assert_eq!(sample.told().unwrap().archive.as_deref(), Some("ARCHIVE_ACCESS"));
    assert_eq!(s3.their_time(), Some("2026-11-20T09:30:00Z".parse().unwrap()));
}
